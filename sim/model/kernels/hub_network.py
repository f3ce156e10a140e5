"""Hubs as a network: what each exit hub costs and stops, and how intermediaries choose among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common.compilation import compiled
from sim.rules.enforcement import compliance
from sim.rules.intermediation import exit_hub_weight, payment_workaround

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers
    from sim.model.records import Routes
    from sim.model.state import Transit
    from sim.rules.parameters import LoopParameters


class TransitConditions(NamedTuple):
    """What goods meet at hubs.

    Attributes:
        hub_states: position of each hub among the states, (hub,).
        law_capacity: share of its firms that obey a state's law without further effort, (state,).
        usual_effort: enforcement effort of the base year, (state,).
        border_checks: part of the checks left at the state's border with the target, (state,).
        transit_ban: what may not be passed on, by clause, (state, good).
        export_ban: what the hub's own firms may not sell to the target, times how surely, (state, good).
        enacted_law: of the state's own, (state,).
        enforcement_effort: (state,).
        controlled: share of a good's lines that the coalition bans, (good,).
        log_markup: of the hub's intermediaries, (hub,).
        capacity_share: share of its consignments that each hub could carry last month, (hub,).
    """

    hub_states: Integers
    law_capacity: Floats
    usual_effort: Floats
    border_checks: Floats
    transit_ban: Floats
    export_ban: Floats
    enacted_law: Floats
    enforcement_effort: Floats
    controlled: Floats
    log_markup: Floats
    capacity_share: Floats


@compiled
def price_transit(conditions: TransitConditions, parameters: LoopParameters, transit: Transit) -> None:
    """What a sale through each hub meets this month, over all exit hubs that its intermediaries use.

    Args:
        conditions: what goods meet at hubs.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        transit: all but ``exit_hub_shares`` filled.
    """
    values = parameters[0]
    hub_states, transit_ban, controlled = conditions.hub_states, conditions.transit_ban, conditions.controlled
    enacted_law, effort, usual_efforts = (
        conditions.enacted_law, conditions.enforcement_effort, conditions.usual_effort
    )  # fmt: skip
    border_checks, log_markup, capacity_share = (
        conditions.border_checks, conditions.log_markup, conditions.capacity_share
    )  # fmt: skip
    shares, transit_cost, entry_cost = transit.exit_hub_shares, transit.transit_cost, transit.entry_cost
    passed_share, stopped_share = transit.passed_share, transit.stopped_share
    n_hubs, n_goods = transit_cost.shape
    stop = np.zeros((n_hubs, n_goods))
    for h in range(n_hubs):
        s = hub_states[h]
        usual_effort, checks = usual_efforts[s], border_checks[s]
        obeyed = compliance(conditions.law_capacity[s], effort[s] * checks)
        for g in range(n_goods):
            allowed = (1.0 - transit_ban[s, g]) * (1.0 - conditions.export_ban[s, g])
            stop[h, g] = (1.0 - allowed * (1.0 - enacted_law[s] * controlled[g])) * obeyed
            passes = (1.0 - stop[h, g]) * capacity_share[h]
            if effort[s] > usual_effort:
                passes *= np.exp(-values.vigilance * controlled[g] * (effort[s] - usual_effort) * checks)
            transit_cost[h, g] = -np.log(max(passes, 1e-9)) if passes < 1.0 else 0.0
    for h in range(n_hubs):
        for g in range(n_goods):
            entry_cost[h, g] = 0.0
            stopped_share[h, g] = 0.0
            lost = 0.0
            for j in range(n_hubs):
                share = shares[h, g, j]
                if share > 0.0:
                    entry_cost[h, g] += share * log_markup[j]
                    stopped_share[h, g] += share * stop[j, g]
                    lost += share * (1.0 - np.exp(-transit_cost[j, g])) if transit_cost[j, g] > 0.0 else 0.0
            passed_share[h, g] = 1.0 - lost


@compiled
def choose_exit_hubs(
    usual: Floats, log_markup: Floats, transit_cost: Floats, parameters: LoopParameters, shares: Floats
) -> None:
    """The intermediaries of every hub turn part of what they pass on to where passage is cheaper and surer.

    Ties among traders last: only ``onward_turnover`` of the passages are chosen anew. A hub that fills adds to the cost
    of leaving by it, and so passes the trade on to the next hub.

    Args:
        usual: base-year shares, (entry hub, good, exit hub).
        log_markup: of each hub's intermediaries, (hub,).
        transit_cost: log points that checks and want of room take off, (hub, good).
        parameters: see :func:`sim.rules.parameters.for_loops`.
        shares: updated.
    """
    values = parameters[0]
    n_hubs, n_goods = transit_cost.shape
    for h in range(n_hubs):
        for g in range(n_goods):
            if usual[h, g, h] == 1.0:
                continue  # its intermediaries know no other hub
            total = 0.0
            for j in range(n_hubs):
                if usual[h, g, j] > 0.0:
                    total += usual[h, g, j] * exit_hub_weight(values.onward_response, log_markup[j], transit_cost[j, g])
            for j in range(n_hubs):
                if usual[h, g, j] > 0.0:
                    weight = usual[h, g, j] * exit_hub_weight(values.onward_response, log_markup[j], transit_cost[j, g])
                    shares[h, g, j] += values.onward_turnover * (weight / total - shares[h, g, j])


@compiled
def refusals_by_state(routes: Routes, payment_refusal: Floats, refusals: Floats) -> None:
    """Largest share of payments that the banks of each state refuse on its routes to the target.

    Args:
        routes: who sells what by which routes.
        payment_refusal: (type, route).
        refusals: filled, (state,).
    """
    origin, hub, hub_state, n_target = routes.origin, routes.hub, routes.hub_states, routes.target_routes
    refusals[:] = 0.0
    for t in range(payment_refusal.shape[0]):
        for k in range(n_target):
            s = origin[t] if hub[k] < 0 else hub_state[hub[k]]
            refusals[s] = max(refusals[s], payment_refusal[t, k])


@compiled
def enter_payment_intermediaries(refusals: Floats, parameters: LoopParameters, carried: Floats) -> None:
    """Payment intermediaries take over a part of what banks refuse; ``carried`` (state,) updated, share of refusals."""
    values = parameters[0]
    for s in range(len(carried)):
        if refusals[s] > 0.0 or carried[s] > 0.0:
            if refusals[s] > 0.0:
                carried[s] = payment_workaround(carried[s], values.payment_entry)
            else:
                carried[s] *= 1.0 - values.payment_entry
