"""Paths of the drivers of scenarios/reference.yaml that follow from published series, by the tables of ``figures``.

``python -m calibration.targets.driver_paths`` prints them as they stand there. The series are inputs of the world and
no outcome of the trade that is simulated, so those of 2024 are used too.
"""

from __future__ import annotations

import math
import sys
from functools import lru_cache

import pandas as pd

from calibration.targets.targets import FIGURES

Path = dict[str, float]
BASE_YEAR, LAST_MONTH, LAST_GDP = "2021", "2024-12", "2023"
INVASION, FIRST_MONTH = "2022-02", "2022-03"
TARGET, OTHER_BUYER = "RUS", "UKR"
# Months over which imports follow the rouble: assumption. Nearly all of the response used to come within a quarter
# (Gianella and Chanteloup, Post-Communist Economies 19(2), 2007), but from 2022 on orders went to suppliers and by ways
# that had to be found first; with a quarter the model has China's rise half a year early.
ROUBLE_MONTHS = 12
# Long-run price elasticity of Russia's imports: the same.
ROUBLE_ELASTICITY = 0.6
# Rise of trade with income: about 2 in the 1960s and 1970s and above 3.5 before 2009 (Freund, World Bank WPS 5015,
# 2009). The lower one, since it has come down again (World Bank, Global Economic Prospects, January 2015).
INCOME_ELASTICITY = 2.0
# Fall of exports to Russia from countries without sanctions, 24 February to 30 April 2022, on the second half of 2021:
# Chorzempa, PIIE, June 2022 (measured effect A10).
FREEZE_PEAK = 0.40
# The Bank of Russia's key rate before the invasion and at its peak, percent.
USUAL_RATE, PEAK_RATE = 9.5, 20.0
# China's exports in dollars grew 3.9 % on the year in April 2022, 14.7 % in March and 16.9 % in May (General
# Administration of Customs, by CNBC and AP): the month between them lacks 10 %.
LOCKDOWN_PEAK = 1.0 - 1.039 / ((1.147 + 1.169) / 2.0)
# Four provinces that China's exports of manufactures come from above all; equal weights are an assumption.
PROVINCES = ("guangdong", "jiangsu", "shanghai", "zhejiang")
DIGITS = 3


@lru_cache(maxsize=1)
def monthly() -> pd.DataFrame:
    """The monthly series, months (index) x series."""
    table = pd.read_csv(FIGURES / "macro_monthly.csv")
    return table.pivot(index="month", columns="series", values="value").sort_index()


def real_rouble() -> pd.Series[float]:
    """Price of the dollar in roubles at constant prices, by month: log of its mean of twelve months over that of 2021.

    Roubles per dollar times US consumer prices over Russian ones.
    """
    series = monthly()
    russian_prices = (series["cpi_rus"] / 100.0).cumprod()
    real = series["rub_per_usd"] * series["cpi_usa"] / russian_prices
    usual = real[real.index.str.startswith(BASE_YEAR)].mean()
    smooth: pd.Series[float] = real.rolling(ROUBLE_MONTHS).mean().dropna()
    return (smooth / usual).map(math.log)


def freeze() -> pd.Series[float]:
    """How hard payments and shipping were frozen after the invasion, by month: share of the peak.

    The key rate above its level before, as a share of its rise, until it was back there: the Bank of Russia held it up
    while it held payments down. A month counts as the month before where that was harder (assumption: what is under way
    is stopped at once, new orders take a month).
    """
    rate = monthly()["key_rate_rus"].dropna()
    share = ((rate - USUAL_RATE) / (PEAK_RATE - USUAL_RATE)).clip(0.0, 1.0)
    return share.combine(share.shift(fill_value=0.0), max)[FIRST_MONTH:]  # type: ignore[misc]


def lockdown() -> pd.Series[float]:
    """How far China's coastal industry was locked down beyond its mean of 2021, by month of 2022: share of the peak.

    After 2022 restrictions were lifted; who was ill then is not in the index.
    """
    strictness = monthly()[[f"stringency_{name}" for name in PROVINCES]].mean(axis=1)
    beyond = strictness - strictness[strictness.index.str.startswith(BASE_YEAR)].mean()
    of_2022 = beyond[beyond.index.str.startswith("2022")].clip(lower=0.0)
    return of_2022 / of_2022.max()


