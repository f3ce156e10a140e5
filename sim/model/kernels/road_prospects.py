"""What every road promises a firm of each type this month: pulls, hazards, and the odds that a contract ends."""

from __future__ import annotations

import numpy as np

from sim.common.compilation import compiled
from sim.rules.evasion import label
from sim.rules.expectations import believed_hazard, jolt
from sim.rules.route_choice import market_pull, opened_pull, road_pull

# The shipped rule leaves a road its market's pull where nothing is forbidden, threatened or shameful. A rule that
# replaces it need not: the compiler then sets the switch to False.
MARKET_ALONE = True
SHORTCUTS = {"road_pull": "MARKET_ALONE"}


@compiled
def look_ahead(layout, law, standing, hubs, means, numbers, prospects, ending, fear, worse, appetite, diverted):  # type: ignore[no-untyped-def]
    """Fills the prospects of every type and road.

    Args:
        layout: origin, headquarters, good by type; pull, trade of firms that consider no watched market by (type,
            road); response by type; destination, hub by road; number of roads to the target (first).
        law: as shipped: banned share, licence share; as written: domestic, declared, pledge and foreign hazard, shield,
            reputation, payment fee, payment refusal, closure, tariff, promotion, licence delay; each (type, road).
        standing: log_price (destination, headquarters, good); effort, checks left at the border, law of its own, cover
            of its firms, share of refusals that agents carry, peers that left (state,); mean effort of the coalition;
            watched (good,); believed (type, road).
        hubs: hub states; log cost, share that gets through (hub, good); share of ties lost last month, opening (hub,).
        means: aversion, exposure, reputation by type.
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        prospects: filled, (type, 7, road): see :func:`sim.model.kernels.route_choice.block_pulls`.
        ending: filled, odds that a contract ends, (type, road).
        fear: filled, aversion times hazard of the mean firm, log points, (type, road).
        worse: how bad the road looked last month, log points; updated, (type, road).
        appetite: part of the base year's trade that firms which consider no watched market still do; updated, (type,
            road).
        diverted: filled, part of a hub road's trade that is there because the direct road is shut, (type, road).
    """
    values = numbers[0]
    origin, brand, good, pull, background, response, destination, hub, n_target = layout
    (
        banned, licence_share, domestic, declared, pledge, foreign, shield, shame, fee, refusal, closure, tariff,
        promotion, licence_delay,
    ) = law  # fmt: skip
    log_price, effort, checks, own_law, cover, agents, left, coalition_effort, watched, believed = standing
    hub_state, hub_cost, hub_kept, lost_ties, opening = hubs
    aversion, exposure, reputation = means
    bonus = np.exp(values.loyalty) - 1.0
    agent_cost = np.log(1.0 + values.agent_fee)
    prospects[:, 5, :] = bonus
    for t in range(pull.shape[0]):
        o, b, g = origin[t], brand[t], good[t]
        still = market_pull(values.price_response * response[t], 0.0, 0.0)
        own = own_law[o] * watched[g]
        shut = 0.0  # part of the direct road to the target, which comes first
        for k in range(pull.shape[1]):
            if pull[t, k] == 0.0 and background[t, k] == 0.0:
                prospects[t, 6, k] = 0.0
                ending[t, k] = values.contract_end
                continue
            forbidden, home = banned[t, k], domestic[t, k]
            if k < n_target and own > 0.0:
                home = 1.0  # the state's own new law is as binding as it is enforced
            open_to_threat = (1.0 - shield[t, k]) * (1.0 - cover[o])
            abroad = foreign[t, k] * coalition_effort * open_to_threat
            log_cost = fee[t, k] + tariff[t, k] - promotion[t, k]
            log_cost += licence_share[t, k] * licence_delay[t, k] * values.delay_cost
            kept = 1.0 - closure[t, k]
            payer, end = o, values.contract_end
            if hub[k] >= 0:
                h = hub[k]
                payer = hub_state[h]
                hidden = max(home * effort[o], abroad) * values.hidden_road
                hidden += (1.0 - hidden) * pledge[t, k] * effort[o]
                hazard = max(hidden, declared[t, k] * effort[o])
                log_cost += hub_cost[h, g]
                kept *= hub_kept[h, g]
                end += (1.0 - end) * values.tie_break * lost_ties[h]
            else:
                if k < n_target:
                    home *= checks[o]
                hazard = max(home * effort[o], abroad)
            if refusal[t, k] > 0.0:
                log_cost += agent_cost * refusal[t, k] * agents[payer]
            price = log_price[destination[k], b, g]
            market = still
            if price != 0.0 or log_cost != 0.0:
                market = market_pull(values.price_response * response[t], price, log_cost)
            diverted[t, k] = 0.0
            if shut > 0.0 and hub[k] >= 0 and k < n_target and pull[t, k] > 0.0:
                direct = pull[t, 0] / pull[t, k]
                market *= opened_pull(opening[hub[k]], shut, direct, values.similarity)
                diverted[t, k] = 1.0 - 1.0 / (1.0 + opening[hub[k]] * shut * direct)
            threat = believed[t, k] * open_to_threat
            name = shame[t, k] * (1.0 + values.exit_herding * left[o]) if shame[t, k] > 0.0 else 0.0
            if k == 0:
                shut = 1.0 - kept * road_pull(
                    1.0, forbidden, aversion[t], hazard, exposure[t], threat, reputation[t], name
                )
            prospects[t, 0, k] = market * kept
            prospects[t, 6, k] = pull[t, k]
            prospects[t, 1, k] = forbidden
            prospects[t, 2, k] = hazard
            prospects[t, 3, k] = threat
            prospects[t, 4, k] = name
            fear[t, k] = aversion[t] * hazard
            bad = forbidden * fear[t, k] + exposure[t] * threat + reputation[t] * name
            bad -= np.log(max(kept, 1e-9)) if kept < 1.0 else 0.0
            news = bad - worse[t, k]
            ending[t, k] = end + (1.0 - end) * jolt(news, values.reopening) if news > 0.0 else end
            worse[t, k] = bad
            if background[t, k] > 0.0:
                # These firms weigh the road as the mean firm does; what they no longer sell on it stays at home.
                wanted = market
                if not (MARKET_ALONE and forbidden == 0.0 and threat == 0.0 and name == 0.0):
                    wanted = road_pull(market, forbidden, aversion[t], hazard, exposure[t], threat, reputation[t], name)
                appetite[t, k] += ending[t, k] * (kept * wanted - appetite[t, k])


