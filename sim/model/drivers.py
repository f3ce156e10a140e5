"""Season, macro path, war demand and supply as tables by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common.months import calendar_index, month_range

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.policies.lane_index import LaneIndex
    from sim.scenario import Scenario


class Drivers(NamedTuple):
    """What drives demand and supply beside law, each (month, state, good); 1 at rest.

    Attributes:
        demand_multiplier: orders of a destination against contracts.
        war_demand: demand of a destination beyond orders.
        supply_multiplier: what an origin's exporters ship of what is ordered from them.
    """

    demand_multiplier: Floats
    war_demand: Floats
    supply_multiplier: Floats


def driver_paths(scenario: Scenario, index: LaneIndex) -> Drivers:
    """Season, macro path and supply move volumes and so choose no route; war demand and shortage move the price."""
    world = index.world
    months = month_range(scenario.months.begins(world.base_year), scenario.months.last)
    shape = (len(months), len(world.states), len(world.goods))
    drivers = Drivers(np.ones(shape), np.ones(shape), np.ones(shape))
    tables = {"war_need": drivers.war_demand, "supply": drivers.supply_multiplier}
    for driver in sorted(scenario.drivers, key=lambda d: d.id):
        states, goods = index.states([driver.state]), index.goods(driver.goods)
        if driver.what == "season":
            path = np.asarray(world.season)[states][:, [calendar_index(month) for month in months]].T
        else:
            path = np.array(driver.multipliers(months))[:, None]
        table = tables.get(driver.what, drivers.demand_multiplier)
        table[np.ix_(range(len(months)), states, goods)] *= path[:, :, None]
    return drivers
