"""Points of a design: drawn to fill the unit cube evenly, the same for the same seed, or read from a table."""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.common import random_streams
from sim.common.arrays import Floats
from sim.common.csv_rows import csv_rows
from sim.common.csv_tables import ROW_NAMES, ROW_NUMBERS
from sim.common.errors import Fault, FaultList
from sim.common.random_streams import stream, uniforms
from sim.common.yaml_nodes import Mark, Node, Source
from sim.common.yaml_reader import decode
from sim.experiments.point_table import PointNodes, PointTable

_MOST_BYTES = 200_000_000  # of a table of points
_MOST_FAULTS = 1_000  # that are told of one


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
        luck = uniforms(stream(seed, random_streams.DESIGN, factor), 2 * first, 2 * count)
        order = np.argsort(luck[:count], kind="stable")
        chosen[:, factor] = (bins[order, factor] + luck[count:]) / points
    return chosen


def sobol(points: int, factors: int, seed: int) -> Floats:
    """The first points of a scrambled Sobol sequence, (point, factor)."""
    # Named in full, scipy.stats is loaded here, not with this module: it takes a third of a second.
    sequence = scipy.stats.qmc.Sobol(factors, scramble=True, rng=seed)
    drawn: Floats = sequence.random_base2(max(0, (points - 1).bit_length()))
    return drawn[:points]


def read_points(path: Path, named: Node, faults: list[Fault]) -> Node:
    """The points of a CSV file with a header, as the list that a study file would have; repeated rows are kept.

    Args:
        path: the file.
        named: where the study names it.
        faults: what is wrong is added here.

    Returns:
        The list; where the file has no sound points one of no factor, which is sound and says nothing.
    """
    none = PointNodes(Source(str(path), ()), PointTable({}, 1), (1,), 1)
    try:
        with path.open("rb") as stream:
            text = decode(stream.read(_MOST_BYTES), str(path))
        found = _table(csv_rows(path, text), Source(str(path), tuple(io.StringIO(text, newline=""))), faults)
    except OSError as error:
        faults.append(named.mark.fault("design.listed", f"{path} cannot be read: {error.strerror or error}"))
        return replace(named, value=none)
    except FaultList as error:
        faults += error.faults
        return replace(named, value=none)
    return replace(named, value=found or none)


def _table(rows: Iterator[tuple[int, list[str]]], source: Source, faults: list[Fault]) -> PointNodes:
    """The sound rows of a table; after a thousand faults it is read no further."""
    before = len(faults)
    top, cells = next(rows, (1, []))
    header = [name.strip() for name in cells]
    if header[:1] and header[0] in ROW_NAMES:
        faults.append(Mark(source, top, 1).fault("", ROW_NUMBERS))
    columns: dict[str, list[str | None]] = {name: [] for name in header}
    if len(columns) < len(header):
        faults.append(Mark(source, top, 1).fault("", "a column stands twice in the header"))
        rows = iter(())
    lines = array("L")
    for line, cells in rows:
        if len(faults) - before >= _MOST_FAULTS:
            break
        if len(cells) != len(header):
            message = f"has {len(cells):,} cells, expected {len(header):,} as in the header"
            faults.append(Mark(source, line, 1).fault("", message))
            continue
        lines.append(line)
        for column, cell in zip(columns.values(), cells, strict=True):
            column.append(cell.strip() or None)
    points = {name: column for name, column in columns.items() if name not in ROW_NAMES}
    for name, column in points.items():
        empty = (Mark(source, line, 1) for line, cell in zip(lines, column, strict=True) if not cell)
        faults += [mark.fault(name, "is empty; expected some text") for mark in islice(empty, _MOST_FAULTS)]
    if not lines and len(faults) == before:
        faults.append(Mark(source, 1, 1).fault("", "has no points; expected a header, and a row for each point"))
    return PointNodes(source, PointTable(points, len(lines)), lines, top)
