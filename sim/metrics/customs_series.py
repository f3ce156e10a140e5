"""Published customs figures beside what the simulated offices record; which ones is said by a table, not here.

A world may have figures of its own (``published.csv`` in its folder). A world of all trade without any has those that
ship: ``calibration/figures/comparison_series.csv`` has one series a row: ``office``, ``flow`` and ``partner`` choose
from the simulated records (``;`` between several flows, ``all`` for all offices), the columns ``where_*`` choose the
rows of ``figure_file`` whose column of that name holds that text, and ``unit`` says what they are in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from sim.common.months import MONTHS_PER_YEAR
from sim.common.package_data import shipped
from sim.world.schema import EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from sim.metrics.run_pair import RunPair
    from sim.world import World

FIGURES = "calibration/figures"
SERIES, RATES, MONTHLY_RATES = "comparison_series.csv", "exchange_rates.csv", "macro_monthly.csv"
_FILTER, EURO, _FITTED = "where_", "meur", "fit"
_COLUMNS = ["series", "period", "simulated_musd", "published_musd", "used_for_fitting"]
_BY_YEAR = ["series", "period", "months", "published_busd", "simulated_busd", "miss_percent", "used_for_fitting"]
_YEAR = 4  # letters of a period that is a year


@dataclass(frozen=True, eq=False)
class CustomsSeries:
    """A published series and the simulated record of the same thing.

    Attributes:
        name: id of the series.
        title: what it shows, and whose office has it on record.
        source: who published it.
        table: by period (index; months, or years): ``simulated_musd`` and ``published_musd`` a month, the latter empty
            where nothing is published, and ``used_for_fitting``.
    """

    name: str
    title: str
    source: str
    table: pd.DataFrame

    @property
    def error(self) -> float:
        """Mean absolute difference of the simulated from the published figures, as a share of the published mean."""
        both = self.table.dropna()
        return float((both["simulated_musd"] - both["published_musd"]).abs().sum() / both["published_musd"].sum())


def customs_series(pair: RunPair) -> list[CustomsSeries]:
    """All series for which the world has the states and the run has the months.

    They are the world's own, or those that ship where the world holds all trade; none for a part of trade without any,
    such as a world of wheat.
    """
    world, folder = pair.world, shipped(FIGURES)
    if world is not None and world.published_figures:
        return _own(pair, world)
    if world is None or not world.covers_all_trade or not (folder / SERIES).exists():
        return []
    known = {*pair.states, EVERYBODY}
    found = []
    for record in _read(folder / SERIES).to_dict("records"):
        row = {str(column): str(value) for column, value in record.items()}
        if row["reporter"] in known and row["partner"] in known:
            published = _published(folder, row)
            table = _beside(_simulated(pair, row), published)
            if table["published_musd"].gt(0.0).any():
                found.append(CustomsSeries(row["id"], row["title"], row["source"], table))
    return found


def _own(pair: RunPair, world: World) -> list[CustomsSeries]:
    """The world's own series."""
    figures = pd.DataFrame(world.published_figures)
    found = []
    for name, rows in figures.groupby("series", sort=False):
        one = {str(column): str(value) for column, value in rows.iloc[0].items()}
        months = MONTHS_PER_YEAR if len(one["period"]) == _YEAR else 1
        published = pd.DataFrame({
            "published_musd": rows["musd"].to_numpy() / months,
            "used_for_fitting": rows["used_for_fitting"].to_numpy(),
        }, index=rows["period"]).sort_index()  # fmt: skip
        goods = [world.goods[place] for place in world.good_positions([one["good"]])]
        table = _beside(_simulated(pair, one, goods if len(goods) < len(world.goods) else ()), published)
        if table["published_musd"].gt(0.0).any():
            found.append(CustomsSeries(str(name), one["title"], "; ".join(dict.fromkeys(rows["source"])), table))
    return found


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _published(folder: Path, row: Mapping[str, str]) -> pd.DataFrame:
    """By period: published_musd a month, used_for_fitting."""
    return _published_once(folder, tuple(row.items()))


