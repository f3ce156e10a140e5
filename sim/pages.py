"""Writes the tables in pages of the documentation anew: ``python -m sim.pages docs/odd.md docs/limits.md``.

A test fails where a page is out of date.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sim import limit_tables, odd_tables
from sim.errors import FaultList
from sim.page_tables import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

# What writes each table that a page can ask for.
TABLES = {**odd_tables.TABLES, **limit_tables.TABLES}


def main(pages: Sequence[str]) -> int:
    """Writes the marked places of pages anew; a page is replaced whole or not at all."""
    try:
        for name in pages:
            page = Path(name)
            text = filled(page.read_text(encoding="utf-8"), TABLES, name)
            scratch = page.with_name(f".{page.name}.new")
            scratch.write_text(text, encoding="utf-8")
            os.replace(scratch, page)
    except (FaultList, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
