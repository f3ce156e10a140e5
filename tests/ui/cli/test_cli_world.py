"""`sim world new`, `show`, `build` and `sensitivity` as a user types them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.common.package_data import shipped
from sim.world.schema import STATUSES
from tests.posteriors import write_posterior

Sim = Callable[[str], Any]


@pytest.mark.parametrize("name", ["reference", "classroom", "grain"])
def test_a_world_is_shown_without_a_nan(sim: Sim, name: str) -> None:
    said = sim(f"world show {name}")
    assert said.status == 0, said.err
    assert "Share of each good's value by how it is known" in said.out
    assert "nan" not in said.out.lower()


def test_pictures_of_a_world_come_with_their_data(sim: Sim, tmp_path: Path) -> None:
    assert sim("world show reference --out there").status == 0
    pairs = pd.read_csv(tmp_path / "there" / "world_pairs.csv", keep_default_na=False)
    assert set(pairs["status"]) == set(STATUSES) and len(pairs) == 26 * 25
    goods = pd.read_csv(tmp_path / "there" / "world_goods.csv")
    assert (goods[list(STATUSES)].sum(axis=1).round(9) == 1).all()
    for name in ("world_pairs.png", "world_goods.png"):
        assert (tmp_path / "there" / name).stat().st_size > 10_000
    (tmp_path / "there" / "world_pairs.csv").write_text("mine", encoding="utf-8")
    again = sim("world show reference --out there")
    assert again.status == 2 and "--force" in again.err


def test_a_world_without_totals_by_pair_is_drawn_too(sim: Sim, tmp_path: Path) -> None:
    assert sim("world show classroom --out there").status == 0
    pairs = pd.read_csv(tmp_path / "there" / "world_pairs.csv")
    assert set(pairs["status"]) == {"imputed"}


def test_sensitivity_is_told_and_written(sim: Sim, tmp_path: Path) -> None:
    said = sim("world sensitivity classroom --draws 2 -m shortfall -m hub_share --out there")
    assert said.status == 0, said.err
    assert "share of its variance by what is drawn" in " ".join(said.out.split())
    table = pd.read_csv(tmp_path / "there" / "world_sensitivity.csv")
    assert list(table["metric"]) and {*STATUSES, "re-exports"} <= set(table)


def test_sensitivity_runs_at_the_posterior_that_is_asked_for(sim: Sim, tmp_path: Path) -> None:
    write_posterior(tmp_path / "mine", {"parameters.aversion": [6.0, 2.0]})
    said = sim("world sensitivity classroom --draws 2 -m shortfall --posterior mine")
    assert said.status == 0, said.err
    assert "1 values from the representative draw of posterior 'classroom'" in said.out


def test_faulty_facts_end_in_faults_and_nothing_written(sim: Sim, tmp_path: Path) -> None:
    shutil.copytree(shipped("calibration/figures"), tmp_path / "mine")
    for name, old, new in (
        ("state_facts.csv", "\nMYS,Malaysia,third,0", "\nMYS,Malaysia,third,1"),
        ("hub_onward_2021.csv", "\nHKG,TUR,", "\nHKG,TRU,"),
        ("world_build.yaml", "rest: ROW", "rest: RWO"),
    ):
        path = tmp_path / "mine" / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    said = sim("world build mine out")
    assert said.status == 2 and not (tmp_path / "out").exists()
    for told in ("state_facts.csv:", "no row for hub 'MYS'", "did you mean 'TUR'?", "did you mean 'ROW'?", "3 faults"):
        assert told in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("how", ["on", "off"])
def test_bands_with_and_without_the_errors_of_the_world(sim: Sim, tmp_path: Path, how: str) -> None:
    write_posterior(tmp_path / "mine", {"parameters.aversion": [6.0, 6.0, 6.0]})
    assert sim(f"run classroom --posterior mine --draws 3 --world-errors {how} --out there").status == 0
    (bands,) = (tmp_path / "there").glob("*/bands.csv")
    table = pd.read_csv(bands)
    assert (table["low"] < table["high"]).any() == (how == "on")


def test_a_new_world_checks_clean_and_runs_at_once(sim: Sim, tmp_path: Path) -> None:
    said = sim("world new mine")
    assert (said.status, said.err) == (0, "")
    checked = sim("check mine/scenario.yaml")
    assert checked.status == 0 and "1 clause" in checked.out and "warning" not in checked.out
    ran = sim("run mine/scenario.yaml --no-figures")
    assert ran.status == 0 and "warning" not in ran.out
    change = next(line for line in ran.out.splitlines() if line.startswith("│ 2022"))
    assert "-" in change, "the ban does something"
    assert sim("world show mine").status == 0
    # What is commented out is sound, too.
    file = tmp_path / "mine" / "scenario.yaml"
    lines = [line.replace("  # ", "  ", 1) if line.startswith("  # - ") or line.startswith("  #   ") else line
             for line in file.read_text(encoding="utf-8").splitlines()]  # fmt: skip
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    again = sim("check mine/scenario.yaml")
    assert again.status == 0 and "3 clauses" in again.out and "warning" not in again.out


def test_a_new_world_has_the_names_of_real_states_and_ones_own(sim: Sim, tmp_path: Path) -> None:
    said = sim(
        "world new mine --target CHN --coalition USA,JPN --hubs HKG --others '' --goods machine_tools=Lathes,toys"
    )
    assert said.status == 0, said.err
    states = pd.read_csv(tmp_path / "mine" / "states.csv", index_col="code")
    assert states.loc["JPN", ["name", "latitude"]].tolist() == ["Japan", 35.68]
    assert list(states.index) == ["CHN", "USA", "JPN", "HKG"]
    assert pd.read_csv(tmp_path / "mine" / "goods.csv")["name"].tolist() == ["Lathes", "Toys"]
    ran = sim("run mine/scenario.yaml --no-figures --no-pair --months 2021-01:2021-03")
    assert ran.status == 0 and "China" in ran.out, ran.err


def test_a_new_world_needs_no_hub(sim: Sim) -> None:
    assert sim("world new mine --hubs ''").status == 0
    assert sim("check mine/scenario.yaml").status == 0


def test_what_is_wrong_with_a_new_world_is_told_at_once(sim: Sim, tmp_path: Path) -> None:
    said = sim(
        "world new mine --target CHN --hubs HKG,CHN,CHN --coalition us --goods 'chips,Chips A,chips,all' --base-year 21"
    )
    assert said.status == 2
    for part in (
        "--base-year: '21' is no year", "--coalition: read 'us', expected two to twelve capital letters",
        "--hubs: 'CHN' stands in --target already", "--goods: 'chips' stands there twice", "--goods: read 'Chips A'",
        "--goods: 'all' means something else",
    ):  # fmt: skip
        assert part in said.err
    assert not (tmp_path / "mine").exists()
    assert "names no state" in sim("world new mine --coalition ''").err


def test_a_new_world_replaces_nothing_unasked(sim: Sim, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "goods.csv").write_text("mine", encoding="utf-8")
    said = sim("world new mine")
    assert said.status == 2 and "--force" in said.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["goods.csv"]
    assert sim("world new mine --force").status == 0
