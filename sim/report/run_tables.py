"""The tables that a run prints: what arrived, by which route, from whom, and what the customs offices do not show.

They are built here and printed by the command line. Deliveries are FOB at the origin, billion USD of the year,
or of the months of it that the run has; then the year says which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.common.months import year_names
from sim.metrics.mirror_gap import PARTS, mirror_gap
from sim.metrics.recorded_trade import ledger_totals
from sim.metrics.series import summary
from sim.report.table import Column, Table
from sim.simulation.intervals import DELIVERIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from sim.analysis.mechanism_test import Shown
    from sim.metrics.mirror_gap import Pair
    from sim.scenario import Scenario
    from sim.simulation.comparison import Comparison
    from sim.simulation.intervals import Bands
    from sim.simulation.results import Results
    from sim.simulation.simulation import Case

_BILLION = 1e3
_MOST_ROWS = 10
_OUTCOME_COLUMNS = ("with", "without", "change", "expected", "holds")
# Columns of the sums over draws, see `sim.metrics.series.deliveries`.
_OVER_DRAWS = {
    "policy_busd": "with", "baseline_busd": "without", "change_percent": "change, %", "direct_busd": "direct",
    "via_hubs_busd": "via hubs", "unrecorded_busd": "unrecorded", "price_index": "price",
}  # fmt: skip
_MANY = 5.0  # above that a percentage says less than how many times
_PRICE = "price: value over value at the prices of the base year"
_YEAR = Column("year", wrap=False)
_MONTH = len("2022-01")


def _money(*heads: str) -> list[Column]:
    return [Column(head, "money") for head in heads]


def deliveries(comparison: Comparison) -> Table:
    """Deliveries to the target by year, with the policies and without, and by kind of route."""
    total, routes, usual = comparison.summary(), summary(comparison.policy), summary(comparison.baseline)
    rows = total.join(routes).join(usual.add_suffix("_usual")).fillna(0.0)
    shown = ["policy_busd", "baseline_busd", "change_percent", "direct_busd", "direct_busd_usual", "via_hubs_busd",
             "via_hubs_busd_usual", "price_index", "price_index_usual"]  # fmt: skip
    columns = (
        _YEAR, *_money("with", "without"), Column("change", "change"),
        *_money("direct with", "without", "via hubs with", "without"),
        Column("price with", "index"), Column("without", "index"),
    )  # fmt: skip
    title = f"Deliveries to {comparison.policy.target} by year, billion USD"
    return Table.of(columns, _by_year(rows[shown], comparison.policy.months), title, _PRICE)


def deliveries_alone(results: Results) -> Table:
    """Deliveries to the target by year and kind of route, of a run without its counterfactual."""
    rows = summary(results).fillna(0.0)
    rows["in_all"] = rows["direct_busd"] + rows["via_hubs_busd"]
    columns = (_YEAR, *_money("in all", "direct", "via hubs"), Column("price", "index"))
    shown = _by_year(rows[["in_all", "direct_busd", "via_hubs_busd", "price_index"]], results.months)
    return Table.of(columns, shown, f"Deliveries to {results.target} by year, billion USD", _PRICE)


def _by_year(rows: pd.DataFrame, months: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    """Rows by year for a table; a year of which the run has a part says so."""
    return iter(rows.rename(index=year_names(months)).itertuples(name=None))


def over_draws(bands: Bands) -> Table:
    """Deliveries by year over the draws of a posterior: the median, and where 90 % of the draws lie."""
    rows = bands.table[bands.table["figure"] == DELIVERIES]
    shown = {name: head for name, head in _OVER_DRAWS.items() if name in set(rows["column"])}
    periods = bands.table["period"]
    names = year_names(sorted(set(periods[periods.str.len() == _MONTH])))
    lines = []
    for year, part in rows.groupby("period"):
        ends = part.set_index("column")[["median", "low", "high"]]
        lines.append((names.get(str(year), year), *(tuple(map(float, ends.loc[name])) for name in shown)))
    title = f"Over {bands.record['draws']} draws of posterior '{bands.record['posterior']}', median [5 %, 95 %]"
    note = "billion USD, with the policies; change: of each draw against its own world without them"
    return Table.of((_YEAR, *(Column(head, digits=3) for head in shown.values())), lines, title, note)


def top_origins(comparison: Comparison, names: Mapping[str, str]) -> Table:
    """The largest origins in the last twelve months, with the policies and without.

    Args:
        comparison: the pair.
        names: plain name of each state's code.
    """
    return _largest(comparison, "origin", "From whom", names)


def top_routes(comparison: Comparison, names: Mapping[str, str]) -> Table:
    """The most used routes in the last twelve months, with the policies and without."""
    return _largest(
        comparison, "route", "By which route", {f"via {code}": f"via {name}" for code, name in names.items()}
    )


def flows_of(comparison: Comparison, case: Case) -> list[Table]:
    """What arrived, from whom and by which route, with the policies and without."""
    names = dict(zip(case.world.states, case.world.state_names, strict=True))
    return [deliveries(comparison), top_origins(comparison, names), top_routes(comparison, names)]


def _largest(comparison: Comparison, column: str, title: str, names: Mapping[str, str]) -> Table:
    flows = comparison.to_target(["month", column])
    last = sorted(flows["month"].unique())[-12:]
    sums = flows[flows["month"].isin(last)].groupby(column)[["policy_musd", "baseline_musd"]].sum() / _BILLION
    sums = sums.sort_values("policy_musd", ascending=False)
    rows: list[tuple[object, ...]] = [
        (names.get(str(label), str(label)), now, was, _against(now, was))
        for label, now, was in sums.head(_MOST_ROWS).itertuples(name=None)
    ]
    rest = sums.iloc[_MOST_ROWS:]
    if len(rest):
        rows.append((f"{len(rest)} others", *rest.sum(), None))
    columns = (Column(column, wrap=False), *_money("with", "without"), Column("change", "change"))
    return Table.of(columns, rows, f"{title}, {last[0]} to {last[-1]}, billion USD")


def _against(now: float, was: float) -> float | str:
    """A change in per cent, or in words where a percentage would say little."""
    if was <= 0.0:
        return "new"
    return f"{now / was:,.0f} times" if now > _MANY * was else 100.0 * (now / was - 1.0)


def ledgers(results: Results) -> Table:
    """What arrived at the target against what the customs offices have on record, by year."""
    totals = ledger_totals(results)
    shown = totals[["delivered_busd", "origins_busd", "unrecorded_share", "reexports_busd", "imports_busd",
                   "published_busd"]]  # fmt: skip
    columns = (
        _YEAR, *_money("arrived", "origins' records"), Column("unrecorded", "share"),
        *_money("hubs' re-exports", "importer's record, CIF", "of it published"),
    )  # fmt: skip
    return Table.of(
        columns, _by_year(shown, results.months),
        f"What customs records show of the trade with {results.target} by year, billion USD",
        "origins' records: declared to the target; the rest stands in them under a hub or another code, or not at all",
    )  # fmt: skip


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
        _YEAR, *_money("true", "exporter's record", "importer's", "gap"), Column("relative gap", "change"),
        *(Column(part.replace("_", " "), "money", signed=True) for part in parts),
    )  # fmt: skip
    return Table.of(
        columns, rows, f"{pair.exporter} to {pair.importer}, {goods}, by year, million USD",
        "gap: importer's record (CIF) less exporter's (FOB, re-exports too) = the sum of what stands right of it",
    )  # fmt: skip
