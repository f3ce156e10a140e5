"""Choice of route in expected mode: each row of exporters spreads over its routes by the odds that firms draw by.

The rules are those of :mod:`sim.model.kernels.route_choice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import prange

from sim.common.compilation import compiled, inlined
from sim.common.numerics import exp
from sim.model.records import (
    BANNED_SHARE,
    BASE_WEIGHT,
    LEGAL_HAZARD,
    LISTED_PARTICIPANT,
    MARKET_WEIGHT,
    OUTSIDER,
    PARTICIPANT,
    REPUTATION_COST,
    SECONDARY_HAZARD,
)
from sim.rules.route_choice import route_weight

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers
    from sim.model.kernels.route_choice import Choices
    from sim.model.population import ExporterColumns

# As in :mod:`sim.model.kernels.block_weights`: without law the shipped rule tells no firms of one type apart.
ALIKE_WITHOUT_LAW = True
SHORTCUTS = {"route_weight": "ALIKE_WITHOUT_LAW"}
_TYPES_AT_ONCE = 32


@inlined
def _spread_type(t: int, choices: Choices, exporters: ExporterColumns, scratch: Floats, places: Integers) -> None:
    """One month of the rows of one type; else as :func:`_spread_rows`.

    Loops over all routes are plain arithmetic on rows of arrays, so that they vectorise: unused routes hold zeros,
    which change no sum. Sums are in the order of the routes.

    Args:
        t: the type.
        choices: what exporters choose by.
        exporters: ``spread`` updated.
        scratch: (5, route), overwritten.
        places: (2, route), overwritten.
    """
    spread, prospects, odds = exporters.spread, choices.prospects, choices.contract_end_odds
    # Fields are read once: within the loops each reading of a record counts a reference to its array.
    aversions, exposures, reputations = exporters.aversion, exporters.exposure, exporters.reputation
    loss_if_listed, home = choices.loss_if_listed, choices.home[t]
    alike, weight, choosing, joining, left = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
    used, apart = places[0], places[1]
    n_routes, n_used, n_apart = spread.shape[2], 0, 0
    outsiders_alike, outsiders_total = True, 0.0
    for k in range(n_routes):
        base, banned, threat = prospects[t, BASE_WEIGHT, k], prospects[t, BANNED_SHARE, k], 0.0
        alike[k] = 0.0
        if base == 0.0:
            continue
        used[n_used] = k
        n_used += 1
        threat = prospects[t, SECONDARY_HAZARD, k] + prospects[t, REPUTATION_COST, k]
        hazard, market = prospects[t, LEGAL_HAZARD, k], prospects[t, MARKET_WEIGHT, k]
        if ALIKE_WITHOUT_LAW and banned == 0.0 and hazard == 0.0 and threat == 0.0:
            alike[k] = base * route_weight(market, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            outsiders_total += alike[k] if k > 0 else 0.0
        else:
            apart[n_apart] = k
            n_apart += 1
            outsiders_alike &= k == 0
    entering, leaving = choices.entering[t], choices.leaving[t]
    for i in range(exporters.start[t], exporters.start[t + 1]):
        some_listed = False
        for k in range(n_routes):
            weight[k] = alike[k]
            some_listed |= spread[i, LISTED_PARTICIPANT, k] != 0.0
        for k in range(n_routes):
            inside, outside = spread[i, PARTICIPANT, k], spread[i, OUTSIDER, k]
            leave, enter = inside * leaving, outside * entering
            choosing[k] = (inside - leave) * odds[t, k] + enter
            joining[k] = (outside - enter) * odds[t, k] + leave
        for k in range(n_routes):
            stay = spread[i, PARTICIPANT, k] - spread[i, PARTICIPANT, k] * leaving
            spread[i, PARTICIPANT, k] = stay - stay * odds[t, k]
        for k in range(n_routes):
            stay = spread[i, OUTSIDER, k] - spread[i, OUTSIDER, k] * entering
            spread[i, OUTSIDER, k] = stay - stay * odds[t, k]
        aversion, exposure, reputation = float(aversions[i]), float(exposures[i]), float(reputations[i])
        for n in range(n_apart):
            k = apart[n]
            weight[k] = prospects[t, BASE_WEIGHT, k] * route_weight(
                prospects[t, MARKET_WEIGHT, k], prospects[t, BANNED_SHARE, k], aversion,
                prospects[t, LEGAL_HAZARD, k], exposure, prospects[t, SECONDARY_HAZARD, k], reputation,
                prospects[t, REPUTATION_COST, k],
            )  # fmt: skip
        inside_choosing, outside_choosing, total = 0.0, 0.0, 0.0
        for n in range(n_used):
            k = used[n]
            inside_choosing += choosing[k]
            outside_choosing += joining[k]
            total += weight[k]
        for k in range(n_routes):
            spread[i, PARTICIPANT, k] += inside_choosing * weight[k] / total
        if some_listed:
            listed_choosing, total, lost = 0.0, 0.0, 0.0
            for k in range(n_routes):
                ended = spread[i, LISTED_PARTICIPANT, k] * odds[t, k]
                listed_choosing += ended
                spread[i, LISTED_PARTICIPANT, k] -= ended
                left[k] = weight[k] * exp(-loss_if_listed[k])
                lost += weight[k] - left[k]
            left[home] += lost
            for k in range(n_routes):
                total += left[k]
            for k in range(n_routes):
                spread[i, LISTED_PARTICIPANT, k] += listed_choosing * left[k] / total
        # Outsiders weigh the other routes as participants do.
        if outside_choosing > 0.0:
            weight[0] = 0.0
            total = outsiders_total
            if not outsiders_alike:
                total = 0.0
                for n in range(n_used):
                    total += weight[used[n]]
            for k in range(n_routes):
                spread[i, OUTSIDER, k] += outside_choosing * weight[k] / total


def _spread_rows(choices: Choices, exporters: ExporterColumns) -> None:
    """One month of entry, exit and choices in expected mode: each row spreads over its routes by their probabilities.

    Args:
        choices: what exporters choose by, prospects and losses in double precision.
        exporters: ``spread`` updated.
    """
    types, n_routes = len(exporters.start) - 1, exporters.spread.shape[2]
    for group in prange((types + _TYPES_AT_ONCE - 1) // _TYPES_AT_ONCE):
        # Scratch is allocated once per group: with few rows per type it would cost more than the choices.
        scratch, places = np.empty((5, n_routes)), np.empty((2, n_routes), dtype=np.int64)
        first = group * _TYPES_AT_ONCE
        for t in range(first, min(first + _TYPES_AT_ONCE, types)):
            _spread_type(t, choices, exporters, scratch, places)


spread_out = compiled(_spread_rows)
spread_out_parallel = compiled(_spread_rows, parallel=True)
