"""Runs at draws of a posterior, and the bands that they give to figures."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import sim
from sim.common.spread import FEWEST
from sim.experiments.ensemble import Ensemble, few_rows
from sim.metrics.run_pair import RunPair, run_pair
from sim.metrics.series import PRINTED, SERIES, printed, series_of
from sim.metrics.title_numbers import TITLE_NUMBERS
from sim.report.notebook import page_of
from sim.report.numbers import number
from sim.report.plots import FIGURES, figure, save_all
from sim.report.plots.run_view import look
from sim.report.run_tables import run_tables
from sim.simulation.comparison import Comparison
from sim.simulation.intervals import DELIVERIES, ENDS, KEYS, Bands, side_by_side, tall
from sim.simulation.simulation import Case
from tests.posteriors import write_posterior

DRAWS = 12
RNG = np.random.default_rng(5)
COLUMNS = {
    "parameters.aversion": [2.0, *RNG.uniform(0.5, 4.0, DRAWS - 1)],
    "parameters.expectation_speed": [0.5, *RNG.uniform(0.2, 0.8, DRAWS - 1)],
    "parameters.demand_elasticity": [1.0, *RNG.uniform(0.5, 2.0, DRAWS - 1)],
    "policies.ban-half.strength": [0.5, *RNG.uniform(0.2, 0.9, DRAWS - 1)],
}
RECORD = {"draws": 5, "posterior": "toy", "digest": "0" * 10, "mode": "expected", "exporters": 1}


@pytest.fixture(scope="module")
def case() -> Case:
    return sim.load("classroom").with_changes(months={"last": "2023-02"})


@pytest.fixture(scope="module")
def posterior(tmp_path_factory: pytest.TempPathFactory) -> sim.Posterior:
    columns = {name: [float(value) for value in values] for name, values in COLUMNS.items()}
    return sim.load_posterior(write_posterior(tmp_path_factory.mktemp("posterior"), columns))


@pytest.fixture(scope="module")
def pair(case: Case, posterior: sim.Posterior) -> Comparison:
    return sim.compare(case.with_posterior(posterior=posterior))


@pytest.fixture(scope="module")
def found(case: Case, posterior: sim.Posterior, pair: Comparison) -> Ensemble:
    return sim.ensemble(case, DRAWS, posterior, like=pair)


@pytest.fixture(scope="module")
def banded(pair: Comparison, found: Ensemble) -> Comparison:
    return replace(pair, bands=found.bands)


# --------------------------------------------------------------------------------------------------- what is kept
@pytest.mark.parametrize("name", SERIES)
def test_a_condensed_run_gives_the_same_series(paired: Comparison, name: str) -> None:
    whole = run_pair(paired)
    light = RunPair(paired.policy.condensed(), paired.baseline.condensed(), like=whole)
    table = SERIES[name].table
    pd.testing.assert_frame_equal(table(light), table(whole), rtol=1e-9)


def test_sums_by_year_are_those_that_a_run_prints(paired: Comparison) -> None:
    light = RunPair(paired.policy.condensed(), paired.baseline.condensed(), like=run_pair(paired))
    sums = series_of(light).loc[DELIVERIES].droplevel("series")
    printed = paired.summary()
    for year, row in printed.iterrows():
        assert sums[str(year), "policy_busd"] == pytest.approx(row["policy_busd"])
        assert sums[str(year), "change_percent"] == pytest.approx(row["change_percent"], abs=1e-9)


def test_years_add_up_over_months(found: Ensemble) -> None:
    samples = found.samples.reset_index()
    for column, how in (("value_musd", "sum"), ("price_index", "mean")):
        rows = samples[samples["column"] == column]
        monthly = rows[rows["period"].str.len() == 7]
        keys = [monthly["figure"], monthly["series"], monthly["period"].str[:4]]
        expected = monthly.drop(columns=KEYS).groupby(keys).agg(how)
        yearly = rows[rows["period"].str.len() == 4].set_index(["figure", "series", "period"]).drop(columns="column")
        pd.testing.assert_frame_equal(yearly.loc[expected.index], expected, check_names=False)


# ------------------------------------------------------------------------------------------------------ draws
def test_a_draw_is_the_same_alone_and_in_the_ensemble(case: Case, posterior: sim.Posterior, pair: Comparison) -> None:
    found = sim.ensemble(case, DRAWS, posterior, like=pair, world_errors=False)
    for draw in (7, 0):
        alone = sim.ensemble(case, 1, sim.Posterior("one", posterior.path, "", posterior.names,
                             posterior.draws[draw : draw + 1], posterior.record), like=pair)  # fmt: skip
        there = found.samples[draw]
        assert np.array_equal(alone.samples[0].to_numpy(), there.loc[alone.samples.index].to_numpy())
        assert not there.drop(alone.samples.index).any(), "a ribbon of other draws is nil here"
        by_hand = sim.compare(few_rows(case).with_posterior(draw, posterior))
        light = RunPair(by_hand.policy.condensed(), by_hand.baseline.condensed(), like=run_pair(pair))
        assert np.array_equal(series_of(light), alone.samples[0])


def test_draws_differ(found: Ensemble) -> None:
    assert (found.samples.std(axis=1) > 0).mean() > 0.3


def test_the_representative_run_lies_in_its_bands(pair: Comparison, found: Ensemble) -> None:
    light = RunPair(pair.policy.condensed(), pair.baseline.condensed())
    own = series_of(light)
    table = found.bands.table.set_index(KEYS)
    own = own.reindex(table.index, fill_value=0.0)
    inside = (own >= table["low"] - 1e-9) & (own <= table["high"] + 1e-9)
    assert inside.mean() > 0.85


def test_a_posterior_that_changes_nothing_has_bands_of_no_width(case: Case, pair: Comparison, tmp_path: Path) -> None:
    same = {name: [values[0]] * 3 for name, values in COLUMNS.items()}
    bands = sim.ensemble(case, 3, write_posterior(tmp_path, same), like=pair, world_errors=False).bands.table
    assert (bands["low"] == bands["high"]).all()
    without = sim.compare(case)
    own = series_of(RunPair(without.policy.condensed(), without.baseline.condensed(), like=run_pair(pair)))
    assert np.array_equal(bands["median"], own.to_numpy())


def test_one_run_alone_needs_no_counterfactual(case: Case, posterior: sim.Posterior, pair: Comparison) -> None:
    alone = sim.ensemble(case, 2, posterior, like=pair.policy)
    assert "baseline_busd" not in set(alone.bands.table["column"])
    assert not alone.samples.isna().any().any()


def test_other_outputs_can_be_kept(case: Case, posterior: sim.Posterior, pair: Comparison) -> None:
    def shortfall(runs: RunPair) -> pd.Series:
        assert runs.baseline is not None
        lost = 1.0 - runs.to_target["value_musd"].sum() / runs.baseline.to_target()["value_musd"].sum()
        return pd.Series([lost], index=pd.MultiIndex.from_tuples([("mine", "", "", "shortfall")], names=KEYS))

    spread = sim.ensemble(case, 3, posterior, like=pair, outputs=shortfall)
    assert spread.samples.shape == (1, 3)
    assert spread.bands.table["median"].item() == pytest.approx(spread.samples.median(axis=1).item())
    assert shortfall(run_pair(pair)).item() == pytest.approx(spread.samples[0].item())


def test_the_first_draw_guides_where_nothing_else_does(case: Case, posterior: sim.Posterior) -> None:
    seen: list[tuple[int, int]] = []
    found = sim.ensemble("classroom", 3, posterior, progress=lambda done, count: seen.append((done, count)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert found.samples.shape[1] == 3
    assert "3 draws" in repr(found)


def test_no_more_draws_than_there_are(case: Case, posterior: sim.Posterior) -> None:
    with pytest.raises(sim.SimError, match="13 draws asked for"):
        sim.ensemble(case, DRAWS + 1, posterior)
    with pytest.raises(sim.SimError, match="needs one at least"):
        sim.ensemble(case, 0, posterior)


# ------------------------------------------------------------------------------------------------------ bands
@given(arrays.arrays(np.float64, (4, FEWEST + 1), elements=st.floats(-1e6, 1e6)))
def test_ends_are_quantiles(numbers: np.ndarray) -> None:
    keys = pd.MultiIndex.from_tuples([("f", str(k), "2022-01", "value_musd") for k in range(4)], names=KEYS)
    table = Bands.over(pd.DataFrame(numbers, index=keys), {}).table
    assert (table["low"] <= table["median"]).all() and (table["median"] <= table["high"]).all()
    for end, share in zip(ENDS, (0.05, 0.5, 0.95), strict=True):
        assert np.allclose(table[end], np.quantile(numbers, share, axis=1))


def test_few_draws_claim_no_quantiles() -> None:
    index = pd.MultiIndex.from_tuples([("f", "all", "2022-01", "value_musd")], names=KEYS)
    few, many = (
        Bands.over(pd.DataFrame([np.arange(count, dtype=float)], index=index), {**RECORD, "draws": count})
        for count in (2, FEWEST)
    )
    assert few.table[["low", "high"]].to_numpy().tolist() == [[0.0, 1.0]]
    assert few.part == "lowest to highest of 2 draws" and few.ends == "lowest, highest"
    assert "90 %" not in few.words and "all of 2 draws" in few.words
    assert many.part == "90 % of the draws" and many.table["high"][0] < FEWEST - 1


def test_bands_come_back_from_disk_to_the_last_bit(found: Ensemble, tmp_path: Path) -> None:
    bands = found.bands
    bands.save(tmp_path)
    again = Bands.open(tmp_path, bands.record)
    assert again is not None
    pd.testing.assert_frame_equal(again.table, bands.table, check_exact=True, check_dtype=False)
    assert Bands.open(tmp_path, None) is None


HEADER = "figure,series,period,column,low,median,high\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("figure,series\na,b\n", r"bands\.csv:1: column 'period' is missing"),
        ("a," * 200_000, r"bands\.csv:1: column 'figure' is missing"),
        (HEADER + "a,b,2022,d,1,x,3\n", r"bands\.csv cannot be read: could not convert string to float: 'x'"),
        (HEADER + "a," * 200_000, r"bands\.csv:2: has 200,001 cells, expected 7"),
        (HEADER, r"bands\.csv:1: column 'figure' is missing"),
        ("", r"bands\.csv:1: column 'figure' is missing"),
    ],
)
def test_a_damaged_file_is_said_at_once(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "bands.csv").write_text(text, encoding="utf-8")
    started = time.process_time()
    with pytest.raises(sim.SimError, match=told):
        Bands.open(tmp_path, {"draws": 1})
    assert time.process_time() - started < 2.0


def test_rows_find_their_band_in_any_order(banded: Comparison) -> None:
    assert banded.bands is not None
    table = SERIES["flows_by_route"].table(run_pair(banded))
    shuffled = table.sample(frac=1.0, random_state=1)
    wide = banded.bands.beside("flows_by_route", shuffled, ["value_musd"])
    assert list(wide.columns) == ["run", "month", "route", "value_musd", "value_musd_low", "value_musd_high"]
    ends = tall("flows_by_route", wide.rename(columns={"value_musd_low": "l"}), ["l"]).to_numpy()
    in_order = banded.bands.beside("flows_by_route", table, ["value_musd"])["value_musd_low"]
    assert np.array_equal(ends, in_order.loc[shuffled.index].to_numpy())


# ------------------------------------------------------------------------------------------------------ figures
@pytest.mark.parametrize("name", SERIES)
def test_figures_and_their_tables_carry_bands(banded: Comparison, pair: Comparison, name: str) -> None:
    drawn, table = figure(name, banded)
    plain, bare = figure(name, pair)
    if table.empty:  # no customs figures for this world
        return
    assert f"lowest to highest of {DRAWS} draws" in words_on(drawn)
    assert "posterior “classroom”" in words_on(drawn)
    assert "draws" not in words_on(plain)
    for column in SERIES[name].columns:
        if column in bare:
            at = list(table.columns).index(column)
            assert list(table.columns)[at + 1 : at + 3] == [f"{column}_low", f"{column}_high"]
            assert not table[[f"{column}_low", f"{column}_high"]].isna().any().any()
            assert table[column].between(table[f"{column}_low"], table[f"{column}_high"]).all()
    kept = [column for column in bare if column not in SERIES[name].columns]
    rows = table.iloc[: len(bare)][kept]
    pd.testing.assert_frame_equal(rows.reset_index(drop=True), bare[kept].reset_index(drop=True))


@pytest.mark.parametrize("name", SERIES)
def test_nothing_of_one_run_stands_beside_bands(pair: Comparison, found: Ensemble, name: str) -> None:
    """With draws a thousand times the run, no number of the figure or its title is the run's."""
    far = Bands.over(found.samples * 1000.0, found.record)
    drawn, table = figure(name, replace(pair, bands=far))
    for column in SERIES[name].columns:
        if column in table and len(table):
            median = table[column].to_numpy(dtype=float)
            here = found.bands.beside(name, SERIES[name].table(run_pair(pair)), [column])[column].to_numpy(dtype=float)
            assert median == pytest.approx(1000.0 * here, rel=1e-9)
    told, usual = (
        [float(one) for one in re.findall(r"-?\d+\.?\d*", title_of(made))] for made in (drawn, figure(name, pair)[0])
    )
    if name in TITLE_NUMBERS and TITLE_NUMBERS[name](run_pair(pair)):
        years = {2021.0, 2022.0, 2023.0}
        assert not {one for one in usual if one not in years and one} & {one for one in told if one not in years}


