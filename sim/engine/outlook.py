"""What every road promises a firm of each type this month: pulls, hazards, and the odds that a contract ends."""

from __future__ import annotations

import numpy as np

from sim.compiling import compiled
from sim.rules.beliefs import believed_hazard, jolt
from sim.rules.choice import market_pull


@compiled
def look_ahead(layout, law, standing, means, numbers, prospects, ending, fear, worse):  # type: ignore[no-untyped-def]
    """Fills the prospects of every type and road.

    Args:
        layout: origin, headquarters, good, pull, response by type; destination, hub by road; hub states.
        law: banned share, domestic, declared and foreign hazard, reputation, payment fee, closure, licence share,
            licence delay; each (type, road).
        standing: log_price (destination, headquarters, good); log_markup (hub,); effort (state,); base effort (state,);
            coalition effort; transit ban (state, good); watched (good,); believed (type, road).
        means: aversion, exposure, reputation by type.
        numbers: parameters, see :func:`sim.parameters.for_loops`.
        prospects: filled, (type, 7, road): see :func:`sim.engine.choice.block_pulls`.
        ending: filled, odds that a contract ends, (type, road).
        fear: filled, aversion times hazard of the mean firm, log points, (type, road).
        worse: how bad the road looked last month, log points; updated, (type, road).
    """
    values = numbers[0]
    origin, brand, good, pull, response, destination, hub, hub_state = layout
    banned, domestic, declared, foreign, shame, fee, closure, licence_share, licence_delay = law
    log_price, log_markup, effort, base_effort, coalition_effort, transit_ban, watched, believed = standing
    aversion, exposure, reputation = means
    bonus = np.exp(values.loyalty) - 1.0
    prospects[:, 5, :] = bonus
    for t in range(pull.shape[0]):
        o, b, g = origin[t], brand[t], good[t]
        still = market_pull(values.price_response * response[t], 0.0, 0.0)
        for k in range(pull.shape[1]):
            if pull[t, k] == 0.0:
                prospects[t, 6, k] = 0.0
                ending[t, k] = values.contract_end
                continue
            hazard = max(domestic[t, k] * effort[o], foreign[t, k] * coalition_effort)
            log_cost = fee[t, k] + licence_share[t, k] * licence_delay[t, k] * values.delay_cost
            kept = 1.0 - closure[t, k]
            if hub[k] >= 0:
                h = hub_state[hub[k]]
                hazard = max(hazard * values.hidden_road, declared[t, k] * effort[o])
                log_cost += log_markup[hub[k]]
                kept *= 1.0 - transit_ban[h, g] * effort[h]
                if effort[h] > base_effort[h]:
                    kept *= np.exp(-values.vigilance * watched[g] * (effort[h] - base_effort[h]))
            price = log_price[destination[k], b, g]
            market = still
            if price != 0.0 or log_cost != 0.0:
                market = market_pull(values.price_response * response[t], price, log_cost)
            prospects[t, 0, k] = market * kept
            prospects[t, 6, k] = pull[t, k]
            prospects[t, 1, k] = banned[t, k]
            prospects[t, 2, k] = hazard
            prospects[t, 3, k] = believed[t, k]
            prospects[t, 4, k] = shame[t, k]
            fear[t, k] = aversion[t] * hazard
            bad = banned[t, k] * fear[t, k] + exposure[t] * believed[t, k] + reputation[t] * shame[t, k]
            bad -= np.log(max(kept, 1e-9)) if kept < 1.0 else 0.0
            news = bad - worse[t, k]
            end = values.contract_end
            ending[t, k] = end + (1.0 - end) * jolt(news, values.reopening) if news > 0.0 else end
            worse[t, k] = bad


@compiled
def learn(layout, threat, announced, listed, numbers, believed):  # type: ignore[no-untyped-def]
    """Updates the believed hazard of every type and road from threats and from listings seen this month.

    Args:
        layout: as in :func:`look_ahead`.
        threat: announced hazard in force, (type, road).
        announced: hazard announced, not yet in force, (type, road).
        listed: share of the state's firms in the trade with the target listed this month (state,), and of the hub's
            trading houses (hub,).
        numbers: parameters, see :func:`sim.parameters.for_loops`.
        believed: updated, (type, road).
    """
    values = numbers[0]
    origin, hub, destination, target = layout
    exporters_listed, traders_listed = listed
    for t in range(believed.shape[0]):
        for k in range(believed.shape[1]):
            if destination[k] != target:
                continue
            share = exporters_listed[origin[t]] if hub[k] < 0 else traders_listed[hub[k]]
            shown = threat[t, k] + values.anticipation * announced[t, k] + values.listing_fear * share
            if shown != 0.0 or believed[t, k] != 0.0:
                believed[t, k] = believed_hazard(believed[t, k], shown, values.learning, values.forgetting)
