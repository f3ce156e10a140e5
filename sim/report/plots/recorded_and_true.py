"""What reaches the target from each group of origins, and what the origins' offices have on record of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.metrics.title_numbers import RECORDED, TRUE
from sim.report.plots.labels import scale
from sim.report.plots.panels import panels
from sim.report.plots.run_view import look, under
from sim.report.plots.style import COALITION, INK, MUTED, frame, key, plain_axes, stamp
from sim.report.plots.timeline import band, line, lines_panel, month_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.report.plots.run_view import Source, View

GAP = "#f3cfb7"
_GROUPS = {"coalition": "Coalition", "others": "Other states"}


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws true and recorded deliveries and the offices' exports to hubs; returns the figures behind it."""
    view = look(source)
    shown = view.banded("recorded_and_true")
    subtitle = "What the exporters' customs offices have on record against what happened, USD a month, FOB"
    footer = stamp(view.policy, view.baseline, f"Prices of the month.{view.bands_note}")
    plate = frame(figure, _title(view), subtitle + view.shaded(), footer)
    below = ", or to hubs (below)" if view.hubs else ""
    keys = [
        ("True", INK, "-"),
        (f"Recorded as exports to {view.target_name}{below}", COALITION, "-"),
        ("Declared to a hub or under another code", GAP, "area"),
    ]
    plate = key(figure, plate, keys)
    groups = [group for group in _GROUPS if view.coalition or group != "coalition"]
    pairs = [(group, part) for part in (("true", "hubs") if view.hubs else ("true",)) for group in groups]
    for axes, (group, part) in zip(panels(figure, plate, len(pairs)), pairs, strict=True):
        rows = shown[shown["group"] == group].set_index("month").drop(columns="group")
        if part == "true":
            colours = {"true_musd": INK, "recorded_musd": COALITION}
            lines_panel(axes, rows, f"{_GROUPS[group]} to {view.target_name}", colours, {"color": GAP})
        else:
            _draw_towards_hubs(axes, view, rows, f"{_GROUPS[group]} to hubs, as recorded")
    return view.behind("recorded_and_true", shown)


def _draw_towards_hubs(axes: Axes, view: View, rows: pd.DataFrame, heading: str) -> None:
    """The change against the world without the policies, or all where there is no such run."""
    if "to_hubs_change_musd" not in rows:
        lines_panel(axes, rows, heading, {"to_hubs_musd": COALITION})
        return
    unit, size = scale(float(rows.filter(like="to_hubs_change_musd").abs().max().max()))
    plain_axes(axes, f"{unit} a month more or less than {under(view.names[1])}", heading)
    band(axes, rows, "to_hubs_change_musd", COALITION, size)
    line(axes, rows["to_hubs_change_musd"] / size, COALITION)
    axes.axhline(0.0, color=MUTED, linewidth=0.8)
    month_axis(axes, view.months)


def _title(view: View) -> str:
    name, told = view.last_stretch[0], view.title_numbers("recorded_and_true")
    if not told:
        return f"What reaches {view.target_name}, and what is on record of it"
    reached = f"{told[TRUE].money()} of goods from the coalition's states reached {view.target_name} in {name}"
    return f"{reached}; {told[RECORDED].money()} is on record as exports to it"
