"""Demand and prices in the markets that the scenario watches: the target's and the other buyers'."""

from __future__ import annotations

import numpy as np

from sim.common.compilation import compiled, inlined
from sim.rules.pricing import price_move, wanted_quantity

# Arrivals and demand are both padded by this share of the baseline: a market too thin to see any arrival has no price.
_PADDING = 0.02


@compiled
def move_prices(market, drivers, arrivals, numbers, log_price, replaced):  # type: ignore[no-untyped-def]
    """Moves prices towards the gap of demand and arrivals, and lets home production replace imports.

    Args:
        market: base-year imports (destination, headquarters, good); whether the price of a destination moves.
        drivers: activity and need by (destination, good).
        arrivals: this month's, (destination, headquarters, good).
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        log_price: updated, (destination, headquarters, good).
        replaced: share of demand that home production has replaced, updated, (destination, good).
    """
    values = numbers[0]
    baseline, clears = market
    activity, need = drivers
    ceiling = np.log(values.price_ceiling)
    brand = values.brand_substitution
    for d in range(baseline.shape[0]):
        if not clears[d]:
            continue
        for g in range(baseline.shape[2]):
            total = baseline[d, 0, g] + baseline[d, 1, g]
            if total == 0.0:
                continue
            log_index = _price_index(baseline[d, :, g], log_price[d, :, g], brand)
            driver = activity[d, g] * need[d, g] * (1.0 - replaced[d, g])
            for b in range(2):
                if baseline[d, b, g] == 0.0:
                    continue
                padding = _PADDING * baseline[d, b, g] * activity[d, g]
                elasticities = (values.demand_elasticity, brand)
                wanted = wanted_quantity(baseline[d, b, g], driver, log_price[d, b, g], log_index, elasticities)
                share = baseline[d, b, g] / total
                own = values.demand_elasticity * share + brand * (1.0 - share)
                move = price_move(wanted + padding, arrivals[d, b, g] + padding, values.price_speed, own)
                log_price[d, b, g] = min(max(log_price[d, b, g] + move, -ceiling), ceiling)
            room = values.substitution_limit - replaced[d, g]
            replaced[d, g] += min(room, values.substitution_speed * max(0.0, log_index)) if room > 0.0 else 0.0


@inlined
def _price_index(baseline, log_price, substitution):  # type: ignore[no-untyped-def]
    """Log of the CES price index over brands; 0 at base-year prices."""
    if log_price[0] == 0.0 and log_price[1] == 0.0:
        return 0.0
    total = baseline[0] + baseline[1]
    if abs(substitution - 1.0) < 1e-6:
        return (baseline[0] * log_price[0] + baseline[1] * log_price[1]) / total
    power = 1.0 - substitution
    mean = (baseline[0] * np.exp(power * log_price[0]) + baseline[1] * np.exp(power * log_price[1])) / total
    return np.log(mean) / power
