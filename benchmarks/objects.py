"""The same month of exporters as idiomatic Mesa agents: one object per exporter, plain Python numbers, the same rules.

The rest of the model (law, states, borders, hubs, prices, ledgers) is the model's own, so that what differs is only how
exporters are held and stepped; only their part is timed, which favours the objects.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import mesa
import numpy as np

from sim.common import random_streams
from sim.rules import listing_odds, pull_of_nest, pull_within_nest, road_pull
from sim.simulation.simulation import Case

# The rules as the plain functions that they are, without the compiler.
_road_pull, _within, _of_nest, _listing = (
    rule.py_func for rule in (road_pull, pull_within_nest, pull_of_nest, listing_odds)
)
_MASK, _STEP = (1 << 64) - 1, 0x9E3779B97F4A7C15


@dataclass(eq=False)
class Kind:
    """What firms of one type have in common: their prospects this month, by road."""

    origin: int
    suspicion: float
    row_value: float
    roads: list[int]
    odds_end: list[float] = field(default_factory=list)
    base: list[float] = field(default_factory=list)
    market: list[float] = field(default_factory=list)
    banned: list[float] = field(default_factory=list)
    hazard: list[float] = field(default_factory=list)
    threat: list[float] = field(default_factory=list)
    shame: list[float] = field(default_factory=list)
    bonus: float = 0.0
    usual: float = 0.0


class ObjectExporter(mesa.Agent):  # type: ignore[misc]
    """One exporting firm as an object."""

    def __init__(self, model: ObjectsModel, kind: Kind, identity: int, traits: tuple[float, ...], road: int) -> None:
        super().__init__(model)
        self.kind, self.identity, self.road = kind, identity, road
        self.aversion, self.exposure, self.reputation, self.size = traits
        self.listed, self.since = False, 0

    def pulls(self) -> list[float]:
        """What each road of its type promises it, the road in use with its bonus."""
        kind, model = self.kind, self.model
        nested, similarity = model.nested, model.similarity
        fear = 0.0 if self.listed else self.exposure
        pulls, within = [], 0.0
        for i, k in enumerate(kind.roads):
            pull = _road_pull(
                kind.market[i], kind.banned[i], self.aversion, kind.hazard[i], fear, kind.threat[i],
                self.reputation, kind.shame[i],
            )  # fmt: skip
            if self.listed:
                pull *= model.closed_factor[k]
            if k < nested:
                pull = kind.base[i] * _within(pull, similarity)
                within += pull
            else:
                pull *= kind.base[i]
            pulls.append(pull)
        mean = within / kind.usual if kind.usual > 0.0 else 0.0
        scale = _of_nest(mean, similarity) / mean if mean > 0.0 else 0.0
        return [
            (pull * scale if k < nested else pull) * (1.0 + kind.bonus if k == self.road else 1.0)
            for k, pull in zip(kind.roads, pulls, strict=True)
        ]

    def step(self) -> None:
        """Its month: if its contract ends, it chooses a road."""
        model = self.model
        if model.luck(random_streams.CONTRACT_ENDS, self) >= self.kind.odds_end[self.road]:
            return
        pulls = self.pulls()
        drawn = model.luck(random_streams.ROAD, self) * sum(pulls)
        for k, pull in zip(self.kind.roads, pulls, strict=True):  # noqa: B007  # the last road stands if rounding passes all
            drawn -= pull
            if drawn < 0.0:
                break
        if k != self.road:
            model.move(self, k)
        self.since = model.month_number


class ObjectsModel(mesa.Model):  # type: ignore[misc]
    """Exporters as objects inside the month of a :class:`sim.model.model.SanctionsModel` (sampled mode).

    Args:
        case: what to simulate.
        same_luck: draw what the columns draw, for checking; else Mesa's own generator, as an idiomatic model would.
    """

    def __init__(self, case: Case, *, same_luck: bool = False) -> None:
        super().__init__(rng=case.scenario.seed)
        self.inner = inner = case.model()
        self.same_luck, self.seconds, self.month_number = same_luck, 0.0, -1
        self.luck_seed = case.scenario.seed
        self.keys: dict[int, int] = {}
        self.nested, self.similarity = inner.nest[0], float(inner.nest[1])
        self.closed_factor = np.exp(-inner.layout.closed_to_listed).tolist()
        self.at_target = inner.layout.ends_at_target.tolist()
        self.flow: list[list[float]] = inner.work.flow.tolist()
        base, columns = inner.base, inner.columns
        suspicion = np.asarray(inner.world.military_sensitivity)[base.good]
        self.kinds = [
            Kind(
                int(base.origin[t]),
                float(suspicion[t]),
                float(inner.row_value[t]),
                np.flatnonzero(base.pull[t] > 0).tolist(),
            )
            for t in range(len(base.volume))
        ]
        traits = [a.tolist() for a in (columns.aversion, columns.exposure, columns.reputation, columns.size)]
        for t, kind in enumerate(self.kinds):
            for row in range(columns.start[t], columns.start[t + 1]):
                identity = t * random_streams.IDENTITIES_PER_TYPE + row - int(columns.start[t])
                ObjectExporter(self, kind, identity, tuple(a[row] for a in traits), int(columns.road[row]))
        inner.choose_roads = self._choose_roads
        inner.designate_exporters = self._designate

    def step(self) -> None:
        """One month."""
        self.month_number += 1
        self.inner.step()

    def luck(self, decision: int, agent: ObjectExporter) -> float:
        """A draw of this month's for one agent."""
        return _uniform(self.keys[decision], agent.identity) if self.same_luck else self.random.random()

    def move(self, agent: ObjectExporter, road: int) -> None:
        """Takes an agent's trade from its road to another."""
        row = self.flow[self.inner_type(agent)]
        row[agent.road] -= agent.kind.row_value
        row[road] += agent.kind.row_value
        agent.road = road

    @staticmethod
    def inner_type(agent: ObjectExporter) -> int:
        """Position of an agent's type."""
        return agent.identity // random_streams.IDENTITIES_PER_TYPE

    def _choose_roads(self) -> None:
        inner = self.inner
        if self.same_luck:
            self.keys = {
                decision: int(random_streams.stream(self.luck_seed, decision, inner.elapsed))
                for decision in (random_streams.CONTRACT_ENDS, random_streams.ROAD)
            }
        started = time.perf_counter()
        self._tell_kinds()
        self.agents.do("step")
        inner.work.flow[:] = self.flow
        self.seconds += time.perf_counter() - started

    def _tell_kinds(self) -> None:
        work = self.inner.work
        for t, kind in enumerate(self.kinds):
            fields = work.prospects[t][:, kind.roads].tolist()
            kind.market, kind.banned, kind.hazard, kind.threat, kind.shame, bonus, kind.base = fields
            kind.bonus = bonus[0] if bonus else 0.0
            kind.odds_end = work.ending[t].tolist()
            kind.usual = sum(b for b, k in zip(kind.base, kind.roads, strict=True) if k < self.nested)

    def _designate(self) -> None:
        inner, work = self.inner, self.inner.work
        work.listed_here[:] = 0.0
        work.listed_near[:] = 0.0
        clauses = [inner._firms_named(where, firms) for _, where, firms in inner.regime.acts("exporters_listed")]
        if not clauses:
            return
        if self.same_luck:
            self.keys[random_streams.EXPORTER_LISTED] = int(
                random_streams.stream(self.luck_seed, random_streams.EXPORTER_LISTED, inner.elapsed)
            )
        plain = (1.0 - work.labels).tolist()
        started = time.perf_counter()
        trading = self.agents.select(lambda a: not a.listed and self.at_target[a.road])
        weight = [0.0] * len(self.kinds)
        for agent in trading:
            t = self.inner_type(agent)
            weight[t] += agent.kind.suspicion * plain[t] * 12.0 * agent.kind.row_value / agent.size
        odds = self._odds(clauses, weight, plain)
        hit = np.zeros_like(work.listed_here)
        for agent in trading:
            t = self.inner_type(agent)
            if odds[t] > 0.0 and self.luck(random_streams.EXPORTER_LISTED, agent) < odds[t]:
                agent.listed = True
                hit[agent.kind.origin, inner.base.good[t]] += 12.0 * agent.kind.row_value
        self.seconds += time.perf_counter() - started
        sold = np.zeros_like(hit)
        to_target = work.flow[:, inner.layout.ends_at_target].sum(axis=1)
        np.add.at(sold, (inner.base.origin, inner.base.good), 12.0 * to_target)
        np.divide(hit, sold, out=work.listed_here, where=sold > 0)
        np.divide(hit.sum(axis=1), sold.sum(axis=1), out=work.listed_near, where=sold.sum(axis=1) > 0)

    def _odds(self, clauses: list[tuple[Any, float]], weight: list[float], plain: list[float]) -> list[float]:
        """Odds of being listed this month by type: in each state so many firms, the most suspect first."""
        goods, odds = self.inner.base.good.tolist(), [0.0] * len(self.kinds)
        for allowed, firms in clauses:
            total = [0.0] * len(allowed)
            for t, kind in enumerate(self.kinds):
                if allowed[kind.origin, goods[t]]:
                    total[kind.origin] += weight[t]
            for t, kind in enumerate(self.kinds):
                if allowed[kind.origin, goods[t]]:
                    own = _listing(firms, kind.suspicion * plain[t], total[kind.origin])
                    odds[t] += own - odds[t] * own
        return odds


def _uniform(key: int, identity: int) -> float:
    """:func:`sim.common.random_streams.uniform` in Python's own integers."""
    z = (key + identity * _STEP) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    z ^= z >> 31
    return ((z >> 11) + 0.5) * 1.1102230246251565e-16


def agreement(case: Case) -> tuple[float, int]:
    """Share of exporters on the same road after a run in both forms, given the same luck; and listings that differ.

    Columns compute in single precision, objects in double: a draw within 1e-7 of a border may fall elsewhere.
    """
    columns, objects = case.model(), ObjectsModel(case, same_luck=True)
    for _ in range(case.scenario.months.count):
        columns.step()
        objects.step()
    roads = np.array([agent.road for agent in objects.agents])
    listed = np.array([agent.listed for agent in objects.agents])
    return float(np.mean(roads == columns.columns.road)), int(np.sum(listed != columns.columns.listed.astype(bool)))


def exporter_months_per_second(case: Case) -> float:
    """Speed of the objects over one run, their own part only."""
    model = ObjectsModel(case)
    months = case.scenario.months.count
    for _ in range(months):
        model.step()
    return case.scenario.agents.exporters * months / model.seconds
