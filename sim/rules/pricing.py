"""Demand of a market and the price that moves to close its gap with arrivals."""

from sim.common.numerics import exp
from sim.common.rule_compiler import rule


@rule
def wanted_quantity(
    baseline: float, driver: float, log_price: float, log_index: float, elasticities: tuple[float, float]
) -> float:
    """Quantity of one brand of a good that a market wants in a month.

    Constant elasticity of substitution between brands under a constant elasticity of the good's demand (Armington
    1969).

    Args:
        baseline: quantity in the base year, musd per month at base-year prices.
        driver: season x macro path x war need x what home production leaves.
        log_price: log of the brand's price against the base year.
        log_index: log of the good's price index over brands.
        elasticities: of the good's demand to its price index, and of substitution between brands.
    """
    good, brand = elasticities
    return baseline * driver * exp(-good * log_index - brand * (log_price - log_index))


@rule
def price_move(wanted: float, arrived: float, speed: float, elasticity: float) -> float:
    """Move of the log price in a month: it follows the log gap of demand and arrivals (tatonnement, Samuelson 1947).

    Demand falls as the price rises in the course of the month, so the gap closes by itself: the move is the solution of
    ``dp/dt = speed x (gap - elasticity x p)``, at most what clears the market. A step of ``speed x gap`` overshoots
    where brands are close substitutes, and sets prices swinging.

    Args:
        wanted: quantity demanded at the month's first price, above 0.
        arrived: quantity delivered, above 0.
        speed: share of the gap closed in a month if demand did not move.
        elasticity: fall of demand with the own price, 0 or more.
    """
    # ln(x) = 2 artanh((x-1)/(x+1)), cut after five terms: exact to 1e-3 up to a gap of 4, and bounded where nothing
    # arrives.
    ratio = (wanted - arrived) / (wanted + arrived)
    square = ratio * ratio
    series = 1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square / 9.0)))
    damping = speed * elasticity
    slowed = (1.0 - exp(-damping)) / damping if damping > 1e-6 else 1.0
    return speed * slowed * 2.0 * ratio * series


@rule
def hub_markup(markup: float, fullness: float, usual_fullness: float, slope: float) -> float:
    """Mark-up of a hub's trading houses: it rises as they fill.

    Args:
        markup: mark-up in the base year, share of value.
        fullness: goods consigned over capacity.
        usual_fullness: the same in the base year.
        slope: rise of the log mark-up per unit of excess fullness.
    """
    return markup * exp(slope * (min(fullness / usual_fullness, 4.0) - 1.0))
