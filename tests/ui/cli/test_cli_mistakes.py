"""A user's mistake: one clear message on stderr, status 2, nothing written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.common.package_data import shipped

Sim = Callable[[str], Any]
FAST = "--mode expected --exporters 1000 --months 2022-01:2022-06"
MISTAKES = {
    "run nowhere.yaml": "no file and no shipped scenario",
    "run reference --set parameters.lerning=0.5": "did you mean 'learning'?",
    "run reference --set parameters.learning": "there is no '='",
    "run reference --set parameters.learning=much": "command line: parameters.learning: read 'much', expected a number",
    "run reference --set parameters.learning=١": "read '١', expected a number",
    "run reference --set parameters.learning=1_0e-1": "expected a number",
    "run reference --seed 1 --set seed=2": "seed is set twice",
    "run reference --set parameters.learning=0.5 --set parameter:learning=0.5": "parameters.learning: is set twice",
    "run reference --set parameters.learning=nan": "expected a number",
    "run reference --months 3202-01:3202-12": "there is no month 3202-01; expected a year from 1900 to 2099",
    "sweep bank-order-strength --part ١/٢": "expected I/N, such as 3/16",
    "run reference --set lerning=0.5": "did you mean 'parameters.learning'?",
    "run reference --set policies.bank-order.strength=2": "command line: policies.bank-order.strength: read 2",
    "run reference --set parameters.learning=7": "command line: parameters.learning",
    "run reference --months 2022": "expected FIRST:LAST",
    "run reference --months 2022-05:2022-01": "comes before the first",
    "run reference --months 2022-13:2023-01": "no month 2022-13",
    "run reference --exporters 0": "at least 1",
    "run reference --exporters 5 --mode sampled": "cannot cover",
    "run reference --seed -1": "at least 0",
    "check": "name at least one",
    "check nowhere.yaml refrence": "2 faults",
    "plot .": "not the folder of a run",
    "mirror-gap . A B": "not the folder of a run",
    "list instruments export_bann": "did you mean 'export_ban'?",
    "world show nowhere": "no such world",
    "world build nothing-here out": "nothing-here",
    "world import nothing.csv --mapping none.yaml --out out": "none.yaml: cannot be read",
    "compare reference nowhere.yaml": "no file and no shipped scenario",
    "test-mechanism null": "names no mechanism to switch off",
    "test-mechanism nowhere.yaml": "no file and no shipped scenario",
    "test-mechanism whack-a-mole --set parameters.lerning=0.5": "did you mean 'learning'?",
    "compare nowhere.yaml reference": "no file and no shipped scenario",
    "explain reference deliveries_volume[drone]@2023-09": "did you mean 'drones'?",
    "explain reference deliveries_volume[from_CHM]@2023-09": "did you mean 'from_CHN'?",
    "explain reference --route KZG --month 2023-09": "did you mean 'KGZ'?",
    "explain reference deliveries_volume@2025-01": "not within the months that are run",
    "explain reference deliveries_volume --permutations 0": "expected at least 1",
    "explain reference": "expected the address of a metric, such as deliveries_volume@2022-03",
    "explain refrence deliveries_volume": "no file and no shipped scenario",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_mistake(sim: Sim, tmp_path: Path, line: str) -> None:
    said = sim(line)
    assert said.status == 2
    assert MISTAKES[line] in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_check_shows_place_and_caret_of_every_fault(sim: Sim, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        "extends: reference\nsead: 4\nmonths: {first: 2022-01, last: 2021-01}\n", encoding="utf-8"
    )
    said = sim("check bad.yaml")
    assert said.status == 2
    assert "bad.yaml:2:1:" in said.err
    assert "bad.yaml:3:" in said.err
    assert "^" in said.err
    assert said.err.rstrip().endswith("faults")


def test_check_of_one_good_and_one_bad_file_shows_both(sim: Sim, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("extends: reference\nsead: 4\n", encoding="utf-8")
    said = sim("check reference bad.yaml")
    assert said.status == 2
    assert "reference: ok" in said.out
    assert "1 fault" in said.err


def test_corrupt_world_table_is_one_message(sim: Sim, tmp_path: Path) -> None:
    shutil.copytree(shipped("scenarios/worlds/reference"), tmp_path / "world")
    table = tmp_path / "world" / "baseline.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    cells = lines[3].split(",")
    cells[3] = "-5"
    table.write_text("\n".join([*lines[:3], ",".join(cells), *lines[4:]]) + "\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("extends: reference\nworld: world\n", encoding="utf-8")
    for line in ("run mine.yaml", "check mine.yaml", "world show world"):
        said = sim(line)
        assert said.status == 2
        assert "baseline.csv:4" in said.err
        assert "Traceback" not in said.err
    assert not (tmp_path / "results").exists()


def test_results_that_are_a_file(sim: Sim, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x", encoding="utf-8")
    said = sim(f"run reference {FAST} --out taken")
    assert said.status == 2
    assert "cannot write results to taken" in said.err
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "x"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_folder_that_may_not_be_written(sim: Sim, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    said = sim(f"run reference {FAST} --out locked/results")
    assert said.status == 2
    assert "cannot write results" in said.err


def test_fault_while_drawing_leaves_no_half_run(sim: Sim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.report.plots.save_all", full)
    said = sim(f"run reference {FAST}")
    assert said.status == 2
    assert "No space left on device" in said.err
    assert all((path / "record.json").is_file() for path in (tmp_path / "results").iterdir())
    assert not list((tmp_path / "results").glob("*/figures"))


def test_world_build_replaces_all_or_nothing(sim: Sim, tmp_path: Path) -> None:
    shutil.copytree(shipped("calibration/figures"), tmp_path / "facts")
    assert sim("world build facts world").status == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "world").iterdir()}
    (tmp_path / "facts" / "state_facts.csv").write_text("nonsense\n", encoding="utf-8")
    said = sim("world build facts world")
    assert said.status == 2
    assert "state_facts.csv" in said.err
    assert {path.name: path.read_bytes() for path in (tmp_path / "world").iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts", "world"]


@pytest.mark.parametrize(
    ("field", "said"),
    [("exporters", "cannot cover 25 firm types"), ("intermediaries", "0 intermediaries cannot serve 1 hub;")],
)
def test_too_few_agents_are_a_fault_of_the_check(sim: Sim, tmp_path: Path, field: str, said: str) -> None:
    agents = {"exporters": 100, "intermediaries": 60, field: 0 if field == "intermediaries" else 24}
    changed = f"agents: {{exporters: {agents['exporters']}, intermediaries: {agents['intermediaries']}}}\n"
    (tmp_path / "few.yaml").write_text(f"extends: red-line\ntitle: Few\n{changed}", encoding="utf-8")
    study = "title: T\nquestion: Q\nbase: few.yaml\nlevers: {policies.embargo.strength: [0.2, 0.6]}\n"
    (tmp_path / "study.yaml").write_text(f"{study}metrics: [deliveries_volume]\n", encoding="utf-8")
    for command in ("check few.yaml", "sweep study.yaml --check"):
        told = sim(command)
        assert told.status == 2 and f"agents.{field}: " in told.err and said in told.err and "ok" not in told.out
