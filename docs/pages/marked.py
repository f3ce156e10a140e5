"""Tables in pages written by hand: marked places that the code fills, so that they say what it does.

A page marks a place with ``<!-- table: NAME -->`` and ``<!-- end -->``, each alone on its line. ``python -m
docs.pages.odd`` and ``python -m docs.pages.limits`` write anew what stands between them; a test fails where a page is
out of date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sim.common.errors import Fault, FaultList, SimError, nearest
from sim.common.files import written_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Tables = Mapping[str, Callable[[], str]]

DOCS = Path(__file__).resolve().parents[1]
_BEGIN, _END = re.compile(r"<!-- table: *(.*?) *-->"), "<!-- end -->"


def filled(page: str, tables: Tables, file: str = "") -> str:
    """A page with every marked place written anew.

    Args:
        page: its text.
        tables: what writes each table, by name.
        file: name of the page, for faults.

    Raises:
        FaultList: unknown tables, and marks without their partner; all of them.
    """
    kept: list[str] = []
    faults: list[Fault] = []
    opened = 0  # line of the mark whose end is looked for
    for number, line in enumerate(page.splitlines(), start=1):
        begins, ends = _BEGIN.fullmatch(line), line == _END
        if (begins and opened) or (ends and not opened):
            faults.append(Fault(file, number, 1, "", f"'{line}' where none can stand; marks come in pairs", line))
        elif begins and begins[1] not in tables:
            wrong = f"unknown table '{begins[1]}'; {nearest(begins[1], tables)}"
            faults.append(Fault(file, number, 1, "", wrong, line))
        elif begins:
            kept += [line, "", tables[begins[1]](), ""]
        elif not opened or ends:
            kept.append(line)
        opened = number if begins else 0 if ends else opened
    if opened:
        faults.append(Fault(file, opened, 1, "", f"no '{_END}' follows"))
    if faults:
        raise FaultList(faults)
    return "\n".join(kept) + "\n"


def rewrite(name: str, tables: Tables) -> int:
    """Writes the marked places of a page of `docs` anew, whole or not at all; returns a status for the shell."""
    page = DOCS / name
    try:
        text = filled(page.read_text(encoding="utf-8"), tables, str(page))
        with written_file(page) as scratch:
            scratch.write_text(text, encoding="utf-8")
    except (SimError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
