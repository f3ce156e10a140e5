"""The regime of a month: what the law, and pressure that is no law, does on every lane.

A lane is (origin, headquarters, good, road): the good is last but one so that one firm's roads lie side by side. The
regime is rebuilt from free trade by every clause in force, so expiry needs no undo. Every field is combined by an
operation that commutes and whose neutral value changes no bit, so neither the order of clauses nor a clause of strength
nil can matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.common.arrays import Floats
from sim.policies.regime_fields import CELL_FIELDS, FIELDS, LANE_FIELDS, STATE_FIELDS

if TYPE_CHECKING:
    from sim.world import World

Lanes = NDArray[np.int64]
Act = tuple[str, Lanes, float]
Record = TypeVar("Record", bound=tuple[Any, ...])

__all__ = ["CELL_FIELDS", "FIELDS", "LANE_FIELDS", "STATE_FIELDS", "LaneIndex", "Regime", "Road", "free_trade"]

COALITION_BRAND, NEUTRAL_BRAND = 0, 1
# Of tables that are kept for worlds of the same states and goods; as much again is carried over.
_MOST_BYTES = 160_000_000
HEADQUARTERS = ("coalition", "neutral")


@dataclass(eq=False)
class _Selections:
    """What was selected before, and tables made of it, of `size` bytes; apart, those before there were too many."""

    lanes: dict[tuple[object, ...], Lanes] = field(default_factory=dict)
    tables: dict[tuple[object, ...], tuple[Floats, object]] = field(default_factory=dict)
    before: dict[tuple[object, ...], tuple[Floats, object]] = field(default_factory=dict)
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
        return self.world.good_positions(names)

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
        if not acts:
            return self._untouched(field)
        # Selections are remembered, so an array is known by its identity; the entry keeps it alive.
        key = (field, *((id(where), value) for where, value in acts))
        kept = self._kept
        if key not in kept.tables:
            if kept.size + self._size_of(field) * 8 > _MOST_BYTES:
                # What is read again is carried over: law that stands still from run to run outlives law that varies.
                kept.before, kept.tables, kept.size = kept.tables, {}, 0
            kept.size += self._size_of(field) * 8
            if key in kept.before:
                kept.tables[key] = kept.before[key]
                return kept.tables[key][0]
            cells = np.full(self._size_of(field), FIELDS[field].neutral)
            for where, value in acts:
                cells[where] = FIELDS[field].combine(cells[where], value)
            kept.tables[key] = (cells, tuple(acts))
        return kept.tables[key][0]

    def _untouched(self, field: str) -> Floats:
        """A field on which nothing was imposed; all of one size share a table, so that the loops read little memory."""
        key = self._size_of(field), FIELDS[field].neutral
        if key not in self._kept.neutral:
            self._kept.neutral[key] = np.full(*key)
        return self._kept.neutral[key]

    def _size_of(self, field: str) -> int:
        if field in LANE_FIELDS:
            return int(np.prod(self.shape))
        return len(self.state) * (1 if field in STATE_FIELDS else len(self.good))


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


class _Tables(dict[str, Floats]):
    """Fields of a regime by name, each put together when first asked for."""

    def __init__(self, regime: Regime) -> None:
        super().__init__()
        self.regime = regime

    def __missing__(self, field: str) -> Floats:
        self[field] = self.regime.index.put_together(field, self.regime.imposed(field))
        return self[field]


class Regime:
    """The fields of one month. Clauses shape it through :meth:`impose`; nobody else writes to it.

    A field is put together when first read, and shared with every month in which the same was imposed: most of the law
    stands still while one clause drifts.
    """

    def __init__(self, index: LaneIndex) -> None:
        self.index = index
        self._imposed: dict[str, list[tuple[Lanes, float]]] = {}
        self._fields = _Tables(self)
        self._records: dict[type, Any] = {}

    def impose(self, field: str, where: Lanes, value: float) -> None:
        """Combines a value into a field.

        Args:
            field: name in :data:`FIELDS`.
            where: flat positions (lanes, states, or state x good), not to be changed afterwards.
            value: combined with what other clauses imposed.
        """
        self._imposed.setdefault(field, []).append((where, value))
        self._fields.pop(field, None)
        self._records.clear()

    def imposed(self, field: str) -> Sequence[tuple[Lanes, float]]:
        """What was imposed on a field, in order: where, value."""
        return self._imposed.get(field, ())

    def acts(self, field: str | None = None) -> tuple[Act, ...]:
        """What was imposed, on one field or on all: field, where, value; in order within each field."""
        wanted = self._imposed if field is None else {field: self._imposed.get(field, ())}
        return tuple((name, *one) for name, many in wanted.items() for one in many)

    def impose_states(self, field: str, names: Sequence[str], value: float) -> None:
        """Combines a value into a field by state, for the states named."""
        self.impose(field, self.index.state_cells(tuple(names)), value)

    def impose_cells(self, field: str, names: Sequence[str], goods: Sequence[str], value: float) -> None:
        """Combines a value into a field by state and good."""
        self.impose(field, self.index.good_cells(tuple(names), tuple(goods)), value)

    def lane(self, field: str) -> Floats:
        """A field by lane, as (type, road) with type = (origin, headquarters, good)."""
        return self._fields[field].reshape(-1, self.index.shape[3])

    def lanes(self, record: type[Record]) -> Record:
        """Fields by lane, (type, road) each, in a named tuple whose fields have their names; remembered."""
        if record not in self._records:
            kind: Any = record
            self._records[record] = kind(*map(self.lane, kind._fields))
        held: Record = self._records[record]
        return held

    def state(self, field: str) -> Floats:
        """A field by state."""
        return self._fields[field]

    def cell(self, field: str) -> Floats:
        """A field by (state, good)."""
        return self._fields[field].reshape(len(self.index.state), len(self.index.good))


def free_trade(index: LaneIndex) -> Regime:
    """The regime with no clause in force."""
    return Regime(index)
