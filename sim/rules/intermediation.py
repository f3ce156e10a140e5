"""How intermediaries pass goods on: when they open and close, what they ask, what they turn to.

A maker that stops selling to the target does not sell through a hub; an intermediary buys what was sold to the hub's
market. So what is passed on is bounded by intermediaries: they enter where it pays, through contacts, out of those that
the hub can hold (free entry in reduced form: Hopenhayn 1992; diffusion: Bass 1969).
"""

from sim.common.numerics import exp
from sim.common.rule_compiler import rule


@rule
def opening_odds(margin: float, use: float, entry: float, first_contact: float) -> float:
    """Odds that a dormant intermediary opens this month.

    Args:
        margin: log of what passing on earns over what it costs.
        use: share of the hub's possible intermediaries that are open: contacts.
        entry: odds per log point of margin where all others are open.
        first_contact: contacts where none is open, as a share of the possible ones.
    """
    return min(1.0, entry * max(margin, 0.0) * (use + first_contact))


@rule
def closing_odds(margin: float, leaving: float, sunk: float) -> float:
    """Odds that an open intermediary closes this month.

    Args:
        margin: as in :func:`opening_odds`.
        leaving: odds per log point of loss.
        sunk: loss at which they still stay, log points: what they spent to open is lost either way.
    """
    return min(1.0, leaving * max(0.0 - margin - sunk, 0.0))


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
