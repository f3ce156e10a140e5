"""How governments read each other: red lines, resolve under loss, law of one's own, protection of one's own firms."""

from sim.common.rule_compiler import rule


@rule
def red_line_crossed(log_growth: float, log_multiple: float) -> float:
    """How far military trade that is seen lies beyond a red line, 0 (short of it) to 1 (e times beyond it).

    A threshold with a margin: a government neither sees nor draws its line to the percent (Schelling 1966).

    Args:
        log_growth: log of the military trade seen against the base year.
        log_multiple: log of the multiple of the base year at which the line lies.
    """
    return min(1.0, max(0.0, log_growth - log_multiple))


@rule
def resolve(pain: float, pain_limit: float) -> float:
    """Share of its threats and checks that a coalition member carries out.

    Full up to the loss it bears; beyond that the loss stays what it bears (audience against adjustment cost: Drezner
    1999, in reduced form).

    Args:
        pain: exports lost through its own measures and others' counter-measures, share of all its exports.
        pain_limit: loss above which resolve falls.
    """
    return pain_limit / pain if pain > pain_limit else 1.0


@rule
def wanted_law(base: float, wanted_effort: float) -> float:
    """Share of the controlled goods that a third state would forbid to pass by its own law, 0..1.

    Args:
        base: its effort in the base year.
        wanted_effort: effort it would settle at, at or above the base.
    """
    return (wanted_effort - base) / (1.0 - base)


@rule
def state_protection(listed: float, alignment: float, weight: float) -> float:
    """Part of the fear that listings spread which a state keeps off its firms, 0..1; other threats stay what they are.

    An assumption, with one property that was sought: what is left, ``listed / (1 + x)``, rises with what is listed and
    levels off. So a state softens listings, and never turns them round: more of them frighten no less.

    Args:
        listed: share of the sellers near by that were listed this month, of makers by trade with the target.
        alignment: with the target, -1..1, and what commitments add; a state against the target protects nobody.
        weight: protection per share listed at full alignment, the ``x`` above; half the fear is kept off at 1.
    """
    x = weight * listed * max(0.0, alignment)
    return x / (1.0 + x)
