"""What runs are made from, and the model at work: worlds, posteriors, parameters, rules, models; and faults."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import numpy as np

from sim.common.months import format_month
from sim.common.spread import ends_of, shares_of
from sim.report import html
from sim.report.numbers import number
from sim.report.table import Column, Table
from sim.rules.parameters import PARAMETERS, Parameter
from sim.simulation.inputs import INPUT_KINDS, split

if TYPE_CHECKING:
    from sim.common.errors import Fault, FaultList
    from sim.model.model import SanctionsModel
    from sim.rules import Rules
    from sim.rules.parameters import Parameters
    from sim.simulation.posterior import Posterior
    from sim.world import World

_BILLION = 1e3
_MONTHS = 12


def _strong(head: str) -> Column:
    return Column(head, strong=True)


def world_page(world: World) -> str:
    """A world: its states and goods, and how much of its flows was seen."""
    sold = _MONTHS / _BILLION * world.recorded_musd.sum(axis=2)
    states = [
        (code, world.state_names[s], world.role[s], "hub" if s in world.hubs else "",
         float(sold[s].sum()), float(sold[s, world.target]), float(world.alignment[s]))
        for s, code in enumerate(world.states)
    ]  # fmt: skip
    heads = (_strong("state"), "name", "role", "", "exports", f"to {world.states[world.target]}", "alignment")
    caption = f"{len(states)} states; exports on record in {world.base_year}, billion USD"
    goods = [
        (code, world.good_names[g], world.hs_codes[g].replace(";", "; "), world.control_tier[g],
         float(world.military_sensitivity[g]), float(world.coalition_brand_share[g]),
         float(_MONTHS / _BILLION * world.recorded_musd[:, :, g].sum()))
        for g, code in enumerate(world.goods)
    ]  # fmt: skip
    of_goods = (_strong("good"), "name", "HS", "tier", "military", "coalition brands", "traded, billion USD")
    seen = {name: number(share, "share") for name, share in world.observed_share().items()}
    return html.page(
        world.title, html.facts(base_year=world.base_year, digest=world.digest[:10], **seen),
        html.soft("Shares of the value by pair and good that are observed, derived from figures, or imputed."),
        Table.of(heads, states, caption), Table.of(of_goods, goods, f"{len(goods)} goods"),
    )  # fmt: skip


def posterior_page(posterior: Posterior) -> str:
    """A posterior: every column's median and spread beside the default of its parameter."""
    low_share, high_share = shares_of(posterior.count)
    ends = np.quantile(posterior.draws, (low_share, 0.5, high_share), axis=0).T
    rows = []
    for name, (low, median, high), stands in zip(posterior.names, ends, posterior.draws[0], strict=True):
        kind, rest = split(name)
        known = PARAMETERS.get(rest) if kind == "parameters" else None
        rows.append((name, float(median), float(low), float(high), float(stands),
                     known.default if known else None, known.unit if known else INPUT_KINDS[kind].meaning))  # fmt: skip
    heads: tuple[str | Column, ...] = (
        _strong("column"),
        "median",
        *ends_of(posterior.count).split(", "),
        "draw 0",
        "prior centre",
        "unit or meaning",
    )
    said = html.facts(draws=f"{posterior.count:,}", columns=len(rows), digest=posterior.digest[:10])
    made = html.scrolled(Table.of(heads, rows))
    hint = "Draw 0 is the representative draw: case.with_posterior() takes it."
    return html.page(f"Posterior {posterior.name}", said, made, html.soft(hint))


_OF_PARAMETERS = (_strong("parameter"), "default", "least", "most", "unit", "what it does", "source")


def _row(one: Parameter) -> tuple[object, ...]:
    return one.name, one.default, one.low, one.high, one.unit, one.meaning, one.source


def parameters_page(parameters: Parameters) -> str:
    """All parameters."""
    made = html.scrolled(Table.of(_OF_PARAMETERS, map(_row, parameters.values())))
    hint = "case.with_changes(parameters={'aversion': 4.0}) sets one; what has no source is an assumption."
    return html.page(f"{len(parameters)} parameters", made, html.soft(hint))


def parameter_page(one: Parameter) -> str:
    """One parameter."""
    return html.page(one.name, Table.of(_OF_PARAMETERS, [_row(one)]))


def rules_page(rules: Rules) -> str:
    """The behavioural rules: what they take, and what they give."""
    rows = []
    for name, function in rules.items():
        plain = getattr(function, "py_func", function)
        takes = ", ".join(inspect.signature(plain).parameters)
        rows.append((name, (inspect.getdoc(plain) or "").split("\n")[0], takes))
    made = html.scrolled(Table.of((_strong("rule"), "gives", "takes"), rows))
    hint = "case.with_rules(NAME=function) replaces one by a plain Python function of the same arguments."
    return html.page(f"{len(rows)} behavioural rules", made, html.soft(hint))


def model_page(model: SanctionsModel) -> str:
    """A model at work: its agents, and the law of its month."""
    plan, begun = model.plan, model.elapsed >= 0
    month = format_month(model.month) if begun else f"before {format_month(model.month + 1)}"
    listed = np.isin(np.arange(len(plan.policies)), [
        number for number, clause in enumerate(plan.policies) if clause.in_force_share(model.month) > 0.0
    ]) if begun else np.zeros(len(plan.policies), bool)  # fmt: skip
    said = html.facts(
        month=month, exporters=f"{len(model.exporters):,}", intermediaries=f"{len(model.intermediaries):,}",
        states=len(model.world.states), mode=plan.agents.mode, seed=plan.seed,
    )  # fmt: skip
    rows = [
        (one.label or one.id, one.kind.replace("_", " "), ", ".join(one.by), one.in_force_share(model.month))
        for one, acts in zip(plan.policies, listed, strict=True) if acts
    ]  # fmt: skip
    caption = f"Law in force in {month}, share of the month"
    law = Table.of(("clause", "kind", "by", "in force"), rows, caption) if rows else html.soft("No law in force.")
    hint = "step() runs a month; exporters, intermediaries and states are its agents."
    return html.page(plan.title, said, law, html.soft(hint))


def fault_page(fault: Fault) -> str:
    """One fault."""
    return html.page("1 fault", _fault(fault))


def faults_page(faults: FaultList) -> str:
    """All faults of a file, in the order of their lines."""
    return html.page(faults.count, *map(_fault, faults.shown), *([html.soft(faults.more)] if faults.more else []))


def _fault(fault: Fault) -> html.Html:
    return html.element("pre", str(fault))