def title_of(drawn: object) -> str:
    return " ".join(text.get_text() for text in drawn.texts if text.get_gid() == "title")  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", PRINTED)
def test_every_number_that_is_printed_lies_in_its_own_band(pair: Comparison, found: Ensemble, name: str) -> None:
    table = printed(run_pair(pair), name, found.bands)
    for column in PRINTED[name].columns:
        if column in table:
            known = table.dropna(subset=[f"{column}_low"])
            assert known[column].between(known[f"{column}_low"], known[f"{column}_high"]).all(), column
            assert len(known) or table.empty


def test_screen_notebook_figures_and_python_tell_one_centre(banded: Comparison) -> None:
    median = banded.bands.table.set_index(KEYS)["median"]  # type: ignore[union-attr]
    expected = {year: float(median[DELIVERIES, "", year, "policy_busd"]) for year in ("2022", "2023")}
    assert banded.summary()["policy_busd"].to_dict() == pytest.approx(expected)
    view = look(banded)
    for table in run_tables(view):
        for row in table.values():
            for cell in row:
                if isinstance(cell, tuple) and not np.isnan(cell[1]):
                    assert cell[1] <= cell[0] <= cell[2]
    screen = {row[0]: row[1][0] for row in run_tables(view)[0].values()}
    assert screen["2022"] == pytest.approx(expected["2022"])
    records = {row[0]: row[1][0] for row in run_tables(view)[3].values()}
    assert records["2022"] == pytest.approx(expected["2022"])
    assert number(expected["2022"], digits=3) in str(page_of(banded))


