"""What passes each hub to the target, and how much of it the hub's office records as re-export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.plots.panels import panels
from sim.plots.style import COALITION, NEUTRAL, SMALL, frame, nothing_to_show, plain_axes, stamp
from sim.plots.timeline import highest, line, month_axis, positions
from sim.plots.view import look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.plots.view import Source, View


def data(source: Source) -> pd.DataFrame:
    """Goods of others passed on to the target: month, hub, through_musd (true), recorded_musd (as re-export)."""
    view = look(source)
    flows, books = view.to_target, view.policy.recorded
    true = view.monthly(flows, flows["road"].str.removeprefix("via ")).reindex(columns=view.hubs, fill_value=0.0)
    books = books[books["flow"] == "re-export"]
    seen = view.monthly(books, "office").reindex(columns=view.hubs, fill_value=0.0)
    columns = {
        name: table.rename_axis(index="month", columns="hub").stack()
        for name, table in (("through_musd", true), ("recorded_musd", seen))
    }
    return pd.DataFrame(columns).reset_index()


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws one panel per hub, the largest first; returns the figures behind it."""
    view = look(source)
    shown = data(view)
    subtitle = f"Goods of other origins that pass each hub to {view.target_name}, million USD a month, each hub on its scale"
    plate = frame(figure, _title(view, shown), subtitle, stamp(view.policy, also="FOB, prices of the month."))
    if not view.hubs:
        nothing_to_show(figure, plate, "This world has no hubs.")
        return shown
    ranked = shown.groupby("hub")["through_musd"].sum().sort_values(ascending=False, kind="stable").index
    for axes, hub in zip(panels(figure, plate, len(ranked)), ranked, strict=True):
        _draw_hub(axes, view, shown[shown["hub"] == hub].set_index("month"), str(hub))
    first = figure.axes[0]
    for rank, (text, colour) in enumerate((("True", NEUTRAL), ("Recorded as re-export", COALITION))):
        first.text(0.03, 0.97 - 0.15 * rank, text, transform=first.transAxes, size=SMALL, color=colour, va="top")
    return shown


def _draw_hub(axes: Axes, view: View, rows: pd.DataFrame, hub: str) -> None:
    plain_axes(axes, "mn USD a month", view.name(hub))
    highest(axes, float(rows[["through_musd", "recorded_musd"]].max().max()))
    x = positions(list(rows.index))
    axes.fill_between(x, rows["recorded_musd"], rows["through_musd"], color=NEUTRAL, alpha=0.18, linewidth=0)
    line(axes, rows["through_musd"], NEUTRAL)
    line(axes, rows["recorded_musd"], COALITION)
    axes.locator_params(axis="y", nbins=4)
    month_axis(axes, view.months, short=True)


def _title(view: View, shown: pd.DataFrame) -> str:
    name, months = view.last_stretch
    rows = shown[shown["month"].isin(months)]
    true, seen = rows["through_musd"].sum() / 1e3, rows["recorded_musd"].sum() / 1e3
    if not true > 0.0:
        return f"What passes hubs on its way to {view.target_name}"
    return f"{true:.1f} bn USD passed hubs to {view.target_name} in {name}; their offices recorded {seen:.1f} bn as re-exports"
