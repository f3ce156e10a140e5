"""The tables behind the figures of a run: one row per month (or pair of suppliers) and whatever the figure tells apart.

``..._with_total`` and the like have the sums as well to which draws of a posterior give a band.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.metrics.run_pair import DIRECT, OTHER_COALITION, totals
from sim.metrics.supplier_matching import GONE, NEW, matched

if TYPE_CHECKING:
    from sim.metrics.run_pair import Contrast, RunPair

_VIA = "via "
ALL_ORIGINS, ALL_HUBS, ALL_SUPPLIERS = "all origins", "all hubs", "all"
ORIGIN_GROUPS = ("coalition", "others")
COALITION_HUBS, OTHER_HUBS = "coalition goods via hubs", "other goods via hubs"
SUPPLIER_COLUMNS = ["before", "after", "volume_musd"]


def flows_by_origin(pair: RunPair) -> pd.DataFrame:
    """Deliveries to the target: run (policy, baseline), month, origin or group of origins, value_musd."""
    groups = pair.grouped_origins()
    return pair.both_runs(lambda flows: pair.monthly(flows, flows["origin"].map(groups)))


def flows_by_origin_with_total(pair: RunPair) -> pd.DataFrame:
    """The same with the sum, ``all origins``: what draws give a band to."""
    table = flows_by_origin(pair)
    sums = table.groupby(["run", "month"], sort=False)["value_musd"].sum().reset_index()
    return pd.concat([table, sums.assign(origin=ALL_ORIGINS)[list(table.columns)]], ignore_index=True)


def flows_by_route(pair: RunPair) -> pd.DataFrame:
    """Deliveries to the target: run (policy, baseline), month, route (``direct`` or a hub), value_musd."""
    routes = [DIRECT, *pair.hubs]

    def summed(flows: pd.DataFrame) -> pd.DataFrame:
        sums = pair.monthly(flows, flows["route"].str.removeprefix(_VIA))
        return sums.reindex(columns=routes, fill_value=0.0)

    return pair.both_runs(summed)


def flows_by_route_with_total(pair: RunPair) -> pd.DataFrame:
    """The same with the sum of all hubs, ``all hubs``: what draws give a band to."""
    table = flows_by_route(pair)
    sums = table[table["route"] != DIRECT].groupby(["run", "month"], sort=False)["value_musd"].sum().reset_index()
    return pd.concat([table, sums.assign(route=ALL_HUBS)[list(table.columns)]], ignore_index=True)


def who_replaced_whom(pair: RunPair) -> pd.DataFrame:
    """Who sold before and after: before, after (origins, groups, or what is new or gone), volume_musd."""
    contrast = pair.contrast
    return pd.DataFrame(columns=SUPPLIER_COLUMNS) if contrast is None else _between_suppliers(pair, contrast)


def who_replaced_whom_with_totals(pair: RunPair) -> pd.DataFrame:
    """The same with the sums of both columns, where the other column is ``all``: what draws give a band to."""
    table = who_replaced_whom(pair)
    sums = [
        table.groupby(side, sort=False)["volume_musd"].sum().reset_index().assign(**{other: ALL_SUPPLIERS})
        for side, other in (("before", "after"), ("after", "before"))
    ]
    return pd.concat([table, *(one[SUPPLIER_COLUMNS] for one in sums)], ignore_index=True)


def _between_suppliers(pair: RunPair, contrast: Contrast) -> pd.DataFrame:
    pairs = matched(contrast.first, contrast.second)
    groups = pair.grouped_origins()
    for side in ("before", "after"):
        own = pairs[f"origin_{side}"].map(lambda origin: groups.get(origin, origin))
        hubs = pairs[f"origin_{side}"].isin(pair.coalition).map({True: COALITION_HUBS, False: OTHER_HUBS})
        pairs[side] = own.where(~pairs[f"through_hub_{side}"].astype(bool), hubs)
    table = pairs.groupby(["before", "after"])["volume_musd"].sum().reset_index()
    order = supplier_order(pair)
    return table.sort_values(["before", "after"], key=lambda names: names.map(order.index), ignore_index=True)


def supplier_order(pair: RunPair) -> list[str]:
    """Blocks from the top of a column to its bottom: the coalition, what goes round, the others, what is no match."""
    names = list(dict.fromkeys(pair.grouped_origins().values()))
    inside = [name for name in names if name in pair.coalition or name == OTHER_COALITION]
    outside = [name for name in names if name not in inside]
    return [*inside, COALITION_HUBS, *outside, OTHER_HUBS, NEW, GONE]


def goods_by_hub(pair: RunPair) -> pd.DataFrame:
    """Deliveries through hubs: run (policy, baseline), month, good, hub they entered, value_musd."""
    pieces = []
    for run, table in (("policy", pair.to_target), ("baseline", pair.to_target_without)):
        if table is None:
            continue
        through = table[table["route"].str.startswith(_VIA)]
        hub = through["route"].str.removeprefix(_VIA).rename("hub")
        sums = through.groupby(["month", "good", hub], observed=True)["value_musd"].sum().reset_index()
        pieces.append(sums.assign(run=run))
    return pd.concat(pieces, ignore_index=True)[["run", "month", "good", "hub", "value_musd"]]


def price_premium(pair: RunPair) -> pd.DataFrame:
    """Prices at the target: month, good, headquarters (brand), price_index (base year = 1)."""
    prices = pair.policy.prices
    here = prices.loc[prices["destination"] == pair.policy.target, ["month", "good", "brand_origin", "price_index"]]
    return here.reset_index(drop=True)


def hub_reexports(pair: RunPair) -> pd.DataFrame:
    """Goods of others that leave each hub for the target: month, hub, through_musd, recorded_musd (as re-export).

    What entered one hub and left another counts where it left: that office writes the re-export to the target.
    """
    books, left = pair.policy.recorded, _leaving(pair)
    true = pair.monthly(left, "exit").reindex(columns=pair.hubs, fill_value=0.0)
    books = books[(books["flow"] == "re-export") & (books["partner"] == pair.policy.target)]
    seen = pair.monthly(books, "reporter").reindex(columns=pair.hubs, fill_value=0.0)
    columns = {
        name: table.rename_axis(index="month", columns="hub").stack()
        for name, table in (("through_musd", true), ("recorded_musd", seen))
    }
    return pd.DataFrame(columns).reset_index()


def _leaving(pair: RunPair) -> pd.DataFrame:
    """Deliveries through hubs by the hub they left: month, exit, value_musd."""
    flows, network = pair.to_target, pair.policy.network
    flows = flows[flows["route"] != DIRECT]
    keys = ["month", "good", "entry"]
    entered = (
        flows.assign(entry=flows["route"].str.removeprefix(_VIA)).groupby(keys, as_index=False)["value_musd"].sum()
    )
    quantity = network["volume_musd"]
    share = quantity / quantity.groupby([network[name] for name in keys]).transform("sum")
    legs = network.assign(share=share).merge(entered, on=keys)
    return legs.assign(value_musd=legs["value_musd"] * legs["share"])


def recorded_and_true(pair: RunPair) -> pd.DataFrame:
    """By month and group of origins (coalition, others), all musd of the month.

    ``true_musd`` reaches the target by any route; ``recorded_musd`` of it stands in the origins' offices under the
    target and its true code; ``declared_to_hubs_musd`` and ``other_code_musd`` make up the difference.
    ``to_hubs_musd`` is everything that the offices (but the target's) have as exports to hubs,
    ``to_hubs_baseline_musd`` the same without the policies.
    """
    pieces = []
    for group in ORIGIN_GROUPS:
        flows = pair.to_target
        flows = flows[flows["origin"].isin(pair.coalition) == (group == "coalition")]
        direct = flows[flows["route"] == DIRECT]
        columns = {
            "true_musd": totals(flows, pair.months),
            "recorded_musd": totals(flows, pair.months, "recorded_musd"),
            "declared_to_hubs_musd": totals(flows[flows["route"] != DIRECT], pair.months),
        }
        columns["other_code_musd"] = (totals(direct, pair.months) - columns["recorded_musd"]).clip(lower=0.0)
        columns["to_hubs_musd"] = _towards_hubs(pair, pair.policy.recorded, group)
        if pair.baseline is not None:
            columns["to_hubs_baseline_musd"] = _towards_hubs(pair, pair.baseline.recorded, group)
        pieces.append(pd.DataFrame(columns).rename_axis("month").reset_index().assign(group=group))
    table = pd.concat(pieces, ignore_index=True)
    return table[["month", "group", *(name for name in table.columns if name.endswith("_musd"))]]


def _towards_hubs(pair: RunPair, books: pd.DataFrame, group: str) -> pd.Series[float]:
    # What the target itself sells to hubs is no export towards it.
    wanted = (books["flow"] == "export") & books["partner"].isin(pair.hubs) & (books["reporter"] != pair.policy.target)
    return totals(books[wanted & (books["reporter"].isin(pair.coalition) == (group == "coalition"))], pair.months)


def recorded_and_true_with_change(pair: RunPair) -> pd.DataFrame:
    """The same with the change that the policies made, ``to_hubs_change_musd``: what draws give a band to."""
    table = recorded_and_true(pair)
    if "to_hubs_baseline_musd" not in table:
        return table
    return table.assign(to_hubs_change_musd=table["to_hubs_musd"] - table["to_hubs_baseline_musd"])