def income(state: str) -> Path:
    """Imports in proportion to GDP in current dollars, against the base year; the last value is held."""
    table = pd.read_csv(FIGURES / "gdp_annual.csv", dtype={"year": str})
    gdp = table[table["state"] == state].set_index("year")["value"]
    return {f"{year}-01": gdp[year] / gdp[BASE_YEAR] for year in gdp.index if BASE_YEAR < year <= LAST_GDP}


def real_income() -> Path:
    """Real GDP of the target by quarter against the same quarter of the base year, from the quarter after the invasion.

    The months up to then have the growth that trade itself shows.
    """
    growth = _activity(TARGET, "real_gdp")
    level, path = dict.fromkeys(("Q1", "Q2", "Q3", "Q4"), 1.0), {}
    for period in sorted(growth):
        year, quarter = period.split("-")
        level[quarter] *= 1.0 + growth[period] / 100.0
        path[f"{year}-{3 * int(quarter[1]) - 2:02}"] = level[quarter]
    return {month: value for month, value in path.items() if month > FIRST_MONTH}


def wartime_income() -> Path:
    """:func:`income` of the state at war, the year of the invasion spread by its real GDP of each quarter.

    January and February count as the base year; March has what is left of its quarter.
    """
    growth = _activity(OTHER_BUYER, "real_gdp")
    quarters = [1.0 + growth[f"2022-Q{number}"] / 100.0 for number in (1, 2, 3, 4)]
    march = 3.0 * quarters[0] - 2.0
    year = income(OTHER_BUYER)
    level = year["2022-01"] / (sum(quarters) / len(quarters))
    months = dict(zip((FIRST_MONTH, "2022-04", "2022-07", "2022-10"), (march, *quarters[1:]), strict=True))
    return {month: level * value for month, value in months.items()} | {"2023-01": year["2023-01"]}


def building_halt() -> Path:
    """Demand for building materials in the state at war beyond its income, from March 2022, and held.

    Construction output of 2022 less two usual months, over the mean path of income in the other ten.
    """
    built = (12.0 * (1.0 + _activity(OTHER_BUYER, "construction_output")["2022"] / 100.0) - 2.0) / 10.0
    earned = wartime_income()
    usual = (earned[FIRST_MONTH] + 3.0 * (earned["2022-04"] + earned["2022-07"] + earned["2022-10"])) / 10.0
    return {FIRST_MONTH: built / usual}


def _activity(state: str, series: str) -> dict[str, float]:
    table = pd.read_csv(FIGURES / "activity.csv", dtype={"period": str})
    chosen = table[(table["state"] == state) & (table["series"] == series)]
    return dict(zip(chosen["period"], chosen["value"].astype(float), strict=True))


def paths() -> dict[str, Path]:
    """Path by the driver's id, month -> multiplier, rounded as they are written; a value holds until the next."""
    rouble = real_rouble()[FIRST_MONTH:LAST_MONTH].map(lambda log: math.exp(-ROUBLE_ELASTICITY * log))  # type: ignore[misc]
    states = sorted(set(pd.read_csv(FIGURES / "gdp_annual.csv")["state"]) - {TARGET, OTHER_BUYER})
    found: dict[str, Path] = {
        "real-income": {month: level**INCOME_ELASTICITY for month, level in real_income().items()},
        "real-rouble": dict(rouble),
        "payments-freeze": dict(1.0 - FREEZE_PEAK * freeze()),
        "lockdown-china": dict(1.0 - LOCKDOWN_PEAK * lockdown()) | {"2023-01": 1.0},
        "war-economy-other-buyer": wartime_income(),
        "building-halt-other-buyer": building_halt(),
        **{f"income-{state.lower()}": income(state) for state in states},
    }
    return {name: _without_repeats(path) for name, path in found.items()}


def _without_repeats(path: Path) -> Path:
    kept: Path = {}
    for month, value in sorted(path.items()):
        rounded = round(float(value), DIGITS)
        if rounded != (list(kept.values())[-1] if kept else 1.0):
            kept[month] = rounded
    return kept


def main() -> int:
    """Prints the paths."""
    for name, path in paths().items():
        sys.stdout.write(f"{name}: {{{', '.join(f'{month}: {value:g}' for month, value in path.items())}}}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
