"""What happens to goods in a month: demand, borders, hubs, deliveries, prices, records."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.common import random_streams
from sim.common.numerics import power
from sim.model.kernels.hub_network import refusals_by_state
from sim.model.kernels.settlement import DELIVERED, STOPPED
from sim.model.kernels.sums import sum_by_exit, sum_by_hub
from sim.model.phases.states import StatePhases

Floats = NDArray[np.float64]


class TradePhases(StatePhases):
    """Phases in which goods move."""

    _activity: Floats
    _need: Floats
    _market: Floats

    def post_demand(self) -> None:
        """3. Orders follow season and macro path, and the target's income; need moves demand, and so the price."""
        work = self.work
        work.activity[:], work.need[:] = self._activity[self.elapsed], self._need[self.elapsed]
        lost = self.regime.state("revenue_loss")
        for state in np.flatnonzero(lost > 0.0):
            work.activity[state] *= power(1.0 - float(lost[state]), self.values.import_propensity)

    def weigh_hubs(self) -> None:
        """4a. Houses choose last legs; what each hub asks and stops; agents take over what banks refuse."""
        work, layout = self.work, self.layout
        law = self.regime.cell("transit_ban"), work.watched
        standing = work.law, work.effort, layout.deciding[1], work.log_markup, work.carried
        hubs = work.hub_cost, work.hub_kept, work.hub_stopped, work.obstacle
        borders = layout.hub_states, layout.checks
        self.loops.choose_legs(layout.onward, work.obstacle, work.log_markup, self._numbers, work.legs)
        self.loops.weigh_hubs(borders, law, standing, work.legs, self._numbers, hubs)
        roads = self.base.origin, self.base.hub, layout.hub_states, layout.target_roads
        refusals_by_state(roads, self.regime.lane("payment_refusal"), work.refused)
        self.loops.grow_agents(work.refused, self._numbers, work.agents)

    def clear_borders(self) -> None:
        """5. Licences, payments, inspections."""
        work, base, layout, lane = self.work, self.base, self.layout, self.regime.lane
        roads = base.origin, base.good, base.destination, base.hub, layout.hub_states, layout.target_roads
        law = (
            work.shipped[0], work.shipped[1], lane("licence_odds_civil"), lane("licence_odds_military"),
            lane("licence_delay_months"), lane("payment_refusal"), lane("closure"), lane("coming"),
        )  # fmt: skip
        campaign = self.regime.state("inspection")
        standing = work.effort, layout.checks, campaign, work.agents, work.fear, work.diverted
        hubs = work.hub_stopped, self.regime.cell("tracking")
        traits = layout.sensitivity, layout.ambiguity
        goods = work.queue, work.fate, work.banned, work.evading, work.passing
        self.loops.clear_borders(roads, work.flow, work.activity, law, standing, hubs, traits, self._numbers, goods)

    def trade_through_hubs(self) -> None:
        """6. Trading houses carry what they can, mark up as they fill, open, close, are listed and return."""
        work, houses, values = self.work, self.houses, self.values
        capacity = houses.open_capacity() * (1.0 + self.regime.state("hub_room")[self.layout.hub_states])
        consigned = np.empty(len(capacity))
        entered = np.empty_like(work.hub_cost)
        sum_by_hub(self.base.hub, self.base.good, work.flow, entered)
        sum_by_exit(entered, work.legs, consigned)
        work.fullness[:] = np.where(consigned > 0, 1e3, 0.0)  # of a hub with no open house
        np.divide(consigned, capacity, out=work.fullness, where=capacity > 0)
        np.minimum(1.0, 1.0 / np.maximum(work.fullness, 1e-12), out=work.carried)
        self.loops.mark_up(work.fullness, self._numbers, work.log_markup)
        listed = houses.represents, houses.listed_now, houses.lost_ties
        hubs = work.fullness, values.hub_fullness, self.traders_to_list(), *listed
        key = random_streams.stream(self.plan.seed, random_streams.TRADER_STATUS, self.elapsed)
        columns = (
            houses.hub, houses.capacity, houses.hiding, houses.mass, houses.generation, houses.since, houses.gone,
        )  # fmt: skip
        self.loops.trade_month(key, self.elapsed, self.expected, columns, hubs, self._numbers)

    def settle(self) -> None:
        """7. Deliveries, what every order came to, and stocks."""
        base, work = self.base, self.work
        roads = base.origin, base.headquarters, base.good, base.destination, base.hub
        hubs, coming = (work.carried, work.legs), self.regime.lane("coming")
        self.loops.settle(
            roads, work.passing, hubs, coming, self._numbers, work.fate, work.arrivals, work.stocks
        )  # fmt: skip

    def move_prices(self) -> None:
        """8. Prices move towards the gap of demand and arrivals where the market is watched."""
        work = self.work
        market, drivers = (self._market, self.layout.watched), (work.activity, work.need)
        self.loops.move_prices(market, drivers, work.arrivals, self._numbers, work.log_price, work.replaced)

    def keep_ledgers(self) -> None:
        """9. What each customs office records of the month."""
        base, work, layout = self.base, self.work, self.layout
        roads = (
            base.origin, base.headquarters, base.good, base.destination, base.hub, layout.hub_states, layout.target
        )  # fmt: skip
        goods = (
            work.passing, work.fate[DELIVERED], work.banned, work.evading, work.as_parts, work.fate[STOPPED],
            layout.parts
        )  # fmt: skip
        hubs = work.legs, work.carried, self.regime.cell("tracking")
        habits = layout.by_consignment, layout.reexports_shown, layout.catch_all
        self.loops.record(roads, goods, work.log_price, hubs, habits, self._numbers, self.ledgers.tables())
