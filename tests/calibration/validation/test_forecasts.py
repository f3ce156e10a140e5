"""Forecasts: nobody sees the future, and scores say what they are meant to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from calibration.inference.likelihood import Marginal
from calibration.inference.problem import GROUPS
from calibration.targets.targets import TARGETS, Target, codes_of, load_targets, of_role
from calibration.validation import benchmark_forecasts
from calibration.validation.benchmark_forecasts import (
    drift,
    known,
    monthly,
    no_change,
    same_month_last_year,
    synthetic_control,
    years_back,
)
from calibration.validation.event_forecasts import ahead_of, judge_paths, load_judgements, lowest_month
from calibration.validation.forecast_spread import draws_of, of_posterior, paths_of
from calibration.validation.posterior_runs import Draws, Outlook, errors_for
from calibration.validation.scores import crps, overall, score_tables, scores

NAIVE = (no_change, same_month_last_year, drift, synthetic_control)


@pytest.fixture(scope="module")
def case() -> sim.Case:
    return sim.load("reference", posterior="none").with_changes(agents={"mode": "expected", "exporters": 1500})


@pytest.fixture(scope="module")
def judged(case: sim.Case) -> tuple[Target, ...]:
    return of_role(load_targets(TARGETS, codes_of(case.world)), "judge")


# -------------------------------------------------------------------------------------------------- no foresight
def test_nobody_sees_what_is_held_out(judged: tuple[Target, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [target for target in judged if known(target) is not None]
    assert len(rows) == 39
    before = [[forecaster(target) for target in rows] for forecaster in NAIVE]
    spread = draws_of(same_month_last_year, rows)
    other = {key: series.where(series.index < "2024-01", series * 5.0) for key, series in monthly().items()}
    monkeypatch.setattr(benchmark_forecasts, "monthly", lambda: other)
    after = [[forecaster(target) for target in rows] for forecaster in NAIVE]
    assert np.array_equal(before, after, equal_nan=True) and np.isfinite(before[0]).all()
    assert np.array_equal(spread, draws_of(same_month_last_year, rows), equal_nan=True)


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
    own = (row.reporter, row.flow, row.partner)
    donor = next(key for key in keys if key != own and len(series[key]) >= 60 and series[key].index[0] == "2019-01")
    lead = series[donor].shift(12).bfill()
    series[own] = lead
    monkeypatch.setattr(benchmark_forecasts, "monthly", lambda: series)
    expected = np.log(series[donor]["2023-05"] / lead["2023-05"])
    assert synthetic_control(row) == pytest.approx(expected, abs=0.02)


# --------------------------------------------------------------------------------------------------------- scores
def test_scores_reward_what_they_should(judged: tuple[Target, ...]) -> None:
    rows = judged[:12]
    truth = np.array([target.value for target in rows])
    levels = np.linspace(-1.0, 1.0, 201)[:, None]
    table = overall(scores(rows, {"sharp": truth + 0.01 * levels, "wide": truth + levels, "off": truth + 2 + levels}))
    assert list(table["crps"]) == sorted(table["crps"]) and table.loc["sharp", "mae"] < 1e-12
    assert table.loc["wide", "coverage_90"] == 1.0 and table.loc["off", "coverage_90"] == 0.0
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


def test_a_stated_month_is_a_series_of_its_own(judged: tuple[Target, ...]) -> None:
    """November 2023 is the last month that was stated of a flow that no office publishes by month."""
    fall = next(target for target in judged if target.id == "tur-priority-decline")
    assert no_change(fall) == pytest.approx(np.log(8.4 / 37.6))
    assert np.isnan(same_month_last_year(fall)) and np.isnan(synthetic_control(fall))
    assert drift(fall) == pytest.approx(np.log(8.4 / 37.6) + 8 / 12 * np.log(8.4 / 12.3))


# ---------------------------------------------------------------------------------------------- named judgements
def test_judgements_are_read_off_held_out_rows_only(case: sim.Case, tmp_path: Path) -> None:
    every = load_targets(TARGETS, codes_of(case.world))
    asked = load_judgements(every)
    assert {one.measure for one in asked} == {"fall", "trough"} and len({one.id for one in asked}) == len(asked)
    assert all(row.role == "judge" for one in asked for row in one.rows)
    table = tmp_path / "judgements.csv"
    table.write_text("id,event,measure,rows,source\na,b,rise,chn-rus-2023-q1;nobody,c\n", encoding="utf-8")
    with pytest.raises(sim.FaultList) as error:
        load_judgements(every, table)
    told = str(error.value)
    assert "not held out" in told and "no target 'nobody'" in told and "unknown measure 'rise'" in told


def test_the_published_answers_are_what_was_said(case: sim.Case) -> None:
    """A first fall in March, three falls to May; Turkey 28 % down in the half-year, most in January."""
    asked = load_judgements(load_targets(TARGETS, codes_of(case.world)))
    nothing = {"nobody": {one.id: np.zeros((4, len(one.rows))) for one in asked}}
    published = judge_paths(asked, nothing).set_index("judgement")["published"]
    assert published["bank-dip-month"] == "2024-03" and published["hub-fall-turkey-month"] == "2024-01"
    assert published["hub-fall-turkey"] == pytest.approx(np.log(1 - 0.283), abs=0.06)
    assert all(published[name] < 0.0 for name in published.index if not name.endswith("month"))


def test_a_sure_and_right_answer_scores_best(case: sim.Case) -> None:
    asked = load_judgements(load_targets(TARGETS, codes_of(case.world)))
    noise = np.random.default_rng(0).normal(size=(200, 6))
    truth = {one.id: np.array([row.value for row in one.rows]) for one in asked}
    answers = {
        "posterior": {name: fact + 0.01 * noise[:, : len(fact)] for name, fact in truth.items()},
        "wide": {name: fact + noise[:, : len(fact)] for name, fact in truth.items()},
        "wrong": {name: -fact + 0.01 * noise[:, : len(fact)] for name, fact in truth.items()},
        "silent": {},
    }
    table = judge_paths(asked, answers)
    own = table[table["forecaster"] == "posterior"]
    assert own["right"].all() and (own["p_right"] > 0.95).all()
    assert not table[table["forecaster"].isin(["wrong", "silent"])]["right"].any()
    assert ahead_of(table, "posterior")["ahead"].all()
    assert not ahead_of(table, "wrong")["ahead"].any()


def test_paths_that_never_fall_name_no_month() -> None:
    chance = lowest_month(np.zeros((5, 4)))
    assert chance == pytest.approx(0.25)
    assert lowest_month(np.array([[3.0, 1.0, 2.0], [0.0, 0.0, 5.0]])) == pytest.approx([0.25, 0.75, 0.0])


def test_paths_keep_the_errors_of_a_year_together(judged: tuple[Target, ...]) -> None:
    rows = [target for target in judged if target.id.startswith("chn-rus-2024")][:6]
    paths = paths_of(same_month_last_year, rows)
    errors = [years_back(row, 1).value for row in rows]
    assert len(paths) == 2 * 2 * len(rows)
    assert any(np.allclose(path, errors) for path in paths) and any(
        np.allclose(path, np.negative(errors)) for path in paths
    )


# ------------------------------------------------------------------------------------------------- the posterior
@pytest.fixture
def seen(case: sim.Case, judged: tuple[Target, ...]) -> Outlook:
    """A posterior whose model says what was published, with little scatter; no run behind it."""
    truth = np.array([target.value for target in judged])
    found = truth + 0.01 * np.random.default_rng(4).normal(size=(60, len(judged)))
    draws = Draws(("aversion",), np.ones((60, 1)), np.full((60, len(GROUPS)), 0.1), {})
    return Outlook(judged, (), ("2021-01",), found, np.zeros((60, 0, 1)), draws)


def test_the_posterior_brings_its_own_spread(seen: Outlook, case: sim.Case, judged: tuple[Target, ...]) -> None:
    world = codes_of(case.world), case.world.states[case.world.target]
    draws = of_posterior(seen, judged, *world)
    assert draws.shape == (600, len(judged))
    expected = np.sqrt(0.01**2 + 0.1**2 + np.array([target.sd for target in judged]) ** 2)
    assert draws.std(axis=0) == pytest.approx(expected, rel=0.2)
    # Figures of one flow miss together: half of the discrepancy is shared.
    china = [row for row, target in enumerate(judged) if target.id.startswith("chn-rus")][:4]
    apart = np.corrcoef(draws[:, china].T)[np.triu_indices(4, 1)]
    assert (apart > 0.15).all()


def test_scores_of_the_posterior_stand_beside_the_naive_ones(
    seen: Outlook, case: sim.Case, judged: tuple[Target, ...]
) -> None:
    asked = load_judgements(judged)
    naive = {"no change": no_change, "same month last year": same_month_last_year}
    world = codes_of(case.world), case.world.states[case.world.target]
    rows = {"posterior": of_posterior(seen, judged, *world), **{n: draws_of(f, judged) for n, f in naive.items()}}
    place = {row.id: number for number, row in enumerate(judged)}
    paths = {n: {one.id: d[:, [place[r.id] for r in one.rows]] for one in asked} for n, d in rows.items()}
    tables = score_tables(judged, rows, asked, paths)
    whole = tables["scores"][tables["scores"]["series"] == "all"].set_index("forecaster")
    assert whole.loc["posterior", "crps"] < 0.5 * whole["crps"].drop("posterior").min()
    assert set(tables["scores"].columns) == {
        "series",
        "forecaster",
        "rows",
        "mae",
        "crps",
        "coverage_50",
        "coverage_90",
    }
    assert ahead_of(tables["judgements"], "posterior")["right"].all()


def test_what_is_judged_cannot_be_fitted_by_way_of_its_errors(case: sim.Case, judged: tuple[Target, ...]) -> None:
    """The shape that forecasts take their errors from has blanks for figures: any likelihood of it is no number."""
    shape = errors_for(judged, codes_of(case.world), "RUS")
    assert np.isnan(shape.low).all() and np.isnan(shape.high).all()
    truth = np.array([[target.value for target in judged]])
    with np.errstate(invalid="ignore"):
        likely = Marginal(shape, np.zeros(len(judged)))(truth)
    assert not np.isfinite(likely).any()
