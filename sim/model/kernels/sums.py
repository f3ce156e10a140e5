"""Sums over types and routes, in one order on every machine (a library's matrix product adds in the order it likes)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common.compilation import compiled
from sim.model.records import LISTED_PARTICIPANT, OUTSIDER, PARTICIPANT
from sim.policies.regime import COALITION_BRAND

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers
    from sim.model.population import ExporterColumns
    from sim.model.records import Routes


@compiled
def sum_trade(
    routes: Routes, weight: Floats, flow: Floats, exit_hub_shares: Floats, trade: Floats, military: Floats
) -> None:
    """Trade of each state with the target: what it makes and sells directly, and what leaves it for the target.

    Args:
        routes: who sells what by which routes.
        weight: how military a type's goods look, (type,).
        flow: (type, route).
        exit_hub_shares: by (entry hub, good, exit hub).
        trade: filled, (state,).
        military: filled, the same weighted, (state, good).
    """
    origin, good, hub, hub_state = routes.origin, routes.good, routes.hub, routes.hub_states
    n_target = routes.target_routes
    trade[:] = 0.0
    military[:] = 0.0
    entered = np.zeros((2, exit_hub_shares.shape[0], exit_hub_shares.shape[1]))
    for t in range(len(origin)):
        g = good[t]
        for k in range(n_target):
            value = flow[t, k]
            if hub[k] < 0:
                trade[origin[t]] += value
                military[origin[t], g] += value * weight[t]
            else:
                entered[0, hub[k], g] += value
                entered[1, hub[k], g] += value * weight[t]
    for i in range(exit_hub_shares.shape[0]):
        for g in range(exit_hub_shares.shape[1]):
            for j in range(exit_hub_shares.shape[2]):
                trade[hub_state[j]] += entered[0, i, g] * exit_hub_shares[i, g, j]
                military[hub_state[j], g] += entered[1, i, g] * exit_hub_shares[i, g, j]


@compiled
def sum_drawn(
    rows_on_route: Integers, row_value: Floats, background: Floats, activity: Floats, contracted: Floats
) -> None:
    """Contracted trade by (type, route), musd per month, sampled mode: that of the rows and of the background.

    Args:
        rows_on_route: (type, route or more).
        row_value: musd per month that one row stands for, (type,).
        background: base-year trade of firms outside the pool, and through hubs, (type, route).
        activity: part of it that is still done, (type, route).
        contracted: filled.
    """
    for t in range(contracted.shape[0]):
        for k in range(contracted.shape[1]):
            contracted[t, k] = rows_on_route[t, k] * row_value[t] + background[t, k] * activity[t, k]


@compiled
def sum_spread(
    exporters: ExporterColumns,
    row_value: Floats,
    background: Floats,
    activity: Floats,
    contracted: Floats,
    participating: Floats,
) -> None:
    """The same in expected mode, from the rows' shares; share of each type's rows that participate, (type,), filled."""
    start, spread = exporters.start, exporters.spread
    for t in range(len(start) - 1):
        contracted[t, :] = 0.0
        inside = 0.0
        for i in range(start[t], start[t + 1]):
            for k in range(contracted.shape[1]):
                participants = spread[i, PARTICIPANT, k] + spread[i, LISTED_PARTICIPANT, k]
                inside += participants
                contracted[t, k] += participants + spread[i, OUTSIDER, k]
        for k in range(contracted.shape[1]):
            contracted[t, k] = contracted[t, k] * row_value[t] + background[t, k] * activity[t, k]
        if start[t + 1] > start[t]:
            participating[t] = min(1.0, inside / (start[t + 1] - start[t]))


@compiled
def sum_exits(routes: Routes, usual: Floats, contracted: Floats, exit_share: Floats) -> None:
    """Share of the coalition firms' direct trade with the target that is gone, by the state they sell from.

    Args:
        routes: who sells what by which routes.
        usual: that trade in the base year, (state,).
        contracted: trade under contract, (type, route).
        exit_share: filled, (state,).
    """
    origin, headquarters = routes.origin, routes.headquarters
    now = np.zeros(len(usual))
    for t in range(len(origin)):
        if headquarters[t] == COALITION_BRAND:
            now[origin[t]] += contracted[t, 0]
    for s in range(len(usual)):
        exit_share[s] = max(0.0, 1.0 - now[s] / usual[s]) if usual[s] > 0.0 else 0.0


@compiled
def sum_by_hub(routes: Routes, flow: Floats, out: Floats) -> None:
    """Goods consigned to each hub, (hub, good), filled from ``flow`` (type, route), of which hubs are on the first."""
    hub, good = routes.hub, routes.good
    out[:] = 0.0
    for t in range(flow.shape[0]):
        for k in range(routes.target_routes):
            if hub[k] >= 0:
                out[hub[k], good[t]] += flow[t, k]


@compiled
def sum_by_exit(entered: Floats, exit_hub_shares: Floats, out: Floats) -> None:
    """Goods that each hub's intermediaries carry to the target, (hub,), from what enters every hub (hub, good)."""
    out[:] = 0.0
    for i in range(exit_hub_shares.shape[0]):
        for g in range(exit_hub_shares.shape[1]):
            for j in range(exit_hub_shares.shape[2]):
                out[j] += entered[i, g] * exit_hub_shares[i, g, j]


