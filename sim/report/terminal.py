"""The screen that the command line writes on: tables and texts."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

__all__ = ["Table", "show"]

_LEAST_WIDTH = 132  # where no terminal says how wide it is: tables go to a file or a pipe, and must not be folded


def show(*things: str | Table) -> None:
    """Prints texts as they are, and tables."""
    console = Console(highlight=False, markup=False)  # brackets in names and sources are text
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=max(_LEAST_WIDTH, console.width))
    for thing in things:
        if isinstance(thing, Table):
            console.print(thing)
        else:
            console.print(thing, soft_wrap=True)


def warn(*remarks: str) -> None:
    """Prints what is odd, though it is no fault."""
    show(*(f"warning: {remark}" for remark in remarks))
