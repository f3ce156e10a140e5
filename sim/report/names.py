"""What a reader is told in place of an id: the label of a clause where it has one, else what it is and whose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.policies import Policy

GROUPS = {"all": "all states", "coalition": "the coalition", "hubs": "the hubs", "target": "the target",
          "third": "third states"}  # fmt: skip
_FEW = 2


def spoken(name: str) -> str:
    """A name of ours as words: hyphens and low lines are spaces, the first letter is large."""
    text = name.replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]


def label_of(clause: Policy | Mapping[str, Any]) -> str:
    """The label that the author gave a clause, or to its entry in a scenario file; empty where there is none."""
    found = clause.get("label") if isinstance(clause, Mapping) else getattr(clause, "label", None)
    return str(found or "")


def clause_name(clause: Policy | Mapping[str, Any], name: Callable[[str], str]) -> str:
    """A clause by its label, or by its instrument and whose it is.

    Args:
        clause: the clause, or its entry in a scenario file.
        name: plain name of a state by its code.
    """
    if label := label_of(clause):
        return label
    kind, by = (clause["kind"], clause["by"]) if isinstance(clause, Mapping) else (clause.kind, clause.by)
    states = [GROUPS.get(code) or name(code) for code in by]
    more = f" and {len(states) - _FEW} more" if len(states) > _FEW else ""
    return f"{spoken(kind)} by {', '.join(states[:_FEW])}{more}"
