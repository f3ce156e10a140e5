"""The numbers in a figure's title, each from a run alone, so that draws of a posterior give them medians and bands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.metrics.customs_series import customs_series
from sim.metrics.run_pair import DIRECT
from sim.metrics.series_tables import goods_by_hub, hub_reexports, price_premium
from sim.metrics.supplier_matching import GONE, matched
from sim.simulation.intervals import KEYS, TITLES

if TYPE_CHECKING:
    from sim.metrics.run_pair import RunPair

    Numbers = dict[str, float]

BEFORE, AFTER = "before", "after"
BRANDS = ("coalition", "neutral")
LOST, OTHERS, AROUND, GONE_SHARE = "lost_musd", "others_share", "around_share", "gone_share"
THROUGH, RECORDED, TRUE, ERROR = "through_musd", "recorded_musd", "true_musd", "error"
MIRRORED, CHANGE = "mirror_musd", "relative_gap"


def _coalition_share(pair: RunPair) -> Numbers:
    """The coalition's share of the value delivered."""
    return _shares(pair, lambda flows: flows["origin"].isin(pair.coalition)) if pair.coalition else {}


def _share_through_hubs(pair: RunPair) -> Numbers:
    """The share of the value delivered that goes through hubs."""
    return _shares(pair, lambda flows: flows["route"] != DIRECT) if pair.hubs else {}


def _shares(pair: RunPair, chosen: Callable[[pd.DataFrame], pd.Series[bool]]) -> Numbers:
    """Shares of the value of both stretches; nothing where one is empty."""
    contrast = pair.contrast
    if contrast is None or contrast.first.empty or contrast.second.empty:
        return {}
    stretches = {BEFORE: contrast.first, AFTER: contrast.second}
    return {
        name: float(flows.loc[chosen(flows), "value_musd"].sum() / flows["value_musd"].sum())
        for name, flows in stretches.items()
    }


def _replaced(pair: RunPair) -> Numbers:
    """Direct coalition sales that were lost, at base-year prices, and which shares of them went where."""
    contrast = pair.contrast
    if contrast is None:
        return {}
    pairs = matched(contrast.first, contrast.second)
    left = pairs[pairs["origin_before"].isin(pair.coalition) & ~pairs["through_hub_before"].astype(bool)]
    inside = left["origin_after"].isin(pair.coalition)
    lost = left[~(inside & ~left["through_hub_after"].astype(bool))]
    size = float(lost["volume_musd"].sum())
    if not size > 0.0:
        return {}
    around = float(lost.loc[lost["origin_after"].isin(pair.coalition), "volume_musd"].sum()) / size
    gone = float(lost.loc[lost["origin_after"] == GONE, "volume_musd"].sum()) / size
    return {LOST: size, OTHERS: 1.0 - around - gone, AROUND: around, GONE_SHARE: gone}


def _shares_of_hubs(pair: RunPair) -> Numbers:
    """The share of each hub and good in the value of all that passes hubs with the policies."""
    table = goods_by_hub(pair)
    sums = table[table["run"] == "policy"].groupby(["hub", "good"])["value_musd"].sum()
    names = (f"{hub} / {good}" for hub, good in sums.index.to_list())
    return dict(zip(names, (sums / sums.sum()).to_list(), strict=True))


def _passed(pair: RunPair) -> Numbers:
    """What passed all hubs in the last stretch, and what of it their offices have on record as re-exports."""
    table = hub_reexports(pair)
    rows = table[table["month"].isin(pair.last_stretch[1])]
    true = float(rows["through_musd"].sum())
    return {THROUGH: true, RECORDED: float(rows["recorded_musd"].sum())} if true > 0.0 else {}


def _price_rises(pair: RunPair) -> Numbers:
    """Price in the target's market in the last stretch against the base year's, by brand; weights: what arrived."""
    months, keys = pair.last_stretch[1], ["brand_origin", "month", "good"]
    volume = pair.to_target.groupby(keys, observed=True)["volume_musd"].sum()
    prices = price_premium(pair).set_index(keys)["price_index"]
    rows = pd.DataFrame({"volume": volume, "price": prices}).dropna()
    rows = rows[rows.index.get_level_values("month").isin(months)]
    rows["value"] = rows["volume"] * rows["price"]
    sums = rows.groupby("brand_origin")[["value", "volume"]].sum()
    if any(brand not in sums.index or not sums["volume"][brand] > 0.0 for brand in BRANDS):
        return {}
    price = sums["value"] / sums["volume"]
    return {brand: float(price[brand]) - 1.0 for brand in BRANDS}


def _recorded(pair: RunPair) -> Numbers:
    """What the coalition's states sent to the target in the last stretch, and what of it is on record as that."""
    rows = pair.to_target
    rows = rows[rows["origin"].isin(pair.coalition) & rows["month"].isin(pair.last_stretch[1])]
    true = float(rows["value_musd"].sum())
    return {TRUE: true, RECORDED: float(rows["recorded_musd"].sum())} if true > 0.0 else {}


def _median_error(pair: RunPair) -> Numbers:
    """How far simulated customs records lie from the published ones in the median series, as a share of these."""
    errors = [series.error for series in customs_series(pair)]
    return {ERROR: float(np.median(errors))} if errors else {}


# By figure; a figure that is not here has no number in its title.
TITLE_NUMBERS: dict[str, Callable[[RunPair], dict[str, float]]] = {
    "flows_by_origin": _coalition_share,
    "flows_by_route": _share_through_hubs,
    "who_replaced_whom": _replaced,
    "flow_diagram": _share_through_hubs,
    "flow_map": _share_through_hubs,
    "goods_by_hub": _shares_of_hubs,
    "price_premium": _price_rises,
    "hub_reexports": _passed,
    "recorded_and_true": _recorded,
    "simulated_and_customs": _median_error,
}


def title_series(pair: RunPair, names: Iterable[str]) -> pd.Series[float]:
    """The numbers in the titles of some figures, as rows that a draw gives a band to."""
    rows = {
        (TITLES, name, "", number): value
        for name in names
        if name in TITLE_NUMBERS
        for number, value in TITLE_NUMBERS[name](pair).items()
    }
    return numbered(rows)


def mirror_numbers(pair: RunPair, gap: pd.DataFrame) -> Numbers:
    """What both offices have on record of a flow in the last stretch, and their relative gap.

    Args:
        pair: the run.
        gap: its mirror gap, see :func:`sim.metrics.mirror_gap.mirror_gap`.
    """
    rows = gap[gap["month"].isin(pair.last_stretch[1])]
    recorded, mirror = float(rows["recorded_musd"].sum()), float(rows["mirror_musd"].sum())
    change = {CHANGE: mirror / recorded - 1.0} if recorded > 0.0 else {}
    return {RECORDED: recorded, MIRRORED: mirror, **change} if recorded > 0.0 or mirror > 0.0 else {}


def numbered(rows: Mapping[tuple[str, str, str, str], float]) -> pd.Series[float]:
    """Numbers by figure, series, period and column."""
    keys = pd.MultiIndex.from_arrays([[key[at] for key in rows] for at in range(len(KEYS))], names=KEYS)
    return pd.Series(list(rows.values()), index=keys, dtype=np.float64)
