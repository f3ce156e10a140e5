"""The pages that people read, taken apart: blocks of code, links, headings.

How a page is written so that its examples are run (`test_examples.py`):

* Blocks run in order, in one empty folder per page. A ``yaml`` block whose first line is ``# NAME.yaml`` becomes that
  file; another one is a piece of a scenario, and has to load when it is laid over the reference.
* Lines of a ``sh`` block that begin with ``sim`` are run. A ``text`` block right after it is what they print: each of
  its lines must be there, in this order.
* A ``python`` block is run, all of a page in one namespace. A ``py`` block is shown only.
* What cannot be run here is listed in `test_examples.py`, with the reason.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^(?P<mark>```+)(?P<language>[\w{}-]*)\n(?P<text>.*?)^(?P=mark)$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)")
_CODE = re.compile(r"`[^`\n]+`")


@dataclass(frozen=True)
class Block:
    """A block of code: its language, its text, and whether it stands right below the one before."""

    language: str
    text: str
    follows: bool

    @property
    def first_line(self) -> str:
        """By which the lists of exceptions know it."""
        return self.text.split("\n", 1)[0]


def pages() -> list[str]:
    """Every page, by its path."""
    patterns = ("*.md", "docs/**/*.md", "notebooks/*.md", "scenarios/README.md", "results/README.md",
                "calibration/**/README.md", "paper/*.md")  # fmt: skip
    return sorted({path.relative_to(ROOT).as_posix() for pattern in patterns for path in ROOT.glob(pattern)})


def notebooks() -> list[str]:
    """Every notebook, by its path."""
    return sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("notebooks/*.ipynb"))


def read(page: str) -> str:
    """The text of a page; of a notebook, that of its cells of Markdown."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if not page.endswith(".ipynb"):
        return text
    cells = (cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown")
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def blocks(text: str) -> list[Block]:
    """The blocks of code of a page, in order."""
    found, end = [], 0
    for match in _FENCE.finditer(text):
        follows = bool(found) and not text[end : match.start()].strip()
        found.append(Block(match["language"], match["text"], follows))
        end = match.end()
    return found


def links(text: str) -> list[str]:
    """Where the links and pictures of a page lead to, but for addresses elsewhere."""
    prose = _CODE.sub("", _FENCE.sub("", text))
    return [link for link in _LINK.findall(prose) if "://" not in link and not link.startswith("mailto:")]


def anchors(text: str) -> set[str]:
    """What the headings of a page are called in a link, by the rule that GitHub and MyST share."""
    names: dict[str, int] = {}
    found = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *$", _FENCE.sub("", text), flags=re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        found.add(f"{name}-{names[name]}" if name in names else name)
        names[name] = names.get(name, 0) + 1
    return found
