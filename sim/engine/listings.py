"""Designations: which exporters the coalition lists this month."""

from __future__ import annotations

import numpy as np

from sim import noise
from sim.compiling import compiled
from sim.rules.enforcement import listing_odds


@compiled
def list_drawn(key, start, types, attention, columns, seen):  # type: ignore[no-untyped-def]
    """Lists exporters in sampled mode.

    Args:
        key: noise stream of the month.
        start: first row of each type.
        types: origin, musd per year that one row stands for, suspicion of the good; each by type.
        attention: firms to list by state; whether a road ends at the target, (road,).
        columns: size, road, listed by row; ``listed`` updated.
        seen: (2, state) filled: musd per year of trade with the target whose sellers are listed now; how many firms
            that is.
    """
    origin, row_value, suspicion = types
    to_list, ends_at_target = attention
    size, road, listed = columns
    total = np.zeros(len(to_list))
    for t in range(len(start) - 1):
        for i in range(start[t], start[t + 1]):
            if listed[i] == 0 and ends_at_target[road[i]]:
                total[origin[t]] += suspicion[t] * row_value[t] / size[i]
    for t in range(len(start) - 1):
        o = origin[t]
        odds = listing_odds(to_list[o], suspicion[t], total[o])
        if odds == 0.0:
            continue
        for i in range(start[t], start[t + 1]):
            identity = t * noise.IDENTITIES_PER_TYPE + i - start[t]
            if listed[i] == 0 and ends_at_target[road[i]] and noise.uniform(key, identity) < odds:
                listed[i] = 1
                seen[0, o] += row_value[t]
                seen[1, o] += row_value[t] / size[i]


@compiled
def list_expected(start, types, attention, columns, seen):  # type: ignore[no-untyped-def]
    """Lists shares of exporters in expected mode; arguments as in :func:`list_drawn`.

    Columns are size and spread (row, listed or not, road), ``spread`` updated.
    """
    origin, row_value, suspicion = types
    to_list, ends_at_target = attention
    size, spread = columns
    total = np.zeros(len(to_list))
    for t in range(len(start) - 1):
        for i in range(start[t], start[t + 1]):
            for k in range(spread.shape[2]):
                if ends_at_target[k]:
                    total[origin[t]] += spread[i, 0, k] * suspicion[t] * row_value[t] / size[i]
    for t in range(len(start) - 1):
        o = origin[t]
        odds = listing_odds(to_list[o], suspicion[t], total[o])
        if odds == 0.0:
            continue
        for i in range(start[t], start[t + 1]):
            for k in range(spread.shape[2]):
                if ends_at_target[k]:
                    moved = spread[i, 0, k] * odds
                    spread[i, 0, k] -= moved
                    spread[i, 1, k] += moved
                    seen[0, o] += moved * row_value[t]
                    seen[1, o] += moved * row_value[t] / size[i]
