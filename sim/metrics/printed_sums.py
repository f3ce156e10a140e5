"""What a run prints: deliveries of the last twelve months by origin and by route, and customs records by year.

Billion USD of the period, FOB at the origin. Each table is made of one run and its counterfactual alone, so that draws
of a posterior give every number a median and a band; deliveries by year are in :mod:`sim.metrics.series`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.metrics.recorded_trade import ledger_totals
from sim.metrics.run_pair import DIRECT

if TYPE_CHECKING:
    from sim.metrics.run_pair import RunPair

MOST_ROWS = 10
REST = "all others"
ALL_ROUTES, OTHER_HUBS, PRICE, HIDDEN = "all routes", "other hubs", "price", "unrecorded share"
HUBS = 4  # with a line of their own
COLUMNS = ("policy_busd", "baseline_busd", "difference_busd")
_BILLION = 1e3


def by_origin(pair: RunPair) -> pd.DataFrame:
    """The largest origins: origin, policy_busd, and where there is a counterfactual baseline_busd, difference_busd."""
    return _largest(pair, "origin")


def by_route(pair: RunPair) -> pd.DataFrame:
    """The most used routes; columns as in :func:`by_origin`."""
    return _largest(pair, "route")


def records(pair: RunPair) -> pd.DataFrame:
    """Customs records by year: period, and the columns of :func:`sim.metrics.recorded_trade.ledger_totals`."""
    return ledger_totals(pair.policy).rename_axis("period").reset_index()


def _largest(pair: RunPair, column: str) -> pd.DataFrame:
    leading = pair.leading(column, MOST_ROWS)
    runs = {"policy_busd": pair.to_target, "baseline_busd": pair.to_target_without}
    sums = {}
    for name, flows in runs.items():
        if flows is not None:
            late = flows[flows["month"].isin(pair.last_months)]
            label = late[column].where(late[column].isin(leading), REST)
            sums[name] = late["value_musd"].groupby(label).sum() / _BILLION
    table = pd.DataFrame(sums).reindex([*leading, REST]).fillna(0.0)
    if "baseline_busd" in table:
        table["difference_busd"] = table["policy_busd"] - table["baseline_busd"]
    return table.rename_axis(column).reset_index()


def lines(pair: RunPair) -> pd.DataFrame:
    """Month by month: run (policy, baseline), month, line, value.

    A line is all routes, the direct one, a large hub or the others (million USD), the price of what arrived (value over
    value at base-year prices), or the share of its value that the origins' offices do not have on record.
    """
    hubs = [name for name in pair.leading("route", MOST_ROWS) if name != DIRECT][:HUBS]
    pieces = [
        _lines_of(flows, pair.months, [DIRECT, *hubs]).melt(ignore_index=False, var_name="line").assign(run=run)
        for run, flows in (("policy", pair.to_target), ("baseline", pair.to_target_without))
        if flows is not None
    ]
    return pd.concat(pieces).rename_axis("month").reset_index()[["run", "month", "line", "value"]]


def line_means(pair: RunPair) -> pd.DataFrame:
    """The means of the lines over the last twelve months: line, policy, and baseline and change where there is one."""
    table = lines(pair)
    late = table[table["month"].isin(pair.last_months)]
    means = late.pivot_table(index="line", columns="run", values="value", sort=False)
    if "baseline" in means:
        means["change"] = means["policy"] - means["baseline"]
    return means.rename_axis(columns=None).reset_index()


def _lines_of(flows: pd.DataFrame, months: list[str], named: list[str]) -> pd.DataFrame:
    route = flows["route"].where(flows["route"].isin(named), OTHER_HUBS)
    by_route = flows.groupby(["month", route])["value_musd"].sum().unstack().reindex(months).fillna(0.0)
    sums = flows.groupby("month")[["value_musd", "volume_musd", "recorded_musd"]].sum().reindex(months)
    found = by_route.reindex(columns=[*named, OTHER_HUBS], fill_value=0.0)
    found.insert(0, ALL_ROUTES, sums["value_musd"].fillna(0.0))
    found[PRICE] = sums["value_musd"] / sums["volume_musd"]
    found[HIDDEN] = 1.0 - sums["recorded_musd"] / sums["value_musd"]
    return found
