"""How firms keep a sale from looking like what it is: labels, declared end use, components."""

from sim.common.numerics import exp
from sim.common.rule_compiler import rule


@rule
def label(ambiguity: float, risk: float, response: float) -> float:
    """Share of a good's military use that its label hides, 0..ambiguity.

    A label can hide only what the good's civil uses leave open, and is blurred the more the greater the risk
    (plausible deniability; concealment rises with enforcement: Becker 1968, Malik 1990).

    Args:
        ambiguity: how hard civil and military use are told apart, 0..1.
        risk: believed hazard of the seller for its trade with the target, log points.
        response: how fast labels are blurred, per log point.
    """
    return ambiguity * (1.0 - exp(-response * risk))


@rule
def false_use(readiness: float, caught: float, odds_civil: float, odds_military: float) -> float:
    """Share of military use that firms declare as civil, for a fully ambiguous good.

    They lie as far as it pays: not at all where military use is licensed as readily.

    Args:
        readiness: share that lies where military use is never licensed.
        caught: share of false declarations found.
        odds_civil: odds of a licence for civil use.
        odds_military: odds for military use.
    """
    gain = (1.0 - caught) * odds_civil
    return readiness * max(0.0, 1.0 - odds_military / gain) if gain > 0.0 else 0.0


@rule
def components_share(gain: float, cost: float, limit: float) -> float:
    """Share of a controlled good that its sellers would ship as its components.

    Args:
        gain: log points that the law on the components leaves over the law on the good.
        cost: gain needed before taking apart and assembling pays, log points.
        limit: largest share that can be taken apart.
    """
    return limit * (1.0 - exp(-(gain - cost))) if gain > cost else 0.0
