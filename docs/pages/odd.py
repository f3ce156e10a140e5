"""The tables of the model description (docs/odd.md), read from the code: who holds what, acts when, by which rule."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from docs.pages import markdown, wiring
from docs.pages.marked import rewrite
from sim.common.package_data import shipped
from sim.model import state
from sim.model.agents import Exporter, Intermediary, State
from sim.model.kernels.intermediaries import IntermediaryColumns
from sim.model.population import ExporterColumns
from sim.policies import INSTRUMENTS, Policy
from sim.policies.regime_fields import CELL_FIELDS, FIELDS, LANE_FIELDS, STATE_FIELDS
from sim.rules import RULES
from sim.rules.parameters import PARAMETERS
from sim.world import load_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# How clauses combine, by the name of the combiner of a field.
_COMBINED = {
    "_union": "1 − (1 − a)(1 − b)", "_add": "a + b", "_larger": "max(a, b)", "_smaller": "min(a, b)", "_times": "a · b",
}  # fmt: skip
_ROLE = re.compile(r":\w+:`~?([\w.]+)`")
_UNSOURCED = "accounting or assumption"


# ------------------------------------------------------------------------------------------------------- entities
def variables_of(agent: type) -> str:
    """What one agent holds: its properties, in the order of its class."""
    held = {name: value for name, value in vars(agent).items() if isinstance(value, property)}
    return markdown.table(("variable", "meaning"), ((f"`{name}`", _said(value)) for name, value in held.items()))


def attributes_of(*holders: type) -> str:
    """The arrays of records, as their docstrings tell them."""
    return markdown.table(("array", "meaning"), (row for holder in holders for row in _attributes(holder)))


def run_state() -> str:
    """The arrays that the months of a run write, group by group."""
    rows = _attributes(state.ModelState)
    for group, kind in state.ModelState.__annotations__.items():
        if hasattr(record := getattr(state, kind, None), "_fields"):
            rows += _attributes(record, f"{group}.")
    return markdown.table(("array", "meaning"), rows)


def _attributes(holder: type, prefix: str = "") -> list[tuple[str, str]]:
    """Names and meanings in the part ``Attributes`` of a class's docstring."""
    told = inspect.cleandoc(holder.__doc__ or "").partition("Attributes:\n")[2]
    rows = []
    for entry in re.split(r"\n(?=    \w)", textwrap.dedent(told).replace("\n", "\n    ")):
        names, _, meaning = " ".join(entry.split()).partition(": ")
        rows.append((_codes(f"{prefix}{name}" for name in names.split(", ")), _ROLE.sub(r"`\1`", meaning)))
    return rows


def states() -> str:
    """States of the reference world by role."""
    world = load_world("reference")
    rows = []
    for role in sorted(set(world.role), key=["coalition", "target", "third", "buyer", "rest"].index):
        mine = [position for position, held in enumerate(world.role) if held == role]
        codes = (f"**{world.states[at]}**" if at in world.hubs else world.states[at] for at in mine)
        rows.append((role, len(mine), ", ".join(codes)))
    return markdown.table(("role", "states", "codes (hubs in bold)"), rows)


def goods() -> str:
    """Goods of the reference world with their traits."""
    world = load_world("reference")
    traits = zip(
        world.goods, world.good_names, world.military_sensitivity, world.ambiguity, world.coalition_brand_share,
        world.price_elasticity, world.parts, 12.0 * world.home_output_musd, strict=True,
    )  # fmt: skip
    rows = (
        (f"`{code}`", name, f"{military:g}", f"{ambiguity:g}", f"{brands:g}", f"{elasticity:g}",
         f"`{world.goods[parts]}`" if parts >= 0 else "-", f"{output:,.0f}" if output else "-")
        for code, name, military, ambiguity, brands, elasticity, parts, output in traits
    )  # fmt: skip
    columns = (
        "good",
        "name",
        "military sensitivity",
        "ambiguity",
        "coalition brands",
        "elasticity",
        "can go as parts under",
        "home output, musd a year",
    )
    return markdown.table(columns, rows)


# -------------------------------------------------------------------------------------------------------- schedule
def schedule() -> str:
    """Every line of the model's step: what it does, what it writes, its loops and the rules that they call."""
    rows = []
    for name in wiring.phases():
        function = wiring.function_of(name)
        number, _, what = _said(function).partition(". ")
        rest = _codes(wiring.touched(name, "Writes")), _codes(wiring.loops_of(name)), _codes(wiring.rules_in(name))
        rows.append((number, f"`{name}`", what, _link(function), *rest))
    return markdown.table(("", "phase", "what happens", "file", "writes", "loops", "rules"), rows)


# ------------------------------------------------------------------------------------------------------- submodels
def submodels() -> str:
    """Every rule: what it gives, where it stands, the phases that call it, whose idea it is."""
    callers = _by_what(wiring.rules_in)
    rows = (
        (f"`{name}`" + ("" if name in RULES else " (fixed)"), _said(function), _link(function), _codes(callers[name]),
         "; ".join(wiring.citations(name)) or _UNSOURCED)
        for name, function in wiring.rules().items()
    )  # fmt: skip
    return markdown.table(("rule", "gives", "file", "called in", "source"), rows)


