"""The series of a run that can have a band: what each figure shows and says in its title, and what a run prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from sim.metrics import printed_sums, route_flows
from sim.metrics import series_tables as tables
from sim.metrics.customs_series import published_by_year, simulated_and_customs
from sim.metrics.title_numbers import title_series
from sim.simulation.comparison import Comparison
from sim.simulation.intervals import DELIVERIES, KEYS, tall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sim.metrics.run_pair import RunPair
    from sim.simulation.intervals import Bands
    from sim.simulation.results import Results

_MONTH = len("2022-01")
BY_ORIGIN, BY_ROUTE, RECORDS, PUBLISHED = "by_origin", "by_route", "records", "published"
LINES, LINE_MEANS = "lines", "line_means"


class FigureSeries(NamedTuple):
    """What a figure shows, as numbers.

    Attributes:
        table: by month or by year, or of one stretch of time; with the sums that draws give a band to.
        columns: those that a draw of a posterior moves.
        alone: the same without those sums, where there are some: what stands behind the figure of one run.
    """

    table: Callable[[RunPair], pd.DataFrame]
    columns: tuple[str, ...]
    alone: Callable[[RunPair], pd.DataFrame] | None = None


# By figure.
SERIES = {
    "flows_by_origin": FigureSeries(tables.flows_by_origin_with_total, ("value_musd",), tables.flows_by_origin),
    "flows_by_route": FigureSeries(tables.flows_by_route_with_total, ("value_musd",), tables.flows_by_route),
    "who_replaced_whom": FigureSeries(tables.who_replaced_whom_with_totals, ("volume_musd",), tables.who_replaced_whom),
    "flow_diagram": FigureSeries(route_flows.flow_diagram_with_totals, ("value_musd",), route_flows.flow_diagram),
    "flow_map": FigureSeries(route_flows.flow_map, ("value_musd",)),
    "goods_by_hub": FigureSeries(tables.goods_by_hub, ("value_musd",)),
    "price_premium": FigureSeries(tables.price_premium, ("price_index",)),
    "hub_reexports": FigureSeries(tables.hub_reexports, ("through_musd", "recorded_musd")),
    "recorded_and_true": FigureSeries(
        tables.recorded_and_true_with_change,
        ("true_musd", "recorded_musd", "declared_to_hubs_musd", "other_code_musd", "to_hubs_musd",
         "to_hubs_change_musd"),
        tables.recorded_and_true,
    ),
    "simulated_and_customs": FigureSeries(simulated_and_customs, ("simulated_musd",)),
}  # fmt: skip


def series_of(pair: RunPair) -> pd.Series[float]:
    """All series of a run that can have a band, by figure, series, period and column; months, then their years.

    Amounts of a year are sums, prices means.
    """
    return pd.concat([*figure_series(pair, SERIES), *(_tall(name, pair) for name in PRINTED)])


def _tall(name: str, pair: RunPair) -> pd.Series[float]:
    table = PRINTED[name].table(pair)
    return tall(name, table, [column for column in PRINTED[name].columns if column in table])


def figure_series(pair: RunPair, names: Iterable[str]) -> Iterator[pd.Series[float]]:
    """The series of some figures that can have a band: of each its months, their years, the numbers of its title."""
    names = list(names)
    for name in names:
        table, columns = SERIES[name].table(pair), SERIES[name].columns
        monthly = tall(name, table, [column for column in columns if column in table])
        yield monthly
        yield _years(monthly)
    yield title_series(pair, names)


def _years(monthly: pd.Series[float]) -> pd.Series[float]:
    """Sums by year, of prices means; nothing where periods are years already."""
    monthly = monthly[monthly.index.get_level_values("period").str.len() == _MONTH]
    levels = [monthly.index.get_level_values(name) for name in KEYS]
    levels[2] = levels[2].str[:4]
    by_year = monthly.groupby(levels, sort=False)
    return by_year.mean() if levels[3].str.endswith("index").any() else by_year.sum()


def deliveries(pair: RunPair) -> pd.DataFrame:
    """Deliveries to the target by year, billion USD: with and without the policies, change, by kind of route, price."""
    with_policies = summary(pair.policy)
    table = with_policies.assign(policy_busd=with_policies[["direct_busd", "via_hubs_busd"]].sum(axis=1))
    if pair.baseline is not None:
        both = Comparison(pair.policy, pair.baseline).summary()
        table = table.assign(baseline_busd=both["baseline_busd"], change_percent=both["change_percent"])
    table["unrecorded_busd"] = _unrecorded(pair)
    # A year in which nothing goes by a route is nil there; its price, and a change from nothing, are no numbers.
    amounts = [name for name in table.columns if name.endswith("_busd")]
    return table.fillna(dict.fromkeys(amounts, 0.0)).rename_axis("period").reset_index()


def _unrecorded(pair: RunPair) -> pd.Series[float]:
    """What origins' offices do not have on record under the target and the true good, billion USD by year."""
    flows = pair.to_target
    return (flows["value_musd"] - flows["recorded_musd"]).groupby(flows["month"].str[:4]).sum() / 1e3


def summary(results: Results) -> pd.DataFrame:
    """Deliveries to the target by year and kind of route, billion USD of the year, with the premium paid.

    Columns: ``direct_busd``, ``via_hubs_busd``, ``price_index`` (value over base-year value).
    """
    flows = results.to_target()
    year = flows["month"].str[:4]
    direct = flows["route"] == "direct"
    value = flows["value_musd"]
    table = pd.DataFrame(
        {
            "direct_busd": value[direct].groupby(year[direct]).sum() / 1e3,
            "via_hubs_busd": value[~direct].groupby(year[~direct]).sum() / 1e3,
            "price_index": value.groupby(year).sum() / flows["volume_musd"].groupby(year).sum(),
        }
    )
    table.index.name = "year"
    return table


# What a run prints, by the name that its bands have.
PRINTED = {
    DELIVERIES: FigureSeries(
        deliveries,
        ("policy_busd", "baseline_busd", "change_percent", "direct_busd", "via_hubs_busd", "price_index",
         "unrecorded_busd"),
    ),
    BY_ORIGIN: FigureSeries(printed_sums.by_origin, printed_sums.COLUMNS),
    BY_ROUTE: FigureSeries(printed_sums.by_route, printed_sums.COLUMNS),
    RECORDS: FigureSeries(
        printed_sums.records,
        ("delivered_busd", "origins_busd", "unrecorded_share", "reexports_busd", "imports_busd", "published_busd"),
    ),
    LINES: FigureSeries(printed_sums.lines, ("value",)),
    LINE_MEANS: FigureSeries(printed_sums.line_means, ("policy", "baseline", "change")),
    PUBLISHED: FigureSeries(published_by_year, ("simulated_busd", "miss_percent")),
}  # fmt: skip


def printed(pair: RunPair, name: str, bands: Bands | None) -> pd.DataFrame:
    """A table of :data:`PRINTED`; with bands, the medians of their draws, and the ends of each."""
    made = PRINTED[name].table(pair)
    columns = [column for column in PRINTED[name].columns if column in made]
    return made if bands is None else bands.beside(name, made, columns)
