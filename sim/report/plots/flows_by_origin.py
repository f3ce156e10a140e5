"""Who supplies the target: deliveries by month and origin, and what they would have been without the policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.metrics.run_pair import totals
from sim.metrics.series_tables import ALL_ORIGINS, flows_by_origin
from sim.report.plots.labels import percent, scale
from sim.report.plots.run_view import look, sentence
from sim.report.plots.style import REFERENCE, frame, plain_axes, stamp
from sim.report.plots.timeline import (
    LAW_LANE,
    LAW_LANES,
    hatch,
    highest,
    label_right,
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

_LABELS = 1.75  # inches


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws the stack and the line; returns the figures behind it."""
    view = look(source)
    shown = flows_by_origin(view) if view.bands is None else view.banded("flows_by_origin")
    without = "; black line: total without the policies" if view.baseline is not None else ""
    subtitle = f"Deliveries to {view.target_name} by origin of the goods, by any route, USD a month{without}"
    footer = stamp(view.policy, view.baseline, f"FOB, prices of the month.{view.bands_note}")
    plate = frame(figure, _title(view), subtitle + view.shaded.replace("shaded", "total hatched"), footer)
    width, height = (float(side) for side in figure.get_size_inches())
    top, right = plate.top - (LAW_LANES * LAW_LANE + 0.02) / height, plate.right - _LABELS / width
    left, bottom = plate.left + 0.3 / width, plate.bottom + 0.25 / height
    axes = figure.add_axes((left, bottom, right - left, top - bottom))
    order = list(dict.fromkeys(view.grouped_origins().values()))
    table = shown[shown["run"] == "policy"].pivot_table(
        index="month", columns="origin", values="value_musd", sort=False
    )
    table = table.reindex(index=view.months, columns=order, fill_value=0.0)
    total = None if view.to_target_without is None else totals(view.to_target_without, view.months)
    unit, size = scale(max(0.0 if part is None else float(part.max()) for part in (table.sum(axis=1), total)))
    plain_axes(axes, f"{unit} a month")
    table /= size
    stack(axes, table, view.colours)
    sums = shown[(shown["run"] == "policy") & (shown["origin"] == ALL_ORIGINS)].set_index("month")
    highest(axes, top_of(sums, "value_musd") / size)
    hatch(axes, sums, "value_musd", size)
    month_axis(axes, view.months)
    places = middles(table.iloc[-1])
    if total is not None:
        highest(axes, float(total.max()) / size)
        line(axes, total / size, REFERENCE)
    mark_law(axes, view.months, view.dated_law)
    named = {view.name(code): place for code, place in places.items()}
    label_right(axes, named, {view.name(code): view.colours[code] for code in places})
    return shown


def _title(view: View) -> str:
    contrast = view.contrast
    if contrast is None or not view.coalition or contrast.first.empty or contrast.second.empty:
        return f"Who supplies {view.target_name}"
    shares = [
        percent(part[part["origin"].isin(view.coalition)]["value_musd"].sum() / part["value_musd"].sum())
        for part in (contrast.first, contrast.second)
    ]
    return sentence(contrast, f"The coalition's share of what {view.target_name} receives", shares[0], shares[1])
