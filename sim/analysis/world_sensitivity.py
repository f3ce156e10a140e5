"""Which results rest on what is not known of the base year: how metrics spread over worlds drawn part by part.

Only one part of the world is drawn at a time (observed, derived or imputed flows, shares of re-exports, see
:data:`sim.world.draws.PARTS`), the rest keeps its value; then all together. Parts are drawn independently, so that as
far as a metric is linear in them its variances add up. Parameters stay as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.variants import ALONE, Variant, Work, measure_variants
from sim.common.errors import SimError
from sim.world.draws import PARTS, drawn_world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.simulation.simulation import Case

DRAWS = 16
# What policies did, and who it came from; what goes through each hub stands beside it.
_OVERALL = (
    "shortfall", "diversion_ratio", "net_loss", "third_country_supply", "price_premium", "coalition_sales_lost",
    "third_sales_lost", "hub_share",
)  # fmt: skip
_ALIKE = 1e-12


def default_metrics(case: Case) -> list[str]:
    """Addresses of what is asked for unless said otherwise: overall, of goods under control, and of each hub."""
    world = case.world
    listed = [good for good, tier in zip(world.goods, world.control_tier, strict=True) if tier]
    by_good = [f"{name}[{good}]" for good in listed for name in ("shortfall", "hub_share")]
    return [*_OVERALL, *by_good, *(f"hub_share[{world.states[hub]}]" for hub in world.hubs)]


def world_sensitivity(case: Case, metrics: Sequence[str] = (), draws: int = DRAWS, work: Work = ALONE) -> pd.DataFrame:
    """Spread of metrics over worlds within the errors of the base year, and how much of it each part makes.

    Args:
        case: the case, with the parameters to stay at; expected mode has no sampling error in the spread.
        metrics: addresses, see :mod:`sim.scenario.metric_address`; :func:`default_metrics` by default.
        draws: worlds drawn of each part, and of all parts together.
        work: how, and where finished runs are kept.

    Returns:
        A row per metric: ``metric``, ``value`` in the world as it is, ``sd`` over worlds in which all is drawn, and the
        shares of the variance by part, which sum to 1 (NaN where nothing moves); what rests most on imputed flows and
        shares of re-exports first. A metric that is no number in some world is left out.

    Raises:
        SimError: fewer than two draws, unknown metrics, or a run that fails.
    """
    if draws < 2:
        raise SimError(f"{draws} draws asked for; a spread needs two at least")
    asked = list(metrics) or default_metrics(case)
    sets = {"all": PARTS, **{part: (part,) for part in PARTS}}
    cases = [case] + [
        replace(case, world=drawn_world(case.world, seed, parts))
        for parts in sets.values()
        for seed in range(1, draws + 1)
    ]
    found = measure_variants(cases, [Variant("as it is")], asked, work)[asked].to_numpy(float)
    value, drawn = found[0], found[1:].reshape(len(sets), draws, len(asked))
    whole, *alone = drawn.var(axis=1, ddof=1)
    # Rounding is no spread.
    alone = np.where(np.sqrt(alone) > _ALIKE * np.abs(value), alone, 0.0)
    table = pd.DataFrame({"metric": asked, "value": value, "sd": np.sqrt(whole)})
    for part, variance in zip(PARTS, alone, strict=True):
        total = alone.sum(axis=0)
        table[part] = np.divide(variance, total, out=np.full(len(asked), np.nan), where=total > 0)
    known = table[np.isfinite(found).all(axis=0)]
    order = known[list(PARTS[-2:])].sum(axis=1).sort_values(ascending=False, kind="stable").index
    ordered: pd.DataFrame = known.loc[order].reset_index(drop=True)
    return ordered
