"""`sim list instruments`, `scenarios`, `check`, `world`: what they tell."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.common.package_data import shipped
from sim.policies import INSTRUMENTS
from sim.report.catalogue import example_of, own_fields
from sim.scenario import load_scenario, parse_scenario, shipped_scenarios
from tests.posteriors import write_posterior

ROOT = Path(__file__).resolve().parents[3]
Sim = Callable[[str], Any]


def test_policies_lists_every_instrument(sim: Sim) -> None:
    said = sim("list instruments")
    assert said.status == 0
    for kind in INSTRUMENTS:
        assert kind in said.out


@pytest.mark.parametrize("kind", INSTRUMENTS)
def test_policy_shows_every_field(sim: Sim, kind: str) -> None:
    said = sim(f"list instruments {kind}")
    assert said.status == 0
    shown = {line.split()[0] for line in said.out.splitlines() if line.strip()}
    instrument = INSTRUMENTS[kind]
    assert set(instrument.model_fields) - {"kind"} - (set() if instrument.by_good else {"goods"}) <= shown


@pytest.mark.parametrize("kind", INSTRUMENTS)
@pytest.mark.parametrize("used", [True, False], ids=["of-the-scenario", "made-up"])
def test_example_loads(kind: str, used: bool) -> None:
    package = load_scenario("reference" if used else "null")
    bare = "title: t\nquestion: q\nsources: [s]\nmonths: {first: 2021-01, last: 2024-12}\n"
    (clause,) = parse_scenario(bare + example_of(kind, package)).policies
    assert clause.kind == kind


def test_the_page_on_instruments_is_current(sim: Sim) -> None:
    """Make it anew with `sim list instruments --page > docs/instruments.md`."""
    said = sim("list instruments --page")
    assert said.status == 0
    assert said.out == (ROOT / "docs" / "instruments.md").read_text(encoding="utf-8")


def test_the_page_on_instruments_tells_every_field_and_its_examples_load(sim: Sim) -> None:
    page = sim("list instruments --page").out
    bare = "title: t\nquestion: q\nsources: [s]\nmonths: {first: 2021-01, last: 2026-12}\n"
    told = re.split(r"^### (\w+)$", page, flags=re.MULTILINE)
    assert told[1::2] == list(INSTRUMENTS)
    for kind, text in zip(told[1::2], told[2::2], strict=True):
        (example,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
        assert parse_scenario(bare + example).policies[0].kind == kind
        for name in own_fields(INSTRUMENTS[kind]):
            assert f"| `{name}` |" in text, (kind, name)


def test_scenarios_lists_all_with_their_titles(sim: Sim) -> None:
    said = sim("list scenarios")
    assert said.status == 0
    for name in shipped_scenarios():
        assert load_scenario(name).title in said.out


def test_check_shows_clauses_in_order_of_date(sim: Sim) -> None:
    said = sim("check reference")
    assert said.status == 0
    package = load_scenario("reference")
    places = [said.out.index(f"\n{clause.id} ") for clause in sorted(package.policies, key=lambda one: one.effective)]
    assert len(places) == len(package.policies)
    dates = [clause.effective for clause in sorted(package.policies, key=lambda one: said.out.index(f"\n{one.id} "))]
    assert dates == sorted(dates)


def test_the_shipped_schema_is_current(sim: Sim) -> None:
    """Editors read scenarios/scenario.schema.json: make it anew with `sim check --schema`."""
    shipped_schema = shipped("scenarios/scenario.schema.json").read_text(encoding="utf-8")
    assert json.loads(sim("check --schema").out) == json.loads(shipped_schema)


def test_schema_is_json(sim: Sim) -> None:
    said = sim("check --schema")
    assert said.status == 0
    assert json.loads(said.out)["properties"]["policies"]


def test_world_show_tells_what_was_observed(sim: Sim) -> None:
    said = sim("world show")
    assert said.status == 0
    assert "observed" in said.out
    assert "published exports" in said.out


def test_world_build_gives_the_shipped_world(sim: Sim) -> None:
    said = sim(f"world build {shipped('calibration/figures')} built")
    assert said.status == 0
    for path in said.out.split():
        name = path.rpartition("/")[2]
        with open(path, "rb") as ours, shipped(f"scenarios/worlds/reference/{name}").open("rb") as theirs:
            assert ours.read() == theirs.read(), name


@pytest.mark.parametrize("command", ["check before.yaml", "run before.yaml --no-figures --posterior none"])
def test_a_run_before_its_world_is_warned_of_and_goes_on(sim: Sim, tmp_path: Path, command: str) -> None:
    (tmp_path / "before.yaml").write_text(
        "title: t\nquestion: q\nsources: [thought experiment]\nmonths: {first: 2019-01, last: 2019-02}\n"
        "agents: {exporters: 1000, mode: expected}\n",
        encoding="utf-8",
    )
    said = sim(command)
    assert said.status == 0, said.err
    assert "warning: the run begins in 2019-01, before 2021, " in said.out


def test_check_says_which_parameters_a_run_has_and_which_hubs_are_not_fitted(
    sim: Sim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "parameters: priors; no posterior ships with world 'classroom'" in sim("check classroom").out
    write_posterior(tmp_path / "fitted", {"hub_effects.HUBA": [0.1, 0.2], "parameters.listing_fear": [5.0, 6.0]})
    monkeypatch.setattr("sim.simulation.parameter_source.shipped_posterior", lambda world: tmp_path / "fitted")
    said = sim("check classroom")
    assert said.status == 0
    assert "nothing is fitted of these hubs beyond what their traits say, unlike of the others: BETA" in said.out
