"""The chips world: what its facts give, another target than the reference world's, and figures of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.common.errors import FaultList
from sim.common.package_data import shipped
from sim.metrics.customs_series import customs_series
from sim.metrics.run_pair import run_pair
from sim.world import load_world
from sim.world.build import build_world

CHIPS = shipped("scenarios/worlds/chips")
STILL = """title: Nothing happens
question: Does it stand still?
sources: [made up]
world: {world}
episode: none
months: {{first: 2021-01, last: 2021-12}}
seed: 1
agents: {{exporters: 600, intermediaries: 40, mode: expected}}
"""


def test_it_is_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    written = build_world(shipped("calibration/chips"), tmp_path / "world")
    assert {path.name for path in written} == {path.name for path in CHIPS.iterdir() if path.is_file()}
    for path in written:
        assert path.read_bytes() == (CHIPS / path.name).read_bytes(), path.name


def test_it_is_about_another_target() -> None:
    world = load_world("chips")
    assert world.states[world.target] == "CHN"
    assert {world.states[hub] for hub in world.hubs} == {"HKG", "SGP", "MYS", "VNM"}
    assert not set(world.goods) & set(load_world("reference").goods)
    at = world.states.index
    yearly = 12 * world.recorded_musd.sum(axis=2)
    assert yearly[at("KOR"), at("CHN")] == pytest.approx(46483 + 1538, rel=1e-3)  # UN Comtrade, 8542 and 8541
    # What Hong Kong makes itself is next to nothing; the model lets a hub pass on nine tenths of its record at most.
    through = 12 * world.through_musd.sum()
    assert 0.35 < through / (12 * world.recorded_musd[:, world.target].sum()) < 0.5


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> sim.Results:
    path = tmp_path_factory.mktemp("still") / "still.yaml"
    path.write_text(STILL.format(world="chips"), encoding="utf-8")
    return sim.load(path, posterior="none").run()


def test_it_stands_still_without_law(still: sim.Results) -> None:
    source = still.source
    np.testing.assert_allclose(
        source.record.delivered, np.broadcast_to(source.base.flow, source.record.delivered.shape), rtol=1e-9
    )


def test_runs_are_laid_beside_its_own_figures(still: sim.Results) -> None:
    """Exporters' records of the base year are met by construction, by class of goods; the target's count by origin."""
    found = {one.name: one for one in customs_series(run_pair(still))}
    for name in ("usa-chn-8542", "kor-hkg-8542", "twn-mys-8542", "jpn-chn-8541", "hkg-chn-8542"):
        row = found[name].table.loc["2021"]
        assert row["simulated_musd"] == pytest.approx(row["published_musd"], rel=2e-3), name
    assert found["usa-chn-8542-record-of-importer"].table.loc["2021", "published_musd"] == pytest.approx(15734.2 / 12)
    assert not any(one.table["used_for_fitting"].any() for one in found.values())


def test_a_world_of_some_goods_is_not_laid_beside_figures_of_all(tmp_path: Path) -> None:
    """It has states of the shipped series, and once was 100 % off all of them."""
    path = tmp_path / "still.yaml"
    text = STILL.format(world="grain").replace("2021-12", "2021-02")
    path.write_text(text, encoding="utf-8")
    assert customs_series(run_pair(sim.load(path, posterior="none").run())) == []
    assert load_world("reference").covers_all_trade
    assert not load_world("grain").covers_all_trade


def test_faults_of_published_figures_are_told_with_their_place(tmp_path: Path) -> None:
    shutil.copytree(CHIPS, tmp_path / "world")
    table = tmp_path / "world" / "published.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace(",CHN,", ",CHM,", 1)
    lines[3] = lines[3].replace(",2023,", ",2023-13,", 1)
    lines[6] = lines[6].replace(",circuits,", ",diodes,", 1)
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(FaultList) as caught:
        load_world(tmp_path / "world")
    said = str(caught.value)
    assert "published.csv:3" in said and "CHM" in said
    assert "published.csv:4" in said and "2023-13" in said
    assert "published.csv:7" in said and "read 'diodes', but line 6 of series" in said
