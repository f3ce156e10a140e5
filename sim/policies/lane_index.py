"""Positions of lanes, and tables put together on them: what months, runs and draws of one world share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.common.arrays import Floats, Mask
from sim.policies.regime_fields import FIELDS, LANE_FIELDS, STATE_FIELDS

if TYPE_CHECKING:
    from sim.world import World

Lanes = NDArray[np.int64]

# Of tables that are kept for worlds of the same states and goods; as much again is carried over.
_MOST_BYTES = 160_000_000


@dataclass(eq=False)
class _Table:
    """A field's flat table, and the acts that it was put together from, which it keeps alive."""

    cells: Floats
    neutral: float
    acts: tuple[tuple[Lanes, float], ...]
    _first: Floats | None = None

    @cached_property
    def touched(self) -> Mask:
        """Where it is not neutral, flat."""
        there: Mask = self.cells != self.neutral
        return there

    def first_roads(self, roads: int, all_roads: int) -> Floats:
        """The columns of the first roads alone, (type, road), side by side in memory; copied once."""
        if self._first is None:
            self._first = np.ascontiguousarray(self.cells.reshape(-1, all_roads)[:, :roads])
        return self._first


@dataclass(eq=False)
class _Selections:
    """What was selected before, and tables made of it, of `size` bytes; apart, those before there were too many."""

    lanes: dict[tuple[object, ...], Lanes] = field(default_factory=dict)
    tables: dict[tuple[object, ...], _Table] = field(default_factory=dict)
    before: dict[tuple[object, ...], _Table] = field(default_factory=dict)
    neutral: dict[tuple[int, float], Floats] = field(default_factory=dict)
    size: int = 0


@lru_cache(maxsize=16)
def _selections(_who_and_what: tuple[object, ...]) -> _Selections:
    """What worlds of the same states and goods share, whatever their flows: draws of one world do."""
    return _Selections()


