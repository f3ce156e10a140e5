"""Borders, hubs and delivery: where every dollar that was ordered ends up."""

from __future__ import annotations

import numpy as np

from sim.common.compilation import compiled
from sim.model.kernels.customs_records import unseen_by_hub
from sim.rules.enforcement import banned_part_shipped, licence_odds
from sim.rules.evasion import false_use

# Fates of what was ordered, in the order of the first axis of ``fate``. Ordered equals the sum of all the others.
ORDERED, DELIVERED, SEIZED, STOPPED, REFUSED, DENIED, HELD, UNSOLD = range(8)
FATES = ("ordered", "delivered", "seized", "stopped", "refused", "denied", "held", "unsold")


@compiled
def clear_borders(layout, flow, activity, law, standing, hubs, traits, numbers, goods):  # type: ignore[no-untyped-def]
    """Licences, payments and inspections, from the order to the hub's door.

    Args:
        layout: origin, good by type; destination, hub by road; hub states; number of roads to the target.
        flow: contracted trade, musd per month at base-year activity, (type, road).
        activity: orders against contracts by (destination, good): season and macro path.
        law: as shipped: banned share, licence share; as written: licence odds civil, odds military, delay months,
            payment refusal, closure, share of lines that announced law will bind; each (type, road).
        standing: effort, checks left at the border, inspections beyond the usual, share of refusals that agents carry
            (state,); fear, part of a hub road's trade that is there because the direct road is shut, (type, road).
        hubs: share that hubs stop (hub, good); passage that tracking shows (state, good).
        traits: military sensitivity and ambiguity by good.
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        goods: queue, waiting for a licence, updated, (type, road); fate, filled except delivered and unsold, (8, type,
            road), musd at base-year prices; banned, filled, share of what is shipped that is banned goods, (type,
            road); evading, filled, share of what goes through a hub that is banned or would else go direct, (type,
            road); passing, filled, what reaches its destination or its hub's trading houses, (type, road).
    """
    values = numbers[0]
    origin, good, destination, hub, hub_state, n_target = layout
    effort, checks, campaign, agents, fear, diverted = standing
    forbidden, licence_share, odds_civil, odds_military, licence_delay, refusal, closure, coming = law
    hub_stopped, tracking = hubs
    sensitivity, ambiguity = traits
    queue, fate, banned, evading, passing = goods
    for t in range(flow.shape[0]):
        o, g = origin[t], good[t]
        inspected = (1.0 - (1.0 - values.inspection) * (1.0 - campaign[o])) * effort[o]
        for k in range(flow.shape[1]):
            for f in range(8):
                fate[f, t, k] = 0.0
            passing[t, k] = 0.0
            banned[t, k] = 0.0
            evading[t, k] = 0.0
            # Buyers bring orders forward before a law binds that is announced.
            ordered = flow[t, k] * activity[destination[k], g] * (1.0 + values.front_loading * coming[t, k])
            if ordered == 0.0 and queue[t, k] == 0.0:
                continue
            fate[ORDERED, t, k] = ordered
            applied = ordered * licence_share[t, k]
            onward = ordered - applied
            if applied > 0.0 or queue[t, k] > 0.0:
                waiting = queue[t, k] + applied
                delay = licence_delay[t, k]
                decided = waiting * (1.0 - np.exp(-1.0 / delay)) if delay > 0.0 else waiting
                caught = values.declaration_detected * effort[o]
                civil, military = odds_civil[t, k], odds_military[t, k]
                lying = false_use(values.false_declaration, caught, civil, military)
                odds = licence_odds(sensitivity[g], ambiguity[g], lying, caught, civil, military)
                onward += decided * odds
                fate[DENIED, t, k] = decided * (1.0 - odds)
                fate[HELD, t, k] = waiting - decided - queue[t, k]
                queue[t, k] = waiting - decided
            refused, seen_here = refusal[t, k], inspected
            if hub[k] >= 0:
                refused *= 1.0 - agents[hub_state[hub[k]]]
            else:
                refused *= 1.0 - agents[o]
                if k < n_target:
                    seen_here *= checks[o]
            fate[REFUSED, t, k] = onward * (1.0 - (1.0 - refused) * (1.0 - closure[t, k]))
            onward -= fate[REFUSED, t, k]
            banned[t, k] = banned_part_shipped(forbidden[t, k], fear[t, k])
            fate[SEIZED, t, k] = onward * banned[t, k] * seen_here * values.seizure
            onward -= fate[SEIZED, t, k]
            if hub[k] >= 0:
                evading[t, k] = max(banned[t, k], diverted[t, k])
                seen = 1.0 - unseen_by_hub(values.ghost, evading[t, k], tracking[hub_state[hub[k]], g])
                fate[STOPPED, t, k] = onward * seen * hub_stopped[hub[k], g]
                onward -= fate[STOPPED, t, k]
            passing[t, k] = onward


@compiled
def settle(layout, passing, hubs, coming, numbers, fate, arrivals, stocks):  # type: ignore[no-untyped-def]
    """Delivers what the hubs can carry, puts aside what was bought ahead, and sums arrivals for use.

    Args:
        layout: origin, headquarters, good by type; destination, hub by road.
        passing: (type, road).
        hubs: share of its consignments that each hub's trading houses can carry, (hub,); last legs by (entry hub, good,
            exit hub).
        coming: share of lines that announced law will bind, (type, road).
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        fate: delivered and unsold filled, (8, type, road).
        arrivals: filled, for use, out of deliveries and stocks, (destination, headquarters, good), without sales at
            home.
        stocks: bought ahead, updated, (destination, headquarters, good).
    """
    values = numbers[0]
    origin, brand, good, destination, hub = layout
    carried, legs = hubs
    for d in range(stocks.shape[0]):
        for b in range(stocks.shape[1]):
            for g in range(stocks.shape[2]):
                arrivals[d, b, g] = values.stock_use * stocks[d, b, g]
                stocks[d, b, g] -= arrivals[d, b, g]
    unsold = np.zeros((legs.shape[0], legs.shape[1]))
    for h in range(legs.shape[0]):
        for g in range(legs.shape[1]):
            for j in range(legs.shape[2]):
                unsold[h, g] += legs[h, g, j] * (1.0 - carried[j])
    for t in range(passing.shape[0]):
        g = good[t]
        for k in range(passing.shape[1]):
            goods = passing[t, k]
            if goods == 0.0:
                continue
            if hub[k] >= 0:
                fate[UNSOLD, t, k] = goods * unsold[hub[k], g]
                goods -= fate[UNSOLD, t, k]
            fate[DELIVERED, t, k] = goods
            if destination[k] != origin[t]:
                ahead = values.front_loading * coming[t, k]
                stocked = goods * ahead / (1.0 + ahead)
                stocks[destination[k], brand[t], g] += stocked
                arrivals[destination[k], brand[t], g] += goods - stocked
