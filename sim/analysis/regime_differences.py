"""How the law that two packages make differs, month by month: on which lanes, in which states, from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.common.months import format_month, month_range
from sim.policies.regime import CELL_FIELDS, FIELDS, HEADQUARTERS, LANE_FIELDS, STATE_FIELDS
from sim.policies.schedule import Lawbook, lane_index, lawbook

if TYPE_CHECKING:
    from sim.policies.lane_index import LaneIndex
    from sim.policies.regime import Regime
    from sim.simulation.simulation import Case
    from sim.world import World

Cells = NDArray[np.bool_]
Values = tuple[float, float]
Senders = tuple[tuple[int, ...], ...]
K = TypeVar("K")
V = TypeVar("V", bound=tuple[object, ...])
_FEW = 3  # states whose absence is named, not the presence of all the others
_ONE_IN = 8  # a group with more members than these is still named where one of them is missing


@dataclass(frozen=True)
class Place:
    """A block of lanes, states or cells, in words; empty where the field knows no such thing.

    Attributes:
        origins: states the goods leave, or whose state it is.
        goods: goods.
        routes: direct destinations, and hubs on the way to the target.
        headquarters: firms, where it matters.
    """

    origins: str
    goods: str = ""
    routes: str = ""
    headquarters: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.headquarters, self.origins, self.routes, self.goods) if part)


@dataclass(frozen=True)
class Difference:
    """One field on one block over consecutive months.

    Attributes:
        field: name of the field, see :data:`sim.policies.regime_fields.FIELDS`.
        place: where.
        first, last: months (index), both included.
        values: of the first and the second package, month by month.
    """

    field: str
    place: Place
    first: int
    last: int
    values: tuple[Values, ...]

    @property
    def span(self) -> str:
        """Its months, as text."""
        first, last = format_month(self.first), format_month(self.last)
        return first if first == last else f"{first} to {last}"

    @property
    def meaning(self) -> str:
        """What the field means."""
        return FIELDS[self.field].meaning

    def in_words(self, side: int) -> str:
        """The values of one package (0 or 1): one number, or where they start and end and what lies beyond both."""
        path = [pair[side] for pair in self.values]
        if max(path) == min(path):
            return _number(path[0])
        text = f"{_number(path[0])} to {_number(path[-1])}"
        beyond = max(path) if max(path) > max(path[0], path[-1]) else min(path)
        return text if beyond in (path[0], path[-1]) else f"{text} by way of {_number(beyond)}"


def comparable(first: World, second: World) -> bool:
    """Whether law on the one world can be laid beside law on the other: same states, roles, hubs, target and goods."""
    return all(getattr(first, name) == getattr(second, name) for name in ("states", "role", "hubs", "target", "goods"))


def law_differences(first: Case, second: Case) -> list[Difference]:
    """Every difference between the laws that two packages make, over the months that both are run; earliest first.

    Args:
        first: a case.
        second: another, of a comparable world (see :func:`comparable`).
    """
    index = lane_index(first.world)
    books = [lawbook(first.world, case.scenario.policies) for case in (first, second)]
    spans = [case.scenario.months for case in (first, second)]
    months = month_range(max(span.first for span in spans), min(span.last for span in spans))
    found: dict[tuple[str, Place], dict[int, Values]] = {}
    seen: dict[bytes, list[Place]] = {}
    for month in months:
        for field, place, values in _of_month(books, month, index, seen):
            found.setdefault((field, place), {})[month] = values
    rows = [
        Difference(field, place, run[0], run[-1], tuple(path[month] for month in run))
        for (field, place), path in found.items() for run in _runs(path)
    ]  # fmt: skip
    order = {field: position for position, field in enumerate(FIELDS)}
    return sorted(rows, key=lambda row: (row.first, order[row.field], str(row.place)))


def _runs(months: Iterable[int]) -> Iterator[list[int]]:
    """Consecutive months together."""
    for _, run in groupby(enumerate(sorted(months)), key=lambda pair: pair[1] - pair[0]):
        yield [month for _, month in run]


def _of_month(
    books: list[Lawbook], month: int, index: LaneIndex, seen: dict[bytes, list[Place]]
) -> Iterator[tuple[str, Place, Values]]:
    """Differences of one month: field, block, values."""
    ours, theirs = (book.regime(month) for book in books)
    if ours is theirs:
        return
    for field in FIELDS:
        a, b = (_table(regime, field) for regime in (ours, theirs))
        if a is b or not (apart := a != b).any():
            continue
        pairs = np.stack([a[apart], b[apart]], axis=1)
        for pair in np.unique(pairs, axis=0):
            cells = apart & (a == pair[0]) & (b == pair[1])
            key = field.encode() + np.packbits(cells).tobytes()
            if key not in seen:
                seen[key] = list(_places(field, cells, index))
            for place in seen[key]:
                yield field, place, (float(pair[0]), float(pair[1]))


def _table(regime: Regime, field: str) -> NDArray[np.float64]:
    if field in LANE_FIELDS:
        return regime.lane(field)
    return regime.state(field) if field in STATE_FIELDS else regime.cell(field)


# ---------------------------------------------------------------------------------------------------- blocks in words
def _places(field: str, cells: Cells, index: LaneIndex) -> Iterator[Place]:
    """The blocks that a set of cells is made of."""
    world = index.world
    if field in STATE_FIELDS:
        yield Place(states_in_words(world, np.flatnonzero(cells)))
    elif field in CELL_FIELDS:
        for goods, (states,) in _alike(
            {(g,): (tuple(np.flatnonzero(column).tolist()),) for g, column in enumerate(cells.T)}
        ):
            yield Place(states_in_words(world, states), _goods(world, [g for (g,) in goods]))
    else:
        yield from _lanes(cells.reshape(index.shape), index)


def _lanes(cells: Cells, index: LaneIndex) -> Iterator[Place]:
    """Lanes as products of origins, headquarters, goods and routes."""
    world, (_, _, n_goods, n_roads) = index.world, index.shape
    # Senders by headquarters on each (good, route); then the routes of a good that have the same; then such goods.
    origins = {
        (g, k): tuple(tuple(np.flatnonzero(cells[:, firms, g, k]).tolist()) for firms in range(len(HEADQUARTERS)))
        for g in range(n_goods) for k in range(n_roads)
    }  # fmt: skip
    by_good: dict[tuple[tuple[int, ...], Senders], list[int]] = {}
    for g in range(n_goods):
        for lanes, who in _alike({(g, k): who for (good, k), who in origins.items() if good == g}):
            by_good.setdefault((tuple(k for _, k in lanes), who), []).append(g)
    for (routes, who), goods in by_good.items():
        both = set.intersection(*map(set, who))
        senders = {"": both} | {
            f"{name} firms of": set(own) - both for name, own in zip(HEADQUARTERS, who, strict=True)
        }
        for firms, states in senders.items():
            if states:
                yield Place(states_in_words(world, states), _goods(world, goods), _roads(index, routes), firms)


def _alike(held: dict[K, V]) -> list[tuple[list[K], V]]:
    """Keys of the same value together; keys of nothing are left out."""
    groups: dict[V, list[K]] = {}
    for key, value in held.items():
        if any(value):
            groups.setdefault(value, []).append(key)
    return [(keys, value) for value, keys in groups.items()]


def states_in_words(world: World, states: Iterable[int]) -> str:
    """States as groups where whole groups are among them, the rest by their codes."""
    left, everyone = {int(s) for s in states}, set(range(len(world.states)))
    absent = everyone - left
    if not absent:
        return "all states"
    if len(absent) <= _FEW < len(left):
        return f"all but {_codes(world, absent)}"
    groups = {"hubs": set(world.hubs)} | {
        role: {s for s, held in enumerate(world.role) if held == role} for role in dict.fromkeys(world.role)
    }
    for name, members in groups.items():
        if len(members) > 1 and left == everyone - members:
            return f"all but {name}"
    named = []
    for allowed in (0, 1):  # whole groups first
        for name, members in sorted(groups.items(), key=lambda pair: -len(pair[1])):
            missing = members - left
            if len(members) > allowed * _ONE_IN + 1 and len(missing) == allowed:
                named.append(f"{name} but {_codes(world, missing)}" if missing else name)
                left -= members
    return ", ".join([*named, *([_codes(world, left)] if left else [])])


def _codes(world: World, states: Iterable[int]) -> str:
    return ", ".join(world.states[s] for s in sorted(states))


def _goods(world: World, goods: list[int]) -> str:
    return "all goods" if len(goods) == len(world.goods) else ", ".join(world.goods[g] for g in sorted(goods))


def _roads(index: LaneIndex, routes: tuple[int, ...]) -> str:
    """Where routes lead, and through which hubs."""
    world = index.world
    direct = [index.roads[k].destination for k in routes if index.roads[k].hub is None]
    through = [hub for k in routes if (hub := index.roads[k].hub) is not None]
    target = world.states[world.target]
    parts = [f"-> {states_in_words(world, direct)}"] if direct else []
    if through:
        parts.append(f"-> {states_in_words(world, through)} -> {target}")
    return " and ".join(parts)


def _number(value: float) -> str:
    return "none" if np.isinf(value) else f"{value:.3g}"
