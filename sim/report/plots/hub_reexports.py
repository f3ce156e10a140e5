"""What goes through each hub to the target, and how much of it the hub's office records as re-export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.metrics.title_numbers import RECORDED, THROUGH
from sim.report.plots.panels import panels
from sim.report.plots.run_view import look
from sim.report.plots.style import COALITION, NEUTRAL, frame, key, nothing_to_show, stamp
from sim.report.plots.timeline import lines_panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.report.plots.run_view import Source, View


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws one panel per hub, the largest first; returns the figures behind it."""
    view = look(source)
    shown = view.banded("hub_reexports")
    subtitle = (
        f"Goods of others that go through each hub to {view.target_name}, USD a month; each panel on its own scale"
    )
    footer = stamp(view.policy, also=f"FOB, prices of the month.{view.bands_note}")
    plate = frame(figure, _title(view), subtitle + view.shaded(), footer)
    if not view.hubs:
        nothing_to_show(figure, plate, "This world has no hubs.")
        return shown
    keys = [
        ("What goes through", NEUTRAL, "-"),
        (f"What the hub's own office records as re-export to {view.target_name}", COALITION, "-"),
    ]
    plate = key(figure, plate, keys)
    ranked = shown.groupby("hub")["through_musd"].sum().sort_values(ascending=False, kind="stable").index
    area = {"color": NEUTRAL, "alpha": 0.18} if view.bands is None else None
    for axes, hub in zip(panels(figure, plate, len(ranked)), ranked, strict=True):
        rows = shown[shown["hub"] == hub].set_index("month").drop(columns="hub")
        lines_panel(axes, rows, view.name(str(hub)), {"through_musd": NEUTRAL, "recorded_musd": COALITION}, area)
    return shown


def _title(view: View) -> str:
    name, told = view.last_stretch[0], view.title_numbers("hub_reexports")
    if not told:
        return f"What goes through hubs to {view.target_name}"
    passed = f"{told[THROUGH].money()} of goods went through hubs to {view.target_name} in {name}"
    return f"{passed}; the hubs recorded {told[RECORDED].money()} of it as re-exports"
