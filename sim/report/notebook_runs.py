"""Runs and pairs of runs as summaries with small charts; ensembles with their bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.common.months import year_names
from sim.metrics.run_pair import DIRECT
from sim.metrics.series import summary
from sim.report import html
from sim.report.numbers import number
from sim.report.plots.run_view import View, look
from sim.report.run_tables import over_draws
from sim.report.table import Column, Spark, Table
from sim.simulation.results import Results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiments.ensemble import Ensemble
    from sim.simulation.comparison import Comparison

ALL_ROADS, OTHER_HUBS, PRICE, HIDDEN = "all roads", "other hubs", "price", "hidden share"
_NAMED = 4  # hubs with a row of their own
_LAST = 12  # months that the figures beside a chart are of
_ROADS_UNIT = "million USD a month"
_UNITS = {PRICE: "value over value at base-year prices", HIDDEN: "of value not on record at the origin's office"}


def series_of(view: View, results: Results, named: tuple[str, ...]) -> pd.DataFrame:
    """Deliveries to the target month by month: a column per route, then price and hidden share.

    Args:
        view: of the run that is shown, whose months count.
        results: the run, or its counterfactual.
        named: routes that have a column of their own.
    """
    flows = results.to_target()
    route = flows["route"].where(flows["route"].isin(named), OTHER_HUBS)
    by_route = flows.groupby(["month", route])["value_musd"].sum().unstack().reindex(view.months).fillna(0.0)
    sums = flows.groupby("month")[["value_musd", "volume_musd", "recorded_musd"]].sum().reindex(view.months)
    found = by_route.reindex(columns=[*named, OTHER_HUBS], fill_value=0.0)
    found.insert(0, ALL_ROADS, sums["value_musd"].fillna(0.0))
    found[PRICE] = sums["value_musd"] / sums["volume_musd"]
    found[HIDDEN] = 1.0 - sums["recorded_musd"] / sums["value_musd"]
    return found


def roads_of(view: View) -> tuple[str, ...]:
    """The direct route, and the hubs' routes that carry most in either run, late in it."""
    flows = view.to_target
    if view.to_target_without is not None:
        flows = pd.concat([flows, view.to_target_without])
    late = flows[flows["month"].isin(view.months[-_LAST:])]
    through = late[late["route"] != DIRECT].groupby("route")["value_musd"].sum()
    return DIRECT, *(str(route) for route in through.nlargest(_NAMED).index)


def results_page(results: Results) -> str:
    """One run."""
    sums = summary(results).rename(index=year_names(results.months))
    yearly = Table.of_frame(sums, "By year: billion USD by kind of route; price, base year = 1")
    return _page(look(results), [results], "", yearly)


def comparison_page(pair: Comparison) -> str:
    """A run against its counterfactual."""
    beside = f"Solid: {pair.policy.title}. Dashed: {pair.baseline.title}. Same world, firms and random draws."
    yearly = Table.of_frame(pair.summary().rename(index=year_names(pair.policy.months)), "By year, billion USD")
    bands = html.soft(pair.bands.words) if pair.bands is not None else ""
    return _page(look(pair), [pair.policy, pair.baseline], html.soft(beside), yearly, bands)


def _page(view: View, runs: Sequence[Results], beside: str, *below: object) -> str:
    """Title and question of the first run, charts of both by route, and what stands below them."""
    first = runs[0]
    head = html.soft(first.record["question"]), _said(first), beside
    if view.to_target.empty:
        return html.page(first.title, *head, html.soft("Nothing was delivered to the target."))
    named = roads_of(view)
    series = [series_of(view, run, named) for run in runs]
    rows = []
    for name in map(str, series[0]):
        chart = Spark([lines[name].tolist() for lines in series], _words(view, name), name != PRICE)
        means = [float(lines[name].tail(_LAST).mean()) for lines in series]
        change = [_change(means[0], means[1], name)] if len(means) > 1 else []
        rows.append((_label(view, name), chart, *means, *change, _unit(name)))
    said = ["mean"] if len(runs) == 1 else ["with", "without", Column("change", "change")]
    charts = Table.of(
        ("", _span(view.months), *said, ""), rows, f"Deliveries to {view.target_name}; figures: {_last(view)}"
    )
    return html.page(first.title, *head, charts, *below)


def _change(there: float, usual: float, name: str) -> float | str | None:
    if name == HIDDEN:
        return f"{number(100.0 * (there - usual), digits=2, signed=True)} points"
    return 100.0 * (there / usual - 1.0) if usual > 0.0 else None


def _said(results: Results) -> html.Html:
    """What made a run, in a line."""
    record = results.record
    drawn = record.get("posterior")
    return html.facts(
        months=record["months"], exporters=f"{record['exporters']:,}", mode=record["mode"], seed=record["seed"],
        clauses=len(record["clauses"]), posterior=None if drawn is None else f"draw {drawn['draw']}",
        rules_replaced=", ".join(record["rules_replaced"]),
    )  # fmt: skip


def _label(view: View, name: str) -> str:
    code = name.removeprefix("via ")
    return name if code == name else f"via {view.name(code)}"


def _unit(name: str) -> str:
    return _UNITS.get(name, _ROADS_UNIT)


def _words(view: View, name: str) -> str:
    return f"{_label(view, name)}, {_unit(name)}, {_span(view.months)}"


def _span(months: list[str]) -> str:
    return f"{months[0]} to {months[-1]}"


def _last(view: View) -> str:
    return f"mean of {_span(view.months[-_LAST:])}"


def ensemble_page(found: Ensemble) -> str:
    """Deliveries by year over draws of a posterior: median and the middle 90 %."""
    record = found.record
    said = html.facts(
        posterior=record["posterior"], draws=record["draws"], mode=record["mode"],
        exporters=f"{record['exporters']:,}",
    )  # fmt: skip
    hint = "samples has every draw, bands.table every series behind the figures."
    title = f"{record['draws']} draws of posterior {record['posterior']}"
    return html.page(title, said, over_draws(found.bands), html.soft(hint))
