"""The places of a scenario that a draw of a posterior has values for, by column ``place:name``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.rules.parameters import PARAMETERS

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

Says = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """One kind of thing that a draw has values for.

    Attributes:
        said: what a scenario on a world says, by name, as plain data; None where it leaves a thing at its default.
        changes: the blocks of a scenario that values by name change, see :meth:`sim.scenario.Scenario.with_changes`.
        bounds: smallest and largest value of a name; an unknown name raises KeyError.
        names: all names there can be, where the scenario does not matter.

    Example:
        >>> import sim
        >>> sim.PLACES["parameter"].bounds("aversion")
        (0.0, 20.0)
    """

    said: Callable[[Says, World], Says]
    changes: Callable[[Says, Mapping[str, float]], dict[str, Any]]
    bounds: Callable[[str], tuple[float, float]]
    names: tuple[str, ...] = ()


def _swung(data: Says, values: Mapping[str, float]) -> dict[str, Any]:
    drivers = [dict(entry) for entry in data["drivers"]]
    for entry in drivers:
        swing = values.get(entry["id"])
        if swing is not None and "path" in entry:  # a season has none
            entry["path"] = {month: float(level) ** swing for month, level in entry["path"].items()}
    return {"drivers": drivers}


def _strengthened(data: Says, values: Mapping[str, float]) -> dict[str, Any]:
    return {"policies": [{**c, "strength": values[c["id"]]} for c in data["policies"] if c["id"] in values]}


PLACES: Mapping[str, Place] = {
    "parameter": Place(
        lambda data, world: {name: data["parameters"].get(name) for name in PARAMETERS},
        lambda data, values: {"parameters": dict(values)},
        lambda name: (PARAMETERS[name].low, PARAMETERS[name].high),
        tuple(PARAMETERS),
    ),
    "opening": Place(
        lambda data, world: {world.states[hub]: data["openings"].get(world.states[hub]) for hub in world.hubs},
        lambda data, values: {"openings": dict(values)},
        lambda name: (PARAMETERS["opening"].low, PARAMETERS["opening"].high),
    ),
    "strength": Place(
        lambda data, world: {clause["id"]: clause["strength"] for clause in data["policies"]},
        _strengthened,
        lambda name: (0.0, math.inf),
    ),
    "swing": Place(
        lambda data, world: {driver["id"]: driver["path"] for driver in data["drivers"] if "path" in driver},
        _swung,
        # A power of the path: of any path that a driver takes, some powers above this are no numbers.
        lambda name: (0.0, 50.0),
    ),
}


def said(scenario: Scenario, world: World) -> dict[str, Any]:
    """What a scenario says of all that a draw can have a value for, by column (``place:name``), as plain data."""
    data = scenario.as_data()
    return {f"{place}:{name}": value for place, one in PLACES.items() for name, value in one.said(data, world).items()}


def put(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with values put where they belong; clauses and drivers that it has not are passed over.

    Args:
        scenario: what they are put into.
        values: value by column, ``place:name``.

    Raises:
        FaultList: a value that the scenario does not take.
    """
    data = scenario.as_data()
    blocks: dict[str, Any] = {}
    for place, one in PLACES.items():
        chosen = {c.partition(":")[2]: float(v) for c, v in values.items() if c.startswith(f"{place}:")}
        blocks |= one.changes(data, chosen) if chosen else {}
    return scenario.with_changes(**blocks)
