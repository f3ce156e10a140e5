"""The model: one month of states, exporters and intermediaries under the law in force."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.common import random_streams
from sim.common.errors import SimError
from sim.common.months import format_month
from sim.model.agents import (
    Exporter,
    ExporterView,
    Intermediary,
    IntermediaryView,
    State,
    enlist_states,
    trading_network,
)
from sim.model.baseline import baseline_of
from sim.model.constants import layout_of
from sim.model.drivers import driver_paths
from sim.model.kernels import Loops, customs_records
from sim.model.kernels.intermediaries import HouseMarket, open_houses
from sim.model.kernels.route_choice import chunks_of
from sim.model.kernels.sums import sum_by_exit, sum_by_hub
from sim.model.kernels.ties import first_ties
from sim.model.phases import FirmPhases, TradePhases
from sim.model.population import populate
from sim.model.state import market_baseline, mean_traits, workspace
from sim.policies.schedule import lawbook
from sim.rules.parameters import for_loops
from sim.rules.parameters import values as parameter_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from sim.scenario import Scenario
    from sim.world import World

# Below this many rows a second thread costs more than it saves (shared trial 2026-11).
_PARALLEL_FROM = 20_000


class SanctionsModel(FirmPhases, TradePhases, mesa.Model):  # type: ignore[misc]
    """States, exporters and intermediaries of one world under one scenario.

    The order of the day, every month:

    1. **Law**: the regime is rebuilt from free trade by every clause in force.
    2. **States**: the coalition sees what passes, takes offence at a crossed red line and counts its losses; third
       states move their words, their law and their effort; exporters are designated.
    3. **Demand** is posted: season, macro path, income, war need.
    4. **Exporters**: houses choose last legs, agents take over payments; exporters whose contract ends choose a road.
    5. **Borders**: licences are queued, granted or denied; payments refused; shipments inspected.
    6. **Intermediaries** carry what was consigned to their hub; they fill, mark up, open, close, are listed, return.
    7. **Settlement**: what was ordered is delivered, seized, stopped, refused, denied, held or unsold; stocks.
    8. **Prices** move towards the gap of demand and arrivals.
    9. **Ledgers**: every customs office records what it saw.
    10. **Beliefs** are updated from threats, listings and new law.

    The phases stand in :mod:`sim.model.phases`, by who acts.

    Args:
        scenario: what to simulate.
        world: the world the scenario names.
        rules: behavioural rules to replace, by name (see :data:`sim.rules.RULES`).

    Raises:
        SimError: too few exporters for the world's firm types, or too few intermediaries for its hubs.

    Example:
        >>> import sim
        >>> model = sim.load("classroom").model()
        >>> model.step()
        >>> len(model.exporters), len(model.states)
        (10, 3)
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
        self.layout = layout_of(world, self.base, self.values, scenario.openings)
        self.work = workspace(
            world, self.base, self.layout.onward, fullness=self.values.hub_fullness, single=not self.expected
        )
        self.ledgers = customs_records.blank(len(world.states), len(world.hubs), len(world.goods))
        self.loops = Loops(rules or {})
        self._numbers = for_loops(self.values)
        self._market = market_baseline(self.base, len(world.states), len(world.goods))
        self._activity, self._need = driver_paths(scenario, self.lawbook.index)
        self._usual = self.usual_trade()
        # How many roads end at the target (the first ones), and how similar they are to a seller.
        self.nest = self.layout.target_roads, self.work.prospects.dtype.type(self.values.similarity)
        self._settle_in()
        self.take_up_law()
        enlist_states(self)

    def _settle_in(self) -> None:
        """Draws the exporters, opens the trading houses and ties the ones to the others."""
        scenario, world, values = self.plan, self.world, self.values
        entered, consigned = np.empty((len(world.hubs), len(world.goods))), np.empty(len(world.hubs))
        sum_by_hub(self.base.hub, self.base.good, self.base.flow, entered)
        sum_by_exit(entered, self.layout.onward, consigned)
        sizing = HouseMarket(consigned, values.hub_fullness, values.hub_headroom, values.house_size)
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
        if not self.expected:
            key = random_streams.stream(scenario.seed, random_streams.FIRST_TIE, 0)
            first_ties(key, self.columns.start, self.columns.road, self.ties(), self.columns.house)
        self._sum_rows()

    # ------------------------------------------------------------------------------------------------ the month
    def step(self) -> None:
        """One month: the order of the day (see the class)."""
        self.month += 1
        self.elapsed += 1
        self.read_law()
        self.weigh_threats()
        self.set_efforts()
        self.designate_exporters()
        self.post_demand()
        self.weigh_hubs()
        self.look_ahead()
        self.choose_roads()
        self.clear_borders()
        self.trade_through_hubs()
        self.settle()
        self.move_prices()
        self.keep_ledgers()
        self.learn()

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

    def trading_network(self) -> pd.DataFrame:
        """Every tie of an exporter to a trading house; see :func:`sim.model.agents.ties.trading_network`."""
        return trading_network(self.exporters, self.intermediaries)

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
        return f"<SanctionsModel {self.plan.title!r}, {len(self.columns)} exporters, {month}>"
