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

from benchmarks.phases import PHASES
from sim.common import random_streams
from sim.model.model import SanctionsModel
from sim.model.phases import firms, states
from sim.rules import listing_odds, pull_of_nest, pull_within_nest, road_pull
from sim.simulation.simulation import Case

# The rules as the plain functions that they are, without the compiler.
_route_weight, _within, _of_nest, _listing = (
    rule.py_func for rule in (road_pull, pull_within_nest, pull_of_nest, listing_odds)
)
_MASK, _STEP = (1 << 64) - 1, 0x9E3779B97F4A7C15


@dataclass(eq=False)
class Kind:
    """What firms of one type have in common: their prospects this month, by route."""

    origin: int
    suspicion: float
    row_value: float
    routes: list[int]
    odds_end: list[float] = field(default_factory=list)
    base: list[float] = field(default_factory=list)
    market: list[float] = field(default_factory=list)
    banned: list[float] = field(default_factory=list)
    hazard: list[float] = field(default_factory=list)
    threat: list[float] = field(default_factory=list)
    reputation_cost: list[float] = field(default_factory=list)
    bonus: float = 0.0
    usual: float = 0.0


class ObjectExporter(mesa.Agent):  # type: ignore[misc]
    """One exporting firm as an object."""

    def __init__(self, model: ObjectsModel, kind: Kind, identity: int, traits: tuple[float, ...], route: int) -> None:
        super().__init__(model)
        self.kind, self.identity, self.route = kind, identity, route
        self.aversion, self.exposure, self.reputation, self.size = traits
        self.listed, self.since = False, 0

    def weights(self) -> list[float]:
        """What each route of its type promises it, the route in use with its bonus."""
        kind, model = self.kind, self.model
        nested, dissimilarity = model.nested, model.dissimilarity
        fear = 0.0 if self.listed else self.exposure
        weights, within = [], 0.0
        for i, k in enumerate(kind.routes):
            weight = _route_weight(
                kind.market[i], kind.banned[i], self.aversion, kind.hazard[i], fear, kind.threat[i],
                self.reputation, kind.reputation_cost[i],
            )  # fmt: skip
            if self.listed:
                weight *= model.closed_factor[k]
            if k < nested:
                weight = kind.base[i] * _within(weight, dissimilarity)
                within += weight
            else:
                weight *= kind.base[i]
            weights.append(weight)
        mean = within / kind.usual if kind.usual > 0.0 else 0.0
        scale = _of_nest(mean, dissimilarity) / mean if mean > 0.0 else 0.0
        return [
            (weight * scale if k < nested else weight) * (1.0 + kind.bonus if k == self.route else 1.0)
            for k, weight in zip(kind.routes, weights, strict=True)
        ]

    def step(self) -> None:
        """Its month: if its contract ends, it chooses a route."""
        model = self.model
        if model.draw(random_streams.CONTRACT_ENDS, self) >= self.kind.odds_end[self.route]:
            return
        weights = self.weights()
        drawn = model.draw(random_streams.ROAD, self) * sum(weights)
        for k, weight in zip(self.kind.routes, weights, strict=True):  # noqa: B007  # the last route stands if rounding passes all
            drawn -= weight
            if drawn < 0.0:
                break
        if k != self.route:
            model.move(self, k)
        self.since = model.month_number


