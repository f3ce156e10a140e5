"""Panels with months along the bottom: axes, stacks, lines, labels at the right, dates of the law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pandas.api.types import is_numeric_dtype

from sim.common.months import MONTHS_PER_YEAR, format_month, parse_month
from sim.report.plots.labels import PLAIN, fitted, scale, width_of, wrapped
from sim.report.plots.style import INK, MUTED, SMALL, inches, plain_axes, spread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

_YEARS_FROM = 15
_NEXT_MARK = 2  # months
_BAND, _HATCH, _STRETCH = 0.2, 0.35, 2
LAW_LANE = 0.15  # inches, a row above the panel
_BESIDE, _LAW_WIDTH, _NARROWEST = 0.06, 2.2, 0.6  # inches
_YEAR_LABEL, _MONTH_LABEL = 0.34, 0.62  # inches


def positions(months: Sequence[str]) -> list[int]:
    """Places of months along the axis."""
    return [parse_month(month) for month in months]


def month_axis(axes: Axes, months: Sequence[str]) -> None:
    """Scale and ticks of the months: years between their Januaries, or single months where the run is short.

    Args:
        axes: the panel, in its final place.
        months: all months of the run.
    """
    first, last = parse_month(months[0]), parse_month(months[-1])
    if len(months) < _YEARS_FROM:
        pad = 0.5 if first == last else 0.0
        axes.set_xlim(first - pad, last + pad)
        room = max(1, int(inches(axes)[0] / _MONTH_LABEL))
        shown = list(range(first, last + 1, -(-len(months) // room)))
        axes.set_xticks(shown, [format_month(month) for month in shown])
        if first < last:  # the outer labels stay inside the panel
            labels = axes.get_xticklabels()
            labels[0].set_horizontalalignment("left")
            labels[-1].set_horizontalalignment("right" if shown[-1] == last else "center")
        return
    turns = [month for month in range(first, last + 2) if month % MONTHS_PER_YEAR == 0]
    axes.set_xticks(turns, [""] * len(turns))
    axes.set_xlim(first, max(last, turns[-1]))
    middles = {}
    for year in range(first // MONTHS_PER_YEAR, last // MONTHS_PER_YEAR + 1):
        start, end = max(first, year * MONTHS_PER_YEAR), min(last, (year + 1) * MONTHS_PER_YEAR)
        if end - start >= MONTHS_PER_YEAR // 2:
            middles[(start + end) / 2] = str(year)
    every = -(-len(middles) // max(1, int(inches(axes)[0] / _YEAR_LABEL)))
    axes.set_xticks(list(middles)[::every], list(middles.values())[::every], minor=True)
    axes.tick_params(axis="x", which="minor", length=0)


def stack(axes: Axes, table: pd.DataFrame, colours: Mapping[str, str]) -> None:
    """Areas on top of one another; bars where there is one month only.

    Args:
        axes: the panel.
        table: months (rows) by label (columns), from the bottom of the stack to its top, not negative.
        colours: colour by label.
    """
    x = positions(list(table.index))
    shown = [colours[label] for label in table.columns]
    if shown and len(x) > 1:
        axes.stackplot(x, table.to_numpy().T, colors=shown, linewidth=0.4, edgecolor="white")
    else:
        floor = 0.0
        for label, colour in zip(table.columns, shown, strict=True):
            axes.bar(x, table[label], bottom=floor, color=colour, width=0.5, edgecolor="white", linewidth=0.4)
            floor += float(table[label].iloc[0])
    highest(axes, float(table.sum(axis=1).max()))


def line(axes: Axes, values: pd.Series[float], colour: str, style: str = "-", width: float = 1.6) -> None:
    """One line; a point where there is one month only."""
    x = positions(list(values.index))
    axes.plot(x, values.to_numpy(), color=colour, linestyle=style, linewidth=width, marker="o" if len(x) == 1 else None)


def lines_panel(
    axes: Axes, rows: pd.DataFrame, heading: str, colours: Mapping[str, str], area: Mapping[str, Any] | None = None
) -> None:
    """A panel in USD a month on a scale of its own: a line and its band for each column, over all months of the rows.

    Args:
        axes: the panel, in its final place.
        rows: by month, million USD.
        heading: name of the panel.
        colours: of the columns that are drawn.
        area: looks of what lies between the first two columns; nothing is drawn there without.
    """
    most = top_of(rows, *colours)
    unit, size = scale(most)
    plain_axes(axes, f"{unit} a month", heading)
    highest(axes, most / size)
    rows, months = rows / size, list(rows.index)
    if area is not None:
        first, second, *_ = colours
        axes.fill_between(positions(months), rows[second], rows[first], linewidth=0, **area)
    for column, colour in colours.items():
        band(axes, rows, column, colour)
    for column, colour in colours.items():
        line(axes, rows[column], colour)
    month_axis(axes, months)


def band(axes: Axes, rows: pd.DataFrame, column: str, colour: str, size: float = 1.0) -> None:
    """Shades a band over draws, if the table says; a bar where there is one month only.

    Args:
        axes: the panel.
        rows: by month, or by place on the axis; ``<column>_low`` and ``<column>_high`` are the ends of the band.
        column: what is drawn.
        colour: that of its line.
        size: what values are divided by.
    """
    if f"{column}_low" not in rows:
        return
    low, high = (rows[f"{column}_{end}"].to_numpy(dtype=np.float64) / size for end in ("low", "high"))
    x = rows.index.to_list() if is_numeric_dtype(rows.index.dtype) else positions(rows.index.to_list())
    if len(x) > 1:
        axes.fill_between(x, low, high, color=colour, alpha=_BAND, linewidth=0)
    else:
        axes.vlines(x, low, high, color=colour, alpha=2 * _BAND, linewidth=6)


def hatch(axes: Axes, rows: pd.DataFrame, column: str, size: float = 1.0) -> None:
    """Hatches a band over draws, over a stack, whose colours a shade would change; see :func:`band`."""
    if f"{column}_low" not in rows or len(rows) < _STRETCH:
        return band(axes, rows, column, INK, size)
    low, high = (rows[f"{column}_{end}"].to_numpy(dtype=np.float64) / size for end in ("low", "high"))
    x = positions(rows.index.to_list())
    axes.fill_between(x, low, high, facecolor="none", edgecolor=INK, hatch="/////", linewidth=0, alpha=_HATCH)
    for end in (low, high):
        axes.plot(x, end, color=INK, linewidth=0.6, alpha=2 * _HATCH)
    return None


def top_of(rows: pd.DataFrame, *columns: str) -> float:
    """The highest value of columns and of their bands."""
    shown = [name for column in columns for name in (column, f"{column}_high") if name in rows]
    return float(np.nanmax(rows[shown].to_numpy(dtype=np.float64), initial=0.0))


def highest(axes: Axes, value: float) -> None:
    """Starts the scale at zero and ends it above a value, never lower than it ended before."""
    now = axes.get_ylim()[1] if axes.has_data() and axes.get_ylim()[0] == 0.0 else 0.0
    top = max(1.06 * value, now)
    axes.set_ylim(0.0, top if top > 0.0 else 1.0)


def label_right(axes: Axes, places: Mapping[str, float], colours: Mapping[str, str], room: float) -> None:
    """Labels beside the right edge, each with a patch of its colour, moved apart where they would touch.

    Args:
        axes: the panel in its final place, its scale already set.
        places: label -> value at the right edge.
        colours: label -> colour.
        room: what is free to the right of the panel, inches.
    """
    low, high = axes.get_ylim()
    gap = (high - low) * (SMALL * 1.25 / 72) / inches(axes)[1]
    moved = spread(list(places.values()), gap, low, high)
    for label, y in zip(places, moved, strict=True):
        axes.annotate(
            "■", (1, y), xytext=(5, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            size=SMALL, color=colours[label], va="center",
        )  # fmt: skip
        lines, size = fitted(label, room - 14 / 72, SMALL, most=1)
        axes.annotate(
            "\n".join(lines), (1, y), xytext=(14, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            size=size, color=INK, va="center", gid="label", **PLAIN,
        )  # fmt: skip


def middles(last: pd.Series[float]) -> dict[str, float]:
    """Where the layers of a stack have their middle, by label."""
    top = last.cumsum()
    return {str(label): float(place) for label, place in ((top + top.shift(fill_value=0.0)) / 2).items()}


class Mark(NamedTuple):
    """A dated law above a panel.

    Attributes:
        month: where its line stands.
        lines: what is written beside the top of the line.
        lane: in which row above the panel the first of them stands, counted from the panel.
    """

    month: int
    lines: list[str]
    lane: int


def law_marks(months: Sequence[str], law: Sequence[tuple[int, str]], across: float, room: float) -> list[Mark]:
    """Dates of the law in as few rows above a panel as hold all that is written; near dates share a line.

    Args:
        months: all months of the run.
        law: month and name, by date.
        across: width of the panel, inches.
        room: what is free to the right of it, inches.
    """
    first, last = parse_month(months[0]), parse_month(months[-1])
    shared: list[tuple[int, list[str]]] = []
    for month, name in law:
        if not first < month <= last:
            continue
        if shared and month - shared[-1][0] < _NEXT_MARK:
            shared[-1][1].append(name)
        else:
            shared.append((month, [name]))
    per_month = across / max(1, last - first)
    written = []
    for month, names in shared:
        text = names[0] + (f" (and {len(names) - 1} more)" if len(names) > 1 else "")
        free = across + room - (month - first) * per_month - _BESIDE
        lines = wrapped(text, max(_NARROWEST, min(_LAW_WIDTH, free)), SMALL - 1)
        written.append((month, lines, max(width_of(line, SMALL - 1) for line in lines) + 2 * _BESIDE))
    # A line crosses the rows below its own, so a law stands above those before it that it would run into.
    marks: list[Mark] = []
    ends: list[tuple[float, int, int]] = []  # where a law's writing ends, its lowest row and the one above its highest
    for month, lines, broad in reversed(written):
        start = (month - first) * per_month
        crossed = [top for begin, _, top in ends if begin < start + broad]
        low = max(crossed, default=0)
        marks.append(Mark(month, lines, low + len(lines) - 1))
        ends.append((start, low, low + len(lines)))
    return marks[::-1]


def mark_law(axes: Axes, marks: Sequence[Mark]) -> None:
    """Thin lines where laws come into force, named above the panel; see :func:`law_marks`."""
    _, height = inches(axes)
    for month, lines, lane in marks:
        top = 1.0 + ((lane + 1) * LAW_LANE - 0.02) / height
        axes.plot(
            [month, month], [0, top], transform=axes.get_xaxis_transform(), clip_on=False,
            color=MUTED, linewidth=0.6, linestyle=(0, (3, 2)), zorder=3,
        )  # fmt: skip
        axes.annotate(
            "\n".join(lines), (month, top), xytext=(3, 0), xycoords=axes.get_xaxis_transform(),
            textcoords="offset points", size=SMALL - 1, color=MUTED, va="top", gid="law", linespacing=1.15, **PLAIN,
        )  # fmt: skip