def test_a_single_month_can_be_drawn(case: Case, posterior: sim.Posterior, tmp_path: Path) -> None:
    short = case.with_changes(months={"last": "2022-01"})
    pair = sim.compare(short.with_posterior(posterior=posterior))
    bands = sim.ensemble(short, 3, posterior, like=pair).bands
    assert len(save_all(replace(pair, bands=bands), tmp_path)) == 2 * len(FIGURES)


def words_on(drawn: object) -> str:
    texts = drawn.texts  # type: ignore[attr-defined]
    return " ".join(" ".join(text.get_text().split()) for text in texts)


# ------------------------------------------------------------------------------------------ what is no number in a draw
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_a_draw_has_not_leaves_no_band_and_is_counted(bad: float) -> None:
    index = pd.MultiIndex.from_tuples([("figure", "all", "2022-01", name) for name in ("a", "b")], names=KEYS)
    draws = {draw: pd.Series([float(draw), bad if draw == 3 else float(draw)], index=index) for draw in range(5)}
    bands = Bands.over(side_by_side(draws), RECORD)
    whole, spoilt = bands.table[list(ENDS)].to_numpy()
    assert whole == pytest.approx([0.0, 2.0, 4.0])
    assert np.isnan(spoilt).all()
    assert "1 of 2 numbers are undefined in a draw and have none" in bands.words


