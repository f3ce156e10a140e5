"""Route weights of a block of firms of one type at once, and the route that each draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32
from numpy.typing import NDArray

from sim.common.compilation import inlined
from sim.common.numerics import exp
from sim.model.records import (
    BANNED_SHARE,
    BASE_WEIGHT,
    LEGAL_HAZARD,
    MARKET_WEIGHT,
    REPUTATION_COST,
    SECONDARY_HAZARD,
)
from sim.rules.route_choice import route_weight

if TYPE_CHECKING:
    from sim.model.records import Numbers

BLOCK = 64

# The shipped rule tells firms of one type apart only where some law or threat bites, so the other routes are worked out
# once per block. A rule that replaces it need not: the compiler then sets the switch to False.
ALIKE_WITHOUT_LAW = True
SHORTCUTS = {"route_weight": "ALIKE_WITHOUT_LAW"}


@inlined
def block_weights(
    n: int, trait: Numbers, prospects: Numbers, loss_if_listed: Numbers, home: int, weight: Numbers
) -> None:
    """Cumulated route weights of a block of firms of one type.

    Every loop over firms is plain arithmetic on a row of the block, so that it vectorises.

    Args:
        n: firms in the block.
        trait: (5, BLOCK): aversion, exposure, reputation, listed (0 or 1), participates (0 or 1).
        prospects: of their type, (6, route).
        loss_if_listed: log points that a listed firm loses on each route, (route,); what it loses stays at home.
        home: route to their own state.
        weight: filled with weights cumulated over routes, (route, BLOCK).
    """
    zero = float32(0.0)
    total = np.zeros(BLOCK, dtype=np.float32)
    lost = np.zeros(BLOCK, dtype=np.float32)
    some_listed = False
    for j in range(n):
        some_listed |= trait[3, j] > zero
    for k in range(weight.shape[0]):
        base, loss = prospects[BASE_WEIGHT, k], loss_if_listed[k]
        market, banned = prospects[MARKET_WEIGHT, k], prospects[BANNED_SHARE, k]
        hazard, threat = prospects[LEGAL_HAZARD, k], prospects[SECONDARY_HAZARD, k]
        cost = prospects[REPUTATION_COST, k]
        if base == zero:
            for j in range(n):
                weight[k, j] = total[j]
            continue
        strikes = some_listed and loss > zero
        silent = banned == zero and hazard == zero and threat == zero and cost == zero and not strikes
        if ALIKE_WITHOUT_LAW and silent:
            # Nothing on this route tells firms of one type apart.
            same = base * route_weight(market, banned, trait[0, 0], hazard, trait[1, 0], threat, trait[2, 0], cost)
            for j in range(n):
                weight[k, j] = same
        else:
            for j in range(n):
                weight[k, j] = base * route_weight(
                    market, banned, trait[0, j], hazard, trait[1, j], threat, trait[2, j], cost
                )
            if strikes:
                for j in range(n):
                    kept = weight[k, j] * exp(-trait[3, j] * loss)
                    lost[j] += weight[k, j] - kept
                    weight[k, j] = kept
        if k == 0:  # who does not consider the target does not sell there
            for j in range(n):
                weight[k, j] *= trait[4, j]
        for j in range(n):
            total[j] += weight[k, j]
            weight[k, j] = total[j]
    if some_listed:
        for k in range(home, weight.shape[0]):
            for j in range(n):
                weight[k, j] += lost[j]


@inlined
def draw_block(n: int, draw: NDArray[np.float32], weight: Numbers, choice: NDArray[np.int32]) -> None:
    """Route of each firm of a block: the first whose cumulated weight exceeds the drawn part of the total."""
    last = weight.shape[0] - 1
    for j in range(n):
        draw[j] *= weight[last, j]
        choice[j] = 0
    for k in range(last):
        for j in range(n):
            choice[j] += np.int32(weight[k, j] <= draw[j])
