"""What states do in a month: law, threats, words, effort, lists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.common import random_streams
from sim.common.months import MONTHS_PER_YEAR
from sim.model.kernels.designations import list_drawn, list_expected, list_largest, weigh_drawn, weigh_expected
from sim.model.kernels.governments import see
from sim.model.kernels.settlement import DELIVERED
from sim.model.kernels.sums import sum_trade
from sim.model.phases.base import Phases

Floats = NDArray[np.float64]


class StatePhases(Phases):
    """Phases in which states act."""

    def read_law(self) -> None:
        """1. The regime of the month, the goods the coalition watches, how much of what an army needs it newly bans."""
        before = self._covered()
        self.take_up_law()
        self.work.alarm = max(0.0, self._covered() - before)

    def take_up_law(self) -> None:
        """The regime of the month, and which goods the coalition watches."""
        self.regime = self.lawbook.regime(self.month)
        banned = self.regime.lane("banned_share")[:, 0].reshape(len(self.world.states), -1, len(self.world.goods))
        self.work.watched[:] = banned[self.layout.members].max(axis=(0, 1), initial=0.0)

    def _covered(self) -> float:
        """How much of what an army needs the coalition bans: share of lines, weighted by how military a good is."""
        weight = self.layout.sensitivity
        return float((self.work.watched * weight).sum() / weight.sum()) if weight.sum() > 0.0 else 0.0

    def weigh_threats(self) -> None:
        """2a. The coalition sees what third states trade, takes offence at a crossed red line, counts its losses."""
        work, layout, regime = self.work, self.layout, self.regime
        self._sum_trade(work.fate[DELIVERED] if self.elapsed else self.base.flow, work.trade, work.military)
        error = 0.0 if self.expected else self.values.intelligence_noise
        see(
            random_streams.stream(self.plan.seed, random_streams.INTELLIGENCE, self.elapsed),
            error,
            work.military,
            work.seen,
        )
        line, threat = regime.cell("red_line"), regime.cell("red_line_threat")
        self.loops.take_offence(line, threat, work.seen, self._usual[1], self._numbers, work.provoked)
        trade, standing = (work.trade, self._usual[0]), (work.resolve, work.effort)
        usual_effort, loss = layout.deciding[1], regime.state("retaliation")
        self.loops.weigh_losses(
            layout.members, layout.exports, trade, loss, usual_effort, self._numbers, standing
        )  # fmt: skip

    def set_efforts(self) -> None:
        """2b. Third states move their words, their law and their effort: what is asked against what it costs."""
        work, field = self.work, self.regime.state
        threat = field("threat") + work.provoked * self.coalition_resolve
        signals = threat, field("pressure"), field("leverage"), field("courting"), field("commitment")
        trade = work.trade, self._usual[0], work.military, self._usual[1], work.watched
        stance = work.word, work.law, work.effort, work.cover
        self.loops.set_efforts(self.layout.deciding, signals, trade, work.own_listed, self._numbers, stance)

    def designate_exporters(self) -> None:
        """2c. The coalition lists exporters of third states; listed firms lose its markets."""
        work = self.work
        work.listed_here[:] = 0.0
        work.listed_near[:] = 0.0
        wanted = [
            (field, *self._firms_named(where, firms))
            for field in ("exporters_listed", "largest_listed")
            for _, where, firms in self.regime.acts(field)
        ]
        wanted += [("exporters_listed", *one) for one in self._budgeted("exporter_budget")]
        if not wanted:
            return
        sold = np.zeros_like(work.listed_here)  # musd per year of trade with the target whose sellers are listed now
        suspects = [one[1:] for one in wanted if one[0] == "exporters_listed"]
        if suspects:
            self._list_suspects(suspects, sold)
        for field, allowed, firms in wanted:
            if field == "largest_listed":
                self._list_largest(allowed, firms, sold)
        trade = np.zeros_like(sold)
        np.add.at(
            trade, (self.base.origin, self.base.good),
            MONTHS_PER_YEAR * work.flow[:, self.layout.ends_at_target].sum(axis=1),
        )  # fmt: skip
        np.divide(sold, trade, out=work.listed_here, where=trade > 0.0)
        np.divide(sold.sum(axis=1), trade.sum(axis=1), out=work.listed_near, where=trade.sum(axis=1) > 0.0)

    def traders_to_list(self) -> Floats:
        """Trading houses to be listed in each hub this month, by clause and out of budgets, (hub,)."""
        to_list = self.regime.state("traders_listed").copy()
        for allowed, firms in self._budgeted("trader_budget"):
            to_list[allowed.any(axis=1)] += firms
        chosen: Floats = to_list[self.layout.hub_states]
        return chosen

    def _firms_named(self, where: NDArray[np.int64], firms: float) -> tuple[NDArray[np.bool_], float]:
        """Cells that a clause covers, (state, good), and how many firms it lists in each of its states."""
        allowed = np.zeros(self.work.listed_here.size, dtype=bool)
        allowed[where] = True
        return allowed.reshape(self.work.listed_here.shape), firms

    def _budgeted(self, field: str) -> list[tuple[NDArray[np.bool_], float]]:
        """What designation budgets list: firms by state in reach, shared by the military trade seen there."""
        budget = float((self.regime.state(field) * self.work.resolve).sum())
        if budget == 0.0:
            return []
        reached = self.regime.state("in_reach") > 0.0
        if field == "trader_budget":
            reached = reached & np.isin(np.arange(len(reached)), self.layout.hub_states)
        weight = np.where(reached, (self.work.seen * self.work.watched).sum(axis=1), 0.0)
        found = []
        for state in np.flatnonzero(weight > 0.0):
            allowed = np.zeros(self.work.seen.shape, dtype=bool)
            allowed[state] = True
            found.append((allowed, budget * float(weight[state] / weight.sum())))
        return found

    def _list_suspects(self, wanted: list[tuple[NDArray[np.bool_], float]], sold: Floats) -> None:
        base, columns, work, at_target = self.base, self.columns, self.work, self.layout.ends_at_target
        suspicion = self.layout.sensitivity[base.good] * (1.0 - work.labels)
        yearly = MONTHS_PER_YEAR * self.row_value
        weight, odds = np.zeros(len(suspicion)), np.zeros(len(suspicion))
        if self.expected:
            weigh_expected(columns.start, suspicion * yearly, columns.size, columns.spread, at_target, weight)
        else:
            weigh_drawn(
                columns.start, suspicion * yearly, columns.size, columns.road, columns.listed, at_target, weight
            )  # fmt: skip
        for allowed, firms in wanted:
            self.loops.add_odds((base.origin, base.good, suspicion), weight, firms, allowed, odds)
        types = base.origin, base.good, yearly
        if self.expected:
            rows = columns.size, columns.spread
            list_expected(columns.start, types, odds, at_target, rows, sold, work.firms_listed)
        else:
            key = random_streams.stream(self.plan.seed, random_streams.EXPORTER_LISTED, self.elapsed)
            drawn = columns.size, columns.road, columns.listed
            list_drawn(key, columns.start, types, odds, at_target, drawn, sold, work.firms_listed)

    def _list_largest(self, allowed: NDArray[np.bool_], firms: float, sold: Floats) -> None:
        base, columns = self.base, self.columns
        kind = np.repeat(np.arange(len(base.volume)), np.diff(columns.start))
        origin, good = base.origin[kind], base.good[kind]
        for state in np.flatnonzero(allowed.any(axis=1)):
            rows = np.flatnonzero((origin == state) & allowed[state, good])
            value = MONTHS_PER_YEAR * self.row_value[kind[rows]]
            listed = list_largest(columns, rows, firms, value, self.layout.ends_at_target.astype(float))
            np.add.at(sold[state], good[rows], listed * value)
            self.work.firms_listed[state] += float((listed * value / columns.size[rows]).sum())

    def _sum_trade(self, flow: Floats, trade: Floats, military: Floats) -> None:
        base, layout = self.base, self.layout
        look = layout.sensitivity[base.good] * (1.0 - self.work.labels)
        roads = base.origin, base.good, base.hub, layout.hub_states, layout.target_roads
        sum_trade(roads, look, flow, self.work.legs, trade, military)

    def usual_trade(self) -> tuple[Floats, Floats]:
        """Trade with the target in the base year, (state,), and its military part, (state, good), labels plain."""
        trade, military = np.zeros(len(self.world.states)), np.zeros((len(self.world.states), len(self.world.goods)))
        self._sum_trade(self.base.flow, trade, military)
        return trade, military

    _usual: tuple[Floats, Floats]
