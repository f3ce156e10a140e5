"""Runs and pairs of runs as summaries with small charts; ensembles with their bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.metrics.printed_sums import HIDDEN, PRICE
from sim.metrics.series import LINE_MEANS, LINES, printed
from sim.report import html
from sim.report.plots.run_view import View, look
from sim.report.run_tables import cells, deliveries, heads_of, medians, over_draws
from sim.report.table import Column, Spark, Table

if TYPE_CHECKING:
    from sim.experiments.ensemble import Ensemble
    from sim.simulation.comparison import Comparison
    from sim.simulation.results import Results

_ROUTES_UNIT = "million USD a month"
_UNITS = {PRICE: "value over value at base-year prices", HIDDEN: "of value not on record at the origin's office"}


def results_page(results: Results) -> str:
    """One run."""
    return _page(look(results), "")


def comparison_page(pair: Comparison) -> str:
    """A run against its counterfactual."""
    beside = f"Solid: {pair.policy.title}. Dashed: {pair.baseline.title}. Same world, firms and random draws."
    return _page(look(pair), html.soft(beside), html.soft(pair.bands.words) if pair.bands is not None else "")


def _page(view: View, beside: str, *below: object) -> str:
    """Title and question of the run, charts of it and its counterfactual by route, and sums by year."""
    run = view.policy
    head = html.soft(run.record["question"]), _said(run), beside
    if view.to_target.empty:
        return html.page(run.title, *head, html.soft("Nothing was delivered to the target."))
    lines, means = (printed(view, name, view.bands) for name in (LINES, LINE_MEANS))
    by_line = lines.pivot_table(index="month", columns=["run", "line"], values="value", sort=False, dropna=False)
    runs = list(dict.fromkeys(lines["run"]))
    rows = []
    for row in cells(means).to_dict("records"):
        name = str(row["line"])
        shown = [by_line[one, name].tolist() for one in runs]
        chart = Spark(shown, f"{_label(view, name)}, {_unit(name)}, {_span(view.months)}", name != PRICE)
        rows.append((_label(view, name), chart, *(row[one] for one in (*runs, "change") if one in row), _unit(name)))
    said = ["mean"] if len(runs) == 1 else [*heads_of(view), "difference"]
    columns: list[str | Column] = ["", _span(view.months), *(Column(head, digits=3, right=True) for head in said), ""]
    title = f"Deliveries to {view.target_name}; figures: mean of {_span(view.last_months)}{medians(view.bands)}"
    return html.page(run.title, *head, Table.of(columns, rows, title), deliveries(view), *below)


def _said(results: Results) -> html.Html:
    """What made a run, in a line."""
    record = results.record
    drawn = record.get("posterior")
    parameters = "the scenario's own" if drawn is None else f"draw {drawn['draw']} of '{drawn['posterior']}'"
    return html.facts(
        months=record["months"], exporters=f"{record['exporters']:,}", mode=record["mode"], seed=record["seed"],
        clauses=len(record["clauses"]), parameters=parameters,
        rules_replaced=", ".join(record["rules_replaced"]),
    )  # fmt: skip


def _label(view: View, name: str) -> str:
    code = name.removeprefix("via ")
    return name if code == name else f"via {view.name(code)}"


def _unit(name: str) -> str:
    return _UNITS.get(name, _ROUTES_UNIT)


def _span(months: list[str]) -> str:
    return f"{months[0]} to {months[-1]}"


def ensemble_page(found: Ensemble) -> str:
    """Deliveries by year over draws of a posterior: median and band."""
    record = found.record
    said = html.facts(
        posterior=record["posterior"], draws=record["draws"], mode=record["mode"],
        exporters=f"{record['exporters']:,}",
    )  # fmt: skip
    hint = "samples has every draw, bands.table every series behind the figures."
    title = f"{record['draws']} draws of posterior {record['posterior']}"
    return html.page(title, said, over_draws(found.bands), html.soft(hint))
