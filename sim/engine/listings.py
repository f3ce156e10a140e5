"""Designations: which exporters the coalition lists this month."""

from __future__ import annotations

from numba import njit

from sim import noise
from sim.rules.enforcement import listing_odds

_IDENTITIES = 1 << 32
MONTHS_PER_YEAR = 12.0


@njit(cache=True, error_model="numpy")
def list_drawn(key, start, types, attention, target_road, columns, seen):  # type: ignore[no-untyped-def]
    """Lists exporters in sampled mode.

    Args:
        key: noise stream of the month.
        start: first row of each type.
        types: origin by type and musd per year that one row stands for, by type.
        attention: firms to list by state; weight of the good by type; suspicious trade by state, musd per year, weighted.
        target_road: whether a road ends at the target, (road,).
        columns: size, road, listed by row; ``listed`` updated.
        seen: (2, state): musd per year of trade with the target whose sellers are listed now, and how many firms that is.
    """
    origin, row_value = types
    to_list, weight, suspicious = attention
    size, road, listed = columns
    for t in range(len(start) - 1):
        o = origin[t]
        if to_list[o] == 0.0 or weight[t] == 0.0:
            continue
        for i in range(start[t], start[t + 1]):
            if listed[i] == 0 and target_road[road[i]]:
                odds = listing_odds(to_list[o], size[i] * weight[t], suspicious[o])
                if noise.uniform(key, t * _IDENTITIES + i - start[t]) < odds:
                    listed[i] = 1
                    seen[0, o] += row_value[t]
                    seen[1, o] += row_value[t] / size[i]


@njit(cache=True, error_model="numpy")
def list_expected(start, types, attention, target_road, size, spread, seen):  # type: ignore[no-untyped-def]
    """Lists shares of exporters in expected mode; arguments as in :func:`list_drawn`, ``spread`` (row, 2, road) updated."""
    origin, row_value = types
    to_list, weight, suspicious = attention
    for t in range(len(start) - 1):
        o = origin[t]
        if to_list[o] == 0.0 or weight[t] == 0.0:
            continue
        for i in range(start[t], start[t + 1]):
            odds = listing_odds(to_list[o], size[i] * weight[t], suspicious[o])
            for k in range(spread.shape[2]):
                if target_road[k]:
                    moved = spread[i, 0, k] * odds
                    spread[i, 0, k] -= moved
                    spread[i, 1, k] += moved
                    seen[0, o] += moved * row_value[t]
                    seen[1, o] += moved * row_value[t] / size[i]
