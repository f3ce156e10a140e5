"""`sim run`, `diff`, `explain` and `mechanism` with a posterior, what they say of it, and `sim calibrate`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pandas as pd
import pytest

from sim.analysis.explain import explain
from sim.analysis.mechanism_test import show_mechanism
from sim.simulation.intervals import FILE, KEYS
from sim.simulation.results import Results
from sim.simulation.simulation import load
from tests.posteriors import write_posterior

Sim = Callable[[str], Any]
COLUMNS = {
    "parameters.aversion": [2.2, 1.0, 3.0, 2.5],
    "parameters.expectation_speed": [0.4, 0.3, 0.7, 0.6],
    "policies.ban-half.strength": [0.55, 0.4, 0.6, 0.9],
}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return write_posterior(tmp_path / "mine", COLUMNS)


def run_of(out: Path) -> Path:
    (found,) = (path for path in out.iterdir() if (path / FILE).is_file() or (path / "figures").is_dir())
    return found


def test_a_run_carries_bands(sim: Sim, tmp_path: Path, mine: Path) -> None:
    said = sim("run classroom --posterior mine --draws 3 --out there")
    assert said.status == 0, said.err
    assert said.out.startswith("parameters: 3 values from 3 draws of posterior 'classroom'")
    assert "billion USD; median [lowest, highest] of 3 draws" in said.out and "5 %" not in said.out
    run = run_of(tmp_path / "there")
    record = Results.open(run).record
    assert (record["posterior"]["draw"], record["bands"]["draws"], record["bands"]["numbers"]) == (0, 3, [0, 1, 2])
    bands = pd.read_csv(run / FILE, keep_default_na=False)
    assert list(bands.columns) == [*KEYS, "low", "median", "high"]
    assert set(bands["period"].str.len()) == {len("2022"), len("2022-01"), 0}, "0: who replaced whom, one stretch"
    behind = pd.read_csv(run / "figures" / "flows_by_route.csv")
    assert {"value_musd_low", "value_musd_high"} <= set(behind.columns)
    assert behind["value_musd"].between(behind["value_musd_low"], behind["value_musd_high"]).all()
    assert (behind["value_musd_low"] < behind["value_musd_high"]).any()


def test_pictures_drawn_again_carry_the_same_bands(sim: Sim, tmp_path: Path, mine: Path) -> None:
    assert sim("run classroom --posterior mine --draws 2 --out there").status == 0
    run = run_of(tmp_path / "there")
    tables = {path.name: path.read_bytes() for path in (run / "figures").glob("*.csv")}
    assert sim(f"plot {run}").status == 0
    assert {path.name: path.read_bytes() for path in (run / "figures").glob("*.csv")} == tables
    (run / FILE).unlink()
    said = sim(f"plot {run}")
    assert said.status == 2
    assert "run the scenario again" in said.err


def test_a_mirror_gap_carries_bands(sim: Sim, tmp_path: Path, mine: Path) -> None:
    assert sim("run classroom --posterior mine --draws 0 --out there").status == 0
    run = run_of(tmp_path / "there")
    said = sim(f"mirror-gap {run} ALPHA GAMMA --draws 4 --posterior mine --out m")
    assert said.status == 0, said.err
    table = pd.read_csv(tmp_path / "m" / "mirror_ALPHA_GAMMA.csv")
    for column in ("true_musd", "recorded_musd", "gap_musd"):
        assert (table[f"{column}_low"] <= table[f"{column}_high"]).all()
    assert (table["true_musd_low"] < table["true_musd_high"]).any()
    without = sim(f"mirror-gap {run} ALPHA GAMMA --out m")
    assert without.status == 2 and "has mirror_ALPHA_GAMMA.csv, mirror_ALPHA_GAMMA.png already" in without.err
    assert sim(f"mirror-gap {run} ALPHA GAMMA --out m --force").status == 0
    assert "true_musd_low" not in pd.read_csv(tmp_path / "m" / "mirror_ALPHA_GAMMA.csv")


def test_a_run_with_priors_has_no_draws_to_mirror(sim: Sim, tmp_path: Path, mine: Path) -> None:
    assert sim("run classroom --out there").status == 0
    said = sim(f"mirror-gap {run_of(tmp_path / 'there')} ALPHA GAMMA --draws 4 --posterior mine")
    assert said.status == 2
    assert "was run without a posterior" in said.err


def test_one_run_alone_has_bands_too(sim: Sim, tmp_path: Path, mine: Path) -> None:
    said = sim("run classroom --posterior mine --draws 2 --no-pair --out there")
    assert said.status == 0, said.err
    assert "change" not in said.out.partition("of 2 draws")[2].partition("by year")[0]
    assert (run_of(tmp_path / "there") / FILE).is_file()


def test_without_draws_the_run_is_as_before(sim: Sim, tmp_path: Path, mine: Path) -> None:
    said = sim("run classroom --posterior mine --draws 0 --out there")
    assert said.status == 0, said.err
    assert "Over " not in said.out
    run = run_of(tmp_path / "there")
    assert not (run / FILE).exists()
    assert "value_musd_low" not in pd.read_csv(run / "figures" / "flows_by_route.csv")


def test_priors_are_said_to_be_priors(sim: Sim, mine: Path) -> None:
    assert "parameters: priors; no posterior ships with world 'classroom'" in sim("run classroom --no-figures").out
    assert "parameters: priors; as asked" in sim("run classroom --posterior none --no-figures").out
    said = sim("run classroom --draws 3")
    assert said.status == 2
    assert "nothing to draw from" in said.err


def test_what_stays_out_is_said(sim: Sim, tmp_path: Path, mine: Path) -> None:
    line = "run classroom --posterior mine --draws 2 --set parameters.aversion=7 --out there"
    said = sim(line)
    assert said.status == 0, said.err
    assert "2 values from" in said.out
    assert "left out: 1 of the scenario's own (parameters.aversion)" in said.out
    record = Results.open(run_of(tmp_path / "there")).record
    assert record["posterior"]["kept"] == ["parameters.aversion"]
    assert record["parameters"]["aversion"] == 7.0


def test_a_resolved_scenario_gives_the_same_run(sim: Sim, tmp_path: Path, mine: Path) -> None:
    assert sim("run classroom --posterior mine --draws 0 --out there").status == 0
    first = run_of(tmp_path / "there")
    said = sim(f"run {first / 'scenario.yaml'} --posterior mine --out again")
    assert said.status == 0, said.err
    assert "parameters: the scenario's; posterior 'classroom'" in said.out
    again = Results.open(run_of(tmp_path / "again"))
    assert again.record["posterior"] is None
    assert again.flows.equals(Results.open(first).flows)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"world": "reference"}, "fitted on world 'reference'"), ({"world_digest": "0"}, "tables have changed")],
)
def test_doubts_about_a_posterior_are_said(sim: Sim, mine: Path, change: dict[str, str], words: str) -> None:
    record = json.loads((mine / "record.json").read_text(encoding="utf-8"))
    (mine / "record.json").write_text(json.dumps(record | change), encoding="utf-8")
    said = sim("run classroom --posterior mine --draws 0 --no-figures")
    assert said.status == 0, said.err
    assert words in said.out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--posterior nowhere", "nowhere: cannot be read"),
        ("--posterior mine --draws 9", "9 draws asked for"),
        ("--posterior mine --draws -1", "equal to 0"),
    ],
)
def test_mistakes_end_with_two_and_write_nothing(sim: Sim, tmp_path: Path, mine: Path, line: str, words: str) -> None:
    said = sim(f"run classroom {line} --out there")
    assert said.status == 2
    assert words in " ".join(said.err.split())
    assert not (tmp_path / "there").exists()


MORE = """\
extends: classroom
title: A wider ban
mechanism: {shows: A ban, clauses: [ban-half]}
expected_outcomes:
  - {what: Less comes, metric: "deliveries_volume@2022-02:2022-03", expect: falls, by: 0.99}
