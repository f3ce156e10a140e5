"""Which flow is asked about: goods, origins, route, destination, firms, months, and what is counted of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Required, TypedDict, cast

import numpy as np

from sim.common.errors import Fault, FaultList, nearest
from sim.common.months import format_month, parse_month
from sim.common.renamed import renamed
from sim.policies.regime import HEADQUARTERS
from sim.policies.schedule import lane_index
from sim.simulation.tables import RunArrays, prices_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.scenario import MonthSpan
    from sim.simulation.results import Results
    from sim.world import World

Measure = Literal["quantity", "value"]
UNITS = {
    "quantity": "million USD a month at base-year prices",
    "value": "million USD a month at the month's prices, FOB",
}
ALL, HUBS, DIRECT = "all", "hubs", "direct"
_VIA = "via "


@dataclass(frozen=True)
class Flow:
    """Deliveries that a question is about; names as the world has them, months as indices.

    Attributes:
        goods: codes of goods.
        origins: codes of the states that the goods leave.
        direct: whether the direct route counts.
        hubs: codes of the hubs whose routes count.
        destination: code of the state they go to.
        headquarters: firms that count.
        first: first month.
        last: last month.
        measure: quantity at base-year prices, or value at the month's.
        words: the flow in plain words.
    """

    goods: tuple[str, ...]
    origins: tuple[str, ...]
    direct: bool
    hubs: tuple[str, ...]
    destination: str
    headquarters: tuple[str, ...]
    first: int
    last: int
    measure: Measure
    words: str

    @property
    def unit(self) -> str:
        """Unit of its amounts."""
        return UNITS[self.measure]

    @property
    def span(self) -> str:
        """Its months, as text."""
        first, last = format_month(self.first), format_month(self.last)
        return first if first == last else f"{first} to {last}"

    def measured(self, results: Results) -> float:
        """What was delivered, million USD a month on average over its months; see :data:`UNITS`."""
        run = results.source
        if not isinstance(run, RunArrays):
            raise TypeError("only a run just made has the arrays to measure")
        base, world = run.base, run.world
        place, good = {code: i for i, code in enumerate(world.states)}, {code: i for i, code in enumerate(world.goods)}
        hub = {world.states[state]: h for h, state in enumerate(world.hubs)}
        routes = [*([-1] if self.direct else []), *(hub[code] for code in self.hubs)]
        kinds = (
            np.isin(base.good, [good[code] for code in self.goods])
            & np.isin(base.origin, [place[code] for code in self.origins if code != self.destination])
            & np.isin(base.headquarters, [HEADQUARTERS.index(name) for name in self.headquarters])
        )
        ways = (base.destination == place[self.destination]) & np.isin(base.hub, routes)
        months = np.arange(self.first, self.last + 1) - run.first_month
        cells = np.ix_(months, np.flatnonzero(kinds), np.flatnonzero(ways))
        quantity = run.record.delivered[cells]
        counted = quantity if self.measure == "quantity" else quantity * prices_of(run, *cells)[1]
        return float(counted.sum()) / len(months)


class Question(TypedDict, total=False):
    """A flow in the names that a user gives; what is left out is not narrowed down.

    Attributes:
        month: ``YYYY-MM``, or ``YYYY-MM:YYYY-MM`` for an average over a span.
        good: codes of goods, as a list or with commas between them, or ``all``.
        origin: codes or groups of states, likewise.
        route: ``direct``, ``hubs``, the code of a hub, or ``all``.
        destination: code of a state, by default the target.
        brand_origin: firms that count: ``coalition``, ``neutral`` or ``all``.
        measure: ``quantity`` at base-year prices, or ``value`` at the month's.
    """

    month: Required[str]
    good: str | Sequence[str]
    origin: str | Sequence[str]
    route: str
    destination: str | None
    brand_origin: str
    measure: str


def flow_of(world: World, run: MonthSpan, asked: Question) -> Flow:
    """A flow from the names that a user gives.

    Args:
        world: whose names they are.
        run: months that the scenario runs.
        asked: the question.

    Raises:
        FaultList: every name that is unknown, and months that are not run.
    """
    faults: list[Fault] = []

    def known(what: str, names: Iterable[str], valid: Sequence[str]) -> tuple[str, ...]:
        found = tuple(names)
        unknown = [name for name in found if name not in valid]
        faults.extend(
            Fault("the question", 0, 0, what, f"unknown {what} '{name}'; {nearest(name, valid)}") for name in unknown
        )
        return tuple(name for name in found if name in valid)

    asked = cast("Question", {renamed("word of a question", name): value for name, value in asked.items()})
    known("word", asked, list(Question.__annotations__))
    good, origin, route = asked.get("good", ALL), asked.get("origin", ALL), asked.get("route", ALL)
    index, groups = lane_index(world), sorted({*world.role, HUBS, ALL})
    hubs = [world.states[state] for state in world.hubs]
    goods = index.goods(known("good", _listed(good), [*world.goods, ALL]))
    origins = index.states(known("origin", _listed(origin), [*world.states, *groups]))
    (there,) = known("destination", [asked.get("destination") or world.states[world.target]], world.states) or [
        world.states[0]
    ]
    ways = known("route", [route.removeprefix(_VIA)], [ALL, DIRECT, HUBS, *hubs])
    firms = known("brand_origin", [asked.get("brand_origin", ALL)], [*HEADQUARTERS, ALL])
    (measure,) = known("measure", [asked.get("measure", "quantity")], list(UNITS)) or ["quantity"]
    through = _through(ways, hubs, aimed_at_target=there == world.states[world.target], faults=faults)
    first, last = _months(asked.get("month", ""), run, faults)
    if faults:
        raise FaultList(faults)
    named = names_of(world)
    what = _joined([world.good_names[g] for g in goods]) if len(goods) < len(world.goods) else "All goods"
    source = _joined([named.get(name, name) for name in _listed(origin)])
    way = {ALL: "by every route", DIRECT: "directly", HUBS: "through all hubs"}.get(ways[0])
    who = f", firms of {firms[0]} headquarters" if firms[0] != ALL else ""
    return Flow(
        tuple(world.goods[g] for g in goods), tuple(world.states[s] for s in origins), ways[0] in (ALL, DIRECT),
        through, there, HEADQUARTERS if firms[0] == ALL else firms, first, last,
        "value" if measure == "value" else "quantity",
        f"{what} from {source} to {named[there]} {way or f'through {named[ways[0]]}'}{who}",
    )  # fmt: skip


_GROUPS = {"coalition": "the coalition", "third": "third states", HUBS: "the hubs"}


def names_of(world: World) -> dict[str, str]:
    """Plain name, without what stands in brackets, of each state's code, and of each group of states."""
    states = {code: name.split(" (")[0] for code, name in zip(world.states, world.state_names, strict=True)}
    return {ALL: "all states", **_GROUPS, **states}


def _listed(names: str | Sequence[str]) -> list[str]:
    return [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _through(ways: Sequence[str], hubs: list[str], *, aimed_at_target: bool, faults: list[Fault]) -> tuple[str, ...]:
    """Codes of the hubs that a route names; only goods for the target pass hubs."""
    if not ways or ways[0] == DIRECT or (ways[0] == ALL and not aimed_at_target):
        return ()
    if not aimed_at_target:
        faults.append(
            Fault("the question", 0, 0, "route", "only goods for the target pass hubs; ask for direct or all")
        )
    return tuple(hubs) if ways[0] in (ALL, HUBS) else (ways[0],)


def _months(text: str, run: MonthSpan, faults: list[Fault]) -> tuple[int, int]:
    first, _, last = text.partition(":")
    try:
        start, end = parse_month(first), parse_month(last or first)
    except ValueError as error:
        faults.append(Fault("the question", 0, 0, "month", str(error)))
        return run.first, run.last
    if not run.first <= start <= end <= run.last:
        span = f"{format_month(run.first)} to {format_month(run.last)}"
        faults.append(Fault("the question", 0, 0, "month", f"{text} is not within the months that are run, {span}"))
    return start, end
