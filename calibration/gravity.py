"""A structural-gravity prediction of the bans, by exact hat algebra on the same world: what a trade economist would do.

Armington goods with constant elasticities (Dekle, Eaton and Kortum 2008): each origin has a fixed supply of each good,
each state spends fixed shares on the goods and splits each good among origins with the good's trade elasticity. Only
changes against the base year are solved for, so that no trade cost need be known: a ban on a share of a good's lines
takes that share out of what the pair would trade at given prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import sim

Floats = NDArray[np.float64]
_TOLERANCE, _MOST_ROUNDS = 1e-10, 20_000


@dataclass(frozen=True, eq=False)
class Economy:
    """The base year.

    Attributes:
        sales: [origin, destination, good], home on the diagonal, musd.
        elasticity: [good] trade elasticity, positive.
    """

    sales: Floats
    elasticity: Floats


def economy_of(world: sim.World, home_share: float) -> Economy:
    """The world's records with sales at home, which no office records.

    Args:
        world: its records count, so that a prediction stands for what an office would publish.
        home_share: share of a firm's sales that stays at home (the model's parameter of that name).
    """
    sales = world.recorded_musd.copy()
    at_home = sales.sum(axis=1) * home_share / (1.0 - home_share)
    states = np.arange(len(world.states))
    sales[states, states] = at_home
    return Economy(sales, world.price_elasticity)


def solve(economy: Economy, kept: Floats) -> tuple[Floats, Floats]:
    """The new equilibrium.

    Args:
        economy: the base year.
        kept: [origin, destination, good] factor on what a pair trades at given prices: 1 leaves it alone.

    Returns:
        Changes as factors: of sales [origin, destination, good], and of prices [origin, good], with world income held.

    Raises:
        ArithmeticError: no equilibrium found.
    """
    sales, power = economy.sales, economy.elasticity
    made, spent = sales.sum(axis=1), sales.sum(axis=0)
    shares = np.divide(sales, spent, out=np.zeros_like(sales), where=spent > 0.0)
    deficit = spent.sum(axis=1) - made.sum(axis=1)
    price = np.ones_like(made)
    for _ in range(_MOST_ROUNDS):
        pull = kept * price[:, None, :] ** -power
        index = (shares * pull).sum(axis=0)
        income = ((price * made).sum(axis=1) + deficit) / spent.sum(axis=1)
        change = np.divide(pull, index, out=np.ones_like(pull), where=index > 0.0) * income[:, None]
        earned = (sales * change).sum(axis=1)
        excess = np.divide(earned, price * made, out=np.ones_like(made), where=made > 0.0)
        price = price * excess ** (1.0 / (1.0 + power))
        price *= made.sum() / (price * made).sum()
        if np.abs(excess - 1.0).max() < _TOLERANCE:
            return change, price
    raise ArithmeticError(f"no equilibrium within {_MOST_ROUNDS} rounds")


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
    economy = economy_of(world, float(sim.PARAMETERS["home_share"].default))
    solved: dict[bytes, Floats] = {}
    found = {}
    for month, closed in closed_by_month(case, fields).items():
        key = closed.tobytes()
        if key not in solved:
            kept = np.ones_like(economy.sales)
            kept[:, world.target] = 1.0 - closed
            kept[world.target, world.target] = 1.0
            change, _ = solve(economy, kept)
            sales = (economy.sales * change)[:, world.target]
            sales[world.target] = 0.0
            solved[key] = sales
        found[month] = solved[key]
    return found
