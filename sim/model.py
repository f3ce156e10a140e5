"""The model: one month of states, exporters and intermediaries under the law in force."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim import customs, noise
from sim.agents import Exporter, ExporterView, Intermediary, IntermediaryView, State, enlist_states
from sim.engine import choice, governments, listings, markets, outlook, settlement, trading_houses
from sim.engine.baseline import baseline_of, watched_markets
from sim.engine.compiler import with_rules
from sim.engine.population import populate
from sim.engine.workspace import market_baseline, mean_traits, usual_effort, workspace
from sim.errors import SimError
from sim.lawbook import lawbook
from sim.months import calendar_index, format_month
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
        rules: behavioural rules to replace, by name (see :data:`sim.rules.RULES`), with functions of the same
            arguments.

    Raises:
        SimError: too few exporters for the world's firm types.
    """

    def __init__(
        self, scenario: Scenario, world: World, rules: Mapping[str, Callable[..., float]] | None = None
    ) -> None:
        super().__init__(rng=scenario.seed)
        self.scenario, self.world = scenario, world
        self.values = parameter_values(scenario.parameters)
        self._numbers = for_loops(self.values)
        self.expected = scenario.agents.mode == "expected"
        self.month = scenario.months.first - 1
        self.elapsed = -1
        self.lawbook = lawbook(world, scenario.policies)
        self.base = baseline_of(world, self.values.home_share, self.values.loyalty, self.values.consideration)
        self.work = workspace(world, self.base, fullness=self.values.hub_fullness, single=not self.expected)
        self.means = mean_traits(world, self.base, self.values)
        self.market = market_baseline(self.base, len(world.states), len(world.goods))
        self.ledgers = customs.blank(len(world.states), len(world.hubs), len(world.goods))
        self.loops = _Loops(rules or {})
        try:
            self.columns = populate(
                self.base, np.flatnonzero(self._clears), scenario.agents.exporters, scenario.seed,
                means=self.means, values=self.values, expected=self.expected,
            )  # fmt: skip
        except ValueError as error:
            raise SimError(f"agents.exporters: {error}") from error
        self._threads_pay = len(self.columns) >= _PARALLEL_FROM
        self._chunks = choice.chunks_of(self.columns.start)
        self.row_value = self.base.volume / np.maximum(np.diff(self.columns.start), 1)
        self._count_rows()
        consigned = np.array([self.base.flow[:, self.base.hub == h].sum() for h in range(len(world.hubs))])
        sizing = trading_houses.HouseMarket(
            consigned, self.values.hub_fullness, self.values.hub_headroom, self.values.traders_per_hub
        )
        self.houses = trading_houses.open_houses(
            sizing, scenario.agents.intermediaries, scenario.seed, expected=self.expected
        )
        self.regime = self.lawbook.regime(self.month)
        enlist_states(self)

    # ------------------------------------------------------------------------------------------------ the month
    def step(self) -> None:
        """One month: the order of the day (see the class)."""
        self.month += 1
        self.elapsed += 1
        self.read_law()
        self.set_efforts()
        self.designate_exporters()
        self.post_demand()
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
        banned = self.regime.lane("banned_share")[:, 0].reshape(len(self.world.states), 2, -1)
        self.work.watched = banned[self.world.is_coalition].max(axis=(0, 1))

    def set_efforts(self) -> None:
        """2a. Third states move towards the effort that balances threats, pressure, trade and alignment."""
        trade, watched = self._trade_with_target(
            self.work.fate[settlement.DELIVERED] if self.elapsed else self.base.flow
        )
        usual, watched_usual = self._trade_with_target(self.base.flow)
        signals = self.regime.state("threat"), self.regime.state("pressure")
        self.loops.set_efforts(
            self._deciding, signals, (trade, usual, watched, watched_usual), self._numbers, self.work.effort
        )

    def designate_exporters(self) -> None:
        """2b. The coalition lists exporters of third states; listed firms lose its markets."""
        self.work.exporters_listed[:] = 0.0
        to_list = self.regime.state("exporters_listed")
        if not to_list.any():
            return
        base, columns, work = self.base, self.columns, self.work
        types = base.origin, 12.0 * self.row_value, np.asarray(self.world.military_sensitivity)[base.good]
        attention, seen = (to_list, self.ends_at_target), np.zeros((2, len(self.world.states)))
        if self.expected:
            self.loops.list_expected(columns.start, types, attention, (columns.size, columns.spread), seen)
        else:
            key = noise.stream(self.scenario.seed, noise.EXPORTER_LISTED, self.elapsed)
            self.loops.list_drawn(
                key, columns.start, types, attention, (columns.size, columns.road, columns.listed), seen
            )
        trade = 12.0 * np.bincount(
            base.origin, weights=work.flow[:, self.ends_at_target].sum(axis=1), minlength=seen.shape[1]
        )
        work.firms_listed += seen[1]
        np.divide(seen[0], trade, out=work.exporters_listed, where=trade > 0)

    def post_demand(self) -> None:
        """3. Orders follow season and macro path; need moves demand, and so the price."""
        self.work.activity[:], self.work.need[:] = self._drivers(self.month)

    def choose_roads(self) -> None:
        """4. Exporters whose contract ends choose a road; bad news about a road ends contracts early."""
        work, columns = self.work, self.columns
        lane = self.regime.lane
        law = (
            lane("banned_share"), lane("domestic_hazard"), lane("declared_hazard"), lane("foreign_hazard"),
            lane("reputation"), lane("payment_fee"), lane("closure"), lane("licence_share"),
            lane("licence_delay_months"),
        )  # fmt: skip
        standing = (
            work.log_price, work.log_markup, work.effort, self._deciding[1], self._coalition_effort,
            self.regime.transit(), work.watched, work.believed,
        )  # fmt: skip
        means = self.means.aversion, self.means.exposure, self.means.reputation
        self.loops.look_ahead(
            self._outlook_layout,
            law,
            standing,
            means,
            self._numbers,
            work.prospects,
            work.ending,
            work.fear,
            work.worse,
        )
        if self.expected:
            traits = columns.aversion, columns.exposure, columns.reputation
            spread_out = self.loops.spread_out_parallel if self._threads_pay else self.loops.spread_out
            spread_out(
                columns.start, work.prospects, work.ending, self.closed_to_listed, self.nest, traits, columns.spread
            )
            self._sum_rows()
            return
        moves = np.empty((len(self._chunks), len(self.base.roads)), dtype=np.int64)
        choose = self.loops.choose_parallel if self._threads_pay else self.loops.choose
        choose(
            self._chunks, columns.start, self.choice_keys(), self.elapsed, work.prospects, work.ending,
            self.closed_to_listed.astype(np.float32), self.nest, self.choice_columns, moves,
        )  # fmt: skip
        np.add.at(self.rows_on_road, self._chunks[:, 0], moves)
        self._sum_rows()

    def clear_borders(self) -> None:
        """5. Licences, payments, inspections."""
        work, base, lane = self.work, self.base, self.regime.lane
        law = (
            lane("banned_share"), lane("licence_share"), lane("licence_odds_civil"), lane("licence_odds_military"),
            lane("licence_delay_months"), lane("payment_refusal"), lane("closure"),
        )  # fmt: skip
        layout = base.origin, base.good, base.destination, base.hub, self._hub_states
        standing = work.effort, self.regime.transit(), work.fear
        traits = np.asarray(self.world.military_sensitivity), np.asarray(self.world.ambiguity)
        self.loops.clear_borders(
            layout, work.flow, work.activity, law, standing, traits, self._numbers,
            work.queue, work.fate, work.banned, work.passing,
        )  # fmt: skip

    def trade_through_hubs(self) -> None:
        """6. Trading houses carry what they can, mark up as they fill, open, close, are listed and return."""
        work, houses = self.work, self.houses
        if not len(houses):
            return
        capacity = houses.open_capacity()
        consigned = work.flow.sum(axis=0) @ self._on_hub
        np.divide(consigned, capacity, out=work.fullness, where=capacity > 0)
        work.fullness[capacity <= 0] = np.where(consigned[capacity <= 0] > 0, 1e3, 0.0)
        work.carried = np.minimum(1.0, 1.0 / np.maximum(work.fullness, 1e-12))
        self.loops.mark_up(work.fullness, self._numbers, work.log_markup)
        hubs = (
            work.fullness, self.values.hub_fullness, self.regime.state("traders_listed")[self._hub_states],
            houses.represents, houses.listed_now,
        )  # fmt: skip
        key = noise.stream(self.scenario.seed, noise.TRADER_STATUS, self.elapsed)
        columns = houses.hub, houses.hiding, houses.mass, houses.generation, houses.since
        self.loops.trade_month(key, self.elapsed, self.expected, columns, hubs, self._numbers)

    def settle(self) -> None:
        """7. Deliveries, and what every order came to."""
        base, work = self.base, self.work
        layout = base.origin, base.headquarters, base.good, base.destination, base.hub
        settlement.settle(layout, work.passing, work.carried, work.fate, work.arrivals)

    def move_prices(self) -> None:
        """8. Prices move towards the gap of demand and arrivals where the market is watched."""
        work = self.work
        drivers = work.activity, work.need
        self.loops.move_prices(
            (self.market, self._clears), drivers, work.arrivals, self._numbers, work.log_price, work.replaced
        )

    def keep_ledgers(self) -> None:
        """9. What each customs office records of the month."""
        base, work, books = self.base, self.work, self.ledgers
        layout = (
            base.origin, base.headquarters, base.good, base.destination, base.hub, self._hub_states, self.world.target
        )  # fmt: skip
        goods = work.passing, work.fate[settlement.DELIVERED], work.banned, work.fate[settlement.STOPPED]
        ledgers = books.exports, books.imports, books.reexports, books.hidden, books.exported
        customs.record(layout, goods, work.log_price, self._habits, self._numbers, ledgers)

    def learn(self) -> None:
        """10. Firms update the hazards they believe in."""
        work, base = self.work, self.base
        layout = base.origin, base.hub, base.destination, self.world.target
        threat, announced = self.regime.lane("secondary_threat"), self.regime.lane("secondary_announced")
        listed = work.exporters_listed, self.houses.listed_now
        self.loops.learn(layout, threat, announced, listed, self._numbers, work.believed)

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

    def __repr__(self) -> str:
        month = format_month(self.month) if self.elapsed >= 0 else "before its first month"
        return f"<SanctionsModel {self.scenario.title!r}, {len(self.columns)} exporters, {month}>"

    # ------------------------------------------------------------------------------------------------ fixed layout
    @cached_property
    def _hub_states(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array(self.world.hubs, dtype=np.int64)

    @cached_property
    def ends_at_target(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether a road ends at the target, (road,)."""
        return np.asarray(self.base.destination == self.world.target)

    @cached_property
    def _on_hub(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Sums (type, road) over types and the roads of each hub: (road, hub) indicator."""
        return np.asarray(self.base.hub[:, None] == np.arange(len(self.world.hubs)), dtype=float)

    @cached_property
    def closed_to_listed(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Log points a listed firm loses on each road, (road,)."""
        coalition_roads = np.asarray(self.world.is_coalition)[self.base.destination]
        return np.where(coalition_roads, self.values.listing_loss, 0.0)

    @cached_property
    def nest(self) -> tuple[int, Any]:
        """How many roads end at the target (the first ones), and how similar they are to a seller."""
        return int(self.ends_at_target.sum()), self.work.prospects.dtype.type(self.values.similarity)

    @cached_property
    def _outlook_layout(self) -> tuple[Any, ...]:
        base = self.base
        return (
            base.origin, base.headquarters, base.good, base.pull, base.response, base.destination, base.hub,
            self._hub_states
        )  # fmt: skip

    @cached_property
    def choice_columns(self) -> tuple[Any, ...]:
        """The columns that the choice of roads reads and writes."""
        c = self.columns
        return c.aversion, c.exposure, c.reputation, c.listed, c.road, c.since

    @cached_property
    def _deciding(self) -> tuple[Any, ...]:
        world = self.world
        decides = np.array([role == "third" for role in world.role])
        exposure = 0.5 * (np.asarray(world.technology_exposure) + np.asarray(world.finance_exposure))
        return decides, usual_effort(world), np.asarray(world.alignment, dtype=float), exposure

    @cached_property
    def _coalition_effort(self) -> float:
        return float(np.mean(np.asarray(self._deciding[1])[self.world.is_coalition]))

    @cached_property
    def _clears(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return watched_markets(self.world)

    @cached_property
    def _habits(self) -> tuple[bool, int]:
        """How the target records partners, and the catch-all good that misdeclared goods go under."""
        by_consignment = self.world.records[self.world.target] == "consignment"
        return by_consignment, int(np.argmin(self.world.military_sensitivity))

    def choice_keys(self) -> np.ndarray[Any, np.dtype[np.uint64]]:
        """Noise streams of this month's contract ends and roads."""
        seed, month = self.scenario.seed, self.elapsed
        decisions = noise.CONTRACT_ENDS, noise.ROAD
        return np.array([noise.stream(seed, decision, month) for decision in decisions], dtype=np.uint64)

    # ------------------------------------------------------------------------------------------------ small sums
    def _count_rows(self) -> None:
        """Counts rows by type and road, and from them the contracted trade."""
        if not self.expected:
            columns, shape = self.columns, self.base.flow.shape
            kind = np.repeat(np.arange(shape[0]), np.diff(columns.start))
            cells = np.bincount(kind * shape[1] + columns.road, minlength=shape[0] * shape[1])
            self.rows_on_road = cells.reshape(shape).astype(np.int64)
        self._sum_rows()

    def _sum_rows(self) -> None:
        """Contracted trade: that of the rows, and of the firms that never move."""
        flow = self.work.flow
        if self.expected:
            self.loops.sum_spread(self.columns.start, self.row_value, self.columns.spread, flow)
        else:
            np.multiply(self.rows_on_road, self.row_value[:, None], out=flow)
        flow += self.base.background

    def _trade_with_target(self, flow: Any) -> tuple[Any, Any]:
        """Trade of each state with the target, own and passed on, musd; all goods, and watched military ones."""
        n_states = len(self.world.states)
        base = self.base
        weight = (self.work.watched * np.asarray(self.world.military_sensitivity))[base.good]
        sums = []
        for scale in (np.ones_like(weight), weight):
            direct = np.bincount(base.origin, weights=flow[:, 0] * scale, minlength=n_states)
            through = (scale @ flow) @ self._on_hub
            np.add.at(direct, self._hub_states, through)
            sums.append(direct)
        return sums[0], sums[1]

    def _drivers(self, month: int) -> tuple[Any, Any]:
        """Activity and need by (destination, good) from the scenario's drivers."""
        index = self.lawbook.index
        shape = (len(self.world.states), len(self.world.goods))
        activity, need = np.ones(shape), np.ones(shape)
        for driver in self.scenario.drivers:
            if not driver.enabled:
                continue
            where = np.ix_(index.states([driver.destination]), index.goods(driver.goods))
            if driver.what == "season":
                activity[where] *= np.asarray(self.world.season)[where[0], calendar_index(month)]
            elif driver.what == "macro":
                activity[where] *= driver.multiplier(month)
            else:
                need[where] *= driver.multiplier(month)
        return activity, need


class _Loops:
    """The compiled loops of a run, with the rules that its scenario replaces."""

    def __init__(self, rules: Mapping[str, Callable[..., float]]) -> None:
        self.look_ahead = with_rules(outlook.look_ahead, rules)
        self.learn = with_rules(outlook.learn, rules)
        self.choose = with_rules(choice.choose, rules)
        self.choose_parallel = with_rules(choice.choose_parallel, rules)
        self.spread_out = with_rules(choice.spread_out, rules)
        self.spread_out_parallel = with_rules(choice.spread_out_parallel, rules)
        self.block_pulls = with_rules(choice.block_pulls, rules)
        self.sum_spread = choice.sum_spread
        self.clear_borders = with_rules(settlement.clear_borders, rules)
        self.mark_up = with_rules(trading_houses.mark_up, rules)
        self.trade_month = with_rules(trading_houses.trade_month, rules)
        self.move_prices = with_rules(markets.move_prices, rules)
        self.set_efforts = with_rules(governments.set_efforts, rules)
        self.list_drawn = with_rules(listings.list_drawn, rules)
        self.list_expected = with_rules(listings.list_expected, rules)
