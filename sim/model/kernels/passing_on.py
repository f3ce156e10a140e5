"""What intermediaries of hubs buy and pass on to the target: how much, of what, and whether it pays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common.compilation import compiled
from sim.common.numerics import log
from sim.rules.intermediation import passing_weight

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.model.records import HubTraits, Routes
    from sim.model.state import PassedOn, RouteOutlook
    from sim.rules.parameters import LoopParameters


class PassingConditions(NamedTuple):
    """What intermediaries meet.

    Attributes:
        expected_price: log price that sellers expect, (destination, headquarters, good).
        capacity: what open intermediaries pass on, musd per month, (hub,).
        log_markup: of the hub's intermediaries against the base year, (hub,).
    """

    expected_price: Floats
    capacity: Floats
    log_markup: Floats


@compiled
def pass_on(
    routes: Routes,
    traits: HubTraits,
    conditions: PassingConditions,
    parameters: LoopParameters,
    outlook: RouteOutlook,
    passed_on: PassedOn,
) -> None:
    """Intermediaries buy what they pass on this month.

    Those of the base year keep to what they passed on then. What comes on top turns to what pays, and within a good and
    brand to makers whom both the hub and the target know: by the geometric mean of what they sold to either. Makers and
    their law let go of a part only (``released``), by how closely they watch their distributors.

    Args:
        routes: who sells what by which routes.
        traits: what hubs did in the base year, and what they could do.
        conditions: what intermediaries meet.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        outlook: ``background_activity`` and ``diverted_share`` filled on routes through hubs.
        passed_on: ``mix`` updated, ``margin`` filled.
    """
    values = parameters[0]
    brand, hub, n_target = routes.headquarters, routes.hub, routes.target_routes
    price, activity = conditions.expected_price[routes.target], outlook.background_activity
    usual, tilt, mix, margins = traits.passed_on, traits.tilt, passed_on.mix, passed_on.margin
    n_hubs, n_goods = usual.shape[0], usual.shape[2]
    rows, width = len(brand) // n_goods, n_goods * n_target
    known_to, beside = traits.makers_known.reshape((rows, width)), traits.makers_beside.reshape((rows, width))
    released, passing_cost = outlook.released.reshape((rows, width)), outlook.passing_cost.reshape((rows, width))
    diverted = outlook.diverted_share.reshape((rows, width))
    # Sums over makers by (headquarters, good, route): of their weights, costs, parts that they let go.
    sums = np.zeros((3, 2, width))
    for row in range(rows):
        b = brand[row * n_goods]
        for i in range(width):
            sums[0, b, i] += known_to[row, i]
        for i in range(width):
            sums[1, b, i] += known_to[row, i] * passing_cost[row, i]
        for i in range(width):
            sums[2, b, i] += known_to[row, i] * released[row, i]
    known, cost, free = np.zeros(usual.shape), np.zeros(usual.shape), np.zeros(usual.shape)
    for b in range(2):
        for g in range(n_goods):
            for k in range(n_target):
                if hub[k] >= 0:
                    i = g * n_target + k
                    known[hub[k], b, g], cost[hub[k], b, g] = sums[0, b, i], sums[1, b, i]
                    free[hub[k], b, g] = sums[2, b, i]
    kept, added = np.ones(n_hubs), np.zeros(usual.shape)
    for h in range(n_hubs):
        before, total = 0.0, 0.0
        for b in range(2):
            for g in range(n_goods):
                before += usual[h, b, g]
        if before == 0.0:
            margins[h] = 0.0
            continue
        # Inclusive value of all that could be passed on (McFadden 1978); what the base year passes on shows that it
        # paid then.
        wanted = np.zeros((2, n_goods))
        for b in range(2):
            for g in range(n_goods):
                if tilt[h, b, g] > 0.0 and known[h, b, g] > 0.0:
                    margin = price[b, g] - cost[h, b, g] / known[h, b, g] + log(free[h, b, g] / known[h, b, g])
                    margin -= conditions.log_markup[h] + values.passing_cost
                    wanted[b, g] = tilt[h, b, g] * passing_weight(values.passing_response, margin)
                    total += wanted[b, g]
        response = values.passing_response
        margins[h] = log(total) / response if response > 0.0 else 0.0
        grown = max(0.0, conditions.capacity[h] - before)
        kept[h] = min(1.0, conditions.capacity[h] / before)
        for b in range(2):
            for g in range(n_goods):
                if total > 0.0:
                    mix[h, b, g] += values.onward_turnover * (wanted[b, g] / total - mix[h, b, g])
                if known[h, b, g] > 0.0:
                    added[h, b, g] = grown * mix[h, b, g] / known[h, b, g]
    now, carried, more = np.empty(width), np.ones(width), np.zeros((2, width))
    for g in range(n_goods):
        for k in range(n_target):
            if hub[k] >= 0:
                i = g * n_target + k
                carried[i] = kept[hub[k]]
                for b in range(2):
                    more[b, i] = added[hub[k], b, g]
    for row in range(rows):
        first = row * n_goods
        b = brand[first]
        for i in range(width):
            now[i] = carried[i] + more[b, i] * beside[row, i]
            diverted[row, i] = 1.0 - 1.0 / now[i] if now[i] > 1.0 else 0.0
        for i in range(width):
            now[i] *= released[row, i]
        for g in range(n_goods):
            for k in range(n_target):
                if hub[k] >= 0:
                    activity[first + g, k] = now[g * n_target + k]
