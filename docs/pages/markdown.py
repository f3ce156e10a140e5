"""Tables and docstrings as Markdown."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable, Sequence

import sim

_ROLE = re.compile(r":[a-z]+:`~?([\w.]+)`")
_SECTION = re.compile(r"^(Args|Returns|Raises|Attributes):$")
_HEADINGS = {"Args": "Takes", "Returns": "Returns", "Raises": "Fails with", "Attributes": "Holds"}
_ENTRY = re.compile(r"^    (\*{0,2}[\w, ]+): (.*)$")


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of texts; what would end a cell or a line is escaped."""
    return sim.markdown(sim.Table.of(headings, (list(map(str, row)) for row in rows)))


def wrapped(text: str) -> str:
    """A paragraph in lines as long as those of pages written by hand."""
    return textwrap.fill(text, width=118, break_long_words=False, break_on_hyphens=False)


def code(text: str, language: str = "") -> str:
    """A block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def plain(text: str) -> str:
    """A line of a docstring: names in single backticks, without the words of Sphinx."""
    named = _ROLE.sub(lambda found: f"`{found.group(1).rpartition('.')[2]}`", text)
    return named.replace("``", "`")


def told(thing: object) -> str:
    """The docstring of a thing: its text, then what it takes and returns as lists."""
    lines = inspect.cleandoc(getattr(thing, "__doc__", None) or "").splitlines()
    parts: list[str] = []
    at = 0
    while at < len(lines):
        if section := _SECTION.match(lines[at]):
            end = next((n for n in range(at + 1, len(lines)) if lines[n] and not lines[n].startswith(" ")), len(lines))
            parts += [f"**{_HEADINGS[section.group(1)]}**", "", *_entries(lines[at + 1 : end]), ""]
            at = end
        elif lines[at].endswith("::"):
            end = next((n for n in range(at + 2, len(lines)) if lines[n] and not lines[n].startswith(" ")), len(lines))
            parts += [plain(lines[at][:-1]), "", code(inspect.cleandoc("\n".join(lines[at + 1 : end]))), ""]
            at = end
        else:
            parts.append(plain(lines[at]))
            at += 1
    return "\n".join(parts).rstrip()


def _entries(lines: Sequence[str]) -> list[str]:
    """Entries such as ``name: what it is``, one list item each; a section without names stays text."""
    entries: list[str] = []
    for line in (line for line in lines if line.strip()):
        if found := _ENTRY.match(line):
            names = ", ".join(f"`{name.strip()}`" for name in found.group(1).split(","))
            entries.append(f"* {names}: {plain(found.group(2))}")
        elif entries:
            entries[-1] += " " + plain(line.strip())
        else:
            entries.append(plain(line.strip()))
    return entries
