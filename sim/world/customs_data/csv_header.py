"""Reads the rows of a CSV file whose header is known: which columns it must have, and which it may have."""

from collections.abc import Iterator, Sequence

from sim.common.csv_tables import split_line, unknown_column
from sim.world.customs_data.trade_record import Cells, SourceFile, cells_of, lines_of

# What to say of a file without figures.
NOTHING = "its source has nothing for what was asked; leave the file out, or ask again"


def read_rows(file: SourceFile, needed: Sequence[str], known: Sequence[str]) -> Iterator[Cells]:
    """Yield the rows of a file; what is wrong with its header or a row is noted in the file.

    Args:
        file: The file.
        needed: Columns that it must have.
        known: All the columns that it may have.
    """
    lines = lines_of(file)
    first = next(lines, None)
    if first is None:
        if not file.faults:
            file.blame(0, 0, "", "is empty; expected a header row")
        return
    names = _header(file, first[1], needed, known)
    if names is None:
        return
    # Downloads of UN Comtrade end each row, but not the header, with a comma; the first row says whether this one does.
    trailing: bool | None = None
    number = 1
    for number, text in lines:
        file.account.read(file.name)
        cells = cells_of(text)
        ends_in_comma = len(cells) == len(names) + 1 and cells[-1] == ""
        trailing = ends_in_comma if trailing is None else trailing
        if trailing and ends_in_comma:
            cells.pop()
        if len(cells) != len(names):
            _, broken = split_line(text)
            file.blame(number, 0, "", broken or f"has {len(cells)} cells, expected {len(names)}", text)
            continue
        yield Cells(file, number, dict(zip(names, cells, strict=True)), text)
    if number == 1:
        file.blame(0, 0, "", f"has a header and no row: {NOTHING}")
    if trailing:
        message = "rows end in one comma more than the header has columns; read by name, nothing is shifted"
        file.account.note(file.name, message)


def _header(file: SourceFile, text: str, needed: Sequence[str], known: Sequence[str]) -> list[str] | None:
    """Return the names in the header as they are known, or None where it is faulty."""
    by_folded = {name.casefold(): name for name in known}
    places, broken = split_line(text)
    if broken:
        file.blame(1, 0, "", broken, text)
        return None
    if len(places) > 1 and places[-1][0] == "":
        places.pop()
    names: list[str] = []
    faultless = True
    for cell, column in places:
        name = by_folded.get(cell.strip().casefold(), "")
        if not name or name in names:
            why = f"column '{cell}' stands twice" if name else unknown_column(cell, known)
            file.blame(1, column, cell, why, text)
            faultless = False
        names.append(name)
    for name in needed:
        if name not in names:
            file.blame(1, 0, name, f"column '{name}' is missing", text)
            faultless = False
    return names if faultless else None
