"""Forecasts of published series: what was known, where the months to come lie, and what came."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.common.months import parse_month
from sim.common.spread import FEWEST
from sim.report.plots.labels import scale
from sim.report.plots.panels import panels
from sim.report.plots.style import COALITION, INK, MUTED, NEUTRAL, frame, key, plain_axes
from sim.report.plots.timeline import highest, month_axis, positions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.analysis.forecast_paths import Forecast

_AROUND, _ROW, _COLUMNS, _SHOWN = 1.7, 1.75, 3, 36  # inches, inches, panels, months before the first to come
_ENDS = {"low": 0.05, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "high": 0.95}
_DASHES = (0, (3, 2))


def height_of(forecast: Forecast) -> float:
    """Height of the figure in inches, by its number of panels."""
    return _AROUND + _ROW * math.ceil(len(forecast.series) / _COLUMNS)


def data(forecast: Forecast) -> pd.DataFrame:
    """What the figure shows of each published series, musd of the month.

    Columns: series, month, known_musd (assimilated), came_musd (published later), low, quarter, median, three_quarters,
    high, and other_low, other_median, other_high where another scenario stands beside it.
    """
    pieces = []
    for place, one in enumerate(forecast.series):
        known, inside = forecast.known[place], list(forecast.months)
        months = sorted({*one.musd.index, *inside})
        table = pd.DataFrame({"series": one.name}, index=pd.Index(months, name="month"))
        table["known_musd"] = known.reindex(months)
        table["came_musd"] = one.musd.drop(known.index).reindex(months)
        for prefix, paths in zip(("", "other_"), forecast.paths[:, :, place], strict=False):
            for name, end in _ENDS.items():
                if not prefix or name in ("low", "median", "high"):
                    values = pd.Series(np.quantile(paths, end, axis=0), index=inside)
                    table[f"{prefix}{name}"] = values[values.index > known.index[-1]].reindex(months)
        pieces.append(table.reset_index())
    return pd.concat(pieces, ignore_index=True)[["series", "month", *pieces[0].columns[2:]]]


def draw(forecast: Forecast, figure: Figure) -> pd.DataFrame:
    """Draws one panel per published series; returns the figures behind it."""
    table = data(forecast)
    until = f"published by the end of {forecast.published_by}" if forecast.published_by else "published so far"
    title = (
        f"Forecasts from what offices had {until}" if forecast.published_by else f"Forecasts from all that is {until}"
    )
    subtitle = (
        "Trade as the offices record it, USD a month; dark and light: half and nine tenths of the paths"
        + (f" around {forecast.record['draws']} draws" if int(forecast.record["draws"]) < FEWEST else "")
        + (f"; dashed: “{forecast.other}”" if forecast.other else "")
    )  # fmt: skip
    record = forecast.record
    footer = [
        f"Source: simulation on customs figures of the base year under “{forecast.title}”, {record['draws']} draws of "
        f"posterior “{record['posterior']}” ({record['digest'][:10]}), with the bias of each series carried on; "
        "published: " + "; ".join(dict.fromkeys(one.source for one in forecast.series)) + "."
    ]
    plate = frame(figure, title, subtitle, footer)
    keys: list[tuple[str, str, Any]] = [("Published, assimilated", COALITION, "-"), ("Forecast", NEUTRAL, "-")]
    if forecast.other:
        keys.append((forecast.other, INK, _DASHES))
    if table["came_musd"].notna().any():
        keys.append(("Published later", COALITION, (0, (1, 1))))
    plate = key(figure, plate, keys)
    made = panels(figure, plate, len(forecast.series), columns=min(_COLUMNS, len(forecast.series)))
    for axes, one in zip(made, forecast.series, strict=True):
        rows = table[table["series"] == one.name].set_index("month")
        _panel(axes, rows, one.flow.title(forecast.names), _first_shown(forecast))
    return table


def _first_shown(forecast: Forecast) -> str:
    """The month that the panels begin with, the same in all."""
    ends = [known.index[-1] for known in forecast.known]
    inside = list(forecast.months)
    start = max(0, inside.index(min(ends)) - _SHOWN) if min(ends) in inside else 0
    return inside[start]


def _panel(axes: Axes, rows: pd.DataFrame, heading: str, first: str) -> None:
    rows = rows[rows.index >= first]
    columns = [name for name in map(str, rows) if name.endswith(("musd", "high"))]
    unit, size = scale(float(np.nanmax(rows[columns].to_numpy(dtype=np.float64))))
    plain_axes(axes, f"{unit} a month", heading)
    rows = rows / size if "series" not in rows else rows.drop(columns="series") / size
    highest(axes, float(np.nanmax(rows[columns].to_numpy(dtype=np.float64))))
    x = np.array(positions(list(rows.index)))
    axes.fill_between(x, rows["low"], rows["high"], color=NEUTRAL, alpha=0.18, linewidth=0)
    axes.fill_between(x, rows["quarter"], rows["three_quarters"], color=NEUTRAL, alpha=0.30, linewidth=0)
    axes.plot(x, rows["median"], color=NEUTRAL, linewidth=1.4)
    if "other_median" in rows:
        axes.plot(x, rows["other_median"], color=INK, linewidth=1.1, linestyle=_DASHES)
        for end in ("other_low", "other_high"):
            axes.plot(x, rows[end], color=INK, linewidth=0.5, linestyle=_DASHES)
    axes.plot(x, rows["known_musd"], color=COALITION, linewidth=1.4)
    axes.plot(x, rows["came_musd"], color=COALITION, linewidth=1.4, linestyle=(0, (1, 1)))
    last = rows["known_musd"].last_valid_index()
    if last is not None:
        axes.axvline(parse_month(str(last)), color=MUTED, linewidth=0.6, zorder=0)
    month_axis(axes, list(rows.index))
