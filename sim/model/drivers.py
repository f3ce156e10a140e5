"""Season, macro path and war need as tables by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.common.months import calendar_index

if TYPE_CHECKING:
    from sim.policies.regime import LaneIndex
    from sim.scenario import Scenario

Floats = NDArray[np.float64]


def driver_paths(scenario: Scenario, index: LaneIndex) -> tuple[Floats, Floats]:
    """Activity (orders against contracts) and need (demand beyond orders), (month, destination, good); 1 at rest.

    Season and macro path move the volume of orders and so choose no road; need moves demand and so the price.
    """
    world, months = index.world, scenario.months.range()
    shape = (len(months), len(world.states), len(world.goods))
    activity, need = np.ones(shape), np.ones(shape)
    for driver in sorted(scenario.drivers, key=lambda d: d.id):
        states, goods = index.states([driver.destination]), index.goods(driver.goods)
        if driver.what == "season":
            path = np.asarray(world.season)[states][:, [calendar_index(month) for month in months]].T
        else:
            path = np.array([[driver.multiplier(month)] for month in months])
        table = need if driver.what == "war_need" else activity
        table[np.ix_(range(len(months)), states, goods)] *= path[:, :, None]
    return activity, need
