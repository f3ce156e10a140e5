"""Behavioural rules, one topic per file: pure functions of numbers, for one firm or one state.

A rule is plain Python that numba compiles; the fast columns and the single agent call the same compiled function. A
scenario may replace any of them by name with a function of the same arguments (``rules: {route_weight:
my_module:my_rule}``).
"""

from collections.abc import Callable

from sim.common.renamed import Registry
from sim.common.rule_compiler import rule
from sim.rules.enforcement import (
    banned_part_shipped,
    compliance,
    law_hazard,
    licence_odds,
    listing_odds,
    wanted_effort,
)
from sim.rules.evasion import components_share, false_use, label
from sim.rules.expectations import believed_hazard, contracts_ended_early
from sim.rules.governments import red_line_crossed, resolve, state_protection, wanted_law
from sim.rules.intermediation import (
    exit_hub_weight,
    hub_markup,
    intermediary_margin,
    passing_weight,
    payment_workaround,
)
from sim.rules.participation import entry_odds, exit_odds, wanted_participation
from sim.rules.pricing import brand_price, clearing_index
from sim.rules.route_choice import market_weight, route_weight


class Rules(Registry[Callable[..., float]]):
    """Rules by name.

    Example:
        >>> import sim
        >>> round(sim.RULES["market_weight"](2.0, 0.1, 0.0), 4)
        1.2214
    """


RULES = Rules(
    "rule",
    {
        function.__name__: function
        for function in (
            market_weight,
            route_weight,
            wanted_participation,
            entry_odds,
            exit_odds,
            contracts_ended_early,
            believed_hazard,
            wanted_effort,
            compliance,
            law_hazard,
            banned_part_shipped,
            licence_odds,
            listing_odds,
            clearing_index,
            brand_price,
            hub_markup,
            intermediary_margin,
            passing_weight,
            label,
            false_use,
            components_share,
            exit_hub_weight,
            payment_workaround,
            red_line_crossed,
            resolve,
            wanted_law,
            state_protection,
        )
    },
)

__all__ = ["RULES", "Rules", "rule", *RULES]
