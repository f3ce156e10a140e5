"""Borders, hubs and delivery: where every dollar that was ordered ends up."""

from __future__ import annotations

import numpy as np

from sim.compiling import compiled
from sim.rules.enforcement import banned_part_shipped, licence_odds

# Fates of what was ordered, in the order of the first axis of ``fate``. Ordered equals the sum of all the others.
ORDERED, DELIVERED, SEIZED, STOPPED, REFUSED, DENIED, HELD, UNSOLD = range(8)
FATES = ("ordered", "delivered", "seized", "stopped", "refused", "denied", "held", "unsold")


@compiled
def clear_borders(layout, flow, activity, law, standing, traits, numbers, queue, fate, banned, passing):  # type: ignore[no-untyped-def]
    """Licences, payments and inspections, from the order to the hub's door.

    Args:
        layout: origin, good by type; destination, hub by road; hub states.
        flow: contracted trade, musd per month at base-year activity, (type, road).
        activity: orders against contracts by (destination, good): season and macro path.
        law: banned share, licence share, odds civil, odds military, delay months, payment refusal, closure; each (type,
            road).
        standing: effort (state,); transit ban (state, good); fear (type, road).
        traits: military sensitivity and ambiguity by good.
        numbers: parameters, see :func:`sim.parameters.for_loops`.
        queue: goods waiting for a licence, updated, (type, road).
        fate: filled except delivered and unsold, (8, type, road), musd at base-year prices.
        banned: filled, share of what is shipped that is banned goods, (type, road).
        passing: filled, what reaches its destination or its hub's trading houses, (type, road).
    """
    values = numbers[0]
    origin, good, destination, hub, hub_state = layout
    effort, transit_ban, fear = standing
    forbidden, licence_share, odds_civil, odds_military, licence_delay, refusal, closure = law
    sensitivity, ambiguity = traits
    for t in range(flow.shape[0]):
        o, g = origin[t], good[t]
        for k in range(flow.shape[1]):
            for f in range(8):
                fate[f, t, k] = 0.0
            passing[t, k] = 0.0
            banned[t, k] = 0.0
            ordered = flow[t, k] * activity[destination[k], g]
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
                lying, civil, military = values.false_declaration, odds_civil[t, k], odds_military[t, k]
                odds = licence_odds(sensitivity[g], ambiguity[g], lying, caught, civil, military)
                onward += decided * odds
                fate[DENIED, t, k] = decided * (1.0 - odds)
                fate[HELD, t, k] = waiting - decided - queue[t, k]
                queue[t, k] = waiting - decided
            fate[REFUSED, t, k] = onward * (1.0 - (1.0 - refusal[t, k]) * (1.0 - closure[t, k]))
            onward -= fate[REFUSED, t, k]
            banned[t, k] = banned_part_shipped(forbidden[t, k], fear[t, k])
            fate[SEIZED, t, k] = onward * banned[t, k] * values.inspection * effort[o] * values.seizure
            onward -= fate[SEIZED, t, k]
            if hub[k] >= 0:
                h = hub_state[hub[k]]
                seen = 1.0 - values.ghost * banned[t, k]  # ghost transit never meets the hub's officers
                fate[STOPPED, t, k] = onward * seen * transit_ban[h, g] * effort[h]
                onward -= fate[STOPPED, t, k]
            passing[t, k] = onward


@compiled
def settle(layout, passing, carried, fate, arrivals):  # type: ignore[no-untyped-def]
    """Delivers what the hubs can carry, and sums arrivals.

    Args:
        layout: origin, headquarters, good by type; destination, hub by road.
        passing: (type, road).
        carried: share of its consignments that each hub's trading houses can carry, (hub,).
        fate: delivered and unsold filled, (8, type, road).
        arrivals: filled, (destination, headquarters, good), without sales at home.
    """
    origin, brand, good, destination, hub = layout
    arrivals[:] = 0.0
    for t in range(passing.shape[0]):
        for k in range(passing.shape[1]):
            goods = passing[t, k]
            if goods == 0.0:
                continue
            if hub[k] >= 0:
                fate[UNSOLD, t, k] = goods * (1.0 - carried[hub[k]])
                goods -= fate[UNSOLD, t, k]
            fate[DELIVERED, t, k] = goods
            if destination[k] != origin[t]:
                arrivals[destination[k], brand[t], good[t]] += goods
