"""Choice of route for all exporters: one compiled loop that draws, one that spreads, both through the same rule.

Rows are sorted by type, so that a block of firms shares its type's row of prospects and vectorises across firms (5 to
13 times faster than one firm at a time, shared trial 2026-11). A draw is by inverse CDF with the target's routes first,
so that paired runs differ for few firms on those routes at a third of the cost of Gumbel-max (benchmarks/pairing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import float32, prange

from sim.common import random_streams
from sim.common.compilation import compiled, inlined
from sim.common.numerics import exp
from sim.model.kernels.block_weights import BLOCK, block_weights, draw_block
from sim.model.kernels.ties import tie
from sim.model.records import (
    BANNED_SHARE,
    BASE_WEIGHT,
    LEGAL_HAZARD,
    LOYALTY_BONUS,
    MARKET_WEIGHT,
    REPUTATION_COST,
    SECONDARY_HAZARD,
)
from sim.rules.route_choice import pull_of_nest, pull_within_nest, road_pull

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers
    from sim.model.kernels.ties import Ties
    from sim.model.population import ExporterColumns
    from sim.model.records import NestedLogit, Numbers

CHUNK = 4096
_LANES = 16  # of the widest vectors in single precision


class RowGroups(NamedTuple):
    """Rows in chunks of one type each, and chunks in groups of about equal work, one for a thread at a time.

    Attributes:
        chunks: type, first row, row after the last, (chunk, 3).
        groups: first chunk of each group, and the number of chunks, (group + 1,).
    """

    chunks: Integers
    groups: Integers


class Draws(NamedTuple):
    """Random streams of the month's choices.

    Attributes:
        contract_end, route, tie: streams of whether a contract ends, of the route and of the intermediary.
        month: months since the run began.
    """

    contract_end: np.uint64
    route: np.uint64
    tie: np.uint64
    month: int


@inlined
def _choose_group(
    group: tuple[int, int],
    chunks: Integers,
    draws: Draws,
    prospects: Numbers,
    contract_end_odds: Floats,
    logit: NestedLogit,
    ties: Ties,
    exporters: ExporterColumns,
    moves: Integers,
) -> None:
    """One month of choices of one group, its first chunk and the one after its last; else as :func:`_choose_rows`."""
    aversion, exposure, reputation = exporters.aversion, exporters.exposure, exporters.reputation
    start, listed, route, since = exporters.start, exporters.listed, exporters.route, exporters.since
    intermediary, exited, hub, break_share = exporters.intermediary, ties.exited, ties.hub, ties.break_share
    n_routes = moves.shape[1]
    # Scratch is allocated once per group: with few rows per type it would cost more than the choices.
    weight = np.zeros((n_routes, BLOCK), dtype=np.float32)
    trait = np.zeros((4, BLOCK), dtype=np.float32)
    draw = np.zeros(BLOCK, dtype=np.float32)
    chance = np.empty(BLOCK)
    used = np.zeros(BLOCK, dtype=np.int32)
    choice = np.zeros(BLOCK, dtype=np.int32)
    rows = np.empty(2 * BLOCK, dtype=np.int64)
    for c in range(group[0], group[1]):
        t, low, high = chunks[c, 0], chunks[c, 1], chunks[c, 2]
        first = t * random_streams.IDENTITIES_PER_TYPE - start[t]
        n = 0
        for begin in range(low, high, BLOCK):
            width = min(BLOCK, high - begin)
            for j in range(width):
                chance[j] = random_streams.uniform(draws.contract_end, first + begin + j)
            if ties.some_exited:  # a contract may also end because its intermediary is gone
                for j in range(width):
                    rows[n] = begin + j
                    odds = contract_end_odds[t, route[begin + j]]
                    odds += (1.0 - odds) * break_share * exited[intermediary[begin + j]]
                    n += chance[j] < odds
            else:
                for j in range(width):  # without a branch: no processor can foresee which contracts end
                    rows[n] = begin + j
                    n += chance[j] < contract_end_odds[t, route[begin + j]]
            done, last = 0, begin + BLOCK >= high
            while n - done >= BLOCK or (last and n > done):
                size = min(BLOCK, n - done)
                for j in range(size):
                    r = rows[done + j]
                    trait[0, j], trait[1, j] = aversion[r], exposure[r]
                    trait[2, j], trait[3, j] = reputation[r], float32(listed[r])
                    used[j] = route[r]
                    draw[j] = float32(random_streams.uniform(draws.route, first + r))
                # Whole vectors only: what lies beyond the block's firms is computed and thrown away.
                padded = (size + _LANES - 1) // _LANES * _LANES
                for j in range(size, padded):
                    draw[j] = float32(0.0)  # scaled again and again it would become denormal, and slow
                block_weights(padded, used, trait, prospects[t], logit, weight)
                draw_block(padded, draw, weight, choice)
                for j in range(size):
                    r = rows[done + j]
                    moves[c, used[j]] -= 1
                    moves[c, choice[j]] += 1
                    route[r] = choice[j]
                    since[r] = draws.month
                for j in range(size):  # apart, since few firms trade through hubs
                    r = rows[done + j]
                    if hub[choice[j]] >= 0:
                        drawn = random_streams.uniform(draws.tie, first + r)
                        same = used[j] == choice[j]
                        intermediary[r] = tie(drawn, hub[choice[j]], intermediary[r], same, ties)
                    elif hub[used[j]] >= 0:
                        intermediary[r] = 0
                done += size
            for j in range(n - done):
                rows[j] = rows[done + j]
            n -= done


def _choose_rows(
    rows: RowGroups,
    draws: Draws,
    prospects: Numbers,
    contract_end_odds: Floats,
    logit: NestedLogit,
    ties: Ties,
    exporters: ExporterColumns,
    moves: Integers,
) -> None:
    """One month of choices in sampled mode.

    Args:
        rows: that may choose.
        draws: random streams of the month.
        prospects: (type, 7, route), in single precision; see :data:`sim.model.records.PROSPECTS`.
        contract_end_odds: by type and route in use, (type, route).
        logit: constants of route choice, in single precision.
        ties: what exporters need to know of intermediaries.
        exporters: ``route``, ``since``, ``intermediary`` updated.
        moves: (chunk, route) rows gained less rows lost, zero on entry.
    """
    chunks, groups = rows.chunks, rows.groups
    for group in prange(len(groups) - 1):
        mine = groups[group], groups[group + 1]
        _choose_group(mine, chunks, draws, prospects, contract_end_odds, logit, ties, exporters, moves)


def _spread_rows(prospects: Numbers, contract_end_odds: Floats, logit: NestedLogit, exporters: ExporterColumns) -> None:
    """One month of choices in expected mode: each row spreads over its routes by their probabilities.

    Args:
        prospects: (type, 7, route), in double precision; see :data:`sim.model.records.PROSPECTS`.
        contract_end_odds: by type and route in use, (type, route).
        logit: constants of route choice, in double precision.
        exporters: ``spread`` updated.
    """
    start, spread = exporters.start, exporters.spread
    aversions, exposures, reputations = exporters.aversion, exporters.exposure, exporters.reputation
    nested, dissimilarity = logit.target_routes, logit.dissimilarity
    loss_if_listed = logit.loss_if_listed
    n_routes = spread.shape[2]
    for t in prange(len(start) - 1):
        weight = np.empty(n_routes)
        ended = np.empty(n_routes)
        bonus = prospects[t, LOYALTY_BONUS, 0]
        for i in range(start[t], start[t + 1]):
            for listed in range(2):
                mass = 0.0
                for k in range(n_routes):
                    ended[k] = spread[i, listed, k] * contract_end_odds[t, k]
                    mass += ended[k]
                if mass == 0.0:
                    continue
                fear = exposures[i] * (1.0 - listed)
                aversion, reputation = float(aversions[i]), float(reputations[i])
                # Without a branch, so that one firm's routes vectorise; a route of base 0 weighs nothing in the end.
                for k in range(n_routes):
                    weight[k] = road_pull(
                        prospects[t, MARKET_WEIGHT, k], prospects[t, BANNED_SHARE, k], aversion,
                        prospects[t, LEGAL_HAZARD, k], fear, prospects[t, SECONDARY_HAZARD, k], reputation,
                        prospects[t, REPUTATION_COST, k],
                    )  # fmt: skip
                if listed:
                    for k in range(n_routes):
                        weight[k] *= exp(-loss_if_listed[k])
                for k in range(nested):
                    weight[k] = pull_within_nest(weight[k], dissimilarity)
                for k in range(n_routes):
                    weight[k] *= prospects[t, BASE_WEIGHT, k]
                within, usual = 0.0, 0.0
                for k in range(nested):
                    within += weight[k]
                    usual += prospects[t, BASE_WEIGHT, k]
                mean = within / usual if usual > 0.0 else 0.0
                scale = pull_of_nest(mean, dissimilarity) / mean if mean > 0.0 else 0.0
                total = 0.0
                for k in range(nested):
                    weight[k] *= scale
                for k in range(n_routes):
                    total += weight[k]
                leaving = 0.0
                for k in range(n_routes):
                    ended_share = ended[k] / (total + bonus * weight[k])
                    leaving += ended_share
                    spread[i, listed, k] += ended_share * bonus * weight[k] - ended[k]
                for k in range(n_routes):
                    spread[i, listed, k] += leaving * weight[k]


choose = compiled(_choose_rows)
choose_parallel = compiled(_choose_rows, parallel=True)
spread_out = compiled(_spread_rows)
spread_out_parallel = compiled(_spread_rows, parallel=True)


def groups_of(start: Integers) -> RowGroups:
    """Splits rows into chunks of one type each, and chunks into groups of about equal work.

    Args:
        start: first row of each type, (type + 1,).
    """
    pieces = [
        (t, low, min(low + CHUNK, int(start[t + 1])))
        for t in range(len(start) - 1)
        for low in range(int(start[t]), int(start[t + 1]), CHUNK)
    ]
    chunks = np.array(pieces, dtype=np.int64).reshape(-1, 3)
    done = np.cumsum(chunks[:, 2] - chunks[:, 1])
    wanted = np.arange(CHUNK, done[-1] if len(done) else 0, CHUNK)
    groups = np.unique(np.concatenate([[0], np.searchsorted(done, wanted, side="left") + 1, [len(chunks)]]))
    return RowGroups(chunks, groups.astype(np.int64))
