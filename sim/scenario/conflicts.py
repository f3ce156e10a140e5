"""Clauses that gainsay or repeat each other, and those that no month of the run ever sees."""

import datetime as dt
from collections.abc import Mapping

from sim.common.months import format_month, month_of
from sim.policies.base import Policy
from sim.scenario.blocks import Driver, MonthSpan
from sim.scenario.problems import Problem

# What may differ between two clauses that say the same.
_APART = {"id", "announced", "effective", "ends", "source", "note", "enabled"}


def contradictions(policies: Mapping[int, Policy]) -> list[Problem]:
    """Return the pairs of clauses of one kind, on the same lanes at one time, that repeat or gainsay each other."""
    problems = []
    by_lanes: dict[tuple[object, ...], list[tuple[int, Policy]]] = {}
    for at, clause in policies.items():
        if clause.enabled:
            by_lanes.setdefault(_lanes(clause), []).append((at, clause))
    for clauses in by_lanes.values():
        for index, (at, clause) in enumerate(clauses):
            for before, other in clauses[:index]:
                message = _contradiction(clause, other)
                if message:
                    problems.append(Problem(("policies", at), message, also=("policies", before)))
    return problems


def _lanes(clause: Policy) -> tuple[object, ...]:
    """Return what a clause bears on: its kind, and its lists of states and goods whatever their order."""
    lists = {name: frozenset(value) for name, value in clause if isinstance(value, tuple)}
    return (clause.kind, frozenset(lists.items()))


def _contradiction(clause: Policy, other: Policy) -> str:
    """Return what is wrong with two clauses on the same lanes; empty where nothing is."""
    if clause.id == other.id or max(clause.effective, other.effective) > min(
        clause.ends or dt.date.max, other.ends or dt.date.max
    ):
        return ""
    differ = [
        name
        for name, value in clause
        if name not in _APART and not isinstance(value, tuple) and value != getattr(other, name)
    ]
    if clause.adds_up:
        same_days = (clause.effective, clause.ends) == (other.effective, other.ends)
        return f"'{clause.id}' repeats '{other.id}' under another id; keep one" if same_days and not differ else ""
    if not differ:
        return f"'{clause.id}' repeats '{other.id}' while that is in force; keep one, or end it the day before"
    said = ", ".join(f"{name} {getattr(clause, name)} against {getattr(other, name)}" for name in differ)
    return f"'{clause.id}' contradicts '{other.id}' on the same lanes ({said}); end the earlier one the day before"


def outside_months(
    policies: Mapping[int, Policy], drivers: Mapping[int, Driver], months: MonthSpan | None
) -> dict[tuple[str, int], Problem]:
    """Return the clauses and drivers whose time lies wholly outside the run's months."""
    found: dict[tuple[str, int], Problem] = {}
    if months is None:
        return found
    run = f"the run's months, {format_month(months.first)} to {format_month(months.last)}"
    for at, clause in policies.items():
        starts = month_of(clause.announced or clause.effective)
        if clause.enabled and (starts > months.last or (clause.ends and month_of(clause.ends) < months.first)):
            message = f"'{clause.id}' is never in force in {run}; check its dates, or remove it"
            found["policies", at] = Problem(("policies", at, "effective"), message, unless_shortened=True)
    for at, driver in drivers.items():
        if driver.enabled and driver.path and min(driver.path) > months.last:
            message = f"'{driver.id}' starts only after {run}; check its months, or remove it"
            found["drivers", at] = Problem(("drivers", at, "path"), message, unless_shortened=True)
    return found
