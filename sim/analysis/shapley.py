"""Who contributed how much to an outcome of all together: each one's mean contribution over the orders of joining.

Along one order the contributions add up to the whole whatever the model does, so any mean over orders does (Shapley,
A value for n-person games, 1953). Few players are worked out in full; many are sampled by orders and their reverses,
which cancels part of the noise (Castro, Gomez and Tejada, Computers and Operations Research 36, 2009; reverses:
Mitchell, Cooper, Frank and Holmes, Journal of Machine Learning Research 23, 2022).
"""

from __future__ import annotations

from itertools import combinations
from math import comb, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common import random_streams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Coalition = frozenset[str]
MOST_IN_FULL = 64  # coalitions: those of six players


class Share(NamedTuple):
    """What one player contributed.

    Attributes:
        effect: mean over orders.
        error: standard error of that mean over the orders drawn; 0 where all were worked out, nan for a single pair.
        lowest: smallest contribution met.
        highest: largest contribution met.
    """

    effect: float
    error: float
    lowest: float
    highest: float


def in_full(players: Sequence[str], orders: int) -> bool:
    """Whether every coalition is worked out: few players, or not fewer runs by sampling."""
    n = len(players)
    return bool(2**n <= max(MOST_IN_FULL, 2 * orders * (n - 1) + 2))


def orders_of(players: Sequence[str], orders: int) -> list[tuple[str, ...]]:
    """Orders in which the players join, each followed by its reverse; the same for the same players and number."""
    found = []
    for number in range(orders):
        key = random_streams.stream(0, random_streams.ORDER_OF_CLAUSES, number)
        luck = {name: random_streams.uniform(key, place) for place, name in enumerate(sorted(players))}
        order = tuple(sorted(luck, key=lambda name: luck[name]))
        found += [order, order[::-1]]
    return found


def coalitions_of(players: Sequence[str], orders: int) -> list[Coalition]:
    """Every coalition whose outcome :func:`shares` needs, each once, small ones first."""
    if in_full(players, orders):
        return [frozenset(some) for size in range(len(players) + 1) for some in combinations(sorted(players), size)]
    met = {frozenset(order[:size]) for order in orders_of(players, orders) for size in range(len(players) + 1)}
    return sorted(met, key=lambda some: (len(some), sorted(some)))


def shares(players: Sequence[str], orders: int, outcome: Mapping[Coalition, float]) -> dict[str, Share]:
    """Each player's share in the outcome of all less the outcome of none; the effects add up to that difference.

    Args:
        players: names.
        orders: pairs of an order and its reverse, where not all coalitions are worked out.
        outcome: of every coalition in :func:`coalitions_of`.
    """
    if in_full(players, orders):
        return {name: _exact(name, players, outcome) for name in players}
    steps: dict[str, list[float]] = {name: [] for name in players}
    for order in orders_of(players, orders):
        for size, name in enumerate(order):
            steps[name].append(outcome[frozenset(order[: size + 1])] - outcome[frozenset(order[:size])])
    return {name: _sampled(np.array(found)) for name, found in steps.items()}


def _sampled(steps: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Share:
    pairs = steps.reshape(-1, 2).mean(axis=1)
    error = float(pairs.std(ddof=1)) / sqrt(len(pairs)) if len(pairs) > 1 else float("nan")
    return Share(float(pairs.mean()), error, float(steps.min()), float(steps.max()))


def _exact(name: str, players: Sequence[str], outcome: Mapping[Coalition, float]) -> Share:
    others = sorted(set(players) - {name})
    effect, steps = 0.0, []
    for size in range(len(players)):
        for some in combinations(others, size):
            step = outcome[frozenset((*some, name))] - outcome[frozenset(some)]
            effect += step / (len(players) * comb(len(others), size))
            steps.append(step)
    return Share(effect, 0.0, min(steps), max(steps))
