"""Sums of a run's arrays over a period, each made when first asked for; and what a metric is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.common.arrays import Floats, Mask
from sim.model.kernels.settlement import ORDER_STATUS
from sim.policies.regime import COALITION_BRAND
from sim.simulation.tables import RunArrays

if TYPE_CHECKING:
    from sim.world import World


@dataclass(frozen=True, eq=False)
class Where:
    """What the words in a metric's brackets leave of the world; everything where they say nothing.

    Attributes:
        goods: (G,). brands: coalition and neutral, (2,). origins: (S,). routes: to the target, (R,).
        banned: only goods that law bans.
        states: states that are looked at, (S,); None where nothing was said.
        hubs: hubs that are looked at, (H,).
    """

    goods: Mask
    brands: Mask
    origins: Mask
    routes: Mask
    banned: bool
    states: Mask | None
    hubs: Mask


@dataclass(frozen=True, eq=False)
class Period:
    """A run in the months from ``first`` to before ``end``, counted from its first; means over these months.

    Dimensions: T types, R routes to the target, S states, B brands, G goods, H hubs.
    """

    run: RunArrays
    first: int
    end: int

    @cached_property
    def _parts(self) -> dict[bytes, tuple[float, float, float, float]]:
        return {}

    @property
    def world(self) -> World:
        """The run's world."""
        return self.run.world

    @property
    def span(self) -> slice:
        """The months."""
        return slice(self.first, self.end)

    @cached_property
    def abroad(self) -> Mask:
        """Whether a type's state is not the target itself, (T,)."""
        away: Mask = self.run.base.origin != self.run.world.target
        return away

    @cached_property
    def reaching(self) -> Floats:
        """Delivered to the target, musd a month at base-year prices, (T, R)."""
        routes = self.run.record.banned.shape[2]
        return self._mean(self.run.record.delivered[self.span, :, :routes])

    @cached_property
    def reaching_banned(self) -> Floats:
        """Of it banned goods, (T, R)."""
        record = self.run.record
        routes = record.banned.shape[2]
        return self._mean(record.delivered[self.span, :, :routes] * record.banned[self.span])

    @cached_property
    def paid(self) -> Floats:
        """Value of what reaches the target on the exporters' invoices, musd of the month, (T, R)."""
        run = self.run
        fob = np.exp(run.fob_share * run.record.log_price[self.span, run.world.target])
        by_type = fob[:, run.base.headquarters, run.base.good]
        routes = run.record.banned.shape[2]
        return self._mean(run.record.delivered[self.span, :, :routes] * by_type[:, :, None])

    def fate(self, name: str) -> Floats:
        """What orders for the target came to, by its name in ORDER_STATUS; musd a month at base-year prices, (T, R)."""
        return self._mean(self.run.record.fate[self.span, ORDER_STATUS.index(name)])

    @cached_property
    def waiting(self) -> Floats:
        """Orders for the target that wait for a licence, musd at base-year prices, (T, R)."""
        held = self.run.record.fate[: self.end, ORDER_STATUS.index("held")]
        # What is held in a month stands in the queue of that month and of those that follow.
        left = np.minimum(np.arange(self.end, 0, -1) / (self.end - self.first), 1.0)
        queue: Floats = (held * left[:, None, None]).sum(axis=0)
        queue[~self.abroad] = 0.0
        return queue

    @cached_property
    def price(self) -> Floats:
        """Price index, base year = 1, (S, B, G)."""
        mean: Floats = np.exp(self.run.record.log_price[self.span]).mean(axis=0)
        return mean

    @cached_property
    def arriving(self) -> Floats:
        """Delivered from abroad to every state, musd a month at base-year prices, (S, B, G)."""
        return self._by_destination(self.run.record.delivered[self.span].mean(axis=0))

    @cached_property
    def usual(self) -> Floats:
        """Sold from abroad to every state in the base year, musd a month, (S, B, G)."""
        return self._by_destination(self.run.base.flow)

    def _by_destination(self, quantity: Floats) -> Floats:
        base, world = self.run.base, self.run.world
        abroad = np.where(base.origin[:, None] == base.destination[None, :], 0.0, quantity)
        place = (base.destination[None, :] * 2 + base.headquarters[:, None]) * len(world.goods) + base.good[:, None]
        cells = len(world.states), 2, len(world.goods)
        sums: Floats = np.bincount(place.ravel(), abroad.ravel(), int(np.prod(cells))).reshape(cells).astype(np.float64)
        return sums

    def parts(self, goods: Mask) -> tuple[float, float, float, float]:
        """What reaches the target of some goods: direct, rerouted, made elsewhere, other brands.

        See :meth:`sim.Comparison.decomposition`.
        """
        key = goods.tobytes()
        if key not in self._parts:
            base, kinds = self.run.base, goods[self.run.base.good]
            branded = kinds & (base.headquarters == COALITION_BRAND)
            home = np.asarray(self.world.is_coalition)[base.origin]
            ours = self.reaching[branded & home]
            elsewhere, other = self.reaching[branded & ~home], self.reaching[kinds & ~branded]
            sums = ours[:, 0].sum(), ours[:, 1:].sum(), elsewhere.sum(), other.sum()
            self._parts[key] = (float(sums[0]), float(sums[1]), float(sums[2]), float(sums[3]))
        return self._parts[key]

    def monthly(self, name: str) -> Floats:
        """An array of the record, its mean over the months."""
        values: Floats = getattr(self.run.record, name)[self.span].mean(axis=0)
        return values

    def last(self, name: str) -> Floats:
        """An array of the record at the end of the last month."""
        values: Floats = getattr(self.run.record, name)[self.end - 1]
        return values

    def _mean(self, values: Floats) -> Floats:
        mean: Floats = values.mean(axis=0)
        mean[~self.abroad] = 0.0
        return mean

    def total(self, values: Floats, where: Where) -> float:
        """Sum over types and routes to the target of what is asked about, of (T, R)."""
        base = self.run.base
        kinds = where.goods[base.good] & where.brands[base.headquarters] & where.origins[base.origin]
        return float(values[np.ix_(kinds, where.routes)].sum())


@dataclass(frozen=True)
class Metric:
    """One number of a run.

    Attributes:
        name: how a study asks for it.
        unit: of the number.
        meaning: what it says, and when it is NaN.
        takes: kinds of words that may stand in brackets, see :mod:`sim.metrics.parse`.
        compute: from the run, the run it is paired with, and what the brackets say.
        paired: whether it needs the paired run.
    """

    name: str
    unit: str
    meaning: str
    takes: tuple[str, ...]
    compute: Callable[[Period, Period, Where], float]
    paired: bool = False
