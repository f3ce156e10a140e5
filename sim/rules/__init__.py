"""Behavioural rules, one topic per file: pure functions of numbers, for one firm or one state.

A rule is plain Python that numba compiles; the fast columns and the single agent call the same compiled function. A
scenario may replace any of them by name with a function of the same arguments (``rules: {road_pull:
my_module:my_rule}``).
"""

from collections.abc import Callable

from sim.common.rule_compiler import rule
from sim.rules.enforcement import banned_part_shipped, licence_odds, listing_odds, wanted_effort
from sim.rules.entry_exit import closing_odds, opening_odds
from sim.rules.evasion import false_use, label, wanted_parts
from sim.rules.expectations import believed_hazard, jolt
from sim.rules.governments import cover, offence, resolve, wanted_law
from sim.rules.network import agents_next, onward_pull
from sim.rules.pricing import hub_markup, price_move, wanted_quantity
from sim.rules.route_choice import market_pull, pull_of_nest, pull_within_nest, road_pull


class Rules(dict[str, Callable[..., float]]):
    """Rules by name.

    Example:
        >>> import sim
        >>> round(sim.RULES["market_pull"](2.0, 0.1, 0.0), 4)
        1.2214
    """


RULES = Rules(
    (function.__name__, function)
    for function in (
        market_pull,
        road_pull,
        pull_within_nest,
        pull_of_nest,
        jolt,
        believed_hazard,
        wanted_effort,
        banned_part_shipped,
        licence_odds,
        listing_odds,
        wanted_quantity,
        price_move,
        hub_markup,
        opening_odds,
        closing_odds,
        label,
        false_use,
        wanted_parts,
        onward_pull,
        agents_next,
        offence,
        resolve,
        wanted_law,
        cover,
    )
)

__all__ = ["RULES", "Rules", "rule", *RULES]
