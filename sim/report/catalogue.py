"""What the command line tells of scenarios and instruments: clauses by date, differences, fields, examples."""

from __future__ import annotations

import datetime as dt
import types
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BeforeValidator
from pydantic_core import PydanticUndefined

from sim.common.fields import NAMES_MARK, expected_number
from sim.common.months import format_month, month_of
from sim.common.parsing import read_month
from sim.metrics import METRICS
from sim.policies import INSTRUMENTS
from sim.report.table import Column, Table
from sim.rules.parameters import PARAMETER_GROUPS, PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic.fields import FieldInfo

    from sim.policies import Policy
    from sim.scenario import Scenario

_REMARKS = ("source", "note", "label")
# Told once for all instruments; the others are an instrument's own.
SHARED = (
    "id",
    "label",
    "by",
    "towards",
    "goods",
    "announced",
    "effective",
    "ends",
    "strength",
    "source",
    "note",
    "enabled",
)
FIELD_COLUMNS = ("field", "takes", "if left out", "meaning")
# Who makes the clause of a made-up example, by the section that the instrument is told in; else the coalition.
_WIELDERS = {"Third states": "hubs", "The target": "target"}


def headline(scenario: Scenario) -> str:
    """Title, question and size of a scenario, in two lines."""
    months, agents = scenario.months, scenario.agents
    clauses, drivers = len(scenario.policies), len(scenario.drivers)
    begun = "" if months.run_from in (None, months.first) else f" (run from {format_month(months.run_from)})"
    episode = f" (episode {scenario.episode}; `episode: none` leaves them)" if scenario.episode else ""
    return (
        f"{scenario.title}: {scenario.question}\n"
        f"{format_month(months.first)} to {format_month(months.last)}{begun}, {clauses} clause{'s' * (clauses != 1)}, "
        f"{drivers} driver{'s' * (drivers != 1)}{episode}, {agents.exporters:,} exporters, {agents.mode}, "
        f"seed {scenario.seed}"
    )


def clauses_by_date(scenario: Scenario) -> Table:
    """The clauses of a scenario in the order of their dates: one line each."""
    rows = [
        (_id_and_label(one), one.kind, _dates(one), _short(one.by), *_reach(one), f"{one.strength:g}")
        for one in sorted(scenario.policies, key=lambda clause: (clause.effective, clause.id))
    ]
    return Table.of((*_whole("clause", "instrument", "in force"), "by", "on", "aimed at", *_whole("strength")), rows)


def _id_and_label(clause: Policy) -> str:
    """A clause by its id, by which a file changes it, and below that its label, by which figures call it."""
    return clause.id if clause.label is None else f"{clause.id}\n{clause.label}"


def clause_differences(
    first: Scenario, second: Scenario, *, heads: tuple[str, str] = ("first", "second")
) -> Table | None:
    """How two scenarios differ as they are written: frame, clauses, drivers, parameters, rules; None where not."""
    rows = [(name, "scenario", ours, theirs) for name, ours, theirs in _frame(first, second) if ours != theirs]
    for block in ("policies", "drivers"):
        rows += [(what, block, ours, theirs) for what, ours, theirs in _block_differences(first, second, block)]
    for block in ("parameters", "rules"):
        held, other = (dict(getattr(scenario, block)) for scenario in (first, second))
        for key in sorted(held.keys() | other.keys()):
            if held.get(key) != other.get(key):
                usual = f"{PARAMETERS[key].default:g} (default)" if key in PARAMETERS else "-"
                ours, theirs = (shown_value(one[key]) if key in one else usual for one in (held, other))
                rows.append((key, block, ours, theirs))
    return Table.of(("what", "in", *heads), rows) if rows else None


def _frame(first: Scenario, second: Scenario) -> Iterator[tuple[str, str, str]]:
    """World, months, seed and agents of both, as text."""
    yield "world", first.world, second.world
    spans = (f"{format_month(one.months.first)} to {format_month(one.months.last)}" for one in (first, second))
    yield "months", next(spans), next(spans)
    yield "seed", str(first.seed), str(second.seed)
    for name in type(first.agents).model_fields:
        yield f"agents.{name}", shown_value(getattr(first.agents, name)), shown_value(getattr(second.agents, name))


