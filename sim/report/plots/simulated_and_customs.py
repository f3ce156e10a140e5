"""Whether the simulated customs offices record what the real ones published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.common.months import MONTHS_PER_YEAR, parse_month
from sim.metrics.customs_series import CustomsSeries, customs_series, table_of
from sim.metrics.series import SERIES
from sim.metrics.title_numbers import ERROR
from sim.report.plots.labels import scale
from sim.report.plots.panels import panels
from sim.report.plots.run_view import look
from sim.report.plots.style import COALITION, NEUTRAL, frame, key, nothing_to_show, plain_axes, stamp
from sim.report.plots.timeline import band, highest, month_axis, top_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.report.plots.run_view import Source, View

_DOTS = (0, (1, 1))


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws one panel per published series; returns the figures behind it."""
    view = look(source)
    found = customs_series(view)
    shown = view.beside("simulated_and_customs", table_of(found), SERIES["simulated_and_customs"].columns)
    subtitle = (
        "Exports by declared destination as the exporter's own customs office records them "
        "(hubs: re-exports included), FOB, USD a month; points: mean month of a year" + view.shaded()
    )
    published = "; ".join(dict.fromkeys(series.source for series in found))
    also = f"Published: {published}; euros at the year's mean rate.{view.bands_note}" if found else ""
    plate = frame(figure, _title(view), subtitle, stamp(view.policy, also=also))
    if not found:
        nothing_to_show(figure, plate, "No customs figures for this world and these months.")
        return shown
    keys = [
        ("Simulated", NEUTRAL, "-"),
        ("Published", COALITION, "-"),
        ("Published, not used for fitting", COALITION, _DOTS),
    ]
    plate = key(figure, plate, keys)
    for axes, series in zip(panels(figure, plate, len(found)), found, strict=True):
        _draw_series(axes, view, series, shown[shown["series"] == series.name].set_index("period"))
    return shown


def _draw_series(axes: Axes, view: View, series: CustomsSeries, table: pd.DataFrame) -> None:
    top = top_of(table, "simulated_musd", "published_musd")
    unit, size = scale(top)
    plain_axes(axes, f"{unit} a month", series.title)
    highest(axes, top / size)
    yearly = len(str(table.index[0])) == 4
    mark = "o" if yearly or len(table) == 1 else None
    x = pd.Series([_place(str(period)) for period in table.index], index=table.index)
    band(axes, table.set_axis(x), "simulated_musd", NEUTRAL, size)
    axes.plot(x, table["simulated_musd"] / size, color=NEUTRAL, linewidth=1.5, marker=mark, markersize=3.5)
    shown, fitted = table["published_musd"] / size, table["used_for_fitting"]
    axes.plot(x[fitted], shown[fitted], color=COALITION, linewidth=1.5, marker=mark, markersize=3.5)
    # The dotted part starts at the last fitted figure, so that the line has no hole.
    loose = ~fitted | fitted & ~fitted.shift(-1, fill_value=True)
    axes.plot(x[loose], shown[loose], color=COALITION, linewidth=1.5, linestyle=_DOTS, marker=mark, markersize=3.5)
    month_axis(axes, view.months)


def _place(period: str) -> float:
    """Where a month stands on the axis, or the middle of a year."""
    return parse_month(period) if "-" in period else (int(period) + 0.5) * MONTHS_PER_YEAR


def _title(view: View) -> str:
    told = view.title_numbers("simulated_and_customs")
    if not told:
        return "Simulated and published customs figures"
    return f"Simulated customs records differ from the published ones by {told[ERROR].percent()} in the median panel"
