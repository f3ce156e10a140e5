"""Lays imported tables over a folder of facts: what the import has replaces the same figure there, all else stays."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.common.csv_rows import csv_rows
from sim.common.errors import Fault, FaultList
from sim.world.customs_data.import_report import Account
from sim.world.customs_data.write_tables import CELL_FILE, CELLS, CUSTOMS, FILES

# What names a figure: its first columns in a customs table, pair and good among the cells.
_KEYS = {**dict.fromkeys(FILES.values(), CUSTOMS[:7]), CELL_FILE: CELLS[:3]}
_HEADERS = {**dict.fromkeys(FILES.values(), CUSTOMS), CELL_FILE: CELLS}
_KINDS_OF_FILES = (".csv", ".yaml")


def lay_over(tables: Mapping[str, str], folder: Path, account: Account) -> dict[str, str]:
    """Return all tables of a folder of facts, with the imported figures in them.

    Args:
        tables: The imported tables, CSV text by file name.
        folder: A folder of facts, such as calibration/figures.
        account: Says how many figures of the folder were replaced.

    Raises:
        FaultList: If the folder or a table in it cannot be read, or has other columns.
    """
    faults: list[Fault] = []
    found: dict[str, str] = {}
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in _KINDS_OF_FILES and path.is_file())
    except OSError as error:
        raise FaultList([Fault(str(folder), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    for path in paths:
        try:
            found[path.name] = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            faults.append(Fault(str(path), 0, 0, "", f"cannot be read: {error}"))
    for name, header in _HEADERS.items():
        if name in found and found[name].split("\n", 1)[0].strip() != ",".join(header):
            message = f"has other columns, expected {','.join(header)}"
            faults.append(Fault(str(folder / name), 1, 1, "", message))
    if faults:
        raise FaultList(faults)
    for name, content in tables.items():
        both = name in found and name in _KEYS
        found[name] = _laid(found[name], content, folder / name, account) if both else content
    return found


def _laid(old: str, new: str, place: Path, account: Account) -> str:
    """Return the rows of the old table that the new one does not have, then the new ones."""
    name = place.name
    rows = [cells for _, cells in csv_rows(name, new)]
    key = _KEYS[name]
    taken = {_key(row, key) for row in rows[1:]}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    before = [cells for _, cells in csv_rows(place, old)]
    kept = [row for row in before[1:] if _key(row, key) not in taken]
    writer.writerows([rows[0], *kept, *rows[1:]])
    replaced = len(before) - 1 - len(kept)
    account.tell(name, "replaced", "figures of the folder laid under, now those of the files", replaced, 0.0)
    account.tell(name, "beside", "figures of the folder laid under that no file has", len(kept), 0.0)
    return stream.getvalue()


def _key(row: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(row[: len(names)])
