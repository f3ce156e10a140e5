"""What reaches the target from each group of origins, and what the origins' offices have on record of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.common.months import parse_month
from sim.metrics.title_numbers import RECORDED, TRUE
from sim.report.plots.labels import PLAIN, fitted, scale
from sim.report.plots.panels import panels
from sim.report.plots.run_view import look
from sim.report.plots.style import COALITION, INK, MUTED, SMALL, frame, inches, key, plain_axes, stamp
from sim.report.plots.timeline import band, line, lines_panel, month_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    if view.two_packages:
        subtitle += f"; the other: {view.names[1]}"
    members = {"coalition": view.coalition, "others": set(view.states) - view.coalition}
    foretold = {group: view.brought_forward(states) for group, states in members.items()}
    note = "Prices of the month."
    if view.hubs and any(_inside(view, law) for law in foretold.values()):
        note += (
            " Dashed: law announced four weeks ahead or more; orders are brought forward before it and missing after."
        )
    footer = stamp(view.policy, view.baseline, note + view.bands_note)
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
            _mark_foretold(axes, _inside(view, foretold[group]))
    return view.behind("recorded_and_true", shown)


def _draw_towards_hubs(axes: Axes, view: View, rows: pd.DataFrame, heading: str) -> None:
    """The change against the world without the policies, or all where there is no such run."""
    if "to_hubs_change_musd" not in rows:
        lines_panel(axes, rows, heading, {"to_hubs_musd": COALITION})
        return
    most = float(rows.filter(like="to_hubs_change_musd").abs().max().max())
    shown_any = most > 0.0
    unit, size = scale(most)
    other = "in the other" if view.two_packages else view.names[1]
    plain_axes(axes, f"{unit} a month more or less than {other}", heading)
    if not shown_any:
        axes.set_ylim(-1.0, 1.0)
    band(axes, rows, "to_hubs_change_musd", COALITION, size)
    line(axes, rows["to_hubs_change_musd"] / size, COALITION)
    axes.axhline(0.0, color=MUTED, linewidth=0.8)
    month_axis(axes, view.months)


def _inside(view: View, law: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    first, last = parse_month(view.months[0]), parse_month(view.months[-1])
    return [(month, name) for month, name in law if first < month <= last]


def _mark_foretold(axes: Axes, law: Sequence[tuple[int, str]]) -> None:
    """Lines where such law comes into force, each named along it from the top of the panel, on the side with room."""
    low, high = axes.get_xlim()
    _, height = inches(axes)
    for month, name in law:
        axes.axvline(month, color=MUTED, linewidth=0.6, linestyle=(0, (3, 2)), zorder=1)
        lines, size = fitted(name, height - 0.1, SMALL - 1, most=1)
        axes.annotate(
            "\n".join(lines), (month, 0.03), xytext=(-3 if month > (low + high) / 2 else 3, 0),
            xycoords=axes.get_xaxis_transform(), textcoords="offset points", rotation=90, va="bottom",
            ha="right" if month > (low + high) / 2 else "left", size=size, color=MUTED, gid="event", **PLAIN,
        )  # fmt: skip


def _title(view: View) -> str:
    name, told = view.last_stretch[0], view.title_numbers("recorded_and_true")
    if not told:
        return f"What reaches {view.target_name}, and what is on record of it"
    reached = f"{told[TRUE].money()} of goods from the coalition's states reached {view.target_name} in {name}"
    return f"{reached}; {told[RECORDED].money()} is on record as exports to it"
