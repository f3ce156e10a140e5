"""Bands over time: what is compared with what, on a made-up outlook; no run of the model but one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

import sim
from calibration.inference.posterior_files import discrepancy_table, draws_table
from calibration.inference.problem import GROUPS, blocks_of, model_runs
from calibration.targets.priors import load_priors, values_at
from calibration.targets.published_series import Series, monthly_of, on_published_base, published_series, stated_flows
from calibration.targets.simulated_targets import ledgers_of, simulated_of
from calibration.targets.targets import TARGETS, Target, WorldCodes, codes_of, load_targets
from calibration.validation.figures import draw_bands
from calibration.validation.posterior_runs import AtValues, Draws, Outlook, outlook, read_draws
from calibration.validation.predictive_intervals import COLUMNS, bands, judged_share
from calibration.validation.sampled_mode import compared

CODES = WorldCodes(("EU27", "CHN", "HUB", "RUS"), ("goods",), ("HUB",), ("EU27",))
MONTHS = tuple(str(month) for month in pd.period_range("2021-01", "2024-12", freq="M"))
DRAWS = 50


def months_of(values: np.ndarray) -> pd.Series[float]:
    return pd.Series(values, list(MONTHS))


@pytest.fixture
def seen() -> Outlook:
    """Three flows: by month and met, by year and missed tenfold, and one that is known from words only."""
    level = np.linspace(100.0, 40.0, len(MONTHS))
    sd = np.full(len(MONTHS), 0.02)
    monthly = Series("eu-rus", "EU27", "export", "RUS", "all", "M", months_of(level), months_of(sd), "an office")
    years = pd.Series([1200.0, 2000.0, 9000.0, 9000.0], ["2021", "2022", "2023", "2024"])
    yearly = Series("chn-hub", "CHN", "export", "HUB", "all", "A", years, years * 0.0 + 0.02, "another")
    empty: pd.Series[float] = pd.Series(dtype=float)
    words = Series("chn-rus-goods", "CHN", "export", "RUS", "goods", "M", empty, empty, "words")
    scatter = np.exp(0.02 * np.random.default_rng(0).normal(size=(DRAWS, 1)))
    # Half the published level: growth is compared, not the level.
    flows = np.stack([0.5 * level * scatter, np.full((DRAWS, 48), 100.0) * scatter, np.full((DRAWS, 48), 20.0)], axis=1)
    draws = Draws(("aversion",), np.ones((DRAWS, 1)), np.full((DRAWS, len(GROUPS)), 0.1), {})
    return Outlook((), (monthly, yearly, words), MONTHS, np.zeros((DRAWS, 0)), flows, draws)


def said() -> Target:
    level = float(np.log(60.0))
    return Target(
        "words", ("2023-01", "2023-03"), None, "recorded", "CHN", "export", "RUS", "goods", "all", "level", level,
        level, np.inf, 0.1, "fit", "somebody", "stated", (),
    )  # fmt: skip


@pytest.fixture
def table(seen: Outlook) -> pd.DataFrame:
    return bands(seen, CODES, "RUS", [said()], 1)


def test_growth_is_shown_on_the_published_level(table: pd.DataFrame) -> None:
    part = table[table["series"] == "eu-rus"].set_index("period")
    assert tuple(table.columns) == COLUMNS
    assert list(part.index) == list(MONTHS)
    # The simulated flow is half as large and moves as the published one does: nothing is missed.
    assert np.allclose(part["model_p50"], part["published_musd"], rtol=1e-6)
    assert part.loc["2023-06", "band_p05"] < part.loc["2023-06", "model_p05"] <= part.loc["2023-06", "model_p95"]
    assert part["inside_90"].dropna().astype(bool).all()


def test_the_base_year_has_no_band_and_2024_judges(table: pd.DataFrame) -> None:
    part = table[table["series"] == "eu-rus"]
    assert set(part.loc[part["period"] < "2022-01", "role"]) == {"base"}
    assert part.loc[part["role"] == "base", "band_p05"].isna().all()
    assert set(part.loc[part["period"] >= "2024-01", "role"]) == {"judge"}
    assert judged_share(part, "judge") == 1.0


def test_a_miss_is_told(table: pd.DataFrame) -> None:
    part = table[table["series"] == "chn-hub"].set_index("period")
    assert part.loc["2022", "model_p50"] == pytest.approx(1200.0, rel=0.01)
    assert not part.loc["2023", "inside_90"] and not part.loc["2024", "inside_90"]
    assert judged_share(table[table["series"] == "chn-hub"], "judge") == 0.0


def test_words_stand_at_the_models_level_month_by_month(table: pd.DataFrame) -> None:
    part = table[table["series"] == "chn-rus-goods"].set_index("period")
    assert part.loc["2023-02", "published_musd"] == pytest.approx(20.0)
    assert np.isinf(part.loc["2023-02", "high_musd"]) and part.loc["2023-02", "inside_90"]
    assert part["published_musd"].notna().sum() == 3


def test_the_same_seed_gives_the_same_bands(seen: Outlook, table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(table, bands(seen, CODES, "RUS", [said()], 1))
    assert not table["band_p05"].equals(bands(seen, CODES, "RUS", [said()], 2)["band_p05"])


def test_a_month_without_a_published_base_is_left_out(seen: Outlook) -> None:
    one = seen.series[0]
    short = replace(one, musd=one.musd.drop("2021-05"))
    found = on_published_base(short, seen.monthly[:, 0], MONTHS)
    assert "2023-05" not in found.columns and "2023-06" in found.columns


def test_pictures_are_not_blank_and_have_their_tables_beside_them(table: pd.DataFrame, tmp_path: Path) -> None:
    written = draw_bands(table, tmp_path)
    assert {path.name for path in written} == {"bands-1.png", "bands-1.csv"}
    image = matplotlib.image.imread(tmp_path / "bands-1.png")[..., :3]
    # Every panel has drawn something blue, and dots.
    for panel in np.array_split(image, 3, axis=1):
        assert (panel[..., 2] - panel[..., 0] > 0.15).mean() > 0.005
    assert len(pd.read_csv(tmp_path / "bands-1.csv")) == len(table)


# ----------------------------------------------------------------------------------------------- published series
def test_every_published_series_is_a_flow_of_the_world() -> None:
    world = sim.load("reference", posterior="none").world
    series = published_series()
    assert len({one.key for one in series}) == len(series) > 40
    china = next(one for one in series if one.id == "chn-rus")
    assert china.freq == "M" and china.musd["2024-03"] > 0.0
    every = load_targets(TARGETS, codes_of(world))
    words = stated_flows(every, series)
    assert {("TUR", "export+re-export", "RUS", "high_priority")} <= {one.key for one in words}
    assert not {one.key for one in words} & {one.key for one in series}


def test_months_of_a_run_add_up_to_what_targets_say(tmp_path: Path) -> None:
    """One run: the growth of a series by month is the growth that the target of the same span has."""
    model = model_runs("reference", blocks_of(1500, 40, "2023-12"))
    ledgers = ledgers_of(model.case().run(), with_true=False)
    series = tuple(one for one in published_series() if one.id in ("chn-rus", "kaz-from-chn"))
    monthly = monthly_of(ledgers, series)
    quarter = next(row for row in model.targets if row.id == "chn-rus-2023-q2")
    place = [row.id for row in series].index("chn-rus")
    now, base = monthly[place, 27:30].sum(), monthly[place, 3:6].sum()
    assert np.log(now / base) == pytest.approx(simulated_of(ledgers, [quarter])[0])


def test_runs_at_draws_are_kept_and_repeated_draws_run_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_runs("reference", blocks_of(1500, 40, "2023-12"))
    model = replace(model, targets=model.targets[:3])
    asked: list[np.ndarray] = []

    def at(self: AtValues, values: np.ndarray) -> np.ndarray:
        asked.append(values)
        return np.repeat(values[:, :1], 3 + 36, axis=1)

    monkeypatch.setattr(AtValues, "__call__", at)
    values = np.array([[1.0], [2.0], [1.0], [3.0]])
    draws = Draws(("aversion",), values, np.ones((4, len(GROUPS))), {})
    series = tuple(one for one in published_series() if one.id == "chn-rus")
    first = outlook(model, draws, series, tmp_path, processes=1)
    assert [len(one) for one in asked] == [3]
    assert np.array_equal(first.found[:, 0], values[:, 0]) and first.monthly.shape == (4, 1, 36)
    assert first.months[0] == "2021-01" and first.months[-1] == "2023-12"
    again = outlook(model, draws, series, tmp_path, processes=1)
    assert len(asked) == 1 and np.array_equal(again.monthly, first.monthly)


# ------------------------------------------------------------------------------------------------ posterior on disk
@pytest.fixture
def posterior(tmp_path: Path) -> Path:
    priors = load_priors()
    values = values_at(priors, np.random.default_rng(0).standard_normal((6, len(priors))))
    pd.DataFrame(values, columns=[prior.address for prior in priors]).to_csv(tmp_path / "draws.csv", index=False)
    record = {"discrepancy_median": dict.fromkeys(GROUPS, 0.2), "exporters": 1500}
    (tmp_path / "record.json").write_text(json.dumps(record), encoding="utf-8")
    return tmp_path


def test_draws_come_back_as_they_were_written(posterior: Path) -> None:
    draws = read_draws(posterior, load_priors())
    assert draws.names == tuple(prior.name for prior in load_priors())
    assert np.all(draws.discrepancy == 0.2) and draws.discrepancy.shape == (6, len(GROUPS))
    assert len(draws.first(3).values) == 3 and draws.first(9) is draws
    pd.DataFrame(np.full((6, len(GROUPS)), 0.7), columns=list(GROUPS)).to_csv(
        posterior / "discrepancy.csv", index=False
    )
    assert np.all(read_draws(posterior, load_priors()).discrepancy == 0.7)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "draws.csv").unlink(), "holds no posterior"),
        (lambda folder: (folder / "record.json").write_text("{", encoding="utf-8"), "holds no posterior"),
        (lambda folder: (folder / "draws.csv").write_text("a,b\n1,2\n", encoding="utf-8"), "none of its columns"),
        (
            lambda folder: (folder / "draws.csv").write_text("parameters.aversion\nnan\n", encoding="utf-8"),
            "not a number",
        ),
        (lambda folder: (folder / "discrepancy.csv").write_text("a\n1\n", encoding="utf-8"), "other groups"),
    ],
)
def test_a_posterior_that_cannot_be_read(posterior: Path, spoil, said: str) -> None:
    spoil(posterior)
    with pytest.raises(sim.SimError, match=said):
        read_draws(posterior, load_priors())


def test_sampled_and_expected_mode_are_held_apart() -> None:
    rng = np.random.default_rng(0)
    expected = rng.normal(size=(400, 2))
    sampled = expected + np.array([0.3, 0.0]) + 0.1 * rng.normal(size=(400, 2))
    table = compared(expected, sampled, np.array([0.1, 0.1]), ("far", "near"))
    assert list(table["bias"]) == pytest.approx([0.3, 0.0], abs=0.02)
    assert list(table["noise"]) == pytest.approx([0.1, 0.1], abs=0.02)


def test_discrepancies_go_with_their_draws() -> None:
    priors = tuple(prior for prior in load_priors() if prior.fitted)[:3]
    rng = np.random.default_rng(3)
    points = rng.standard_normal((12, 3))
    fit = SimpleNamespace(points=points, found=points, discrepancy=np.arange(12.0)[:, None] + np.zeros(2))
    draws = draws_table(fit, priors, 1)
    table = discrepancy_table(fit, SimpleNamespace(groups=("one", "two")), priors, 1)
    assert list(table["one"]) != list(range(12))  # the representative draw comes first
    np.testing.assert_allclose(draws.to_numpy(), values_at(priors, points[table["one"].astype(int)]))
