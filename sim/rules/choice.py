"""How an exporter weighs its roads.

Multinomial logit with a home bias towards the road in use: the share of a road is its pull over the sum of pulls (McFadden
1974). With no policy each pull is the customs baseline share, so that the model reproduces the baseline exactly.
"""

from sim.arithmetic import exp
from sim.rules.base import rule


@rule
def market_pull(baseline: float, response: float, log_price: float, log_cost: float) -> float:
    """Pull of a road for every firm of one type: what prices and costs make of the baseline.

    Args:
        baseline: pull in the base year (share, corrected for loyalty).
        response: elasticity of road choice to price over cost.
        log_price: log of the destination's price against the base year.
        log_cost: log of the road's cost (freight, mark-up, payment fee, delay) against the base year.
    """
    return baseline * exp(response * (log_price - log_cost))


@rule
def road_pull(
    market: float,
    banned_share: float,
    aversion: float,
    legal_hazard: float,
    exposure: float,
    secondary_hazard: float,
    reputation: float,
    reputation_cost: float,
) -> float:
    """Pull of a road for one firm, 0 or more.

    A road is a bundle of lines of which ``banned_share`` may not be sold. The free lines keep their pull; the banned ones
    keep what fear leaves of it. Secondary sanctions and reputation fall on the firm's whole trade on the road.

    Args:
        market: pull for every firm of the type (see :func:`market_pull`).
        banned_share: share of lines whose sale is forbidden, 0..1.
        aversion: the firm's fear of a law that binds, log points.
        legal_hazard: how surely that law is applied on this road, 0..1.
        exposure: share of the firm's business that needs the coalition, around 0..1.
        secondary_hazard: believed hazard of being listed or cut off, log points at exposure 1.
        reputation: the firm's sensitivity, mean 1 for coalition firms and 0 for others.
        reputation_cost: cost of dealing with the target, log points.
    """
    lawful = 1.0 - banned_share + banned_share * exp(-aversion * legal_hazard)
    return market * lawful * exp(-exposure * secondary_hazard - reputation * reputation_cost)
