"""The tables that a forecast prints: each series, its last known month, and months to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.common.months import format_month, parse_month
from sim.metrics.published_months import Flow
from sim.report.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.analysis.forecast_paths import Forecast

# Months that the screen shows, counted from the last one that anybody had published; the file has all.
_AHEAD = (1, 3, 6, 12)
_NAME = Column("records of trade", wrap=False)


def forecast_tables(forecast: Forecast) -> Iterator[Table]:
    """Each flow: its last known month and months to come, million USD; then what another scenario changes.

    Args:
        forecast: the forecast.
    """
    months, note = _months(forecast), f"Median [{forecast.part}]; every month and flow: forecast.csv of --out."
    when = f"by the end of {forecast.published_by}" if forecast.published_by else "so far"
    heads = [_NAME, Column("last known"), Column("musd", "amount"), *(Column(month, "amount") for month in months)]
    rows = _rows(forecast, months, "")
    yield Table.of(heads, rows, f"Trade to come from what was published {when}, million USD a month", note)
    if forecast.other is not None:
        heads = [_NAME, *(Column(month, "amount", signed=True) for month in months)]
        rows = [[row[0], *row[3:]] for row in _rows(forecast, months, "change_")]
        yield Table.of(heads, rows, f"Change with “{forecast.other}”, percent, path by path", note)


def _months(forecast: Forecast) -> list[str]:
    last = parse_month(max(known.index[-1] for known in forecast.known))
    return [month for ahead in _AHEAD if (month := format_month(last + ahead)) in forecast.months]


def _rows(forecast: Forecast, months: list[str], prefix: str) -> list[list[object]]:
    """Name, last month known and its value, and (median, low, high) of each month."""
    shown = [f"{prefix}{end}" for end in ("median", "low", "high")]
    by_flow = {
        Flow(*map(str, flow)): part.set_index("month")[shown]
        for flow, part in forecast.table.groupby(list(Flow._fields))
    }
    rows: list[list[object]] = []
    for place, flow in enumerate(forecast.flows):
        known = forecast.known[place] if place < len(forecast.series) else None
        said = ["none", None] if known is None else [known.index[-1], float(known.iloc[-1])]
        cells = by_flow[flow].loc[months].to_numpy(dtype=float).tolist()
        rows.append([flow.title(forecast.names), *said, *map(tuple, cells)])
    return rows
