"""Exact hat algebra: what flows become when trade costs change, from base-year flows and elasticities alone.

Armington goods with constant elasticities (Dekle, Eaton and Kortum 2008): each origin has a fixed supply of each good,
each state spends fixed shares on the goods and splits each good among origins with the good's trade elasticity. Only
changes against the base year are solved for, so that no trade cost need be known. Arrays in, arrays out: nothing here
knows of scenarios or the simulator.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_TOLERANCE, _MOST_ROUNDS = 1e-10, 20_000


def new_equilibrium(flows: Floats, elasticity: Floats, kept: Floats) -> tuple[Floats, Floats]:
    """The equilibrium after a shock.

    Args:
        flows: [origin, destination, good] values of the base year, sales at home on the diagonal; every state buys
            something. Trade need not balance: deficits stay.
        elasticity: [good] trade elasticity, positive.
        kept: [origin, destination, good] factor on what a pair trades at given prices: 1 leaves it alone, 0 closes it
            (a change of trade cost by a factor d is d ** -elasticity).

    Returns:
        New flows, in the unit of the old and with their total held, and prices [origin, good] as factors.

    Raises:
        ValueError: the shapes do not fit together.
        ArithmeticError: an origin can sell what it makes nowhere, or no equilibrium was found.
    """
    if flows.shape != kept.shape or flows.shape[0] != flows.shape[1] or elasticity.shape != flows.shape[2:]:
        raise ValueError(
            f"flows {flows.shape}, elasticity {elasticity.shape} and kept {kept.shape} do not fit: "
            "[origin, destination, good], [good] and [origin, destination, good] expected"
        )
    made, spent = flows.sum(axis=1), flows.sum(axis=0)
    if ((made > 0.0) & ((flows * kept).sum(axis=1) <= 0.0)).any():
        raise ArithmeticError("no equilibrium: an origin can sell a good nowhere")
    shares = np.divide(flows, spent, out=np.zeros_like(flows), where=spent > 0.0)
    deficit = spent.sum(axis=1) - made.sum(axis=1)
    price = np.ones_like(made)
    for _ in range(_MOST_ROUNDS):
        pull = kept * price[:, None, :] ** -elasticity
        index = (shares * pull).sum(axis=0)
        income = ((price * made).sum(axis=1) + deficit) / spent.sum(axis=1)
        change = np.divide(pull, index, out=np.ones_like(pull), where=index > 0.0) * income[:, None]
        earned = (flows * change).sum(axis=1)
        excess = np.divide(earned, price * made, out=np.ones_like(made), where=made > 0.0)
        price = price * excess ** (1.0 / (1.0 + elasticity))
        price *= made.sum() / (price * made).sum()
        if np.abs(excess - 1.0).max() < _TOLERANCE:
            return flows * change, price
    raise ArithmeticError(f"no equilibrium within {_MOST_ROUNDS} rounds")
