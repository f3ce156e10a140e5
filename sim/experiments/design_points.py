"""Reads a table of points: one row a point, one column a factor."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from sim.common.csv_tables import ROW_NUMBERS
from sim.common.errors import Fault, FaultList
from sim.common.yaml_nodes import Mark, Node, Source
from sim.common.yaml_reader import decode

_MOST_BYTES = 200_000_000


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
    rows = csv.reader(io.StringIO(text))
    header = [name.strip() for name in next(rows, [])]
    points = []
    for cells in rows:
        mark = Mark(source, rows.line_num, 1)
        if not cells:
            continue
        if len(cells) != len(header):
            faults.append(mark.fault("", f"has {len(cells)} cells, expected {len(header)} as in the header"))
            continue
        entries = {name: Node(cell.strip(), mark, mark) for name, cell in zip(header, cells, strict=True)}
        points.append(Node(entries, mark, mark))
    if header[:1] in ([""], ["Unnamed: 0"]):
        faults.append(Mark(source, 1, 1).fault("", ROW_NUMBERS))
        return ()
    if len(set(header)) < len(header):
        faults.append(Mark(source, 1, 1).fault("", "a column stands twice in the header"))
    return tuple(points)
