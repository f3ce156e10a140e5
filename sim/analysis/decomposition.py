"""Where the coalition's direct trade went: parts that add up to what is missing from the exporters' records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.common.errors import SimError
from sim.metrics.aggregates import Period
from sim.metrics.parse import ask
from sim.policies.regime import COALITION_BRAND
from sim.simulation.tables import RunArrays

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.simulation.comparison import Comparison

HALTS = ("seized", "stopped", "refused", "denied", "held", "unsold")
LOST = "lost_on_record"


def decompose(pair: Comparison, months: str = "all") -> pd.DataFrame:
    """The fall of the coalition's direct sales to the target, as its offices have it on record, and where it went.

    By good, musd a month at base-year prices. ``lost_on_record`` is the fall of coalition-brand goods sold straight
    from coalition states to the target under their own name. It equals the sum of the other columns:

    * ``hidden``: more sold straight under another code or as parts,
    * ``via <hub>``: more of the same goods through each hub, by the hub they enter,
    * ``foreign_subsidiary_supply``: more coalition-brand goods from plants in other states,
    * ``third_country_supply``: more neutral-brand goods,
    * ``halted``: more that was ordered and did not arrive (seized, stopped, refused, denied, held, unsold),
    * ``deterred``: less ordered, of all brands and by all routes.

    Args:
        pair: a run and its counterfactual, both just made.
        months: ``YYYY-MM``, ``YYYY-MM:YYYY-MM`` or ``all``.

    Raises:
        SimError: months that were not run, or runs read from disk, which have no arrays.
    """
    run, usual = pair.policy.source, pair.baseline.source
    if not isinstance(run, RunArrays) or not isinstance(usual, RunArrays):
        raise SimError("only runs just made can be decomposed; run the scenario again")
    asked = ask(f"deliveries_volume@{months}", run.world, run.first_month, len(run.record.effort))
    with_, without = (_parts(Period(one, asked.first, asked.end)) for one in (run, usual))
    change = with_ - without
    table = change.drop(columns=["on_record", "ordered"])
    table.insert(0, LOST, -change["on_record"])
    table["deterred"] = -change["ordered"]
    return table.rename_axis("good")


def _parts(period: Period) -> pd.DataFrame:
    base, world = period.run.base, period.world
    branded = (base.headquarters == COALITION_BRAND) & period.abroad
    ours = branded & np.asarray(world.is_coalition)[base.origin]
    reaching, hidden = period.reaching, _hidden(period)

    def by_good(values: Floats, kinds: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
        sums: Floats = np.bincount(base.good[kinds], values[kinds], len(world.goods)).astype(np.float64)
        return sums

    everybody = period.abroad
    columns = {"on_record": by_good(reaching[:, 0] - hidden, ours), "hidden": by_good(hidden, ours)}
    for position, hub in enumerate(world.hubs, start=1):
        columns[f"via {world.states[hub]}"] = by_good(reaching[:, position], ours)
    columns["foreign_subsidiary_supply"] = by_good(reaching.sum(axis=1), branded & ~ours)
    columns["third_country_supply"] = by_good(reaching.sum(axis=1), everybody & ~branded)
    columns["halted"] = by_good(sum(period.fate(name).sum(axis=1) for name in HALTS), everybody)
    columns["ordered"] = by_good(period.fate("ordered").sum(axis=1), everybody)
    return pd.DataFrame(columns, index=pd.Index(world.goods))


def _hidden(period: Period) -> Floats:
    """Of direct deliveries what stands under another code or goes as parts, musd a month at base-year prices, (T,)."""
    run, record = period.run, period.run.record
    parts, banned = record.as_parts[period.span, :, 0], record.banned[period.span, :, 0]
    disguised = run.misdeclared * banned * (run.base.good != run.world.catch_all)
    share = parts + (1.0 - parts) * disguised
    hidden: Floats = np.where(period.abroad, (record.delivered[period.span, :, 0] * share).mean(axis=0), 0.0)
    return hidden
