"""The screen that the command line writes on: tables and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sim.common.errors import visible

if TYPE_CHECKING:
    from sim.report.table import Table  # `sim --help` writes no table, and needs no data frames

_LEAST_WIDTH = 132  # where no terminal says how wide it is: tables go to a file or a pipe, and must not be folded

_MANY_ROWS, _LARGEST_GAP = 200, 4


def show(*things: str | Table) -> None:
    """Prints texts and tables as they are, but for characters that would move the terminal: these stand as escapes."""
    console = Console(highlight=False, markup=False)  # brackets in names and sources are text
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=max(_LEAST_WIDTH, console.width))
    for thing in things:
        if isinstance(thing, str):
            console.print(_shown(thing), soft_wrap=True)
        else:
            console.print(on_screen(thing, console.width))


def warn(*remarks: str) -> None:
    """Prints what is odd, though it is no fault."""
    show(*(f"warning: {remark}" for remark in remarks))


def on_screen(table: Table, width: int = 0) -> RichTable:
    """A table for the screen: framed where it has a title, else a plain list.

    Args:
        table: the table.
        width: of the screen in characters; 0 where it is not known.
    """
    if table.title:
        made = RichTable(
            title=Text(_shown(table.title)), title_justify="left", caption_justify="left", title_style="bold"
        )
    else:
        made = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", caption_justify="left")
    made.caption = Text(_shown(table.note)) if table.note else None
    for column, right in zip(table.columns, table.to_the_right(), strict=True):
        made.add_column(
            Text(column.title), justify="right" if right else "left", overflow="fold", no_wrap=not column.wrap
        )
    rows = [[_shown(cell) for cell in row] for row in table.texts()]
    heads = [column.title for column in table.columns]
    if len(rows) > _MANY_ROWS and not table.total and _fits([heads, *rows], width):
        rows = [["\n".join(column) for column in zip(*rows, strict=True)]]
    for row in rows:
        made.add_row(*map(Text, row))
    if table.total:
        made.rows[-1].style = "bold"
    return made


def _fits(rows: list[list[str]], width: int) -> bool:
    """Whether every head and cell takes one line: then one row of columns looks as many rows do, and is quicker."""
    if any("\n" in cell for row in rows for cell in row):
        return False
    widths = (max(map(cell_len, column)) for column in zip(*rows, strict=True))
    return sum(one + _LARGEST_GAP for one in widths) <= width


def _shown(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))
