"""Hubs as a network: what each last leg to the target costs and stops, and how the houses choose among them."""

from __future__ import annotations

import numpy as np

from sim.common.compilation import compiled
from sim.rules.network import agents_next, onward_pull


@compiled
def weigh_hubs(layout, law, standing, legs, numbers, hubs):  # type: ignore[no-untyped-def]
    """What a sale through each hub meets this month, over all last legs that its houses use.

    Args:
        layout: hub states; part of the checks left at each state's border with the target, (state,).
        law: what may not be passed on (state, good), by clause; lines the coalition bans (good,).
        standing: law of the state's own, effort, usual effort (state,); log mark-up, share of its consignments that it
            could carry last month (hub,).
        legs: last legs by (entry hub, good, exit hub).
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        hubs: filled: log cost, share that gets through, share stopped; each (entry hub, good); log points that checks
            and want of room at the exit hub itself take off (exit hub, good).
    """
    values = numbers[0]
    hub_state, checks = layout
    transit_ban, watched = law
    own_law, effort, usual_effort, log_markup, carried = standing
    cost, kept, stopped, obstacle = hubs
    n_hubs, n_goods = cost.shape
    stop = np.zeros((n_hubs, n_goods))
    for h in range(n_hubs):
        s = hub_state[h]
        for g in range(n_goods):
            forbidden = 1.0 - (1.0 - transit_ban[s, g]) * (1.0 - own_law[s] * watched[g])
            stop[h, g] = forbidden * effort[s] * checks[s]
            passes = (1.0 - stop[h, g]) * carried[h]
            if effort[s] > usual_effort[s]:
                passes *= np.exp(-values.vigilance * watched[g] * (effort[s] - usual_effort[s]) * checks[s])
            obstacle[h, g] = -np.log(max(passes, 1e-9)) if passes < 1.0 else 0.0
    for h in range(n_hubs):
        for g in range(n_goods):
            cost[h, g] = 0.0
            stopped[h, g] = 0.0
            lost = 0.0
            for j in range(n_hubs):
                leg = legs[h, g, j]
                if leg > 0.0:
                    cost[h, g] += leg * log_markup[j]
                    stopped[h, g] += leg * stop[j, g]
                    lost += leg * (1.0 - np.exp(-obstacle[j, g])) if obstacle[j, g] > 0.0 else 0.0
            kept[h, g] = 1.0 - lost


@compiled
def choose_legs(usual, obstacle, log_markup, numbers, legs):  # type: ignore[no-untyped-def]
    """The houses of every hub turn part of their last legs to where passage is cheaper and surer.

    Ties among traders last: only ``tie_turnover`` of the legs are chosen anew. A hub that fills dears its own last leg,
    and so passes the trade on to the next hub.

    Args:
        usual: base-year legs, (entry hub, good, exit hub).
        obstacle: log points that checks take off, (hub, good).
        log_markup: (hub,).
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        legs: updated.
    """
    values = numbers[0]
    n_hubs, n_goods = obstacle.shape
    for h in range(n_hubs):
        for g in range(n_goods):
            if usual[h, g, h] == 1.0:
                continue  # its houses know no other hub
            total = 0.0
            for j in range(n_hubs):
                if usual[h, g, j] > 0.0:
                    total += usual[h, g, j] * onward_pull(values.onward_response, log_markup[j], obstacle[j, g])
            for j in range(n_hubs):
                if usual[h, g, j] > 0.0:
                    pull = usual[h, g, j] * onward_pull(values.onward_response, log_markup[j], obstacle[j, g])
                    legs[h, g, j] += values.tie_turnover * (pull / total - legs[h, g, j])


@compiled
def refusals_by_state(layout, refusal, refused):  # type: ignore[no-untyped-def]
    """Largest share of payments that the banks of each state refuse on its roads to the target.

    Args:
        layout: origin by type; hub by road; hub states; number of roads to the target, which come first.
        refusal: (type, road).
        refused: filled, (state,).
    """
    origin, hub, hub_state, n_roads = layout
    refused[:] = 0.0
    for t in range(refusal.shape[0]):
        for k in range(n_roads):
            s = origin[t] if hub[k] < 0 else hub_state[hub[k]]
            refused[s] = max(refused[s], refusal[t, k])


@compiled
def grow_agents(refused, numbers, agents):  # type: ignore[no-untyped-def]
    """Payment agents take over a part of what banks refuse; ``agents`` (state,) updated, share of refusals carried."""
    values = numbers[0]
    for s in range(len(agents)):
        if refused[s] > 0.0 or agents[s] > 0.0:
            agents[s] = agents_next(agents[s], refused[s], values.agent_entry, values.leaving)