@compiled
def learn(layout, threat, announced, seen, traits, numbers, believed, labels):  # type: ignore[no-untyped-def]
    """Updates the believed hazard of every type and road from threats, listings and new law, and the labels used.

    Args:
        layout: origin, good by type; hub by road; hub states; number of roads to the target, which come first.
        threat: announced hazard in force, (type, road).
        announced: hazard announced, not yet in force, (type, road).
        seen: share of the trade with the target whose sellers were listed this month, by (state, good) and by state;
            share of the hub's trading houses (hub,); threat against states that crossed a red line, log points,
            (state,); share of what an army needs that the coalition newly bans.
        traits: exposure of the mean firm (type,); ambiguity, brand share (good,).
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        believed: updated, (type, road).
        labels: filled, share of military use that the label hides, (type,).
    """
    values = numbers[0]
    origin, good, hub, hub_state, n_roads = layout
    listed_here, listed_near, traders_listed, provoked, alarm = seen
    exposure, ambiguity, branded = traits
    near = values.listing_near
    for t in range(believed.shape[0]):
        o, g = origin[t], good[t]
        for k in range(n_roads):
            if hub[k] < 0:
                share, where = (1.0 - near) * listed_here[o, g] + near * listed_near[o], o
            else:
                share, where = traders_listed[hub[k]], hub_state[hub[k]]
            shown = threat[t, k] + values.anticipation * announced[t, k] + values.listing_fear * share
            shown += provoked[where] + values.overcompliance * alarm * branded[g]
            if shown != 0.0 or believed[t, k] != 0.0:
                believed[t, k] = believed_hazard(believed[t, k], shown, values.learning, values.forgetting)
        labels[t] = label(ambiguity[g], exposure[t] * believed[t, 0], values.label_response)
