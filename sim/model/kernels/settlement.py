"""Borders, hubs and delivery: where every dollar that was ordered ends up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from sim.common.arrays import Floats, Marks, Mask
from sim.common.compilation import compiled, inlined
from sim.rules.enforcement import banned_part_shipped, licence_odds
from sim.rules.evasion import false_use

if TYPE_CHECKING:
    from sim.model.records import BorderLaw, Routes
    from sim.model.state import Shipments
    from sim.rules.parameters import LoopParameters

# Status of orders, along the first axis of ``order_status``. Ordered equals the sum of all the others.
ORDERED, DELIVERED, SEIZED, STOPPED, REFUSED, DENIED, HELD, UNSOLD = range(8)
ORDER_STATUS = ("ordered", "delivered", "seized", "stopped", "refused", "denied", "held", "unsold")


# The shipped rule has nothing banned in what leaves where nothing is forbidden. A rule that replaces it need not: the
# compiler then sets the switch to False.
NOTHING_BANNED = True
SHORTCUTS = {"banned_part_shipped": "NOTHING_BANNED"}

Number = TypeVar("Number", float, Floats)


class BorderConditions(NamedTuple):
    """What an order meets at the border beside law.

    Attributes:
        touched: whether some clause acts on the lane, (type, route).
        military_sensitivity, ambiguity: of goods, (good,).
        demand_multiplier: orders against contracts by (destination, good): season, macro path, income.
        supply_multiplier: what an origin ships of what is ordered from it, (origin, good).
        enforcement_effort: (state,).
        border_checks: part of the checks left at the state's border with the target, (state,).
        inspection: shipments inspected beyond the usual share, (state,).
        payment_intermediaries: share of refused payments that they carry, (state,).
        tracking: share of a good's passage that tracking shows, (state, good).
        stopped_share: share that hubs stop, (hub, good).
        banned_as_shipped, licence_as_shipped: law on what is shipped, (type, route).
        legal_deterrence: aversion times hazard of the mean firm, log points, (type, route).
        diverted_share: part of a hub route's trade that is there because the direct route is shut, (type, route).
    """

    touched: Mask
    military_sensitivity: Floats
    ambiguity: Floats
    demand_multiplier: Floats
    supply_multiplier: Floats
    enforcement_effort: Floats
    border_checks: Floats
    inspection: Floats
    payment_intermediaries: Floats
    tracking: Floats
    stopped_share: Floats
    banned_as_shipped: Floats
    licence_as_shipped: Floats
    legal_deterrence: Floats
    diverted_share: Floats


@compiled
def clear_borders(
    routes: Routes,
    law: BorderLaw,
    conditions: BorderConditions,
    parameters: LoopParameters,
    shipments: Shipments,
) -> None:
    """Licences, payments and inspections, from the order to the hub's door.

    What is sold to other states than the target leaves as it was ordered, but where law acts on it or orders wait.

    Args:
        routes: who sells what by which routes.
        law: what law does at the border.
        conditions: what else an order meets there.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        shipments: all but ``contracted`` filled, ``licence_queue`` and ``stirred`` updated; delivered and unsold are
            left to :func:`settle`.
    """
    values = parameters[0]
    origin, good, destination = routes.origin, routes.good, routes.destination
    hub, hub_state, n_target = routes.hub, routes.hub_states, routes.target_routes
    sensitivity, ambiguity = conditions.military_sensitivity, conditions.ambiguity
    odds_civil, odds_military, delays = law.licence_odds_civil, law.licence_odds_military, law.licence_delay_months
    refusal, closure, coming = law.payment_refusal, law.closure, law.coming
    effort, checks, campaign = conditions.enforcement_effort, conditions.border_checks, conditions.inspection
    multipliers, carried = conditions.demand_multiplier, conditions.payment_intermediaries
    tracking, stopped_share = conditions.tracking, conditions.stopped_share
    forbidden, licence_share = conditions.banned_as_shipped, conditions.licence_as_shipped
    deterrence, diverted = conditions.legal_deterrence, conditions.diverted_share
    contracted, queue, status = shipments.contracted, shipments.licence_queue, shipments.order_status
    banned, evading, cleared = shipments.banned_shipped, shipments.evading, shipments.cleared
    touched, stirred, supply = conditions.touched, shipments.stirred, conditions.supply_multiplier
    n_routes = contracted.shape[1]
    for t in range(contracted.shape[0]):
        o, g = origin[t], good[t]
        inspected = (1.0 - (1.0 - values.inspection) * (1.0 - campaign[o])) * effort[o]
        acted_on = not NOTHING_BANNED
        for k in range(n_target, n_routes):
            acted_on |= touched[t, k]
        looked_at = n_routes if acted_on or stirred[t] else n_target
        for k in range(looked_at, n_routes):
            multiplier = multipliers[destination[k], g] * supply[o, g]
            ordered = contracted[t, k] * multiplier
            status[ORDERED, t, k] = ordered
            cleared[t, k] = ordered
        waits = False
        for k in range(looked_at):
            for f in range(8):
                status[f, t, k] = 0.0
            cleared[t, k] = 0.0
            banned[t, k] = 0.0
            evading[t, k] = 0.0
            # Buyers bring orders forward before a law binds that is announced.
            multiplier = multipliers[destination[k], g] * supply[o, g]
            ordered = contracted[t, k] * multiplier * (1.0 + values.front_loading * coming[t, k])
            if ordered == 0.0 and queue[t, k] == 0.0:
                continue
            status[ORDERED, t, k] = ordered
            applied = ordered * licence_share[t, k]
            onward = ordered - applied
            if applied > 0.0 or queue[t, k] > 0.0:
                waiting = queue[t, k] + applied
                delay = delays[t, k]
                decided = waiting * (1.0 - np.exp(-1.0 / delay)) if delay > 0.0 else waiting
                caught = values.declaration_detected * effort[o]
                civil, military = odds_civil[t, k], odds_military[t, k]
                lying = false_use(values.false_declaration, caught, civil, military)
                odds = licence_odds(sensitivity[g], ambiguity[g], lying, caught, civil, military)
                onward += decided * odds
                status[DENIED, t, k] = decided * (1.0 - odds)
                status[HELD, t, k] = waiting - decided - queue[t, k]
                queue[t, k] = waiting - decided
                waits |= queue[t, k] > 0.0
            refused, inspected_here = refusal[t, k], inspected
            if hub[k] >= 0:
                refused *= 1.0 - carried[hub_state[hub[k]]]
            else:
                refused *= 1.0 - carried[o]
                if k < n_target:
                    inspected_here *= checks[o]
            status[REFUSED, t, k] = onward * (1.0 - (1.0 - refused) * (1.0 - closure[t, k]))
            onward -= status[REFUSED, t, k]
            banned[t, k] = banned_part_shipped(forbidden[t, k], deterrence[t, k])
            status[SEIZED, t, k] = onward * banned[t, k] * inspected_here * values.seizure
            onward -= status[SEIZED, t, k]
            if hub[k] >= 0:
                evading[t, k] = max(banned[t, k], diverted[t, k])
                tracked = tracking[hub_state[hub[k]], g]
                met = 1.0 - unseen_by_hub(values.ghost, evading[t, k], tracked)
                status[STOPPED, t, k] = onward * met * stopped_share[hub[k], g]
                onward -= status[STOPPED, t, k]
            cleared[t, k] = onward
        if looked_at == n_routes:
            stirred[t] = acted_on or waits


class Deliveries(NamedTuple):
    """What is delivered, and what becomes of it.

    Attributes:
        cleared: what reaches its destination or its hub's intermediaries, (type, route).
        stirred: whether anything but delivery in full may happen on routes to other states than the target, (type,).
        order_status: what became of every order, (8, type, route).
        arrivals: for use, out of deliveries and stocks, (destination, headquarters, good).
        stocks: bought ahead, (destination, headquarters, good).
    """

    cleared: Floats
    stirred: Marks
    order_status: Floats
    arrivals: Floats
    stocks: Floats


@compiled
def settle(
    routes: Routes,
    exit_hub_shares: Floats,
    capacity_share: Floats,
    coming: Floats,
    parameters: LoopParameters,
    deliveries: Deliveries,
) -> None:
    """Delivers what the hubs can carry, puts aside what was bought ahead, and sums arrivals for use.

    Args:
        routes: who sells what by which routes.
        exit_hub_shares: by (entry hub, good, exit hub).
        capacity_share: share of its consignments that each hub carries, (hub,).
        coming: share of lines that announced law will bind, (type, route).
        parameters: see :func:`sim.rules.parameters.for_loops`.
        deliveries: delivered and unsold filled in ``order_status``, ``arrivals`` filled, ``stocks`` updated.
    """
    values = parameters[0]
    origin, brand, good, destination, hub = (
        routes.origin, routes.headquarters, routes.good, routes.destination, routes.hub
    )  # fmt: skip
    shares, cleared, status = exit_hub_shares, deliveries.cleared, deliveries.order_status
    arrivals, stocks = deliveries.arrivals, deliveries.stocks
    for d in range(stocks.shape[0]):
        for b in range(stocks.shape[1]):
            for g in range(stocks.shape[2]):
                arrivals[d, b, g] = values.stock_use * stocks[d, b, g]
                stocks[d, b, g] -= arrivals[d, b, g]
    unsold = np.zeros((shares.shape[0], shares.shape[1]))
    for h in range(shares.shape[0]):
        for g in range(shares.shape[1]):
            for j in range(shares.shape[2]):
                unsold[h, g] += shares[h, g, j] * (1.0 - capacity_share[j])
    stirred, n_routes = deliveries.stirred, cleared.shape[1]
    for t in range(cleared.shape[0]):
        b, g = brand[t], good[t]
        looked_at = n_routes if stirred[t] else routes.target_routes
        for k in range(looked_at, n_routes):
            status[DELIVERED, t, k] = cleared[t, k]
            if destination[k] != origin[t]:
                arrivals[destination[k], b, g] += cleared[t, k]
        for k in range(looked_at):
            goods = cleared[t, k]
            if goods == 0.0:
                continue
            if hub[k] >= 0:
                status[UNSOLD, t, k] = goods * unsold[hub[k], g]
                goods -= status[UNSOLD, t, k]
            status[DELIVERED, t, k] = goods
            if destination[k] != origin[t]:
                ahead = values.front_loading * coming[t, k]
                stocked = goods * ahead / (1.0 + ahead)
                stocks[destination[k], b, g] += stocked
                arrivals[destination[k], b, g] += goods - stocked


@inlined
def unseen_by_hub(ghost: float, evading: Number, tracked: Number) -> Number:
    """Share of what is sent through a hub that never meets its officers: ghost transit that tracking does not show.

    Args:
        ghost: share of what evades a shut route through a hub that never arrives there.
        evading: share of what is sent that is banned, or that would go direct if it could.
        tracked: share of the good's passage that tracking shows to the officers.
    """
    return ghost * evading * (1.0 - tracked)
