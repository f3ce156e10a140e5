"""sim sweep: check, plan, run, be stopped and killed, go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.common.package_data import shipped
from tests.experiments.study_toys import HEAD

ROOT = Path(__file__).resolve().parents[3]
Sim = Callable[[str], Any]
STUDY = (
    HEAD
    + """\
levers:
  policies.embargo.strength: {low: 0.2, high: 0.9}
design: {latin_hypercube: POINTS}
metrics: [deliveries_volume, shortfall, "deliveries_volume[direct]"]
"""
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "toy.yaml"
    path.write_text(STUDY.replace("POINTS", "6"), encoding="utf-8")
    return path


def test_check_says_what_a_study_is(sim: Sim, study: Path, tmp_path: Path) -> None:
    said = sim("sweep toy.yaml --check")
    assert said.status == 0
    assert "policies.embargo.strength: 0.2 to 0.9 (base 0.95)" in said.out
    assert "6 points (6 packages, 1 world), 1 replicate: 7 runs" in said.out
    assert [path.name for path in tmp_path.iterdir()] == ["toy.yaml"]


def test_dry_run_tells_runs_and_time_and_writes_nothing(sim: Sim, study: Path, tmp_path: Path) -> None:
    said = sim("sweep toy.yaml --dry-run --workers 2")
    assert said.status == 0
    assert "0 of 7 runs are there already, 7 to be made" in said.out
    assert "on 2 workers, at " in said.out
    assert [path.name for path in tmp_path.iterdir()] == ["toy.yaml"]


def test_it_runs_grows_and_makes_nothing_twice(sim: Sim, study: Path, tmp_path: Path) -> None:
    said = sim("sweep toy.yaml --workers 1")
    assert said.status == 0, said.err
    folder = tmp_path / "results" / "studies" / "toy"
    assert "7 of 7 runs are in results/studies/toy" in said.out
    assert "deliveries_volume[direct]" in said.out  # brackets are no markup
    assert "difference" in said.out
    assert json.loads((folder / "study.json").read_text())["runs"] == 7
    before = (folder / "runs.parquet").read_bytes()
    assert "7 of 7 runs are there already, 0 to be made" in sim("sweep toy.yaml").out
    assert (folder / "runs.parquet").read_bytes() == before
    study.write_text(STUDY.replace("POINTS", "12"), encoding="utf-8")
    said = sim("sweep toy.yaml")
    assert said.status == 2
    assert "add --expand" in said.err
    said = sim("sweep toy.yaml --expand --workers 1")
    assert "7 of 13 runs are there already, 6 to be made" in said.out
    assert said.status == 0


def test_the_schema_that_ships_is_the_schema(sim: Sim) -> None:
    """Editors read scenarios/study.schema.json: make it anew with `sim sweep --schema`."""
    made = json.loads(sim("sweep --schema").out)
    assert made["properties"]["levers"]
    assert json.loads(shipped("scenarios/study.schema.json").read_text(encoding="utf-8")) == made


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("sweep", "name a study file"),
        ("sweep nowhere.yaml", "no file and no shipped study"),
        ("sweep toy.yaml --part 5/3", "expected I/N"),
        (
            "sweep toy.yaml --target-error 0.1 --metric hubs",
            "the study has deliveries_volume, shortfall",
        ),
        ("sweep toy.yaml --out toy.yaml", "toy.yaml"),
        ("sweep toy.yaml --out .", "no folder of a study"),
    ],
)
def test_a_mistake_gets_one_message(sim: Sim, study: Path, tmp_path: Path, line: str, message: str) -> None:
    said = sim(line)
    assert said.status == 2
    assert message in said.err
    assert "Traceback" not in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["toy.yaml"]


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_or_killed_it_goes_on(sim: Sim, tmp_path: Path, blow: signal.Signals) -> None:
    (tmp_path / "toy.yaml").write_text(STUDY.replace("POINTS", "32768"), encoding="utf-8")
    line = [sys.executable, "-m", "sim", "sweep", "toy.yaml", "--workers", "1", "--out", "toy"]
    ours = {**os.environ, "PYTHONPATH": str(ROOT)}
    # A shell starts what it puts into the background with SIGINT ignored, and children inherit that.
    process = subprocess.Popen(
        line, cwd=tmp_path, env=ours, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    # Files in work are hidden.
    while process.poll() is None and not list((tmp_path / "toy" / "parts").glob("[!.]*.parquet")):
        time.sleep(0.05)
    process.send_signal(blow)
    out, err = process.communicate(timeout=60)
    assert process.returncode == (130 if blow != signal.SIGKILL else -9)
    assert "Traceback" not in err
    assert ("the same command goes on" in out) == (blow != signal.SIGKILL)
    said = sim("sweep toy.yaml --out toy --dry-run")
    kept = int(said.out.partition(" of 32,769 runs are there already")[0].rpartition("\n")[2].replace(",", ""))
    assert 0 < kept < 32769
