"""Who responds to a law, and the parameters at which they do not.

A frozen group stays as the base year left it: the value of each parameter is the one at which its response is off, or
the nearest that the parameter's bounds allow. Which route exporters choose under the law they see is no response in
this sense: it is what the law does.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from sim.rules.parameters import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Collection

RESPONSES: dict[str, tuple[str, dict[str, float]]] = {
    "exporters": (
        "beliefs, fear, contracts ended early, entry into the target's market and exit",
        dict.fromkeys(
            ("learning", "reopening", "overcompliance", "label_response", "components_limit", "exit_herding",
             "listing_near", "market_entry", "market_exit"), 0.0,
        ),
    ),
    "states": (
        "enforcement effort, words and law of third states, red lines",
        {
            **dict.fromkeys(("effort_speed", "announcement_speed", "law_speed", "cheap_talk", "weight_shield"), 0.0),
            "red_line_speed": 0.0,
            "pain_limit": inf,
        },
    ),
    "intermediaries": (
        "entry, exit, what they pass on and by which hub, mark-up, new names, payments",
        {
            **dict.fromkeys(("intermediary_entry", "intermediary_exit", "hub_crowding", "onward_turnover"), 0.0),
            "payment_entry": 0.0,
            "return_delay": inf,
        },
    ),
    "markets and target": (
        "prices that sellers expect, stocks bought ahead, and what home production replaces",
        dict.fromkeys(
            ("expectation_speed", "substitution_speed", "front_loading", "courting", "import_propensity"), 0.0
        ),
    ),
}  # fmt: skip


def frozen(groups: Collection[str]) -> dict[str, float]:
    """Parameters under which some groups, by their names in :data:`RESPONSES`, do not respond."""
    settings = {}
    for group in groups:
        for name, off in RESPONSES[group][1].items():
            settings[name] = min(max(off, PARAMETERS[name].low), PARAMETERS[name].high)
    return settings


def not_quite_frozen() -> list[str]:
    """Parameters whose bounds do not allow the value at which the response is off."""
    return [
        name for _, offs in RESPONSES.values() for name, off in offs.items()
        if not PARAMETERS[name].low <= off <= PARAMETERS[name].high
    ]  # fmt: skip
