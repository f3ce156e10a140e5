"""Lays one scenario file over another: `extends:` names what is below, the file above says only what differs.

`parameters`, `hub_effects`, `months`, `agents` and `rules` merge key by key, `policies` and `drivers` entry by entry by
their `id`, and anything else is replaced, `mechanism` and `expected_outcomes` too. Laying is associative: three files
give the same scenario whichever two are laid first.
"""

from sim.common.yaml_nodes import Node
from sim.scenario.checks import SWITCH_KEYS, WHAT_IT_IS

BY_KEY = ("parameters", "hub_effects", "months", "agents", "rules")


def stack(below: Node, above: Node) -> Node:
    """Return a scenario's tree with another laid over it; every value keeps the place that it was written in."""
    merged = dict(below.children())
    for name, value in above.children().items():
        under = merged.get(name)
        if under is None:
            merged[name] = value
        elif name in BY_KEY and isinstance(under.value, dict) and isinstance(value.value, dict):
            merged[name] = Node({**under.value, **value.value}, value.mark, value.key)
        elif name in WHAT_IT_IS and isinstance(under.value, tuple) and isinstance(value.value, tuple):
            merged[name] = Node(_by_id(under.value, value.value, WHAT_IT_IS[name]), value.mark, value.key)
        else:
            merged[name] = value
    return Node(merged, above.mark, above.key)


def _by_id(below: tuple[Node, ...], above: tuple[Node, ...], what_it_is: str) -> tuple[Node, ...]:
    """Return the entries below, each replaced or changed by the first one above of its id, then the new ones.

    An entry that says what it is (`kind`, `what`) replaces; one that does not changes the fields that it names.
    """
    entries = list(below)
    place: dict[object, int] = {}
    for at, entry in enumerate(below):
        place.setdefault(_id(entry), at)
    place.pop(None, None)
    for entry in above:
        at = place.pop(_id(entry), -1)
        if at < 0:
            # New here; a second entry of the same id lands here too, so that the check reports it.
            entries.append(entry)
        elif what_it_is in entry.children():
            entries[at] = entry
        else:
            # Who only switches an entry does not answer for the rest of it, such as its months; who changes it does.
            place_of = entries[at] if set(entry.children()) == SWITCH_KEYS else entry
            entries[at] = Node({**entries[at].children(), **entry.children()}, place_of.mark, place_of.key)
    return tuple(entries)


def _id(entry: Node) -> object:
    found = entry.children().get("id")
    return found.value if found is not None and isinstance(found.value, str) else None
