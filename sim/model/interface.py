"""What phases and agents find in a model: the world, its law, the agents' columns, the state of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.common.arrays import Floats, Integers
    from sim.model.baseline import Baseline
    from sim.model.constants import Constants
    from sim.model.drivers import Drivers
    from sim.model.kernels import Loops
    from sim.model.kernels.customs_records import CustomsRecords
    from sim.model.kernels.intermediaries import IntermediaryColumns
    from sim.model.kernels.route_choice import RowGroups
    from sim.model.population import ExporterColumns
    from sim.model.state import ModelState
    from sim.policies.regime import Regime
    from sim.policies.schedule import Lawbook
    from sim.rules.parameters import LoopParameters, Values
    from sim.scenario import Scenario
    from sim.world import World


class Model(Protocol):
    """Attributes of :class:`sim.model.model.SanctionsModel` that its phases and agents share.

    Attributes:
        plan: the scenario that is simulated.
        world: its world.
        values: parameters by name.
        parameters: the same in the form that loops take.
        expected: whether rows are spreads of firms instead of firms that draw.
        month: of the calendar, see :mod:`sim.common.months`; one before the first until the first step.
        elapsed: months since the run began, from 0.
        schedule: the law month by month.
        regime: the law of the month.
        base: the base year.
        constants: what stays the same all through the run.
        drivers: season, macro path and war demand month by month.
        state: arrays that the months write.
        customs: records of the month.
        loops: compiled loops, with the rules that the scenario replaces.
        exporter_columns, intermediary_columns: the agents.
        rows: rows of exporters in groups that threads take.
        row_value: musd per month that one row of a type stands for, (type,).
        rows_on_route: rows of each type on each route, (type, route); sampled mode.
        threads_pay: whether there are so many rows that a second thread saves time.
        random, rng, register_agent: Mesa's own.
    """

    plan: Scenario
    world: World
    values: Values
    parameters: LoopParameters
    expected: bool
    month: int
    elapsed: int
    schedule: Lawbook
    regime: Regime
    base: Baseline
    constants: Constants
    drivers: Drivers
    state: ModelState
    customs: CustomsRecords
    loops: Loops
    exporter_columns: ExporterColumns
    intermediary_columns: IntermediaryColumns
    rows: RowGroups
    moves: Integers
    row_value: Floats
    rows_on_route: Integers
    threads_pay: bool
    random: Any
    rng: Any
    register_agent: Callable[[Any], None]
