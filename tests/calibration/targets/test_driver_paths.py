"""The drivers that follow from published series stand in the reference scenario as the tables give them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sim
from calibration.targets import driver_paths
from calibration.targets.targets import FIGURES, published_rates

PATHS = driver_paths.paths()
DRIVERS = {entry["id"]: entry for entry in sim.load("reference", posterior="none").scenario.as_data()["drivers"]}


@pytest.mark.parametrize("name", PATHS)
def test_the_scenario_has_what_the_tables_give(name: str) -> None:
    assert DRIVERS[name]["path"] == PATHS[name]


def test_every_driver_with_a_table_is_made_from_it() -> None:
    tables = ("macro_monthly.csv", "gdp_annual.csv", "activity.csv")
    assert {name for name, entry in DRIVERS.items() if any(table in entry["source"] for table in tables)} == set(PATHS)


def test_the_rouble_is_measured_against_2021() -> None:
    real = driver_paths.real_rouble()
    assert abs(real["2021-12"]) < 1e-3, "twelve months of 2021 against 2021"
    assert real["2022-04"] > 0.02 and real["2023-03"] < -0.15 and real["2024-05"] > 0.1


def test_income_is_counted_from_the_same_quarter_of_2021() -> None:
    real = driver_paths.real_income()
    assert min(real) == "2022-04" and max(real) == "2024-10"
    assert real["2022-04"] == pytest.approx(0.96)
    assert real["2024-01"] == pytest.approx(1.035 * 0.984 * 1.054)


@pytest.mark.parametrize("share", [driver_paths.freeze(), driver_paths.lockdown()])
def test_shares_of_the_peak(share: pd.Series) -> None:
    assert share.max() == 1.0 and share.min() == 0.0
    assert "2022-04" in share.index[share == 1.0]


def test_the_year_of_the_invasion_is_met_by_its_months() -> None:
    path = driver_paths.wartime_income()
    months = np.array([1.0, 1.0, path["2022-03"], *np.repeat([path[f"2022-{m:02}"] for m in (4, 7, 10)], 3)])
    # January and February count as usual, so the year is met but for what they lie above its mean.
    assert months.mean() == pytest.approx(driver_paths.income("UKR")["2022-01"], abs=0.05)


def test_tables_are_whole() -> None:
    macro = pd.read_csv(FIGURES / "macro_monthly.csv", dtype=str)
    assert macro.notna().all().all() and not macro.duplicated(["series", "month"]).any()
    for name, of in macro.groupby("series"):
        months = pd.PeriodIndex(of["month"], freq="M")
        assert list(months) == list(pd.period_range(months[0], months[-1], freq="M")), name
    assert macro.loc[macro["month"] >= "2024", "quality"].str.contains("input of the world").all()


def test_rates_of_the_months_and_of_their_year_agree() -> None:
    rates = published_rates()
    for year in range(2019, 2025):
        months = [rates[f"{year}-{month:02}"] for month in range(1, 13)]
        assert np.mean(months) == pytest.approx(rates[str(year)], rel=0.003)
