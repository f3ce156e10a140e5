"""Strict reading of the CSV tables a world is made of: every fault at once, each with its file, line and column.

A table is UTF-8 text with a header row, one record a line, commas between cells, double quotes around a cell that
holds a comma. Nothing is guessed: a column too many, a number with a thousands separator or an empty cell is a fault.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.common.csv_cells import Reader, Value
from sim.common.errors import Fault, nearest
from sim.common.renamed import renamed

# What a column of row numbers is called, as it is written and as pandas reads it back.
ROW_NAMES = ("", "Unnamed: 0")
ROW_NUMBERS = (
    "its first column has no name: row numbers, as pandas writes them without index=False (R: without row.names=FALSE)"
)
_MOST_FAULTS, _MOST_COLUMNS = 1_000, 1_000
_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=,|$)')
# What a column of amounts counts in.
_UNIT = re.compile(r"10{2,}|thousand|million|mio|billion|[kmb]?usd|[kmb]?eur|ecu|kg|ton")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: The header.
        read: Turns the text of a cell into its value; raises ValueError with what was expected.
        optional: Whether the cell may be empty; it then reads as the empty text, or as `default` where there is one.
        default: What every row reads where the table has no such column; None where the table must have it.
    """

    name: str
    read: Reader
    optional: bool = False
    default: Value | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its values by column, its line in the file (from 1), and the names of all columns in their order."""

    line: int
    values: dict[str, Value]
    names: Sequence[str]
    source_line: str

    @property
    def columns(self) -> dict[str, int]:
        """Where the cell of each column starts in the line, from 1."""
        cells, _ = split_line(self.source_line)
        places = [(name, place) for name, (_, place) in zip(self.names, cells, strict=False)]
        return dict(reversed(places))

    def text(self, name: str) -> str:
        """Return the value of a column as text."""
        return str(self.values[name])

    def number(self, name: str) -> float:
        """Return the value of a numeric column.

        Raises:
            TypeError: If the column was declared as text (a mistake of ours).
        """
        value = self.values[name]
        if isinstance(value, str):
            raise TypeError(f"column '{name}' holds text, not a number")
        return value


@dataclass
class Table:
    """The rows of one file; `faults` collects what is wrong with it.

    Attributes:
        path: The file.
        faults: What is wrong.
        rows: Those without a fault.
        faulty: Those of whose cells some could not be read; they have the values of the others.
    """

    path: Path
    faults: list[Fault]
    rows: list[Row] = field(default_factory=list)
    faulty: list[Row] = field(default_factory=list)

    def blame(self, row: Row | None, column: str, message: str) -> None:
        """Note a fault in a cell, or in the whole file where `row` is None."""
        if row is None:
            self.faults.append(Fault(str(self.path), 0, 0, column, message))
        else:
            place = row.columns.get(column, 0)
            self.faults.append(Fault(str(self.path), row.line, place, column, message, row.source_line))


def read_table(path: Path, columns: Sequence[Column], key: Sequence[str], faults: list[Fault]) -> Table:
    """Read a table and note every fault in it; after a thousand it is read no further.

    Args:
        path: The CSV file.
        columns: All the columns it may have, in any order; those without a default it must have.
        key: Columns that together may not repeat.
        faults: Faults are appended here; nothing is raised.

    Returns:
        The rows without a fault.
    """
    table = Table(path, faults)
    lines = _lines(table)
    if not lines:
        return table
    header = _header(table, lines[0], columns)
    if header is None:
        return table
    by_name = {column.name: column for column in columns}
    left_out = {
        column.name: column.default for column in columns if column.name not in header and column.default is not None
    }
    seen: dict[tuple[Value, ...], int] = {}
    before = len(faults)
    present = [by_name[name] for name in header]
    for number, line in enumerate(lines[1:], start=2):
        if len(faults) - before >= _MOST_FAULTS:
            break
        if not line.strip():
            continue
        row = _row(table, Row(number, dict(left_out), header, line), present)
        if row is None:
            continue
        identity = tuple(row.values[name] for name in key)
        first = seen.setdefault(identity, number)
        if key and first != number:
            table.blame(row, key[0], f"repeats line {first} ({', '.join(map(str, identity))})")
        else:
            table.rows.append(row)
    return table


def unknown_column(name: str, known: Sequence[str]) -> str:
    """Return what to say of a column that is not known; one in another unit is never offered in its place."""
    if name in ROW_NAMES:
        return ROW_NUMBERS
    alike = [one for one in known if set(_UNIT.findall(one.casefold())) == set(_UNIT.findall(name.casefold()))]
    return f"unknown column '{name}'; {nearest(name, alike) if alike else 'no column that is known has its unit'}"


def _lines(table: Table) -> list[str]:
    try:
        content = table.path.read_text(encoding="utf-8-sig")
    except OSError as error:
        table.blame(None, "", f"cannot be read: {error.strerror}")
        return []
    except UnicodeDecodeError as error:
        table.blame(None, "", f"is not UTF-8 text (byte {error.start})")
        return []
    # Only real line ends count: str.splitlines would also cut at form feeds and other rare characters.
    lines = content.replace("\r\n", "\n").split("\n")
    if not lines[0].strip():
        table.blame(None, "", "has no header row")
        return []
    return lines


def _header(table: Table, line: str, columns: Sequence[Column]) -> list[str] | None:
    """Return the names in the header, or None where columns are missing, unknown or repeated."""
    cells, broken = split_line(line)
    expected = [column.name for column in columns]
    head = Row(1, {}, [cell for cell, _ in cells], line)
    if separator := _other_separator(line, expected):
        table.blame(head, "", f"cells are parted by {separator}; save the table with commas, and numbers as 1234.5")
        return None
    if len(cells) > _MOST_COLUMNS:
        table.blame(head, "", f"has {len(cells):,} columns, expected {len(expected)}")
        return None
    names = [renamed("column", cell, expected) for cell, _ in cells]
    before = len(table.faults)
    if broken:
        table.blame(head, "", broken)
    for position, name in enumerate(names):
        if name not in expected:
            table.blame(head, name, unknown_column(name, expected))
        elif name in names[:position]:
            table.blame(head, name, f"column '{name}' stands twice")
    for column in columns:
        if column.name not in names and column.default is None:
            table.blame(head, "", f"column '{column.name}' is missing")
    return names if len(table.faults) == before else None


def _other_separator(line: str, expected: Sequence[str]) -> str:
    """Return the words for what parts the names of a header in place of commas; empty where commas do."""
    for mark, words in ((";", "semicolons (';')"), ("\t", "tabs"), ("|", "bars ('|')")):
        if mark in line and {cell.strip('" ') for cell in line.split(mark)} & set(expected):
            return words
    return ""


def _row(table: Table, row: Row, columns: list[Column]) -> Row | None:
    """Fill in the values of a row; None where it has a fault."""
    cells, broken = _cells(row.source_line)
    if broken or len(cells) != len(columns):
        table.blame(row, "", broken or f"has {len(cells)} cells, expected {len(columns)}")
        return None
    faultless = True
    for column, cell in zip(columns, cells, strict=True):
        if cell == "" and column.optional:
            row.values[column.name] = "" if column.default is None else column.default
            continue
        try:
            row.values[column.name] = column.read(cell)
        except ValueError as error:
            table.blame(row, column.name, str(error))
            faultless = False
    if not faultless:
        table.faulty.append(row)
    return row if faultless else None


def _cells(line: str) -> tuple[list[str], str]:
    """Return the cells of a line, and what is wrong with its quotes; most lines have none, or the last cell alone."""
    at = line.find('"')
    if at < 0:
        return line.split(","), ""
    last = _QUOTED.match(line, at)
    if at and line[at - 1] == "," and last is not None and last.end() == len(line):
        return [*line[: at - 1].split(","), last.group(1).replace('""', '"')], ""
    cells, broken = split_line(line)
    return [cell for cell, _ in cells], broken


def split_line(line: str) -> tuple[list[tuple[str, int]], str]:
    """Split one line into cells.

    Args:
        line: A line without its end.

    Returns:
        The cells, each with the 1-based column where its text starts, and what is wrong with the quotes (or nothing).
    """
    cells: list[tuple[str, int]] = []
    at = 0
    while True:
        if line.startswith('"', at):
            closing = _QUOTED.match(line, at)
            if closing is None:
                return cells, f"the double quote at column {at + 1} is not closed before a comma or the end of the line"
            cells.append((closing.group(1).replace('""', '"'), at + 2))
            end = closing.end()
        else:
            comma = line.find(",", at)
            end = len(line) if comma < 0 else comma
            cells.append((line[at:end], at + 1))
        if end >= len(line):
            return cells, ""
        at = end + 1