def test_a_row_that_a_draw_lacks_is_nil_in_it() -> None:
    index = pd.MultiIndex.from_tuples([("figure", "all", "2022-01", name) for name in ("a", "b")], names=KEYS)
    draws = {0: pd.Series([1.0, 2.0], index=index), 1: pd.Series([3.0], index=index[:1])}
    assert side_by_side(draws).to_numpy().tolist() == [[1.0, 3.0], [2.0, 0.0]]
    assert "undefined" not in Bands.over(side_by_side(draws), RECORD).words


# ---------------------------------------------------------------------------------------------------- two packages
def test_two_packages_are_compared_at_the_same_draws(case: Case, posterior: sim.Posterior) -> None:
    """What each draw says of the two is what runs of the two at that draw say."""
    bans = [clause.model_copy(update={"strength": 0.9}) for clause in case.scenario.policies if clause.id == "ban-half"]
    harder = case.with_changes(title="A harder ban", policies=bans)
    pair = sim.compare(harder, case, draws=3, posterior=posterior, world_errors=False, progress=False)
    table = pair.summary()
    by_hand = []
    for draw in posterior.spread(3):
        first, second = (few_rows(one).with_posterior(draw, posterior) for one in (harder, case))
        by_hand.append(sim.compare(first, second, progress=False).summary()["change_percent"])
    expected = pd.concat(by_hand, axis=1).median(axis=1)
    assert table["change_percent"].tolist() == pytest.approx(expected.tolist(), abs=1e-9)
    assert (table["change_percent"] <= table["change_percent_high"]).all()
    heads = run_tables(look(pair))[0].heads
    assert heads[1:3] == ["A harder ban", case.scenario.title]
    drawn, _ = figure("flows_by_route", pair)
    assert f"under “{case.scenario.title}”" in words_on(drawn) and "without the policies" not in words_on(drawn)


def test_a_loaded_case_is_at_the_draw_that_a_run_takes() -> None:
    case, bare = sim.load("reference"), sim.load("reference", posterior="none")
    shipped = sim.load_posterior()
    assert case.settings() == bare.with_posterior(posterior=shipped).settings() != bare.settings()
    assert "draw 0 of" in case.said and "not fitted" in bare.said
    changed = case.with_changes(parameters={"aversion": 3.25}, agents={"exporters": 2000})
    assert changed.scenario.parameters["aversion"] == 3.25 and changed.undrawn is not None
    assert changed.undrawn.scenario.agents.exporters == 2000
    other = case.with_posterior(5, shipped)
    assert other.settings() == bare.with_posterior(5, shipped).settings()
    assert case.without_policies().drawn == case.drawn
    with pytest.raises(sim.SimError, match="has draw 5 already"):
        other.with_posterior(6, shipped)