@compiled
def sum_passages(
    routes: Routes, delivered: Floats, exit_hub_shares: Floats, capacity_share: Floats, out: Floats
) -> None:
    """Deliveries to the target by the hub they entered and the hub they left.

    Args:
        routes: who sells what by which routes.
        delivered: (type, route).
        exit_hub_shares: by (entry hub, good, exit hub).
        capacity_share: share of its consignments that each hub carries, (hub,).
        out: filled, (entry hub, good, exit hub).
    """
    entered = np.zeros((exit_hub_shares.shape[0], exit_hub_shares.shape[1]))
    sum_by_hub(routes, delivered, entered)
    for i in range(exit_hub_shares.shape[0]):
        for g in range(exit_hub_shares.shape[1]):
            total = 0.0
            for j in range(exit_hub_shares.shape[2]):
                total += exit_hub_shares[i, g, j] * capacity_share[j]
            for j in range(exit_hub_shares.shape[2]):
                carried = entered[i, g] * exit_hub_shares[i, g, j] * capacity_share[j]
                out[i, g, j] = carried / total if total > 0.0 else 0.0


@compiled
def move_rows(chunks: Integers, moves: Integers, rows_on_route: Integers) -> None:
    """Adds the moves of each chunk to the rows of its type, both with participants last; leaves no moves."""
    for c in range(chunks.shape[0]):
        some = 0
        for k in range(moves.shape[1]):
            some |= moves[c, k]
        if some != 0:
            for k in range(moves.shape[1]):
                rows_on_route[chunks[c, 0], k] += moves[c, k]
                moves[c, k] = 0


@compiled
def copy_columns(source: Floats, first: int, out: Floats) -> bool:
    """Copies the columns of a table from ``first`` to the last of ``out``; whether all of them are finite numbers."""
    finite = True
    for i in range(out.shape[0]):
        for j in range(first, out.shape[1]):
            value = source[i, j]
            out[i, j] = value
            finite &= value - value == 0.0
    return finite


@compiled
def copy_table(source: Floats, out: Floats) -> bool:
    """The same for all of a table, (cell,)."""
    finite = True
    for i in range(len(out)):
        value = source[i]
        out[i] = value
        finite &= value - value == 0.0
    return finite


NUMBERS, ZEROS, NO_NUMBERS = range(3)


@compiled
def content_of(table: Floats) -> int:
    """What a table, (cell,), holds: numbers, zeros all through, or something that is no number."""
    some, finite = False, True
    for i in range(len(table)):
        some |= table[i] != 0.0
    if not some:
        return ZEROS
    for i in range(len(table)):
        finite &= table[i] - table[i] == 0.0
    return NUMBERS if finite else NO_NUMBERS
