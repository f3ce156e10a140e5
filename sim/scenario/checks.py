"""Checks the data of a scenario against the schema, the registries and itself; finds every mistake in one pass."""

import math
from collections.abc import Callable, Collection, Mapping
from typing import SupportsFloat, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from sim.common.errors import nearest
from sim.common.months import format_month
from sim.common.parsing import read_number, shown, wrong
from sim.common.renamed import instead
from sim.common.yaml_nodes import Location
from sim.policies.base import Policy
from sim.rules.user_rules import form_fault
from sim.scenario.blocks import Driver, MonthSpan
from sim.scenario.conflicts import contradictions, outside_months
from sim.scenario.expected_outcomes import ExpectedOutcome, Mechanism
from sim.scenario.problems import Problem, problems_of
from sim.scenario.vocabulary import Vocabulary

Model = TypeVar("Model", bound=BaseModel)
Part = TypeVar("Part", bound=BaseModel)

SWITCH_KEYS = {"id", "enabled"}
_MOST_COMPARED = 1_000
# The key by which an entry of a list says what it is; an entry without it changes an inherited one of its id.
WHAT_IT_IS = {"policies": "kind", "drivers": "what"}


def check(model: type[Model], data: Mapping[str, object], known: Vocabulary) -> tuple[Model | None, list[Problem]]:
    """Return the scenario that the data describe, and everything that is wrong with them.

    Clauses and drivers that are switched off, or lie outside the run's months, are left out of the scenario; so are the
    expected outcomes outside the months, and a mechanism of which nothing is left.

    Args:
        model: The scenario's class.
        data: Plain data as read from a file: dicts, lists, texts.
        known: The names that may be used.

    Returns:
        The scenario, or None where it cannot be built; and the problems. Both may be given: a clause outside the months
        is a problem only if nothing shortened them (see `Problem.excused_by`).
    """
    problems: list[Problem] = []
    try:
        months = MonthSpan.model_validate(data.get("months"))
    except ValidationError:
        months = None  # Reported below, with the rest of the frame.
    inherited = {block: _Inherited(data, block) for block in WHAT_IT_IS}
    policies = _entries(data, "policies", lambda entry: _policy(entry, inherited["policies"], known), problems)
    drivers = _entries(data, "drivers", lambda entry: _part(Driver, entry, inherited["drivers"], known), problems)
    problems += _repeated_ids(data, "policies") + _repeated_ids(data, "drivers") + contradictions(policies, known.codes)
    outside = outside_months(policies, drivers, months, known.codes.base_year if known.codes else None)
    excusable = [*outside.values(), *_mechanism(data, problems)]
    frame = {
        **data,
        "policies": [clause for at, clause in policies.items() if clause.enabled and ("policies", at) not in outside],
        "drivers": [driver for at, driver in drivers.items() if driver.enabled and ("drivers", at) not in outside],
        "parameters": _parameters(data.get("parameters", {}), ("parameters",), known, problems),
    }
    if isinstance(mechanism := data.get("mechanism"), Mapping) and isinstance(mechanism.get("without", {}), Mapping):
        values = _parameters(mechanism.get("without", {}), ("mechanism", "without"), known, problems)
        # What is wrong with a value is said already: nought stands for it, so that pydantic does not say it again.
        frame["mechanism"] = {**mechanism, "without": {**dict.fromkeys(mechanism.get("without", {}), 0.0), **values}}
    problems += _rules(data, known)
    try:
        built = model.model_validate(frame, context=known.codes)
    except ValidationError as error:
        problems += problems_of(error, model)
        return None, [*problems, *excusable]
    shown, beyond = _shown(built, months)
    return (None if problems else shown), [*problems, *excusable, *beyond]


