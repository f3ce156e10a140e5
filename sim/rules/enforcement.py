"""What governments do with their law: effort, licences, inspections, lists."""

from sim.common.numerics import exp, log
from sim.common.rule_compiler import rule


@rule
def compliance(capacity: float, effort: float) -> float:
    """Share of its own firms' trade in forbidden lines that a state's law ends, 0..1.

    A state can make its own firms obey from the day it enacts a law, to the degree of its capacity; enforcement effort
    moves the rest (state capacity: Besley and Persson 2009; compliance with law: Becker 1968).

    Args:
        capacity: share that obeys without further effort, 0..1.
        effort: enforcement effort, 0..1.
    """
    return capacity + (1.0 - capacity) * effort


@rule
def law_hazard(complying: float, aversion: float) -> float:
    """Hazard at which a firm of mean aversion gives up the forbidden lines in just the share that complies.

    Args:
        complying: share of the trade that ends (see :func:`compliance`), 0..1.
        aversion: mean fear of a law that binds, log points.
    """
    return 0.0 - log(max(1.0 - complying, 0.001)) / aversion if aversion > 1e-6 else 0.0


@rule
def wanted_effort(base: float, push: float, pull: float) -> float:
    """Enforcement effort a third state would settle at, 0..1.

    The state balances on the log-odds scale: what pushes it to enforce (threat to its firms weighted by their exposure,
    diplomatic pressure, military goods seen passing) against what holds it back (new trade, alignment with the target).

    Args:
        base: effort in the base year, strictly inside 0..1.
        push: log odds towards enforcing.
        pull: log odds against; without any push there is nothing to resist, so it only discounts the push.
    """
    net = max(0.0, push - pull)
    odds = base / (1.0 - base) * exp(net)
    return odds / (1.0 + odds)


@rule
def banned_part_shipped(banned_share: float, fear: float) -> float:
    """Share of what is shipped on a route that is banned goods sold all the same.

    Args:
        banned_share: share of lines forbidden.
        fear: aversion times hazard of the mean firm on the route, log points.
    """
    evaded = banned_share * exp(-fear)
    shipped = 1.0 - banned_share + evaded
    return evaded / shipped if shipped > 0.0 else 0.0


@rule
def licence_odds(
    military: float, ambiguity: float, lying: float, caught: float, odds_civil: float, odds_military: float
) -> float:
    """Share of applications granted, when a firm may lie about end use.

    Args:
        military: share of the good's use at the destination that is military.
        ambiguity: how far the good's use can be denied, 0..1.
        lying: share of military use declared as civil where the good is fully ambiguous.
        caught: share of false declarations found.
        odds_civil: odds of a licence for civil use.
        odds_military: odds for military use.
    """
    false = ambiguity * lying
    return (1.0 - military) * odds_civil + military * (
        false * (1.0 - caught) * odds_civil + (1.0 - false) * odds_military
    )


@rule
def listing_odds(firms_to_list: float, suspicion: float, all_suspicion: float) -> float:
    """Odds that a firm that trades with the target is listed this month.

    Args:
        firms_to_list: firms of the state to be listed this month.
        suspicion: how military the firm's good is.
        all_suspicion: sum of ``suspicion`` over all firms of the state in the trade.
    """
    return min(1.0, firms_to_list * suspicion / all_suspicion) if all_suspicion > 0.0 else 0.0
