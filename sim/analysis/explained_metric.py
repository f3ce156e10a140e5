"""The number that an explanation is about: its address in plain words, and its parts by route and origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.common.errors import SimError, nearest
from sim.common.months import format_month
from sim.common.renamed import hint, renamed
from sim.metrics.parse import ask, asked_of, measure
from sim.policies.regime import HEADQUARTERS
from sim.scenario.metric_address import DIRECT, FROM, TO, names_of_world, parse_address
from sim.simulation.tables import RunArrays

if TYPE_CHECKING:
    from sim.metrics.aggregates import Where
    from sim.scenario import MonthSpan
    from sim.scenario.metric_address import MetricAddress
    from sim.simulation.results import Results
    from sim.world import World

_DELIVERIES = ("deliveries_volume", "deliveries_value", "unrecorded_value")
_GROUPS = {"coalition": "the coalition", "third": "third states", "hubs": "the hubs"}


@dataclass(frozen=True, eq=False)
class ExplainedMetric:
    """The number that an explanation is about.

    Attributes:
        address: its address, with its months.
        world: whose names its words are.
    """

    address: MetricAddress
    world: World

    @classmethod
    def of(cls, text: str, world: World, run: MonthSpan) -> ExplainedMetric:
        """The number at an address.

        Args:
            text: the address; without months, the last twelve of the run.
            world: whose names its words are.
            run: months that the scenario runs.

        Raises:
            FaultList: everything that is wrong with the address.
        """
        (one,) = asked_of([text], world, run.first, run.count)
        months = run.first + one.first, run.first + one.end - 1
        return cls(replace(parse_address(text), months=months, whole=False), world)

    @property
    def paired(self) -> bool:
        """Whether it compares with the run without any clause."""
        return self.address.metric.paired

    @property
    def unit(self) -> str:
        """Its unit, in words."""
        return self.address.metric.unit.replace("musd", "million USD")

    @property
    def first(self) -> int:
        """Its first month."""
        return (self.address.months or (0, 0))[0]

    @property
    def last(self) -> int:
        """Its last month."""
        return (self.address.months or (0, 0))[1]

    @property
    def span(self) -> str:
        """Its months, as text."""
        first, last = format_month(self.first), format_month(self.last)
        return first if first == last else f"{first} to {last}"

    @cached_property
    def _said(self) -> Mapping[str, list[str]]:
        return self.address.sorted_words(names_of_world(self.world))

    @cached_property
    def _where(self) -> Where:
        return ask(str(self.address), self.world, self.first, self.last - self.first + 1).where

    @property
    def goods(self) -> tuple[str, ...]:
        """Codes of the goods that count."""
        return tuple(np.array(self.world.goods)[self._where.goods])

    @property
    def brands(self) -> tuple[str, ...]:
        """Headquarters of the firms that count."""
        return tuple(np.array(HEADQUARTERS)[self._where.brands])

    @property
    def destinations(self) -> tuple[str, ...]:
        """Codes of the states that the goods go to."""
        there = self._where.destinations
        return (self.world.states[self.world.target],) if there is None else tuple(np.array(self.world.states)[there])

    def by_route(self) -> dict[str, ExplainedMetric]:
        """Its parts by the hub that the goods go through, the direct one under an empty name; none if it has none."""
        if not self._has_parts("route") or self.world.states[self.world.target] not in self.destinations:
            return {}
        direct, *hubs = self._where.routes
        parts = {"": DIRECT} if direct else {}
        codes = [self.world.states[hub] for hub in self.world.hubs]
        parts |= {code: code for code, counts in zip(codes, hubs, strict=True) if counts}
        return {name: self._narrowed("route", word) for name, word in parts.items()}

    def by_origin(self) -> dict[str, ExplainedMetric]:
        """Its parts by the state that the goods leave; none if it has none."""
        if not self._has_parts("origin"):
            return {}
        codes = np.array(self.world.states)[self._where.origins]
        return {str(code): self._narrowed("origin", f"{FROM}{code}") for code in codes}

    def states(self) -> tuple[str, ...]:
        """Codes of the states that it is about, where it is about states."""
        states = self._where.states
        return () if states is None else tuple(np.array(self.world.states)[states])

    def _has_parts(self, kind: str) -> bool:
        """Whether it is a sum over what a kind of words tells apart."""
        metric = self.address.metric
        return kind in metric.takes and not metric.paired and metric.unit.startswith("musd")

    def _narrowed(self, kind: str, word: str) -> ExplainedMetric:
        others = [said for other, words in self._said.items() if other != kind for said in words]
        return replace(self, address=self.address.of([*others, word]))

    def measured(self, results: Results, usual: Results | None = None) -> float:
        """The number of a run just made.

        Args:
            results: the run.
            usual: the run without any clause, for a number that compares with it.

        Raises:
            SimError: the number is not defined in this run.
        """
        address = str(self.address)
        number = measure(_arrays(results), [address], None if usual is None else _arrays(usual))[address]
        if not np.isfinite(number):
            raise SimError(f"{address} is not a number in one of the runs; an explanation needs one that always is")
        return number

    @property
    def words(self) -> str:
        """It in plain words."""
        named, said = names_of(self.world), self._said
        if self.address.name not in _DELIVERIES:
            head = self.address.name.replace("_", " ").capitalize()
            words = [_plain(word, named) for word in self.address.words]
            return f"{head} ({', '.join(words)})" if words else head
        goods = said.get("good", []) + said.get("tier", [])
        what = _joined([_good(self.world, word) for word in goods]) if goods else "All goods"
        what += " under a ban" if said.get("banned") else ""
        source = _joined([_plain(word, named) for word in said.get("origin", [f"{FROM}all"])])
        target = f"{TO}{self.world.states[self.world.target]}"
        there = _joined([_plain(word, named) for word in said.get("destination", [target])])
        ways = said.get("route", [])
        way = _joined([_way(word, named) for word in ways]) if ways else "by every route"
        who = f", {_joined([word.replace('_', ' ') for word in said['brand']])}s" if said.get("brand") else ""
        return f"{what} from {source} to {there} {way}{who}"


def _arrays(results: Results) -> RunArrays:
    if not isinstance(results.source, RunArrays):
        raise SimError("only a run just made has the arrays to measure")
    return results.source


def names_of(world: World) -> dict[str, str]:
    """Plain name, without what stands in brackets, of each state's code, and of each group of states."""
    states = {code: name.split(" (")[0] for code, name in zip(world.states, world.state_names, strict=True)}
    return {"all": "all states", **_GROUPS, **states}


