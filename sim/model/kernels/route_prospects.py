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
        touched: whether some clause acts on the lane, (type, route).
        banned_as_shipped, licence_as_shipped: law on what is shipped, (type, route).
        expected_price: log price that sellers expect, (destination, headquarters, good).
        enforcement_effort: (state,).
        coalition_effort: mean over the coalition's members.
        law_capacity: share of its firms that obey a state's law without further effort, (state,).
        border_checks: part of the checks left at the state's border with the target, (state,).
        enacted_law: the state's own, (state,).
        controlled: lines that the coalition bans, (good,).
        payment_intermediaries: share of refused payments that they carry, (state,).
        peer_exit_share: share of the coalition firms' direct trade that has gone, by the firm's place, (state,).
        entry_cost: log cost of a passage through the hub, (hub, good).
        passed_share: share of it that gets through, (hub, good).
    """

    touched: Mask
    banned_as_shipped: Floats
    licence_as_shipped: Floats
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
    """Fills what every route promises the firms of every type.

    Routes to other states than the target mostly rest: no clause acts on them and no price of theirs moves, so that all
    that was filled for them last month stands. They are passed over, as are routes on which nothing is sold.

    Args:
        routes: who sells what by which routes.
        types: what firms of one type have in common.
        law: on the route.
        conditions: what else a route meets.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        prospects: filled, (type, 6, route): see :data:`sim.model.records.PROSPECTS`.
        outlook: ``last_disutility``, ``background_activity`` and ``resting`` updated, the second but for routes through
            hubs; all others but ``believed_hazard`` and ``diverted_share`` filled.
        participation: ``entering`` and ``leaving`` filled.
    """
    values = parameters[0]
    # Fields are read once: within the loops each reading of a record counts a reference to its array.
    origin, headquarters, good = routes.origin, routes.headquarters, routes.good
    destination, hub, hub_states, n_target = routes.destination, routes.hub, routes.hub_states, routes.target_routes
    base_weight, background, elasticity = types.base_weight, types.background, types.price_elasticity
    aversion, exposure, reputation, closeness = types.aversion, types.exposure, types.reputation, types.closeness
    domestic, declared, pledge, foreign = (
        law.domestic_hazard,
        law.declared_hazard,
        law.pledge_hazard,
        law.foreign_hazard,
    )
    shield, law_reputation, closure, delay = law.shield, law.reputation, law.closure, law.licence_delay_months
    fee, refusal, tariff, promotion = law.payment_fee, law.payment_refusal, law.tariff, law.promotion
    banned, licence, expected = conditions.banned_as_shipped, conditions.licence_as_shipped, conditions.expected_price
    effort, coalition_effort, enacted_law = (
        conditions.enforcement_effort,
        conditions.coalition_effort,
        conditions.enacted_law,
    )
    controlled = conditions.controlled
    payment_intermediaries, peer_exits = conditions.payment_intermediaries, conditions.peer_exit_share
    entry_cost, passed_share = conditions.entry_cost, conditions.passed_share
    contract_end_odds, legal_deterrence, last_disutility = (
        outlook.contract_end_odds,
        outlook.legal_deterrence,
        outlook.last_disutility,
    )
    believed, background_activity = outlook.believed_hazard, outlook.background_activity
    released, passing_cost, resting = outlook.released, outlook.passing_cost, outlook.resting
    touched = conditions.touched
    usual, participating = participation.usual, participation.share
    entering, leaving = participation.entering, participation.leaving
    fee_of_workaround = np.log(1.0 + values.payment_fee)
    n_states = len(effort)
    own_hazard = np.empty((2, n_states))  # of a state's own law: towards the target, and towards all others
    for s in range(n_states):
        capacity = conditions.law_capacity[s]
        at_border = effort[s] * conditions.border_checks[s]
        own_hazard[0, s] = law_hazard(compliance(capacity, at_border), values.aversion)
        own_hazard[1, s] = law_hazard(compliance(capacity, effort[s]), values.aversion)
    # What the last failing share of a passage made of it: the same for most origins.
    failed, log_passing = np.full(entry_cost.shape, -1.0), np.zeros(entry_cost.shape)
    for t in range(base_weight.shape[0]):
        o, b, g = origin[t], headquarters[t], good[t]
        hub_law, let_go = (-1.0, 0.0, 0.0), 0.0  # what makers let go under the law of the hub before
        response = values.price_response * elasticity[t]
        still = market_weight(response, 0.0, 0.0)
        own = enacted_law[o] * controlled[g]
        entering[t] = 0.0
        leaving[t] = 0.0
        for k in range(base_weight.shape[1]):
            if resting[t, k] == UNUSED:
                continue
            if base_weight[t, k] == 0.0 and background[t, k] == 0.0:
                prospects[t, BASE_WEIGHT, k] = 0.0
                contract_end_odds[t, k] = values.contract_end
                resting[t, k] = UNUSED
                continue
            if resting[t, k] == AT_REST and not touched[t, k] and expected[destination[k], b, g] == 0.0:
                continue
            forbidden, home = banned[t, k], domestic[t, k]
            if k < n_target and own > 0.0:
                home = 1.0  # the state's own new law binds like any other
            open_to_threat = 1.0 - shield[t, k]
            abroad = foreign[t, k] * coalition_effort * open_to_threat
            log_cost = fee[t, k] + tariff[t, k] - promotion[t, k]
            log_cost += licence[t, k] * delay[t, k] * values.delay_cost
            kept = 1.0 - closure[t, k]
            payer, watched = o, 1.0
            if hub[k] >= 0:
                h = hub[k]
                payer, watched = hub_states[h], values.distributor_watch
                hidden = max(home * own_hazard[1, o], abroad) * values.diversion_hazard
                hidden += pledge[t, k] * own_hazard[1, o]
                hazard = max(hidden, declared[t, k] * own_hazard[1, o])
                log_cost += entry_cost[h, g]
            else:
                hazard = max(home * own_hazard[0 if k < n_target else 1, o], abroad)
            if refusal[t, k] > 0.0:
                carried = payment_intermediaries[payer]
                log_cost += fee_of_workaround * refusal[t, k] * carried
            threat = believed[t, k] * open_to_threat
            name = 0.0
            if law_reputation[t, k] > 0.0:
                name = watched * law_reputation[t, k] * (1.0 + values.exit_herding * peer_exits[o])
            deterrence = aversion[t] * hazard
            legal_deterrence[t, k] = deterrence
            if hub[k] >= 0:
                # Makers do not choose this route: their distributors' buyers do (see the kernel of passing on).
                if hub_law != (forbidden, hazard, name):
                    hub_law = (forbidden, hazard, name)
                    let_go = route_weight(1.0, forbidden, aversion[t], hazard, 0.0, 0.0, reputation[t], name)
                released[t, k] = kept * let_go
                failing = refusal[t, k] * (1.0 - payment_intermediaries[payer])
                if failing != failed[hub[k], g]:
                    failed[hub[k], g] = failing
                    log_passing[hub[k], g] = log((1.0 - failing) * passed_share[hub[k], g])
                passing_cost[t, k] = log_cost + values.detection * threat
                passing_cost[t, k] -= log_passing[hub[k], g]
                prospects[t, BASE_WEIGHT, k] = 0.0
                continue
            price = expected[destination[k], b, g]
            if k == 0:
                price *= closeness[t]
            market = still
            if price != 0.0 or log_cost != 0.0:
                market = market_weight(response, price, log_cost)
            if k == 0 and o != destination[0]:
                failing = refusal[t, k] * (1.0 - payment_intermediaries[payer])
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
