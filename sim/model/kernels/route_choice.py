"""Choice of road for all exporters: one compiled loop that draws, one that spreads, both through the same rule.

Rows are sorted by type, so that a block of firms shares its type's row of pulls and vectorises across firms (5 to 13
times faster than one firm at a time, shared trial 2026-11). A draw is by inverse CDF with the target's roads first,
so that paired runs differ for few firms on those roads at a third of the cost of Gumbel-max (benchmarks/pairing.py).
"""

from __future__ import annotations

import numpy as np
from numba import float32, prange
from numpy.typing import NDArray

from sim.common import random_streams
from sim.common.compilation import compiled, inlined
from sim.common.numerics import exp
from sim.model.kernels.ties import tie
from sim.rules.route_choice import pull_of_nest, pull_within_nest, road_pull

BLOCK = 64
CHUNK = 4096
_LANES = 16  # of the widest vectors in single precision

# The shipped rule tells firms of one type apart only where some law or threat bites, so the other roads are worked out
# once per block. A rule that replaces it need not: the compiler then sets the switch to False.
ALIKE_WITHOUT_LAW = True
SHORTCUTS = {"road_pull": "ALIKE_WITHOUT_LAW"}


@inlined
def block_pulls(n, roads, trait, prospects, closed, nest, pull):  # type: ignore[no-untyped-def]
    """Cumulated pulls of a block of firms of one type.

    Every loop over firms is plain arithmetic on a row of the block, so that it vectorises.

    Args:
        n: firms in the block.
        roads: road in use by firm, (BLOCK,).
        trait: (4, BLOCK): aversion, exposure, reputation, listed (0 or 1).
        prospects: (7, road): market pull against the base year, banned share, legal hazard, secondary hazard,
            reputation cost, loyalty bonus, base-year pull.
        closed: log points a listed firm loses on each road, (road,).
        nest: number of roads to the target, which come first, and their similarity.
        pull: filled with pulls cumulated over roads, (road, BLOCK).
    """
    nested, similarity = nest
    one, zero = float32(1.0), float32(0.0)
    total = np.zeros(BLOCK, dtype=np.float32)
    fear = np.empty(BLOCK, dtype=np.float32)
    usual = zero
    some_listed = False
    for j in range(n):
        # A listed firm has nothing left to fear from the threat, and has lost the coalition's roads.
        fear[j] = trait[1, j] * (one - trait[3, j])
        some_listed |= trait[3, j] > zero
    for k in range(prospects.shape[1]):
        base, market, banned, hazard = prospects[6, k], prospects[0, k], prospects[1, k], prospects[2, k]
        threat, shame, loss = prospects[3, k], prospects[4, k], closed[k]
        if base == zero:
            for j in range(n):
                pull[k, j] = zero
            continue
        inside, strikes = k < nested, some_listed and loss > zero
        silent = banned == zero and hazard == zero and threat == zero and shame == zero and not strikes
        if ALIKE_WITHOUT_LAW and silent:
            # Nothing on this road tells firms of one type apart.
            same = road_pull(market, banned, trait[0, 0], hazard, fear[0], threat, trait[2, 0], shame)
            same = base * (pull_within_nest(same, similarity) if inside else same)
            usual += base if inside else zero
            for j in range(n):
                pull[k, j] = same
            if inside:
                for j in range(n):
                    total[j] += same
            continue
        for j in range(n):
            pull[k, j] = road_pull(market, banned, trait[0, j], hazard, fear[j], threat, trait[2, j], shame)
        if strikes:
            for j in range(n):
                pull[k, j] *= exp(-trait[3, j] * loss)
        if inside:
            usual += base
            for j in range(n):
                pull[k, j] = base * pull_within_nest(pull[k, j], similarity)
                total[j] += pull[k, j]
        else:
            for j in range(n):
                pull[k, j] *= base
    for j in range(n):
        mean = total[j] / usual if usual > zero else zero
        # Turns weights within the nest into pulls that compete with the other markets.
        total[j] = pull_of_nest(mean, similarity) / mean if mean > zero else zero
    for k in range(nested):
        for j in range(n):
            pull[k, j] *= total[j]
    total[:] = zero
    for k in range(prospects.shape[1]):
        bonus, used = one + prospects[5, k], np.int32(k)
        for j in range(n):
            total[j] += pull[k, j] * bonus if roads[j] == used else pull[k, j]
            pull[k, j] = total[j]


