"""Who supplies the target: deliveries by month and origin, and what they would have been without the policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.metrics.series_tables import ALL_ORIGINS
from sim.metrics.title_numbers import AFTER, BEFORE
from sim.report.plots.labels import scale
from sim.report.plots.run_view import look, sentence, under
from sim.report.plots.style import REFERENCE, frame, inner_width, plain_axes, stamp
from sim.report.plots.timeline import (
    LAW_LANE,
    hatch,
    highest,
    label_right,
    law_marks,
    line,
    mark_law,
    middles,
    month_axis,
    stack,
    top_of,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.report.plots.run_view import Source, View

_LABELS, _SCALE = 1.75, 0.3  # inches
_USUAL_LANES = 3  # rows of dates that a figure has room for as it is


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws the stack and the line; returns the figures behind it."""
    view = look(source)
    shown = view.banded("flows_by_origin")
    without = f"; black line: total {under(view.names[1])}" if view.baseline is not None else ""
    subtitle = f"Deliveries to {view.target_name} by origin of the goods, by any route, USD a month{without}"
    footer = stamp(view.policy, view.baseline, f"FOB, prices of the month.{view.bands_note}")
    marks = law_marks(view.months, view.dated_law, inner_width(figure) - _SCALE - _LABELS, _LABELS)
    lanes = max(_USUAL_LANES, *(mark.lane + 1 for mark in marks), 0)
    figure.set_figheight(float(figure.get_figheight()) + (lanes - _USUAL_LANES) * LAW_LANE)
    plate = frame(figure, _title(view), subtitle + view.shaded("total hatched"), footer)
    width, height = (float(side) for side in figure.get_size_inches())
    top, right = plate.top - (lanes * LAW_LANE + 0.02) / height, plate.right - _LABELS / width
    left, bottom = plate.left + _SCALE / width, plate.bottom + 0.25 / height
    axes = figure.add_axes((left, bottom, right - left, top - bottom))
    order = list(dict.fromkeys(view.grouped_origins().values()))
    table = shown[shown["run"] == "policy"].pivot_table(
        index="month", columns="origin", values="value_musd", sort=False
    )
    table = table.reindex(index=view.months, columns=order, fill_value=0.0)
    sums, usual = (
        shown[(shown["run"] == run) & (shown["origin"] == ALL_ORIGINS)].set_index("month")
        for run in ("policy", "baseline")
    )
    unit, size = scale(max(float(table.sum(axis=1).max()), top_of(sums, "value_musd"), top_of(usual, "value_musd")))
    plain_axes(axes, f"{unit} a month")
    table /= size
    stack(axes, table, view.colours)
    highest(axes, top_of(sums, "value_musd") / size)
    hatch(axes, sums, "value_musd", size)
    month_axis(axes, view.months)
    places = middles(table.iloc[-1])
    if len(usual):
        highest(axes, top_of(usual, "value_musd") / size)
        line(axes, usual["value_musd"] / size, REFERENCE)
    mark_law(axes, marks)
    named = {view.name(code): place for code, place in places.items()}
    label_right(axes, named, {view.name(code): view.colours[code] for code in places}, _LABELS)
    return view.behind("flows_by_origin", shown)


def _title(view: View) -> str:
    contrast = view.contrast
    told = view.title_numbers("flows_by_origin")
    if contrast is None or not told:
        return f"Who supplies {view.target_name}"
    subject = f"The coalition's share of the value that {view.target_name} receives"
    return sentence(view, subject, told[BEFORE].percent(), told[AFTER].percent())
