"""The same month of exporters as idiomatic Mesa agents: one object per exporter, plain Python numbers, the same rules.

The rest of the model (law, states, borders, hubs, prices, ledgers) is the model's own, so that what differs is only how
exporters are held and stepped; only their part is timed, which favours the objects.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import mesa
import numpy as np

from benchmarks.phases import PHASES
from sim.common import random_streams
from sim.common.months import MONTHS_PER_YEAR
from sim.model.model import SanctionsModel
from sim.model.phases import firms, states
from sim.rules import listing_odds, route_weight
from sim.simulation.simulation import Case

# The rules as the plain functions that they are, without the compiler.
_route_weight, _listing = route_weight.py_func, listing_odds.py_func
_MASK, _STEP = (1 << 64) - 1, 0x9E3779B97F4A7C15


@dataclass(eq=False)
class Kind:
    """What firms of one type have in common: their prospects this month, by route.

    Attributes:
        routes: those on which firms of the type sell.
        same: weight of each route that tells no firms of the type apart; nothing on the others, and on those that no
            firm has asked for this month.
        rows: firms of the type on each route, by position of the route in the model.
        participants: firms that consider the target.
    """

    origin: int
    good: int
    row_value: float
    routes: list[int]
    home: int
    rows: list[int]
    participants: int
    odds_end: list[float] = field(default_factory=list)
    base: list[float] = field(default_factory=list)
    market: list[float] = field(default_factory=list)
    banned: list[float] = field(default_factory=list)
    hazard: list[float] = field(default_factory=list)
    threat: list[float] = field(default_factory=list)
    reputation_cost: list[float] = field(default_factory=list)
    alike: list[bool] = field(default_factory=list)
    same: list[float | None] = field(default_factory=list)
    entering: float = 0.0
    leaving: float = 0.0

    @property
    def yearly(self) -> float:
        """Trade that one firm stands for, musd per year."""
        return MONTHS_PER_YEAR * self.row_value


class ObjectExporter(mesa.Agent):  # type: ignore[misc]
    """One exporting firm as an object."""

    def __init__(self, model: ObjectsModel, kind: Kind, identity: int, traits: tuple[float, ...], route: int) -> None:
        super().__init__(model)
        self.kind, self.identity, self.route = kind, identity, route
        self.aversion, self.exposure, self.reputation, self.size = traits
        self.listed, self.participates, self.since = False, False, 0

    def weights(self) -> list[float]:
        """What each route of its type promises it; what a listed firm loses stays at home."""
        kind, model, lost = self.kind, self.model, 0.0
        weights = []
        for i, k in enumerate(kind.routes):
            struck = self.listed and model.kept_if_listed[k] < 1.0
            known = kind.same[i] if kind.alike[i] and not struck else None
            if known is None:
                known = kind.base[i] * _route_weight(
                    kind.market[i], kind.banned[i], self.aversion, kind.hazard[i], self.exposure, kind.threat[i],
                    self.reputation, kind.reputation_cost[i],
                )  # fmt: skip
                kind.same[i] = known if kind.alike[i] else None
            if struck:
                lost += known * (1.0 - model.kept_if_listed[k])
                known *= model.kept_if_listed[k]
            weights.append(0.0 if k == 0 and not self.participates else known)
        weights[kind.home] += lost
        return weights

    def step(self) -> None:
        """Its month: it may enter the target's market or leave it; if so, or if a contract ends, it chooses a route."""
        model, kind = self.model, self.kind
        # A listed firm has nothing to leave for.
        switch = 0.0 if self.listed else kind.leaving if self.participates else kind.entering
        chance = model.draw(random_streams.CONTRACT_ENDS, self)
        if chance >= switch + (1.0 - switch) * kind.odds_end[self.route]:
            return
        if chance < switch:
            self.participates = not self.participates
            kind.participants += 1 if self.participates else -1
        weights = self.weights()
        drawn = model.draw(random_streams.ROAD, self) * sum(weights)
        for k, weight in zip(kind.routes, weights, strict=True):  # noqa: B007  # the last route stands if rounding passes all
            drawn -= weight
            if drawn < 0.0:
                break
        if k != self.route:
            kind.rows[self.route] -= 1
            kind.rows[k] += 1
            self.route = k
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
        self.kept_if_listed = [math.exp(-loss) for loss in inner.constants.loss_if_listed.tolist()]
        self.at_target = inner.constants.ends_at_target.tolist()
        base, columns, home = inner.base, inner.exporter_columns, inner.constants.home.tolist()
        self.kinds = []
        for t, rows in enumerate(inner.rows_on_route.tolist()):
            routes = np.flatnonzero(base.weight[t] > 0).tolist()
            place = routes.index(home[t]) if home[t] in routes else 0
            origin, good, value = int(base.origin[t]), int(base.good[t]), float(inner.row_value[t])
            self.kinds.append(Kind(origin, good, value, routes, place, rows=rows[:-1], participants=rows[-1]))
        traits = [a.tolist() for a in (columns.aversion, columns.exposure, columns.reputation, columns.size)]
        for t, kind in enumerate(self.kinds):
            for row in range(columns.start[t], columns.start[t + 1]):
                identity = t * random_streams.IDENTITIES_PER_TYPE + row - int(columns.start[t])
                firm = ObjectExporter(self, kind, identity, tuple(a[row] for a in traits), int(columns.route[row]))
                firm.participates = bool(columns.participates[row])
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

    @staticmethod
    def inner_type(agent: ObjectExporter) -> int:
        """Position of an agent's type."""
        return agent.identity // random_streams.IDENTITIES_PER_TYPE

    def _know_keys(self, *decisions: int) -> None:
        if self.same_draws:
            elapsed = self.inner.elapsed
            self.keys = {one: int(random_streams.stream(self.draw_seed, one, elapsed)) for one in decisions}

    def _choose_routes(self, inner: SanctionsModel) -> None:
        self._know_keys(random_streams.CONTRACT_ENDS, random_streams.ROAD)
        self._tell_kinds()
        started = time.perf_counter()
        self.agents.do("step")
        self.seconds += time.perf_counter() - started
        # What firms outside the pool and intermediaries sell comes on top, in the model's own sums.
        inner.rows_on_route[:] = [[*kind.rows, kind.participants] for kind in self.kinds]
        firms.sum_rows(inner)

    def _tell_kinds(self) -> None:
        """Hands the month's prospects, which the model's own phases have worked out, to the kinds; not timed."""
        state = self.inner.state
        entering, leaving = state.participation.entering.tolist(), state.participation.leaving.tolist()
        for t, kind in enumerate(self.kinds):
            fields = state.prospects[t][:, kind.routes].tolist()
            kind.market, kind.banned, kind.hazard, kind.threat, kind.reputation_cost, kind.base = fields
            law = zip(kind.banned, kind.hazard, kind.threat, kind.reputation_cost, strict=True)
            kind.alike = [not any(words) for words in law]
            kind.same = [None] * len(kind.routes)
            kind.odds_end = state.outlook.contract_end_odds[t].tolist()
            kind.entering, kind.leaving = entering[t], leaving[t]

    def _designate(self, inner: SanctionsModel) -> None:
        governments = inner.state.governments
        governments.listed_share[:] = 0.0
        governments.state_listed_share[:] = 0.0
        suspects = states.clauses_that_list(inner, "exporters_listed") + states._budgeted(inner, "exporter_budget")
        largest = states.clauses_that_list(inner, "largest_listed")
        if not suspects and not largest:
            return
        self._know_keys(random_streams.EXPORTER_LISTED)
        military = inner.constants.goods.military_sensitivity[inner.base.good]
        suspicion = (military * (1.0 - inner.state.evasion.labels)).tolist()
        hit = np.zeros_like(governments.listed_share)
        started = time.perf_counter()
        listed = self._list_suspects(suspects, suspicion) if suspects else []
        for allowed, wanted in largest:
            listed += self._list_largest(allowed, wanted)
        for agent in listed:
            kind = agent.kind
            hit[kind.origin, kind.good] += kind.yearly
            governments.firms_listed[kind.origin] += kind.yearly / agent.size
        self.seconds += time.perf_counter() - started
        sold = np.zeros_like(hit)
        to_target = inner.state.shipments.contracted[:, inner.constants.ends_at_target].sum(axis=1)
        np.add.at(sold, (inner.base.origin, inner.base.good), MONTHS_PER_YEAR * to_target)
        np.divide(hit, sold, out=governments.listed_share, where=sold > 0)
        np.divide(hit.sum(axis=1), sold.sum(axis=1), out=governments.state_listed_share, where=sold.sum(axis=1) > 0)

    def _list_suspects(self, clauses: list[tuple[Any, float]], suspicion: list[float]) -> list[ObjectExporter]:
        """Lists so many firms in each state, the most suspect first; who they are."""
        trading = self.agents.select(lambda a: not a.listed and self.at_target[a.route])
        weight = [0.0] * len(self.kinds)
        for agent in trading:
            t = self.inner_type(agent)
            weight[t] += suspicion[t] * agent.kind.yearly / agent.size
        odds, listed = self._odds(clauses, weight, suspicion), []
        for agent in trading:
            own = odds[self.inner_type(agent)]
            if own > 0.0 and self.draw(random_streams.EXPORTER_LISTED, agent) < own:
                agent.listed = True
                listed.append(agent)
        return listed

    def _list_largest(self, allowed: Any, wanted: float) -> list[ObjectExporter]:
        """Lists the largest firms of each state until so many are listed; who they are."""
        trading = self.agents.select(
            lambda a: not a.listed and self.at_target[a.route] and allowed[a.kind.origin, a.kind.good]
        )
        before, listed = [0.0] * len(allowed), []
        for agent in sorted(trading, key=lambda a: -a.size):
            state, stands_for = agent.kind.origin, agent.kind.yearly / agent.size
            if wanted - before[state] >= 0.5 * stands_for:  # a row is listed whole or not at all
                agent.listed = True
                listed.append(agent)
            before[state] += stands_for
        return listed

    def _odds(self, clauses: list[tuple[Any, float]], weight: list[float], suspicion: list[float]) -> list[float]:
        """Odds of being listed this month by type: in each state so many firms, the most suspect first."""
        odds = [0.0] * len(self.kinds)
        for allowed, wanted in clauses:
            total = [0.0] * len(allowed)
            for t, kind in enumerate(self.kinds):
                if allowed[kind.origin, kind.good]:
                    total[kind.origin] += weight[t]
            for t, kind in enumerate(self.kinds):
                if allowed[kind.origin, kind.good]:
                    own = _listing(wanted, suspicion[t], total[kind.origin])
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
    """Share of exporters that a run leaves alike in both forms, given the same draws, and listings that differ.

    Alike are those on the same route that both forms or neither have consider the target's market. Columns compute in
    single precision, objects in double: a draw within 1e-7 of a border may fall elsewhere.
    """
    columns, objects = case.model(), ObjectsModel(case, same_draws=True)
    for _ in range(case.scenario.months.count):
        columns.step()
        objects.step()
    routes = np.array([agent.route for agent in objects.agents])
    inside = np.array([agent.participates for agent in objects.agents])
    listed = np.array([agent.listed for agent in objects.agents])
    held = columns.exporter_columns
    same = (routes == held.route) & (inside == held.participates.astype(bool))
    return float(np.mean(same)), int(np.sum(listed != held.listed.astype(bool)))


def exporter_months_per_second(case: Case) -> float:
    """Speed of the objects over one run, their own part only."""
    model = ObjectsModel(case)
    months = case.scenario.months.count
    for _ in range(months):
        model.step()
    return case.scenario.agents.exporters * months / model.seconds
