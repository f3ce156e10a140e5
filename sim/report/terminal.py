"""The screen that the command line writes on: tables and texts on stdout, a progress bar on stderr."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


@contextmanager
def progress_of(what: str, unit: str = "months") -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, silent where no terminal reads it.

    Args:
        what: what takes so long.
        unit: what is counted.

    Yields:
        To be called with (months done, months in all), or what else is counted.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}"))
    bar = Progress(*columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(f"{what} (a first run compiles)", total=None, count="")

        def step(done: int, count: int) -> None:
            # Writing and drawing come after the last month, while the full bar still stands: it says so.
            doing = "writing, drawing" if done == count else what
            bar.update(task, completed=done, total=count, description=doing, count=f"{done:,} of {count:,} {unit}")

        yield step
