"""Reads a page back as a browser would: well-formed, with its tables as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

FORBIDDEN = {"script", "link", "img", "iframe", "object", "embed", "form", "a"}


class Page(HTMLParser):
    """A page that was read.

    Attributes:
        tables: rows of cells, as text.
        names: every element that it has.
        text: all that a reader sees.
    """

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.names: set[str] = set()
        self.text = ""
        self._open: list[str] = []
        self._cell: list[str] | None = None
        self.feed(page)
        self.close()
        assert self._open == [], f"not closed: {self._open}"
        assert not self.names & FORBIDDEN
        # A name of a namespace is no address that is asked for; there is no other.
        assert re.findall(r"url\(|@import", "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))) == []
        assert set(re.findall(r'="(\w+://[^"]*)"', page)) <= {"http://www.w3.org/2000/svg"}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), attrs
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]
        self.names.add(tag)
        self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, tag
        if tag in ("td", "th") and self._cell is not None:
            self.tables[-1][-1].append("".join(self._cell))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._open[-1:] in (["style"], ["title"]):
            return
        self.text += data
        if self._cell is not None:
            self._cell.append(data)

    def column(self, name: str, table: int = 0) -> list[str]:
        """The cells below a head."""
        heads, *rows = self.tables[table]
        return [row[heads.index(name)] for row in rows]


def number_of(cell: str) -> float:
    """The number that a cell says."""
    found = re.match(r"[+-]?[\d,]*\.?\d+(?:e[+-]?\d+)?", cell)
    assert found, cell
    return float(found[0].replace(",", ""))
