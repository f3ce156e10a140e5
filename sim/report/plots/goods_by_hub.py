"""Small multiples: what goes through each large hub of each large good, with the policies and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.common.months import span_name
from sim.report.plots.labels import fitted, scale
from sim.report.plots.panels import panels
from sim.report.plots.run_view import look
from sim.report.plots.style import (
    INK,
    NEUTRAL,
    REFERENCE,
    SMALL,
    above,
    frame,
    key,
    nothing_to_show,
    plain_axes,
    stamp,
)
from sim.report.plots.timeline import band, highest, line, month_axis, top_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.report.plots.run_view import Source, View

_GOODS, _HUBS = 4, 4
_HEAD = 0.6  # inches above a panel: the row's good, the hub and a unit
_GOOD = 31.0  # points from a panel to the name of its good
_GOOD_LOOKS = {"weight": "bold", "color": INK, "gid": "heading"}
_NAMES = ["run", "good", "hub"]


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws a row of panels per good and a column per hub; returns the figures behind it, of all goods and hubs."""
    view = look(source)
    table = view.banded("goods_by_hub")
    subtitle = f"Deliveries to {view.target_name} by the hub they entered, USD a month; every panel has its own scale"
    footer = stamp(view.policy, view.baseline, f"FOB, prices of the month.{view.bands_note}")
    plate = frame(figure, _title(view), subtitle + view.shaded(), footer)
    shown = table[table["run"] == "policy"]
    if shown.empty:
        nothing_to_show(figure, plate, "Nothing goes through a hub in this run.")
        return table
    hubs = [str(hub) for hub in shown.groupby("hub")["value_musd"].sum().nlargest(_HUBS).index]
    goods = [str(good) for good in shown.groupby("good")["value_musd"].sum().nlargest(_GOODS).index]
    if view.baseline is not None:
        plate = key(figure, plate, [(view.names[0], NEUTRAL, "-"), (view.names[1], REFERENCE, ":")])
    cells = [(good, hub) for good in goods for hub in hubs]
    broad = (plate.right - plate.left) * float(figure.get_figwidth())
    drawn = panels(figure, plate, len(cells), columns=len(hubs), head=_HEAD)
    for (good, hub), axes in zip(cells, drawn, strict=True):
        here = table[(table["good"] == good) & (table["hub"] == hub)]
        by_run = {run: rows.set_index("month").reindex(view.months) for run, rows in here.groupby("run")}
        numbers = {run: rows.drop(columns=_NAMES).fillna(0.0) for run, rows in by_run.items()}
        unit, size = scale(max(top_of(rows, "value_musd") for rows in numbers.values()))
        plain_axes(axes, f"{unit} a month", detail=view.name(hub))
        if hub == hubs[0]:
            lines, letters = fitted(view.name(good), broad, SMALL + 1, "bold", most=1)
            above(axes, lines, _GOOD, _GOOD_LOOKS | {"size": letters})
        for run, colour, style in (("baseline", REFERENCE, ":"), ("policy", NEUTRAL, "-")):
            if run in numbers:
                rows = numbers[run]
                highest(axes, top_of(rows, "value_musd") / size)
                band(axes, rows, "value_musd", colour, size)
                line(axes, rows["value_musd"] / size, colour, style, 1.3)
        month_axis(axes, view.months)
    return table


def _title(view: View) -> str:
    told = view.title_numbers("goods_by_hub")
    if not told:
        return "What goes through the hubs"
    flow = max(told, key=lambda name: told[name].value)
    hub, good = map(view.name, flow.split(" / "))
    share = f"{told[flow].percent()} of the value of all that went through hubs, {span_name(view.months)}"
    return f"{good} through {hub} is the largest of these flows: {share}"