class LaneIndex:
    """Turns names of states, goods and roads into positions in the regime's arrays.

    Selections are remembered, so that rebuilding a month costs array writes only.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.state = {code: i for i, code in enumerate(world.states)}
        self.good = {code: i for i, code in enumerate(world.goods)}
        self.hub_states = tuple(world.hubs)
        n_states, n_goods = len(world.states), len(world.goods)
        self.roads = road_order(world)
        self.shape = (n_states, 2, n_goods, len(self.roads))
        self._road_of_destination = {road.destination: k for k, road in enumerate(self.roads) if road.hub is None}
        self._road_of_hub = {road.hub: k for k, road in enumerate(self.roads) if road.hub is not None}
        groups = tuple(world.codes_by_group.items())
        self._kept = _selections((world.states, world.role, world.hubs, world.target, world.goods, groups))
        self._lanes = self._kept.lanes

    def states(self, names: Sequence[str]) -> list[int]:
        """Positions of states named by code or by group: a role, ``hubs``, or ``all``; sorted, each once."""
        found: set[int] = set()
        for name in names:
            if name in self.state:
                found.add(self.state[name])
            elif name == "all":
                found.update(self.state.values())
            elif name == "hubs":
                found.update(self.hub_states)
            else:
                found.update(i for i, role in enumerate(self.world.role) if role == name)
        return sorted(found)

    def goods(self, names: Sequence[str]) -> list[int]:
        """Positions of goods named by code, by group, or ``all``; sorted, each once."""
        key = ("goods", tuple(names))
        if key not in self._lanes:
            self._lanes[key] = np.asarray(self.world.good_positions(names), dtype=np.int64)
        found: list[int] = self._lanes[key].tolist()
        return found

    def lanes(
        self,
        origins: tuple[str, ...],
        goods: tuple[str, ...],
        towards: tuple[str, ...],
        *,
        headquarters: int | None = None,
        through: tuple[str, ...] | None = None,
    ) -> Lanes:
        """Flat positions of lanes.

        Args:
            origins: states the goods leave.
            goods: codes of goods.
            towards: final destinations.
            headquarters: only firms with this headquarters; None for both.
            through: hubs; None for direct roads and every hub, ``()`` for direct roads only.

        Returns:
            Positions in the flattened (origin, headquarters, good, road) arrays.
        """
        key = (origins, goods, towards, headquarters, through)
        if key not in self._lanes:
            destinations = self.states(towards)
            roads = [self._road_of_destination[d] for d in destinations]
            if self.world.target in destinations:
                hubs = self.hub_states if through is None else self.states(through)
                roads += [self._road_of_hub[h] for h in hubs if h in self._road_of_hub]
            firms = [0, 1] if headquarters is None else [headquarters]
            grid = np.ix_(self.states(origins), firms, self.goods(goods), sorted(roads))
            self._lanes[key] = np.ravel_multi_index(np.broadcast_arrays(*grid), self.shape).ravel().astype(np.int64)
        return self._lanes[key]

    def through_only(
        self,
        origins: tuple[str, ...],
        goods: tuple[str, ...],
        hubs: tuple[str, ...],
        *,
        headquarters: int | None = None,
    ) -> Lanes:
        """Flat positions of the roads through the hubs, without the direct ones."""
        key = ("through", origins, goods, hubs, headquarters)
        if key not in self._lanes:
            target = (self.world.states[self.world.target],)
            both = self.lanes(origins, goods, target, headquarters=headquarters, through=hubs)
            direct = self.lanes(origins, goods, target, headquarters=headquarters, through=())
            self._lanes[key] = np.setdiff1d(both, direct, assume_unique=True)
        return self._lanes[key]

    def together(self, first: Lanes, second: Lanes) -> Lanes:
        """Union of two selections that this index made."""
        key = ("together", id(first), id(second))  # selections are remembered, so each is known by its identity
        if key not in self._lanes:
            self._lanes[key] = np.union1d(first, second)
        return self._lanes[key]

    def state_cells(self, names: tuple[str, ...]) -> Lanes:
        """Positions of the states named, as an array."""
        key = ("states", names)
        if key not in self._lanes:
            self._lanes[key] = np.asarray(self.states(names), dtype=np.int64)
        return self._lanes[key]

    def good_cells(self, names: tuple[str, ...], goods: tuple[str, ...]) -> Lanes:
        """Flat positions in the (state, good) arrays."""
        key = ("cells", names, goods)
        if key not in self._lanes:
            rows = self.state_cells(names)[:, None] * len(self.good)
            self._lanes[key] = (rows + np.asarray(self.goods(goods), dtype=np.int64)).ravel()
        return self._lanes[key]

    def put_together(self, field: str, acts: Sequence[tuple[Lanes, float]]) -> Floats:
        """A field's flat table under what clauses imposed, in their order; the same table for the same acts.

        Nobody writes to it. It is not marked read-only: compiled loops would be compiled once more for each mixture.
        """
        return self._table(field, acts).cells if acts else self._untouched[field]

    def at_target(self, field: str, acts: Sequence[tuple[Lanes, float]]) -> Floats:
        """The part of such a table on the roads to the target, (type, road to the target), side by side in memory."""
        roads, types = 1 + len(self.hub_states), int(np.prod(self.shape[:3]))
        if acts:
            return self._table(field, acts).first_roads(roads, self.shape[3])
        return self._filled(types * roads, FIELDS[field].neutral).reshape(types, roads)

    def touched(self, imposed: Mapping[str, Sequence[tuple[Lanes, float]]]) -> Mask:
        """Whether anything that is imposed acts on a lane, (type, road)."""
        there = np.zeros(int(np.prod(self.shape)), dtype=bool)
        for name, acts in imposed.items():
            if name in LANE_FIELDS:
                there |= self._table(name, acts).touched
        return there.reshape(-1, self.shape[3])

    def _table(self, field: str, acts: Sequence[tuple[Lanes, float]]) -> _Table:
        # Selections are remembered, so an array is known by its identity; the entry keeps it alive.
        key = (field, *[(id(where), value) for where, value in acts])
        kept = self._kept
        found = kept.tables.get(key)
        if found is None:
            neutral = self._untouched[field]
            if kept.size + neutral.nbytes > _MOST_BYTES:
                # What is read again is carried over: law that stands still from run to run outlives law that varies.
                kept.before, kept.tables, kept.size = kept.tables, {}, 0
            kept.size += neutral.nbytes
            found = kept.before.get(key)
            if found is None:
                cells = neutral.copy()
                for where, value in acts:
                    cells[where] = FIELDS[field].combine(cells[where], value)
                found = _Table(cells, FIELDS[field].neutral, tuple(acts))
            kept.tables[key] = found
        return found

    @cached_property
    def _untouched(self) -> dict[str, Floats]:
        """Fields on which nothing was imposed; all of one size share a table, so that the loops read little memory."""
        lanes, states, cells = int(np.prod(self.shape)), len(self.state), len(self.state) * len(self.good)
        found = {}
        for name, what in FIELDS.items():
            size = lanes if name in LANE_FIELDS else states if name in STATE_FIELDS else cells
            found[name] = self._filled(size, what.neutral)
        return found

    def _filled(self, size: int, neutral: float) -> Floats:
        """A table of so many neutral cells, the same for all of one size."""
        key = size, neutral
        if key not in self._kept.neutral:
            self._kept.neutral[key] = np.full(*key)
        return self._kept.neutral[key]


@dataclass(frozen=True, slots=True)
class Road:
    """A way to sell: direct to a destination, or through a hub to the target."""

    destination: int
    hub: int | None = None


def road_order(world: World) -> tuple[Road, ...]:
    """All roads: first direct to the target, then through each hub, then to every other state.

    The target's roads come first because a draw by inverse CDF pairs two runs best on the roads at its start.
    """
    through = [Road(world.target, hub) for hub in world.hubs]
    others = [Road(d) for d in range(len(world.states)) if d != world.target]
    return (Road(world.target), *through, *others)