def _entries(
    data: Mapping[str, object], block: str, read: Callable[[object], Part], problems: list[Problem]
) -> dict[int, Part]:
    """Return the sound entries of a list of clauses or drivers by index; what is wrong with the others is a problem."""
    entries = data.get(block, [])
    if not isinstance(entries, list | tuple):
        problems.append(Problem((block,), f"read {shown(entries)}, expected a list of entries that start with `- `"))
        return {}
    sound: dict[int, Part] = {}
    for at, entry in enumerate(entries):
        try:
            sound[at] = read(entry)
        except _EntryError as error:
            problems += [problem.under((block, at)) for problem in error.problems]
    return sound


class _EntryError(Exception):
    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


class _Inherited:
    """The whole entries of a block, which entries that only change one of them are looked for among."""

    def __init__(self, data: Mapping[str, object], block: str) -> None:
        self.what_it_is = WHAT_IT_IS[block]
        entries = mappings(data, block).values()
        self.ids = tuple(dict.fromkeys(str(entry.get("id")) for entry in entries if self.what_it_is in entry))
        self.known, self.compared = frozenset(self.ids), 0

    def refuse_change(self, entry: object) -> None:
        """Say so where an entry found nothing to switch, or to change: unless it looks like a new one."""
        if not isinstance(entry, Mapping) or self.what_it_is in entry or "id" not in entry:
            return
        name = str(entry["id"])
        if name in self.known:
            raise _EntryError([])  # The second change of it in one file: reported as an id that is taken.
        switches = set(entry) == SWITCH_KEYS
        if switches or self._looks_like_one(name):
            message = (
                f"{'switches' if switches else 'changes'} {shown(entry['id'])}, but no entry of that id is inherited"
            )
            raise _EntryError([Problem(("id",), message, near=(name, self.ids))])

    def _looks_like_one(self, name: str) -> bool:
        self.compared += 1
        return self.compared <= _MOST_COMPARED and nearest(name, self.ids).startswith("did you mean")


def _policy(entry: object, inherited: _Inherited, known: Vocabulary) -> Policy:
    """Return a clause as an object of its instrument's class."""
    if isinstance(entry, Policy):
        return entry
    if not isinstance(entry, Mapping):
        raise _EntryError([Problem((), f"read {shown(entry)}, expected a clause: kind, id, by, towards, ...")])
    kind = entry.get("kind")
    if isinstance(kind, str) and kind in known.instruments:
        return _part(known.instruments[kind], entry, inherited, known)
    if "kind" in entry:
        near = (str(kind or ""), known.instruments)
        raise _EntryError([Problem(("kind",), f"unknown kind of policy {shown(kind)}", near=near)])
    inherited.refuse_change(entry)
    raise _EntryError([Problem(("kind",), "missing key 'kind' (the instrument)", near=("", known.instruments))])


def _part(model: type[Part], entry: object, inherited: _Inherited, known: Vocabulary) -> Part:
    """Return an entry as an object of its class."""
    inherited.refuse_change(entry)
    try:
        return model.model_validate(entry, context=known.codes)
    except ValidationError as error:
        raise _EntryError(problems_of(error, model)) from None


def mappings(data: Mapping[str, object], block: str) -> dict[int, Mapping[str, object]]:
    """Return the entries of a list that are mappings or models, by index."""
    entries = data.get(block)
    found: dict[int, Mapping[str, object]] = {}
    for at, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
        if isinstance(entry, Mapping):
            found[at] = entry
        elif isinstance(entry, BaseModel):
            found[at] = dict(entry)
    return found


def _repeated_ids(data: Mapping[str, object], block: str) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for at, entry in mappings(data, block).items():
        name = entry.get("id")
        if not isinstance(name, str):
            continue
        if name in first:
            message = f"the id '{name}' is taken already; give this entry its own"
            problems.append(Problem((block, at, "id"), message, also=(block, first[name], "id")))
        first.setdefault(name, at)
    return problems


