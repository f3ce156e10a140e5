"""When trading houses open and close: free entry where the trade pays (Hopenhayn 1992, in reduced form)."""

from sim.common.rule_compiler import rule


@rule
def opening_odds(excess: float, entry: float) -> float:
    """Odds that a dormant trading house opens this month.

    Args:
        excess: how far use of the hub's capacity stands above its usual level, relative, 0 where below.
        entry: odds per unit of excess.
    """
    return min(1.0, entry * excess)


@rule
def closing_odds(idle: float, leaving: float) -> float:
    """Odds that an open trading house closes this month.

    Args:
        idle: how far use of the hub's capacity stands below its usual level, relative, 0 where above.
        leaving: odds per unit of idleness.
    """
    return min(1.0, leaving * idle)
