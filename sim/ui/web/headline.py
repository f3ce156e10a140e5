"""What a pair of runs comes to, year by year: the shortfall of deliveries, what buyers pay, what no book shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.common.months import year_names
from sim.metrics.series import deliveries, summary
from sim.report.numbers import MISSING, Kind, number
from sim.report.plots.labels import percent
from sim.report.plots.run_view import under
from sim.report.table import Column, Table
from sim.simulation.intervals import tall

if TYPE_CHECKING:
    from sim.metrics.run_pair import RunPair
    from sim.report.plots.run_view import View
    from sim.simulation.intervals import Bands

YEARLY = "yearly"
# Columns of the table, with their heads on the page; each head, or each cell, ends in its unit.
COLUMNS = {
    "policy_busd": "With the policies, bn USD",
    "baseline_busd": "Without, bn USD",
    "change_percent": "Change",
    "direct_busd": "Direct, bn USD",
    "via_hubs_busd": "Through hubs, bn USD",
    "baseline_via_hubs_busd": "Through hubs without, bn USD",
    "price_index": "Export price (FOB), base year = 1",
    "premium_percent": "Export price against without",
    "hidden_percent": "Unrecorded",
}
_UNSIGNED = "hidden_percent"  # a share, not a change
_KINDS: dict[str, Kind] = {
    "change_percent": "change", "premium_percent": "change", _UNSIGNED: "share", "price_index": "index",
}  # fmt: skip
_LEAST = 0.05  # per cent; below that nothing has changed


@dataclass(frozen=True)
class Figure:
    """One number of the headline.

    Attributes:
        column: of the table.
        label: what it is.
        value: the number with its unit.
        band: where the draws lie; empty while that is not known.
        note: what it is measured against.
    """

    column: str
    label: str
    value: str
    band: str
    note: str


def yearly(pair: RunPair) -> pd.DataFrame:
    """By year, in the columns of :data:`COLUMNS`, ``period`` first.

    The price is the value of what was delivered over its value at base-year prices; the premium is that against the
    same in the world without policies. Hidden is the share of deliveries that the origins' offices have on record
    under another destination or another code.
    """
    table = deliveries(pair).set_index("period")
    assert pair.baseline is not None
    usual = summary(pair.baseline).reindex(table.index)
    table["baseline_via_hubs_busd"] = usual["via_hubs_busd"]
    table["premium_percent"] = 100.0 * (table["price_index"] / usual["price_index"] - 1.0)
    delivered = table["policy_busd"]
    table["hidden_percent"] = 100.0 * (table["unrecorded_busd"] / delivered.where(delivered > 0.0))
    found = table.replace([np.inf, -np.inf], np.nan)[list(COLUMNS)]
    return found.reset_index()


def yearly_series(pair: RunPair) -> pd.Series[float]:
    """The same as a series, for bands."""
    return tall(YEARLY, yearly(pair), COLUMNS)


def with_bands(table: pd.DataFrame, bands: Bands | None) -> pd.DataFrame:
    """The table with medians, and ``<column>_low`` and ``<column>_high`` after each, where there are bands."""
    return table if bands is None else bands.beside(YEARLY, table, COLUMNS)


def years(view: View) -> dict[str, str]:
    """The years of a run, in order, and what their sums are called."""
    return year_names(view.months)


def usual_year(view: View) -> str:
    """The year that a page shows first: the last full one, or the last."""
    return view.last_stretch[1][-1][:4]


def headline(view: View, table: pd.DataFrame, year: str) -> str:
    """What the policies did in a year, in one sentence."""
    row = with_bands(table, view.bands).set_index("period").loc[year]
    target, change = view.target_name, row["change_percent"]
    when = f"In {years(view)[year]}"
    if pd.isna(change):
        return f"{when} nothing reaches {target} in either run"
    other = under(view.names[1])
    said = f"{when} {target} receives {_more_or_less(change)} in value than {other}"
    if abs(change) < _LEAST:
        said = f"{when} {target} receives as much as {other}"
    premium = row["premium_percent"]
    if not pd.isna(premium) and abs(premium) >= _LEAST:
        said += f", at export prices {_of(abs(premium))} {'higher' if premium > 0.0 else 'lower'}"
    hidden = row["hidden_percent"]
    return said if pd.isna(hidden) else f"{said}; {_of(hidden)} of it is unrecorded"


def key_figures(view: View, table: pd.DataFrame, year: str) -> list[Figure]:
    """The numbers of the headline with their bands."""
    row: Any = with_bands(table, view.bands).set_index("period").loc[year]
    without, now = row["baseline_busd"], row["policy_busd"]
    notes = {
        "change_percent": ("Deliveries", f"{now:,.1f} bn USD; {under(view.names[1])} {without:,.1f}"),
        "premium_percent": ("Export prices (FOB)", f"{row['price_index']:.2f} times those of the base year"),
        "hidden_percent": ("Unrecorded", "share declared to a hub or under another code, not as exports to the target"),
    }
    made = []
    for column, (label, note) in notes.items():
        value = "–" if pd.isna(row[column]) else _of(row[column], signed=column != _UNSIGNED)
        made.append(Figure(column, label, value, _band(view.bands, row, column), note))
    return made


def yearly_table(table: pd.DataFrame, view: View) -> Table:
    """A row for each of :data:`COLUMNS`, years across; bands in brackets on their own line."""
    bands, names = view.bands, years(view)
    wide = with_bands(table, bands).set_index("period")
    rows = []
    for column, head in COLUMNS.items():
        cells = [_headed(view, head)]
        for _, row in wide.iterrows():
            value, *ends = (_told(row.get(name, np.nan), column) for name in _with_ends(column))
            cells.append(value if MISSING in ends else f"{value}\n[{', '.join(ends)}]")
        rows.append(cells)
    return Table.of(("sum of a year", *(Column(names[str(year)], right=True) for year in wide.index)), rows)


def _headed(view: View, head: str) -> str:
    """The head of a row; two packages stand there by their own names."""
    if not view.two_packages:
        return head
    own, other = view.names
    if head.startswith("With the policies"):
        return head.replace("With the policies", own)
    return head.replace("Without", other).replace("without", f"under {other}")


def _with_ends(column: str) -> tuple[str, str, str]:
    return column, f"{column}_low", f"{column}_high"


def _told(value: float, column: str) -> str:
    return number(value / 100.0 if column == _UNSIGNED else value, _KINDS.get(column, "money"))


def _band(bands: Bands | None, row: Any, column: str) -> str:
    """Where the draws lie whose median is shown."""
    if bands is None or pd.isna(row[f"{column}_low"]):
        return ""
    low, high = (_of(row[f"{column}_{end}"], signed=column != _UNSIGNED) for end in ("low", "high"))
    return f"{low} to {high}: {bands.part}"


def _more_or_less(change: float) -> str:
    return f"{_of(abs(change))} {'more' if change > 0.0 else 'less'}"


def _of(value: float, *, signed: bool = False) -> str:
    """A percentage; one decimal where it is small."""
    return percent(value / 100.0 + 0.0, 0 if abs(value) >= 10.0 else 1, signed).replace("-", "−")
