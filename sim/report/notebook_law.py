"""Scenarios and cases as a table of dated law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.common.months import format_month
from sim.policies import Policy
from sim.report import html
from sim.report.catalogue import instruments, purpose
from sim.report.numbers import cell, number
from sim.report.table import Column, Table
from sim.rules.parameters import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.policies import Instruments
    from sim.scenario import Scenario
    from sim.simulation.simulation import Case

COLUMNS = ("effective", "announced", "ends", Column("clause", strong=True), "label", "kind", "by", "towards / against",
           "goods", "strength", "also", "source")  # fmt: skip
_AGAINST = "against"


def case_page(case: Case) -> str:
    """A case: its scenario, then what it has beside it."""
    drawn = case.drawn
    beside = []
    if drawn is not None:
        beside.append(html.facts(posterior=drawn.posterior, draw=f"{drawn.draw} of {drawn.draws:,}"))
    if case.remarks:
        beside.append(html.listed(f"Warning: {remark}" for remark in case.remarks))
    if case.rules_replaced:
        beside.append(html.facts(rules_replaced=", ".join(case.rules_replaced)))
    return _page(case.scenario, beside, f"{case.scenario.world} ({case.world.title})")


def scenario_page(scenario: Scenario) -> str:
    """A scenario: title, question, what it runs, and its law by date."""
    return _page(scenario, [], scenario.world)


def _page(scenario: Scenario, beside: Sequence[html.Html], world: str) -> str:
    agents, months = scenario.agents, scenario.months
    said = html.facts(
        world=world, months=f"{format_month(months.first)} to {format_month(months.last)}",
        exporters=f"{agents.exporters:,}", intermediaries=f"{agents.intermediaries:,}", mode=agents.mode,
        seed=scenario.seed,
    )  # fmt: skip
    law = law_table(scenario.policies) if scenario.policies else html.soft("No law: free trade in every month.")
    return html.page(
        scenario.title, html.soft(scenario.question), said, *beside, html.scrolled(law), *_others(scenario)
    )


def law_table(clauses: Sequence[Policy]) -> Table:
    """Clauses by the first day in force; `also` has what they say of their instrument's own fields.

    Columns that would stand empty are left out.
    """
    ordered = sorted(clauses, key=lambda clause: (clause.effective, clause.announced or clause.effective, clause.id))
    count = len(ordered)
    title = f"{count} clause{'' if count == 1 else 's'} of law, by date"
    return Table.of(COLUMNS, map(_row, ordered), title).without_empty()


def _row(clause: Policy) -> list[object]:
    fields = type(clause).model_fields
    extra = {name: getattr(clause, name) for name in fields if name not in Policy.model_fields}
    against = extra.pop(_AGAINST, ())
    also = [
        f"{name.replace('_', ' ')} {_words(value)}" for name, value in extra.items()
        if value != fields[name].get_default(call_default_factory=True)
    ]  # fmt: skip
    aimed = _words(clause.towards) + (f" / {_words(against)}" if against else "")
    return [
        clause.effective, clause.announced, clause.ends, clause.id, clause.label, clause.kind.replace("_", " "),
        _words(clause.by), aimed, _words(clause.goods), clause.strength, "; ".join(also), clause.source,
    ]  # fmt: skip


def _words(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return cell(value)


def _others(scenario: Scenario) -> list[html.Html]:
    """What a scenario has beside its law, each folded."""
    parts = []
    if scenario.parameters:
        rows = [
            (name, value, PARAMETERS[name].default, PARAMETERS[name].unit)
            for name, value in sorted(scenario.parameters.items())
        ]
        made = Table.of(("parameter", "value", "default", "unit"), rows)
        parts.append(html.folded(f"Parameters that differ from their defaults: {len(rows)}", made))
    if scenario.hub_effects:
        parts.append(html.folded(f"Effects of hubs: {len(scenario.hub_effects)}", Table.of(
            ("hub", "log points"), sorted(scenario.hub_effects.items()))))  # fmt: skip
    if scenario.drivers:
        driven = [(one.id, one.what.replace("_", " "), one.state, _words(one.goods), _path(one.path), one.source)
                for one in scenario.drivers]  # fmt: skip
        made = Table.of(("driver", "what", "state", "goods", "multiplier", "source"), driven)
        parts.append(html.folded(f"Drivers of demand and supply, which are no law: {len(driven)}", made))
    if scenario.rules:
        parts.append(html.folded("Rules replaced", Table.of(("rule", "by"), scenario.rules.items())))
    if scenario.mechanism is not None:
        looks = html.listed(one.what for one in scenario.expected_outcomes)
        parts.append(html.folded(f"Shows: {scenario.mechanism.shows}", looks))
    parts.append(html.folded(f"Sources: {len(scenario.sources)}", html.listed(scenario.sources)))
    return parts


def _path(path: Mapping[int, float] | None) -> str:
    if path is None:
        return "by the calendar"
    first, last = min(path), max(path)
    values = path.values()
    if len(path) == 1:
        return f"{number(path[first])} from {format_month(first)}"
    return f"{number(min(values))} to {number(max(values))}, {format_month(first)} to {format_month(last)}"


def clause_page(clause: Policy) -> str:
    """One clause, with what its instrument does."""
    return html.page(clause.label or clause.id, html.soft(purpose(type(clause))), law_table([clause]))


def instruments_page(known: Instruments) -> str:
    """The instruments of policy: what each does, and the fields of its own."""
    hint = "sim list instruments KIND on the command line has every field of one, with an example."
    return html.page(f"{len(known)} instruments of policy", html.scrolled(instruments()), html.soft(hint))
