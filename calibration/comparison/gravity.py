"""A structural-gravity prediction of the bans, by exact hat algebra on the same world: what a trade economist would do.

A ban on a share of a good's lines takes that share out of what the pair would trade at given prices; the new
equilibrium is that of :mod:`calibration.comparison.hat_algebra`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import sim
from calibration.comparison.hat_algebra import new_equilibrium
from calibration.targets.simulated_targets import Floats


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
            # The direct route to the target is the first.
            by_firm = model.regime.lane(name)[:, 0].reshape(len(world.states), 2, len(world.goods))
            kept *= 1.0 - (brand * by_firm[:, 0] + (1.0 - brand) * by_firm[:, 1])
        year, month = divmod(model.month, 12)
        found[f"{year:04d}-{month + 1:02d}"] = 1.0 - kept
    return found


def flows_of(case: sim.Case) -> Floats:
    """The base year of a case's world, with the share sold at home that the case sets: see :func:`base_flows`."""
    return base_flows(case.world, case.scenario.parameters.get("home_share", sim.PARAMETERS["home_share"].default))


def kept_at(world: sim.World, closed: Floats) -> Floats:
    """What :func:`.hat_algebra.new_equilibrium` takes, from what is closed on the way to the target.

    Args:
        world: whose target it is.
        closed: [origin, good] share that is closed; sales of the target at home never are.
    """
    kept = np.ones_like(world.recorded_musd)
    kept[:, world.target] = 1.0 - closed
    kept[world.target, world.target] = 1.0
    return kept


def predicted_flows(case: sim.Case, fields: Sequence[str] = ("banned_share",)) -> dict[str, Floats]:
    """Sales of everybody to everybody by month under the law of the month, musd a month at the base year's pace.

    Args:
        case: the scenario.
        fields: see :func:`closed_by_month`.

    Returns:
        By month, [origin, destination, good] with sales at home on the diagonal.
    """
    world, flows = case.world, flows_of(case)
    solved: dict[bytes, Floats] = {}
    found = {}
    for month, closed in closed_by_month(case, fields).items():
        key = closed.tobytes()
        if key not in solved:
            solved[key], _ = new_equilibrium(flows, world.price_elasticity, kept_at(world, closed))
        found[month] = solved[key]
    return found


def predicted_sales(case: sim.Case, fields: Sequence[str] = ("banned_share",)) -> dict[str, Floats]:
    """Sales to the target by month under the law of the month, [origin, good], musd a month at the base year's pace.

    Args:
        case: the scenario.
        fields: see :func:`closed_by_month`.
    """
    target = case.world.target
    found = {}
    for month, flows in predicted_flows(case, fields).items():
        found[month] = flows[:, target].copy()
        found[month][target] = 0.0
    return found