def _parameters(block: object, place: Location, known: Vocabulary, problems: list[Problem]) -> dict[str, float]:
    """Return the parameter values of a block, each known and within its bounds."""
    if not isinstance(block, Mapping):
        problems.append(Problem(place, f"read {shown(block)}, expected lines `name: number`"))
        return {}
    values: dict[str, float] = {}
    for name, value in block.items():
        declared = known.parameters.get(name) if known.parameters is not None else None
        if known.parameters is not None and declared is None:
            problems.append(_unknown("parameter", (*place, name), known.parameters))
            continue
        expected = f"a number from {declared.low:g} to {declared.high:g} ({declared.unit})" if declared else "a number"
        try:
            read = read_number(value, expected)
            number = float(read) if isinstance(read, SupportsFloat) else math.nan
            if not math.isfinite(number) or (declared and not declared.low <= number <= declared.high):
                raise wrong(f"read {shown(value)}, expected {expected}")
            values[name] = number
        except PydanticCustomError as error:
            problems.append(Problem((*place, name), error.message()))
    return values


def _rules(data: Mapping[str, object], known: Vocabulary) -> list[Problem]:
    """Return what is wrong with the rules that a scenario replaces; a wrong block is left to the schema."""
    block = data.get("rules")
    problems = []
    for name, value in block.items() if isinstance(block, Mapping) else ():
        if known.rules is not None and name not in known.rules:
            problems.append(_unknown("rule", ("rules", name), known.rules))
        elif isinstance(value, str) and (problem := form_fault(value)):
            problems.append(Problem(("rules", name), f"read {shown(value)}, {problem}"))
    return problems


def _unknown(kind: str, place: Location, known: Collection[str]) -> Problem:
    """Return the problem of a key that names nothing of its kind."""
    name = str(place[-1])
    if told := instead(kind, name, known):
        return Problem(place, told, on_key=True)
    return Problem(place, f"unknown {kind} {shown(name)}", on_key=True, near=(name, known))


def _mechanism(data: Mapping[str, object], problems: list[Problem]) -> list[Problem]:
    """Report ids that no entry has, and outcomes without a mechanism; return what a file above may have caused."""
    mechanism = data.get("mechanism")
    if data.get("expected_outcomes") and mechanism is None:
        message = "there is nothing to expect without a `mechanism`; add that block"
        problems.append(Problem(("expected_outcomes",), message))
    names = mechanism.get("clauses") if isinstance(mechanism, Mapping) else None
    entries = {
        str(entry.get("id")): ((block, at), entry)
        for block in ("policies", "drivers")
        for at, entry in mappings(data, block).items()
    }
    excusable, ids = [], tuple(entries)
    for at, name in enumerate(names if isinstance(names, list | tuple) else ()):
        place = ("mechanism", "clauses", at)
        if isinstance(name, str) and name not in entries:
            problems.append(Problem(place, f"unknown clause or driver {shown(name)}", near=(name, ids)))
        elif isinstance(name, str) and entries[name][1].get("enabled") in (False, "false"):
            switch = (*entries[name][0], "enabled")
            excusable.append(
                Problem(
                    place,
                    f"'{name}' is switched off; switch it on, or leave it out here",
                    also=switch,
                    unless_above=switch,
                )
            )
    return excusable


def _shown(built: Model, months: MonthSpan | None) -> tuple[Model, list[Problem]]:
    """Return a scenario with the outcomes inside its months and what is left of its mechanism; and those outside."""
    mechanism, outcomes = getattr(built, "mechanism", None), getattr(built, "expected_outcomes", ())
    if not isinstance(mechanism, Mechanism) or months is None:
        return built, []
    acting = {entry.id for block in ("policies", "drivers") for entry in getattr(built, block)}
    run = f"the run's months, {format_month(months.first)} to {format_month(months.last)}"
    outside = {at: None for at, one in enumerate(outcomes) if not _inside(one, months)}
    left = mechanism.among(acting)
    kept = tuple(one for at, one in enumerate(outcomes) if at not in outside) if left is not None else ()
    message = f"names months outside {run}; name some inside"
    problems = [Problem(("expected_outcomes", at, "metric"), message, unless_shortened=True) for at in outside]
    return built.model_copy(update={"mechanism": left, "expected_outcomes": kept}), problems


def _inside(outcome: ExpectedOutcome, months: MonthSpan) -> bool:
    return months.first <= outcome.months.first and outcome.months.last <= months.last
