"""Choice of route for all exporters in sampled mode: one compiled loop, which draws.

Rows are sorted by type, so that a block of firms shares its type's row of prospects and vectorises across firms (5 to
13 times faster than one firm at a time, shared trial 2026-11). A draw is by inverse CDF with the target's route first,
so that paired runs differ for few firms on that route at a third of the cost of Gumbel-max (benchmarks/pairing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import float32, prange

from sim.common import random_streams
from sim.common.compilation import compiled, inlined
from sim.model.kernels.block_weights import BLOCK, block_weights, draw_block

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers
    from sim.model.population import ExporterColumns
    from sim.model.records import Numbers

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
        contract_end, route: streams of whether a firm enters, leaves or ends its contract, and of its route.
        month: months since the run began.
    """

    contract_end: np.uint64
    route: np.uint64
    month: int


class Choices(NamedTuple):
    """What exporters choose by.

    Attributes:
        prospects: (type, 6, route), in the precision of the choice; see :data:`sim.model.records.PROSPECTS`.
        contract_end_odds: by type and route in use, (type, route).
        entering: odds that a firm outside the target's market enters it, (type,).
        leaving: odds that a participant that is not listed leaves it, (type,).
        loss_if_listed: log points that a listed firm loses on each route, in the precision of the choice, (route,);
            what it loses stays at home.
        home: route to the type's own state, (type,).
    """

    prospects: Numbers
    contract_end_odds: Floats
    entering: Floats
    leaving: Floats
    loss_if_listed: Numbers
    home: Integers


@inlined
def _choose_group(
    group: tuple[int, int],
    chunks: Integers,
    draws: Draws,
    choices: Choices,
    exporters: ExporterColumns,
    moves: Integers,
) -> None:
    """One month of choices of one group, its first chunk and the one after its last; else as :func:`_choose_rows`."""
    aversion, exposure, reputation = exporters.aversion, exporters.exposure, exporters.reputation
    start, listed, route, since = exporters.start, exporters.listed, exporters.route, exporters.since
    participates = exporters.participates
    prospects, contract_end_odds = choices.prospects, choices.contract_end_odds
    n_routes = prospects.shape[2]
    # Scratch is allocated once per group: with few rows per type it would cost more than the choices.
    weight = np.zeros((n_routes, BLOCK), dtype=np.float32)
    trait = np.zeros((5, BLOCK), dtype=np.float32)
    draw = np.zeros(BLOCK, dtype=np.float32)
    chance = np.empty(BLOCK)
    used = np.zeros(BLOCK, dtype=np.int32)
    choice = np.zeros(BLOCK, dtype=np.int32)
    rows = np.empty(2 * BLOCK, dtype=np.int64)
    switches = np.empty(2 * BLOCK, dtype=np.uint8)
    odds_of_switch = np.zeros(2)  # of those outside, of participants
    for c in range(group[0], group[1]):
        t, low, high = chunks[c, 0], chunks[c, 1], chunks[c, 2]
        first = t * random_streams.IDENTITIES_PER_TYPE - start[t]
        odds_of_switch[0], odds_of_switch[1] = choices.entering[t], choices.leaving[t]
        n = 0
        for begin in range(low, high, BLOCK):
            width = min(BLOCK, high - begin)
            for j in range(width):
                chance[j] = random_streams.uniform(draws.contract_end, first + begin + j)
            for j in range(width):  # without a branch: no processor can foresee which contracts end
                r = begin + j
                # A listed firm has nothing to leave for.
                switch = odds_of_switch[participates[r]] * (1 - listed[r])
                rows[n] = r
                switches[n] = chance[j] < switch
                n += chance[j] < switch + (1.0 - switch) * contract_end_odds[t, route[r]]
            done, last = 0, begin + BLOCK >= high
            while n - done >= BLOCK or (last and n > done):
                size = min(BLOCK, n - done)
                for j in range(size):
                    r = rows[done + j]
                    now = participates[r] ^ switches[done + j]
                    moves[c, n_routes] += np.int64(now) - np.int64(participates[r])
                    participates[r] = now
                    trait[0, j], trait[1, j] = aversion[r], exposure[r]
                    trait[2, j], trait[3, j] = reputation[r], float32(listed[r])
                    trait[4, j] = float32(now)
                    used[j] = route[r]
                    draw[j] = float32(random_streams.uniform(draws.route, first + r))
                # Whole vectors only: what lies beyond the block's firms is computed and thrown away.
                padded = (size + _LANES - 1) // _LANES * _LANES
                for j in range(size, padded):
                    draw[j] = float32(0.0)  # scaled again and again it would become denormal, and slow
                block_weights(padded, trait, prospects[t], choices.loss_if_listed, choices.home[t], weight)
                draw_block(padded, draw, weight, choice)
                for j in range(size):
                    r = rows[done + j]
                    moves[c, used[j]] -= 1
                    moves[c, choice[j]] += 1
                    route[r] = choice[j]
                    since[r] = draws.month
                done += size
            for j in range(n - done):
                rows[j], switches[j] = rows[done + j], switches[done + j]
            n -= done


def _choose_rows(rows: RowGroups, draws: Draws, choices: Choices, exporters: ExporterColumns, moves: Integers) -> None:
    """One month of entry, exit and choices in sampled mode.

    Args:
        rows: that may choose.
        draws: random streams of the month.
        choices: what exporters choose by, prospects and losses in single precision.
        exporters: ``route``, ``since``, ``participates`` updated.
        moves: (chunk, route + 1) rows gained less rows lost by each route, and participants gained less lost; zero on
            entry.
    """
    chunks, groups = rows.chunks, rows.groups
    for group in prange(len(groups) - 1):
        mine = groups[group], groups[group + 1]
        _choose_group(mine, chunks, draws, choices, exporters, moves)


choose = compiled(_choose_rows)
choose_parallel = compiled(_choose_rows, parallel=True)


def groups_of(start: Integers) -> RowGroups:
    """Splits rows into chunks of one type each, and chunks into groups of about equal work.

    Args:
        start: first row of each type, (type + 1,).
    """
    pieces = -(-np.diff(start) // CHUNK)  # chunks of each type
    kind = np.repeat(np.arange(len(pieces)), pieces)
    low = start[kind] + CHUNK * (np.arange(len(kind)) - np.repeat(np.cumsum(pieces) - pieces, pieces))
    chunks = np.stack([kind, low, np.minimum(low + CHUNK, start[kind + 1])], axis=1).astype(np.int64)
    done = np.cumsum(chunks[:, 2] - chunks[:, 1])
    wanted = np.arange(CHUNK, done[-1] if len(done) else 0, CHUNK)
    groups = np.unique(np.concatenate([[0], np.searchsorted(done, wanted, side="left") + 1, [len(chunks)]]))
    return RowGroups(chunks, groups.astype(np.int64))
