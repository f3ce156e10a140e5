"""Clauses that gainsay or repeat each other, and those that no month of the run ever sees."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from sim.common.fields import Codes
from sim.common.good_groups import codes_named
from sim.common.months import format_month, month_of
from sim.policies.base import Policy
from sim.scenario.blocks import Driver, MonthSpan
from sim.scenario.problems import Problem

_Placed = tuple[int, Policy]  # a clause and its index

# What may differ between two clauses that say the same.
_APART = {"id", "label", "announced", "effective", "ends", "source", "note", "enabled"}


def contradictions(policies: Mapping[int, Policy], codes: Codes | None = None) -> list[Problem]:
    """Return the clauses that repeat or gainsay another of their kind, on the same lanes at one time.

    Each is told once, with one of those that it clashes with: n clauses alike are not n * n faults.

    Args:
        policies: Clauses by index.
        codes: The names of the world, by which a group of goods stands for its goods.
    """
    by_lanes: dict[tuple[object, ...], list[tuple[int, Policy]]] = {}
    for at, clause in policies.items():
        if clause.enabled:
            by_lanes.setdefault(_lanes(clause, codes), []).append((at, clause))
    problems = []
    for clauses in by_lanes.values():
        pairs = _repeated(clauses) if clauses[0][1].adds_up else _at_one_time(clauses)
        for (before, other), (at, clause) in map(sorted, pairs):
            problems.append(Problem(("policies", at), _contradiction(clause, other), also=("policies", before)))
    return problems


def _repeated(clauses: Sequence[_Placed]) -> Iterator[tuple[_Placed, _Placed]]:
    """Yield each clause that says the same as an earlier one of another id, with the first that does."""
    first: dict[str, _Placed] = {}
    for placed in clauses:
        clause = placed[1]
        lists = {name for name, value in clause if isinstance(value, tuple)}  # alike on the same lanes
        said = clause.model_dump_json(exclude=lists | _APART - {"effective", "ends"})
        other = first.setdefault(said, placed)
        if other[1].id != clause.id:
            yield other, placed


def _at_one_time(clauses: Sequence[_Placed]) -> Iterator[tuple[_Placed, _Placed]]:
    """Yield each clause that comes into force while one of another id is, with that which is so the longest."""
    longest: list[_Placed] = []  # of the clauses so far the one that ends last, and the one of the others' ids
    for placed in sorted(clauses, key=lambda one: (one[1].effective, one[0])):
        others = [one for one in longest if one[1].id != placed[1].id]
        if others and _end(others[0]) >= placed[1].effective:
            yield others[0], placed
        ranked = sorted([*longest, placed], key=_end, reverse=True)
        longest = [ranked[0], *(one for one in ranked[1:] if one[1].id != ranked[0][1].id)][:2]


def _end(placed: _Placed) -> dt.date:
    return placed[1].ends or dt.date.max


def _lanes(clause: Policy, codes: Codes | None) -> tuple[object, ...]:
    """Return what a clause bears on: its kind, and its lists of states and goods whatever their order."""
    lists = {name: frozenset(value) for name, value in clause if isinstance(value, tuple)}
    if codes is not None:
        lists["goods"] = frozenset(codes_named(clause.goods, codes.goods, codes.good_groups))
    return (clause.kind, frozenset(lists.items()))


def _contradiction(clause: Policy, other: Policy) -> str:
    """Return what is wrong with two clauses on the same lanes at one time."""
    differ = [
        name
        for name, value in clause
        if name not in _APART and not isinstance(value, tuple) and value != getattr(other, name)
    ]
    if clause.adds_up:
        return f"'{clause.id}' repeats '{other.id}' under another id; keep one"
    if not differ:
        return f"'{clause.id}' repeats '{other.id}' while that is in force; keep one, or end it the day before"
    said = ", ".join(f"{name} {getattr(clause, name)} against {getattr(other, name)}" for name in differ)
    return f"'{clause.id}' contradicts '{other.id}' on the same lanes ({said}); end the earlier one the day before"


def outside_months(
    policies: Mapping[int, Policy], drivers: Mapping[int, Driver], months: MonthSpan | None, base_year: int | None
) -> dict[tuple[str, int], Problem]:
    """Return the clauses and drivers whose time lies wholly outside the months that are run, told or not."""
    found: dict[tuple[str, int], Problem] = {}
    if months is None:
        return found
    begins = months.first if base_year is None else months.begins(base_year)
    run = f"the run's months, {format_month(begins)} to {format_month(months.last)}"
    for at, clause in policies.items():
        starts = month_of(clause.announced or clause.effective)
        if clause.enabled and (starts > months.last or (clause.ends and month_of(clause.ends) < begins)):
            message = f"'{clause.id}' is never in force in {run}; check its dates, or remove it"
            found["policies", at] = Problem(("policies", at, "effective"), message, unless_shortened=True)
    for at, driver in drivers.items():
        if driver.enabled and driver.path and min(driver.path) > months.last:
            message = f"'{driver.id}' starts only after {run}; check its months, or remove it"
            found["drivers", at] = Problem(("drivers", at, "path"), message, unless_shortened=True)
    return found
