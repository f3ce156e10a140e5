"""Reads the codes of a world's states and goods, and nothing else, so that a scenario is checked in milliseconds."""

from pathlib import Path

from sim.common.countries import members_of
from sim.common.csv_rows import csv_rows
from sim.common.errors import Fault, FaultList
from sim.common.fields import Codes
from sim.common.good_groups import groups_of
from sim.common.months import parse_year
from sim.common.yaml_reader import read_file
from sim.world.schema import MEMBERS_TABLE

_HUB, _TIER, _GROUPS, _NAME = "is_hub", "control_tier", "groups", "name"


def read_codes(folder: Path) -> Codes:
    """Return the states (with their roles), the goods with their tiers and groups, the hubs and base year of a world.

    Args:
        folder: The world's folder, which holds states.csv and goods.csv.

    Raises:
        FaultList: If a table is missing, unreadable, or lacks the columns read here.
    """
    faults: list[Fault] = []
    states = _rows(folder / "states.csv", ("code", "role"), faults)
    goods = _rows(folder / "goods.csv", ("code", "name"), faults)
    table = folder / MEMBERS_TABLE
    members = _rows(table, ("state", "member"), faults) if table.exists() else []
    if faults:
        raise FaultList(faults)
    told = all(row[_HUB] is not None for row in states)
    return Codes(
        states={str(row["code"]): row["role"] or "" for row in states},
        goods=tuple(dict.fromkeys(str(row["code"]) for row in goods)),
        hubs=tuple(str(row["code"]) for row in states if (row[_HUB] or "").strip() == "1") if told else None,
        tiers=tuple(dict.fromkeys((row[_TIER] or "").strip() for row in goods)),
        good_groups=groups_of((str(row["code"]), row[_GROUPS] or "") for row in goods),
        base_year=_base_year(folder / "world.yaml"),
        titles={str(row["code"]): row[_NAME] or str(row["code"]) for row in (*states, *goods)},
        members=members_of((str(row["state"]), row["member"] or "") for row in members),
    )


def _base_year(path: Path) -> int | None:
    """Return the world's base year, or None where it cannot be read: whoever loads the world says why."""
    try:
        said = read_file(path)[0].plain()
        return parse_year(str(said["base_year"]))
    except (FaultList, KeyError, TypeError, ValueError):
        return None


def _rows(path: Path, columns: tuple[str, ...], faults: list[Fault]) -> list[dict[str, str | None]]:
    """Return the rows of a table that have a code; what stops the reading is added to the faults."""
    rows = csv_rows(path)
    try:
        _, header = next(rows, (1, []))
        absent = [name for name in columns if name not in header]
        if absent:
            faults.append(Fault(str(path), 1, 0, "", f"the table has no column '{absent[0]}'"))
            return []
        held = dict.fromkeys((*columns, _HUB, _TIER, _GROUPS, _NAME))
        at = {name: header.index(name) for name in held if name in header}
        cells = ({name: row[place] if place < len(row) else None for name, place in at.items()} for _, row in rows)
        return [{**held, **found} for found in cells if found[columns[0]]]
    except FaultList as error:
        faults += error.faults
        return []
