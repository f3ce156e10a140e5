"""Reads the names of metrics: what is measured, narrowed down to what, in which months."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.common.errors import Fault, FaultList, SimError, nearest
from sim.common.months import format_month, parse_month
from sim.metrics.aggregates import Metric, Period, Where
from sim.metrics.registry import METRICS
from sim.policies.regime import HEADQUARTERS
from sim.policies.schedule import lane_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.simulation.tables import RunArrays
    from sim.world import World

USUAL_MONTHS = 12
_TEXT = re.compile(r"(?P<name>[^\[\]@]+)(?:\[(?P<words>[^\[\]@]*)\])?(?:@(?P<months>[^@]*))?")
_BRANDS = tuple(f"{headquarters}_brand" for headquarters in HEADQUARTERS)
_FROM, _TIER, _NO_TIER = "from_", "tier_", "tier_none"


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


@lru_cache(maxsize=4096)
def ask(text: str, world: World, first_month: int, months: int) -> Asked:
    """A metric from its name.

    Args:
        text: such as ``reaching[high_priority]@2023-01:2023-12``.
        world: whose goods, states and hubs the words in brackets are.
        first_month: first month of the run, as an index (see :mod:`sim.common.months`).
        months: how many months are run.

    Raises:
        SimError: an unknown metric or word, a word that says nothing to this metric, or months that are not run.
    """
    parts = _TEXT.fullmatch(text.strip())
    if parts is None:
        raise SimError(f"'{text}' is not a metric; expected NAME, NAME[WORDS] or NAME[WORDS]@FIRST:LAST")
    name = parts["name"].strip()
    if name not in METRICS:
        raise SimError(f"unknown metric '{name}'; {nearest(name, METRICS)}")
    metric = METRICS[name]
    words = [] if parts["words"] is None else [word.strip() for word in parts["words"].split(",")]
    where = _where(text, metric, words, world)
    first, end = _months(text, parts["months"], first_month, months)
    return Asked(metric, where, first, end)


def check_metrics(names: Sequence[str], world: World, first_month: int, months: int) -> list[str]:
    """What is wrong with the names of metrics, all of it, one text for each faulty name; empty if nothing is.

    Args:
        names: of metrics, with brackets and months.
        world: the world that is run.
        first_month: first month of the run, as an index.
        months: how many months are run.
    """
    faults = []
    for name in names:
        try:
            ask(name, world, first_month, months)
        except SimError as error:
            faults.append(str(error))
    return faults


def asked_of(names: Sequence[str], world: World, first_month: int, months: int) -> list[Asked]:
    """Metrics from their names.

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
        names: of metrics, with brackets and months.
        against: the paired run, for metrics that compare: the same world and months, another law.

    Returns:
        Name as it was given: number. NaN only where the metric's meaning says so.

    Raises:
        FaultList: names that are not metrics of this world and these months.
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
        found[name] = one.metric.compute(*periods[span], one.where)
    return found


def _valid(world: World) -> dict[str, tuple[str, ...]]:
    """The words of each kind."""
    hubs = tuple(world.states[hub] for hub in world.hubs)
    groups = tuple(sorted({*world.role, "hubs"}))
    tiers = sorted({f"{_TIER}{tier}" if tier else _NO_TIER for tier in world.control_tier})
    return {
        "good": world.goods,
        "tier": tuple(tiers),
        "banned": ("banned",),
        "road": ("direct", "hubs", *hubs),
        "brand": _BRANDS,
        "origin": tuple(f"{_FROM}{name}" for name in (*world.states, *groups)),
        "state": (*world.states, *groups),
        "buyer": tuple(world.other_buyers),
        "hub": hubs,
    }


def _where(text: str, metric: Metric, words: Sequence[str], world: World) -> Where:
    valid = _valid(world)
    known = {word: kind for kind in reversed(metric.takes) for word in valid[kind]}
    said: dict[str, list[str]] = {}
    for word in words:
        if word not in known:
            if not known:
                raise SimError(f"'{text}': {metric.name} takes no words in brackets")
            raise SimError(f"'{text}': unknown word '{word}' for {metric.name}; {nearest(word, known)}")
        said.setdefault(known[word], []).append(word)
    index = lane_index(world)
    origins = [word.removeprefix(_FROM) for word in said.get("origin", ())]
    states = said.get("state", []) + said.get("buyer", [])
    goods = _goods(said, world)
    if not goods.any():
        raise SimError(f"'{text}': no good is all of these at once")
    return Where(
        goods=goods,
        brands=np.array([not said.get("brand") or brand in said["brand"] for brand in _BRANDS]),
        origins=_places(index.states(origins or ["all"]), len(world.states)),
        routes=_roads(said.get("road", []), valid["hub"]),
        banned="banned" in said,
        states=_places(index.states(states), len(world.states)) if states else None,
        hubs=np.array([not said.get("hub") or code in said["hub"] for code in valid["hub"]], dtype=bool),
    )


def _goods(said: dict[str, list[str]], world: World) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    tiers = [f"{_TIER}{tier}" if tier else _NO_TIER for tier in world.control_tier]
    goods, in_tiers = said.get("good", []), said.get("tier", [])
    return np.array(
        [
            (not goods or good in goods) and (not in_tiers or tier in in_tiers)
            for good, tier in zip(world.goods, tiers, strict=True)
        ]
    )


def _places(positions: Sequence[int], length: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    mask = np.zeros(length, dtype=bool)
    mask[list(positions)] = True
    return mask


def _roads(words: Sequence[str], hubs: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Roads to the target in their order: the direct one, then one by each hub."""
    through = [not words or "hubs" in words or code in words for code in hubs]
    return np.array([not words or "direct" in words, *through])


def _months(text: str, asked: str | None, first_month: int, months: int) -> tuple[int, int]:
    if asked is None:
        return max(0, months - USUAL_MONTHS), months
    if asked == "all":
        return 0, months
    first, _, last = asked.partition(":")
    try:
        start, stop = parse_month(first), parse_month(last or first)
    except ValueError as error:
        raise SimError(f"'{text}': {error}; months are YYYY-MM, YYYY-MM:YYYY-MM or all") from None
    end = first_month + months - 1
    if not first_month <= start <= stop <= end:
        span = f"{format_month(first_month)} to {format_month(end)}"
        raise SimError(f"'{text}': {asked} is not within the months that are run, {span}")
    return start - first_month, stop - first_month + 1
