"""The tables that a run prints: what arrived, by which road, from whom, and what the customs offices do not show.

They are built here and printed by the command line. Deliveries are FOB at the origin, billion USD of the year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rich.table import Table

from sim.common.months import format_month
from sim.metrics.mirror_gap import PARTS, mirror_gap
from sim.metrics.recorded_trade import ledger_totals
from sim.metrics.series import summary
from sim.scenario import MEASURES
from sim.simulation.intervals import DELIVERIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.analysis.mechanism_test import Shown
    from sim.metrics.mirror_gap import Pair
    from sim.scenario import Scenario
    from sim.simulation.comparison import Comparison
    from sim.simulation.intervals import Bands
    from sim.simulation.results import Results
    from sim.simulation.simulation import Case

_BILLION = 1e3
_MOST_ROWS = 10
_LOOK_COLUMNS = ("measure", "months", "with", "without", "change", "expected", "holds")
# Columns of the sums over draws, see `sim.simulation.ensemble.deliveries`.
_OVER_DRAWS = {
    "policy_busd": "with", "change_percent": "change, %", "direct_busd": "direct", "via_hubs_busd": "via hubs",
    "unrecorded_busd": "off origins' books", "price_index": "price",
}  # fmt: skip
_DIGITS = ((100.0, 0), (10.0, 1))  # decimals of numbers from this size on; smaller ones have two
_MANY = 5.0  # above that a percentage says less than how many times


def deliveries(comparison: Comparison) -> Table:
    """Deliveries to the target by year, with the policies and without, and by kind of road."""
    total, roads, usual = comparison.summary(), summary(comparison.policy), summary(comparison.baseline)
    table = _table(
        f"Deliveries to {comparison.policy.target}, billion USD a year",
        (
            "year",
            "with",
            "without",
            "change",
            "direct with",
            "without",
            "via hubs with",
            "without",
            "price with",
            "without",
        ),
    )
    rows = total.join(roads).join(usual.add_suffix("_usual")).fillna(0.0)
    for year, row in rows.iterrows():
        table.add_row(
            str(year), _money(row["policy_busd"]), _money(row["baseline_busd"]), _percent(row["change_percent"]),
            _money(row["direct_busd"]), _money(row["direct_busd_usual"]),
            _money(row["via_hubs_busd"]), _money(row["via_hubs_busd_usual"]),
            _index(row["price_index"]), _index(row["price_index_usual"]),
        )  # fmt: skip
    table.caption = "price: value over value at the prices of the base year"
    return table


def deliveries_alone(results: Results) -> Table:
    """Deliveries to the target by year and kind of road, of a run without its counterfactual."""
    table = _table(
        f"Deliveries to {results.target}, billion USD a year", ("year", "in all", "direct", "via hubs", "price")
    )
    for year, row in summary(results).fillna(0.0).iterrows():
        direct, via = row["direct_busd"], row["via_hubs_busd"]
        table.add_row(str(year), _money(direct + via), _money(direct), _money(via), _index(row["price_index"]))
    table.caption = "price: value over value at the prices of the base year"
    return table


def over_draws(bands: Bands) -> Table:
    """Deliveries by year over the draws of a posterior: the median, and where 90 % of the draws lie."""
    rows = bands.table[bands.table["figure"] == DELIVERIES]
    shown = {name: head for name, head in _OVER_DRAWS.items() if name in set(rows["column"])}
    table = _table(
        f"Over {bands.record['draws']} draws of posterior '{bands.record['posterior']}', median [5 %, 95 %]",
        ("year", *shown.values()),
    )
    for year, part in rows.groupby("period"):
        cells = dict(zip(part["column"], part[["median", "low", "high"]].to_numpy().tolist(), strict=True))
        table.add_row(str(year), *(_interval(cells[name]) for name in shown))
    table.caption = "billion USD a year, with the policies; change: of each draw against its own world without them"
    return table


def _interval(ends: Sequence[float]) -> str:
    digits = next((digits for least, digits in _DIGITS if max(map(abs, ends)) >= least), 2)
    median, low, high = (f"{end + 0.0:,.{digits}f}" for end in ends)
    return f"{median} [{low}, {high}]"


def top_origins(comparison: Comparison, names: Mapping[str, str]) -> Table:
    """The largest origins in the last twelve months, with the policies and without.

    Args:
        comparison: the pair.
        names: plain name of each state's code.
    """
    return _shares(comparison, "origin", "From whom", names)


def top_roads(comparison: Comparison, names: Mapping[str, str]) -> Table:
    """The most used roads in the last twelve months, with the policies and without."""
    return _shares(comparison, "route", "By which road", {f"via {code}": f"via {name}" for code, name in names.items()})


def flows_of(comparison: Comparison, case: Case) -> list[Table]:
    """What arrived, from whom and by which road, with the policies and without."""
    names = dict(zip(case.world.states, case.world.state_names, strict=True))
    return [deliveries(comparison), top_origins(comparison, names), top_roads(comparison, names)]


def _shares(comparison: Comparison, column: str, title: str, names: Mapping[str, str]) -> Table:
    flows = comparison.to_target(["month", column])
    last = sorted(flows["month"].unique())[-12:]
    sums = flows[flows["month"].isin(last)].groupby(column)[["policy_musd", "baseline_musd"]].sum() / _BILLION
    sums = sums.sort_values("policy_musd", ascending=False)
    table = _table(f"{title}, {last[0]} to {last[-1]}, billion USD", (column, "with", "without", "change"))
    for label, row in sums.head(_MOST_ROWS).iterrows():
        was, now = row["baseline_musd"], row["policy_musd"]
        change = (
            "new"
            if was <= 0.0
            else f"{now / was:,.0f} times"
            if now > _MANY * was
            else _percent(100.0 * (now / was - 1.0))
        )
        table.add_row(names.get(str(label), str(label)), _money(now), _money(was), change)
    rest = sums.iloc[_MOST_ROWS:].sum()
    if len(sums) > _MOST_ROWS:
        table.add_row(
            f"{len(sums) - _MOST_ROWS} others", _money(rest["policy_musd"]), _money(rest["baseline_musd"]), ""
        )
    return table


def ledgers(results: Results) -> Table:
    """What arrived at the target against what the customs offices have on record, by year."""
    books = ledger_totals(results)
    table = _table(
        f"What the books show of the trade with {results.target}, billion USD a year",
        (
            "year",
            "arrived",
            "origins' books",
            "not in them",
            "hubs' re-exports",
            "importer's book, CIF",
            "of it published",
        ),
    )
    for year, row in books.iterrows():
        off = f"{row['unrecorded_share']:.1%}"
        money = (_money(row[f"{name}_busd"]) for name in ("reexports", "imports", "published"))
        table.add_row(str(year), _money(row["delivered_busd"]), _money(row["origins_busd"]), off, *money)
    table.caption = (
        "origins' books: declared to the target; the rest stands in them under a hub or another code, or not at all"
    )
    return table


def mechanism_of(scenario: Scenario) -> str:
    """What a scenario's mechanism is, and what switches it off; empty if it names none."""
    mechanism = scenario.mechanism
    if mechanism is None:
        return ""
    rows = f" ({', '.join(mechanism.rows)})" if mechanism.rows else ""
    off = [f"leaving out {', '.join(mechanism.clauses)}"] if mechanism.clauses else []
    off += [f"setting {name} = {value:g}" for name, value in mechanism.without.items()]
    return f"mechanism{rows}: {mechanism.shows}\nswitched off by {'; '.join(off)}"


