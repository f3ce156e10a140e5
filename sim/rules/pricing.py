"""Prices that clear a market each month: demand for a good, and for its brands within it."""

from sim.common.numerics import log
from sim.common.rule_compiler import rule


@rule
def clearing_index(arrived: float, wanted: float, elasticity: float) -> float:
    """Log of a good's price index at which a market takes what arrived, against the base year.

    Constant elasticity of demand; what arrives in a month was ordered before, so supply is given.

    Args:
        arrived: volume for use, musd at base-year prices, above 0.
        wanted: volume wanted at base-year prices, above 0.
        elasticity: fall of the volume with the index, above 0.
    """
    return log(wanted / arrived) / elasticity


@rule
def brand_price(log_index: float, part: float, usual: float, substitution: float) -> float:
    """Log price of one brand against the base year at which buyers take the part that it has.

    Discrete choice among brands (Anderson, de Palma and Thisse 1992): parts go with ``usual x exp(-substitution x
    price)`` and the index is the inclusive value, so that one brand's loss is another's gain, unit for unit, and the
    volume is kept. In a nest of constant elasticity volume would rise as a brand vanishes.

    Args:
        log_index: log of the good's price index (see :func:`clearing_index`).
        part: the brand's part of the volume, above 0.
        usual: its part in the base year, above 0.
        substitution: elasticity of substitution between brands, above 0.
    """
    return log_index - log(part / usual) / substitution
