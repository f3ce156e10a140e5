"""What every route promises a firm of each type this month: weights, hazards, odds of entry, exit, a contract's end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common.compilation import compiled, inlined
from sim.common.numerics import log
from sim.model.records import (
    BANNED_SHARE,
    BASE_WEIGHT,
    LEGAL_HAZARD,
    MARKET_WEIGHT,
    REPUTATION_COST,
    SECONDARY_HAZARD,
)
from sim.rules.enforcement import compliance, law_hazard
from sim.rules.expectations import contracts_ended_early
from sim.rules.participation import entry_odds, exit_odds, wanted_participation
from sim.rules.route_choice import market_weight, route_weight

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Mask
    from sim.model.records import FirmTypes, Numbers, RouteLaw, Routes
    from sim.model.state import Participation, RouteOutlook
    from sim.rules.parameters import LoopParameters

# The shipped rule leaves a route its market's weight where nothing is forbidden, threatened or shameful. A rule that
# replaces it need not: the compiler then sets the switch to False.
MARKET_ALONE = True
SHORTCUTS = {"route_weight": "MARKET_ALONE"}
# Whether a route has to be evaluated this month.
AWAKE, AT_REST, UNUSED = 0, 1, 2


class RouteConditions(NamedTuple):
    """What a route meets beside law on the route itself.

    Attributes:
        touched: whether some clause acts on the lane, (T, K).
        touched_elsewhere: whether one acts on a route of the type to another state than the target, (T,).
        price_adjusting: whether the price of a state's market moves, (S,).
        banned_as_shipped, licence_as_shipped: law on the form in which goods are shipped to the target, (T, R).
        banned_share, licence_share: law as written, (T, K).
        expected_price: log price that sellers expect, (destination, headquarters, good).
        enforcement_effort: (S,).
        coalition_effort: mean over the coalition's members.
        law_capacity: share of its firms that obey a state's law without further effort, (S,).
        border_checks: part of the checks left at the state's border with the target, (S,).
        enacted_law: the state's own, (S,).
        controlled: lines that the coalition bans, (G,).
        payment_intermediaries: share of refused payments that they carry, (S,).
        peer_exit_share: share of the coalition firms' direct trade that has gone, by the firm's place, (S,).
        entry_cost: log cost of a passage through the hub, (hub, good).
        passed_share: share of it that gets through, (hub, good).
    """

    touched: Mask
    touched_elsewhere: Mask
    price_adjusting: Mask
    banned_as_shipped: Floats
    licence_as_shipped: Floats
    banned_share: Floats
    licence_share: Floats
    expected_price: Floats
    enforcement_effort: Floats
    coalition_effort: float
    law_capacity: Floats
    border_checks: Floats
    enacted_law: Floats
    controlled: Floats
    payment_intermediaries: Floats
    peer_exit_share: Floats
    entry_cost: Floats
    passed_share: Floats


@compiled
def evaluate_routes(
    routes: Routes,
    types: FirmTypes,
    law: RouteLaw,
    conditions: RouteConditions,
    parameters: LoopParameters,
    prospects: Numbers,
    outlook: RouteOutlook,
    participation: Participation,
) -> None:
    """Fills what every direct route promises the firms of every type.

    Routes to other states than the target mostly rest: no clause acts on them and no price of theirs moves, so that all
    that was filled for them last month stands. They are passed over, as are routes on which nothing is sold.

    Args:
        routes: who sells what by which routes.
        types: what firms of one type have in common.
        law: on the route, (T, K).
        conditions: what else a route meets.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        prospects: filled, (T, 6, K): see :data:`sim.model.records.PROSPECTS`.
        outlook: ``last_disutility``, ``background_activity``, ``resting`` and ``restless`` updated,
            ``contract_end_odds`` and ``legal_deterrence`` filled.
        participation: ``entering`` and ``leaving`` filled.
    """
    values = parameters[0]
    # Fields are read once: within the loops each reading of a record counts a reference to its array.
    origin, headquarters, good, destination = routes.origin, routes.headquarters, routes.good, routes.destination
    n_target, n_routes = routes.target_routes, types.base_weight.shape[1]
    price_adjusting, touched_elsewhere = conditions.price_adjusting, conditions.touched_elsewhere
    base_weight, background, elasticity = types.base_weight, types.background, types.price_elasticity
    aversion, exposure, reputation, closeness = types.aversion, types.exposure, types.reputation, types.closeness
    domestic, foreign, shield, law_reputation = law.domestic_hazard, law.foreign_hazard, law.shield, law.reputation
    closure, delay, fee, refusal = law.closure, law.licence_delay_months, law.payment_fee, law.payment_refusal
    tariff, promotion = law.tariff, law.promotion
    as_shipped, licence_as_shipped = conditions.banned_as_shipped, conditions.licence_as_shipped
    written, licence_written = conditions.banned_share, conditions.licence_share
    expected, effort, coalition_effort = (
        conditions.expected_price, conditions.enforcement_effort, conditions.coalition_effort
    )  # fmt: skip
    enacted_law, controlled, touched = conditions.enacted_law, conditions.controlled, conditions.touched
    payment_intermediaries, peer_exits = conditions.payment_intermediaries, conditions.peer_exit_share
    contract_end_odds, legal_deterrence, last_disutility = (
        outlook.contract_end_odds, outlook.legal_deterrence, outlook.last_disutility
    )  # fmt: skip
    believed, background_activity = outlook.believed_hazard, outlook.background_activity
    resting, restless = outlook.resting, outlook.restless
    usual, participating = participation.usual, participation.share
    entering, leaving = participation.entering, participation.leaving
    fee_of_workaround = np.log(1.0 + values.payment_fee)
    own_hazard = np.empty((2, len(effort)))  # of a state's own law: towards the target, and towards all others
    for s in range(len(effort)):
        capacity = conditions.law_capacity[s]
        at_border = effort[s] * conditions.border_checks[s]
        own_hazard[0, s] = law_hazard(compliance(capacity, at_border), values.aversion)
        own_hazard[1, s] = law_hazard(compliance(capacity, effort[s]), values.aversion)
    # Direct routes, and those of them at whose end prices move.
    every, moving = np.zeros(n_routes, dtype=np.int64), np.zeros(n_routes, dtype=np.int64)
    n_every, n_moving = 0, 0
    for k in range(n_routes):
        if routes.hub[k] < 0:
            every[n_every] = k
            n_every += 1
            if k == 0 or price_adjusting[destination[k]]:
                moving[n_moving] = k
                n_moving += 1
    for t in range(len(origin)):
        o, b, g = origin[t], headquarters[t], good[t]
        response = values.price_response * elasticity[t]
        still = market_weight(response, 0.0, 0.0)
        entering[t] = 0.0
        leaving[t] = 0.0
        look_at_all = restless[t] or touched_elsewhere[t]
        restless[t] = False
        for place in range(n_every if look_at_all else n_moving):
            k = every[place] if look_at_all else moving[place]
            if resting[t, k] == UNUSED:
                continue
            if base_weight[t, k] == 0.0 and background[t, k] == 0.0:
                prospects[t, BASE_WEIGHT, k] = 0.0
                contract_end_odds[t, k] = values.contract_end
                resting[t, k] = UNUSED
                continue
            if resting[t, k] == AT_REST and not touched[t, k] and expected[destination[k], b, g] == 0.0:
                continue
            home, threat, hazard_here = domestic[t, k], 0.0, own_hazard[1, o]
            open_to_threat, price = 1.0 - shield[t, k], expected[destination[k], b, g]
            if k == 0:
                forbidden, licence, hazard_here = as_shipped[t, 0], licence_as_shipped[t, 0], own_hazard[0, o]
                if enacted_law[o] * controlled[g] > 0.0:
                    home = 1.0  # the state's own new law binds like any other
                threat = believed[t, 0] * open_to_threat
                price *= closeness[t]
            else:
                forbidden, licence = written[t, k], licence_written[t, k]
            hazard = max(home * hazard_here, foreign[t, k] * coalition_effort * open_to_threat)
            log_cost = fee[t, k] + tariff[t, k] - promotion[t, k]
            log_cost += licence * delay[t, k] * values.delay_cost
            kept = 1.0 - closure[t, k]
            if refusal[t, k] > 0.0:
                log_cost += fee_of_workaround * refusal[t, k] * payment_intermediaries[o]
            name = 0.0
            if law_reputation[t, k] > 0.0:
                name = law_reputation[t, k] * (1.0 + values.exit_herding * peer_exits[o])
            deterrence = aversion[t] * hazard
            legal_deterrence[t, k] = deterrence
            market = still
            if price != 0.0 or log_cost != 0.0:
                market = market_weight(response, price, log_cost)
            if k == 0 and o != destination[0]:
                failing = refusal[t, k] * (1.0 - payment_intermediaries[o])
                margin = price - log_cost - exposure[t] * threat + log(1.0 - failing)
                wanted = wanted_participation(usual[t], margin, values.participation_spread)
                stay = wanted_participation(usual[t], margin + values.sunk_cost, values.participation_spread)
                leaving[t] = exit_odds(participating[t], wanted, stay, values.market_exit, values.contract_end)
                # Who thinks of entering weighs law and name too; who is there answers to them contract by contract.
                barred = kept * route_weight(1.0, forbidden, aversion[t], hazard, 0.0, 0.0, reputation[t], name)
                wanted = wanted_participation(usual[t], margin + log(barred), values.participation_spread)
                entering[t] = entry_odds(participating[t], wanted, values.market_entry, values.first_contact)
            prospects[t, BASE_WEIGHT, k] = base_weight[t, k]
            prospects[t, MARKET_WEIGHT, k] = market * kept
            prospects[t, BANNED_SHARE, k] = forbidden
            prospects[t, LEGAL_HAZARD, k] = hazard
            if forbidden > 0.0 and deterrence > 0.0:
                legal_deterrence[t, k] += _deterrence_of_a_larger_share(base_weight[t, k] * forbidden, deterrence)
                prospects[t, LEGAL_HAZARD, k] = legal_deterrence[t, k] / aversion[t]
            prospects[t, SECONDARY_HAZARD, k] = threat
            prospects[t, REPUTATION_COST, k] = name
            disutility = forbidden * deterrence + exposure[t] * threat + reputation[t] * name
            disutility -= np.log(max(kept, 1e-9)) if kept < 1.0 else 0.0
            news = disutility - last_disutility[t, k]
            ending = values.contract_end
            if news > 0.0:
                ending += (1.0 - ending) * contracts_ended_early(news, values.reopening)
            contract_end_odds[t, k] = ending
            last_disutility[t, k] = disutility
            still_here = disutility == 0.0 and ending == values.contract_end and price == 0.0
            if background[t, k] > 0.0:
                # These firms weigh the route as the mean firm does; what they no longer sell on it stays at home.
                wanted = market
                if not (MARKET_ALONE and forbidden == 0.0 and threat == 0.0 and name == 0.0):
                    wanted = route_weight(
                        market, forbidden, aversion[t], hazard, exposure[t], threat, reputation[t], name
                    )
                activity = background_activity[t, k]
                background_activity[t, k] += ending * (kept * wanted - activity)
                still_here &= background_activity[t, k] == activity
            # The same inputs give the same again. A state's own law and beliefs act on the target's routes only.
            resting[t, k] = AT_REST if still_here and k >= n_target and not touched[t, k] else AWAKE
            restless[t] |= resting[t, k] == AWAKE and k > 0 and not price_adjusting[destination[k]]


@inlined
def _deterrence_of_a_larger_share(part: float, deterrence: float) -> float:
    """What the mean firm must fear on top to sell of the forbidden lines just what the law leaves of them, log points.

    A firm that gives up a part of its sales sells a larger share of what is left by every route, the forbidden lines
    among them; the law ends a share of the trade, not of the weight.

    Args:
        part: share of forbidden lines on the route in the firm's sales, below 1.
        deterrence: aversion times hazard, log points.
    """
    return 0.0 - log((1.0 - part) / (1.0 - part * np.exp(-deterrence)))
