"""Names that were renamed: the old ones are read for this version, with one hint each that says the new one.

Whoever reads a name of a user, in a file, on the command line or in Python, asks :func:`renamed` for today's. What is
no name alone, such as a block of a scenario written another way, says so with :func:`hint`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Holder = TypeVar("Holder")

# Kind of thing, in the words of its hint -> old name -> new name. A kind's old names may stand in any file.
RENAMED: Mapping[str, Mapping[str, str]] = {
    "column": {
        "quantity_musd_2021": "volume_musd", "ordered_musd_2021": "ordered_volume_musd",
        "delivered_musd_2021": "delivered_volume_musd", "seized_musd_2021": "seized_volume_musd",
        "stopped_musd_2021": "stopped_volume_musd", "refused_musd_2021": "refused_volume_musd",
        "denied_musd_2021": "denied_volume_musd", "held_musd_2021": "held_volume_musd",
        "unsold_musd_2021": "unsold_volume_musd", "stock_musd_2021": "stock_volume_musd",
        "road": "route", "headquarters": "brand_origin", "office": "reporter", "published_in": "release_month",
        "published_as": "reported_flow", "activity": "demand_multiplier", "need": "war_demand",
        "replaced_share": "import_substitution_share", "fullness": "capacity_utilisation",
        "carried_share": "capacity_share", "firms_open": "active_firms", "returns_so_far": "reentries",
        "word": "announced_policy", "law": "enacted_law", "effort": "enforcement_effort",
        "provoked": "triggered_threat", "agents": "payment_intermediaries",
        "sent_unseen_musd": "ghost_transit_sent_musd", "arrived_unseen_musd": "ghost_transit_arrived_musd",
        "arrived_evading_musd": "evading_arrived_musd", "arrived_banned_musd": "evading_arrived_musd",
        "effort_2021": "enforcement_effort",
    },
    "command": {
        "sim diff": "sim compare", "sim mirror": "sim mirror-gap", "sim mechanism": "sim test-mechanism",
        "sim policies": "sim list instruments", "sim scenarios": "sim list scenarios",
        "sim study metrics": "sim list metrics", "sim study search": "sim study pareto",
        "sim study leak": "sim study evasion", "sim study answers": "sim study report",
        "sim study sample": "sim study design",
    },
    "option": {
        "--until": "--target-error", "--most": "--max-replicates", "--orders": "--permutations",
        "--evader": "--adversary",
    },
    "metric": {
        "reaching": "deliveries_volume", "paid": "deliveries_value", "gone": "net_loss",
        "made_elsewhere": "foreign_subsidiary_supply", "other_brands": "third_country_supply",
        "hidden_share": "unrecorded_share", "buyer_premium": "other_buyers_price_premium",
        "buyer_shortfall": "other_buyers_shortfall", "houses_listed": "intermediaries_listed",
        "shells_born": "intermediary_reentries", "effort": "enforcement_effort", "law": "enacted_law",
        "payment_agents": "payment_intermediaries",
    },
    "measure": {
        "quantity": "deliveries_volume", "value": "deliveries_value", "hidden": "unrecorded_value",
        "price": "mean_price_index", "denied": "licences_denied", "held": "licences_held",
        "effort": "enforcement_effort", "word": "announced_policy", "law": "enacted_law",
        "agents": "payment_intermediaries", "provoked": "triggered_threat", "firms_listed": "exporters_on_list",
        "traders_open": "intermediaries_active", "traders_listed": "intermediaries_on_list",
        "fullness": "capacity_utilisation", "markup": "hub_markup", "onward": "onward_volume",
    },
    "block of a scenario": {"look_at": "expected_outcomes"},
    "public name": {"PLACES": "INPUT_KINDS"},
    "kind of input": {"parameter": "parameters", "opening": "openings", "strength": "policies", "swing": "drivers"},
    "figure": {"flows_by_road": "flows_by_route"},
    "word of a question": {"road": "route", "headquarters": "brand_origin"},
    "attribute of an exporter": {"road": "route", "house": "intermediary", "pulls": "route_weights"},
    "attribute of an intermediary": {"hiding": "detection_odds", "generation": "reentries", "gone": "exited"},
    "attribute of a state": {
        "word": "announced_policy", "law": "enacted_law", "effort": "enforcement_effort",
        "cover": "state_protection", "provoked": "triggered_threat", "agents": "payment_intermediaries",
    },
}  # fmt: skip


class OldName(FutureWarning):
    """Something was read under an old name; the text says what it is called now."""


def renamed(kind: str, name: str, known: Collection[str] | None = None) -> str:
    """Today's name of a thing; a hint is given where the name is an old one.

    Args:
        kind: what is named, a key of :data:`RENAMED`.
        name: as it was read; what is no old name comes back as it is, known or not.
        known: the names that are valid here, where they are not all that the list has: the name comes back as it is
            where it is one of them, or where today's is not.

    Example:
        >>> import sim
        >>> sim.renamed("column", "volume_musd")
        'volume_musd'
    """
    new = RENAMED.get(kind, {}).get(name, name)
    if known is not None and (name in known or new not in known):
        return name
    if new != name:
        hint(f"{kind} '{name}'", f"'{new}'")
    return new


class _OldAttribute:
    """An attribute under its old name: read and written as the one that it is called now."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name

    def __get__(self, held: object | None, holder: type | None = None) -> Any:
        return self if held is None else getattr(held, renamed(self.kind, self.name))

    def __set__(self, held: object, value: object) -> None:
        setattr(held, renamed(self.kind, self.name), value)


def keeps_old_names(kind: str) -> Callable[[type[Holder]], type[Holder]]:
    """Class decorator: the attributes of a class answer to their old names too, with a hint."""

    def decorate(holder: type[Holder]) -> type[Holder]:
        for name in RENAMED[kind]:
            setattr(holder, name, _OldAttribute(kind, name))
        return holder

    return decorate


def hint(old: str, new: str) -> None:
    """Says that something is still read as it was written, and how it is written now.

    Args:
        old: what was read, such as "metric 'reaching'".
        new: how it is written now, such as "'deliveries_volume'".
    """
    # One hint for each old name: its text is its place, so that Python shows it once wherever it is read.
    text = f"{old} is an old name, read in this version only; write {new}"
    warnings.warn_explicit(text, OldName, "sim", 0, registry=_SAID)


_SAID: dict[str | tuple[str, type[Warning], int], int] = {}


class Registry(dict[str, Thing]):
    """Things by name, in which one is also found under its old name, with a hint.

    Args:
        kind: what they are, a key of :data:`RENAMED`.
        things: by name.
    """

    def __init__(self, kind: str, things: Mapping[str, Thing]) -> None:
        super().__init__(things)
        self._kind = kind

    def __missing__(self, name: str) -> Thing:
        today = renamed(self._kind, name)
        if today == name:
            raise KeyError(name)
        return self[today]
