"""Runs and pairs of runs as summaries with small charts; ensembles with their bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.metrics.run_pair import DIRECT
from sim.metrics.series import summary
from sim.report import html
from sim.report.plots.run_view import View, look
from sim.simulation.intervals import DELIVERIES, ENDS
from sim.simulation.results import Results

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.simulation.comparison import Comparison
    from sim.simulation.ensemble import Ensemble

ALL_ROADS, OTHER_HUBS, PRICE, HIDDEN = "all roads", "other hubs", "price", "hidden share"
_NAMED = 4  # hubs with a row of their own
_LAST = 12  # months that the figures beside a chart are of
_ROADS_UNIT = "million USD a month"
_UNITS = {PRICE: "value over value at base-year prices", HIDDEN: "of value not on record at the origin's office"}
_OVER_DRAWS = {
    "policy_busd": "with", "baseline_busd": "without", "change_percent": "change, %", "direct_busd": "direct",
    "via_hubs_busd": "via hubs", "unrecorded_busd": "off origins' books", "price_index": "price",
}  # fmt: skip


def series_of(view: View, results: Results, named: tuple[str, ...]) -> pd.DataFrame:
    """Deliveries to the target month by month: a column per road, then price and hidden share.

    Args:
        view: of the run that is shown, whose months count.
        results: the run, or its counterfactual.
        named: roads that have a column of their own.
    """
    flows = results.to_target()
    road = flows["route"].where(flows["route"].isin(named), OTHER_HUBS)
    by_road = flows.groupby(["month", road])["value_musd"].sum().unstack().reindex(view.months).fillna(0.0)
    sums = flows.groupby("month")[["value_musd", "volume_musd", "recorded_musd"]].sum().reindex(view.months)
    found = by_road.reindex(columns=[*named, OTHER_HUBS], fill_value=0.0)
    found.insert(0, ALL_ROADS, sums["value_musd"].fillna(0.0))
    found[PRICE] = sums["value_musd"] / sums["volume_musd"]
    found[HIDDEN] = 1.0 - sums["recorded_musd"] / sums["value_musd"]
    return found


def roads_of(view: View) -> tuple[str, ...]:
    """The direct road, and the hubs' roads that carry most in either run, late in it."""
    flows = view.to_target
    if view.to_target_without is not None:
        flows = pd.concat([flows, view.to_target_without])
    late = flows[flows["month"].isin(view.months[-_LAST:])]
    through = late[late["route"] != DIRECT].groupby("route")["value_musd"].sum()
    return DIRECT, *(str(road) for road in through.nlargest(_NAMED).index)


def results_page(results: Results) -> str:
    """One run."""
    view = look(results)
    if view.to_target.empty:
        return html.page(results.title, _said(results), html.soft("Nothing was delivered to the target."))
    lines = series_of(view, results, roads_of(view))
    rows = [
        (_label(view, name), html.spark([lines[name].tolist()], _words(view, name), zero=name != PRICE),
         float(lines[name].tail(_LAST).mean()), _unit(name))
        for name in map(str, lines)
    ]  # fmt: skip
    heads = ("", _span(view.months), "mean", "")
    charts = html.table(heads, rows, f"Deliveries to {view.target_name}; figures: {_last(view)}")
    yearly = html.frame(summary(results), "By year: billion USD by kind of road; price, base year = 1")
    return html.page(results.title, html.soft(results.record["question"]), _said(results), charts, yearly)


def comparison_page(pair: Comparison) -> str:
    """A run against its counterfactual."""
    policy, view = pair.policy, look(pair)
    beside = html.soft(f"Solid: {policy.title}. Dashed: {pair.baseline.title}. Same world, firms and luck.")
    if view.to_target.empty:
        return html.page(policy.title, _said(policy), beside, html.soft("Nothing was delivered to the target."))
    named = roads_of(view)
    with_, without = (series_of(view, run, named) for run in (policy, pair.baseline))
    rows = []
    for name in map(str, with_):
        chart = html.spark([with_[name].tolist(), without[name].tolist()], _words(view, name), zero=name != PRICE)
        there, usual = (float(line[name].tail(_LAST).mean()) for line in (with_, without))
        rows.append((_label(view, name), chart, there, usual, _change(there, usual, name), _unit(name)))
    heads = ("", _span(view.months), "with", "without", "change", "")
    charts = html.table(heads, rows, f"Deliveries to {view.target_name}; figures: {_last(view)}")
    yearly = html.frame(pair.summary(), "By year, billion USD")
    bands = html.soft(pair.bands.words) if pair.bands is not None else ""
    return html.page(policy.title, html.soft(policy.record["question"]), _said(policy), beside, charts, yearly, bands)


def _change(there: float, usual: float, name: str) -> html.Right:
    if name == HIDDEN:
        return html.Right(f"{html.signed(100.0 * (there - usual), 2)} points")
    return html.Right(f"{html.signed(100.0 * (there / usual - 1.0), 2)} %" if usual > 0.0 else "")


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
    record, table = found.record, found.bands.table
    rows = table[table["figure"] == DELIVERIES]
    columns = {name: said for name, said in _OVER_DRAWS.items() if name in set(rows["column"])}
    lines = []
    for year, part in rows.groupby("period"):
        cells = part.set_index("column")[list(ENDS)].to_dict("index")
        lines.append([year, *(_band(cells[name]) for name in columns)])
    said = html.facts(
        posterior=record["posterior"], draws=record["draws"], mode=record["mode"],
        exporters=f"{record['exporters']:,}",
    )  # fmt: skip
    caption = "Deliveries to the target by year, billion USD: median, and where 90 % of the draws lie"
    made = html.table(("year", *columns.values()), lines, caption)
    hint = "samples has every draw, bands.table every series behind the figures."
    return html.page(f"{record['draws']} draws of posterior {record['posterior']}", said, made, html.soft(hint))


def _band(ends: Mapping[Any, float]) -> html.Right:
    median, low, high = (html.number(ends[name], 3) for name in ("median", "low", "high"))
    return html.Right(f"{median} [{low}, {high}]")
