"""The shipped world is what the facts give, to the byte; its steps do what they say."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from world_paths import FIGURES, REFERENCE

from sim.common.errors import FaultList, SimError
from sim.world import load_world
from sim.world.build import alignment, build_world
from sim.world.build.facts import Facts
from sim.world.build.goods_mix import held_cells, target_margin
from sim.world.build.pair_totals import great_circle_km, pair_totals
from sim.world.build.season import seasonal_ratios


def test_the_shipped_world_is_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    written = build_world(FIGURES, tmp_path / "world")
    assert {path.name for path in written} == {path.name for path in REFERENCE.iterdir() if path.suffix != ".md"}
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
    (folder / "chapter_split.csv").unlink()
    path = folder / "world_build.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"1.06"', '"0.5"').replace("rest:", "rset:"), encoding="utf-8"
    )
    with pytest.raises(FaultList) as caught:
        build_world(folder, tmp_path / "out")
    told = str(caught.value)
    for part in (
        "chapter_split.csv",
        "cif_over_fob: is below 1",
        "key 'rset' is unknown; did you mean 'rest'?",
        "key 'rest' is missing",
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
    folder = Path(shutil.copytree(FIGURES, tmp_path / "figures"))
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    line = text.split(old)[0].count("\n") + 2
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FaultList) as caught:
        build_world(folder, tmp_path / "out")
    assert told.format(line=line) in str(caught.value)


def test_a_state_without_a_customs_office_is_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FIGURES, tmp_path / "figures"))
    path = folder / "customs_offices.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("KGZ,")), encoding="utf-8")
    with pytest.raises(FaultList, match=r"customs_offices\.csv.*no row for 'KGZ'"):
        build_world(folder, tmp_path / "out")


def test_facts_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FIGURES, tmp_path / "figures"))
    path = folder / "world_build.yaml"
    text = path.read_text(encoding="utf-8").replace('season_first_month: "2019-01"', 'season_first_month: "2010-01"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SimError, match="do not fit together: the season needs"):
        build_world(folder, tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("hub_reexports_2021.csv", "\nARM,all,", "\nARM,odd,", "has no row for hub 'ARM' and good '.*', nor for 'all'"),
        ("trade_mix_2021.csv", "\nEU27,machinery,", "\nEU27,machinry,", "'machinry' is no good of good_facts.csv; did"),
        ("good_cells_2021.csv", "\nEU27,", "\nEU28,", "'EU28' is no state of state_facts.csv; did you mean 'EU27'?"),
        ("world_build.yaml", "target: RUS", "target: RSU", "'RSU' is no state of state_facts.csv; did you mean 'RUS'?"),
        ("world_build.yaml", "season_exporters: [WLD, CHN]", "season_exporters: []", "season_exporters names nobody"),
        ("customs_by_chapter.csv", ",chapter_all,", ",chapter_al,", "has no row chapter_all of the target in 2021"),
        ("customs_by_chapter.csv", ",chapter_84,", ",chapter_0084,", "has no chapter 84 of the target in 2021"),
        ("exchange_rates.csv", "\n2021,", "\n2018,", "exchange_rates.csv has no rate for 2021"),
        ("state_totals_2021.csv", "\nARM,", "\nAMR,", "state_totals_2021.csv: state: has no row for 'ARM'"),
    ],
)
def test_what_one_table_says_of_another_is_named(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    folder = Path(shutil.copytree(FIGURES, tmp_path / "figures"))
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SimError, match=told):
        build_world(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_share_of_nothing_is_refused(tmp_path: Path) -> None:
    """No state trades a good: the mix of the world has none of it."""
    folder = Path(shutil.copytree(FIGURES, tmp_path / "figures"))
    path = folder / "trade_mix_2021.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if ",machinery," not in line), encoding="utf-8")
    with pytest.raises(SimError, match="a share of nothing is taken, or figures are too large"):
        build_world(folder, tmp_path / "out")


def test_the_origins_record_wins_over_the_importers(facts: Facts) -> None:
    pairs = pair_totals(facts)
    assert pairs.figures["EU27", "RUS"].status == "observed"
    assert pairs.figures["KAZ", "RUS"].musd == pytest.approx(7018.7458)
    assert pairs.figures["UZB", "KGZ"].musd == pytest.approx(792.0444)
    derived = pairs.figures["BLR", "RUS"]
    assert derived.status == "derived"
    assert derived.musd == pytest.approx(15619.5796 / 1.06)
    assert pairs.figures["ROW", "RUS"].status == "derived"
    assert pairs.figures["GBR", "ARE"].status == "imputed"
    assert np.all(pairs.musd[~np.eye(len(facts.states), dtype=bool)] > 0)


def test_margins_raised_for_partners_records_are_told(facts: Facts) -> None:
    raised = pair_totals(facts).raised
    assert all(used > published for published, used in raised.values())
    assert {name.split()[0] for name in raised} == {"KAZ", "KGZ"}


def test_the_targets_goods_sum_to_its_chapters(facts: Facts) -> None:
    margin = target_margin(facts, 293_531.2 / 1.06)
    assert margin.sum() == pytest.approx(293_531.2 / 1.06)
    assert np.all(margin > 0)
    with pytest.raises(ValueError, match="exceed its import total"):
        target_margin(facts, 10.0)


def test_held_cells_are_positive_and_known(facts: Facts) -> None:
    held = held_cells(facts)
    assert all(figure.musd > 0 for figure in held.values())
    assert {good for _, _, good in held} <= set(facts.goods)
    assert held["CHN", "RUS", "ceramics"].status == "derived"
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