def _plain(word: str, named: Mapping[str, str]) -> str:
    bare = word.removeprefix(FROM).removeprefix(TO)
    return named.get(bare, bare.replace("_", " "))


def _good(world: World, word: str) -> str:
    return world.good_names[world.goods.index(word)] if word in world.goods else word.replace("_", " ")


def _way(word: str, named: Mapping[str, str]) -> str:
    return {DIRECT: "directly", "hubs": "through all hubs"}.get(word) or f"through {named[word]}"


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# -------------------------------------------------------------------------------- read in this version only
# Words of a question before it was an address; what each put before its words.
_QUESTION = {"good": "", "origin": FROM, "route": "", "destination": TO, "brand_origin": "", "measure": "", "month": ""}
_MEASURES = {"quantity": "deliveries_volume", "value": "deliveries_value"}


def address_of_question(asked: Mapping[str, Any]) -> str:
    """The address that stands for the words that a question had, with a hint.

    Args:
        asked: ``month``, and ``good``, ``origin``, ``route``, ``destination``, ``brand_origin``, ``measure``.

    Raises:
        SimError: another word, no month, or an unknown measure.
    """
    given = {renamed("word of a question", name): value for name, value in asked.items() if value is not None}
    if unknown := sorted(given.keys() - _QUESTION.keys()):
        raise SimError(f"unknown word '{unknown[0]}' of a question; {nearest(unknown[0], _QUESTION)}")
    name = _MEASURES.get(measured := str(given.get("measure", "quantity")))
    if "month" not in given or name is None:
        missing = (
            "name the month" if name is not None else f"unknown measure '{measured}'; {nearest(measured, _MEASURES)}"
        )
        raise SimError(f"{missing}; expected the address of a metric, such as deliveries_volume@2022-03")
    words = []
    for key in ("good", "origin", "route", "destination", "brand_origin"):
        value = given.get(key, "all")
        listed = value.split(",") if isinstance(value, str) else list(value)
        names = [one.strip().removeprefix("via ") for one in listed]
        suffix = "_brand" if key == "brand_origin" else ""
        words += [f"{_QUESTION[key]}{one}{suffix}" for one in names if one != "all"]
    narrowed = f"[{','.join(words)}]" if words else ""
    address = f"{name}{narrowed}@{given['month']}"
    hint("a question in words (month, good, ...)", f"the address '{address}'")
    return address
