"""Reads pages as the tests of pages do."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def prose(page: str) -> str:
    """A page without the tables that the code writes."""
    return re.sub(r"^<!-- table: .*? -->$.*?^<!-- end -->$", "", page, flags=re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    """The blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
