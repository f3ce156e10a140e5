"""By which route goods reach the target: direct, or through which hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.metrics.run_pair import DIRECT, OTHER_STATES
from sim.metrics.series_tables import ALL_HUBS
from sim.metrics.title_numbers import AFTER, BEFORE
from sim.report.plots.labels import scale
from sim.report.plots.run_view import look, sentence, through_hubs, under
from sim.report.plots.style import REFERENCE, frame, plain_axes, stamp
from sim.report.plots.timeline import (
    band,
    hatch,
    highest,
    label_right,
    line,
    middles,
    month_axis,
    stack,
    top_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.report.plots.run_view import Source, View

_NAMED = 7
_LABELS, _BETWEEN = 1.6, 0.55  # inches


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws the direct route and, on a scale of their own, the hubs; returns the figures behind it."""
    view = look(source)
    shown = view.banded("flows_by_route")
    subtitle = f"Deliveries to {view.target_name} by route, USD a month; mind the different scales"
    if not view.hubs:
        subtitle = f"Deliveries to {view.target_name}, all on the direct route, USD a month (this world has no hubs)"
    if view.baseline is not None:
        subtitle += f"; dotted: {under(view.names[1])}"
    footer = stamp(view.policy, view.baseline, f"FOB, prices of the month.{view.bands_note}")
    plate = frame(figure, _title(view), subtitle + view.shaded("shaded, all hubs hatched"), footer)
    width, height = (float(side) for side in figure.get_size_inches())
    top, bottom = plate.top - 0.45 / height, plate.bottom + 0.25 / height
    left, right = plate.left + 0.28 / width, plate.right - _LABELS / width
    half = (right - left - _BETWEEN / width) * (0.42 if view.hubs else 1.0)
    axes = figure.add_axes((left, bottom, half if view.hubs else right - left, top - bottom))
    _draw_direct(axes, view, shown)
    if view.hubs:
        second = left + half + _BETWEEN / width
        axes = figure.add_axes((second, bottom, right - second, top - bottom))
        _draw_hubs(axes, view, shown)
    return view.behind("flows_by_route", shown)


def _draw_direct(axes: Axes, view: View, shown: pd.DataFrame) -> None:
    runs = [(_route(shown, run, DIRECT), style) for run, style in (("policy", "-"), ("baseline", ":"))]
    unit, size = scale(max(top_of(rows, "value_musd") for rows, _ in runs))
    plain_axes(axes, f"{unit} a month", "Direct")
    for rows, style in runs:
        if len(rows):
            highest(axes, top_of(rows, "value_musd") / size)
            band(axes, rows, "value_musd", REFERENCE, size)
            line(axes, rows["value_musd"] / size, REFERENCE, style)
    month_axis(axes, view.months)


def _route(shown: pd.DataFrame, run: str, route: str) -> pd.DataFrame:
    """One route of one run, by month; empty if there is none."""
    return shown[(shown["run"] == run) & (shown["route"] == route)].set_index("month")


def _draw_hubs(axes: Axes, view: View, shown: pd.DataFrame) -> None:
    through = shown[(shown["run"] == "policy") & ~shown["route"].isin([DIRECT, ALL_HUBS])]
    total, usual = (_route(shown, run, ALL_HUBS) for run in ("policy", "baseline"))
    table = through.pivot_table(index="month", columns="route", values="value_musd", sort=False)
    ranked = [str(hub) for hub in table.sum().sort_values(ascending=False, kind="stable").index]
    kept, rest = ranked[:_NAMED], ranked[_NAMED:]
    grouped = table[kept].assign(**({OTHER_STATES: table[rest].sum(axis=1)} if rest else {}))
    unit, size = scale(max(float(grouped.sum(axis=1).max()), top_of(total, "value_musd")))
    plain_axes(axes, f"{unit} a month", "Through hubs")
    grouped /= size
    stack(axes, grouped, view.colours)
    highest(axes, top_of(total, "value_musd") / size)
    hatch(axes, total, "value_musd", size)
    band(axes, usual, "value_musd", REFERENCE, size)
    names = {code: "Other hubs" if code == OTHER_STATES else view.name(code) for code in grouped.columns}
    if len(usual):
        highest(axes, top_of(usual, "value_musd") / size)
        line(axes, usual["value_musd"] / size, REFERENCE, ":")
    month_axis(axes, view.months)
    places = {names[code]: place for code, place in middles(grouped.iloc[-1]).items()}
    label_right(axes, places, {name: view.colours[code] for code, name in names.items()}, _LABELS)


def _title(view: View) -> str:
    contrast = view.contrast
    told = view.title_numbers("flows_by_route")
    if contrast is None or not told:
        return f"By which route goods reach {view.target_name}"
    return sentence(view, through_hubs(view), told[BEFORE].percent(1), told[AFTER].percent(1))