def looks(shown: Shown) -> Table:
    """What there is to look at, with the mechanism and without, and whether it is as the scenario expects."""
    named = {look.measure: MEASURES[look.measure].unit for look in shown.scenario.look_at}
    table = _table("What to look at, mean per month", ("what", *_LOOK_COLUMNS))
    table.columns[0].no_wrap = False
    for column in table.columns[1:]:
        column.no_wrap = True
    for look, row in zip(shown.scenario.look_at, shown.table.to_dict("records"), strict=True):
        limit = "≤" if look.expect == "stays" else "≥"
        table.add_row(
            look.what, look.measure, f"{format_month(look.months.first)} – {format_month(look.months.last)}",
            _figure(row["with"]), _figure(row["without"]), _change(row["change_percent"]),
            f"{look.expect} {limit} {100.0 * look.by:g} %", "yes" if row["holds"] else "NO",
        )  # fmt: skip
    table.caption = "; ".join(f"{name}: {unit}" for name, unit in named.items())
    return table


def verdict(shown: Shown) -> str:
    """Whether the looks hold, in one sentence."""
    failed = int((~shown.table["holds"].astype(bool)).sum())
    count = len(shown.scenario.look_at)
    if count == 0:
        return "The scenario names nothing to look at in these months."
    if failed == 0:
        return f"As expected in {count} of {count}."
    return f"NOT as expected in {failed} of {count}: the mechanism does not do here what the scenario says."


def _change(percent: float) -> str:
    """A relative change; from nothing there is none."""
    return _percent(percent) if np.isfinite(percent) else "from nothing"


def _figure(value: float) -> str:
    """A figure of any size with the four digits that count."""
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.4g}"


def mirror(results: Results, pair: Pair) -> Table:
    """Both offices' records of a pair of states by year, and what makes up the gap between them."""
    monthly = mirror_gap(results, pair)
    amounts = [name for name in monthly.columns if name.endswith("_musd")]
    years = monthly.groupby(monthly["month"].str[:4])[amounts].sum()
    years.columns = years.columns.str.removesuffix("_musd")
    told = monthly["importer_publishes"].groupby(monthly["month"].str[:4]).all()
    # What plays no part for the pair has no column.
    parts = [part for part in PARTS if years[part].abs().max() > 0.0]
    goods = "all goods" if pair.good is None else pair.good
    table = _table(
        f"{pair.exporter} to {pair.importer}, {goods}, million USD a year",
        ("year", "true", "exporter's book", "importer's", "gap", "%", *(part.replace("_", " ") for part in parts)),
    )
    for year, row in years.iterrows():
        share = 100.0 * row["gap"] / row["recorded"] if row["recorded"] > 0.0 else float("nan")
        cells = [f"{row[name]:,.1f}" for name in ("true", "recorded", "mirror", "gap")]
        name = f"{year}" if told[str(year)] else f"{year}, unpublished"
        table.add_row(name, *cells, _percent(share).removesuffix(" %"), *(f"{row[part]:+,.1f}" for part in parts))
    table.caption = (
        "gap: importer's book (CIF) less exporter's (FOB, re-exports too) = the sum of what stands right of it"
    )
    return table


def _table(title: str, columns: Sequence[str]) -> Table:
    """An empty table: first column for names, the others for numbers."""
    table = Table(title=title, title_justify="left", caption_justify="left", title_style="bold")
    for position, name in enumerate(columns):
        table.add_column(name, justify="right" if position else "left", no_wrap=position == 0)
    return table


def _money(value: float) -> str:
    return "" if pd.isna(value) else f"{value:,.1f}" if value >= 1.0 or value == 0.0 else f"{value:.3f}"


def _percent(value: float) -> str:
    return "" if pd.isna(value) else f"{value + 0.0:+.1f} %"


def _index(value: float) -> str:
    return f"{value:.2f}"
