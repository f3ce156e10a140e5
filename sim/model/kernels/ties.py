"""Ties of exporters to trading houses: formed with a contract, mostly kept at renewal, broken with the house."""

from __future__ import annotations

from sim.common import random_streams
from sim.common.compilation import compiled, inlined


@inlined
def tie(draw, hub, house, same_road, ties):  # type: ignore[no-untyped-def]
    """Trading house that a firm's new contract through a hub goes by, counted from 1; 0 where none is open.

    A contract renewed on the same road mostly stays with its house; else the houses that are open are met in proportion
    to what they can carry.
    """
    gone, _, _, turnover, _, first, reach = ties
    if same_road and house > 0 and not gone[house]:
        if draw >= turnover:
            return house
        draw /= turnover
    low, high = first[hub], first[hub + 1]
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
    return low + 1


@compiled
def first_ties(key, start, road, ties, house):  # type: ignore[no-untyped-def]
    """Ties the firms that start on a road through a hub to its houses; ``house`` (row,) filled."""
    hub = ties[4]
    for t in range(len(start) - 1):
        for i in range(start[t], start[t + 1]):
            if hub[road[i]] >= 0:
                draw = random_streams.uniform(key, t * random_streams.IDENTITIES_PER_TYPE + i - start[t])
                house[i] = tie(draw, hub[road[i]], 0, False, ties)
