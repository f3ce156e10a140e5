"""What firms make of threats and of listings they see."""

from sim.common.numerics import exp
from sim.common.rule_compiler import rule


@rule
def believed_hazard(believed: float, shown: float, learning: float, forgetting: float) -> float:
    """Next month's believed hazard: fear is learnt faster than it is forgotten.

    Adaptive expectations with asymmetric speeds (Cagan 1956; fading deterrence: Sherman 1990).

    Args:
        believed: hazard believed this month, log points at exposure 1.
        shown: hazard that threats and listings near by show this month.
        learning: share of the gap closed when ``shown`` is higher.
        forgetting: share closed when it is lower.
    """
    speed = learning if shown > believed else forgetting
    return believed + speed * (shown - believed)


@rule
def contracts_ended_early(worse: float, reopening: float) -> float:
    """Share of contracts on a route that bad news ends before their time.

    Args:
        worse: how much the route became worse this month for the mean firm, log points, 0 or more.
        reopening: how readily contracts reopen, per log point.
    """
    return 1.0 - exp(-reopening * worse)