class ObjectsModel(mesa.Model):  # type: ignore[misc]
    """Exporters as objects inside the month of a :class:`sim.model.model.SanctionsModel` (sampled mode).

    Args:
        case: what to simulate.
        same_draws: draw what the columns draw, for checking; else Mesa's own generator, as an idiomatic model would.
    """

    def __init__(self, case: Case, *, same_draws: bool = False) -> None:
        super().__init__(rng=case.scenario.seed)
        self.inner = inner = case.model()
        self.same_draws, self.seconds, self.month_number = same_draws, 0.0, -1
        self.draw_seed = case.scenario.seed
        self.keys: dict[int, int] = {}
        logit = inner.constants.logit
        self.nested, self.dissimilarity = logit.target_routes, float(logit.dissimilarity)
        self.closed_factor = np.exp(-logit.loss_if_listed).tolist()
        self.at_target = inner.constants.ends_at_target.tolist()
        self.flow: list[list[float]] = inner.state.shipments.contracted.tolist()
        base, columns = inner.base, inner.exporter_columns
        suspicion = np.asarray(inner.world.military_sensitivity)[base.good]
        self.kinds = [
            Kind(
                int(base.origin[t]),
                float(suspicion[t]),
                float(inner.row_value[t]),
                np.flatnonzero(base.weight[t] > 0).tolist(),
            )
            for t in range(len(base.volume))
        ]
        traits = [a.tolist() for a in (columns.aversion, columns.exposure, columns.reputation, columns.size)]
        for t, kind in enumerate(self.kinds):
            for row in range(columns.start[t], columns.start[t + 1]):
                identity = t * random_streams.IDENTITIES_PER_TYPE + row - int(columns.start[t])
                ObjectExporter(self, kind, identity, tuple(a[row] for a in traits), int(columns.route[row]))
        # Its own month: that of the model, but for the two phases in which exporters are gone through.
        mine = {firms.choose_routes: self._choose_routes, states.designate_exporters: self._designate}
        self.phases = [mine.get(phase, phase) for phase in PHASES]

    def step(self) -> None:
        """One month."""
        inner = self.inner
        self.month_number += 1
        inner.month, inner.elapsed = inner.month + 1, inner.elapsed + 1
        for phase in self.phases:
            phase(inner)

    def draw(self, decision: int, agent: ObjectExporter) -> float:
        """A draw of this month's for one agent."""
        return _uniform(self.keys[decision], agent.identity) if self.same_draws else self.random.random()

    def move(self, agent: ObjectExporter, route: int) -> None:
        """Takes an agent's trade from its route to another."""
        row = self.flow[self.inner_type(agent)]
        row[agent.route] -= agent.kind.row_value
        row[route] += agent.kind.row_value
        agent.route = route

    @staticmethod
    def inner_type(agent: ObjectExporter) -> int:
        """Position of an agent's type."""
        return agent.identity // random_streams.IDENTITIES_PER_TYPE

    def _choose_routes(self, inner: SanctionsModel) -> None:
        if self.same_draws:
            self.keys = {
                decision: int(random_streams.stream(self.draw_seed, decision, inner.elapsed))
                for decision in (random_streams.CONTRACT_ENDS, random_streams.ROAD)
            }
        started = time.perf_counter()
        self._tell_kinds()
        self.agents.do("step")
        inner.state.shipments.contracted[:] = self.flow
        self.seconds += time.perf_counter() - started

    def _tell_kinds(self) -> None:
        state = self.inner.state
        for t, kind in enumerate(self.kinds):
            fields = state.prospects[t][:, kind.routes].tolist()
            kind.market, kind.banned, kind.hazard, kind.threat, kind.reputation_cost, bonus, kind.base = fields
            kind.bonus = bonus[0] if bonus else 0.0
            kind.odds_end = state.outlook.contract_end_odds[t].tolist()
            kind.usual = sum(b for b, k in zip(kind.base, kind.routes, strict=True) if k < self.nested)

    def _designate(self, inner: SanctionsModel) -> None:
        governments = inner.state.governments
        governments.listed_share[:] = 0.0
        governments.state_listed_share[:] = 0.0
        clauses = states.clauses_that_list(inner, "exporters_listed")
        if not clauses:
            return
        if self.same_draws:
            self.keys[random_streams.EXPORTER_LISTED] = int(
                random_streams.stream(self.draw_seed, random_streams.EXPORTER_LISTED, inner.elapsed)
            )
        plain = (1.0 - inner.state.evasion.labels).tolist()
        started = time.perf_counter()
        trading = self.agents.select(lambda a: not a.listed and self.at_target[a.route])
        weight = [0.0] * len(self.kinds)
        for agent in trading:
            t = self.inner_type(agent)
            weight[t] += agent.kind.suspicion * plain[t] * 12.0 * agent.kind.row_value / agent.size
        odds = self._odds(clauses, weight, plain)
        hit = np.zeros_like(governments.listed_share)
        for agent in trading:
            t = self.inner_type(agent)
            if odds[t] > 0.0 and self.draw(random_streams.EXPORTER_LISTED, agent) < odds[t]:
                agent.listed = True
                hit[agent.kind.origin, inner.base.good[t]] += 12.0 * agent.kind.row_value
        self.seconds += time.perf_counter() - started
        sold = np.zeros_like(hit)
        to_target = inner.state.shipments.contracted[:, inner.constants.ends_at_target].sum(axis=1)
        np.add.at(sold, (inner.base.origin, inner.base.good), 12.0 * to_target)
        np.divide(hit, sold, out=governments.listed_share, where=sold > 0)
        np.divide(hit.sum(axis=1), sold.sum(axis=1), out=governments.state_listed_share, where=sold.sum(axis=1) > 0)

    def _odds(self, clauses: list[tuple[Any, float]], weight: list[float], plain: list[float]) -> list[float]:
        """Odds of being listed this month by type: in each state so many firms, the most suspect first."""
        goods, odds = self.inner.base.good.tolist(), [0.0] * len(self.kinds)
        for allowed, wanted in clauses:
            total = [0.0] * len(allowed)
            for t, kind in enumerate(self.kinds):
                if allowed[kind.origin, goods[t]]:
                    total[kind.origin] += weight[t]
            for t, kind in enumerate(self.kinds):
                if allowed[kind.origin, goods[t]]:
                    own = _listing(wanted, kind.suspicion * plain[t], total[kind.origin])
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
    """Share of exporters on the same route after a run in both forms, given the same draws; and listings that differ.

    Columns compute in single precision, objects in double: a draw within 1e-7 of a border may fall elsewhere.
    """
    columns, objects = case.model(), ObjectsModel(case, same_draws=True)
    for _ in range(case.scenario.months.count):
        columns.step()
        objects.step()
    routes = np.array([agent.route for agent in objects.agents])
    listed = np.array([agent.listed for agent in objects.agents])
    held = columns.exporter_columns
    return float(np.mean(routes == held.route)), int(np.sum(listed != held.listed.astype(bool)))


def exporter_months_per_second(case: Case) -> float:
    """Speed of the objects over one run, their own part only."""
    model = ObjectsModel(case)
    months = case.scenario.months.count
    for _ in range(months):
        model.step()
    return case.scenario.agents.exporters * months / model.seconds
