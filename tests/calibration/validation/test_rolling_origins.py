"""Rolling origins: nobody looks ahead, every forecaster answers the same rows, gains and their intervals are right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sim
from calibration.validation import rolling_benchmarks as benchmarks
from calibration.validation import rolling_origins as rolling
from calibration.validation.rolling_scores import by_horizon, gains, score_origin

MONTHS = [f"{2019 + n // 12}-{n % 12 + 1:02d}" for n in range(60)]


def series(values: np.ndarray) -> pd.Series:
    return pd.Series(values, index=MONTHS[: len(values)])


def test_distances_count_the_lag() -> None:
    known = series(np.ones(58))  # to 2023-10
    assert benchmarks.distances(known, "2023-12")[:2] == [3, 4]


def test_points_of_one_series() -> None:
    logs = np.arange(24.0)
    assert benchmarks.last_month(logs, 5) == 23.0
    assert [benchmarks.same_month_last_year(logs, d) for d in (1, 12, 13, 24)] == [12.0, 23.0, 12.0, 23.0]


def test_naive_forecasters_spread_by_their_own_errors() -> None:
    """A season that repeats is foreseen without error by last year's month, and not by the last month."""
    known = [series(np.exp(np.tile(np.sin(np.arange(12.0)), 4)))]
    last = benchmarks.by_points(benchmarks.last_month, known, "2022-12")
    year = benchmarks.by_points(benchmarks.same_month_last_year, known, "2022-12")
    truth = np.sin(np.arange(12.0))
    assert np.allclose(year, truth[None, None]) and not np.allclose(last[:, 0], truth)
    assert np.ptp(last[:, 0, 0]) > 0.1


def test_the_automatic_method_finds_a_season() -> None:
    rng = np.random.default_rng(3)
    season = np.sin(2 * np.pi * np.arange(48) / 12)
    known = [series(np.exp(season + 0.01 * rng.normal(size=48)))]
    found = benchmarks.automatic(known, "2022-12")
    assert np.allclose(np.median(found[:, 0], axis=0), season[:12], atol=0.08)
    # One spread is no other's: the law is its own.
    assert np.ptp(found[:, 0, 11]) >= np.ptp(found[:, 0, 0]) > 0.01


def test_the_regression_has_a_level_by_group_since_the_war() -> None:
    rng = np.random.default_rng(4)
    later = np.array([month >= benchmarks.WAR for month in MONTHS])
    hub, coalition = (np.exp(level + shift * later + 0.01 * rng.normal(size=60)) for level, shift in ((1, 1), (2, -1)))
    found = benchmarks.hub_dummies([series(hub), series(coalition)], ["hub", "coalition"], "2023-12")
    assert np.median(found[:, :, 0], axis=0) == pytest.approx([2.0, 1.0], abs=0.05)


def test_income_is_that_of_the_year_before() -> None:
    """GDP of 2023 is not known in 2023; what is held is that of 2022."""
    case = sim.load("reference", posterior="none")
    made = sim.forecast(
        case.with_changes(agents={"exporters": 1000, "intermediaries": 200}), to="2024-02", draws=1,
        posterior=rolling._at_centres(case), progress=False,
    )  # fmt: skip
    ones = np.ones((len(made.series), len(made.months)))
    at = made.months.index("2023-06")
    early, late = (benchmarks.with_income(ones, made.months, made.flows, origin) for origin in ("2023-06", "2024-01"))
    to_kazakhstan = [one.name for one in made.series].index("eu-kaz")
    assert early[to_kazakhstan, at] == pytest.approx(225496 / 197112)
    assert late[to_kazakhstan, at] == pytest.approx(261421 / 197112)
    groups = {one.name: rolling.group_of(one.flow, case) for one in made.series}
    assert groups["eu-rus"] == "coalition to target" and groups["eu-kaz"] == "coalition to hub"
    assert groups["arm-from-chn"] == "hub to hub" and groups["all-rus"] == "all to target"


def scored(seed: int = 0) -> pd.DataFrame:
    """Two forecasters over 24 months: one has half the other's error."""
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(24):
        origin = f"{2022 + (number + 11) // 12}-{(number + 11) % 12 + 1:02d}"
        truth = rng.normal(size=2)
        spread = np.quantile(rng.normal(size=1000), benchmarks.LEVELS)[:, None, None]
        near, far = (truth[None, :, None] + size * (rng.normal(size=(1, 2, 1)) + spread) for size in (0.5, 1.0))
        facts = {(place, 1): float(truth[place]) for place in range(2)}
        pad = [(0, 0), (0, 0), (0, 11)]
        draws = {"near": np.pad(near, pad), "far": np.pad(far, pad)}
        parts.append(score_origin(draws, facts, "near", ["a", "b"], origin))
    return pd.concat(parts, ignore_index=True)


def test_scores_and_gains() -> None:
    detail = scored()
    table = by_horizon(detail)
    assert list(table[table["months"] == "all"]["forecaster"]) == ["near", "far"]
    assert (
        set(table["months"]) == {"2023", "2024", "all"} and table[table["months"] == "all"]["rows"].tolist() == [48] * 2
    )
    assert table["coverage_90"].between(0.75, 1.0).all()
    gain = gains(detail, "near", ["far"]).set_index("months")
    assert gain.loc["all", "gain"] == pytest.approx(0.5, abs=0.12)
    assert gain.loc["all", "low"] < gain.loc["all", "gain"] < gain.loc["all", "high"] and gain["best"].all()
    # Against itself nothing is gained, and the interval says so.
    none = gains(detail, "near", ["near"]).set_index("months").loc["all"]
    assert none["gain"] == none["low"] == none["high"] == 0.0


def test_origins_are_those_of_two_years() -> None:
    found = rolling.origins()
    assert (found[0], found[-1], len(found)) == ("2022-01", "2024-11", 35)
