"""Names of parameters and rules before this version: read as today's, or refused with what took their place."""

from __future__ import annotations

import warnings

import pytest

import sim
from sim.common.renamed import GONE, RENAMED, OldName
from sim.rules import RULES
from sim.rules.parameters import PARAMETERS, values
from sim.rules.user_rules import checked_rules
from sim.simulation.inputs import input_of

TODAY = {"parameter": PARAMETERS, "rule": RULES}
NAMES = [(kind, old, new) for kind in TODAY for old, new in RENAMED[kind].items()]
LEFT = [(kind, old) for kind in TODAY for old in GONE[kind]]


@pytest.mark.parametrize(("kind", "old", "new"), NAMES)
def test_an_old_name_leads_to_one_of_today(kind, old, new):
    assert new in TODAY[kind] and old not in TODAY[kind] and old not in GONE[kind]
    with pytest.warns(OldName, match=f"write '{new}'"):
        assert TODAY[kind][old] is TODAY[kind][new]


@pytest.mark.parametrize(("kind", "old"), LEFT)
def test_what_is_gone_is_no_name_and_tells_of_names_of_today(kind, old):
    assert old not in TODAY[kind] and old not in RENAMED[kind]
    told = GONE[kind][old]
    words = told.replace(",", " ").replace("(", " ").replace(")", " ").replace(";", " ").split()
    named = {word for word in words if "_" in word} - {"hub_effects"}
    assert named <= PARAMETERS.keys() | RULES.keys()
    assert named or "nothing" in told


@pytest.mark.parametrize(("kind", "old", "new"), [one for one in NAMES if one[0] == "parameter"])
def test_an_old_name_is_read_wherever_a_parameter_is_named(kind, old, new):
    case, value = sim.load("classroom"), (PARAMETERS[new].low + PARAMETERS[new].high) / 2.0
    off = f"mechanism: {{shows: it, rows: [M1], without: {{{old}: {value}}}}}\n"
    with warnings.catch_warnings(action="ignore", category=OldName):
        assert getattr(values({old: value}), new) == value
        assert sim.address_of(f"parameters.{old}") == f"parameters.{new}"
        changed = case.with_changes(parameters={old: value})
        above = sim.parse_scenario(f"extends: classroom\nparameters: {{{old}: {value}}}\n")
        tested = sim.parse_scenario(f"extends: classroom\n{off}")
    assert changed.scenario.parameters[new] == above.parameters[new] == tested.mechanism.without[new] == value
    assert old not in {**changed.scenario.parameters, **above.parameters, **tested.mechanism.without}


def test_a_file_above_changes_what_one_below_sets_whatever_either_calls_it(tmp_path):
    below = tmp_path / "below.yaml"
    below.write_text("extends: classroom\nparameters: {parts_limit: 0.25}\n")
    with pytest.warns(OldName):
        over = sim.parse_scenario("extends: below.yaml\nparameters: {components_limit: 0.5}\n", str(tmp_path / "x"))
    assert over.parameters["components_limit"] == 0.5 and "parts_limit" not in over.parameters


def test_both_names_at_once_are_a_fault():
    with pytest.raises(sim.SimError, match="'parts_limit' is an old name of 'components_limit', which stands here too"):
        sim.parse_scenario("extends: classroom\nparameters: {parts_limit: 0.2, components_limit: 0.5}\n")


@pytest.mark.parametrize(("kind", "old"), LEFT)
def test_what_is_gone_ends_in_a_fault_that_says_what_took_its_place(kind, old):
    block, value = ("parameters", "0.1") if kind == "parameter" else ("rules", "default")
    with pytest.raises(sim.SimError, match=f"there is no {kind} '{old}' any more: ") as told:
        sim.parse_scenario(f"extends: classroom\n{block}: {{{old}: {value}}}\n")
    assert GONE[kind][old] in str(told.value)
    with pytest.raises(sim.SimError, match=f"there is no {kind} '{old}' any more: "):
        values({old: 0.1}) if kind == "parameter" else checked_rules({old: lambda x: x})
    if kind == "parameter":
        for address in (f"parameters.{old}", f"parameter:{old}", old):
            with pytest.raises(sim.SimError, match=f"there is no [a-z ]+ '{old}' any more: "):
                input_of(address, sim.load("classroom").scenario)


def test_a_rule_is_replaced_under_its_old_name():
    with pytest.warns(OldName):
        replaced = checked_rules({"jolt": lambda worse, reopening: 0.0})
    assert list(replaced) == ["contracts_ended_early"]


def test_the_openings_of_hubs_are_gone_with_the_block_and_the_address():
    with pytest.raises(sim.SimError, match=r"there is no block of a scenario 'openings' any more: .*hub_effects"):
        sim.parse_scenario("extends: reference\nopenings: {KAZ: 0.1}\n")
    for address in ("openings.KAZ", "opening:KAZ"):
        with pytest.raises(sim.SimError, match=r"any more: .*hub_effects"):
            sim.address_of(address)
