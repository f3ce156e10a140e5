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
    LOYALTY_BONUS,
    MARKET_WEIGHT,
    REPUTATION_COST,
    SECONDARY_HAZARD,
)
from sim.rules.route_choice import pull_of_nest, pull_within_nest, road_pull

if TYPE_CHECKING:
    from sim.model.records import NestedLogit, Numbers

BLOCK = 64

# The shipped rule tells firms of one type apart only where some law or threat bites, so the other routes are worked out
# once per block. A rule that replaces it need not: the compiler then sets the switch to False.
ALIKE_WITHOUT_LAW = True
SHORTCUTS = {"road_pull": "ALIKE_WITHOUT_LAW"}


@inlined
def block_weights(
    n: int,
    used: NDArray[np.int32],
    trait: Numbers,
    prospects: Numbers,
    logit: NestedLogit,
    weight: Numbers,
) -> None:
    """Cumulated route weights of a block of firms of one type.

    Every loop over firms is plain arithmetic on a row of the block, so that it vectorises.

    Args:
        n: firms in the block.
        used: route in use by firm, (BLOCK,).
        trait: (4, BLOCK): aversion, exposure, reputation, listed (0 or 1).
        prospects: of their type, (7, route).
        logit: constants of route choice.
        weight: filled with weights cumulated over routes, (route, BLOCK).
    """
    nested, dissimilarity = logit.target_routes, logit.dissimilarity
    loss_if_listed = logit.loss_if_listed
    one, zero = float32(1.0), float32(0.0)
    total = np.zeros(BLOCK, dtype=np.float32)
    fear = np.empty(BLOCK, dtype=np.float32)
    usual = zero
    some_listed = False
    for j in range(n):
        # A listed firm has nothing left to fear from the threat, and has lost the coalition's routes.
        fear[j] = trait[1, j] * (one - trait[3, j])
        some_listed |= trait[3, j] > zero
    n_routes = weight.shape[0]
    for k in range(n_routes):
        base, loss = prospects[BASE_WEIGHT, k], loss_if_listed[k]
        market, banned = prospects[MARKET_WEIGHT, k], prospects[BANNED_SHARE, k]
        hazard, threat = prospects[LEGAL_HAZARD, k], prospects[SECONDARY_HAZARD, k]
        cost = prospects[REPUTATION_COST, k]
        if base == zero:
            for j in range(n):
                weight[k, j] = zero
            continue
        inside, strikes = k < nested, some_listed and loss > zero
        silent = banned == zero and hazard == zero and threat == zero and cost == zero and not strikes
        if ALIKE_WITHOUT_LAW and silent:
            # Nothing on this route tells firms of one type apart.
            same = road_pull(market, banned, trait[0, 0], hazard, fear[0], threat, trait[2, 0], cost)
            same = base * (pull_within_nest(same, dissimilarity) if inside else same)
            usual += base if inside else zero
            for j in range(n):
                weight[k, j] = same
            if inside:
                for j in range(n):
                    total[j] += same
            continue
        for j in range(n):
            weight[k, j] = road_pull(market, banned, trait[0, j], hazard, fear[j], threat, trait[2, j], cost)
        if strikes:
            for j in range(n):
                weight[k, j] *= exp(-trait[3, j] * loss)
        if inside:
            usual += base
            for j in range(n):
                weight[k, j] = base * pull_within_nest(weight[k, j], dissimilarity)
                total[j] += weight[k, j]
        else:
            for j in range(n):
                weight[k, j] *= base
    for j in range(n):
        mean = total[j] / usual if usual > zero else zero
        # Turns weights within the nest into weights that compete with the other markets.
        total[j] = pull_of_nest(mean, dissimilarity) / mean if mean > zero else zero
    for k in range(nested):
        for j in range(n):
            weight[k, j] *= total[j]
    total[:] = zero
    for k in range(n_routes):
        bonus, here = one + prospects[LOYALTY_BONUS, k], np.int32(k)
        for j in range(n):
            total[j] += weight[k, j] * bonus if used[j] == here else weight[k, j]
            weight[k, j] = total[j]


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
