"""The tables that a run prints: what arrived, by which route, from whom, and what the customs offices do not show.

They are built here and printed by the command line. Deliveries are FOB at the origin, billion USD of the year,
or of the months of it that the run has; then the year says which.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from sim.common.months import span_name, year_names
from sim.metrics.customs_series import customs_series
from sim.metrics.mirror_gap import PARTS, mirror_gap
from sim.metrics.printed_sums import REST
from sim.metrics.series import BY_ORIGIN, BY_ROUTE, PUBLISHED, RECORDS, printed
from sim.metrics.strange_outcomes import strange_outcomes
from sim.report.monthly_tables import monthly
from sim.report.table import Column, Table
from sim.simulation.intervals import DELIVERIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.analysis.mechanism_test import Shown
    from sim.metrics.mirror_gap import Pair
    from sim.report.plots.run_view import View
    from sim.scenario import Scenario
    from sim.simulation.intervals import Bands
    from sim.simulation.results import Results

_MOST_SERIES = 8
_WITH = ("with", "without")
_NARROW = 0.003  # of the median; three digits do not show it
_MONTH = len("2022-01")
_OUTCOME_COLUMNS = ("with", "without", "change", "expected", "holds")
_PRICE = "price: value over value at the prices of the base year"
_BUSD = "billion USD"
_YEAR = Column("year", wrap=False)


def run_tables(view: View) -> list[Table]:
    """What a run prints: deliveries by year, from whom, by which route, customs records, and the published figures.

    Args:
        view: the run, and its counterfactual if there is one; with bands, every number is the median of the draws.
    """
    tables = [*monthly(view), deliveries(view), *largest(view), ledgers(view)]
    beside = published(view)
    return [*tables, *([] if beside is None else [beside])]


def deliveries(view: View) -> Table:
    """Deliveries to the target by year, with the policies and without, by kind of route, and their price."""
    rows, names = printed(view, DELIVERIES, view.bands), year_names(view.months)
    table = _deliveries(
        rows.replace({"period": names}), f"Deliveries to {view.target_name}", medians(view.bands), heads_of(view)
    )
    return replace(table, note="\n".join([table.note, *strange_outcomes(view)]))


def over_draws(bands: Bands) -> Table:
    """The same over the draws of a posterior alone."""
    rows = bands.table[bands.table["figure"] == DELIVERIES]
    ends = {"median": "", "low": "_low", "high": "_high"}
    wide = pd.concat(
        [rows.pivot_table(index="period", columns="column", values=end).add_suffix(tail) for end, tail in ends.items()],
        axis=1,
    )
    months = sorted(period for period in set(bands.table["period"]) if len(period) == _MONTH)
    rows = wide.reset_index().replace({"period": year_names(months)})
    return _deliveries(rows, "Deliveries to the target", medians(bands))


def heads_of(view: View) -> tuple[str, str]:
    """Heads of the columns of a run and of what it is compared with: the packages' own names if these are two."""
    if not view.two_packages:
        return _WITH
    first, second = (name.strip("“”").removeprefix("the ") for name in view.names)
    return first, second


def _deliveries(rows: pd.DataFrame, title: str, medians: str, both: tuple[str, str] = _WITH) -> Table:
    first, second = both
    heads = {
        "policy_busd": _busd(first), "baseline_busd": _busd(second), "change_percent": Column("change", "change"),
        "direct_busd": _busd("direct"), "via_hubs_busd": _busd("through hubs"), "price_index": Column("price", "index"),
    }  # fmt: skip
    of_which = "with the policies" if both == _WITH else f"those of {first}; change: against {second}"
    note = f"direct, through hubs and price are {of_which}; {_PRICE}"
    if "baseline_busd" not in rows:
        heads["policy_busd"], note = _busd("in all"), _PRICE
    return _table(cells(rows), heads, f"{title} by year, billion USD{medians}", note, _YEAR)


def largest(view: View) -> Iterator[Table]:
    """The largest origins and the most used routes of the last twelve months, with the policies and without."""
    first, second = heads_of(view)
    span = span_name(view.last_months)
    for name, column, title in (
        (BY_ORIGIN, "origin", "From whom"), (BY_ROUTE, "route", "By which route")
    ):  # fmt: skip
        rows = printed(view, name, view.bands)
        last = rows[column] == REST
        rows = pd.concat([rows[~last].sort_values("policy_busd", ascending=False, kind="stable"), rows[last]])
        rows[column] = rows[column].map(lambda label: _named(view, label))
        if not rows.loc[last, "policy_busd"].gt(0.0).any() and view.baseline is None:
            rows = rows[~last]
        heads = {
            "policy_busd": Column("in all" if view.baseline is None else first, "money"),
            "baseline_busd": Column(second, "money"), "difference_busd": Column("difference", "money", signed=True),
        }  # fmt: skip
        told = f"{title}, {span}, billion USD{medians(view.bands)}"
        yield _table(cells(rows), heads, told, "", Column(column, wrap=False))


def ledgers(view: View) -> Table:
    """What arrived at the target against what the customs offices have on record, by year."""
    heads = {
        "delivered_busd": _busd("arrived"), "origins_busd": _busd("origins' records"),
        "unrecorded_share": Column("unrecorded", "share"), "reexports_busd": _busd("hubs' re-exports"),
        "imports_busd": _busd("importer's record, CIF"), "published_busd": _busd("of it published"),
    }  # fmt: skip
    rows = printed(view, RECORDS, view.bands).replace({"period": year_names(view.months)})
    title = f"What customs records show of the trade with {view.target_name} by year, billion USD"
    note = (
        "origins' records: declared to the target; the rest stands in them under a hub or another code, or not at\n"
        "all; unrecorded: share of what arrived"
    )
    return _table(cells(rows), heads, f"{title}{medians(view.bands)}", note, _YEAR)


