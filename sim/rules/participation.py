"""Whether firms sell to the target at all: entry into a market is slow, costly and spreads through contacts.

The same rules open and close the intermediaries of hubs.

Most exporters serve few markets, and those that serve a market are ordered by their cost of entering it (Eaton, Kortum
and Kramarz 2011). New customers are met through those one has (Chaney 2014), and a firm that has entered stays only
where it pays (Albornoz et al. 2012).
"""

from sim.common.numerics import exp
from sim.common.rule_compiler import rule


@rule
def wanted_participation(usual: float, margin: float, spread: float) -> float:
    """Share of the firms of a type that it would pay to sell to the target, 0..1.

    Firms differ in their cost of entry; the cost is logistic among them, so the share is a logit of the margin.

    Args:
        usual: share in the base year, above 0.
        margin: log of price over cost against the base year.
        spread: rise of the log odds per log point of margin: the inverse spread of the costs of entry.
    """
    gain = usual * exp(spread * margin)
    return gain / (1.0 - usual + gain)


@rule
def entry_odds(participating: float, wanted: float, pace: float, first_contact: float) -> float:
    """Odds that a firm outside the market enters it this month: contacts are met through those who sell there.

    With the gap to the wanted share this is logistic growth that saturates with the pool.

    Args:
        participating: share of the type's firms that sell there.
        wanted: share that it would pay to.
        pace: share of the gap closed in a month where all peers sell there.
        first_contact: contacts of a firm without any peer in the market, as a share of peers.
    """
    if wanted <= participating:
        return 0.0
    closed = min(1.0, pace * (participating + first_contact))
    return closed * (wanted - participating) / (1.0 - participating)


@rule
def exit_odds(participating: float, wanted: float, stay: float, pace: float, turnover: float) -> float:
    """Odds that a firm leaves the market this month; leaving needs no contact, and is faster than entry.

    What it cost to enter is sunk, so that a firm stays at margins at which none would enter (hysteresis: Baldwin and
    Krugman 1989; Roberts and Tybout 1997), until it loses its customers: to win others it would have to enter anew.

    Args:
        participating: share of the type's firms that sell there.
        wanted: share that it would pay to enter.
        stay: share that it pays to stay: that of a margin better by what is sunk; ``wanted`` at least.
        pace: share of the gap to ``stay`` closed in a month.
        turnover: share of firms whose customers are lost in a month.
    """
    if participating <= wanted:
        return 0.0
    losing = max(participating - max(stay, wanted), 0.0)
    return (pace * losing + turnover * (participating - wanted - losing)) / participating
