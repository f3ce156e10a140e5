"""Sums of a run's arrays over a period, each made when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.common.arrays import Floats, Mask
from sim.model.records import ORDER_STATUS
from sim.policies.regime import COALITION_BRAND
from sim.simulation.tables import RunArrays, prices_of, recorded_under_own_name

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
        destinations: where the goods go, (S,); None for the target.
    """

    goods: Mask
    brands: Mask
    origins: Mask
    routes: Mask
    banned: bool
    states: Mask | None
    hubs: Mask
    destinations: Mask | None = None


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

    def cells(self, where: Where) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Month of the run, type and route of each delivery from abroad that is asked about, to any destination."""
        base, hubs = self.run.base, len(self.world.hubs)
        there = (
            np.arange(len(self.world.states)) == self.world.target
            if where.destinations is None
            else (where.destinations)
        )
        # A route's hub is -1 where it is direct, so that the direct one, first in the mask, comes last by position.
        by = np.roll(where.routes, -1)[base.hub] if hubs else np.full(len(base.hub), where.routes[0])
        kinds = where.goods[base.good] & where.brands[base.headquarters] & where.origins[base.origin]
        kind, route = np.flatnonzero(kinds), np.flatnonzero(there[base.destination] & by)
        come = self.run.record.delivered[self.span][:, kind[:, None], route[None, :]] > 0.0
        month, at_kind, at_route = np.nonzero(come & (base.origin[kind][:, None] != base.destination[route][None, :]))
        return month + self.first, kind[at_kind], route[at_route]

    def value(self, where: Where) -> tuple[float, float, float]:
        """Of these volume, value, and the value on record at the origin under its own name, musd a month."""
        run, cells = self.run, self.cells(where)
        volume = run.record.delivered[cells]
        value = volume * prices_of(run, *cells)[1]
        recorded = recorded_under_own_name(run, cells, value)
        months = self.end - self.first
        return float(volume.sum()) / months, float(value.sum()) / months, float(recorded.sum()) / months
