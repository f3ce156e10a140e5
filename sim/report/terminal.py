"""The screen that the command line writes on: tables and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sim.common.errors import visible

if TYPE_CHECKING:
    from sim.report.table import Table  # `sim --help` writes no table, and needs no data frames

_LEAST_WIDTH = 132  # where no terminal says how wide it is: tables go to a file or a pipe, and must not be folded


def show(*things: str | Table) -> None:
    """Prints texts and tables as they are, but for characters that would move the terminal: these stand as escapes."""
    console = Console(highlight=False, markup=False)  # brackets in names and sources are text
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=max(_LEAST_WIDTH, console.width))
    for thing in things:
        if isinstance(thing, str):
            console.print(_shown(thing), soft_wrap=True)
        else:
            console.print(on_screen(thing))


def warn(*remarks: str) -> None:
    """Prints what is odd, though it is no fault."""
    show(*(f"warning: {remark}" for remark in remarks))


def on_screen(table: Table) -> RichTable:
    """A table for the screen: framed where it has a title, else a plain list."""
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
    for row in table.texts():
        made.add_row(*(Text(_shown(cell)) for cell in row))
    if table.total:
        made.rows[-1].style = "bold"
    return made


def _shown(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))
