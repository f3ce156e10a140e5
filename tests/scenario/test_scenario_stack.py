"""Stacking: the file above says only what differs, and it does not matter which two files are laid first."""

import datetime as dt

import yaml
from hypothesis import given
from hypothesis import strategies as st
from scenario_toys import HERE, VOCABULARY

from sim.common.yaml_nodes import Node
from sim.common.yaml_reader import read_yaml
from sim.scenario.loader import load_scenario
from sim.scenario.stack import stack

STACK = HERE / "stack"
IDS = st.sampled_from(["a", "b", "c", "d"])
CHANGES = st.one_of(
    st.fixed_dictionaries({"id": IDS, "enabled": st.sampled_from(["true", "false"])}),
    st.fixed_dictionaries({"id": IDS}, optional={"strength": st.sampled_from(["0.3", "0.4"]), "note": st.just("n")}),
)
STRENGTHS = {"strength": st.sampled_from(["0.1", "0.2"])}
CLAUSES = CHANGES | st.fixed_dictionaries({"id": IDS, "kind": st.just("ban"), **STRENGTHS})
DRIVERS = CHANGES | st.fixed_dictionaries({"id": IDS, "what": st.just("macro"), **STRENGTHS})
LAYERS = st.fixed_dictionaries(
    {"title": st.sampled_from(["one", "two"])},
    optional={
        "seed": st.sampled_from(["1", "2"]),
        "months": st.dictionaries(st.sampled_from(["first", "last"]), st.sampled_from(["2021-01", "2022-01"])),
        "parameters": st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from(["1", "2"])),
        "policies": st.lists(CLAUSES, max_size=4, unique_by=lambda entry: entry["id"]),
        "drivers": st.lists(DRIVERS, max_size=2, unique_by=lambda entry: entry["id"]),
    },
)


def tree(data: object) -> Node:
    return read_yaml(yaml.safe_dump(data), "layer.yaml")[0]


@given(LAYERS, LAYERS, LAYERS)
def test_stacking_is_associative(low: object, middle: object, high: object) -> None:
    below, between, above = tree(low), tree(middle), tree(high)
    assert stack(stack(below, between), above).plain() == stack(below, stack(between, above)).plain()


@given(LAYERS)
def test_a_layer_over_itself_changes_nothing(layer: object) -> None:
    assert stack(tree(layer), tree(layer)).plain() == tree(layer).plain()


def test_a_child_says_only_what_differs() -> None:
    base, child = (load_scenario(STACK / name, VOCABULARY) for name in ("base.yaml", "child.yaml"))
    assert child.title == "Child"
    assert child.question == base.question
    assert child.months == base.months
    assert child.parameters == {"loyalty": 1.5, "fear": 3.0}
    assert (child.agents.exporters, child.agents.mode) == (500, "expected")
    assert [clause.id for clause in child.policies] == ["chips", "first-list", "second-list"]
    assert child.policies[0].strength == 0.7
    assert child.drivers == base.drivers


def test_a_grandchild_can_switch_back_on_and_shorten_the_run() -> None:
    scenario = load_scenario(STACK / "grandchild.yaml", VOCABULARY)
    assert scenario.drivers == ()
    # The months end in 2022, so what was inherited from 2023 on is left out, without a fault.
    assert [(clause.id, clause.effective) for clause in scenario.policies] == [("chips", dt.date(2022, 2, 24))]


def test_an_entry_that_does_not_say_what_it_is_changes_the_fields_it_names() -> None:
    child, grandchild = (
        load_scenario(STACK / name, VOCABULARY).policies[0] for name in ("child.yaml", "grandchild.yaml")
    )
    assert grandchild.strength == 0.4
    assert grandchild.model_copy(update={"strength": child.strength}) == child
