"""A structural-gravity prediction of the bans, by exact hat algebra on the same world: what a trade economist would do.

A ban on a share of a good's lines takes that share out of what the pair would trade at given prices; the new
equilibrium is that of :mod:`calibration.hat_algebra`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import sim
from calibration.distance import Floats
from calibration.hat_algebra import new_equilibrium


def base_flows(world: sim.World, home_share: float) -> Floats:
    """The world's records with sales at home, which no office records: [origin, destination, good], musd.

    Args:
        world: its records count, so that a prediction stands for what an office would publish.
        home_share: share of a firm's sales that stays at home (the model's parameter of that name).
    """
    flows: Floats = world.recorded_musd.copy()
    states = np.arange(len(world.states))
    flows[states, states] = flows.sum(axis=1) * home_share / (1.0 - home_share)
    return flows


def closed_by_month(case: sim.Case, fields: Sequence[str] = ("banned_share",)) -> dict[str, Floats]:
    """Share of each good's trade straight to the target that law or banks stop, by month: [origin, good].

    Firms with coalition headquarters and others count by their share of the base year's exports.

    Args:
        case: the scenario whose law is read, month by month.
        fields: shares of a regime that stop trade: what is banned, which payments are refused.
    """
    model, world = case.model(), case.world
    brand = world.coalition_hq_share
    found = {}
    for _ in range(case.scenario.months.count):
        model.step()
        kept = np.ones_like(brand)
        for name in fields:
            # The road straight to the target is the first.
            by_firm = model.regime.lane(name)[:, 0].reshape(len(world.states), 2, len(world.goods))
            kept *= 1.0 - (brand * by_firm[:, 0] + (1.0 - brand) * by_firm[:, 1])
        year, month = divmod(model.month, 12)
        found[f"{year:04d}-{month + 1:02d}"] = 1.0 - kept
    return found


def predicted_sales(case: sim.Case, fields: Sequence[str] = ("banned_share",)) -> dict[str, Floats]:
    """Sales to the target by month under the law of the month, [origin, good], musd a month at the base year's pace.

    Args:
        case: the scenario.
        fields: see :func:`closed_by_month`.
    """
    world = case.world
    flows = base_flows(world, case.scenario.parameters.get("home_share", sim.PARAMETERS["home_share"].default))
    solved: dict[bytes, Floats] = {}
    found = {}
    for month, closed in closed_by_month(case, fields).items():
        key = closed.tobytes()
        if key not in solved:
            kept = np.ones_like(flows)
            kept[:, world.target] = 1.0 - closed
            kept[world.target, world.target] = 1.0
            sales = new_equilibrium(flows, world.price_elasticity, kept)[0][:, world.target]
            sales[world.target] = 0.0
            solved[key] = sales
        found[month] = solved[key]
    return found