def published(view: View) -> Table | None:
    """The largest published customs series by year against what the simulated offices record; None without any."""
    rows = printed(view, PUBLISHED, view.bands)
    if rows.empty:
        return None
    titles = {one.name: one.title for one in customs_series(view)}
    kept = list(dict.fromkeys(rows["series"]))[:_MOST_SERIES]
    rows = rows[rows["series"].isin(kept)]
    spans = [year_names(months.split())[year] for months, year in zip(rows["months"], rows["period"], strict=True)]
    used = rows["used_for_fitting"].map({True: "fitted", False: "not fitted"})
    shown = cells(rows).assign(series=rows["series"].map(titles), period=spans, used=used)
    heads = {
        "period": Column("year"), "published_busd": Column("published", "money"),
        "simulated_busd": Column("simulated", "money"), "miss_percent": Column("miss", "change"),
        "inside": Column("in band"), "used": Column("used"),
    }  # fmt: skip
    note = "miss: simulated against published, base-year levels included; all series: figure simulated_and_customs"
    if view.bands is not None:
        low, high = rows["simulated_busd_low"], rows["simulated_busd_high"]
        shown["inside"] = rows["published_busd"].between(low, high).map({True: "yes", False: "no"})
        note += ";\nbands hold what is open of parameters and base year, not the model's own error"
    title = f"Model against published customs figures by year, billion USD{medians(view.bands)}"
    return _table(shown, heads, title, note, Column("series", wrap=False))


def _busd(head: str) -> Column:
    """A column of billion USD in a table that has many."""
    return Column(head, digits=3, right=True)


def _named(view: View, label: str) -> str:
    """An origin or a route by its plain name."""
    code = label.removeprefix("via ")
    return label if label in ("direct", REST) else f"{label.removesuffix(code)}{view.name(code)}"


def cells(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with each column that has a band as cells of median, low and high, if it can be seen."""
    made = rows.copy()
    for column in rows:
        if f"{column}_low" in rows:
            low, high = rows[f"{column}_low"], rows[f"{column}_high"]
            low = low.where(high - low >= _NARROW * rows[column].abs())
            ends = zip(rows[column], low, high, strict=True)
            made[column] = pd.Series(list(ends), rows.index, dtype=object)
    return made


def medians(bands: Bands | None) -> str:
    """What a title says of numbers that are medians of draws."""
    return "" if bands is None else f"; median [{bands.ends}] of {bands.record['draws']} draws"


def _table(shown: pd.DataFrame, heads: Mapping[str, Column], title: str, note: str, first: Column) -> Table:
    """A table of cells: the first column as a label, then those that have a head."""
    kept = [column for column in heads if column in shown]
    rows = zip(shown.iloc[:, 0], *(shown[column] for column in kept), strict=True)
    return replace(Table.of((first, *(heads[column] for column in kept)), rows, title, note), unit=_BUSD)


def mechanism_of(scenario: Scenario) -> str:
    """What a scenario's mechanism is, and what switches it off; empty if it names none."""
    mechanism = scenario.mechanism
    if mechanism is None:
        return ""
    rows = f" ({', '.join(mechanism.rows)})" if mechanism.rows else ""
    off = [f"leaving out {', '.join(mechanism.clauses)}"] if mechanism.clauses else []
    off += [f"setting {name} = {value:g}" for name, value in mechanism.without.items()]
    return f"mechanism{rows}: {mechanism.shows}\nswitched off by {'; '.join(off)}"


def expected_outcomes(shown: Shown) -> Table:
    """What the scenario expects, with the mechanism and without, and whether it is so."""
    expected = shown.scenario.expected_outcomes
    rows = []
    for one, row in zip(expected, shown.table.to_dict("records"), strict=True):
        limit = "≤" if one.expect == "stays" else "≥"
        rows.append((
            one.what, one.metric, row["with"], row["without"], row["change_percent"],
            f"{one.expect} {limit} {100.0 * one.by:g} %", "yes" if row["holds"] else "NO",
        ))  # fmt: skip
    columns = [Column("what"), Column("metric"), *(Column(name, wrap=False) for name in _OUTCOME_COLUMNS)]
    columns[4] = Column("change", "change", wrap=False)
    units = {one.address.name: one.address.metric.unit for one in expected}
    note = "; ".join(f"{name}: {unit}" for name, unit in units.items())
    return Table.of(columns, rows, "What is expected, mean per month", note)


def verdict(shown: Shown) -> str:
    """Whether what is expected holds, in one sentence."""
    failed = int((~shown.table["holds"].astype(bool)).sum())
    count = len(shown.scenario.expected_outcomes)
    if count == 0:
        return "The scenario expects nothing in these months."
    if failed == 0:
        return f"As expected in {count} of {count}."
    return f"NOT as expected in {failed} of {count}: the mechanism does not do here what the scenario says."


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
    years["share"] = 100.0 * years["gap"] / years["recorded"].where(years["recorded"] > 0.0)
    names = year_names(results.months)
    rows = zip(
        (names[year] if told[year] else f"{names[year]}\nunpublished" for year in years.index),
        *(years[name] for name in ("true", "recorded", "mirror", "gap", "share", *parts)), strict=True,
    )  # fmt: skip
    columns = (
        _YEAR, *(Column(head, "money") for head in ("true", "exporter's record", "importer's", "gap")),
        Column("relative gap", "change"), *(Column(part.replace("_", " "), "money", signed=True) for part in parts),
    )  # fmt: skip
    return Table.of(
        columns, rows, f"{pair.exporter} to {pair.importer}, {goods}, by year, million USD",
        "gap: importer's record (CIF) less exporter's (FOB, re-exports too) = the sum of what stands right of it",
    )  # fmt: skip
