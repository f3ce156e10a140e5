"""What the page calls clauses, states and goods."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.policies import INSTRUMENTS
from sim.policies.base import WIELDERS
from sim.report.catalogue import purpose
from sim.report.names import label_of, spoken
from sim.report.table import Table
from sim.ui.web.clause_fields import good_names, state_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.scenario import Scenario
    from sim.world import World

_THIRD = ("against", "firms_in", "partners")
_KEPT = "\u2011"  # a hyphen at which no line breaks
_FEW, _STEPS = 4, 100
# Parameters that a page offers first, of the groups that a reader asks about: fear, hubs, buyers, books.
MAIN_PARAMETERS = (
    "aversion", "learning", "forgetting", "overcompliance", "diversion_hazard", "market_entry", "hub_pool",
    "return_delay", "brand_substitution", "demand_elasticity", "ghost", "misdeclared",
)  # fmt: skip


def instruments() -> dict[str, str]:
    """The instruments to choose from, by kind, with who wields them, in the order in which pages tell of them."""
    ranked = sorted(INSTRUMENTS, key=lambda kind: (WIELDERS.index(INSTRUMENTS[kind].wielder), kind))
    return {kind: f"{spoken(kind)} · {INSTRUMENTS[kind].wielder.lower()}" for kind in ranked}


def what(kind: str) -> str:
    """What an instrument does."""
    return purpose(INSTRUMENTS[kind])


def dates(announced: str, effective: str, ends: str) -> str:
    """The dates of a clause in short."""
    known = f", announced {announced}" if announced and announced != effective else ""
    return f"{effective} to {ends}{known}" if ends else f"from {effective}{known}"


def meaning_of_strength(kind: str) -> str:
    """What the strength of an instrument measures."""
    return INSTRUMENTS[kind].model_fields["strength"].description or ""


def named_firms(names: Sequence[str]) -> str:
    """The firms that a clause names, of which it lists neither more nor fewer; empty where it names none."""
    return f"It lists the {len(names)} that it names: {some(names, {})}." if names else ""


def strength_range(kind: str, strength: float) -> tuple[float, float, float]:
    """Where a slider of a strength begins and ends, and its step: the instrument's bounds, or twice what it is."""
    bounds = {
        name: float(getattr(item, name))
        for item in INSTRUMENTS[kind].model_fields["strength"].metadata
        for name in ("ge", "le")
        if getattr(item, name, None) is not None
    }
    low, high = bounds.get("ge", 0.0), bounds.get("le", math.inf)
    if high > max(1.0, 10.0 * strength):
        high = _round_up(2.0 * strength) if strength > 0.0 else 1.0
    return low, high, (high - low) / _STEPS


def _round_up(number: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    size = 10.0 ** math.floor(math.log10(number))
    return next(step * size for step in (1.0, 2.0, 5.0, 10.0) if step * size >= number * (1.0 - 1e-9))


def some(codes: Sequence[str], names: Mapping[str, str]) -> str:
    """The first names behind codes, and how many more there are."""
    said = [names.get(code, code) for code in codes]
    return ", ".join(said[:_FEW]) + (f" and {len(said) - _FEW} more" if len(said) > _FEW else "")


def law_in_force(scenario: Scenario, world: World) -> Table:
    """The clauses of a scenario by date, in plain names: one line each."""
    states, goods = state_names(world), good_names(world)
    rows = []
    for clause in sorted(scenario.policies, key=lambda one: (one.effective, one.id)):
        third = next((found for name in _THIRD if (found := getattr(clause, name, None))), clause.towards)
        when = dates("", str(clause.effective), str(clause.ends or "")).replace("-", _KEPT)
        rows.append((
            label_of(clause) or spoken(clause.id), spoken(clause.kind), when, some(clause.by, states),
            some(clause.goods, goods) if clause.by_good else "–", some(third, states), f"{clause.strength:g}",
        ))  # fmt: skip
    return Table.of(("clause", "instrument", "in force", "by", "on", "aimed at", "strength"), rows)