@inlined
def draw_block(n, draw, pull, choice):  # type: ignore[no-untyped-def]
    """Road of each firm of a block: the first whose cumulated pull exceeds the drawn part of the total."""
    last = pull.shape[0] - 1
    for j in range(n):
        draw[j] *= pull[last, j]
        choice[j] = 0
    for k in range(last):
        for j in range(n):
            choice[j] += np.int32(pull[k, j] <= draw[j])


@inlined
def _choose_group(group, chunks, start, keys, month, prospects, ending, closed, nest, ties, columns, moves):  # type: ignore[no-untyped-def]
    """One month of choices of one group, its first chunk and the one after its last; else as :func:`_choose_rows`."""
    aversion, exposure, reputation, listed, road, since, house = columns
    gone, some_gone, breaks, _, hub, _, _ = ties
    n_roads = prospects.shape[2]
    # Scratch is allocated once per group: with few rows per type it would cost more than the choices.
    pull = np.zeros((n_roads, BLOCK), dtype=np.float32)
    trait = np.zeros((4, BLOCK), dtype=np.float32)
    draw = np.zeros(BLOCK, dtype=np.float32)
    luck = np.empty(BLOCK)
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
                luck[j] = random_streams.uniform(keys[0], first + begin + j)
            if some_gone:  # a contract may also end because its house is gone
                for j in range(width):
                    rows[n] = begin + j
                    odds = ending[t, road[begin + j]]
                    odds += (1.0 - odds) * breaks * gone[house[begin + j]]
                    n += luck[j] < odds
            else:
                for j in range(width):  # without a branch: no processor can foresee which contracts end
                    rows[n] = begin + j
                    n += luck[j] < ending[t, road[begin + j]]
            done, last = 0, begin + BLOCK >= high
            while n - done >= BLOCK or (last and n > done):
                size = min(BLOCK, n - done)
                for j in range(size):
                    r = rows[done + j]
                    trait[0, j], trait[1, j], trait[2, j] = aversion[r], exposure[r], reputation[r]
                    trait[3, j] = float32(listed[r])
                    used[j] = road[r]
                    draw[j] = float32(random_streams.uniform(keys[1], first + r))
                # Whole vectors only: what lies beyond the block's firms is computed and thrown away.
                padded = (size + _LANES - 1) // _LANES * _LANES
                for j in range(size, padded):
                    draw[j] = float32(0.0)  # scaled again and again it would become denormal, and slow
                block_pulls(padded, used, trait, prospects[t], closed, nest, pull)
                draw_block(padded, draw, pull, choice)
                for j in range(size):
                    r = rows[done + j]
                    moves[c, used[j]] -= 1
                    moves[c, choice[j]] += 1
                    road[r] = choice[j]
                    since[r] = month
                for j in range(size):  # apart, since few firms trade through hubs
                    r = rows[done + j]
                    if hub[choice[j]] >= 0:
                        drawn = random_streams.uniform(keys[2], first + r)
                        house[r] = tie(drawn, hub[choice[j]], house[r], used[j] == choice[j], ties)
                    elif hub[used[j]] >= 0:
                        house[r] = 0
                done += size
            for j in range(n - done):
                rows[j] = rows[done + j]
            n -= done


