"""Demand and prices in the price-adjusting markets: the target's and the other buyers'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common.compilation import compiled, inlined
from sim.rules.pricing import price_move, wanted_quantity

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Mask
    from sim.model.state import Markets
    from sim.rules.parameters import LoopParameters

# Arrivals and demand are both padded by this share of the baseline: a market too thin to see any arrival has no price.
_PADDING = 0.02


@compiled
def adjust_prices(baseline: Floats, price_adjusting: Mask, parameters: LoopParameters, markets: Markets) -> None:
    """Moves prices towards the gap of demand and arrivals, and lets home production replace imports.

    Args:
        baseline: base-year imports by (destination, headquarters, good).
        price_adjusting: whether the price of a destination moves, (destination,).
        parameters: see :func:`sim.rules.parameters.for_loops`.
        markets: ``log_price`` and ``import_substitution`` updated.
    """
    values = parameters[0]
    log_price, arrivals = markets.log_price, markets.arrivals
    multiplier, war_demand = markets.demand_multiplier, markets.war_demand
    replaced = markets.import_substitution
    ceiling = np.log(values.price_ceiling)
    brand = values.brand_substitution
    for d in range(baseline.shape[0]):
        if not price_adjusting[d]:
            continue
        for g in range(baseline.shape[2]):
            total = baseline[d, 0, g] + baseline[d, 1, g]
            if total == 0.0:
                continue
            log_index = _price_index(baseline[d, :, g], log_price[d, :, g], brand)
            driver = multiplier[d, g] * war_demand[d, g] * (1.0 - replaced[d, g])
            for b in range(2):
                if baseline[d, b, g] == 0.0:
                    continue
                padding = _PADDING * baseline[d, b, g] * multiplier[d, g]
                elasticities = (values.demand_elasticity, brand)
                wanted = wanted_quantity(baseline[d, b, g], driver, log_price[d, b, g], log_index, elasticities)
                share = baseline[d, b, g] / total
                own = values.demand_elasticity * share + brand * (1.0 - share)
                move = price_move(wanted + padding, arrivals[d, b, g] + padding, values.price_speed, own)
                log_price[d, b, g] = min(max(log_price[d, b, g] + move, -ceiling), ceiling)
            room = values.substitution_limit - replaced[d, g]
            replaced[d, g] += min(room, values.substitution_speed * max(0.0, log_index)) if room > 0.0 else 0.0


@inlined
def _price_index(baseline: Floats, log_price: Floats, substitution: float) -> float:
    """Log of the CES price index over brands; 0 at base-year prices."""
    if log_price[0] == 0.0 and log_price[1] == 0.0:
        return 0.0
    total = baseline[0] + baseline[1]
    if abs(substitution - 1.0) < 1e-6:
        mean_log: float = (baseline[0] * log_price[0] + baseline[1] * log_price[1]) / total
        return mean_log
    power = 1.0 - substitution
    mean = (baseline[0] * np.exp(power * log_price[0]) + baseline[1] * np.exp(power * log_price[1])) / total
    index: float = np.log(mean) / power
    return index
