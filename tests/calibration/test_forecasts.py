"""Forecasts: gravity adds up, nobody sees the future, and scores say what they are meant to."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from calibration import forecasts
from calibration.forecasts import (
    crps,
    draws_of,
    drift,
    known,
    monthly,
    no_change,
    overall,
    same_month_last_year,
    scores,
    synthetic_control,
    years_back,
)
from calibration.gravity import Economy, closed_by_month, predicted_sales, solve
from calibration.targets import TARGETS, Target, codes_of, load_targets, of_role

NAIVE = (no_change, same_month_last_year, drift, synthetic_control)


@pytest.fixture(scope="module")
def case() -> sim.Case:
    return sim.load("reference").with_changes(agents={"mode": "expected", "exporters": 1500})


@pytest.fixture(scope="module")
def judged(case: sim.Case) -> tuple[Target, ...]:
    return of_role(load_targets(TARGETS, codes_of(case.world)), "judge")


@pytest.fixture
def economy() -> Economy:
    sales = np.random.default_rng(1).uniform(0.1, 10.0, (5, 5, 3))
    sales[1, 2, 0] = 0.0
    return Economy(sales, np.array([2.0, 4.8, 7.3]))


# -------------------------------------------------------------------------------------------------------- gravity
def test_no_shock_changes_nothing(economy: Economy) -> None:
    change, price = solve(economy, np.ones_like(economy.sales))
    assert change == pytest.approx(np.ones_like(change), abs=1e-12) and price == pytest.approx(1.0, abs=1e-12)


def test_after_a_shock_everything_adds_up(economy: Economy) -> None:
    kept = np.ones_like(economy.sales)
    kept[0, 3], kept[1, 3, 1] = 0.2, 0.0
    change, price = solve(economy, kept)
    sales = economy.sales * change
    made, spent = economy.sales.sum(axis=1), economy.sales.sum(axis=0)
    assert sales.sum(axis=1) == pytest.approx(price * made, rel=1e-8)
    deficit = spent.sum(axis=1) - made.sum(axis=1)
    assert sales.sum(axis=(0, 2)) == pytest.approx((price * made).sum(axis=1) + deficit, rel=1e-8)
    # Expenditure shares of the goods stay.
    assert sales.sum(axis=0) / sales.sum(axis=(0, 2))[:, None] == pytest.approx(
        spent / spent.sum(axis=1)[:, None], rel=1e-8
    )
    assert sales[1, 3, 1] == 0.0 and (sales[0, 3] < economy.sales[0, 3]).all()
    assert (sales[2, 3] > economy.sales[2, 3]).all()
    assert sales.sum() == pytest.approx(economy.sales.sum())


def test_a_cost_that_all_share_changes_no_share(economy: Economy) -> None:
    change, _ = solve(economy, np.full_like(economy.sales, 0.5))
    assert change == pytest.approx(np.ones_like(change), abs=1e-9)


def test_two_symmetric_states_have_a_known_solution() -> None:
    """By symmetry prices stay, so the change of a share is that of its pull over the mean pull."""
    sales = np.array([[3.0, 1.0], [1.0, 3.0]])[:, :, None]
    kept = np.array([[1.0, 0.5], [0.5, 1.0]])[:, :, None]
    change, _ = solve(Economy(sales, np.array([4.0])), kept)
    assert change[:, 0, 0] == pytest.approx([1.0 / 0.875, 0.5 / 0.875])


def test_bans_move_the_prediction_the_right_way(case: sim.Case) -> None:
    closed, sales = closed_by_month(case), predicted_sales(case)
    states = case.world.states
    eu, china, target = states.index("EU27"), states.index("CHN"), case.world.target
    assert closed["2021-06"].max() == 0.0 and closed["2023-06"][eu].max() > 0.5
    before = case.world.recorded_musd[:, target]
    # Months, not years: 67.5 bn USD in 2021 by the office of the largest supplier.
    assert sales["2021-06"][china].sum() == pytest.approx(67_500 / 12, rel=0.02)
    assert np.delete(sales["2021-06"], target, axis=0) == pytest.approx(np.delete(before, target, axis=0), abs=1e-6)
    assert sales["2023-06"][eu].sum() < before[eu].sum() and sales["2023-06"][china].sum() > before[china].sum()


# -------------------------------------------------------------------------------------------------- no foresight
def test_nobody_sees_what_is_held_out(judged: tuple[Target, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [target for target in judged if known(target) is not None]
    assert len(rows) == 37
    before = [[forecaster(target) for target in rows] for forecaster in NAIVE]
    spread = draws_of(same_month_last_year, rows)
    other = {key: series.where(series.index < "2024-01", series * 5.0) for key, series in monthly().items()}
    monkeypatch.setattr(forecasts, "monthly", lambda: other)
    assert before == [[forecaster(target) for target in rows] for forecaster in NAIVE]
    assert np.array_equal(spread, draws_of(same_month_last_year, rows))


def test_a_forecast_of_the_past_knows_less(judged: tuple[Target, ...]) -> None:
    past = years_back(judged[0], 2)
    assert past is not None and past.period[0] == "2022-01" and past.role == "context"
    series = known(past)
    assert series is not None and series.index[-1] == "2021-12"
    assert past.value == pytest.approx(np.log(7340.0 / 4740.0))


def test_naive_forecasts_are_what_they_say(judged: tuple[Target, ...]) -> None:
    march = next(target for target in judged if target.id == "chn-rus-2024-03")
    assert no_change(march) == pytest.approx(np.log(10670.0 / 9020.0))
    assert same_month_last_year(march) == 0.0
    step = np.log(10670.0 / known(march).iloc[0]) / 59
    assert drift(march) == pytest.approx(np.log(10670.0 / 9020.0) + 3 * step)


def test_synthetic_control_finds_the_donor_that_leads(monkeypatch: pytest.MonkeyPatch, judged) -> None:
    """Where the series is a donor of a year before, all weight goes to that donor."""
    row = next(target for target in judged if target.id == "tur-rus-2024-05")
    series = dict(monthly())
    keys = list(series)
    own = (row.office, row.flow, row.partner)
    donor = next(key for key in keys if key != own and len(series[key]) >= 60 and series[key].index[0] == "2019-01")
    lead = series[donor].shift(12).bfill()
    series[own] = lead
    monkeypatch.setattr(forecasts, "monthly", lambda: series)
    expected = np.log(series[donor]["2023-05"] / lead["2023-05"])
    assert synthetic_control(row) == pytest.approx(expected, abs=0.02)


# --------------------------------------------------------------------------------------------------------- scores
def test_scores_reward_what_they_should(judged: tuple[Target, ...]) -> None:
    rows = judged[:12]
    truth = np.array([target.value for target in rows])
    levels = np.linspace(-1.0, 1.0, 201)[:, None]
    table = overall(scores(rows, {"sharp": truth + 0.01 * levels, "wide": truth + levels, "off": truth + 2 + levels}))
    assert list(table["crps"]) == sorted(table["crps"]) and table.loc["sharp", "mae"] < 1e-12
    assert table.loc["wide", "in_90"] == 1.0 and table.loc["off", "in_90"] == 0.0
    assert table.loc["off", "mae"] == pytest.approx(2.0)


def test_crps_of_a_normal_law() -> None:
    """The score at its own mean is (sqrt 2 - 1) / sqrt pi standard deviations."""
    sample = np.sort(np.random.default_rng(3).normal(size=20_000))
    assert crps(sample, 0.0) == pytest.approx((np.sqrt(2.0) - 1.0) / np.sqrt(np.pi), abs=0.01)


def test_only_rows_that_all_answered_count(judged: tuple[Target, ...]) -> None:
    draws = np.zeros((9, 4))
    silent = draws.copy()
    silent[:, 0] = np.nan
    table = overall(scores(judged[:4], {"all": draws, "some": silent}))
    assert list(table["rows"]) == [3, 3]


def test_a_judge_with_an_open_side_is_met_beyond_it(judged: tuple[Target, ...]) -> None:
    spring = next(target for target in judged if target.id == "chn-priority-spring")
    table = scores([spring], {"above": np.full((9, 1), spring.low + 1.0), "below": np.full((9, 1), spring.low - 1.0)})
    assert list(table["error"]) == pytest.approx([0.0, 1.0])
