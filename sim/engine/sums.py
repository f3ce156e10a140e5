"""Sums over types and roads, in one order on every machine (a library's matrix product adds in the order it likes)."""

from __future__ import annotations

from sim.compiling import compiled


@compiled
def sum_trade(origin, hub_at, weight, flow, trade):  # type: ignore[no-untyped-def]
    """Trade of each state with the target: what it makes and sells directly, and what passes through it.

    Args:
        origin: (type,).
        hub_at: state of the hub on each road to the target, -1 for the direct one; these roads come first.
        weight: of each type in the second sum, (type,).
        flow: (type, road).
        trade: filled, (2, state): all trade, weighted trade.
    """
    trade[:] = 0.0
    for t in range(len(origin)):
        for k in range(len(hub_at)):
            state = origin[t] if hub_at[k] < 0 else hub_at[k]
            trade[0, state] += flow[t, k]
            trade[1, state] += flow[t, k] * weight[t]


@compiled
def sum_by_hub(hub, flow, out):  # type: ignore[no-untyped-def]
    """Goods consigned to each hub, (hub,), filled from ``flow`` (type, road)."""
    out[:] = 0.0
    for t in range(flow.shape[0]):
        for k in range(flow.shape[1]):
            if hub[k] >= 0:
                out[hub[k]] += flow[t, k]


@compiled
def move_rows(chunks, moves, rows_on_road):  # type: ignore[no-untyped-def]
    """Adds the moves of each chunk (chunk, road) to the rows of its type (type, road)."""
    for c in range(chunks.shape[0]):
        t = chunks[c, 0]
        for k in range(moves.shape[1]):
            rows_on_road[t, k] += moves[c, k]
