"""What is odd about a sound scenario: it runs, and its author is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common.months import MONTHS_PER_YEAR, format_month, month_of
from sim.policies.lane_index import LaneIndex
from sim.scenario.idle_clauses import idle_clauses

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.world import World

_YEARS_UNKNOWN = 5  # that a run may go on after the last month of which anybody has said anything


def remarks(scenario: Scenario, world: World) -> tuple[str, ...]:
    """Sentences on what will not do what it seems to; none if there is nothing of the kind.

    Months that world, drivers and season know nothing of, a start after the base year, clauses that do nothing.
    """
    months = (*_too_early(scenario, world), *_late_start(scenario, world), *_too_late(scenario, world))
    return (*months, *_no_season(scenario, world), *idle_clauses(scenario, world))


def _too_early(scenario: Scenario, world: World) -> list[str]:
    first = scenario.months.begins(world.base_year)
    if first >= world.base_year * MONTHS_PER_YEAR:
        return []
    return [
        f"the run begins in {format_month(first)}, before {world.base_year}, the year whose trade world "
        f"'{scenario.world}' has on record: that trade stands for the months before it as well"
    ]


def _late_start(scenario: Scenario, world: World) -> list[str]:
    begins, after = scenario.months.begins(world.base_year), (world.base_year + 1) * MONTHS_PER_YEAR
    if begins <= after:
        return []
    return [
        f"the run begins in {format_month(begins)} with the firms and routes of {world.base_year}: law and drivers of "
        "the months between have done nothing by then. Leave out months.run_from to run from the base year"
    ]


def _too_late(scenario: Scenario, world: World) -> list[str]:
    named = [world.base_year * MONTHS_PER_YEAR + MONTHS_PER_YEAR - 1]
    named += [month for driver in scenario.drivers for month in driver.path or ()]
    for clause in scenario.policies:
        named += [month_of(day) for day in (clause.announced, clause.effective, clause.ends) if day is not None]
    last, known = scenario.months.last, max(named)
    if last - known <= _YEARS_UNKNOWN * MONTHS_PER_YEAR:
        return []
    return [
        f"the run goes on to {format_month(last)}, and nothing in world, drivers and clauses is said of any month "
        f"after {format_month(known)}: demand then stays as it was"
    ]


def _no_season(scenario: Scenario, world: World) -> list[str]:
    seasonal = (np.asarray(world.season) != 1.0).any(axis=1)
    index = LaneIndex(world)
    return [
        f"driver '{driver.id}' moves nothing: world '{scenario.world}' has no season for {driver.state}"
        for driver in scenario.drivers
        if driver.what == "season" and not seasonal[index.states([driver.state])].any()
    ]