@lru_cache(maxsize=256)
def _published_once(folder: Path, cells: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    row = dict(cells)
    rows = _read(folder / row["figure_file"])
    for column, wanted in row.items():
        if column.startswith(_FILTER):
            rows = rows[rows[column.removeprefix(_FILTER)] == wanted]
    value = pd.to_numeric(rows["value"])
    if row["unit"] == EURO:
        value = value * rows["period"].map(dollars_per_euro(folder))
    months = rows["period"].str.len().map(lambda letters: MONTHS_PER_YEAR if letters == _YEAR else 1)
    table = pd.DataFrame({"published_musd": value / months, "used_for_fitting": rows["role"] == _FITTED})
    return table.set_index(rows["period"]).sort_index()


def dollars_per_euro(folder: Path) -> pd.Series[float]:
    """Mean USD per EUR by year and by month."""
    macro = _read(folder / MONTHLY_RATES)
    months = macro[macro["series"] == "usd_per_eur"].set_index("month")["value"]
    rates: pd.Series[float] = pd.concat([_read(folder / RATES).set_index("year")["usd_per_eur"], months]).astype(float)
    return rates


def _simulated(pair: RunPair, row: Mapping[str, str], goods: Collection[str] = ()) -> pd.Series[float]:
    """Published records of the simulated office by month, musd; of some goods, or of all where none is named."""
    books = pair.policy.recorded
    wanted = books["published"] & books["flow"].isin(row["flow"].split(";")) & (books["partner"] == row["partner"])
    if row["reporter"] != EVERYBODY:
        wanted &= books["reporter"] == row["reporter"]
    if goods:
        wanted &= books["good"].isin(goods)
    return books[wanted].groupby("month")["value_musd"].sum().reindex(pair.months, fill_value=0.0)


def _beside(simulated: pd.Series[float], published: pd.DataFrame) -> pd.DataFrame:
    """Both by month; by full year, as a mean month, where the published figures are yearly."""
    if len(published) and len(str(published.index[0])) == _YEAR:
        years = simulated.groupby(simulated.index.str[:_YEAR]).agg(["mean", "size"])
        simulated = years.loc[years["size"] == MONTHS_PER_YEAR, "mean"]
    table = pd.DataFrame({"simulated_musd": simulated}).rename_axis("period").join(published)
    table["used_for_fitting"] = table["used_for_fitting"].eq(True)
    return table


def simulated_and_customs(pair: RunPair) -> pd.DataFrame:
    """By series and period (month or year): simulated and published, musd a month, and whether it was fitted to."""
    return table_of(customs_series(pair))


def table_of(found: list[CustomsSeries]) -> pd.DataFrame:
    """Series one after the other; columns as in :func:`simulated_and_customs`."""
    pieces = [series.table.reset_index().assign(series=series.name) for series in found]
    return pd.concat(pieces, ignore_index=True)[_COLUMNS] if pieces else pd.DataFrame(columns=_COLUMNS)


def published_by_year(pair: RunPair) -> pd.DataFrame:
    """Published against simulated customs records by year, the largest series first, the base year left out.

    Columns: ``series``, ``period`` (the year), ``months`` (those that are published, of which both are sums),
    ``published_busd``, ``simulated_busd``, ``miss_percent`` (simulated against published), ``used_for_fitting``.
    """
    base = str(pair.policy.record["base_year"])
    rows = []
    for one in customs_series(pair):
        known = one.table.dropna()
        whole = len(str(known.index[0])) == _YEAR
        for year, part in known.groupby(known.index.str[:_YEAR]):
            sums = part[["published_musd", "simulated_musd"]].sum() * (MONTHS_PER_YEAR if whole else 1) / 1e3
            if year != base and sums["published_musd"] > 0.0:
                months = [f"{year}-{month + 1:02}" for month in range(MONTHS_PER_YEAR)] if whole else list(part.index)
                miss = 100.0 * (sums["simulated_musd"] / sums["published_musd"] - 1.0)
                rows.append((one.name, str(year), " ".join(months), *sums, miss, bool(part["used_for_fitting"].all())))
    table = pd.DataFrame(rows, columns=_BY_YEAR)
    size = table.groupby("series")["published_busd"].transform("max")
    order = table.assign(size=size).sort_values(["size", "period"], ascending=[False, True], kind="stable").index
    return table.loc[order].reset_index(drop=True)
