"""How intermediaries pass goods on: when they open and close, what they ask, what they turn to.

A maker that stops selling to the target does not sell through a hub; an intermediary buys what was sold to the hub's
market. So what is passed on is bounded by intermediaries, which open and close as firms enter a market and leave it
(:mod:`sim.rules.participation`): they differ in their costs, open where it pays, through contacts, out of those that
the hub can hold, and stay as long as it pays once what they spent to open is sunk.
"""

from sim.common.numerics import exp
from sim.common.rule_compiler import rule


@rule
def intermediary_margin(margin: float, passing_cost: float) -> float:
    """Margin that decides how many intermediaries a hub has, log points against the base year.

    What is added has to earn the cost of the detour; what passed in the base year paid without a premium. So a premium
    below that cost changes nothing, and only a loss takes away from the usual trade.

    Args:
        margin: log of what passing on more earns over what it costs.
        passing_cost: cost of passing on against a direct sale, log points.
    """
    return max(margin, min(margin + passing_cost, 0.0))


@rule
def hub_markup(markup: float, use: float, usual_use: float, slope: float) -> float:
    """Mark-up of a hub's intermediaries, share of value: it rises as the hub fills.

    Args:
        markup: mark-up in the base year, share of value.
        use: share of the hub's possible intermediaries that are open.
        usual_use: the same in the base year.
        slope: rise of the log mark-up from an empty hub to a full one.
    """
    return markup * exp(slope * (use - usual_use))


@rule
def passing_weight(response: float, margin: float) -> float:
    """Weight of a good, by the brand it carries, in what new intermediaries pass on; logit (McFadden 1974).

    Args:
        response: elasticity to the margin.
        margin: log of what passing it on earns over what it costs.
    """
    return exp(response * margin)


@rule
def exit_hub_weight(response: float, cost: float, obstacle: float) -> float:
    """Weight of a hub for the last leg to the target against the base year; logit among last legs (McFadden 1974).

    Args:
        response: elasticity of the choice to cost.
        cost: log of the mark-up there against the base year.
        obstacle: log points that its checks take off, 0 or more.
    """
    return exp(-response * (cost + obstacle))


@rule
def payment_workaround(carried: float, entry: float) -> float:
    """Share of refused payments that payment intermediaries carry next month, while banks refuse any, 0..1.

    The pace does not depend on how much is refused, so that at any time what fails rises with what is refused: a
    stronger order never ends in more trade.

    Args:
        carried: share carried this month.
        entry: part of the rest taken over in a month.
    """
    return carried + entry * (1.0 - carried)