def parameters() -> str:
    """Every parameter with the functions that read it."""
    readers = wiring.readers()
    rows = (
        (f"`{p.name}`", f"{p.default:g}", p.unit, f"{p.low:g} to {p.high:g}", _codes(readers[p.name]))
        for p in PARAMETERS.values()
    )
    return markdown.table(("parameter", "default", "unit", "bounds", "read by"), rows)


# ------------------------------------------------------------------------------------------------------------- law
def fields() -> str:
    """What law can do, field by field, and the phases that read it."""
    readers = _by_what(wiring.fields_read)
    per = {**dict.fromkeys(LANE_FIELDS, "lane"), **dict.fromkeys(STATE_FIELDS, "state")}
    per |= dict.fromkeys(CELL_FIELDS, "state, good")
    rows = (
        (f"`{name}`", per[name], f"{field.neutral:g}", _COMBINED[field.combine.__name__], field.meaning,
         _codes(readers[name]))
        for name, field in FIELDS.items()
    )  # fmt: skip
    return markdown.table(("field", "per", "neutral", "two clauses a, b give", "meaning", "read in"), rows)


def instruments() -> str:
    """Which fields of the law each instrument shapes."""
    rows = ((f"[`{kind}`](instruments.md#{kind})", _codes(shaped_fields(kind)) or "-") for kind in INSTRUMENTS)
    return markdown.table(("instrument", "fields of the law that it shapes"), rows)


def shaped_fields(kind: str) -> list[str]:
    """Fields that an instrument's file, or a file of helpers that it imports, imposes on."""
    module = inspect.getmodule(INSTRUMENTS[kind])
    written_in = {held.__module__ for held in vars(module).values() if inspect.isfunction(held)} - {Policy.__module__}
    helpers = [sys.modules[name] for name in sorted(written_in) if name.startswith("sim.policies.")]
    trees = [ast.parse(inspect.getsource(one)) for one in (module, *helpers) if one is not None]
    shaping = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    names = {name for function in shaping for name in wiring.texts_in(function)}
    return [name for name in FIELDS if name in names]


# -------------------------------------------------------------------------------------------------------- patterns
def patterns() -> str:
    """The published movements that the reference scenario has to get right in sign, row by row."""
    table = pd.read_csv(shipped("calibration/figures/directions.csv"), keep_default_na=False, dtype=str)
    table["of"] = table["measure"].where(table["measure"] == table["unit"], table["measure"] + ", " + table["unit"])
    table["to"] = table["to"].str.replace(":", " to ")
    rows = table[["statement", "stated", "of", "to", "role", "source"]].itertuples(index=False)
    return markdown.table(("pattern", "stated", "as", "months", "role", "source"), rows)


def targets() -> str:
    """The published figures that the parameters are fitted to, and those that judge, by what they are."""
    table = pd.read_csv(shipped("calibration/figures/targets.csv"), keep_default_na=False, dtype=str)
    table["ledger"] = table["ledger"].replace({"true": "true (stated in words)"})
    counts = table.groupby(["role", "ledger", "measure"]).size().unstack("role", fill_value=0)
    rows = counts.reset_index()[["ledger", "measure", "fit", "judge", "context"]].itertuples(index=False)
    return markdown.table(("ledger", "measure", "fitted (to 2023)", "judged (2024)", "context only"), rows)


# --------------------------------------------------------------------------------------------------------- helpers
def _by_what(held: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """The phases that hold each thing, from the things that each phase holds."""
    found: dict[str, list[str]] = defaultdict(list)
    for phase in wiring.phases():
        for name in held(phase):
            found[name].append(phase)
    return found


def _said(thing: object) -> str:
    """The first sentence or line of a docstring."""
    first = " ".join(inspect.cleandoc(getattr(thing, "__doc__", "") or "").partition("\n\n")[0].split())
    return first.replace("``", "`")


def _link(function: Any) -> str:
    file = Path(inspect.getsourcefile(getattr(function, "py_func", function)) or "").relative_to(wiring.PACKAGE.parent)
    return f"[{file.relative_to('sim')}](../{file})"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


TABLES: dict[str, Callable[[], str]] = {
    "states": states,
    "goods": goods,
    "state variables": lambda: variables_of(State),
    "exporter variables": lambda: variables_of(Exporter),
    "intermediary variables": lambda: variables_of(Intermediary),
    "columns": lambda: attributes_of(ExporterColumns, IntermediaryColumns),
    "state of the run": run_state,
    "schedule": schedule,
    "submodels": submodels,
    "parameters": parameters,
    "law fields": fields,
    "instruments": instruments,
    "patterns": patterns,
    "targets": targets,
}

if __name__ == "__main__":
    raise SystemExit(rewrite("odd.md", TABLES))