def _block_differences(first: Scenario, second: Scenario, block: str) -> Iterator[tuple[str, str, str]]:
    """What differs among clauses or drivers: those in one only, whole; the others key by key, with their dates."""
    ours, theirs = ({str(one["id"]): one for one in scenario.as_data()[block]} for scenario in (first, second))
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        a, b = ours.get(name), theirs.get(name)
        if a is None or b is None:
            yield name, _in_brief(a) if a else _absent(b, first), _in_brief(b) if b else _absent(a, second)
            continue
        keys = [key for key in sorted(a.keys() | b.keys()) if a.get(key) != b.get(key) and key not in _REMARKS]
        when = f" ({_span(a)})" if "effective" in a and not {"effective", "ends"} & set(keys) else ""
        for key in keys:
            yield f"{name}.{key}{when}", shown_value(a.get(key)), shown_value(b.get(key))


def _absent(entry: Mapping[str, Any] | None, scenario: Scenario) -> str:
    """A scenario leaves out by itself what begins after its last month."""
    start = (entry or {}).get("announced") or (entry or {}).get("effective")
    late = start is not None and month_of(dt.date.fromisoformat(start)) > scenario.months.last
    return "- (begins after its last month)" if late else "-"


def _in_brief(entry: Mapping[str, Any]) -> str:
    """A clause or driver in one line: what it is, whose, on what, aimed at whom, from when, how strong."""
    by, goods = (_short(tuple(entry.get(key, ()))) for key in ("by", "goods"))
    third = entry.get("against") or entry.get("firms_in") or entry.get("towards") or (entry.get("destination", ""),)
    dated = f", {_span(entry)}, strength {entry['strength']:g}" if "effective" in entry else ""
    parts = (
        str(entry.get("kind") or entry.get("what")),
        by and f"by {by}",
        goods and f"on {goods}",
        f"at {_short(third)}",
    )
    return " ".join(part for part in parts if part) + dated


def _span(entry: Mapping[str, Any]) -> str:
    return f"{entry['effective']} to {entry['ends']}" if entry.get("ends") else f"{entry['effective']} on"


def instruments() -> Table:
    """Every instrument: what it does, in one line, what its strength is, and the fields of its own."""
    rows = [
        (kind, purpose(one), one.model_fields["strength"].description, ", ".join(own_fields(one)) or "-")
        for kind, one in INSTRUMENTS.items()
    ]
    return Table.of((*_whole("kind"), "what it does", "strength", "its own fields"), rows)


def metrics() -> Table:
    """Every metric: unit, meaning, and what may stand in brackets behind it."""
    rows = [
        (one.name, one.unit, one.meaning, "yes" if one.paired else "", ", ".join(one.takes)) for one in METRICS.values()
    ]
    title = "Metrics; a name may end in [words] and in @FIRST:LAST, @YYYY-MM or @all"
    return Table.of((*_whole("metric"), "unit", "meaning", "paired", "in brackets"), rows, title)


def parameters() -> list[Table]:
    """Every parameter by what it is about: default, what is accepted, unit and meaning."""
    heads: tuple[str | Column, ...] = (*_whole("parameter"), "default", "accepted", "unit", "meaning")
    return [
        Table.of(
            heads,
            [(one.name, f"{one.default:g}", f"{one.low:g} to {one.high:g}", one.unit, one.meaning) for one in members],
            group,
        )
        for group, members in PARAMETER_GROUPS.items()
    ]


def purpose(instrument: type[Policy]) -> str:
    """First line of what an instrument says of itself."""
    return (instrument.__doc__ or "").strip().splitlines()[0]


def fields_of(instrument: type[Policy]) -> Table:
    """Every field of an instrument: what it takes, what it is if left out, what it means."""
    return Table.of(FIELD_COLUMNS, field_rows(instrument, [*SHARED, *own_fields(instrument)]))


