"""Designations: which exporters the coalition lists this month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.common import random_streams
from sim.common.compilation import compiled
from sim.rules.enforcement import listing_odds

if TYPE_CHECKING:
    from sim.model.population import Exporters

Floats = NDArray[np.float64]


@compiled
def weigh_drawn(start, suspicion, size, road, listed, ends_at_target, weight):  # type: ignore[no-untyped-def]
    """Suspicion of the firms of each type that trade with the target and are not listed, sampled mode.

    Args:
        start: first row of each type.
        suspicion: of one row's firms at size 1, (type,).
        size: of the row's firms, musd per year, (row,).
        road: road in use, (row,).
        listed: 1 if listed, (row,).
        ends_at_target: by road.
        weight: filled, (type,).
    """
    for t in range(len(start) - 1):
        weight[t] = 0.0
        for i in range(start[t], start[t + 1]):
            if listed[i] == 0 and ends_at_target[road[i]]:
                weight[t] += suspicion[t] / size[i]


@compiled
def weigh_expected(start, suspicion, size, spread, ends_at_target, weight):  # type: ignore[no-untyped-def]
    """The same in expected mode; ``spread`` by (row, listed or not, road)."""
    for t in range(len(start) - 1):
        weight[t] = 0.0
        for i in range(start[t], start[t + 1]):
            for k in range(spread.shape[2]):
                if ends_at_target[k]:
                    weight[t] += spread[i, 0, k] * suspicion[t] / size[i]


@compiled
def add_odds(types, weight, firms, allowed, odds):  # type: ignore[no-untyped-def]
    """Adds one clause's odds of being listed to each type's: in each state so many firms, the most suspect first.

    Args:
        types: origin, good, suspicion of the good; each by type.
        weight: suspicion of all firms of the type in the trade, (type,).
        firms: to be listed in each state.
        allowed: states and goods that the clause covers, (state, good).
        odds: updated, (type,).
    """
    origin, good, suspicion = types
    total = np.zeros(allowed.shape[0])
    for t in range(len(origin)):
        if allowed[origin[t], good[t]]:
            total[origin[t]] += weight[t]
    for t in range(len(origin)):
        if allowed[origin[t], good[t]]:
            own = listing_odds(firms, suspicion[t], total[origin[t]])
            odds[t] += own - odds[t] * own


@compiled
def list_drawn(key, start, types, odds, ends_at_target, columns, seen, firms):  # type: ignore[no-untyped-def]
    """Lists exporters in sampled mode.

    Args:
        key: noise stream of the month.
        start: first row of each type.
        types: origin, good, musd per year that one row stands for; each by type.
        odds: of being listed for a firm in the trade with the target, (type,).
        ends_at_target: by road.
        columns: size, road, listed by row; ``listed`` updated.
        seen: musd per year of trade with the target whose sellers are listed now, (state, good), added to.
        firms: listed now, (state,), added to.
    """
    origin, good, row_value = types
    size, road, listed = columns
    for t in range(len(start) - 1):
        if odds[t] == 0.0:
            continue
        for i in range(start[t], start[t + 1]):
            identity = t * random_streams.IDENTITIES_PER_TYPE + i - start[t]
            if listed[i] == 0 and ends_at_target[road[i]] and random_streams.uniform(key, identity) < odds[t]:
                listed[i] = 1
                seen[origin[t], good[t]] += row_value[t]
                firms[origin[t]] += row_value[t] / size[i]


@compiled
def list_expected(start, types, odds, ends_at_target, columns, seen, firms):  # type: ignore[no-untyped-def]
    """Lists shares of exporters in expected mode; columns are size and spread, else as :func:`list_drawn`."""
    origin, good, row_value = types
    size, spread = columns
    for t in range(len(start) - 1):
        if odds[t] == 0.0:
            continue
        for i in range(start[t], start[t + 1]):
            for k in range(spread.shape[2]):
                if ends_at_target[k]:
                    moved = spread[i, 0, k] * odds[t]
                    spread[i, 0, k] -= moved
                    spread[i, 1, k] += moved
                    seen[origin[t], good[t]] += moved * row_value[t]
                    firms[origin[t]] += moved * row_value[t] / size[i]


def list_largest(columns: Exporters, rows: NDArray[np.int64], firms: float, value: Floats, at_target: Floats) -> Floats:
    """Lists the largest of some rows' firms that trade with the target, until so many firms are listed.

    Args:
        columns: exporters; ``listed`` or ``spread`` updated.
        rows: rows that may be listed.
        firms: how many firms.
        value: musd per year that each of the rows stands for.
        at_target: 1 for roads that end at the target, (road,).

    Returns:
        Part of each row listed now, (row,), in the order of ``rows``.
    """
    expected = bool(len(columns.spread))
    if expected:
        trading = (columns.spread[rows, 0] * at_target).sum(axis=1)
    else:
        trading = np.where(columns.listed[rows] == 0, at_target[columns.road[rows]], 0.0)
    size = columns.size[rows].astype(float)
    order = np.lexsort((rows, -size))
    stands_for = (trading * value / size)[order]  # firms
    before = np.concatenate([[0.0], np.cumsum(stands_for)[:-1]])
    part = np.clip(np.divide(firms - before, stands_for, out=np.zeros_like(before), where=stands_for > 0.0), 0.0, 1.0)
    if not expected:
        part = np.where(part >= 0.5, 1.0, 0.0)  # a row is listed whole or not at all
    share = np.zeros(len(rows))
    share[order] = part
    if expected:
        moved = columns.spread[rows, 0] * at_target * share[:, None]
        columns.spread[rows, 0] -= moved
        columns.spread[rows, 1] += moved
    else:
        columns.listed[rows[(share > 0.0) & (trading > 0.0)]] = 1
    listed: Floats = share * trading
    return listed
