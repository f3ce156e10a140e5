"""Sums over types and roads, in one order on every machine (a library's matrix product adds in the order it likes)."""

from __future__ import annotations

import numpy as np

from sim.common.compilation import compiled


@compiled
def sum_trade(layout, weight, flow, legs, trade, military):  # type: ignore[no-untyped-def]
    """Trade of each state with the target: what it makes and sells directly, and what leaves it for the target.

    Args:
        layout: origin, good by type; hub by road; hub states; number of roads to the target, which come first.
        weight: how military a type's goods look, (type,).
        flow: (type, road).
        legs: last legs by (entry hub, good, exit hub).
        trade: filled, (state,).
        military: filled, the same weighted, (state, good).
    """
    origin, good, hub, hub_state, n_roads = layout
    trade[:] = 0.0
    military[:] = 0.0
    entered = np.zeros((2, legs.shape[0], legs.shape[1]))
    for t in range(len(origin)):
        g = good[t]
        for k in range(n_roads):
            value = flow[t, k]
            if hub[k] < 0:
                trade[origin[t]] += value
                military[origin[t], g] += value * weight[t]
            else:
                entered[0, hub[k], g] += value
                entered[1, hub[k], g] += value * weight[t]
    for i in range(legs.shape[0]):
        for g in range(legs.shape[1]):
            for j in range(legs.shape[2]):
                trade[hub_state[j]] += entered[0, i, g] * legs[i, g, j]
                military[hub_state[j], g] += entered[1, i, g] * legs[i, g, j]


@compiled
def sum_spread(start, row_value, spread, flow):  # type: ignore[no-untyped-def]
    """Contracted trade by (type, road), musd per month, from the rows' shares; ``flow`` filled."""
    for t in range(len(start) - 1):
        flow[t, :] = 0.0
        for i in range(start[t], start[t + 1]):
            for listed in range(2):
                for k in range(flow.shape[1]):
                    flow[t, k] += spread[i, listed, k] * row_value[t]


@compiled
def sum_by_hub(hub, good, flow, out):  # type: ignore[no-untyped-def]
    """Goods consigned to each hub, (hub, good), filled from ``flow`` (type, road)."""
    out[:] = 0.0
    for t in range(flow.shape[0]):
        for k in range(flow.shape[1]):
            if hub[k] >= 0:
                out[hub[k], good[t]] += flow[t, k]


@compiled
def sum_by_exit(entered, legs, out):  # type: ignore[no-untyped-def]
    """Goods that each hub's houses carry to the target, (hub,), from what enters every hub (hub, good)."""
    out[:] = 0.0
    for i in range(legs.shape[0]):
        for g in range(legs.shape[1]):
            for j in range(legs.shape[2]):
                out[j] += entered[i, g] * legs[i, g, j]


@compiled
def sum_passages(layout, delivered, legs, carried, out):  # type: ignore[no-untyped-def]
    """Deliveries to the target by the hub they entered and the hub they left.

    Args:
        layout: good by type; hub by road.
        delivered: (type, road).
        legs: last legs by (entry hub, good, exit hub).
        carried: share of its consignments that each hub carries, (hub,).
        out: filled, (entry hub, good, exit hub).
    """
    good, hub = layout
    entered = np.zeros((legs.shape[0], legs.shape[1]))
    sum_by_hub(hub, good, delivered, entered)
    for i in range(legs.shape[0]):
        for g in range(legs.shape[1]):
            total = 0.0
            for j in range(legs.shape[2]):
                total += legs[i, g, j] * carried[j]
            for j in range(legs.shape[2]):
                out[i, g, j] = entered[i, g] * legs[i, g, j] * carried[j] / total if total > 0.0 else 0.0


@compiled
def move_rows(chunks, moves, rows_on_road):  # type: ignore[no-untyped-def]
    """Adds the moves of each chunk (chunk, road) to the rows of its type (type, road)."""
    for c in range(chunks.shape[0]):
        t = chunks[c, 0]
        for k in range(moves.shape[1]):
            rows_on_road[t, k] += moves[c, k]
