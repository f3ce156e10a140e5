"""Progress where somebody watches: a bar in a notebook or at a prompt, silence in scripts, pipes and workers."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Any

from tqdm import tqdm

Progress = Callable[[int, int], None]
_SECONDS_BEFORE, _SECONDS_BETWEEN = 1.0, 0.5

_wanted: bool | None = None
_watched: ContextVar[bool] = ContextVar("watched", default=False)


def show_progress(on: bool | None = None) -> None:
    """Switches progress bars on or off for this session.

    Args:
        on: False for none; True wherever a notebook or a terminal can show them, in scripts too; None for the usual: in
            notebooks and at an interactive prompt.

    Example:
        >>> import sim
        >>> sim.show_progress(False)  # none from here on
        >>> sim.show_progress()  # as usual
    """
    global _wanted
    _wanted = on


@contextmanager
def watched(progress: Progress | bool | None, what: str, unit: str) -> Iterator[Progress]:
    """Shows how far something has come, in whatever way suits; within another's progress there is none.

    Args:
        progress: called with (done, in all); False for silence, True for a bar, None for what :func:`show_progress`
            says.
        what: what takes so long.
        unit: what is counted.

    Yields:
        To be called with (done, in all).
    """
    token = _watched.set(True) if not _watched.get() else None
    try:
        if callable(progress):
            yield progress
        elif token is None or not _asked(progress):
            yield _silent
        elif (shell := _notebook()) is not None:
            bar = _NotebookBar(what, unit, shell)
            try:
                yield bar
            finally:
                bar.clear()
        else:
            with progress_of(what, unit) as step:
                yield step
    finally:
        if token is not None:
            _watched.reset(token)


@contextmanager
def progress_of(what: str, unit: str = "months") -> Iterator[Progress]:
    """A bar on stderr, silent where no terminal reads it.

    Args:
        what: what takes so long.
        unit: what is counted.

    Yields:
        To be called with (done, in all).
    """
    first = f"{what} (a first run compiles)"
    with tqdm(desc=first, unit=f" {unit}", file=sys.stderr, leave=False, dynamic_ncols=True, disable=None) as bar:

        def step(done: int, count: int) -> None:
            # Writing and drawing come after the last month, while the full bar still stands: it says so.
            bar.total = count
            bar.set_description("writing, drawing" if done >= count else what, refresh=False)
            bar.update(done - bar.n)
            if done >= count:
                bar.refresh()

        yield step


def _silent(done: int, count: int) -> None:
    """Says nothing."""


def _asked(progress: Progress | bool | None) -> bool:
    """Whether a bar is to be shown, if there is anything to show it on."""
    wanted = _wanted if progress is None else bool(progress)
    if wanted is None:
        return _notebook() is not None or hasattr(sys, "ps1")
    return wanted


def _notebook() -> Any:
    """The module that shows things in a notebook; None where this is no notebook's kernel."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return import_module("IPython.display") if hasattr(shell, "kernel") else None


class _NotebookBar:
    """One output of a cell that is drawn again and again, and empty in the end: a stored notebook shows none of it."""

    def __init__(self, what: str, unit: str, shell: Any) -> None:
        self._what, self._unit, self._shell = what, unit, shell
        self._handle: Any = None
        self._started = self._drawn = time.monotonic()

    def __call__(self, done: int, count: int) -> None:
        """Draws it where enough time has passed."""
        now = time.monotonic()
        wait = _SECONDS_BEFORE if self._handle is None else _SECONDS_BETWEEN
        if now - self._drawn < wait or done >= count:
            return
        self._drawn = now
        left = (now - self._started) / max(done, 1) * (count - done)
        text = f"{self._what}: {done:,} of {count:,} {self._unit}, about {max(left, 1.0):.0f} s left"
        bar = f'<progress value="{done}" max="{count}" style="width:14em;vertical-align:middle"></progress>'
        self._show({"text/html": f"<div>{bar} {html.escape(text)}</div>", "text/plain": text})

    def clear(self) -> None:
        """Takes it away."""
        if self._handle is not None:
            self._show({"text/html": "", "text/plain": ""})

    def _show(self, data: dict[str, str]) -> None:
        if self._handle is None:
            self._handle = self._shell.display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)
