"""How an exporter weighs its markets.

Logit (McFadden 1974): the share of a route is its weight over the sum of weights. With no policy every weight is the
customs baseline's, so that the model reproduces it exactly. Whether the firm considers the target at all is told by
:mod:`sim.rules.participation`; what goes there through a hub is passed on by intermediaries
(:mod:`sim.rules.intermediation`).
"""

from sim.common.numerics import exp
from sim.common.rule_compiler import rule


@rule
def market_weight(response: float, log_price: float, log_cost: float) -> float:
    """Weight of a route for every firm of one type, against the base year: what prices and costs make of it.

    Args:
        response: elasticity of route choice to price over cost.
        log_price: log of the destination's price against the base year, as sellers expect it.
        log_cost: log of the route's cost (payment fee, duty, delay) against the base year.
    """
    return exp(response * (log_price - log_cost))


@rule
def route_weight(
    market: float,
    banned_share: float,
    aversion: float,
    legal_hazard: float,
    exposure: float,
    secondary_hazard: float,
    reputation: float,
    reputation_cost: float,
) -> float:
    """Weight of a route for one firm against the base year: 1 where nothing changed, 0 or more.

    A route is a bundle of lines of which ``banned_share`` may not be sold. The free lines keep their weight; the banned
    ones keep what the law leaves of it, which no price raises: who obeys does so at any price, and who does not sells
    no more for it. Secondary sanctions and reputation fall on the firm's whole trade on the route.

    Args:
        market: weight for every firm of the type (see :func:`market_weight`).
        banned_share: share of lines whose sale is forbidden, 0..1.
        aversion: the firm's fear of a law that binds, log points.
        legal_hazard: how surely that law is applied on this route, 0 or more (see
            :func:`sim.rules.enforcement.law_hazard`).
        exposure: share of the firm's business that needs the coalition, around 0..1.
        secondary_hazard: believed hazard of being listed or cut off, log points at exposure 1.
        reputation: the firm's sensitivity, mean 1 for coalition firms and 0 for others.
        reputation_cost: cost of dealing with the target, log points.
    """
    free, banned = market * (1.0 - banned_share), min(market, 1.0) * banned_share
    return (free + banned * exp(-aversion * legal_hazard)) * exp(
        -exposure * secondary_hazard - reputation * reputation_cost
    )
