"""How a hub's trading houses pass goods on, and how agents take over payments that banks refuse."""

from sim.common.numerics import exp
from sim.common.rule_compiler import rule


@rule
def onward_pull(response: float, cost: float, obstacle: float) -> float:
    """Pull of a hub for the last leg to the target against the base year; logit among last legs (McFadden 1974).

    Args:
        response: elasticity of the choice to cost.
        cost: log of the mark-up there against the base year.
        obstacle: log points that its checks take off, 0 or more.
    """
    return exp(-response * (cost + obstacle))


@rule
def agents_next(carried: float, refused: float, entry: float, leaving: float) -> float:
    """Share of refused payments that agents carry next month, 0..1.

    Agents enter where refusals leave custom (free entry in reduced form, as for trading houses) and leave when there
    is none.

    Args:
        carried: share carried this month.
        refused: share of payments that banks refuse.
        entry: entry per share refused.
        leaving: share that leaves in a month without refusals.
    """
    if refused > 0.0:
        return carried + min(1.0, entry * refused) * (1.0 - carried)
    return carried * (1.0 - leaving)
