"""One address for every input: what is set is what is read, whatever its kind; a slip is named with the nearest."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.common.renamed import OldName
from sim.simulation.inputs import (
    INPUT_KINDS,
    InputProblem,
    address_of,
    apply_values,
    bounds_of,
    current_values,
    input_of,
    short_names,
    split,
    typed,
)

pytestmark = pytest.mark.filterwarnings("ignore::sim.common.renamed.OldName")
CASE = sim.load("reference", posterior="none")
NUMBERS = [name for name in current_values(CASE.scenario, CASE.world) if split(name)[0] != "drivers"]
SIZES = [name for name in current_values(CASE.scenario, CASE.world) if split(name)[0] == "drivers"]
CLAUSE = CASE.scenario.policies[0]


@given(st.data())
def test_what_is_set_is_what_is_read_and_nothing_else_moves(data: st.DataObject) -> None:
    address = data.draw(st.sampled_from(NUMBERS))
    before = current_values(CASE.scenario, CASE.world)
    low, high = bounds_of(address)
    held = before[address]
    if split(address)[0] == "policies":  # a value that its class takes: the clause's own, or a part of it
        value = held * data.draw(st.floats(0.5, 1.0)) if isinstance(held, float) else held
    else:
        value = data.draw(st.floats(low, high))
    after = current_values(apply_values(CASE.scenario, {address: value}), CASE.world)
    assert after[address] == value
    assert {name for name in after if after[name] != before[name]} <= {address}


@given(st.sampled_from(SIZES), st.floats(0.0, 3.0))
def test_a_size_is_the_power_of_a_path(address: str, size: float) -> None:
    before, after = (
        current_values(one, CASE.world)[address]
        for one in (CASE.scenario, apply_values(CASE.scenario, {address: size}))
    )
    assert after == {month: float(level) ** size for month, level in before.items()}


@given(st.sampled_from([*NUMBERS, *SIZES]))
def test_an_address_is_itself_and_its_form_of_before_leads_there(address: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert address_of(address) == address
        assert input_of(address, CASE.scenario).address == address
    kind, rest = split(address)
    if kind == "hub_effects":  # it had none
        return
    place = {"parameters": "parameter", "policies": "strength", "drivers": "swing"}[kind]
    owner = rest if kind == "parameters" else rest.rpartition(".")[0]
    if kind != "policies" or rest.endswith(".strength"):
        assert address_of(f"{place}:{owner}") == address
    short = rest if kind != "drivers" else owner
    assert address_of(short, short_names(CASE.scenario)) in (address, f"drivers.{owner}")


def test_a_form_of_before_is_hinted_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.common.renamed._SAID", {})
    with pytest.warns(OldName, match=r"'swing:war' is an old name, .*; write 'drivers\.war\.size'"):
        assert address_of("swing:war") == "drivers.war.size"
    with pytest.warns(OldName, match="public name 'PLACES'"):
        assert sim.PLACES is INPUT_KINDS
    with pytest.warns(OldName, match="kind of input 'parameter'"):
        assert sim.PLACES["parameter"] is INPUT_KINDS["parameters"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parameters.lerning", "unknown parameter 'lerning'; did you mean 'learning'?"),
        ("lerning", "'lerning' is no input; did you mean 'parameters.learning'?"),
        ("parameter.learning", "'parameter.learning' is no input; did you mean 'parameters.learning'?"),
        ("policies.bank-ordr.strength", "no clause or driver 'bank-ordr'; did you mean 'bank-order'?"),
        ("policies.bank-order.strenght", "nothing to move called 'strenght'; did you mean 'strength'?"),
        ("bank-order.strenght", "nothing to move called 'strenght'; did you mean 'strength'?"),
        ("drivers.payments-freeze.path", "nothing to move called 'path'; its path has a size"),
        ("hub_effects.KGX", "unknown hub 'KGX'; did you mean 'KGZ'?"),
        ("agents.exportrs", "unknown key 'exportrs' of agents; did you mean 'exporters'?"),
        ("nonsense", "'nonsense' is no input; expected parameters.NAME, hub_effects.HUB, policies.ID.FIELD"),
        ("parameters", "is no input"),
        ("seed.1", "is no input"),
        ("", "is no input"),
    ],
)
def test_what_stands_for_nothing_is_told_with_the_nearest(text: str, words: str) -> None:
    with pytest.raises(InputProblem) as caught:
        input_of(text, CASE.scenario)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("address", "text", "words"),
    [
        ("parameters.learning", "much", "read 'much', expected a number"),
        ("parameters.learning", "7", "7 is outside 0 to 1"),
        ("hub_effects.KGZ", "-6", "-6 is outside -5 to 5 log points"),
        ("policies.bank-order.strength", "2", "expected a share between 0 and 1"),
        ("policies.bank-order.effective", "2022-13-01", "there is no month 2022-13"),
        ("policies.bank-order", "of", "expected on or off"),
        ("drivers.payments-freeze.size", "-1", "expected a number from 0 to 50"),
        ("drivers.payments-freeze.size", "inf", "expected a number"),
        ("agents.mode", "sampld", "did you mean 'sampled'?"),
        ("months.last", "2022-13", "there is no month 2022-13"),
        ("seed", "-1", "at least 0"),
    ],
)
def test_a_value_that_an_input_does_not_take_is_told(address: str, text: str, words: str) -> None:
    one = input_of(address, CASE.scenario)
    with pytest.raises(InputProblem) as caught:
        typed(one, text, CASE.scenario)
    assert words in str(caught.value)


def test_values_do_what_changes_of_the_scenario_do() -> None:
    by_address = apply_values(
        CASE.scenario,
        {
            "parameters.aversion": 4.0, f"policies.{CLAUSE.id}.strength": 0.25, "policies.bank-order": "off",
            "hub_effects.KGZ": 0.1, "agents.mode": "expected", "months.last": "2023-06", "seed": 7,
        },
    )  # fmt: skip
    by_block = CASE.scenario.with_changes(
        parameters={"aversion": 4.0}, policies=[{"id": CLAUSE.id, "strength": 0.25}], without=["bank-order"],
        hub_effects={**CASE.scenario.hub_effects, "KGZ": 0.1}, agents={"mode": "expected"}, months={"last": "2023-06"},
        seed=7,
    )  # fmt: skip
    assert by_address.as_data()["policies"] == by_block.as_data()["policies"]
    assert by_address.digest == by_block.digest


def test_a_whole_clause_is_added_and_one_of_its_id_replaced() -> None:
    clause = {**CLAUSE.model_dump(mode="json", exclude_none=True), "id": "another", "goods": ["optics"]}
    added = apply_values(CASE.scenario, {"policies.another": clause})
    assert [one.id for one in added.policies] == [*(one.id for one in CASE.scenario.policies), "another"]
    again = apply_values(added, {"policies.another": {**clause, "strength": 0.5}, "policies.bank-order.strength": 0.1})
    assert {one.id: one.strength for one in again.policies}["another"] == 0.5
    assert {one.id: one.strength for one in again.policies}["bank-order"] == 0.1


def test_a_star_multiplies_what_is_there() -> None:
    base = apply_values(CASE.scenario, {"parameters.aversion": 4.0})
    changed = apply_values(base, {"*parameters.aversion": 0.5, f"*policies.{CLAUSE.id}.strength": 0.5})
    assert changed.parameters["aversion"] == 2.0
    assert changed.policies[0].strength == CLAUSE.strength * 0.5


def test_what_a_scenario_lacks_is_passed_over_and_nonsense_is_not() -> None:
    gone = {
        "policies.gone.strength": 0.5,
        "policies.gone": "off",
        "drivers.gone.size": 2.0,
        "*policies.gone.strength": 2,
    }
    assert apply_values(CASE.scenario, gone) == CASE.scenario
    with pytest.raises(sim.SimError, match="is no input"):
        apply_values(CASE.scenario, {"polices.bank-order.strength": 0.5})
    with pytest.raises(sim.FaultList) as caught:
        apply_values(CASE.scenario, {"parameters.aversion": 99.0, "parameters.learning": math.nan})
    assert [fault.where for fault in caught.value.faults] == ["parameters.aversion", "parameters.learning"]
