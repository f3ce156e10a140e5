"""The model: one month of states, exporters and intermediaries under the law in force."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

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
from sim.model.constants import constants_of
from sim.model.drivers import driver_paths
from sim.model.kernels import Loops
from sim.model.kernels.customs_records import blank_records
from sim.model.kernels.intermediaries import CapacityPlan, open_intermediaries
from sim.model.kernels.route_choice import groups_of
from sim.model.mesa_habits import Everyone, collector, seed_of
from sim.model.phases import firms, states, trade
from sim.model.population import populate
from sim.model.state import state_at_rest
from sim.policies.schedule import lawbook
from sim.rules.parameters import for_loops
from sim.rules.parameters import values as parameter_values
from sim.scenario import Scenario, load_scenario
from sim.world import World, load_world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd


# Below this many rows a second thread costs more than it saves (shared trial 2026-11).
_PARALLEL_FROM = 20_000


class SanctionsModel(mesa.Model):  # type: ignore[misc]
    """States, exporters and intermediaries of one world under one scenario.

    :meth:`step` is the month. Its phases are functions of :mod:`sim.model.phases`, by who acts; each says what it reads
    and writes of the model. What the model holds is told by :class:`sim.model.interface.Model`, and its arrays by
    :mod:`sim.model.state` and :mod:`sim.model.records`.

    Args:
        scenario: what to simulate, or the name or file of a scenario. A name or file has the scenario's own parameters
            and the prior centres; ``sim.load(...).model()`` has those that ``sim run`` takes, see ``Case.said``.
        world: the world the scenario names; read where it is left out.
        rules: behavioural rules to replace, by name (see :data:`sim.rules.RULES`).
        seed: of every draw, in place of the scenario's; Mesa's ``rng`` is another name for it.
        collect: whether ``datacollector`` collects after each month.
        **kwargs: parameters of the model by name, as :func:`mesa.batch_run` and Mesa's page vary them; the page takes
            no other name for what a model lists nowhere.

    Raises:
        SimError: too few exporters for the world's firm types, or too few intermediaries for its hubs; a faulty
            scenario or parameter.

    Example:
        >>> import sim
        >>> model = sim.load("classroom").model()
        >>> model.step()
        >>> len(model.exporters), len(model.states)
        (10, 3)
    """

    def __init__(  # noqa: PLR0913 (each is asked for by its name)
        self,
        scenario: Scenario | str,
        world: World | None = None,
        rules: Mapping[str, Callable[..., float]] | None = None,
        *,
        seed: int | None = None,
        rng: Any = None,
        collect: bool = True,
        **kwargs: float,
    ) -> None:
        scenario = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        changes: dict[str, Any] = {"parameters": kwargs} if kwargs else {}
        if (chosen := seed_of(scenario.seed, seed, rng)) != scenario.seed:
            changes["seed"] = chosen
        scenario = scenario.with_changes(**changes) if changes else scenario
        world = load_world(scenario.world) if world is None else world
        super().__init__(rng=scenario.seed)
        self.datacollector, self.collect = collector(), collect
        # Mesa 3.5 gives a model a `scenario` of its own kind, so ours has another name.
        self.plan, self.world = scenario, world
        self.values = parameter_values(scenario.parameters)
        self.parameters = for_loops(self.values)
        self.expected = scenario.agents.mode == "expected"
        self.month, self.elapsed = scenario.months.begins(world.base_year) - 1, -1
        self.schedule = lawbook(world, scenario.policies)
        self.base = baseline_of(
            world, self.values.home_share, exponent=self.values.participation_exponent,
            participant_share=self.values.participant_share,
        )  # fmt: skip
        precision = np.float64 if self.expected else np.float32
        self.constants = constants_of(world, self.base, self.values, scenario.hub_effects, precision)
        self.drivers = driver_paths(scenario, self.schedule.index)
        self.state = state_at_rest(
            world, self.base, self.constants.hubs, utilisation=self.values.hub_utilisation, precision=precision
        )
        self.customs = blank_records(len(world.states), len(world.hubs), len(world.goods))
        self.loops = Loops(rules or {})
        self._settle_in()
        states.take_up_law(self)
        enlist_states(self)

    def _settle_in(self) -> None:
        """Draws the exporters and opens the intermediaries."""
        agents, seed, expected = self.plan.agents, self.plan.seed, self.expected
        markets, types = np.flatnonzero(self.constants.markets.price_adjusting), self.constants.types
        try:
            self.exporter_columns = populate(
                self.base, markets, types, self.values, agents.exporters, seed=seed, expected=expected
            )
            self.intermediary_columns = open_intermediaries(
                self._capacity_plan(), agents.intermediaries, seed, expected=expected
            )
        except ValueError as error:
            raise SimError(str(error)) from error
        exporters = self.exporter_columns
        self.rows = groups_of(exporters.start)
        self.moves = np.zeros((len(self.rows.chunks), len(self.base.routes) + 1), dtype=np.int64)
        self.row_value = self.base.volume / np.maximum(np.diff(exporters.start), 1)
        self.rows_on_route = exporters.rows_by_route(len(self.base.routes))
        self.threads_pay = exporters.rows >= _PARALLEL_FROM
        firms.sum_rows(self)
        self.state.participation.usual[:] = self.state.participation.share  # as drawn, so that nobody moves at rest

    def _capacity_plan(self) -> CapacityPlan:
        """What enters the hubs in the base year, and what sizes their intermediaries."""
        values, hubs = self.values, self.constants.hubs
        entering = hubs.passed_on.sum(axis=(1, 2))
        return CapacityPlan(entering, values.hub_utilisation, hubs.usual_use, values.intermediary_size)

    # ------------------------------------------------------------------------------------------------ the month
    def step(self) -> None:
        """One month.

        Raises:
            SimError: the scenario's last month is over.
        """
        if self.month >= self.plan.months.last:
            last = format_month(self.plan.months.last)
            raise SimError(f"the run is over: {last} is its last month (months.last of the scenario); running is False")
        self.month += 1
        self.elapsed += 1
        states.read_law(self)  # the regime of the month, what the coalition controls
        states.assess_threats(self)  # what the coalition observes; red lines; its own losses
        states.set_enforcement(self)  # announcements, legislation, enforcement of third states
        states.designate_exporters(self)
        trade.post_demand(self)
        trade.price_transit(self)  # what hubs cost and stop; payment intermediaries
        firms.evaluate_routes(self)
        trade.pass_on(self)
        firms.choose_routes(self)
        trade.clear_borders(self)  # licences, payments, inspections
        trade.trade_through_hubs(self)
        trade.settle(self)
        trade.clear_markets(self)
        trade.record_customs(self)
        firms.update_beliefs(self)
        self._end_month()

    def _end_month(self) -> None:
        """Tells Mesa: what it collects of the months that are told, and that a run ends with the last of them."""
        if self.collect and self.month >= self.plan.months.first:
            self.datacollector.collect(self)
        self.running = self.month < self.plan.months.last

    # ------------------------------------------------------------------------------------------------ the agents
    @cached_property
    def exporters(self) -> ExporterView:
        """The exporters: ``model.exporters[17]`` is an agent, ``model.exporters.get("size")`` a column."""
        return ExporterView(self)

    @cached_property
    def intermediaries(self) -> IntermediaryView:
        """The intermediaries of the hubs, as agents and as columns."""
        return IntermediaryView(self)

    @property
    def states(self) -> Any:
        """The states, a Mesa AgentSet in the world's order."""
        return self._agents_by_type[State]

    @property
    def agents(self) -> Any:
        """States and agents of the user's, a Mesa AgentSet whose ``select`` finds agents of every kind.

        ``select(agent_type=sim.State)`` finds states, ``sim.Exporter`` and ``sim.Intermediary`` the others, and
        ``select(lambda agent: ...)`` asks agents of all kinds. Members (``len``, iteration, ``do``) are states and the
        user's own; a whole kind of the others is ``model.exporters`` and ``model.intermediaries``.
        """
        return Everyone(self, self._all_agents)

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Agents by kind: AgentSets, and the views of exporters and intermediaries."""
        return {**self._agents_by_type, Exporter: self.exporters, Intermediary: self.intermediaries}

    @property
    def agent_types(self) -> list[type]:
        """Every kind of agent."""
        return list(self.agents_by_type)

    def trading_network(self) -> pd.DataFrame:
        """Who supplies which hub's intermediaries; see :func:`sim.model.agents.network.trading_network`."""
        return trading_network(self)

    def __repr__(self) -> str:
        month = format_month(self.month) if self.elapsed >= 0 else "before its first month"
        return f"<SanctionsModel {self.plan.title!r}, {len(self.exporters)} exporters, {month}>"
