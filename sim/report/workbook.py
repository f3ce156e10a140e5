"""Tables as an Excel workbook: a sheet for what ran, a sheet for each table, numbers as numbers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from math import isfinite
from typing import TYPE_CHECKING, Any

from sim.common.errors import SimError, visible
from sim.report.numbers import is_number

if TYPE_CHECKING:
    from pathlib import Path

    from sim.report.numbers import Kind
    from sim.report.table import Column, Table

# A day for every workbook, so that the same run gives the same bytes: the oldest that a zip file can hold.
_DAY, _WRITTEN = b"1980-01-01T00:00:00Z", re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_FORMATS: dict[Kind, str] = {
    "share": "0.0%", "change": '+0.0" %";-0.0" %"', "index": "0.00", "money": "#,##0.0##", "amount": "#,##0.0##",
}  # fmt: skip
_PLAIN = "#,##0.0##"
_NO_NAME = str.maketrans("[]:*?/\\'", "()   -- ")
_LONGEST_NAME, _WIDEST = 31, 60
_HEADS = 3  # the row of the heads


def refuse_without_openpyxl(path: Path) -> None:
    """Says that a workbook cannot be written.

    Raises:
        SimError: openpyxl is not there.
    """
    if find_spec("openpyxl") is None:
        raise SimError(
            f"{path}: an Excel workbook needs 'openpyxl': pip install 'sanctions-sim[exchange]'; .csv and .tex do not"
        )


def workbook(facts: Sequence[tuple[str, str]], tables: Sequence[Table]) -> bytes:
    """The bytes of a workbook.

    Args:
        facts: what ran, on the first sheet.
        tables: a sheet each: title, unit, heads, rows, note; a number with a band takes three columns.
    """
    from openpyxl import Workbook  # noqa: PLC0415 (an extra)

    book = Workbook()
    book.properties.creator = facts[0][1] if facts else ""
    first = book.active
    first.title = "What ran"
    for place, fact in enumerate(facts, start=1):
        _write(first, place, fact)
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 18, _WIDEST
    for number, table in enumerate(tables, start=1):
        name = f"{number} {table.title.partition(',')[0].translate(_NO_NAME)}"[:_LONGEST_NAME].strip()
        _table(book.create_sheet(name), table)
    file = io.BytesIO()
    book.save(file)
    return _undated(file.getvalue())


def _table(sheet: Any, table: Table) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415 (an extra)

    banded = [any(isinstance(row[at], tuple) for row in table.values()) for at in range(len(table.columns))]
    _write(sheet, 1, [table.title])
    _write(sheet, 2, [f"unit: {table.unit}, unless a column says otherwise" if table.unit else None])
    heads: list[object] = []
    for column, has_band in zip(table.columns, banded, strict=True):
        heads += [column.title, *((f"{column.head}: low", f"{column.head}: high") if has_band else ())]
    _write(sheet, _HEADS, heads)
    last = _HEADS
    for last, row in enumerate(table.values(), start=_HEADS + 1):
        _row(sheet, last, row, table.columns, banded)
    for place, line in enumerate(table.note.split("\n") if table.note else (), start=last + 1):
        _write(sheet, place, [line])
    for at in (1, _HEADS):
        for cell in sheet[at]:
            cell.font = Font(bold=True)
    sheet.freeze_panes = "B4"
    widths = [max(10, len(str(head)) + 2) for head in heads]
    widths[0] = max([widths[0], *(len(str(row[0])) + 2 for row in table.values())])
    for letter, width in zip(_letters(sheet, len(widths)), widths, strict=True):
        sheet.column_dimensions[letter].width = min(width, _WIDEST)


def _letters(sheet: Any, count: int) -> list[str]:
    return [sheet.cell(1, at).column_letter for at in range(1, count + 1)]


def _row(sheet: Any, place: int, row: Sequence[object], columns: Sequence[Column], banded: Sequence[bool]) -> None:
    values: list[object] = []
    formats: list[str] = []
    for value, column, has_band in zip(row, columns, banded, strict=True):
        cells = value if isinstance(value, tuple) else (value, None, None)
        values += cells if has_band else cells[:1]
        formats += [_FORMATS.get(column.kind, _PLAIN)] * (3 if has_band else 1)
    _write(sheet, place, values)
    for at, (value, how) in enumerate(zip(values, formats, strict=True), start=1):
        if is_number(value) and not isinstance(value, int):
            sheet.cell(place, at).number_format = how


def _write(sheet: Any, place: int, values: Sequence[object]) -> None:
    """Writes a row; text stays text, whatever it begins with."""
    for at, value in enumerate(values, start=1):
        if value is None or value != value:
            continue
        cell = sheet.cell(place, at)
        if is_number(value) and not isinstance(value, tuple) and isfinite(value):
            cell.value = value if isinstance(value, int) else float(value)
        else:
            cell.value = "\n".join(map(visible, str(value).split("\n")))
            cell.data_type = "s"


def _undated(book: bytes) -> bytes:
    """The same archive without the times at which it was written and packed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as made, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            content = _WRITTEN.sub(_DAY, made.read(name)) if name == "docProps/core.xml" else made.read(name)
            kept.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
