"""How an exporter weighs its roads.

Nested logit (McFadden 1978) with a bonus for the road in use. The roads to the target form a nest: a firm whose
customer is there and whose direct road closes looks first for another road to the same customer. Outside the nest the
share of a road is its pull over the sum of pulls. With no policy every pull is the customs baseline's, so that the
model reproduces it exactly.
"""

from sim.common.numerics import exp, power
from sim.common.rule_compiler import rule


@rule
def market_pull(response: float, log_price: float, log_cost: float) -> float:
    """Pull of a road for every firm of one type, against the base year: what prices and costs make of it.

    Args:
        response: elasticity of road choice to price over cost.
        log_price: log of the destination's price against the base year.
        log_cost: log of the road's cost (freight, mark-up, payment fee, delay) against the base year.
    """
    return exp(response * (log_price - log_cost))


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
    """Pull of a road for one firm against the base year: 1 where nothing changed, 0 or more.

    A road is a bundle of lines of which ``banned_share`` may not be sold. The free lines keep their pull; the banned
    ones keep what fear leaves of it. Secondary sanctions and reputation fall on the firm's whole trade on the road.

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


@rule
def opened_pull(opening: float, shut: float, direct: float, similarity: float) -> float:
    """Pull that a road through a hub gains for sellers whose direct road is shut, against the base year.

    In the base year hardly anybody needs the hub, so its share then says little about who would find it. Part of the
    weight that the direct road loses passes to the hub, whatever its usual share: the constant of an alternative moves
    with the need for it, as new alternatives are given theirs in applied choice models (Train 2009, section 2.8).

    Args:
        opening: part of what the direct road loses that finds the hub's road, 0 or more.
        shut: part of the direct road that is shut to the mean firm of the type, 0..1.
        direct: weight of the direct road over that of the hub's, base year.
        similarity: as in :func:`pull_within_nest`, whose power turns the gain in pull into a gain in weight.
    """
    return power(1.0 + opening * shut * direct, similarity)


@rule
def pull_within_nest(pull: float, similarity: float) -> float:
    """Weight of a road among the roads to the same destination, against the base year.

    Args:
        pull: the road's pull against the base year (see :func:`road_pull`).
        similarity: 1 for roads as different as any two markets, towards 0 for perfect substitutes (logsum coefficient).
    """
    return power(pull, 1.0 / similarity)


@rule
def pull_of_nest(weight: float, similarity: float) -> float:
    """Pull of all roads to the destination together, against the base year.

    Args:
        weight: mean of :func:`pull_within_nest` over the nest's roads, weighted by their baseline.
        similarity: as there.
    """
    return power(weight, similarity)
