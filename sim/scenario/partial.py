"""What is sound of a faulty scenario, so that what names it can be checked in the same pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.common.yaml_nodes import Location
from sim.scenario.checks import check
from sim.scenario.schema import Scenario
from sim.scenario.vocabulary import Vocabulary

_MOST_ROUNDS = 4  # in which what is wrong is taken out
_LEAST = {"title": "-", "question": "-", "sources": ["-"]}  # what a scenario cannot be without


@dataclass(frozen=True)
class SoundPart:
    """What is left of a faulty scenario without what is wrong with it.

    Attributes:
        scenario: the rest.
        blocks: top-level keys that lost something.
        ids: of the clauses and drivers that are missing.
    """

    scenario: Scenario
    blocks: frozenset[str]
    ids: frozenset[str]


def sound_part(data: Mapping[str, Any], known: Vocabulary) -> SoundPart | None:
    """Return what is left of a scenario's data once what is wrong is taken out; None where nothing holds.

    Args:
        data: The scenario as plain data.
        known: The names that it may use.
    """
    kept, blocks, ids = dict(data), set[str](), set[str]()
    for _ in range(_MOST_ROUNDS):
        scenario, problems = check(Scenario, kept, known)
        if scenario is not None and not problems:
            return SoundPart(scenario, frozenset(blocks), frozenset(ids))
        wrong = [problem.location for problem in problems if problem.location]
        blocks |= {str(location[0]) for location in wrong}
        kept = {**_LEAST, **_without(kept, wrong, ids)}
    return None


def _without(data: dict[str, Any], wrong: list[Location], ids: set[str]) -> dict[str, Any]:
    """Return the data without what is wrong: an entry of a list or a parameter alone, any other block whole."""
    kept, inside = dict(data), dict[str, set[str | int]]()
    for location in wrong:
        inside.setdefault(str(location[0]), set()).update(location[1:2])
    for block, parts in inside.items():
        held = kept.pop(block, None)
        if parts and isinstance(held, list):
            ids |= {str(entry.get("id")) for at, entry in enumerate(held) if at in parts and isinstance(entry, dict)}
            kept[block] = [entry for at, entry in enumerate(held) if at not in parts]
        elif parts and isinstance(held, dict) and block == "parameters":
            kept[block] = {name: value for name, value in held.items() if name not in parts}
    return kept
