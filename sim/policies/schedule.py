"""The package of a scenario month by month: each regime is built once, and months with the same law share it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sim.policies.lane_index import LaneIndex
from sim.policies.regime import Act, Regime, free_trade

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.policies import Policy
    from sim.world import World


@lru_cache(maxsize=16)
def lane_index(world: World) -> LaneIndex:
    """The lanes of a world, with the selections made so far."""
    return LaneIndex(world)


class _Clause:
    """A clause with what it does in the months looked at so far, shared by every package that it stands in."""

    def __init__(self, clause: Policy, index: LaneIndex) -> None:
        self.clause, self.index = clause, index
        self._signatures: dict[int, tuple[float, ...]] = {}
        self._acts: dict[tuple[float, ...], tuple[Act, ...]] = {}

    def signature(self, month: int) -> tuple[float, ...]:
        """What its effect in a month depends on."""
        if month not in self._signatures:
            self._signatures[month] = self.clause.signature(month)
        return self._signatures[month]

    def acts(self, signature: tuple[float, ...], month: int) -> tuple[Act, ...]:
        """What it imposes, the same in every month of one signature."""
        if signature not in self._acts:
            alone = free_trade(self.index)
            self.clause.shape(alone, month)
            self._acts[signature] = alone.acts()
        return self._acts[signature]


class Lawbook:
    """Rebuilds the regime of any month from free trade by every clause in force."""

    def __init__(self, world: World, policies: Sequence[Policy]) -> None:
        self.index = lane_index(world)
        # One order whatever the file's: floating-point sums then do not depend on it either.
        self.policies = sorted(policies, key=lambda clause: (clause.kind, clause.id))
        self._clauses = [_known(clause, world) for clause in self.policies]
        self._regimes: dict[tuple[tuple[float, ...], ...], Regime] = {}
        self._by_month: dict[int, Regime] = {}

    def regime(self, month: int) -> Regime:
        """The regime of a month (index, see :mod:`sim.common.months`)."""
        if month not in self._by_month:
            signature = tuple([clause.signature(month) for clause in self._clauses])
            if signature not in self._regimes:
                regime = free_trade(self.index)
                for clause, own in zip(self._clauses, signature, strict=True):
                    for act in clause.acts(own, month):
                        regime.impose(*act)
                self._regimes[signature] = regime
            self._by_month[month] = self._regimes[signature]
        return self._by_month[month]


@lru_cache(maxsize=512)
def _known(clause: Policy, world: World) -> _Clause:
    return _Clause(clause, lane_index(world))


@lru_cache(maxsize=4)
def lawbook(world: World, policies: tuple[Policy, ...]) -> Lawbook:
    """The lawbook of a package, remembered for the runs that repeat it with other seeds or parameters."""
    return Lawbook(world, policies)
