"""Every parameter: what it does, its default, bounds and source, what was believed before and what the figures say."""

from __future__ import annotations

import pandas as pd

from docs.pages.markdown import table
from sim.common.package_data import shipped
from sim.rules.parameters import PARAMETER_GROUPS, Parameter
from sim.simulation.inputs import split

_HEAD = """\
# Parameters

Every number that the model's behaviour depends on, as declared in `sim/rules/parameters.py`. A scenario sets one under
`parameters`, Python with `case.with_changes(parameters={"aversion": 3})`, the command line with `--set
parameters.aversion=3`.
What is marked *assumption* has no measurement behind it: it is a prior's centre, to be fitted or varied, never a
finding.

*Prior* and *posterior* are median [5 %, 95 %]. *Learnt* means that the posterior is narrower than 0.6 of the prior,
*learnt in part* 0.85; where it is *not learnt*, the prior speaks and the figures support no value. How it was fitted is
told in [calibration](../calibration.md), how well in [validation](../validation.md). `sim run`, `compare`, `explain`
and `test-mechanism` take the posterior's representative draw where the scenario's world is the fitted one
(`--posterior none`: the defaults); Python takes the defaults unless told (`case.with_posterior()`).
"""
_LEARNT = {"yes": "learnt", "partly": "learnt in part", "no": "not learnt"}
_KINDS = {
    "hub_effects": (
        "Effects of hubs",
        "Under `hub_effects` of a scenario: log points by which a hub's pool of intermediaries departs from that of "
        "its traits.",
    ),
    "policies": ("Strengths of clauses", "Of the reference scenario, by the clause's id."),
    "drivers": (
        "Sizes of drivers",
        "How far a driver's path departs from 1, against the scenario: 2 squares it.",
    ),
}


def parameters_page() -> str:
    """The page, as Markdown."""
    summary = pd.read_csv(shipped("calibration/posterior/summary.csv"))
    priors = pd.read_csv(shipped("calibration/figures/priors.csv")).set_index("address")
    fitted = {row.address: row for row in summary.itertuples(index=False)}
    parts = [_HEAD]
    for group, members in PARAMETER_GROUPS.items():
        parts += [f"## {group}", ""]
        for parameter in members:
            row = fitted.get(f"parameters.{parameter.name}")
            source = str(priors.loc[f"parameters.{parameter.name}", "source"]) if row else ""
            parts += _one(parameter, row, source)
    parts += ["## Fitted beside the parameters", ""]
    for kind, (title, said) in _KINDS.items():
        rows = [(f"`{name}`", *_beliefs(row)) for name, row in fitted.items() if split(name)[0] == kind]
        parts += [f"### {title}", "", said, "", table(("input", "prior", "posterior", ""), rows), ""]
    return "\n".join(parts).rstrip() + "\n"


def _one(parameter: Parameter, row: object | None, source: str) -> list[str]:
    bounds = f"{parameter.low:g} to {parameter.high:g}"
    lines = [
        f"### {parameter.name}",
        "",
        f"{parameter.meaning[0].upper()}{parameter.meaning[1:]}.",
        "",
        f"* Default **{parameter.default:g}** {parameter.unit}; {bounds} accepted.",
        f"* Source: {parameter.source}.",
    ]
    if row is None:
        return [*lines, "* Not among the free parameters of the calibration.", ""]
    prior, posterior, learnt = _beliefs(row)
    return [*lines, f"* Prior {prior}: {source}.", f"* Posterior {posterior}: {learnt}.", ""]


def _beliefs(row: object) -> tuple[str, str, str]:
    """Prior, posterior and what was learnt; what was not fitted has no posterior."""
    prior, posterior = (
        "{:.3g} [{:.3g}, {:.3g}]".format(*(getattr(row, f"{when}_{what}") for what in ("median", "p05", "p95")))
        for when in ("prior", "posterior")
    )
    learnt = str(getattr(row, "identified"))  # noqa: B009 (a row of a data frame has no declared attributes)
    if learnt == "not fitted":
        return prior, "as the prior", "not fitted, the figures hardly depend on it"
    return prior, posterior, _LEARNT[learnt]
