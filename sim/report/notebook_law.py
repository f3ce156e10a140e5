"""Scenarios and cases as a table of dated law."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from sim.common.months import format_month
from sim.policies import Policy
from sim.report import html
from sim.rules.parameters import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.policies import Instruments
    from sim.scenario import Scenario
    from sim.simulation.simulation import Case

HEADS = ("effective", "announced", "ends", "clause", "kind", "by", "towards / against", "goods", "strength", "also",
         "source")  # fmt: skip
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
    count = len(scenario.policies)
    law = law_table(scenario.policies) if count else html.soft("No law: free trade in every month.")
    return html.page(
        scenario.title, html.soft(scenario.question), said, *beside, html.scrolled(law), *_others(scenario)
    )


def law_table(clauses: Sequence[Policy]) -> html.Html:
    """Clauses by the first day in force; `also` has what they say of their instrument's own fields.

    Columns that would stand empty are left out.
    """
    ordered = sorted(clauses, key=lambda clause: (clause.effective, clause.announced or clause.effective, clause.id))
    rows = list(map(_row, ordered))
    kept = [place for place in range(len(HEADS)) if any(row[place] not in (None, "") for row in rows)]
    count = len(ordered)
    return html.table(
        [HEADS[place] for place in kept], [[row[place] for place in kept] for row in rows],
        f"{count} clause{'' if count == 1 else 's'} of law, by date",
    )  # fmt: skip


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
        clause.effective, clause.announced, clause.ends, html.element("b", clause.id), clause.kind.replace("_", " "),
        _words(clause.by), aimed, _words(clause.goods), clause.strength, "; ".join(also), clause.source,
    ]  # fmt: skip


def _words(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return html.number(value) if isinstance(value, float) else str(value)


def _others(scenario: Scenario) -> list[html.Html]:
    """What a scenario has beside its law, each folded."""
    parts = []
    if scenario.parameters:
        rows = [(name, value, PARAMETERS[name].default, PARAMETERS[name].unit) for name, value in _sorted(scenario)]
        made = html.table(("parameter", "value", "default", "unit"), rows)
        parts.append(html.folded(f"Parameters that differ from their defaults: {len(rows)}", made))
    if scenario.openings:
        parts.append(html.folded(f"Openings of hubs: {len(scenario.openings)}", html.table(
            ("hub", "opening"), sorted(scenario.openings.items()))))  # fmt: skip
    if scenario.drivers:
        driven = [(one.id, one.what.replace("_", " "), one.destination, _words(one.goods), _path(one.path), one.source)
                for one in scenario.drivers]  # fmt: skip
        made = html.table(("driver", "what", "destination", "goods", "multiplier", "source"), driven)
        parts.append(html.folded(f"Drivers of demand, which are no law: {len(driven)}", made))
    if scenario.rules:
        parts.append(html.folded("Rules replaced", html.table(("rule", "by"), scenario.rules.items())))
    if scenario.mechanism is not None:
        looks = html.listed(look.what for look in scenario.look_at)
        parts.append(html.folded(f"Shows: {scenario.mechanism.shows}", looks))
    parts.append(html.folded(f"Sources: {len(scenario.sources)}", html.listed(scenario.sources)))
    return parts


def _sorted(scenario: Scenario) -> list[tuple[str, float]]:
    return sorted(scenario.parameters.items())


def _path(path: Mapping[int, float] | None) -> str:
    if path is None:
        return "by the calendar"
    first, last = min(path), max(path)
    values = path.values()
    if len(path) == 1:
        return f"{html.number(path[first])} from {format_month(first)}"
    return f"{html.number(min(values))} to {html.number(max(values))}, {format_month(first)} to {format_month(last)}"


def clause_page(clause: Policy) -> str:
    """One clause, with what its instrument does."""
    return html.page(clause.id, html.soft(_first(type(clause))), law_table([clause]))


def instruments_page(instruments: Instruments) -> str:
    """The instruments of policy: kind, what it does, what its strength is."""
    rows = [
        (html.element("b", kind), _first(one), one.model_fields["strength"].description,
         ", ".join(name for name in one.model_fields if name not in Policy.model_fields))
        for kind, one in instruments.items()
    ]  # fmt: skip
    table = html.table(("kind", "what it does", "strength", "fields of its own"), rows)
    hint = "sim list instruments KIND on the command line has every field of one, with an example."
    return html.page(f"{len(rows)} instruments of policy", html.scrolled(table), html.soft(hint))


def _first(instrument: type[Policy]) -> str:
    """The first sentence that an instrument says of itself."""
    return (inspect.getdoc(instrument) or "").split("\n\n")[0].replace("\n", " ")
