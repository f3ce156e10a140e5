"""Names that were renamed: the old ones are read for this version, with one hint each that says the new one.

Whoever reads a name of a user, in a file, on the command line or in Python, asks :func:`renamed` for today's. What is
no name alone, such as a block of a scenario written another way, says so with :func:`hint`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from sim.common.errors import nearest
from sim.common.parsing import shown

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
    "parameter": {
        "hidden_road": "diversion_hazard", "hub_fullness": "hub_utilisation", "house_size": "intermediary_size",
        "tie_turnover": "onward_turnover", "agent_fee": "payment_fee", "parts_limit": "components_limit",
        "parts_cost": "components_cost", "parts_speed": "components_speed", "word_speed": "announcement_speed",
    },
    "rule": {
        "road_pull": "route_weight", "market_pull": "market_weight", "onward_pull": "exit_hub_weight",
        "wanted_parts": "components_share", "jolt": "contracts_ended_early", "offence": "red_line_crossed",
        "cover": "state_protection",
    },
    "block of a scenario": {"look_at": "expected_outcomes"},
    "public name": {"PLACES": "INPUT_KINDS"},
    "kind of input": {"parameter": "parameters", "strength": "policies", "swing": "drivers"},
    "figure": {"flows_by_road": "flows_by_route"},
    "word of a question": {"road": "route", "headquarters": "brand_origin"},
    "attribute of an exporter": {"road": "route", "pulls": "route_weights", "contract_ends": "chooses"},
    "attribute of an intermediary": {"hiding": "detection_odds", "generation": "reentries"},
    "attribute of a state": {
        "word": "announced_policy", "law": "enacted_law", "effort": "enforcement_effort",
        "cover": "state_protection", "provoked": "triggered_threat", "agents": "payment_intermediaries",
    },
}  # fmt: skip

_HUB_EFFECTS = "what a hub passes on follows its traits (parameter hub_pool), and hub_effects has what it departs by"
_NO_NEST = (
    "routes form no nest: firms enter and leave the target's market (rules wanted_participation, entry_odds, exit_odds)"
)
_NO_TIES = "no exporter is tied to one intermediary; model.trading_network() has what each hub buys, and from whom"
# Kind of thing -> name of what is gone -> what took its place: nothing that a value could be carried over to.
GONE: Mapping[str, Mapping[str, str]] = {
    "parameter": {
        "similarity": "routes form no nest; passing_response and brand_substitution say what replaces what",
        "loyalty": "firms enter and leave the target's market by market_entry and market_exit",
        "consideration": "participation_exponent says who sells to the target, participant_share how much they sell",
        "opening": _HUB_EFFECTS,
        "hub_headroom": "hub_pool says what the intermediaries of a hub could pass on",
        "tie_break": "no exporter is tied to one intermediary; nothing took its place",
        "price_speed": "prices clear each month; expectation_speed says how fast sellers believe in them",
        "entry": "intermediary_entry says how fast intermediaries open, intermediary_spread for how many it pays",
        "leaving": "intermediary_exit says how fast intermediaries close, sunk_cost at which margin they still stay",
        "markup_slope": "hub_crowding says how mark-ups rise, from an empty hub to a full one",
        "agent_entry": "payment_entry says how fast refused payments find another way, however many are refused",
    },
    "rule": {
        "pull_within_nest": _NO_NEST,
        "pull_of_nest": _NO_NEST,
        "opened_pull": "intermediaries turn to what pays (rule passing_weight) and open where it does (entry_odds)",
        "wanted_quantity": "prices clear each month (rules clearing_index, brand_price)",
        "price_move": "prices clear each month (rules clearing_index, brand_price)",
        "agents_next": "payment_workaround says how fast refused payments find another way, however many are refused",
    },
    "attribute of an exporter": {"house": _NO_TIES, "intermediary": _NO_TIES},
    "attribute of an intermediary": {
        "gone": _NO_TIES,
        "exited": _NO_TIES,
        "customers": _NO_TIES,
        "customer_count": _NO_TIES,
    },
    "block of a scenario": {"openings": _HUB_EFFECTS},
    "kind of input": {"opening": _HUB_EFFECTS, "openings": _HUB_EFFECTS},
}


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


def todays_names(kind: str, things: Mapping[str, Thing]) -> dict[str, Thing]:
    """Things by today's names; one that stands here under today's name too keeps its old one, and is unknown by it."""
    return {name if RENAMED[kind].get(name) in things else renamed(kind, name): one for name, one in things.items()}


def unknown(kind: str, name: str, known: Collection[str]) -> str:
    """What is said of a name that is none of those known, as the end of a message."""
    return instead(kind, name, known) or f"unknown {kind} {shown(name)}; {nearest(name, known)}"


def instead(kind: str, name: str, known: Collection[str] = ()) -> str:
    """What is said of a name of before that cannot be read as one of today; empty where it is none.

    Args:
        kind: what is named.
        name: as it was read; an old name of one of those known stands beside it, or would have been read as that.
        known: the names that are valid here.
    """
    if took_place := GONE.get(kind, {}).get(name):
        return f"there is no {kind} '{name}' any more: {took_place}"
    if (new := RENAMED.get(kind, {}).get(name)) in known:
        return f"'{name}' is an old name of '{new}', which stands here too; leave one of them out"
    return ""


class _OldAttribute:
    """An attribute under its old name: read and written as the one that it is called now, if there is one."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name

    def __get__(self, held: object | None, holder: type | None = None) -> Any:
        return self if held is None else getattr(held, self._today())

    def __set__(self, held: object, value: object) -> None:
        setattr(held, self._today(), value)

    def _today(self) -> str:
        if self.name in GONE.get(self.kind, {}):
            raise AttributeError(instead(self.kind, self.name))
        return renamed(self.kind, self.name)


def keeps_old_names(kind: str) -> Callable[[type[Holder]], type[Holder]]:
    """Class decorator: the attributes of a class answer to their old names too, with a hint; what is gone says so."""

    def decorate(holder: type[Holder]) -> type[Holder]:
        for name in (*RENAMED[kind], *GONE.get(kind, {})):
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
