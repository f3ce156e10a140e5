"""Measures a run by addresses: what their words leave of a world, and their metrics over their months."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.common.arrays import Mask
from sim.common.errors import Fault, FaultList, SimError
from sim.common.good_groups import ALL
from sim.metrics.aggregates import Period, Where
from sim.metrics.registry import COMPUTE
from sim.policies.schedule import lane_index
from sim.scenario.metric_address import (
    BRANDS,
    DIRECT,
    FROM,
    HUBS,
    TO,
    AddressProblem,
    address_problems,
    names_of_world,
    parse_address,
    tier_word,
)
from sim.scenario.metrics import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.simulation.tables import RunArrays
    from sim.world import World


@dataclass(frozen=True, eq=False)
class Asked:
    """A metric with what it is narrowed down to.

    Attributes:
        metric: what is measured.
        where: what is looked at.
        first: first month, counted from the run's first.
        end: the month after the last.
    """

    metric: Metric
    where: Where
    first: int
    end: int

    def of(self, run: Period, usual: Period) -> float:
        """The number, of a run and the run it is paired with."""
        compute = self.metric.compute or COMPUTE[self.metric.name]
        return compute(run, usual, self.where)


@lru_cache(maxsize=4096)
def ask(text: str, world: World, first_month: int, months: int) -> Asked:
    """A metric from its address.

    Args:
        text: such as ``deliveries_volume[high_priority]@2023-01:2023-12``.
        world: whose goods, states and hubs the words in brackets are.
        first_month: first month of the run, as an index (see :mod:`sim.common.months`).
        months: how many months are run.

    Raises:
        SimError: an unknown metric or word, a word that says nothing to this metric, or months that are not run.
    """
    address = parse_address(text)
    words = address.sorted_words(names_of_world(world))
    where = _where(text, words, world)
    return Asked(address.metric, where, *address.span(first_month, months))


def check_metrics(names: Sequence[str], world: World, first_month: int, months: int) -> list[str]:
    """What is wrong with the addresses of metrics, all of it; empty if nothing is.

    Args:
        names: the addresses.
        world: the world that is run.
        first_month: first month of the run, as an index.
        months: how many months are run.
    """
    faults, known = [], names_of_world(world)
    for name in names:
        problems = address_problems(name, known, (first_month, months))
        if not problems:
            try:
                ask(name, world, first_month, months)
            except AddressProblem as problem:
                problems = [str(problem)]
        faults += problems
    return faults


def asked_of(names: Sequence[str], world: World, first_month: int, months: int) -> list[Asked]:
    """Metrics from their addresses.

    Raises:
        FaultList: everything that is wrong with them.
    """
    if faults := check_metrics(names, world, first_month, months):
        raise FaultList(Fault("metrics", 0, 0, "", fault) for fault in faults)
    return [ask(name, world, first_month, months) for name in names]


def measure(run: RunArrays, names: Sequence[str], against: RunArrays | None = None) -> dict[str, float]:
    """Metrics of a run, straight from its arrays.

    Args:
        run: the arrays of a run, :attr:`sim.Results.source` of a run just made.
        names: addresses of metrics.
        against: the paired run, for metrics that compare: the same world and months, another law.

    Returns:
        Address as it was given: number. NaN only where the metric's meaning says so.

    Raises:
        FaultList: what is no metric of this world and these months.
        SimError: a metric that needs the paired run, and there is none.
    """
    months = len(run.record.effort)
    asked = asked_of(names, run.world, run.first_month, months)
    if against is None and (alone := [name for name, one in zip(names, asked, strict=True) if one.metric.paired]):
        raise SimError(f"{', '.join(alone)}: compared with a paired run, and there is none")
    if against is not None and (against.first_month, len(against.record.effort)) != (run.first_month, months):
        raise ValueError("paired runs have the same months")
    periods: dict[tuple[int, int], tuple[Period, Period]] = {}
    found = {}
    for name, one in zip(names, asked, strict=True):
        span = one.first, one.end
        if span not in periods:
            periods[span] = Period(run, *span), Period(run if against is None else against, *span)
        found[name] = one.of(*periods[span])
    return found


def by_month(run: RunArrays, name: str) -> list[float]:
    """A metric in every month of a run, whatever months its address names.

    Args:
        run: the arrays of a run.
        name: address of a metric that needs no paired run.

    Raises:
        SimError: it is none.
    """
    months = len(run.record.effort)
    one = ask(name, run.world, run.first_month, months)
    if one.metric.paired:
        raise SimError(f"{name}: compared with a paired run, and there is none")
    periods = (Period(run, month, month + 1) for month in range(months))
    return [one.of(period, period) for period in periods]


def _where(text: str, said: dict[str, list[str]], world: World) -> Where:
    index = lane_index(world)
    goods = _goods(said, world)
    if not goods.any():
        raise AddressProblem(f"'{text}': no good is all of these at once")

    def places(kinds: Sequence[str], prefix: str = "") -> Mask | None:
        """States that are named; None where none is."""
        names = [word.removeprefix(prefix) for kind in kinds for word in said.get(kind, ())]
        return _at(index.states(names), len(world.states)) if names else None

    origins = places(["origin"], FROM)
    hubs = [world.states[hub] for hub in world.hubs]
    return Where(
        goods=goods,
        brands=np.array([not said.get("brand") or brand in said["brand"] for brand in BRANDS]),
        origins=np.ones(len(world.states), dtype=bool) if origins is None else origins,
        routes=_routes(said.get("route", []), hubs),
        banned="banned" in said,
        states=places(["state", "buyer"]),
        hubs=np.array([not said.get("hub") or code in said["hub"] for code in hubs], dtype=bool),
        destinations=places(["destination"], TO),
    )


def _goods(said: dict[str, list[str]], world: World) -> Mask:
    tiers = said.get("tier", [])
    in_tiers = np.array([not tiers or tier_word(tier) in tiers for tier in world.control_tier])
    goods: Mask = in_tiers & _at(world.good_positions(said.get("good", [ALL])), len(world.goods))
    return goods


def _at(positions: Sequence[int], length: int) -> Mask:
    mask = np.zeros(length, dtype=bool)
    mask[list(positions)] = True
    return mask


def _routes(words: Sequence[str], hubs: Sequence[str]) -> Mask:
    """Routes to the target in their order: the direct one, then one by each hub."""
    through = [not words or HUBS in words or code in words for code in hubs]
    return np.array([not words or DIRECT in words, *through])
