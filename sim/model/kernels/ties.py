"""Ties of exporters to intermediaries: formed with a contract, mostly kept at renewal, broken with the intermediary."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common import random_streams
from sim.common.compilation import compiled, inlined

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers, Mask
    from sim.model.population import ExporterColumns


class Ties(NamedTuple):
    """What exporters need to know of intermediaries.

    Attributes:
        exited: whether each closed or was listed last month, after one entry for none, (1 + intermediary,).
        some_exited: whether any did and contracts end with them.
        break_share: share of contracts that end with their intermediary.
        turnover: share of contracts that change intermediary at renewal.
        hub: position of each route's hub, -1 for direct routes, (route,).
        first: first intermediary of each hub, (hub + 1,).
        reach: open capacity cumulated over the intermediaries of each hub, (intermediary,).
    """

    exited: Mask
    some_exited: bool
    break_share: float
    turnover: float
    hub: Integers
    first: Integers
    reach: Floats


@inlined
def tie(draw: float, hub: int, intermediary: int, same_route: bool, ties: Ties) -> int:
    """Intermediary that a firm's new contract through a hub goes by, counted from 1; 0 where none is open.

    A contract renewed on the same route mostly stays with its intermediary; else those that are open are met in
    proportion to what they can carry.
    """
    reach = ties.reach
    if same_route and intermediary > 0 and not ties.exited[intermediary]:
        if draw >= ties.turnover:
            return intermediary
        draw /= ties.turnover
    low, high = ties.first[hub], ties.first[hub + 1]
    if high == low or reach[high - 1] <= 0.0:
        return 0
    wanted = draw * reach[high - 1]
    last = high - 1
    while low < last:
        middle = (low + last) // 2
        if reach[middle] > wanted:
            last = middle
        else:
            low = middle + 1
    chosen: int = low + 1
    return chosen


@compiled
def first_ties(key: np.uint64, exporters: ExporterColumns, ties: Ties) -> None:
    """Ties the firms that start on a route through a hub to its intermediaries."""
    start, route, intermediary, hub = exporters.start, exporters.route, exporters.intermediary, ties.hub
    for t in range(len(start) - 1):
        for i in range(start[t], start[t + 1]):
            if hub[route[i]] >= 0:
                draw = random_streams.uniform(key, t * random_streams.IDENTITIES_PER_TYPE + i - start[t])
                intermediary[i] = tie(draw, hub[route[i]], 0, False, ties)
