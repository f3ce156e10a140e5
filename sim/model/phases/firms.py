"""What exporters do in a month: they look at their roads, choose, and learn."""

from __future__ import annotations

import numpy as np

from sim.common import random_streams
from sim.model.baseline import Integers
from sim.model.kernels.component_trade import add_own_law, law_as_shipped
from sim.model.kernels.sums import move_rows, sum_spread
from sim.model.phases.base import Phases
from sim.policies.regime import COALITION_BRAND


class FirmPhases(Phases):
    """Phases in which exporters act."""

    def look_ahead(self) -> None:
        """4b. What every road promises this month, and how many contracts end; bad news ends more."""
        work, base, layout, lane = self.work, self.base, self.layout, self.regime.lane
        self._ship_as_parts()
        self._count_leavers()
        roads = (
            base.origin, base.headquarters, base.good, base.pull, base.background, base.response, base.destination,
            base.hub, layout.target_roads,
        )  # fmt: skip
        law = (
            work.shipped[0], work.shipped[1], lane("domestic_hazard"), lane("declared_hazard"), lane("pledge_hazard"),
            lane("foreign_hazard"), lane("shield"), lane("reputation"), lane("payment_fee"), lane("payment_refusal"),
            lane("closure"), lane("tariff"), lane("promotion"), lane("licence_delay_months"),
        )  # fmt: skip
        standing = (
            work.log_price, work.effort, layout.checks, work.law, work.cover, work.agents, work.left,
            self.coalition_effort, work.watched, work.believed,
        )  # fmt: skip
        # In sampled mode a contract ends when its own house is gone, not by the hub's mean.
        lost = self.houses.lost_ties if self.expected else np.zeros_like(self.houses.lost_ties)
        hubs = layout.hub_states, work.hub_cost, work.hub_kept, lost, layout.opening
        means = self.means.aversion, self.means.exposure, self.means.reputation
        outlook = work.prospects, work.ending, work.fear, work.worse, work.appetite, work.diverted
        self.loops.look_ahead(roads, law, standing, hubs, means, self._numbers, *outlook)

    @property
    def coalition_effort(self) -> float:
        """Mean effort of the coalition's members; 0 where there is no coalition."""
        members = self.layout.members
        return float(self.work.effort[members].mean()) if members.any() else 0.0

    def choose_roads(self) -> None:
        """4c. Exporters whose contract ends choose a road, and on a road through a hub a trading house."""
        columns, work = self.columns, self.work
        if self.expected:
            spread_out = self.loops.spread_out_parallel if self._threads_pay else self.loops.spread_out
            traits = columns.aversion, columns.exposure, columns.reputation
            closed = self.layout.closed_to_listed
            spread_out(columns.start, work.prospects, work.ending, closed, self.nest, traits, columns.spread)
        else:
            self.choose_rows(self.chunks, self.groups, parallel=self._threads_pay)
        self._sum_rows()

    def choose_rows(self, chunks: Integers, groups: Integers, *, parallel: bool = False) -> None:
        """Lets the rows of some chunks choose; see :func:`sim.model.kernels.route_choice.chunks_of`."""
        columns, work, seed = self.columns, self.work, self.plan.seed
        keys = np.array(
            [
                random_streams.stream(seed, decision, self.elapsed)
                for decision in (random_streams.CONTRACT_ENDS, random_streams.ROAD, random_streams.TIE)
            ],
            dtype=np.uint64,
        )
        moves = np.zeros((len(chunks), len(self.base.roads)), dtype=np.int64)
        choose = self.loops.choose_parallel if parallel else self.loops.choose
        choose(
            chunks, groups, columns.start, keys, self.elapsed, work.prospects, work.ending,
            self.layout.closed_to_listed.astype(np.float32), self.nest, self.ties(), columns.drawn(), moves,
        )  # fmt: skip
        move_rows(chunks, moves, self.rows_on_road)

    def ties(self) -> tuple[object, ...]:
        """What firms need to know of trading houses; see :func:`sim.model.kernels.route_choice.tie`."""
        houses, values = self.houses, self.values
        gone = houses.gone
        return (
            gone,
            values.tie_break > 0.0 and bool(gone.any()),
            values.tie_break,
            values.tie_turnover,
            self.base.hub,
            *houses.reach(),
        )

    def learn(self) -> None:
        """10. Firms update the hazards they believe in, and how plainly they label what they sell."""
        work, base, layout, houses = self.work, self.base, self.layout, self.houses
        roads = base.origin, base.good, base.hub, layout.hub_states, layout.target_roads
        threat, announced = self.regime.lane("secondary_threat"), self.regime.lane("secondary_announced")
        provoked = work.provoked * self.coalition_resolve
        seen = work.listed_here, work.listed_near, houses.listed_now, provoked, work.alarm
        traits = self.means.exposure, layout.ambiguity, layout.branded
        self.loops.learn(roads, threat, announced, seen, traits, self._numbers, work.believed, work.labels)
        # What a state has seen of listings of its own firms and houses fades as firms forget.
        work.own_listed *= 1.0 - self.values.forgetting
        work.own_listed += work.listed_near
        np.add.at(work.own_listed, layout.hub_states, houses.listed_now)

    def _ship_as_parts(self) -> None:
        """Law as it falls on what is shipped: a watched good may go as its parts, and a state has a law of its own."""
        work, base, layout, lane = self.work, self.base, self.layout, self.regime.lane
        goods = base.good, layout.parts, layout.target_roads
        banned, licence = lane("banned_share"), lane("licence_share")
        law = banned, licence, lane("licence_odds_military")
        self.loops.switch_to_parts(goods, law, work.fear, self._numbers, work.as_parts)
        law_as_shipped(goods, work.as_parts, ((banned, work.shipped[0]), (licence, work.shipped[1])))
        add_own_law((base.origin, base.good, layout.target_roads), work.law, work.watched, work.shipped[0])

    def _count_leavers(self) -> None:
        """Share of the coalition firms' direct trade with the target that is gone, by the state they sell from."""
        work, base = self.work, self.base
        mine = base.headquarters == COALITION_BRAND
        usual, now = (
            np.bincount(base.origin[mine], weights=flow[mine, 0], minlength=len(work.left))
            for flow in (base.flow, work.flow)
        )
        gone = 1.0 - np.divide(now, usual, out=np.ones_like(usual), where=usual > 0.0)
        work.left[:] = np.maximum(0.0, gone)

    def _sum_rows(self) -> None:
        """Contracted trade: that of the rows, and of the firms that consider no watched market."""
        flow = self.work.flow
        if self.expected:
            sum_spread(self.columns.start, self.row_value, self.columns.spread, flow)
        else:
            np.multiply(self.rows_on_road, self.row_value[:, None], out=flow)
        flow += self.base.background * self.work.appetite
