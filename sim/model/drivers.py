"""Season, macro path and war demand as tables by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common.months import calendar_index

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.policies.regime import LaneIndex
    from sim.scenario import Scenario


class Drivers(NamedTuple):
    """What drives demand beside law, (month, destination, good); 1 at rest.

    Attributes:
        demand_multiplier: orders against contracts.
        war_demand: demand beyond orders.
    """

    demand_multiplier: Floats
    war_demand: Floats


def driver_paths(scenario: Scenario, index: LaneIndex) -> Drivers:
    """Season and macro path move the volume of orders and so choose no route; war demand moves the price."""
    world, months = index.world, scenario.months.range()
    shape = (len(months), len(world.states), len(world.goods))
    drivers = Drivers(np.ones(shape), np.ones(shape))
    for driver in sorted(scenario.drivers, key=lambda d: d.id):
        states, goods = index.states([driver.destination]), index.goods(driver.goods)
        if driver.what == "season":
            path = np.asarray(world.season)[states][:, [calendar_index(month) for month in months]].T
        else:
            path = np.array([[driver.multiplier(month)] for month in months])
        table = drivers.war_demand if driver.what == "war_need" else drivers.demand_multiplier
        table[np.ix_(range(len(months)), states, goods)] *= path[:, :, None]
    return drivers
