"""The shipped world is what the facts give, to the byte; its steps do what they say."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from changed_facts import changed, instead
from world_paths import FIGURES, REFERENCE

from sim.common.errors import FaultList, SimError
from sim.world import load_world
from sim.world.build import alignment, build_world
from sim.world.build.facts import Facts
from sim.world.build.goods_mix import held_cells
from sim.world.build.pair_totals import pair_totals
from sim.world.build.season import seasonal_ratios
from sim.world.build.target_goods import target_margin
from sim.world.distance import great_circle_km


def test_the_shipped_world_is_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    written = build_world(FIGURES, tmp_path / "world")
    there = {path.name for path in REFERENCE.iterdir() if path.is_file() and path.suffix != ".md"}
    assert {path.name for path in written} == there
    for path in written:
        assert path.read_bytes() == (REFERENCE / path.name).read_bytes(), path.name
    assert load_world(tmp_path / "world").digest == load_world("reference").digest


def test_a_world_is_built_whole_or_not_at_all_and_over_nobodys_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "pairs.csv").mkdir(parents=True)
    with pytest.raises(SimError, match=r"cannot write .*pairs\.csv: a folder of that name is in the way"):
        build_world(FIGURES, out)
    assert [path.name for path in out.iterdir()] == ["pairs.csv"]
    (out / "pairs.csv").rmdir()
    (out / "goods.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(SimError, match=r"has goods\.csv already.*--force"):
        build_world(FIGURES, out)
    assert [path.name for path in out.iterdir()] == ["goods.csv"]
    build_world(FIGURES, out, force=True)
    build_world(FIGURES, out)  # the same again is in nobody's way
    assert load_world(out).digest == load_world("reference").digest


def test_faulty_facts_are_all_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FIGURES, tmp_path / "figures"))
    for name in ("state_totals_2021.csv", "exchange_rates.csv"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace("20", "zw", 1), encoding="utf-8")
    path = folder / "world_build.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"1.06"', '"0.5"').replace("rest:", "rset:"), encoding="utf-8"
    )
    with pytest.raises(FaultList) as caught:
        build_world(folder, tmp_path / "out")
    told = str(caught.value)
    for part in (
        "cif_over_fob: is below 1",
        "key 'rset' is unknown; did you mean 'rest'?",
        "state_totals_2021.csv",
        "exchange_rates.csv",
    ):
        assert part in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("world_build.yaml", 'base_year: "2021"', "base_year: ٢٠٢١", "base_year: '٢٠٢١' is no year; expected 1900"),
        ("world_build.yaml", 'season_first_month: "2019-01"', "season_first_month: soon", "'soon' is not a month"),
        ("world_build.yaml", 'cif_over_fob: "1.06"', "cif_over_fob: ١", "read '١', expected a plain finite number"),
        ("exchange_rates.csv", "\n2021,", "\n٢٠٢١,", "exchange_rates.csv:{line}:1: year: '٢٠٢١' is no year"),
        ("customs_annual.csv", "\n2021,", "\n3021,", "customs_annual.csv:{line}:1: period: '3021' is no year"),
    ],
)
def test_years_and_numbers_of_the_facts(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    folder = changed(tmp_path / "figures", {name: instead(old, new)})
    line = (FIGURES / name).read_text(encoding="utf-8").split(old)[0].count("\n") + 2
    with pytest.raises(FaultList) as caught:
        build_world(folder, tmp_path / "out")
    assert told.format(line=line) in str(caught.value)


def test_margins_raised_for_partners_records_are_told(facts: Facts) -> None:
    raised = pair_totals(facts).raised
    assert all(published < used < 1.1 * published for published, used in raised.values())
    assert set(raised) == {"HKG imports", "KGZ imports"}


def test_the_targets_goods_sum_to_its_chapters(facts: Facts) -> None:
    margin = target_margin(facts, 293_531.2 / 1.06)
    assert margin.sum() == pytest.approx(293_531.2 / 1.06)
    assert np.all(margin > 0)
    with pytest.raises(ValueError, match="exceed its import total"):
        target_margin(facts, 10.0)


def test_held_cells_are_positive_and_known(facts: Facts) -> None:
    held = held_cells(facts, np.ones((len(facts.states), len(facts.states), len(facts.goods))))
    assert all(figure.musd > 0 for figure in held.values())
    assert {good for _, _, good in held} <= set(facts.goods)
    assert held["CHN", "RUS", "ceramics_free"].status == "derived"
    assert held["CHN", "RUS", "ceramics_free"].musd == pytest.approx(263 / 2)  # a group, split by equal seeds
    assert held["EU27", "RUS", "machinery_2022"].status == "observed"
    assert held["EU27", "KAZ", "high_priority"].musd == pytest.approx(127.7073 * 1.1827, rel=1e-4)


def test_alignment_follows_votes_and_measures(facts: Facts) -> None:
    marks = {row.text("code"): alignment(row) for row in facts.tables["state_facts"]}
    assert marks["RUS"] == marks["BLR"] == 1.0
    assert marks["CHN"] == pytest.approx(2 / 3)
    assert marks["TUR"] == pytest.approx(-1 / 3)
    assert marks["USA"] == -1.0


def test_great_circle_distance() -> None:
    km = great_circle_km(np.array([51.51, 48.86]), np.array([-0.13, 2.35]))
    assert km[0, 1] == pytest.approx(344, rel=0.01)
    assert km[0, 0] == pytest.approx(0, abs=1e-6)


def test_a_known_season_is_recovered_through_a_trend() -> None:
    season = np.array([0.9, 0.7, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.1, 1.1, 1.1, 1.1])
    season = season / season.mean()
    flat = np.tile(season, 3) * 50
    np.testing.assert_allclose(seasonal_ratios(list(flat), 0), season, rtol=1e-12)
    odd_year = flat.copy()
    odd_year[13] *= 0.4
    np.testing.assert_allclose(seasonal_ratios(list(odd_year), 0), season, rtol=0.05)
    shifted = np.roll(season, -3)
    np.testing.assert_allclose(seasonal_ratios(list(np.tile(shifted, 3)), 3), season, rtol=1e-12)
    with pytest.raises(ValueError, match="too few"):
        seasonal_ratios([1.0] * 20, 0)
