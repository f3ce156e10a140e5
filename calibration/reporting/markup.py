"""Tables as Markdown, and Markdown as one HTML page that needs nothing beside it."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from markdown_it import MarkdownIt

import sim

_STYLE = """
body { font: 16px/1.5 Georgia, 'Times New Roman', serif; color: #1a1a1a; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { font-family: Helvetica, Arial, sans-serif; line-height: 1.25; } h2 { margin-top: 2.4rem; }
table { border-collapse: collapse; font: 13px/1.35 Helvetica, Arial, sans-serif; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { padding: 0.2rem 0.6rem; border-bottom: 1px solid #dcdcdc; text-align: left; vertical-align: top; }
th { border-bottom: 2px solid #5c5c5c; } img { max-width: 100%; } code { font-size: 0.9em; }
"""  # noqa: E501
_PICTURE = re.compile(r'<img src="([^":]+\.png)"')


def table(rows: pd.DataFrame, names: dict[str, str] | None = None) -> str:
    """A table as Markdown: numbers to three digits, nothing where there is none.

    Args:
        rows: the table.
        names: columns that are shown, in order, with their headings; all under their own names by default.
    """
    names = names or {str(name): str(name).replace("_", " ") for name in rows.columns}
    columns = [sim.Column(head, digits=3) for head in names.values()]
    cells = ([_cell(row[name]) for name in names] for row in rows.to_dict("records"))
    return sim.markdown(sim.Table.of(columns, cells)) + "\n"


def _cell(value: object) -> object:
    """What is missing is left empty here, and what does not hold stands out."""
    if isinstance(value, float) and value != value:
        return None
    return "**no**" if value is False or value is np.False_ else value


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return ", ".join(f"`{name}`" for name in names) if len(names) else "none"


def page(markdown: str, title: str, folder: Path) -> str:
    """Markdown as a page on its own, pictures inside it.

    Args:
        markdown: the text.
        title: of the page.
        folder: where its pictures lie; one that is missing stays a link.
    """
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)

    def inside(found: re.Match[str]) -> str:
        picture = folder / found.group(1)
        if not picture.is_file():
            return found.group(0)
        return f'<img src="data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"'

    body = _PICTURE.sub(inside, body)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{html.escape(title)}</title>\n'
        f"<style>{_STYLE}</style></head>\n<body>\n{body}</body>\n</html>\n"
    )
