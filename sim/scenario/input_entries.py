"""Inputs that are entries of a scenario's lists, or fields of them: clauses and drivers, by their ids."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.common.errors import FaultList, nearest
from sim.scenario.inputs import OFF, ON, Input, InputKind, InputProblem, Setting, Value, number_of, numbers_of
from sim.scenario.problems import faults_of, problems_of

if TYPE_CHECKING:
    from sim.policies import Policy
    from sim.scenario.schema import Scenario
    from sim.world import World

SIZE = "size"
MOST_SIZE = 50.0  # a power of the path: of any path that a driver takes, some powers above this are no numbers
Entry = TypeVar("Entry", bound=BaseModel)
# Fields of a clause that name it or speak about it; its switch is its id.
_FIXED = {"id", "kind", "label", "source", "note", "enabled"}


def _movable(clause: Policy) -> dict[str, Any]:
    """The fields of a clause that an address can name, with their values: numbers, dates and words."""
    found = {one: getattr(clause, one) for one in type(clause).model_fields if one not in _FIXED}
    return {one: value for one, value in found.items() if not isinstance(value, tuple | dict | bool)}


def _clause(scenario: Scenario, rest: str) -> Input:
    """A clause, or a field of one."""
    clauses = {clause.id: clause for clause in scenario.policies}
    owner, field = _owner(rest, clauses)
    if not field:
        return Input(f"policies.{owner}", "policies", owner, "", ON)
    free = _movable(clauses[owner])
    if field not in free:
        raise InputProblem(f"the clause '{owner}' has nothing to move called '{field}'; {nearest(field, free)}")
    base = free[field]
    return Input(f"policies.{rest}", "policies", owner, field, base if isinstance(base, int | float) else str(base))


def _bounds_of_field(rest: str) -> tuple[float, float]:
    if "." not in rest:
        raise KeyError(rest)
    return 0.0 if rest.endswith(".strength") else -math.inf, math.inf


def _strengths_said(scenario: Scenario, world: World) -> dict[str, Any]:
    return {
        f"policies.{clause.id}.{field}": value
        for clause in scenario.policies for field, value in _movable(clause).items() if isinstance(value, int | float)
    }  # fmt: skip


def _set_clauses(scenario: Scenario, values: Mapping[str, Setting]) -> Scenario:
    added = [value for value in values.values() if isinstance(value, Mapping)]
    clauses = {clause.id: clause for clause in (scenario.with_changes(policies=added) if added else scenario).policies}
    fields: dict[str, dict[str, Any]] = {}
    for rest, value in values.items():
        if isinstance(value, Mapping):
            continue
        owner, _, field = rest.rpartition(".")
        if rest in clauses:
            if value == OFF:
                del clauses[rest]
        elif owner in clauses:
            fields.setdefault(owner, {})[field] = value
    changed = {name: _with("policies", clauses[name], new) for name, new in fields.items() if name in clauses}
    return scenario.model_copy(update={"policies": tuple({**clauses, **changed}.values())})


def _read_field(one: Input, text: str, scenario: Scenario) -> Value:
    if one.is_switch:
        return _read_switch(text)
    owner = next(clause for clause in scenario.policies if clause.id == one.owner)
    try:
        moved = type(owner).model_validate({**dict(owner), one.field: text})
    except ValidationError as error:
        raise InputProblem(problems_of(error, type(owner))[0].told) from None
    value = getattr(moved, one.field)
    if isinstance(value, int | float):
        return value
    try:  # names of the world, and dates within the run
        scenario.with_changes(policies=[moved])
    except FaultList as error:
        raise InputProblem(error.faults[0].message) from None
    return text


def _driver(scenario: Scenario, rest: str) -> Input:
    drivers = {driver.id: driver for driver in scenario.drivers}
    owner, field = _owner(rest, drivers)
    if not field:
        return Input(f"drivers.{owner}", "drivers", owner, "", ON)
    if field != SIZE or drivers[owner].path is None:
        has = f"its path has a {SIZE}" if drivers[owner].path is not None else "a season has no path"
        raise InputProblem(f"the driver '{owner}' has nothing to move called '{field}'; {has}")
    return Input(f"drivers.{rest}", "drivers", owner, field, 1.0)


def _bounds_of_size(rest: str) -> tuple[float, float]:
    if not rest.endswith(f".{SIZE}"):
        raise KeyError(rest)
    return 0.0, MOST_SIZE


def _paths_said(scenario: Scenario, world: World) -> dict[str, Any]:
    drivers = scenario.as_data()["drivers"]
    return {f"drivers.{entry['id']}.{SIZE}": entry["path"] for entry in drivers if "path" in entry}


def _check_size(rest: str, size: float) -> str:
    return "" if 0.0 <= size <= MOST_SIZE else f"read {size:g}, expected a number from 0 to {MOST_SIZE:g}"


def _set_drivers(scenario: Scenario, values: Mapping[str, Setting]) -> Scenario:
    drivers = {driver.id: driver for driver in scenario.drivers}
    sizes = {rest: size for rest, size in values.items() if rest not in drivers and rest.endswith(f".{SIZE}")}
    numbers = numbers_of("drivers", sizes, _check_size)
    for rest, number in numbers.items():
        name = rest.removesuffix(f".{SIZE}")
        if name in drivers and (path := drivers[name].path) is not None:  # a season has none
            new = {"path": {month: float(level) ** number for month, level in path.items()}}
            drivers[name] = _with("drivers", drivers[name], new)
    kept = tuple(driver for name, driver in drivers.items() if values.get(name) != OFF)
    return scenario.model_copy(update={"drivers": kept})


def _read_size(one: Input, text: str, scenario: Scenario) -> Value:
    return _read_switch(text) if one.is_switch else number_of(text)


def _read_switch(text: str) -> str:
    if text not in (ON, OFF):
        raise InputProblem(f"read '{text}', expected {ON} or {OFF}")
    return text


def _owner(rest: str, known: Iterable[str]) -> tuple[str, str]:
    """The id of a clause or driver, and the field after it; ids may have dots."""
    owner, _, field = rest.rpartition(".")
    if rest in known:
        return rest, ""
    if owner not in known:
        name = owner or rest
        raise InputProblem(f"the base has no clause or driver '{name}'; {nearest(name, known)}")
    return owner, field


def _with(block: str, entry: Entry, new: Mapping[str, Any]) -> Entry:
    """A clause or driver with other fields."""
    try:
        return type(entry).model_validate({**dict(entry), **new})
    except ValidationError as error:
        name = getattr(entry, "id", "")
        problems = [problem.under((block, name)) for problem in problems_of(error, type(entry))]
        raise FaultList(faults_of(problems, None, {})) from None


ENTRIES: Mapping[str, InputKind] = {
    "policies": InputKind(
        "policies.ID.FIELD", "a field of a clause; without the field the clause itself, on or off", _clause,
        _read_field, _set_clauses, _bounds_of_field, _strengths_said,
    ),
    "drivers": InputKind(
        "drivers.ID.size", "how far a driver's path departs from 1: 1 as written, 2 squares it; without size on or off",
        _driver, _read_size, _set_drivers, _bounds_of_size, _paths_said,
    ),
}  # fmt: skip
