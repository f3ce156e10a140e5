"""One address for every number of a run: what is measured, narrowed down to what, in which months.

    deliveries_volume                                  all that reaches the target, the last twelve months of the run
    deliveries_volume[high_priority,hubs]              of one good, through all hubs
    deliveries_volume[from_coalition,to_third]         between states
    hub_share[tier_1]@2023-01:2023-12                  of one control tier, in one year
    enforcement_effort[hubs]@2023-06                   in one month; `@all` for all that are run

What stands in brackets is of several kinds (goods, routes, brands, origins, ...); two words of one kind mean either,
words of two kinds mean both. :data:`METRICS` says which kinds each metric takes. Studies, the expected outcomes of a
scenario, `sim explain`, attribution and the search for evasion read their numbers from such addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.common.countries import StateNames, country_called
from sim.common.errors import KnownNames, SimError, nearest
from sim.common.fields import Codes
from sim.common.months import format_month, parse_month
from sim.common.parsing import shown
from sim.common.renamed import renamed
from sim.policies.regime import HEADQUARTERS
from sim.scenario.metrics import METRICS, Metric

if TYPE_CHECKING:
    from sim.world import World

USUAL_MONTHS = 12
BRANDS = tuple(f"{headquarters}_brand" for headquarters in HEADQUARTERS)
FROM, TO, TIER, NO_TIER = "from_", "to_", "tier_", "tier_none"
BANNED, DIRECT, HUBS = "banned", "direct", "hubs"
_ALL = "all"
_TEXT = re.compile(r"(?P<name>[^\[\]@]+)(?:\[(?P<words>[^\[\]@]*)\])?(?:@(?P<months>[^@]*))?")


class AddressProblem(SimError):  # noqa: N818  (one of many, gathered into a list of faults)
    """Why a text is no address of a number; the text is for the user.

    Args:
        message: what was read and what was expected.
        near: a name that was read and the names that there are; the nearest is looked for when the fault is told.
    """

    def __init__(self, message: str, near: tuple[str, Iterable[str]] | None = None) -> None:
        super().__init__(message, near)
        self.message, self.near = message, near

    def __str__(self) -> str:
        return self.message if self.near is None else f"{self.message}; {nearest(*self.near)}"


@dataclass(frozen=True)
class MetricAddress:
    """What is measured of a run.

    Attributes:
        name: of the metric.
        words: what it is narrowed down to, as in the brackets; empty for all.
        months: first and last month, both included, as indices; None for the last twelve that are run.
        whole: whether all months that are run count.
    """

    name: str
    words: tuple[str, ...] = ()
    months: tuple[int, int] | None = None
    whole: bool = False

    @property
    def metric(self) -> Metric:
        """What is measured."""
        return METRICS[self.name]

    def __str__(self) -> str:
        words = f"[{','.join(self.words)}]" if self.words else ""
        if self.months is None:
            return f"{self.name}{words}{f'@{_ALL}' if self.whole else ''}"
        first, last = map(format_month, self.months)
        return f"{self.name}{words}@{first}{f':{last}' if last != first else ''}"

    def of(self, words: Iterable[str]) -> MetricAddress:
        """The same number narrowed down to other words."""
        return replace(self, words=tuple(words))

    def span(self, first: int, count: int) -> tuple[int, int]:
        """The first month that counts and the month after the last, counted from the run's first.

        Args:
            first: first month of the run.
            count: how many months are run.

        Raises:
            AddressProblem: months that are not run.
        """
        if self.months is None:
            return (0 if self.whole else max(0, count - USUAL_MONTHS)), count
        start, stop = self.months
        if not first <= start <= stop < first + count:
            run = f"{format_month(first)} to {format_month(first + count - 1)}"
            read = str(self).partition("@")[2]
            raise AddressProblem(f"'{self}': {read} is not within the months that are run, {run}")
        return start - first, stop - first + 1

    def sorted_words(self, names: Codes) -> dict[str, list[str]]:
        """The words by kind.

        Args:
            names: what the world knows.

        Raises:
            AddressProblem: words that say nothing to this metric, all of them.
        """
        known = _known(self.name, names)
        found: dict[str, list[str]] = {}
        wrong = []
        for word in self.words:
            kind = known.get(word) or _loose(word, self.metric, names)
            if kind is None:
                wrong.append(word)
            else:
                found.setdefault(kind, []).append(word)
        if wrong:
            what = f"unknown word{'s' if len(wrong) > 1 else ''} {', '.join(map(shown, wrong))} for {self.name}"
            raise AddressProblem(f"{shown(self)}: {what}", (wrong[0], _Words(known, names.state_names)))
        self._check_together(found, names)
        return found

    def _check_together(self, found: Mapping[str, list[str]], names: Codes) -> None:
        """Refuses words that nothing can be at once."""
        target = {f"{TO}{name}" for name in ("target", _ALL)}
        target |= {f"{TO}{code}" for code, role in names.states.items() if role == "target"}
        there = found.get("destination", target)
        if DIRECT not in found.get("route", [DIRECT]) and not target & set(there):
            raise AddressProblem(f"{shown(self)}: only goods for the target pass hubs; leave out one of the two")
        if BANNED in found and not set(found.get("destination", ())) <= target - {f"{TO}{_ALL}"}:
            raise AddressProblem(f"{shown(self)}: what law bans is known of goods to the target only; leave out one")


@lru_cache(maxsize=4096)
def parse_address(text: str) -> MetricAddress:
    """The address that a text is; an old name of a metric is read with a hint.

    Raises:
        AddressProblem: no such form, an unknown metric, words for one that takes none, or no months.
    """
    parts = _TEXT.fullmatch(text.strip())
    if parts is None:
        raise AddressProblem(f"{shown(text)} is no metric; expected NAME, NAME[WORDS] or NAME[WORDS]@FIRST:LAST")
    name = renamed("metric", parts["name"].strip(), METRICS)
    if name not in METRICS:
        raise AddressProblem(f"unknown metric {shown(name)}", (name, METRICS))
    words = () if parts["words"] is None else tuple(word.strip() for word in parts["words"].split(","))
    if words and not METRICS[name].takes:
        raise AddressProblem(f"{shown(text)}: {name} takes no words in brackets")
    if parts["months"] is None or parts["months"].strip() == _ALL:
        return MetricAddress(name, words, whole=parts["months"] is not None)
    return MetricAddress(name, words, _months(text, parts["months"]))


def _months(text: str, months: str) -> tuple[int, int]:
    first, _, last = months.partition(":")
    try:
        start, stop = parse_month(first.strip()), parse_month((last or first).strip())
    except ValueError as error:
        message = f"{shown(text)}: {error}; months are YYYY-MM, YYYY-MM:YYYY-MM or {_ALL}"
        raise AddressProblem(message) from None
    if stop < start:
        ends = f"the last month, {format_month(stop)}, comes before the first, {format_month(start)}"
        raise AddressProblem(f"{shown(text)}: {ends}")
    return start, stop


def address_problems(text: str, names: Codes | None, months: tuple[int, int] | None) -> list[str]:
    """What is wrong with a text as an address.

    Args:
        text: the address.
        names: what the world knows; None leaves words unchecked.
        months: first month of the run and how many there are; None leaves them unchecked.
    """
    problems = []
    try:
        address = parse_address(text)
    except AddressProblem as problem:
        return [str(problem)]
    try:
        if names is not None:
            address.sorted_words(names)
    except AddressProblem as problem:
        problems.append(str(problem))
    try:
        if months is not None:
            address.span(*months)
    except AddressProblem as problem:
        problems.append(str(problem))
    return problems


def words_by_kind(names: Codes) -> dict[str, tuple[str, ...]]:
    """The words of each kind that a world knows."""
    hubs = tuple(names.states) if names.hubs is None else names.hubs
    groups = tuple(sorted({*filter(None, names.states.values()), HUBS, _ALL}))
    places = (*names.states, *groups)
    return {
        "good": (*names.goods, *names.good_groups),
        "tier": tuple(sorted({tier_word(tier) for tier in names.tiers or ()})),
        "banned": (BANNED,),
        "route": (DIRECT, HUBS, *hubs),
        "brand": BRANDS,
        "origin": tuple(f"{FROM}{name}" for name in places),
        "destination": tuple(f"{TO}{name}" for name in places),
        "state": places,
        "buyer": tuple(code for code, role in names.states.items() if role == "buyer"),
        "hub": hubs,
    }


def tier_word(tier: str) -> str:
    """How a control tier is named in brackets."""
    return f"{TIER}{tier}" if tier else NO_TIER


def names_of_world(world: World) -> Codes:
    """The names that a world knows."""
    hubs = tuple(world.states[hub] for hub in world.hubs)
    roles = dict(zip(world.states, world.role, strict=True))
    titles = dict(zip((*world.states, *world.goods), (*world.state_names, *world.good_names), strict=True))
    return Codes(
        roles, tuple(world.goods), hubs, tuple(world.control_tier), world.codes_by_group, world.base_year, titles,
        world.members,
    )  # fmt: skip


class _Words(KnownNames):
    """The words that a metric takes; states in them are known by what people call them, too."""

    states: StateNames

    def __new__(cls, words: Iterable[str], states: StateNames) -> _Words:
        made = super().__new__(cls, words)
        made.states = states
        return made

    def __getnewargs__(self) -> tuple[object, ...]:  # what a worker makes them of
        return tuple(self), self.states

    def hint(self, name: str) -> str:
        """What a word may have meant; empty where it names no country."""
        start = next((one for one in (FROM, TO) if name.startswith(one)), "")
        called = name.removeprefix(start)
        if not start and self.states.code(called) is None and country_called(called) is None:
            return ""
        if code := self.states.code(called):
            return f"did you mean '{start}{code}'?" if f"{start}{code}" in self else ""
        return self.states.hint(called).replace("did you mean '", f"did you mean '{start}")


def _known(name: str, names: Codes) -> Mapping[str, str]:
    """Kind of each word that a metric takes; the first kind that it takes has a word of several."""
    valid = words_by_kind(names)
    return {word: kind for kind in reversed(METRICS[name].takes) for word in valid[kind]}


def _loose(word: str, metric: Metric, names: Codes) -> str | None:
    """The kind of a word that cannot be checked: a tier, where nobody has read the tiers."""
    return "tier" if names.tiers is None and "tier" in metric.takes and word.startswith(TIER) else None
