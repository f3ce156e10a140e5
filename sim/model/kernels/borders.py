"""Borders: what licences, payments and inspections leave of an order on its way to the target and elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common.arrays import Floats, Mask
from sim.common.compilation import compiled, inlined
from sim.model.kernels.lane_rows import gather, repeat, scatter
from sim.model.kernels.settlement import unseen_by_hub
from sim.model.records import DENIED, HELD, ORDERED, REFUSED, SEIZED, STOPPED
from sim.rules.enforcement import banned_part_shipped, licence_odds
from sim.rules.evasion import false_use

if TYPE_CHECKING:
    from sim.model.records import BorderLaw, Routes
    from sim.model.state import Shipments
    from sim.rules.parameters import LoopParameters

# The shipped rule has nothing banned in what leaves where nothing is forbidden. A rule that replaces it need not: the
# compiler then sets the switch to False.
NOTHING_BANNED = True
SHORTCUTS = {"banned_part_shipped": "NOTHING_BANNED"}


class BorderConditions(NamedTuple):
    """What an order meets at the border beside law; R routes end at the target.

    Attributes:
        touched: whether some clause acts on the lane, (T, K).
        touched_elsewhere: whether one acts on a route of the type to another state than the target, (T,).
        military_sensitivity, ambiguity: of goods, (G,).
        demand_multiplier: orders against contracts by (destination, good): season, macro path, income.
        supply_multiplier: what an origin ships of what is ordered from it, (origin, good).
        enforcement_effort: (S,).
        border_checks: part of the checks left at the state's border with the target, (S,).
        inspection: shipments inspected beyond the usual share, (S,).
        payment_intermediaries: share of refused payments that they carry, (S,).
        tracking: share of a good's passage that tracking shows, (state, good).
        stopped_share: share that hubs stop, (hub, good).
        banned_share, licence_share: law on what is shipped: (T, R) for :func:`clear_borders`, which is told the form in
            which it is shipped, (T, K) for :func:`send_elsewhere`.
        legal_deterrence: aversion times hazard of the mean firm, log points, (T, K).
        diverted_share: part of a hub route's trade that is there because the direct route is shut, (T, R).
    """

    touched: Mask
    touched_elsewhere: Mask
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
    banned_share: Floats
    licence_share: Floats
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
    """Licences, payments and inspections on the way to the target, from the order to the hub's door.

    The lanes of the firms of one state and headquarters lie side by side, (good, route), so that each step is plain
    arithmetic on a row of them and vectorises. Where nothing is sold all is 0.

    Args:
        routes: who sells what by which routes.
        law: what law does at the border, (T, R).
        conditions: what else an order meets there.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        shipments: on the routes to the target all but ``contracted`` filled, ``licence_queue`` updated; delivered and
            unsold are left to :func:`.settlement.settle`.
    """
    values = parameters[0]
    origin, hub, hub_state, n_target = routes.origin, routes.hub, routes.hub_states, routes.target_routes
    effort, border_checks, campaign = conditions.enforcement_effort, conditions.border_checks, conditions.inspection
    multipliers, supply = conditions.demand_multiplier[routes.target], conditions.supply_multiplier
    carried, sensitivity, ambiguity = (
        conditions.payment_intermediaries, conditions.military_sensitivity, conditions.ambiguity
    )  # fmt: skip
    contracted, queue, deterrence = shipments.contracted, shipments.licence_queue, conditions.legal_deterrence
    odds_civil, odds_military, delays = law.licence_odds_civil, law.licence_odds_military, law.licence_delay_months
    n_goods = len(multipliers)
    rows, width = len(origin) // n_goods, n_goods * n_target
    status = shipments.order_status.reshape((8, rows, width))
    ordered, seized, stopped = status[ORDERED], status[SEIZED], status[STOPPED]
    refused, denied, held = status[REFUSED], status[DENIED], status[HELD]
    cleared, banned_parts = shipments.cleared, shipments.banned_shipped.reshape((rows, width))
    evading, diverted = shipments.evading.reshape((rows, width)), conditions.diverted_share.reshape((rows, width))
    forbidden, licensed = (
        conditions.banned_share.reshape((rows, width)),
        conditions.licence_share.reshape((rows, width)),
    )
    refusal, closure = law.payment_refusal.reshape((rows, width)), law.closure.reshape((rows, width))
    coming = law.coming.reshape((rows, width))
    # By (good, route): what of refused payments nobody carries; at hubs what is tracked and what is stopped.
    unpaid, checks = np.ones(width), np.ones(width)
    tracked, stops, through = np.zeros(width), np.zeros(width), np.zeros(width)
    for g in range(n_goods):
        for k in range(n_target):
            if hub[k] >= 0:
                i, s = g * n_target + k, hub_state[hub[k]]
                through[i], unpaid[i], tracked[i] = 1.0, 1.0 - carried[s], conditions.tracking[s, g]
                stops[i] = conditions.stopped_share[hub[k], g]
    goods, waiting, sold = np.empty(width), np.empty(width), np.empty(width)
    demand, multiplier = np.empty(n_goods), np.empty(width)
    fear, lanes = np.empty(width), (n_goods, n_target)
    for row in range(rows):
        first = row * n_goods
        o = origin[first]
        gather(contracted, first, goods.reshape(lanes))
        gather(queue, first, waiting.reshape(lanes))
        for g in range(n_goods):
            demand[g] = multipliers[g] * supply[o, g]
            for k in range(n_target):
                if hub[k] < 0:
                    unpaid[g * n_target + k], checks[g * n_target + k] = 1.0 - carried[o], border_checks[o]
        repeat(demand, 0, multiplier.reshape(lanes))
        for i in range(width):
            # Buyers bring orders forward before a law binds that is announced.
            goods[i] *= multiplier[i]
            goods[i] *= 1.0 + values.front_loading * coming[row, i]
            ordered[row, i] = goods[i]
        some_licensed, some_banned = False, not NOTHING_BANNED
        for i in range(width):
            denied[row, i] = 0.0
            held[row, i] = 0.0
            sold[i] = 1.0 if goods[i] != 0.0 or waiting[i] != 0.0 else 0.0
            some_licensed |= licensed[row, i] != 0.0 or waiting[i] != 0.0
            some_banned |= forbidden[row, i] != 0.0
        if some_licensed:
            caught = values.declaration_detected * effort[o]
            for g in range(n_goods):
                t, uses = first + g, (sensitivity[g], ambiguity[g])
                for k in range(n_target):
                    i = g * n_target + k
                    if sold[i] != 0.0:
                        terms = delays[t, k], odds_civil[t, k], odds_military[t, k]
                        declared = values.false_declaration, caught
                        office = _decide(goods[i], waiting[i], licensed[row, i], terms, uses, declared)
                        goods[i], denied[row, i], held[row, i], queue[t, k] = office
        for i in range(width):
            refused[row, i] = goods[i] * (1.0 - (1.0 - refusal[row, i] * unpaid[i]) * (1.0 - closure[row, i]))
            goods[i] -= refused[row, i]
        inspected = (1.0 - (1.0 - values.inspection) * (1.0 - campaign[o])) * effort[o]
        banned = banned_parts[row]
        if some_banned:
            gather(deterrence, first, fear.reshape(lanes))
            _weigh_banned(forbidden[row], fear, sold, banned)
            for i in range(width):
                seized[row, i] = goods[i] * banned[i] * (inspected * checks[i]) * values.seizure
                goods[i] -= seized[row, i]
        else:
            for i in range(width):
                banned[i] = 0.0
                seized[row, i] = 0.0
        for i in range(width):
            # Goods that go straight evade no direct route.
            evading[row, i] = max(banned[i], diverted[row, i]) if sold[i] * through[i] != 0.0 else 0.0
        for i in range(width):
            met = 1.0 - unseen_by_hub(values.ghost, evading[row, i], tracked[i])
            stopped[row, i] = goods[i] * met * stops[i]
            goods[i] -= stopped[row, i]
        scatter(goods.reshape(lanes), first, cleared)


@compiled
def send_elsewhere(
    routes: Routes,
    law: BorderLaw,
    conditions: BorderConditions,
    parameters: LoopParameters,
    shipments: Shipments,
) -> None:
    """The same on routes to other states: what is sold leaves as it was ordered, but where law acts or orders wait.

    Args:
        routes: who sells what by which routes.
        law: what law does at the border, (T, K).
        conditions: what else an order meets there.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        shipments: on routes to other states ``cleared`` filled and, where something else than delivery in full may
            happen, ``banned_elsewhere``; ``licence_queue`` and ``stirred`` updated.
    """
    values = parameters[0]
    origin, good, destination, n_target = routes.origin, routes.good, routes.destination, routes.target_routes
    sensitivity, ambiguity = conditions.military_sensitivity, conditions.ambiguity
    odds_civil, odds_military, delays = law.licence_odds_civil, law.licence_odds_military, law.licence_delay_months
    refusal, closure, coming = law.payment_refusal, law.closure, law.coming
    effort, campaign, carried = (
        conditions.enforcement_effort, conditions.inspection, conditions.payment_intermediaries
    )  # fmt: skip
    multipliers, supply = conditions.demand_multiplier, conditions.supply_multiplier
    forbidden, licence_share, deterrence = (
        conditions.banned_share, conditions.licence_share, conditions.legal_deterrence
    )  # fmt: skip
    contracted, queue, cleared = shipments.contracted, shipments.licence_queue, shipments.cleared
    banned, stirred = shipments.banned_elsewhere, shipments.stirred
    touched, touched_elsewhere = conditions.touched, conditions.touched_elsewhere
    n_routes = contracted.shape[1]
    demand = np.empty((multipliers.shape[1], n_routes))
    for g in range(multipliers.shape[1]):
        for k in range(n_target, n_routes):
            demand[g, k] = multipliers[destination[k], g]
    for t in range(len(origin)):
        o, g = origin[t], good[t]
        supply_here = supply[o, g]
        for k in range(n_target, n_routes):
            cleared[t, k] = contracted[t, k] * (demand[g, k] * supply_here)
        acted_on = touched_elsewhere[t] or not NOTHING_BANNED
        if not (acted_on or stirred[t]):
            continue
        waits = False
        inspected = (1.0 - (1.0 - values.inspection) * (1.0 - campaign[o])) * effort[o]
        for k in range(n_target, n_routes):
            banned[t, k] = 0.0
            ordered = cleared[t, k] * (1.0 + values.front_loading * coming[t, k])
            if queue[t, k] == 0.0 and (ordered == 0.0 or (NOTHING_BANNED and not touched[t, k])):
                continue
            terms = delays[t, k], odds_civil[t, k], odds_military[t, k]
            uses, declared = (
                (sensitivity[g], ambiguity[g]),
                (values.false_declaration, values.declaration_detected * effort[o]),
            )
            office = _decide(ordered, queue[t, k], licence_share[t, k], terms, uses, declared)
            onward, queue[t, k] = office[0], office[3]
            waits |= queue[t, k] > 0.0
            refused = refusal[t, k] * (1.0 - carried[o])
            onward -= onward * (1.0 - (1.0 - refused) * (1.0 - closure[t, k]))
            banned[t, k] = banned_part_shipped(forbidden[t, k], deterrence[t, k])
            onward -= onward * banned[t, k] * inspected * values.seizure
            cleared[t, k] = onward
        stirred[t] = acted_on or waits


@inlined
def _weigh_banned(forbidden: Floats, fear: Floats, sold: Floats, banned: Floats) -> None:
    """Banned part of what is shipped on each lane of a row, each (good x route,); apart, so that it vectorises."""
    for i in range(len(banned)):
        part = banned_part_shipped(forbidden[i], fear[i])
        banned[i] = part if sold[i] != 0.0 else 0.0


@inlined
def _decide(
    ordered: float,
    queue: float,
    share: float,
    terms: tuple[float, float, float],
    uses: tuple[float, float],
    declared: tuple[float, float],
) -> tuple[float, float, float, float]:
    """What a licensing office does with an order: what goes on, is denied, is held this month, and waits from now on.

    Args:
        ordered: musd.
        queue: orders that wait, musd.
        share: of the order that needs a licence.
        terms: months that a licence takes, odds of one for civil and for military use.
        uses: military sensitivity and ambiguity of the good.
        declared: readiness to declare a false use, odds that one is found.
    """
    applied = ordered * share
    onward, denied, held = ordered - applied, 0.0, 0.0
    if applied > 0.0 or queue > 0.0:
        delay, civil, military = terms
        waiting = queue + applied
        decided = waiting * (1.0 - np.exp(-1.0 / delay)) if delay > 0.0 else waiting
        lying = false_use(declared[0], declared[1], civil, military)
        odds = licence_odds(uses[0], uses[1], lying, declared[1], civil, military)
        onward += decided * odds
        denied = decided * (1.0 - odds)
        held = waiting - decided - queue
        queue = waiting - decided
    return onward, denied, held, queue
