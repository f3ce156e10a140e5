"""What makers let intermediaries of hubs pass on, and what passing on meets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common.compilation import compiled, inlined
from sim.common.numerics import log
from sim.model.kernels.lane_rows import gather, repeat, scatter
from sim.rules.enforcement import compliance, law_hazard
from sim.rules.route_choice import route_weight

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.model.kernels.route_prospects import RouteConditions
    from sim.model.records import FirmTypes, RouteLaw, Routes
    from sim.model.state import RouteOutlook
    from sim.rules.parameters import LoopParameters

# The shipped rule leaves a route its market's weight where nothing is forbidden, threatened or shameful. A rule that
# replaces it need not: the compiler then sets the switch to False.
MARKET_ALONE = True
SHORTCUTS = {"route_weight": "MARKET_ALONE"}


@compiled
def evaluate_hub_routes(
    routes: Routes,
    types: FirmTypes,
    law: RouteLaw,
    conditions: RouteConditions,
    parameters: LoopParameters,
    outlook: RouteOutlook,
) -> None:
    """What makers let intermediaries of hubs pass on, and what passing on meets.

    Makers do not choose these routes: their distributors' buyers do (see the kernel of passing on). The lanes of the
    firms of one state and headquarters lie side by side, (good, route), so that each step is plain arithmetic on a row
    of them and vectorises.

    Args:
        routes: who sells what by which routes.
        types: what firms of one type have in common.
        law: on the route, (T, R).
        conditions: what else a route meets.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        outlook: on routes through hubs ``released``, ``passing_cost`` and, where something is sold,
            ``legal_deterrence`` filled; on the direct route nothing that counts.
    """
    values = parameters[0]
    origin, hub, hub_states, n_target = routes.origin, routes.hub, routes.hub_states, routes.target_routes
    effort, carried, peer_exits = (
        conditions.enforcement_effort, conditions.payment_intermediaries, conditions.peer_exit_share
    )  # fmt: skip
    entry_cost, passed_share, controlled = conditions.entry_cost, conditions.passed_share, conditions.controlled
    background, aversion, reputation = types.background, types.aversion, types.reputation
    legal_deterrence = outlook.legal_deterrence
    n_goods = entry_cost.shape[1]
    rows, width = len(origin) // n_goods, n_goods * n_target
    shape = (rows, width)
    domestic, declared = law.domestic_hazard.reshape(shape), law.declared_hazard.reshape(shape)
    pledge, foreign, shield = (
        law.pledge_hazard.reshape(shape),
        law.foreign_hazard.reshape(shape),
        law.shield.reshape(shape),
    )
    shame, closure, delay = (
        law.reputation.reshape(shape),
        law.closure.reshape(shape),
        law.licence_delay_months.reshape(shape),
    )
    fee, refusal = law.payment_fee.reshape(shape), law.payment_refusal.reshape(shape)
    tariff, promotion = law.tariff.reshape(shape), law.promotion.reshape(shape)
    forbidden, licence = conditions.banned_as_shipped.reshape(shape), conditions.licence_as_shipped.reshape(shape)
    believed, released = outlook.believed_hazard.reshape(shape), outlook.released.reshape(shape)
    passing_cost = outlook.passing_cost.reshape(shape)
    fee_of_workaround, coalition_effort = np.log(1.0 + values.payment_fee), conditions.coalition_effort
    # By (good, route): what payment intermediaries carry, what passage costs and lets through.
    pays, entry, passes = np.zeros(width), np.zeros(width), np.ones(width)
    for g in range(n_goods):
        for k in range(n_target):
            if hub[k] >= 0:
                i = g * n_target + k
                pays[i], entry[i] = carried[hub_states[hub[k]]], entry_cost[hub[k], g]
                passes[i] = passed_share[hub[k], g]
    # What the last failing share of a passage made of it: the same for most origins.
    failed, log_passing = np.full(width, -1.0), np.zeros(width)
    own_law, lanes = np.empty(n_goods), (n_goods, n_target)
    own, fear, sense = np.empty(width), np.empty(width), np.empty(width)
    opened, hazard, name, let_go = np.empty(width), np.empty(width), np.empty(width), np.empty(width)
    cost, failing, sold = np.empty(width), np.empty(width), np.empty(width)
    for row in range(rows):
        first = row * n_goods
        o = origin[first]
        own_hazard = law_hazard(compliance(conditions.law_capacity[o], effort[o]), values.aversion)
        for g in range(n_goods):
            own_law[g] = conditions.enacted_law[o] * controlled[g]
        repeat(own_law, 0, own.reshape(lanes))
        repeat(aversion, first, fear.reshape(lanes))
        repeat(reputation, first, sense.reshape(lanes))
        for i in range(width):
            opened[i] = 1.0 - shield[row, i]
            abroad = foreign[row, i] * coalition_effort * opened[i]
            home = 1.0 if own[i] > 0.0 else domestic[row, i]  # the state's own new law binds like any other
            hazard[i] = max(home * own_hazard, abroad) * values.diversion_hazard
        herding = 1.0 + values.exit_herding * peer_exits[o]
        some_let_go = not MARKET_ALONE
        for i in range(width):
            hazard[i] += pledge[row, i] * own_hazard
            hazard[i] = max(hazard[i], declared[row, i] * own_hazard)
            name[i] = values.distributor_watch * shame[row, i] * herding if shame[row, i] > 0.0 else 0.0
            some_let_go |= forbidden[row, i] != 0.0 or name[i] != 0.0
        if some_let_go:
            _weigh_hub_routes(forbidden[row], fear, hazard, sense, name, let_go)
        else:
            let_go[:] = 1.0
        for i in range(width):
            released[row, i] = (1.0 - closure[row, i]) * let_go[i]
        for i in range(width):
            cost[i] = fee[row, i] + tariff[row, i] - promotion[row, i]
            cost[i] += licence[row, i] * delay[row, i] * values.delay_cost
        other_payments = False
        for i in range(width):
            cost[i] += entry[i]
            cost[i] += fee_of_workaround * refusal[row, i] * pays[i]
            failing[i] = refusal[row, i] * (1.0 - pays[i])
            other_payments |= failing[i] != failed[i]
        if other_payments:
            for i in range(width):
                if failing[i] != failed[i]:
                    failed[i] = failing[i]
                    log_passing[i] = log((1.0 - failing[i]) * passes[i])
        for i in range(width):
            cost[i] += values.detection * (believed[row, i] * opened[i])
            passing_cost[row, i] = cost[i] - log_passing[i]
        gather(background, first, sold.reshape(lanes))
        for i in range(width):
            hazard[i] = fear[i] * hazard[i] if sold[i] > 0.0 else 0.0
        scatter(hazard.reshape(lanes), first, legal_deterrence)  # that of the direct route follows


@inlined
def _weigh_hub_routes(
    forbidden: Floats, aversion: Floats, hazard: Floats, reputation: Floats, name: Floats, let_go: Floats
) -> None:
    """What makers let go of on each of the lanes of a row, each (good x route,); apart, so that it vectorises."""
    for i in range(len(let_go)):
        let_go[i] = route_weight(1.0, forbidden[i], aversion[i], hazard[i], 0.0, 0.0, reputation[i], name[i])