"""


@pytest.mark.parametrize(
    "line",
    ["compare more.yaml classroom", "explain more.yaml deliveries_volume@2022-03", "test-mechanism more.yaml"],
)
def test_whoever_runs_says_where_parameters_come_from(sim: Sim, tmp_path: Path, mine: Path, line: str) -> None:
    (tmp_path / "more.yaml").write_text(MORE, encoding="utf-8")
    shipped, none, drawn = (sim(f"{line} {which}") for which in ("", "--posterior none", "--posterior mine"))
    assert "parameters: priors; no posterior ships with world 'classroom'" in shipped.out
    assert "parameters: priors; as asked" in none.out
    assert "parameters: 3 values from the representative draw of posterior 'classroom'" in drawn.out
    said = sim(f"{line} --posterior nowhere")
    assert (said.status, "nowhere: cannot be read" in said.err) == (2, True)


def test_a_mechanism_is_shown_at_the_draw(sim: Sim, tmp_path: Path, mine: Path) -> None:
    (tmp_path / "more.yaml").write_text(MORE, encoding="utf-8")
    said = sim("test-mechanism more.yaml --posterior mine --out shown")
    assert "written at the prior centres" in said.out
    assert "written at the prior centres" not in sim("test-mechanism more.yaml").out
    case = load(tmp_path / "more.yaml", posterior="none")
    wanted = show_mechanism(case.with_posterior(posterior=mine)).table
    looks = pd.read_csv(tmp_path / "shown" / "expected_outcomes.csv")
    assert looks["with"].to_numpy() == pytest.approx(wanted["with"].to_numpy(), rel=1e-12)
    assert (wanted["with"] != show_mechanism(case).table["with"]).all()


def test_an_explanation_is_of_the_draw_and_its_file_says_so(sim: Sim, tmp_path: Path, mine: Path) -> None:
    said = sim("explain classroom deliveries_volume@2022-03 --posterior mine --exporters 10 --out why")
    assert said.status == 0, said.err
    assert "Parameters: draw 0 of posterior 'classroom' (" in (tmp_path / "why" / "explanation.md").read_text("utf-8")
    wanted = explain(load("classroom").with_posterior(posterior=mine), "deliveries_volume@2022-03", agents=None).clauses
    found = pd.read_csv(tmp_path / "why" / "clauses.csv")
    assert found["effect"].to_numpy() == pytest.approx(wanted["effect"].to_numpy(), rel=1e-12)
    before = (tmp_path / "why" / "explanation.md").read_text("utf-8")
    other = sim("explain classroom deliveries_volume@2022-03 --exporters 10 --out why")
    assert other.status == 2 and "has actors.csv, clauses.csv, explanation.md already" in other.err
    assert (tmp_path / "why" / "explanation.md").read_text("utf-8") == before
    assert sim("explain classroom deliveries_volume@2022-03 --exporters 10 --out why --force").status == 0
    assert "Parameters: the scenario's." in (tmp_path / "why" / "explanation.md").read_text("utf-8")


def test_a_difference_is_told_as_written_and_run_at_the_draw(sim: Sim, tmp_path: Path, mine: Path) -> None:
    """What the author of one scenario chose stays in it; the draw is in the other, whose file says something else."""
    wider = load("classroom").scenario.as_data()["policies"][0] | {"strength": 0.8}
    (tmp_path / "more.yaml").write_text(
        f"extends: classroom\ntitle: A wider ban\npolicies: {json.dumps([wider], default=str)}\n", encoding="utf-8"
    )
    said = sim("compare more.yaml classroom --posterior mine")
    assert said.status == 0, said.err
    assert "first, parameters: 2 values" in said.out and "second, parameters: 3 values" in said.out
    written, _, made = said.out.partition("The law they make")
    assert "0.8" in written and "0.5 " in written and "0.55" not in written
    assert "0.55" in made


def test_calibrate_takes_the_options_of_the_calibration(sim: Sim, monkeypatch: pytest.MonkeyPatch) -> None:
    # What it sets for its own process must not reach the tests that share this one.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        monkeypatch.setenv(name, str(numba.config.NUMBA_NUM_THREADS))
    said = sim("calibrate --targets nowhere.csv")
    assert said.status == 2
    assert "nowhere.csv: cannot be read" in said.err
    assert sim("calibrate --frob").status == 2
    monkeypatch.setattr("sim.ui.cli.calibrate._CHECKOUT", Path("nowhere"))
    said = sim("calibrate")
    assert said.status == 2
    assert "needs a checkout" in said.err
