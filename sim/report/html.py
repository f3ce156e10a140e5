"""HTML for notebooks: elements whose text is escaped, tables, small charts. Nothing is fetched from anywhere.

Colours are those of the page around it, so that it reads on light and on dark ground; the two of the charts stand out
from both.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sim.report.numbers import is_number
from sim.report.table import Column, Spark, Table

_STYLE = """
@{font-size:13px;line-height:1.45;color:inherit;overflow-x:auto}
@ p{margin:.3em 0;max-width:72em}
@ .head{font-weight:bold;font-size:1.15em}
@ .soft{opacity:.75}
@ .scroll{max-height:34em;overflow-y:auto}
@ table{border-collapse:collapse;border:0;margin:.5em 0;font-size:12px;color:inherit;table-layout:auto}
@ caption{caption-side:top;text-align:left;white-space:nowrap;font-weight:bold;color:inherit;padding:.3em 0}
@ tr,@ tr:hover{background:none!important}
@ th,@ td{padding:.2em .8em .2em 0;text-align:left;vertical-align:top;color:inherit;border:0;line-height:1.35;
border-bottom:1px solid rgba(128,128,128,.35);white-space:normal;overflow-wrap:break-word;max-width:38em}
@ tr:has(svg) td{vertical-align:middle}
@ td.w{min-width:13em}
@ th.n,@ td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
@ td.d{white-space:nowrap}
@ tr.t{font-weight:bold}
@ pre{font-size:12px;margin:.3em 0;color:inherit;background:none;white-space:pre;overflow-x:auto}
@ svg{vertical-align:middle}
@ summary{cursor:pointer}
""".replace("@", ".sim-page" * 3)  # thrice: that weighs more than what a notebook says of all tables
_BLUE = "#3b82c4"
_WIDTH, _HEIGHT, _MARGIN = 150, 30, 2
_LONG = 60  # letters, from which a cell is kept wide


class Html(str):
    """Markup: its text is escaped already."""

    __slots__ = ()


def escaped(thing: object) -> Html:
    """A thing as markup: markup as it is, tables drawn, anything else as text."""
    if isinstance(thing, Table):
        return table(thing)
    return thing if isinstance(thing, Html) else Html(html.escape(str(thing)))


def element(name: str, *inside: object, **attributes: object) -> Html:
    """An element.

    Args:
        name: such as ``p``.
        *inside: what it holds; text is escaped, markup stays.
        **attributes: values are escaped; a line below ends a name that is a word of Python (``class_``), one within
            stands for a hyphen.
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"' for key, value in attributes.items()
    )
    return Html(f"<{name}{said}>{''.join(map(escaped, inside))}</{name}>")


def page(title: str, *parts: object) -> str:
    """What a notebook shows of a thing: its title, and parts below each other.

    Args:
        title: one line.
        *parts: tables, markup, or text that becomes a paragraph; empty ones are left out.
    """
    shown = [part if isinstance(part, Html | Table) else element("p", part) for part in parts if part]
    head = element("p", title, class_="head")
    return element("div", Html(f"<style>{_STYLE}</style>"), head, *shown, class_="sim-page")


def soft(text: object) -> Html:
    """A paragraph that stands back."""
    return element("p", text, class_="soft")


def facts(**said: object) -> Html:
    """A line of facts, ``name value``, with dots between; names have blanks for lines below."""
    parts = [
        Html(f"{escaped(name.replace('_', ' '))} {element('b', value)}")
        for name, value in said.items()
        if value not in ("", None)
    ]
    return element("p", Html(" · ".join(parts)))


def folded(summary: str, *inside: object) -> Html:
    """Parts behind a line that opens them."""
    return element("details", element("summary", summary), *inside)


def scrolled(*inside: object) -> Html:
    """Parts of which a screen's height is shown at a time."""
    return element("div", *inside, class_="scroll")


def listed(texts: Iterable[object]) -> Html:
    """A list."""
    return element("ul", *(element("li", text) for text in texts))


def table(told: Table) -> Html:
    """A table; numbers stand to the right, days in one line, titles above and notes below."""
    right = told.to_the_right()
    heads = (element("th", head, **({"class_": "n"} if n else {})) for head, n in zip(told.heads, right, strict=True))
    lines = [
        element("tr", *(_cell(*one) for one in zip(values, texts, told.columns, right, strict=True)))
        for values, texts in zip(told.values(), told.texts(), strict=True)
    ]
    if told.total:
        lines[-1] = Html(lines[-1].replace("<tr>", '<tr class="t">', 1))
    above = [element("caption", told.title)] if told.title else []
    made = element("table", *above, element("thead", element("tr", *heads)), element("tbody", *lines))
    return Html(made + soft(told.note)) if told.note else made


def table_page(told: Table) -> str:
    """A table on its own."""
    return page(told.title, replace(told, title=""))


def _cell(value: object, text: str, column: Column, right: bool) -> Html:
    if isinstance(value, Spark):
        return element("td", spark(value.lines, value.said, zero=value.zero))
    if right or is_number(value):
        return element("td", text, class_="n")
    if isinstance(value, date):
        return element("td", text, class_="d")
    inside = element("b", text) if column.strong else text
    return element("td", inside, **({"class_": "w"} if len(text) > _LONG else {}))


def spark(lines: Sequence[Sequence[float]], said: str, *, zero: bool = True) -> Html:
    """A line the height of a row: the first series in colour, a second one dashed behind it.

    Args:
        lines: one or two series of equal length; what is no number is left out.
        said: what it shows, for those who cannot see it and for the pointer that rests on it.
        zero: whether nil is within its height.
    """
    known = [value for line in lines for value in line if math.isfinite(value)]
    if not known:
        return Html("")
    low, high = min(known), max(known)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    reach = high - low or 1.0
    looks = (
        {"stroke": _BLUE, "stroke_width": 1.6},
        {"stroke": "currentColor", "stroke_width": 1.1, "stroke_dasharray": "3 2", "opacity": 0.6},
    )
    paths = [
        element("path", d=_path(line, low, reach), fill="none", **look)
        for line, look in zip(lines, looks, strict=False)
    ]
    return element(
        "svg", element("title", said), *reversed(paths), xmlns="http://www.w3.org/2000/svg", width=_WIDTH,
        height=_HEIGHT, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", aria_label=said,
    )  # fmt: skip


def _path(line: Sequence[float], low: float, reach: float) -> str:
    """The path of a series through the box of a spark; a gap where a value is no number."""
    step = (_WIDTH - 2 * _MARGIN) / max(len(line) - 1, 1)
    steps, pen = [], "M"
    for place, value in enumerate(line):
        if not math.isfinite(value):
            pen = "M"
            continue
        y = _HEIGHT - _MARGIN - (value - low) / reach * (_HEIGHT - 2 * _MARGIN)
        steps.append(f"{pen}{_MARGIN + place * step:.1f} {y:.1f}")
        pen = "L"
    return " ".join(steps) if len(steps) > 1 else f"{steps[0]} h3" if steps else ""