def _choose_rows(chunks, groups, start, keys, month, prospects, ending, closed, nest, ties, columns, moves):  # type: ignore[no-untyped-def]
    """One month of choices in sampled mode.

    Args:
        chunks: (chunk, 3): type, first row, row after the last.
        groups: first chunk of each group that a thread takes at once, and the number of chunks, (group + 1,).
        start: first row of each type.
        keys: noise streams of contract ends, of roads and of ties.
        month: months since the run began.
        prospects: (type, 7, road) single precision, see :func:`block_pulls`.
        ending: odds that a contract ends by type and road in use, (type, road).
        closed: (road,) log points a listed firm loses.
        nest: see :func:`block_pulls`.
        ties: whether each house is gone (1 + house,) and any is; share of contracts that end with their house, and that
            change house at renewal; hub by road; first house of each hub, open capacity cumulated (house,).
        columns: aversion, exposure, reputation, listed, road, since, house.
        moves: (chunk, road) rows gained less rows lost, zero on entry.
    """
    for group in prange(len(groups) - 1):
        mine = groups[group], groups[group + 1]
        _choose_group(mine, chunks, start, keys, month, prospects, ending, closed, nest, ties, columns, moves)


def _spread_rows(start, prospects, ending, closed, nest, traits, spread):  # type: ignore[no-untyped-def]
    """One month of choices in expected mode: each row spreads over its roads by their probabilities.

    Args:
        start: first row of each type.
        prospects: (type, 7, road) double precision, see :func:`block_pulls`.
        ending: odds that a contract ends by type and road in use, (type, road).
        closed: (road,) log points a listed firm loses.
        nest: see :func:`block_pulls`.
        traits: aversion, exposure, reputation by row.
        spread: (row, listed or not, road), updated in place.
    """
    aversion, exposure, reputation = traits
    nested, similarity = nest
    n_roads = prospects.shape[2]
    for t in prange(len(start) - 1):
        weight = np.empty(n_roads)
        ended = np.empty(n_roads)
        bonus = prospects[t, 5, 0]
        for i in range(start[t], start[t + 1]):
            for listed in range(2):
                mass = 0.0
                for k in range(n_roads):
                    ended[k] = spread[i, listed, k] * ending[t, k]
                    mass += ended[k]
                if mass == 0.0:
                    continue
                fear, worry, shy = exposure[i] * (1.0 - listed), float(aversion[i]), float(reputation[i])
                # Without a branch, so that one firm's roads vectorise; a road of base 0 weighs nothing in the end.
                for k in range(n_roads):
                    weight[k] = road_pull(
                        prospects[t, 0, k], prospects[t, 1, k], worry, prospects[t, 2, k], fear, prospects[t, 3, k],
                        shy, prospects[t, 4, k],
                    )  # fmt: skip
                if listed:
                    for k in range(n_roads):
                        weight[k] *= exp(-closed[k])
                for k in range(nested):
                    weight[k] = pull_within_nest(weight[k], similarity)
                for k in range(n_roads):
                    weight[k] *= prospects[t, 6, k]
                within, usual = 0.0, 0.0
                for k in range(nested):
                    within += weight[k]
                    usual += prospects[t, 6, k]
                mean = within / usual if usual > 0.0 else 0.0
                scale = pull_of_nest(mean, similarity) / mean if mean > 0.0 else 0.0
                total = 0.0
                for k in range(nested):
                    weight[k] *= scale
                for k in range(n_roads):
                    total += weight[k]
                leaving = 0.0
                for k in range(n_roads):
                    ended_share = ended[k] / (total + bonus * weight[k])
                    leaving += ended_share
                    spread[i, listed, k] += ended_share * bonus * weight[k] - ended[k]
                for k in range(n_roads):
                    spread[i, listed, k] += leaving * weight[k]


choose = compiled(_choose_rows)
choose_parallel = compiled(_choose_rows, parallel=True)
spread_out = compiled(_spread_rows)
spread_out_parallel = compiled(_spread_rows, parallel=True)


def chunks_of(start: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Splits rows into chunks of one type each, and chunks into groups of about equal work.

    Args:
        start: first row of each type, (type + 1,).

    Returns:
        Chunks, (chunk, 3): type, first row, row after the last; and groups as :func:`_choose_rows` takes them.
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
    return chunks, groups.astype(np.int64)
