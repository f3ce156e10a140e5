"""Demand and prices in the price-adjusting markets: the target's and the other buyers'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common.compilation import compiled
from sim.policies.regime import COALITION_BRAND
from sim.rules.pricing import brand_price, clearing_index

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.model.records import MarketTraits
    from sim.model.state import Markets
    from sim.rules.parameters import LoopParameters

# Arrivals and demand are both padded by this share of the baseline: a market too thin to see any arrival has no price.
_PADDING = 0.02


@compiled
def clear_markets(
    traits: MarketTraits, military_sensitivity: Floats, parameters: LoopParameters, markets: Markets
) -> None:
    """Prices at which each market takes what arrived; sellers' expectations follow, and home production replaces.

    Args:
        traits: markets in the base year.
        military_sensitivity: share of a good's use that is military: armies buy at nearly any price, (good,).
        parameters: see :func:`sim.rules.parameters.for_loops`.
        markets: ``log_price``, ``expected_price`` and ``import_substitution`` updated.
    """
    values = parameters[0]
    baseline, price_adjusting, home_output = traits.imports, traits.price_adjusting, traits.home_output
    log_price, expected, arrivals = markets.log_price, markets.expected_price, markets.arrivals
    multiplier, war_demand = markets.demand_multiplier, markets.war_demand
    replaced = markets.import_substitution
    ceiling = np.log(values.price_ceiling)
    civil, military = np.log(values.demand_elasticity), np.log(values.military_elasticity)
    for d in range(baseline.shape[0]):
        if not price_adjusting[d]:
            continue
        for g in range(baseline.shape[2]):
            usual = (baseline[d, 0, g] + baseline[d, 1, g]) * multiplier[d, g]
            if usual == 0.0:
                continue
            elasticity = np.exp(civil + military_sensitivity[g] * (military - civil))
            wanted = usual * war_demand[d, g] * (1.0 - replaced[d, g])
            supplied = baseline[d, COALITION_BRAND, g] * multiplier[d, g]
            if supplied > 0.0:
                # Plants work as far as their owners' parts arrive; buyers of what they do not make turn to imports.
                lost = min(max(1.0 - arrivals[d, COALITION_BRAND, g] / supplied, 0.0), 1.0)
                wanted += home_output[d, g] * multiplier[d, g] * lost
            wanted += _PADDING * usual
            arrived = arrivals[d, 0, g] + arrivals[d, 1, g] + _PADDING * usual
            index = clearing_index(arrived, wanted, elasticity)
            for b in range(2):
                part = baseline[d, b, g] * multiplier[d, g]
                if part == 0.0:
                    continue
                came = (arrivals[d, b, g] + _PADDING * part) / arrived
                price = brand_price(index, came, part / usual, values.brand_substitution)
                log_price[d, b, g] = min(max(price, -ceiling), ceiling)
                expected[d, b, g] += values.expectation_speed * (log_price[d, b, g] - expected[d, b, g])
            room = values.substitution_limit - replaced[d, g]
            replaced[d, g] += min(room, values.substitution_speed * max(0.0, index)) if room > 0.0 else 0.0
