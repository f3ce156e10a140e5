"""Sweeps from Python: a file, a name or a mapping in, runs out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import study_toys

import sim
from sim.experiments.sweep_api import study_of
from tests.posteriors import write_posterior

SMALL = {
    "base": "classroom",
    "levers": {"policies.ban-half.strength": [0.25, 0.75]},
    "metrics": ["shortfall", "deliveries_volume"],
}


def steady(carried: float, entry: float) -> float:
    return carried


@pytest.fixture(scope="module")
def swept() -> sim.Swept:
    return sim.sweep(SMALL)


def test_what_a_sweep_is_made_of(swept: sim.Swept) -> None:
    assert swept.folder is None and swept.made == len(swept.runs) == 3
    assert swept.inputs == ["policies.ban-half.strength"]
    assert len(swept.points) == 2 and (swept.points["point"] >= 0).all()
    table = swept.summary()
    assert table.index.name == "policies.ban-half.strength" and list(table.columns) == SMALL["metrics"]
    differences = swept.comparisons.set_index(["policies.ban-half.strength", "metric"])["difference"]
    for value in (0.25, 0.75):
        for metric in SMALL["metrics"]:
            assert table.loc[value, metric] == differences[value, metric]
    # The same as the runs made by hand.
    case = sim.load("classroom").with_changes(
        policies=[{**sim.load("classroom").scenario.as_data()["policies"][0], "strength": 0.75}]
    )
    pair = sim.compare(case)
    last = [run.to_target()["volume_musd"].sum() / 3 for run in (pair.policy, pair.baseline)]
    assert swept.points["deliveries_volume"].iloc[1] == pytest.approx(last[0])


def test_a_file_a_mapping_and_two_workers_give_the_same(swept: sim.Swept, tmp_path: Path) -> None:
    written = tmp_path / "small.yaml"
    written.write_text(
        "title: t\nquestion: q\nbase: classroom\nlevers:\n  policies.ban-half.strength: [0.25, 0.75]\n"
        "metrics: [shortfall, deliveries_volume]\n"
    )
    for again in (sim.sweep(written), sim.sweep(SMALL, workers=2), sim.sweep(sim.load_study(written))):
        assert again.runs.equals(swept.runs)


def test_the_base_may_be_a_case(swept: sim.Swept) -> None:
    case = sim.load("classroom").with_rules(payment_workaround=steady)
    assert sim.sweep({**SMALL, "base": sim.load("classroom")}).runs.equals(swept.runs)
    assert "deliveries_volume" in sim.sweep({**SMALL, "base": case}).runs
    with pytest.raises(sim.SimError, match="the base is a case"):
        sim.sweep({**SMALL, "base": case, "months": {"first": "2022-01", "last": "2022-02"}})


def test_numbers_of_numpy_and_tuples_are_read() -> None:
    study = study_of(
        {
            **SMALL,
            "levers": {"policies.ban-half.strength": np.linspace(0.25, 0.75, 3)},
            "metrics": ("deliveries_volume",),
        }
    )
    assert study.levers[0].values == (0.25, 0.5, 0.75)
    assert study.file.title == "Sweep of policies.ban-half.strength"


def test_runs_kept_in_a_folder_are_not_made_again(tmp_path: Path) -> None:
    first = sim.sweep(SMALL, folder=tmp_path / "kept")
    assert first.folder == tmp_path / "kept" and first.made == 3
    assert sim.sweep(SMALL, folder=tmp_path / "kept").made == 0
    more = {**SMALL, "levers": {"policies.ban-half.strength": [0.25, 0.5, 0.75]}}
    assert sim.sweep(more, folder=tmp_path / "kept").made == 1
    assert len(sim.read_runs(tmp_path / "kept").runs) == 4


def test_shipped_names_and_progress() -> None:
    calls: list[tuple[int, int]] = []
    study = study_toys.toy()
    swept = sim.sweep(study, progress=lambda done, count: calls.append((done, count)))
    assert calls[-1] == (len(swept.plan), len(swept.plan))
    assert "whack-a-mole-budget" in sim.shipped_studies()


def test_mistakes_are_told_at_once() -> None:
    with pytest.raises(sim.FaultList) as raised:
        sim.sweep({**SMALL, "metrics": ["shortfal"], "levers": {"ban-hlf.strength": [0.1, 0.2]}})
    assert len(raised.value.faults) == 2 and "did you mean 'shortfall'" in str(raised.value)
    with pytest.raises(sim.FaultList, match="no shipped study 'whack'"):
        sim.sweep("whack")
    with pytest.raises(sim.SimError, match="0 workers"):
        sim.sweep(SMALL, workers=0)


def test_workers_are_not_started_for_what_they_cannot_import(tmp_path: Path) -> None:
    def local(carried: float, entry: float) -> float:
        return carried

    case = sim.load("classroom").with_rules(payment_workaround=local)
    posterior = sim.load_posterior(write_posterior(tmp_path, {"parameters.aversion": [4.0, 5.0]}))
    for ask in (
        lambda: sim.sweep({**SMALL, "base": case}, workers=2),
        lambda: sim.ensemble(case, 2, posterior, workers=2),
    ):
        with pytest.raises(sim.SimError, match="worker processes cannot import: put it into a file"):
            ask()
