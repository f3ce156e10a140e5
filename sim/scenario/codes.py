"""Reads the codes of a world's states and goods, and nothing else, so that a scenario is checked in milliseconds."""

import csv
from pathlib import Path

from sim.errors import Fault, FaultList
from sim.fields import Codes


def read_codes(folder: Path) -> Codes:
    """Return the states (with their roles) and the goods of a world.

    Args:
        folder: The world's folder, which holds states.csv and goods.csv.

    Raises:
        FaultList: If a table is missing, unreadable, or lacks the columns read here.
    """
    faults: list[Fault] = []
    states = _column_pairs(folder / "states.csv", "code", "role", faults)
    goods = _column_pairs(folder / "goods.csv", "code", "name", faults)
    if faults:
        raise FaultList(faults)
    return Codes(states=states, goods=tuple(goods))


def _column_pairs(path: Path, key: str, value: str, faults: list[Fault]) -> dict[str, str]:
    """Return two columns of a table as a mapping; what stops the reading is added to the faults."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            absent = [name for name in (key, value) if name not in (rows.fieldnames or ())]
            if absent:
                faults.append(Fault(str(path), 1, 0, "", f"the table has no column '{absent[0]}'"))
                return {}
            return {row[key]: row[value] or "" for row in rows if row[key]}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        faults.append(Fault(str(path), 0, 0, "", f"the world's table cannot be read: {reason}"))
        return {}
