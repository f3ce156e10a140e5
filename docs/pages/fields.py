"""Every field of a scenario and of a study, from the models that check them."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from docs.pages.markdown import table, told
from sim.experiments.point_table import PointTable
from sim.experiments.schema import Design, Designs, Draws, Factor, StudyFile
from sim.report.catalogue import FIELD_COLUMNS, shown_value, takes
from sim.scenario import Scenario
from sim.scenario.blocks import Agents, Driver, MonthSpan
from sim.scenario.expected_outcomes import ExpectedOutcome, Mechanism

_SCENARIO_HEAD = """\
# Fields of a scenario

What a scenario file may say, from the models in `sim/scenario/`. [How to write a scenario](../scenarios.md) goes
through one step by step. A field that is not listed is a fault, as is a value that does not fit; `sim check FILE`
names every fault at once, with line and column. Editors complete from
[scenario.schema.json](../../scenarios/scenario.schema.json).

Beside these, a file may say `extends`: the one file, or shipped scenario, that it is laid over. `parameters`,
`hub_effects`, `months`, `agents` and `rules` then change key by key. An entry of `policies` or `drivers` goes to the
entry below it that has its `id`: with its `kind` (a driver: its `what`) it replaces it, without it changes the fields
that it names, such as `enabled: false`. An entry with another `id` is added. Everything else is replaced whole.

And it may say `episode`: which named drivers of its world lie below its own. The world's only episode is taken where
the line is left out; `episode: none` leaves it ([what belongs to the world](../scenarios.md#1-a-world-without-law)).
"""
_STUDY_HEAD = """\
# Fields of a study

What a study file may say, from `sim/experiments/schema.py`. [Studies](../studies.md) tells what the words mean and what
is left of a study. Editors complete from [study.schema.json](../../scenarios/study.schema.json).

`posterior: 50` under `uncertainties` and `design: grid` are short for `posterior: {draws: 50}` and `design: {all:
{grid: true}}`; a factor may be a plain list of its values.
"""


def scenario_page() -> str:
    """The page on scenarios, as Markdown."""
    return _page(
        _SCENARIO_HEAD,
        ("At the top", Scenario), ("`months`", MonthSpan), ("`agents`", Agents), ("An entry of `drivers`", Driver),
        ("`mechanism`", Mechanism), ("An entry of `expected_outcomes`", ExpectedOutcome),
    ) + "\n".join(
        [
            "", "Its `metric` is an address of [metrics](metrics.md).", "",
            "## An entry of `policies`", "",
            "One of the instruments, each with fields of its own: [policy instruments](../instruments.md).", "",
        ]
    )  # fmt: skip


def study_page() -> str:
    """The page on studies, as Markdown."""
    return _page(
        _STUDY_HEAD,
        ("At the top", StudyFile), ("A lever or an uncertainty", Factor), ("`design`", Designs),
        ("A design", Design), ("`posterior`", Draws),
    )  # fmt: skip


def _page(head: str, *models: tuple[str, type[BaseModel]]) -> str:
    parts = [head]
    for title, model in models:
        parts += [f"## {title}", "", told(model), "", _fields(model), ""]
    return "\n".join(parts).rstrip() + "\n"


def _fields(model: type[BaseModel]) -> str:
    rows = []
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else _default(field.get_default())
        rows.append((f"`{name}`", _takes(field.annotation) or takes(field), default, field.description or ""))
    return table(FIELD_COLUMNS, rows)


def _default(value: object) -> str:
    """What a field is if left out; of a block, nothing: its own table says."""
    return "-" if isinstance(value, BaseModel) or value in ((), {}) else shown_value(value)


def _takes(annotation: Any) -> str:
    """What a field with fields of its own, or several of them, accepts; empty for a plain one."""
    kinds = _kinds(annotation)
    if any(isinstance(kind, type) and issubclass(kind, BaseModel) for kind in kinds):
        return "fields, see below"
    if kinds[0] is PointTable:
        return "list of entries, name: text"
    if get_origin(kinds[0]) is dict:
        key, value = (_kinds(inner)[0] for inner in get_args(kinds[0]))
        inside = "fields, see below" if isinstance(value, type) and issubclass(value, BaseModel) else _word(value)
        return f"name: {inside}" if key is str else f"month: {inside}"
    if get_origin(kinds[0]) is tuple:
        inner = _kinds(get_args(kinds[0])[0])[0]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return "list of entries, see below"
    return "text, or name: text" if len(kinds) > 1 else ""


def _word(kind: Any) -> str:
    return {float: "number", str: "text"}.get(kind, "as in a scenario")


def _kinds(annotation: Any) -> Sequence[Any]:
    """The types behind marks and `| None`."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [kind for part in get_args(annotation) if part is not type(None) for kind in _kinds(part)]
    return [annotation]
