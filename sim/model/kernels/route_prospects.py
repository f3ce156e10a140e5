"""What every route promises a firm of each type this month: weights, hazards, and the odds that a contract ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common.compilation import compiled
from sim.model.records import (
    BANNED_SHARE,
    BASE_WEIGHT,
    LEGAL_HAZARD,
    LOYALTY_BONUS,
    MARKET_WEIGHT,
    REPUTATION_COST,
    SECONDARY_HAZARD,
)
from sim.rules.evasion import label
from sim.rules.expectations import believed_hazard, jolt
from sim.rules.route_choice import market_pull, opened_pull, road_pull

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.model.records import FirmTypes, Numbers, RouteLaw, Routes
    from sim.model.state import RouteOutlook
    from sim.rules.parameters import LoopParameters

# The shipped rule leaves a route its market's weight where nothing is forbidden, threatened or shameful. A rule that
# replaces it need not: the compiler then sets the switch to False.
MARKET_ALONE = True
SHORTCUTS = {"road_pull": "MARKET_ALONE"}


class RouteConditions(NamedTuple):
    """What a route meets beside law on the route itself.

    Attributes:
        banned_as_shipped, licence_as_shipped: law on what is shipped, (type, route).
        log_price: (destination, headquarters, good).
        enforcement_effort: (state,).
        coalition_effort: mean over the coalition's members.
        border_checks: part of the checks left at the state's border with the target, (state,).
        enacted_law: the state's own, (state,).
        controlled: lines that the coalition bans, (good,).
        state_protection: part of foreign threats that a state keeps off its firms, (state,).
        payment_intermediaries: share of refused payments that they carry, (state,).
        peer_exit_share: share of the coalition firms' direct trade that has gone, by the firm's place, (state,).
        entry_cost: log cost of a sale through the hub, (hub, good).
        passed_share: share of it that gets through, (hub, good).
        lost_ties: share of a hub's open capacity that closed or was listed last month, (hub,).
        opening: part of what a shut direct route loses that finds the hub's route, (hub,).
    """

    banned_as_shipped: Floats
    licence_as_shipped: Floats
    log_price: Floats
    enforcement_effort: Floats
    coalition_effort: float
    border_checks: Floats
    enacted_law: Floats
    controlled: Floats
    state_protection: Floats
    payment_intermediaries: Floats
    peer_exit_share: Floats
    entry_cost: Floats
    passed_share: Floats
    lost_ties: Floats
    opening: Floats


class BeliefSignals(NamedTuple):
    """What may frighten firms, and whom.

    Attributes:
        secondary_threat, secondary_announced: threats of clauses in force and announced, (type, route).
        listed_share: share of the trade with the target whose sellers were listed this month, (state, good).
        state_listed_share: the same over goods, (state,).
        intermediaries_listed: share of the hub's intermediaries listed this month, (hub,).
        triggered_threat: threat against states that crossed a red line, log points, (state,).
        new_controls: share of what an army needs that the coalition newly bans.
        exposure: mean share of the firm's business that needs the coalition, (type,).
        ambiguity: how hard civil and military use are told apart, 0..1, (good,).
        coalition_share: share of the world's supply of a good that carries a coalition brand, (good,).
    """

    secondary_threat: Floats
    secondary_announced: Floats
    listed_share: Floats
    state_listed_share: Floats
    intermediaries_listed: Floats
    triggered_threat: Floats
    new_controls: float
    exposure: Floats
    ambiguity: Floats
    coalition_share: Floats


@compiled
def evaluate_routes(
    routes: Routes,
    types: FirmTypes,
    law: RouteLaw,
    conditions: RouteConditions,
    parameters: LoopParameters,
    prospects: Numbers,
    outlook: RouteOutlook,
) -> None:
    """Fills what every route promises the firms of every type.

    Args:
        routes: who sells what by which routes.
        types: what firms of one type have in common.
        law: on the route.
        conditions: what else a route meets.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        prospects: filled, (type, 7, route): see :data:`sim.model.records.PROSPECTS`.
        outlook: ``last_disutility`` and ``background_activity`` updated; all others but ``believed_hazard`` filled.
    """
    values = parameters[0]
    # Fields are read once: within the loops each reading of a record counts a reference to its array.
    origin, headquarters, good = routes.origin, routes.headquarters, routes.good
    destination, hub, hub_states, n_target = routes.destination, routes.hub, routes.hub_states, routes.target_routes
    base_weight, background, elasticity = types.base_weight, types.background, types.price_elasticity
    aversion, exposure, reputation = types.aversion, types.exposure, types.reputation
    domestic, declared, pledge, foreign = (
        law.domestic_hazard,
        law.declared_hazard,
        law.pledge_hazard,
        law.foreign_hazard,
    )
    shield, law_reputation, closure, delay = law.shield, law.reputation, law.closure, law.licence_delay_months
    fee, refusal, tariff, promotion = law.payment_fee, law.payment_refusal, law.tariff, law.promotion
    banned, licence, log_price = conditions.banned_as_shipped, conditions.licence_as_shipped, conditions.log_price
    effort, coalition_effort, enacted_law = (
        conditions.enforcement_effort,
        conditions.coalition_effort,
        conditions.enacted_law,
    )
    border_checks, controlled, protection = (
        conditions.border_checks,
        conditions.controlled,
        conditions.state_protection,
    )
    payment_intermediaries, peer_exits = conditions.payment_intermediaries, conditions.peer_exit_share
    entry_cost, passed_share = conditions.entry_cost, conditions.passed_share
    lost_ties, openings = conditions.lost_ties, conditions.opening
    contract_end_odds, legal_deterrence, last_disutility = (
        outlook.contract_end_odds,
        outlook.legal_deterrence,
        outlook.last_disutility,
    )
    believed, background_activity = outlook.believed_hazard, outlook.background_activity
    diverted_share = outlook.diverted_share
    prospects[:, LOYALTY_BONUS, :] = np.exp(values.loyalty) - 1.0
    agent_cost = np.log(1.0 + values.agent_fee)
    for t in range(base_weight.shape[0]):
        o, b, g = origin[t], headquarters[t], good[t]
        response = values.price_response * elasticity[t]
        still = market_pull(response, 0.0, 0.0)
        own = enacted_law[o] * controlled[g]
        shut = 0.0  # part of the direct route to the target, which comes first
        for k in range(base_weight.shape[1]):
            if base_weight[t, k] == 0.0 and background[t, k] == 0.0:
                prospects[t, BASE_WEIGHT, k] = 0.0
                contract_end_odds[t, k] = values.contract_end
                continue
            forbidden, home = banned[t, k], domestic[t, k]
            if k < n_target and own > 0.0:
                home = 1.0  # the state's own new law is as binding as it is enforced
            open_to_threat = (1.0 - shield[t, k]) * (1.0 - protection[o])
            abroad = foreign[t, k] * coalition_effort * open_to_threat
            log_cost = fee[t, k] + tariff[t, k] - promotion[t, k]
            log_cost += licence[t, k] * delay[t, k] * values.delay_cost
            kept = 1.0 - closure[t, k]
            payer, end = o, values.contract_end
            if hub[k] >= 0:
                h = hub[k]
                payer = hub_states[h]
                hidden = max(home * effort[o], abroad) * values.hidden_road
                hidden += (1.0 - hidden) * pledge[t, k] * effort[o]
                hazard = max(hidden, declared[t, k] * effort[o])
                log_cost += entry_cost[h, g]
                kept *= passed_share[h, g]
                end += (1.0 - end) * values.tie_break * lost_ties[h]
            else:
                if k < n_target:
                    home *= border_checks[o]
                hazard = max(home * effort[o], abroad)
            if refusal[t, k] > 0.0:
                log_cost += agent_cost * refusal[t, k] * payment_intermediaries[payer]
            price = log_price[destination[k], b, g]
            market = still
            if price != 0.0 or log_cost != 0.0:
                market = market_pull(response, price, log_cost)
            diverted_share[t, k] = 0.0
            if shut > 0.0 and hub[k] >= 0 and k < n_target and base_weight[t, k] > 0.0:
                direct, opening = base_weight[t, 0] / base_weight[t, k], openings[hub[k]]
                market *= opened_pull(opening, shut, direct, values.similarity)
                diverted_share[t, k] = 1.0 - 1.0 / (1.0 + opening * shut * direct)
            threat = believed[t, k] * open_to_threat
            name = 0.0
            if law_reputation[t, k] > 0.0:
                name = law_reputation[t, k] * (1.0 + values.exit_herding * peer_exits[o])
            if k == 0:
                shut = 1.0 - kept * road_pull(
                    1.0, forbidden, aversion[t], hazard, exposure[t], threat, reputation[t], name
                )
            prospects[t, BASE_WEIGHT, k] = base_weight[t, k]
            prospects[t, MARKET_WEIGHT, k] = market * kept
            prospects[t, BANNED_SHARE, k] = forbidden
            prospects[t, LEGAL_HAZARD, k] = hazard
            prospects[t, SECONDARY_HAZARD, k] = threat
            prospects[t, REPUTATION_COST, k] = name
            deterrence = aversion[t] * hazard
            legal_deterrence[t, k] = deterrence
            disutility = forbidden * deterrence + exposure[t] * threat + reputation[t] * name
            disutility -= np.log(max(kept, 1e-9)) if kept < 1.0 else 0.0
            news = disutility - last_disutility[t, k]
            ending = end + (1.0 - end) * jolt(news, values.reopening) if news > 0.0 else end
            contract_end_odds[t, k] = ending
            last_disutility[t, k] = disutility
            if background[t, k] > 0.0:
                # These firms weigh the route as the mean firm does; what they no longer sell on it stays at home.
                wanted = market
                if not (MARKET_ALONE and forbidden == 0.0 and threat == 0.0 and name == 0.0):
                    wanted = road_pull(market, forbidden, aversion[t], hazard, exposure[t], threat, reputation[t], name)
                activity = background_activity[t, k]
                background_activity[t, k] += ending * (kept * wanted - activity)


@compiled
def update_beliefs(
    routes: Routes, signals: BeliefSignals, parameters: LoopParameters, believed: Floats, labels: Floats
) -> None:
    """Updates the believed hazard of every type and route from threats, listings and new law, and the labels used.

    Args:
        routes: who sells what by which routes.
        signals: what may frighten firms, and whom.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        believed: updated, (type, route).
        labels: filled, share of military use that the label hides, (type,).
    """
    values = parameters[0]
    origin, good, hub, hub_states, near = routes.origin, routes.good, routes.hub, routes.hub_states, values.listing_near
    in_force, announced, triggered = signals.secondary_threat, signals.secondary_announced, signals.triggered_threat
    listed_share, state_listed_share = signals.listed_share, signals.state_listed_share
    intermediaries_listed, coalition_share = signals.intermediaries_listed, signals.coalition_share
    ambiguity, exposure = signals.ambiguity, signals.exposure
    for t in range(believed.shape[0]):
        o, g = origin[t], good[t]
        for k in range(routes.target_routes):
            if hub[k] < 0:
                share = (1.0 - near) * listed_share[o, g] + near * state_listed_share[o]
                where = o
            else:
                share, where = intermediaries_listed[hub[k]], hub_states[hub[k]]
            shown = in_force[t, k] + values.anticipation * announced[t, k]
            shown += values.listing_fear * share
            over_compliance = values.overcompliance * signals.new_controls * coalition_share[g]
            shown += triggered[where] + over_compliance
            if shown != 0.0 or believed[t, k] != 0.0:
                believed[t, k] = believed_hazard(believed[t, k], shown, values.learning, values.forgetting)
        labels[t] = label(ambiguity[g], exposure[t] * believed[t, 0], values.label_response)
