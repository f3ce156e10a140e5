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


def anchors(page: str) -> set[str]:
    """What a heading of a page is called in a link, as GitHub and the site make it."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.casefold()) for heading in headings)
    return {text.replace(" ", "-") for text in plain}


def links_astray(path: Path) -> list[str]:
    """Links of a page to files that are not there, or to headings that their page does not have."""
    astray = []
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        there = path if not file else path.parent / file
        if not there.exists() or (anchor and anchor not in anchors(there.read_text(encoding="utf-8"))):
            astray.append(link)
    return astray
