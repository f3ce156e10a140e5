"""Designations: which exporters the coalition lists this month."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common import random_streams
from sim.common.compilation import compiled
from sim.model.records import LISTED_PARTICIPANT, PARTICIPANT
from sim.rules.enforcement import listing_odds

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers, Mask
    from sim.model.population import ExporterColumns
    from sim.model.records import Routes


class Suspects(NamedTuple):
    """How suspect each type's firms are, and their odds of being listed.

    Attributes:
        suspicion: of the good, as labelled, (type,).
        row_value: trade that one row stands for, musd per year, (type,).
        weight: suspicion of all firms of the type that trade with the target and are not listed, (type,).
        odds: of being listed this month for a firm in the trade with the target, (type,).
    """

    suspicion: Floats
    row_value: Floats
    weight: Floats
    odds: Floats


class Listings(NamedTuple):
    """What listings of the month come to.

    Attributes:
        value: musd per year of trade with the target whose sellers are listed now, (state, good).
        firms: exporters listed since the run began, (state,).
    """

    value: Floats
    firms: Floats


@compiled
def weigh_drawn(exporters: ExporterColumns, ends_at_target: Mask, suspects: Suspects) -> None:
    """Suspicion of the firms of each type that trade with the target and are not listed, sampled mode.

    Args:
        exporters: columns.
        ends_at_target: by route.
        suspects: ``weight`` filled.
    """
    start, size, route, listed = exporters.start, exporters.size, exporters.route, exporters.listed
    suspicions, row_value, weight = suspects.suspicion, suspects.row_value, suspects.weight
    for t in range(len(start) - 1):
        suspicion = suspicions[t] * row_value[t]
        weight[t] = 0.0
        for i in range(start[t], start[t + 1]):
            if listed[i] == 0 and ends_at_target[route[i]]:
                weight[t] += suspicion / size[i]


@compiled
def weigh_expected(exporters: ExporterColumns, ends_at_target: Mask, suspects: Suspects) -> None:
    """The same in expected mode."""
    start, size, spread = exporters.start, exporters.size, exporters.spread
    suspicions, row_value, weight = suspects.suspicion, suspects.row_value, suspects.weight
    for t in range(len(start) - 1):
        suspicion = suspicions[t] * row_value[t]
        weight[t] = 0.0
        for i in range(start[t], start[t + 1]):
            for k in range(spread.shape[2]):
                if ends_at_target[k]:
                    weight[t] += spread[i, PARTICIPANT, k] * suspicion / size[i]


@compiled
def add_odds(routes: Routes, firms: float, allowed: Mask, suspects: Suspects) -> None:
    """Adds one clause's odds of being listed to each type's: in each state so many firms, the most suspect first.

    Args:
        routes: who sells what by which routes.
        firms: to be listed in each state.
        allowed: states and goods that the clause covers, (state, good).
        suspects: ``odds`` updated.
    """
    origin, good = routes.origin, routes.good
    suspicion, weight, odds = suspects.suspicion, suspects.weight, suspects.odds
    total = np.zeros(allowed.shape[0])
    for t in range(len(origin)):
        if allowed[origin[t], good[t]]:
            total[origin[t]] += weight[t]
    for t in range(len(origin)):
        if allowed[origin[t], good[t]]:
            own = listing_odds(firms, suspicion[t], total[origin[t]])
            odds[t] += own - odds[t] * own


@compiled
def list_drawn(
    key: np.uint64,
    routes: Routes,
    ends_at_target: Mask,
    suspects: Suspects,
    exporters: ExporterColumns,
    listings: Listings,
) -> None:
    """Lists exporters in sampled mode.

    Args:
        key: random stream of the month.
        routes: who sells what by which routes.
        ends_at_target: by route.
        suspects: odds of being listed by type.
        exporters: ``listed`` updated.
        listings: added to.
    """
    start, size, route, listed = exporters.start, exporters.size, exporters.route, exporters.listed
    origin, good, all_odds, row_value = routes.origin, routes.good, suspects.odds, suspects.row_value
    listed_value, firms = listings.value, listings.firms
    for t in range(len(start) - 1):
        odds, value = all_odds[t], row_value[t]
        if odds == 0.0:
            continue
        o, g = origin[t], good[t]
        for i in range(start[t], start[t + 1]):
            identity = t * random_streams.IDENTITIES_PER_TYPE + i - start[t]
            if listed[i] == 0 and ends_at_target[route[i]] and random_streams.uniform(key, identity) < odds:
                listed[i] = 1
                listed_value[o, g] += value
                firms[o] += value / size[i]


@compiled
def list_expected(
    routes: Routes, ends_at_target: Mask, suspects: Suspects, exporters: ExporterColumns, listings: Listings
) -> None:
    """Lists shares of exporters in expected mode: ``spread`` updated, else as :func:`list_drawn`."""
    start, size, spread = exporters.start, exporters.size, exporters.spread
    origin, good, all_odds, row_value = routes.origin, routes.good, suspects.odds, suspects.row_value
    listed_value, firms = listings.value, listings.firms
    for t in range(len(start) - 1):
        odds, value = all_odds[t], row_value[t]
        if odds == 0.0:
            continue
        o, g = origin[t], good[t]
        for i in range(start[t], start[t + 1]):
            for k in range(spread.shape[2]):
                if ends_at_target[k]:
                    moved = spread[i, PARTICIPANT, k] * odds
                    spread[i, PARTICIPANT, k] -= moved
                    spread[i, LISTED_PARTICIPANT, k] += moved
                    listed_value[o, g] += moved * value
                    firms[o] += moved * value / size[i]


def list_largest(exporters: ExporterColumns, rows: Integers, firms: float, value: Floats, at_target: Floats) -> Floats:
    """Lists the largest of some rows' firms that trade with the target, until so many firms are listed.

    Args:
        exporters: ``listed`` or ``spread`` updated.
        rows: rows that may be listed.
        firms: how many firms.
        value: musd per year that each of the rows stands for.
        at_target: 1 for routes that end at the target, (route,).

    Returns:
        Part of each row listed now, (row,), in the order of ``rows``.
    """
    expected = bool(len(exporters.spread))
    if expected:
        trading = (exporters.spread[rows, PARTICIPANT] * at_target).sum(axis=1)
    else:
        trading = np.where(exporters.listed[rows] == 0, at_target[exporters.route[rows]], 0.0)
    size = exporters.size[rows].astype(float)
    order = np.lexsort((rows, -size))
    stands_for = (trading * value / size)[order]  # firms
    before = np.concatenate([[0.0], np.cumsum(stands_for)[:-1]])
    part = np.clip(np.divide(firms - before, stands_for, out=np.zeros_like(before), where=stands_for > 0.0), 0.0, 1.0)
    if not expected:
        part = np.where(part >= 0.5, 1.0, 0.0)  # a row is listed whole or not at all
    share = np.zeros(len(rows))
    share[order] = part
    if expected:
        moved = exporters.spread[rows, PARTICIPANT] * at_target * share[:, None]
        exporters.spread[rows, PARTICIPANT] -= moved
        exporters.spread[rows, LISTED_PARTICIPANT] += moved
    else:
        exporters.listed[rows[(share > 0.0) & (trading > 0.0)]] = 1
    listed: Floats = share * trading
    return listed
