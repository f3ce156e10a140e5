"""Suppliers before and after: two columns joined by ribbons, so that one sees whose sales went to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.patches import Rectangle

from sim.metrics.series_tables import (
    ALL_SUPPLIERS,
    COALITION_HUBS,
    OTHER_HUBS,
    SUPPLIER_COLUMNS,
    supplier_order,
)
from sim.metrics.supplier_matching import GONE, NEW
from sim.metrics.title_numbers import AROUND, GONE_SHARE, LOST, OTHERS
from sim.report.plots.labels import PLAIN, fitted, scale, width_of
from sim.report.plots.ribbons import Places, beside, join, placed
from sim.report.plots.run_view import headings, look
from sim.report.plots.style import INK, LOST_COLOUR, MUTED, SMALL, frame, inches, nothing_to_show, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.report.plots.run_view import Source, View

_COLUMN, _BESIDE, _WIDEST, _NARROWEST = 0.16, 0.08, 2.7, 1.4  # inches: a block, from block to label, a label's room
_GAP, _LABELLED = 0.012, 0.008  # shares of the column's height


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws the two columns and their ribbons; returns the figures behind it."""
    view = look(source)
    shown = view.banded("who_replaced_whom")
    table, contrast = _without_sums(shown), view.contrast
    unit, _ = scale(float(table["volume_musd"].sum()))
    period = f" in {contrast.after}" if contrast is not None and contrast.same_months else ""
    subtitle = (
        f"Deliveries to {view.target_name}{period}, {unit} at base-year prices. Ribbons keep the colour of the first "
        "supplier; losses in a good are set against gains in the same good, in proportion"
    )
    plate = frame(
        figure,
        _title(view),
        subtitle + view.shaded("in brackets"),
        stamp(view.policy, view.baseline, view.bands_note.strip()),
    )
    if contrast is None or table.empty:
        nothing_to_show(
            figure, plate, "Nothing to compare: no base year in the run and no counterfactual, or no deliveries."
        )
        return view.behind("who_replaced_whom", shown)
    axes = figure.add_axes((plate.left, plate.bottom + 0.01, plate.right - plate.left, plate.top - plate.bottom - 0.05))
    axes.set_axis_off()
    axes.set_xlim(0.0, inches(axes)[0])
    _draw_columns(axes, view, shown, headings(view))
    return view.behind("who_replaced_whom", shown)


def _without_sums(shown: pd.DataFrame) -> pd.DataFrame:
    return shown.loc[shown["before"].ne(ALL_SUPPLIERS) & shown["after"].ne(ALL_SUPPLIERS), SUPPLIER_COLUMNS]


def _draw_columns(axes: Axes, view: View, shown: pd.DataFrame, heads: tuple[str, str]) -> None:
    table = _without_sums(shown)
    _, size = scale(float(table["volume_musd"].sum()))
    values = table.assign(volume_musd=table["volume_musd"] / size)
    total = float(values["volume_musd"].sum())
    order, gap = supplier_order(view), _GAP * total
    tops = {side: _place(values, side, order, gap) for side in ("before", "after")}
    ends = [min(place - size for place, size in side.values()) for side in tops.values()]
    axes.set_ylim(min(ends), 0.035 * total)
    texts = {
        side: {name: f"{_name(view, name)}  {_amount(shown, side, name, size)}" for name in tops[side]} for side in tops
    }
    left, right = (_room(texts[side].values()) + _BESIDE for side in ("before", "after"))
    right = inches(axes)[0] - right - _COLUMN
    colours = view.colours | {COALITION_HUBS: "#7a8fa6", OTHER_HUBS: "#b59a7a", NEW: LOST_COLOUR, GONE: LOST_COLOUR}
    # What moved lies above what stayed: it is the news.
    join(axes, (left + _COLUMN, right), (tops["before"], tops["after"]), values.itertuples(index=False, name=None),
         lambda before, after: {"facecolor": colours[before], "alpha": 0.45 if before == after else 0.6,
                                "zorder": 1 if before == after else 2})  # fmt: skip
    for side, x, heading in (("before", left, heads[0]), ("after", right, heads[1])):
        for name, (top, height) in tops[side].items():
            edge = MUTED if name in (NEW, GONE) else "white"
            axes.add_patch(
                Rectangle(
                    (x, top - height), _COLUMN, height, facecolor=colours[name], edgecolor=edge, linewidth=0.5, zorder=3
                )
            )
        align = "right" if side == "before" else "left"
        beside_it = x - _BESIDE if side == "before" else x + _COLUMN + _BESIDE
        _label(axes, texts[side], tops[side], (beside_it, align), total)
        where = x + (_COLUMN if side == "before" else 0.0)
        room = where if side == "before" else inches(axes)[0] - where
        lines, letters = fitted(heading, room, SMALL + 2, "bold", most=2)
        looks: dict[str, Any] = {"size": letters, "weight": "bold", "color": INK, "ha": align, "gid": "heading"}
        axes.text(where, 0.012 * total, "\n".join(lines), **looks, **PLAIN)


def _name(view: View, name: str) -> str:
    """A supplier in plain words."""
    through = {COALITION_HUBS: "Coalition goods through hubs", OTHER_HUBS: "Other goods through hubs"}
    return through.get(name) or view.name(name)


def _room(texts: Iterable[str]) -> float:
    """Inches that the labels of a side take."""
    return min(_WIDEST, max((width_of(text, SMALL, "bold") for text in texts), default=_NARROWEST))


def _place(values: pd.DataFrame, side: str, order: list[str], gap: float) -> Places:
    """Top and height of each block of a column."""
    sizes = values.groupby(side)["volume_musd"].sum()
    return placed(((name, float(sizes.get(name, 0.0))) for name in order), gap)


def _amount(shown: pd.DataFrame, side: str, name: str, size: float) -> str:
    """The size of a block, and its band in brackets; none where the draws all agree or there are none."""
    other = "after" if side == "before" else "before"
    row = shown[shown[side].eq(name) & shown[other].eq(ALL_SUPPLIERS)].iloc[0]
    value, *ends = (f"{row[column] / size:.1f}" for column in map(str, shown) if column.startswith("volume_musd"))
    return f"{value} [{', '.join(ends)}]" if len(set(ends)) > 1 else value


def _label(axes: Axes, texts: Mapping[str, str], places: Places, where: tuple[float, str], total: float) -> None:
    """Names and sizes beside the blocks that are large enough to be seen."""
    x, align = where
    for name, y in beside(axes, places, _LABELLED * total, 0.026 * total).items():
        weight = "bold" if name in (NEW, GONE) else "normal"
        lines, size = fitted(texts[name], _WIDEST, SMALL, weight, most=1)
        looks: dict[str, Any] = {"ha": align, "weight": weight, "gid": "label", "size": size}
        axes.text(x, y, "\n".join(lines), color=INK, va="center", **looks, **PLAIN)


def _title(view: View) -> str:
    contrast, told = view.contrast, view.title_numbers("who_replaced_whom")
    if contrast is None or not told:
        return f"Who replaced whom in supplying {view.target_name}"
    since = "to the policies" if contrast.same_months else f"by {contrast.after}"
    if view.two_packages:
        since = f"under {view.names[0]} against {view.names[1]}"
    others, around, gone = (told[name].percent() for name in (OTHERS, AROUND, GONE_SHARE))
    return (
        f"Of {told[LOST].money()} of direct coalition sales lost {since}, at base-year prices, {others} went to other "
        f"suppliers, {around} round through hubs, {gone} to nobody"
    )
