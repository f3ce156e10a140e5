"""The model: one month of states, exporters and intermediaries under the law in force."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim import customs, noise
from sim.agents import Exporter, ExporterView, Intermediary, IntermediaryView, State, enlist_states
from sim.engine.baseline import Integers, baseline_of
from sim.engine.choice import chunks_of
from sim.engine.drivers import driver_paths
from sim.engine.layout import layout_of, trade_with_target
from sim.engine.loops import Loops
from sim.engine.population import populate
from sim.engine.settlement import DELIVERED, STOPPED
from sim.engine.sums import move_rows, sum_by_hub
from sim.engine.trading_houses import HouseMarket, open_houses
from sim.engine.workspace import market_baseline, mean_traits, workspace
from sim.errors import SimError
from sim.lawbook import lawbook
from sim.months import MONTHS_PER_YEAR, format_month
from sim.parameters import for_loops
from sim.parameters import values as parameter_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sim.scenario import Scenario
    from sim.world import World

# Below this many rows a second thread costs more than it saves (shared trial 2026-11).
_PARALLEL_FROM = 20_000


class SanctionsModel(mesa.Model):  # type: ignore[misc]
    """States, exporters and intermediaries of one world under one scenario.

    The order of the day, every month:

    1. **Law**: the regime is rebuilt from free trade by every clause in force.
    2. **States** move their enforcement effort; the coalition designates exporters.
    3. **Demand** is posted: season, macro path, war need.
    4. **Exporters** whose contract ends choose a road.
    5. **Borders**: licences are queued, granted or denied; payments refused; shipments inspected.
    6. **Intermediaries** carry what was consigned to their hub; they fill, mark up, open, close, are listed, return.
    7. **Settlement**: what was ordered is delivered, seized, stopped, refused, denied, held or unsold.
    8. **Prices** move towards the gap of demand and arrivals.
    9. **Ledgers**: every customs office records what it saw.
    10. **Beliefs** are updated from threats and listings.

    Args:
        scenario: what to simulate.
        world: the world the scenario names.
        rules: behavioural rules to replace, by name (see :data:`sim.rules.RULES`).

    Raises:
        SimError: too few exporters for the world's firm types, or too few intermediaries for its hubs.
    """

    def __init__(
        self, scenario: Scenario, world: World, rules: Mapping[str, Callable[..., float]] | None = None
    ) -> None:
        super().__init__(rng=scenario.seed)
        # Mesa 3.5 gives a model a `scenario` of its own kind, so ours has another name.
        self.plan, self.world = scenario, world
        self.values = parameter_values(scenario.parameters)
        self.expected = scenario.agents.mode == "expected"
        self.month, self.elapsed = scenario.months.first - 1, -1
        self.lawbook = lawbook(world, scenario.policies)
        self.base = baseline_of(
            world, self.values.home_share, self.values.loyalty, consideration=self.values.consideration
        )
        self.layout = layout_of(world, self.base, self.values)
        self.work = workspace(world, self.base, fullness=self.values.hub_fullness, single=not self.expected)
        self.ledgers = customs.blank(len(world.states), len(world.hubs), len(world.goods))
        self.loops = Loops(rules or {})
        self._numbers = for_loops(self.values)
        self._market = market_baseline(self.base, len(world.states), len(world.goods))
        self._activity, self._need = driver_paths(scenario, self.lawbook.index)
        self._settle_in()
        self.regime = self.lawbook.regime(self.month)
        enlist_states(self)

    def _settle_in(self) -> None:
        """Draws the exporters and opens the trading houses."""
        scenario, world, values = self.plan, self.world, self.values
        consigned = np.empty(len(world.hubs))
        sum_by_hub(self.base.hub, self.base.flow, consigned)
        sizing = HouseMarket(consigned, values.hub_fullness, values.hub_headroom, values.traders_per_hub)
        self.means = mean_traits(world, self.base, values)
        try:
            self.columns = populate(
                self.base, np.flatnonzero(self.layout.watched), scenario.agents.exporters, scenario.seed,
                means=self.means, values=values, expected=self.expected,
            )  # fmt: skip
            self.houses = open_houses(sizing, scenario.agents.intermediaries, scenario.seed, expected=self.expected)
        except ValueError as error:
            raise SimError(str(error)) from error
        self.chunks, self.groups = chunks_of(self.columns.start)
        self.row_value = self.base.volume / np.maximum(np.diff(self.columns.start), 1)
        self.rows_on_road = self.columns.rows_by_road(len(self.base.roads))
        self._threads_pay = len(self.columns) >= _PARALLEL_FROM
        self._sum_rows()

    # ------------------------------------------------------------------------------------------------ the month
    def step(self) -> None:
        """One month: the order of the day (see the class)."""
        self.month += 1
        self.elapsed += 1
        self.read_law()
        self.set_efforts()
        self.designate_exporters()
        self.post_demand()
        self.look_ahead()
        self.choose_roads()
        self.clear_borders()
        self.trade_through_hubs()
        self.settle()
        self.move_prices()
        self.keep_ledgers()
        self.learn()

    def read_law(self) -> None:
        """1. The regime of the month, and which goods the coalition watches."""
        self.regime = self.lawbook.regime(self.month)
        banned = self.regime.lane("banned_share")[:, 0].reshape(len(self.world.states), -1, len(self.world.goods))
        self.work.watched = banned[np.asarray(self.world.is_coalition)].max(axis=(0, 1), initial=0.0)

    def set_efforts(self) -> None:
        """2a. Third states move towards the effort that balances threats, pressure, trade and alignment."""
        work, layout, base = self.work, self.layout, self.base
        now, watched_now = trade_with_target(
            layout, base, work.fate[DELIVERED] if self.elapsed else base.flow, work.watched
        )
        usual, watched_usual = trade_with_target(layout, base, base.flow, work.watched)
        signals = self.regime.state("threat"), self.regime.state("pressure")
        trade = now, usual, watched_now, watched_usual
        self.loops.set_efforts(layout.deciding, signals, trade, self._numbers, work.effort)

    def designate_exporters(self) -> None:
        """2b. The coalition lists exporters of third states; listed firms lose its markets."""
        base, columns, work, at_target = self.base, self.columns, self.work, self.layout.ends_at_target
        work.exporters_listed[:] = 0.0
        to_list = self.regime.state("exporters_listed")
        if not to_list.any():
            return
        types = base.origin, MONTHS_PER_YEAR * self.row_value, self.layout.sensitivity[base.good]
        seen = np.zeros((2, len(to_list)))
        if self.expected:
            spread = columns.size, columns.spread
            self.loops.list_expected(columns.start, types, (to_list, at_target), spread, seen)
        else:
            rows = columns.size, columns.road, columns.listed
            key = noise.stream(self.plan.seed, noise.EXPORTER_LISTED, self.elapsed)
            self.loops.list_drawn(key, columns.start, types, (to_list, at_target), rows, seen)
        sold = MONTHS_PER_YEAR * work.flow[:, at_target].sum(axis=1)
        trade = np.bincount(base.origin, weights=sold, minlength=len(to_list))
        work.firms_listed += seen[1]
        np.divide(seen[0], trade, out=work.exporters_listed, where=trade > 0)

    def post_demand(self) -> None:
        """3. Orders follow season and macro path; need moves demand, and so the price."""
        self.work.activity[:], self.work.need[:] = self._activity[self.elapsed], self._need[self.elapsed]

    def look_ahead(self) -> None:
        """4a. What every road promises this month, and how many contracts end; bad news ends more."""
        work, base, layout, lane = self.work, self.base, self.layout, self.regime.lane
        types_and_roads = (
            base.origin, base.headquarters, base.good, base.pull, base.response, base.destination, base.hub,
            layout.hub_states,
        )  # fmt: skip
        law = (
            lane("banned_share"), lane("domestic_hazard"), lane("declared_hazard"), lane("foreign_hazard"),
            lane("reputation"), lane("payment_fee"), lane("closure"), lane("licence_share"),
            lane("licence_delay_months"),
        )  # fmt: skip
        standing = (
            work.log_price, work.log_markup, work.effort, layout.deciding[1], layout.coalition_effort,
            self.regime.cell("transit_ban"), work.watched, work.believed,
        )  # fmt: skip
        means = self.means.aversion, self.means.exposure, self.means.reputation
        outlook = work.prospects, work.ending, work.fear, work.worse
        self.loops.look_ahead(types_and_roads, law, standing, means, self._numbers, *outlook)

    def choose_roads(self) -> None:
        """4b. Exporters whose contract ends choose a road."""
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
        """Lets the rows of some chunks choose; see :func:`sim.engine.choice.chunks_of`."""
        columns, work, seed = self.columns, self.work, self.plan.seed
        keys = np.array(
            [noise.stream(seed, decision, self.elapsed) for decision in (noise.CONTRACT_ENDS, noise.ROAD)],
            dtype=np.uint64,
        )
        moves = np.zeros((len(chunks), len(self.base.roads)), dtype=np.int64)
        choose = self.loops.choose_parallel if parallel else self.loops.choose
        choose(
            chunks, groups, columns.start, keys, self.elapsed, work.prospects, work.ending,
            self.layout.closed_to_listed.astype(np.float32), self.nest, columns.drawn(), moves,
        )  # fmt: skip
        move_rows(chunks, moves, self.rows_on_road)

    def clear_borders(self) -> None:
        """5. Licences, payments, inspections."""
        work, base, layout, lane = self.work, self.base, self.layout, self.regime.lane
        law = (
            lane("banned_share"), lane("licence_share"), lane("licence_odds_civil"), lane("licence_odds_military"),
            lane("licence_delay_months"), lane("payment_refusal"), lane("closure"),
        )  # fmt: skip
        types_and_roads = base.origin, base.good, base.destination, base.hub, layout.hub_states
        standing = work.effort, self.regime.cell("transit_ban"), work.fear
        traits = layout.sensitivity, layout.ambiguity
        goods = work.queue, work.fate, work.banned, work.passing
        self.loops.clear_borders(
            types_and_roads, work.flow, work.activity, law, standing, traits, self._numbers, *goods
        )

    def trade_through_hubs(self) -> None:
        """6. Trading houses carry what they can, mark up as they fill, open, close, are listed and return."""
        work, houses, values = self.work, self.houses, self.values
        capacity = houses.open_capacity()
        consigned = np.empty(len(capacity))
        sum_by_hub(self.base.hub, work.flow, consigned)
        work.fullness[:] = np.where(consigned > 0, 1e3, 0.0)  # of a hub with no open house
        np.divide(consigned, capacity, out=work.fullness, where=capacity > 0)
        np.minimum(1.0, 1.0 / np.maximum(work.fullness, 1e-12), out=work.carried)
        self.loops.mark_up(work.fullness, self._numbers, work.log_markup)
        to_list = self.regime.state("traders_listed")[self.layout.hub_states]
        hubs = work.fullness, values.hub_fullness, to_list, houses.represents, houses.listed_now
        key = noise.stream(self.plan.seed, noise.TRADER_STATUS, self.elapsed)
        columns = houses.hub, houses.hiding, houses.mass, houses.generation, houses.since
        self.loops.trade_month(key, self.elapsed, self.expected, columns, hubs, self._numbers)

    def settle(self) -> None:
        """7. Deliveries, and what every order came to."""
        base, work = self.base, self.work
        types_and_roads = base.origin, base.headquarters, base.good, base.destination, base.hub
        self.loops.settle(types_and_roads, work.passing, work.carried, work.fate, work.arrivals)

    def move_prices(self) -> None:
        """8. Prices move towards the gap of demand and arrivals where the market is watched."""
        work = self.work
        market, drivers = (self._market, self.layout.watched), (work.activity, work.need)
        self.loops.move_prices(market, drivers, work.arrivals, self._numbers, work.log_price, work.replaced)

    def keep_ledgers(self) -> None:
        """9. What each customs office records of the month."""
        base, work, books, layout = self.base, self.work, self.ledgers, self.layout
        types_and_roads = (
            base.origin, base.headquarters, base.good, base.destination, base.hub, layout.hub_states, self.world.target
        )  # fmt: skip
        goods = work.passing, work.fate[DELIVERED], work.banned, work.fate[STOPPED]
        habits = layout.by_consignment, layout.catch_all
        ledgers = books.exports, books.imports, books.reexports, books.hidden, books.exported
        self.loops.record(types_and_roads, goods, work.log_price, habits, self._numbers, ledgers)

    def learn(self) -> None:
        """10. Firms update the hazards they believe in."""
        work, base = self.work, self.base
        types_and_roads = base.origin, base.hub, base.destination, self.world.target
        threat, announced = self.regime.lane("secondary_threat"), self.regime.lane("secondary_announced")
        listed = work.exporters_listed, self.houses.listed_now
        self.loops.learn(types_and_roads, threat, announced, listed, self._numbers, work.believed)

    def _sum_rows(self) -> None:
        """Contracted trade: that of the rows, and of the firms that never move."""
        flow = self.work.flow
        if self.expected:
            self.loops.sum_spread(self.columns.start, self.row_value, self.columns.spread, flow)
        else:
            np.multiply(self.rows_on_road, self.row_value[:, None], out=flow)
        flow += self.base.background

    # ------------------------------------------------------------------------------------------------ the agents
    @cached_property
    def exporters(self) -> ExporterView:
        """The exporters: ``model.exporters[17]`` is an agent, ``model.exporters.get("size")`` a column."""
        return ExporterView(self)

    @cached_property
    def intermediaries(self) -> IntermediaryView:
        """The trading houses of the hubs, as agents and as columns."""
        return IntermediaryView(self)

    @property
    def states(self) -> Any:
        """The states, a Mesa AgentSet in the world's order."""
        return self.agents

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Mesa's table of agents by class; exporters and intermediaries are looked at as they are asked for."""
        return {State: self.agents, Exporter: self.exporters, Intermediary: self.intermediaries}

    @property
    def agent_types(self) -> list[type]:
        """The classes of agents, as Mesa lists them."""
        return [State, Exporter, Intermediary]

    @cached_property
    def nest(self) -> tuple[int, Any]:
        """How many roads end at the target (the first ones), and how similar they are to a seller."""
        return self.layout.target_roads, self.work.prospects.dtype.type(self.values.similarity)

    def __repr__(self) -> str:
        month = format_month(self.month) if self.elapsed >= 0 else "before its first month"
        return f"<SanctionsModel {self.plan.title!r}, {len(self.columns)} exporters, {month}>"
