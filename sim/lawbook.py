"""The package of a scenario month by month: each regime is built once, and months with the same law share it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sim.regime import Act, LaneIndex, Regime, free_trade

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.policies import Policy
    from sim.world import World


@lru_cache(maxsize=16)
def lane_index(world: World) -> LaneIndex:
    """The lanes of a world, with the selections made so far."""
    return LaneIndex(world)


class Lawbook:
    """Rebuilds the regime of any month from free trade by every clause in force."""

    def __init__(self, world: World, policies: Sequence[Policy]) -> None:
        self.index = lane_index(world)
        # One order whatever the file's: floating-point sums then do not depend on it either.
        self.policies = sorted(policies, key=lambda clause: (clause.kind, clause.id))
        self._regimes: dict[tuple[tuple[float, ...], ...], Regime] = {}
        self._by_month: dict[int, Regime] = {}
        self._acts: dict[tuple[int, tuple[float, ...]], tuple[Act, ...]] = {}

    def regime(self, month: int) -> Regime:
        """The regime of a month (index, see :mod:`sim.months`)."""
        if month not in self._by_month:
            signature = tuple(clause.signature(month) for clause in self.policies)
            if signature not in self._regimes:
                self._regimes[signature] = self._build(month, signature)
            self._by_month[month] = self._regimes[signature]
        return self._by_month[month]

    def _build(self, month: int, signature: tuple[tuple[float, ...], ...]) -> Regime:
        regime = free_trade(self.index)
        for place, own in enumerate(signature):
            if (place, own) not in self._acts:  # a clause that has not changed since last month does the same again
                alone = free_trade(self.index)
                self.policies[place].shape(alone, month)
                self._acts[place, own] = alone.acts()
            for act in self._acts[place, own]:
                regime.impose(*act)
        return regime


@lru_cache(maxsize=4)
def lawbook(world: World, policies: tuple[Policy, ...]) -> Lawbook:
    """The lawbook of a package, remembered for the runs that repeat it with other seeds or parameters."""
    return Lawbook(world, policies)
