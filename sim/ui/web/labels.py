"""What the page calls clauses, states and goods."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.policies import INSTRUMENTS
from sim.report.catalogue import purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.policies import Policy
    from sim.world import World

_GROUPS = {
    "all": "everybody", "coalition": "the coalition", "hubs": "the hubs", "target": "the target",
    "third": "third states",
}  # fmt: skip
_GOODS = {"all": "all goods"}
_THIRD = ("against", "firms_in", "partners")
_FEW, _STEPS = 4, 100
# Parameters that a page offers first, of the groups that a reader asks about: fear, hubs, buyers, books.
MAIN_PARAMETERS = (
    "aversion", "learning", "forgetting", "overcompliance", "diversion_hazard", "market_entry", "hub_pool",
    "return_delay", "brand_substitution", "demand_elasticity", "ghost", "misdeclared",
)  # fmt: skip


def spoken(name: str) -> str:
    """A name of ours as words: hyphens and low lines are spaces, the first letter is large."""
    text = name.replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]


def what(clause: Policy) -> str:
    """What the instrument of a clause does."""
    return purpose(INSTRUMENTS[clause.kind])


def whom(clause: Policy, world: World) -> str:
    """Who wields a clause, against whom, on what goods."""
    states = dict(zip(world.states, world.state_names, strict=True))
    goods = dict(zip(world.goods, world.good_names, strict=True))
    third = next((found for name in _THIRD if (found := getattr(clause, name, None))), None)
    said = f"By {_some(clause.by, states, _GROUPS)}, on trade with {_some(clause.towards, states, _GROUPS)}"
    said += f"; aimed at {_some(third, states, _GROUPS)}" if third else ""
    return said + (f"; {_some(clause.goods, goods, _GOODS)}" if clause.by_good else "") + "."


def dates(announced: str, effective: str, ends: str) -> str:
    """The dates of a clause in short."""
    known = f", announced {announced}" if announced and announced != effective else ""
    return f"{effective} to {ends}{known}" if ends else f"from {effective}{known}"


def meaning_of_strength(clause: Policy) -> str:
    """What the strength of a clause's instrument measures."""
    return type(clause).model_fields["strength"].description or ""


def named_firms(clause: Policy) -> str:
    """The firms that a clause names, of which it lists neither more nor fewer; empty where it names none."""
    names = getattr(clause, "names", ())
    return f"It lists the {len(names)} that it names: {_some(names, {}, {})}." if names else ""


def strength_range(clause: Policy) -> tuple[float, float, float]:
    """Where a slider of a clause's strength begins and ends, and its step: the bounds, or twice what it is."""
    bounds = {
        name: float(getattr(item, name))
        for item in type(clause).model_fields["strength"].metadata
        for name in ("ge", "le")
        if getattr(item, name, None) is not None
    }
    low, high = bounds.get("ge", 0.0), bounds.get("le", math.inf)
    if high > max(1.0, 10.0 * clause.strength):
        high = _round_up(2.0 * clause.strength) if clause.strength > 0.0 else 1.0
    return low, high, (high - low) / _STEPS


def _round_up(number: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    size = 10.0 ** math.floor(math.log10(number))
    return next(step * size for step in (1.0, 2.0, 5.0, 10.0) if step * size >= number * (1.0 - 1e-9))


def _some(codes: Sequence[str], names: dict[str, str], groups: dict[str, str]) -> str:
    said = [groups.get(code) or names.get(code, code).split(" (")[0] for code in codes]
    return ", ".join(said[:_FEW]) + (f" and {len(said) - _FEW} more" if len(said) > _FEW else "")
