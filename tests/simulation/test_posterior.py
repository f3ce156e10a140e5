"""Draws of a posterior: where they are put, what stays out, and what is wrong with a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.simulation.posterior import REPRESENTATIVE, load_posterior, shipped_posterior
from sim.simulation.simulation import Case
from tests.posteriors import write_posterior

DRIVEN = """\
extends: classroom
drivers:
  - {id: war, what: war_need, destination: GAMMA, path: {2022-01: 2, 2022-03: 4}, source: made up}
"""
COLUMNS = {
    "parameters.aversion": [2.5, 1.5, 3.0],
    "parameters.expectation_speed": [0.4, 0.6, 0.5],
    "policies.ban-half.strength": [0.5, 0.3, 0.7],
    "drivers.war.size": [1.5, 0.5, 1.0],
}


@pytest.fixture
def driven(tmp_path: Path) -> Path:
    path = tmp_path / "driven.yaml"
    path.write_text(DRIVEN, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, driven: Path) -> Path:
    return write_posterior(tmp_path / "posterior", COLUMNS, driven)


def same_bits(one: Case, other: Case) -> bool:
    a, b = (case.run().source.record for case in (one, other))
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in a.names())


# ------------------------------------------------------------------------------------------------- what a draw does
def test_values_stand_where_they_belong(driven: Path, folder: Path) -> None:
    case = sim.load(driven, posterior="none").with_posterior(1, folder)
    assert case.scenario.parameters["aversion"] == 1.5
    assert case.scenario.parameters["expectation_speed"] == 0.6
    assert next(clause.strength for clause in case.scenario.policies if clause.id == "ban-half") == 0.3
    (war,) = case.scenario.as_data()["drivers"]
    assert war["path"] == {"2022-01": pytest.approx(2**0.5), "2022-03": pytest.approx(2.0)}


def test_record_and_scenario_say_which_draw(driven: Path, folder: Path) -> None:
    posterior = load_posterior(folder)
    run = sim.load(driven, posterior="none").with_posterior(2, posterior).run()
    found = run.record["posterior"]
    assert (found["draw"], found["draws"], found["digest"]) == (2, 3, posterior.digest)
    assert found["absent"] == found["kept"] == ()
    assert f"draw 2 of posterior 'driven' ({posterior.digest[:10]})" in yaml.safe_load(run.scenario_yaml)["sources"][-1]
    assert sim.load(driven, posterior="none").run().record["posterior"] is None


def test_the_resolved_scenario_holds_the_values(driven: Path, folder: Path, tmp_path: Path) -> None:
    case = sim.load(driven, posterior="none").with_posterior(1, folder)
    (tmp_path / "resolved.yaml").write_text(case.scenario.resolved_yaml(), encoding="utf-8")
    again = sim.load(tmp_path / "resolved.yaml", posterior="none")
    assert same_bits(case, again)
    # All its numbers are its own now: another draw changes nothing.
    other = again.with_posterior(2, folder)
    assert set(other.drawn.kept) == set(COLUMNS)
    assert other.scenario.digest == again.scenario.digest


def test_a_posterior_of_what_is_there_changes_no_bit(driven: Path, tmp_path: Path) -> None:
    same = {
        "parameters.aversion": [2.0],
        "parameters.cheap_talk": [0.0],
        "policies.ban-half.strength": [0.5],
        "drivers.war.size": [1.0],
    }
    assert same_bits(
        sim.load(driven, posterior="none"),
        sim.load(driven, posterior="none").with_posterior(0, write_posterior(tmp_path / "null", same, driven)),
    )


def test_what_the_scenario_lacks_is_passed_over_and_said(folder: Path) -> None:
    case = sim.load("classroom").with_changes(without=["ban-half"]).with_posterior(1, folder)
    assert case.drawn.absent == ("policies.ban-half.strength", "drivers.war.size")
    assert case.scenario.parameters["aversion"] == 1.5


def test_what_the_author_chose_stays_and_is_said(driven: Path, folder: Path) -> None:
    case = sim.load(driven, posterior="none").with_changes(parameters={"aversion": 7.0}).with_posterior(1, folder)
    assert case.drawn.kept == ("parameters.aversion",)
    assert (case.scenario.parameters["aversion"], case.scenario.parameters["expectation_speed"]) == (7.0, 0.6)
    (folder / "record.json").unlink()
    # Without a record nobody knows what was fitted: parameters that are named are the author's.
    assert sim.load(driven, posterior="none").with_posterior(1, folder).drawn.kept == (
        "parameters.aversion",
        "parameters.expectation_speed",
    )


def test_changes_after_the_draw_win(driven: Path, folder: Path) -> None:
    case = sim.load(driven, posterior="none").with_posterior(1, folder).with_changes(parameters={"aversion": 7.0})
    assert case.scenario.parameters["aversion"] == 7.0
    assert case.drawn.draw == 1
    assert case.without_policies().drawn == case.drawn


def test_a_second_draw_is_refused(driven: Path, folder: Path) -> None:
    case = sim.load(driven, posterior="none").with_posterior(1, folder)
    with pytest.raises(sim.SimError, match="has draw 1 already"):
        case.with_posterior(2, folder)


def test_a_run_on_disk_can_take_another_draw(driven: Path, folder: Path, tmp_path: Path) -> None:
    posterior = load_posterior(folder)
    base = sim.load(driven, posterior="none").with_changes(parameters={"aversion": 7.0})
    one, other = (base.with_posterior(draw, posterior) for draw in (1, 2))
    saved = one.run().save(tmp_path / "runs")
    record = json.loads((saved / "record.json").read_text(encoding="utf-8"))["posterior"]
    again = posterior.replace_draw(sim.load(saved / "scenario.yaml", posterior="none").scenario, record, 2).as_data()
    assert {**again, "sources": []} == {**other.scenario.as_data(), "sources": []}
    with pytest.raises(sim.SimError, match="which is not that of"):
        posterior.replace_draw(one.scenario, {**record, "digest": "0" * 64}, 2)
    (folder / "record.json").unlink()
    with pytest.raises(sim.SimError, match="which paths the sizes"):
        load_posterior(folder).replace_draw(one.scenario, record, 2)


@given(st.floats(0.0, 20.0), st.floats(0.0, 1.0), st.floats(0.0, 3.0))
def test_put_and_said_are_inverse(aversion: float, strength: float, swing: float) -> None:
    case = sim.load("classroom")
    values = {"parameters.aversion": aversion, "policies.ban-half.strength": strength, "drivers.no.size": swing}
    found = case.with_values(values).settings()
    assert (found["parameters.aversion"], found["policies.ban-half.strength"]) == (aversion, strength)
    before = case.settings()
    assert {c for c in found if found[c] != before.get(c)} <= {"parameters.aversion", "policies.ban-half.strength"}


def test_the_representative_draw_is_the_first(driven: Path, folder: Path) -> None:
    posterior = load_posterior(folder)
    assert sim.load(driven, posterior="none").with_posterior(posterior=posterior).drawn.draw == REPRESENTATIVE == 0
    assert posterior.values() == {column: values[0] for column, values in COLUMNS.items()}


@given(st.integers(1, 300), st.data())
def test_spread_draws_are_distinct_and_start_with_the_representative(count: int, data: st.DataObject) -> None:
    posterior = load_posterior_of(count)
    wanted = data.draw(st.integers(1, count))
    chosen = posterior.spread(wanted)
    assert len(set(chosen)) == wanted
    assert chosen[0] == REPRESENTATIVE
    assert max(chosen) < count
    with pytest.raises(sim.SimError, match="draws asked for"):
        posterior.spread(count + 1)


def load_posterior_of(count: int) -> sim.Posterior:
    return sim.Posterior("toy", Path("toy"), "", ("parameters.aversion",), np.zeros((count, 1)), {})


# ----------------------------------------------------------------------------------------------------- bad files
def test_every_fault_of_a_file_is_told_at_once(folder: Path) -> None:
    (folder / "draws.csv").write_text(
        "parameters.aversoin,loyalty,place:x,strength:,parameters.markup,parameters.markup,drivers.war.size,hub_effects.HUB\n"
        "1,1,1,1,nan,0.1,-1,9\n1,1\n",
        encoding="utf-8",
    )
    with pytest.raises(sim.FaultList) as caught:
        load_posterior(folder)
    said = str(caught.value)
    for words in (
        "1:1: unknown parameter 'aversoin'; did you mean 'aversion'?",
        "1:21: there is no parameter 'loyalty' any more: firms enter and leave the target's market by market_entry",
        "1:29: 'place:x' is no input; expected parameters.NAME",
        "1:37: 'strength:' is no input",
        "column 'parameters.markup' stands twice",
    ):
        assert words in said
    (folder / "draws.csv").write_text(
        "parameters.aversion,parameters.markup,drivers.war.size,hub_effects.HUB\n1,nan,-1,9\n21,0.1,1\n",
        encoding="utf-8",
    )
    with pytest.raises(sim.FaultList) as caught:
        load_posterior(folder)
    said = str(caught.value)
    for words in (
        "2:3: parameters.markup: read 'nan'",
        "2:7: drivers.war.size",
        "2:10: hub_effects.HUB",
        "3: has 3 cells",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no header"),
        ("parameters.aversion\n", "has no draws"),
        ("parameters.aversion\n21\n", "2:1: parameters.aversion: read 21, expected 0 to 20"),
        ("parameters.aversion\ninf\n", "finite"),
        ("parameters.aversion\n١\n", "2:1: parameters.aversion: read '١', expected a plain finite number"),
        ("drivers.war.size\n1e308\n", "2:1: drivers.war.size: read 1e308, expected 0 to 50"),
        ("parameters.aversion\n\n", "has no draws"),
    ],
)
def test_single_faults(folder: Path, text: str, words: str) -> None:
    (folder / "draws.csv").write_text(text, encoding="utf-8")
    with pytest.raises(sim.FaultList) as caught:
        load_posterior(folder)
    assert words in str(caught.value)


def test_a_value_that_the_clause_does_not_take_is_the_files_fault(folder: Path, driven: Path) -> None:
    text = (folder / "draws.csv").read_text(encoding="utf-8").replace("0.3", "1.3")
    (folder / "draws.csv").write_text(text, encoding="utf-8")
    with pytest.raises(sim.FaultList) as caught:
        sim.load(driven, posterior="none").with_posterior(1, folder)
    assert "draws.csv:3" in str(caught.value)
    assert "1.3" in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"said": 3}', "\xff"])
def test_a_record_that_cannot_be_read_is_a_fault(folder: Path, text: str) -> None:
    (folder / "record.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(sim.FaultList, match=r"record\.json"):
        load_posterior(folder)


def test_what_is_not_there_is_said(tmp_path: Path, driven: Path, folder: Path) -> None:
    with pytest.raises(sim.FaultList, match="cannot be read"):
        load_posterior(tmp_path / "nowhere")
    with pytest.raises(sim.SimError, match="no posterior ships with world 'classroom'"):
        sim.load("classroom").with_posterior()
    with pytest.raises(sim.SimError, match="no draw 3"):
        sim.load(driven, posterior="none").with_posterior(3, folder)


def test_the_shipped_posterior_is_that_of_its_world(
    tmp_path: Path, driven: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.simulation.posterior.shipped", lambda relative: folder)
    assert shipped_posterior("classroom") == folder
    assert shipped_posterior("reference") is None
    assert sim.load(driven, posterior="none").with_posterior().drawn.draw == REPRESENTATIVE
    assert json.loads((folder / "record.json").read_text(encoding="utf-8"))["world"] == "classroom"
