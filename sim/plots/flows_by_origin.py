"""Who supplies the target: deliveries by month and origin, and what they would have been without the policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.plots.style import REFERENCE, frame, plain_axes, stamp
from sim.plots.timeline import highest, label_right, line, mark_law, middles, month_axis, stack, totals
from sim.plots.view import look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.plots.view import Source, View

_NAMED = 7
_LABELS = 1.75  # inches


def data(source: Source) -> pd.DataFrame:
    """Deliveries to the target: run (policy, baseline), month, origin or group of origins, value_musd."""
    view = look(source)
    groups = view.grouped_origins(_NAMED)
    pieces = []
    for run, table in (("policy", view.to_target), ("baseline", view.to_target_without)):
        if table is not None:
            sums = view.monthly(table, table["origin"].map(groups).rename("origin"))
            pieces.append(sums.stack().rename("value_musd").reset_index().assign(run=run))
    return pd.concat(pieces, ignore_index=True)[["run", "month", "origin", "value_musd"]]


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws the stack and the line; returns the figures behind it."""
    view = look(source)
    shown = data(view)
    without = "; line: total without the policies" if view.baseline is not None else ""
    subtitle = f"Deliveries to {view.target_name} by origin of the goods, by any road, bn USD a month{without}"
    plate = frame(figure, _title(view), subtitle, stamp(view.policy, view.baseline, "FOB, prices of the month."))
    width, height = (float(side) for side in figure.get_size_inches())
    top, right = plate.top - 0.42 / height, plate.right - _LABELS / width
    axes = plain_axes(figure.add_subplot(), "bn USD a month")
    left = plate.left + 0.3 / width
    bottom = plate.bottom + 0.25 / height
    axes.set_position((left, bottom, right - left, top - bottom))
    order = list(dict.fromkeys(view.grouped_origins(_NAMED).values()))
    table = shown[shown["run"] == "policy"].pivot_table(index="month", columns="origin", values="value_musd", sort=False)
    table = table.reindex(index=view.months, columns=order, fill_value=0.0) / 1e3
    stack(axes, table, view.colours)
    month_axis(axes, view.months)
    places, colours = middles(table.iloc[-1]), dict(view.colours)
    if view.to_target_without is not None:
        total = totals(view.to_target_without, view.months) / 1e3
        highest(axes, float(total.max()))
        line(axes, total, REFERENCE)
    mark_law(axes, view.months, view.dated_law)
    named = {view.name(code): place for code, place in places.items()}
    label_right(axes, named, {view.name(code): colours[code] for code in places}, (top - bottom) * height)
    return shown


def _title(view: View) -> str:
    contrast = view.contrast
    if contrast is None or not view.coalition or contrast.first.empty or contrast.second.empty:
        return f"Who supplies {view.target_name}"
    shares = [
        f"{100 * part[part['origin'].isin(view.coalition)]['value_musd'].sum() / part['value_musd'].sum():.0f} %"
        for part in (contrast.first, contrast.second)
    ]
    return contrast.sentence(f"Goods from the coalition in what reaches {view.target_name}", shares[0], shares[1])
