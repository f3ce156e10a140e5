"""Points of a design: drawn to fill the unit cube evenly, the same for the same seed, or read from a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.common import random_streams
from sim.common.arrays import Floats
from sim.common.csv_tables import ROW_NAMES, ROW_NUMBERS
from sim.common.errors import Fault, FaultList
from sim.common.random_streams import stream, uniform
from sim.common.yaml_nodes import Mark, Node, Source
from sim.common.yaml_reader import decode

_MOST_BYTES = 200_000_000  # of a table of points


def latin_hypercube(points: int, factors: int, seed: int) -> Floats:
    """A Latin hypercube, (point, factor), whose first half is one too where ``points`` is even.

    Each factor's range falls into ``points`` bins, and each bin holds one point. Twice the bins leave the points where
    they are and fill the bins left empty, in random order (the doubling of a Latin hypercube: Sallaberry, Helton and
    Hora, Reliability Engineering and System Safety 93, 2008, without their treatment of correlation).
    """
    if points % 2 == 0 and points > 1:
        first = latin_hypercube(points // 2, factors, seed)
        return np.vstack([first, _filling(first, points, seed)])
    return _in_bins(np.tile(np.arange(points), (factors, 1)).T, points, (seed, 0))


def _filling(first: Floats, points: int, seed: int) -> Floats:
    taken = np.floor(first * points).astype(np.int64)
    empty = np.column_stack([np.setdiff1d(np.arange(points), column) for column in taken.T])
    return _in_bins(empty, points, (seed, len(first)))


def _in_bins(bins: NDArray[np.int64], points: int, key: tuple[int, int]) -> Floats:
    """Points at random places in bins, the bins of each factor in an order of its own."""
    seed, first = key
    count, factors = bins.shape
    chosen = np.empty((count, factors))
    for factor in range(factors):
        luck = _uniforms(stream(seed, random_streams.DESIGN, factor), 2 * first, 2 * count)
        order = np.argsort(luck[:count], kind="stable")
        chosen[:, factor] = (bins[order, factor] + luck[count:]) / points
    return chosen


def _uniforms(key: np.uint64, first: int, count: int) -> Floats:
    return np.fromiter((float(uniform(key, first + place)) for place in range(count)), dtype=np.float64, count=count)


def sobol(points: int, factors: int, seed: int) -> Floats:
    """The first points of a scrambled Sobol sequence, (point, factor)."""
    sequence = qmc.Sobol(factors, scramble=True, rng=seed)
    drawn: Floats = sequence.random_base2(max(0, (points - 1).bit_length()))
    return drawn[:points]


def read_points(path: Path, named: Node, faults: list[Fault]) -> tuple[Node, ...]:
    """The points of a CSV file with a header, as the list that a study file would have; repeated rows are kept.

    Args:
        path: the file.
        named: where the study names it.
        faults: what is wrong is added here.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MOST_BYTES)
        text = decode(raw, str(path))
    except OSError as error:
        faults.append(named.mark.fault("design.listed", f"{path} cannot be read: {error.strerror or error}"))
        return (named,)
    except FaultList as error:
        faults += error.faults
        return (named,)
    lines = tuple(text.splitlines())
    source = Source(str(path), lines)
    rows = _rows(text, source, faults)
    header = [name.strip() for name in next(rows, (0, []))[1]]
    if header[:1] and header[0] in ROW_NAMES:
        faults.append(Mark(source, 1, 1).fault("", ROW_NUMBERS))
    points = []
    for line, cells in rows:
        mark = Mark(source, line, 1)
        if not cells:
            continue
        if len(cells) != len(header):
            faults.append(mark.fault("", f"has {len(cells)} cells, expected {len(header)} as in the header"))
            continue
        pairs = zip(header, cells, strict=True)
        entries = {name: Node(cell.strip(), mark, mark) for name, cell in pairs if name not in ROW_NAMES}
        points.append(Node(entries, mark, mark))
    if len(set(header)) < len(header):
        faults.append(Mark(source, 1, 1).fault("", "a column stands twice in the header"))
    return tuple(points)


def _rows(text: str, source: Source, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV text and the lines that they end in, as far as it is one."""
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in rows:
            yield rows.line_num, cells
    except csv.Error as error:
        faults.append(Mark(source, rows.line_num, 1).fault("", f"is no CSV from here on: {error}"))