def own_fields(instrument: type[Policy]) -> list[str]:
    """Names of the fields that an instrument does not share with all others."""
    return [name for name in instrument.model_fields if name not in (*SHARED, "kind")]


def field_rows(instrument: type[Policy], names: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """Fields of an instrument in the columns of :data:`FIELD_COLUMNS`; without goods where it knows none."""
    rows = []
    for name in names:
        field = instrument.model_fields[name]
        default = "required" if field.is_required() else shown_value(field.get_default())
        if name != "goods" or instrument.by_good:
            rows.append((name, takes(field), default, field.description or ""))
    return rows


def example_of(kind: str, *packages: Scenario) -> str:
    """A clause of an instrument as YAML: the first of these scenarios', else one made up from the required fields."""
    used = next((clause for package in packages for clause in package.policies if clause.kind == kind), None)
    entry = used.model_dump(mode="json", exclude_defaults=True, exclude_none=True) if used else _made_up(kind)
    ordered = {"id": entry.pop("id"), "kind": kind, **{key: value for key, value in entry.items() if key != "kind"}}
    text: str = yaml.safe_dump(
        {"policies": [ordered]}, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )
    return text


def _made_up(kind: str) -> dict[str, Any]:
    given = INSTRUMENTS[kind].example.items()
    fields = {name: list(value) if isinstance(value, tuple) else value for name, value in given}
    record = {"effective": "2022-03-01", "source": "where this clause is on record"}
    return {"id": f"my-{kind.replace('_', '-')}", **fields, **record}


def takes(field: FieldInfo) -> str:
    """What a field accepts, in words."""
    inner, _ = _inner(field.annotation)
    if inner is dt.date:
        return "a day, YYYY-MM-DD"
    if any(isinstance(mark, BeforeValidator) and mark.func is read_month for mark in field.metadata):
        return "a month, YYYY-MM"
    if inner is bool:
        return "true or false"
    if inner is float or inner is int:
        return expected_number(field)
    if get_origin(inner) is Literal:
        return " or ".join(choices_of(field))
    return f"list of {_named(inner)}s" if get_origin(inner) is tuple else "text"


def choices_of(field: FieldInfo) -> tuple[str, ...]:
    """The words of which a field takes one; none where it takes others."""
    inner, _ = _inner(field.annotation)
    return tuple(map(str, get_args(inner))) if get_origin(inner) is Literal else ()


def _named(several: Any) -> str:
    """What a list of names names: states or goods of the world."""
    for mark in get_args(get_args(several)[0])[1:]:
        if NAMES_MARK in (extra := getattr(mark, "json_schema_extra", None) or {}):
            return str(extra[NAMES_MARK])
    return "text"


def _inner(annotation: Any) -> tuple[Any, bool]:
    """The type behind `Annotated` and `| None`, and whether None is allowed."""
    if get_origin(annotation) is Annotated:
        return _inner(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return _inner(kinds[0])[0], len(kinds) < len(get_args(annotation))
    return annotation, False


def shown_value(value: object) -> str:
    """A value as a scenario would write it, in one line; a hyphen for none."""
    if value is None or value is PydanticUndefined or value == "":
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(f"{key}: {shown_value(held)}" for key, held in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "-"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _dates(clause: Policy) -> str:
    return f"{clause.effective} to {clause.ends}" if clause.ends else f"{clause.effective} on"


def _reach(clause: Policy) -> tuple[str, str]:
    """Goods that a clause covers, and whom it is aimed at: third states where it names them, else destinations."""
    named = (getattr(clause, name, None) for name in ("against", "firms_in", "partners"))
    third = next((states for states in named if states), clause.towards)
    return (_short(clause.goods) if clause.by_good else "-"), _short(third)


def _short(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")


def _whole(*heads: str) -> tuple[Column, ...]:
    """Columns of short names, which are not broken into lines."""
    return tuple(Column(head, wrap=False, strong=place == 0) for place, head in enumerate(heads))
