"""Scenarios: what is loaded is what was written, and it stays the same on the way to disk and back."""

import json
import pickle
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scenario_toys import CODES, VALID, VOCABULARY, Ban

from sim.common.errors import FaultList
from sim.common.fields import NAMES_MARK
from sim.common.months import days_in_month, parse_month
from sim.policies import INSTRUMENTS
from sim.scenario import Scenario, json_schema, load_scenario, parse_scenario, shipped_scenarios

SCENARIO = parse_scenario(VALID, known=VOCABULARY)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(lambda text: text.strip())
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXTS,
        "question": TEXTS,
        "sources": st.lists(TEXTS, min_size=1, max_size=3),
        "seed": st.integers(0, 2**63 - 1),
        "parameters": st.fixed_dictionaries({"loyalty": st.floats(0, 4), "home_share": st.floats(0, 1)}),
        "agents": st.fixed_dictionaries({"exporters": st.integers(1, 20_000_000)}),
        "without": st.lists(st.sampled_from(["chips", "fish", "list", "freeze", "season"]), unique=True),
        "months": st.fixed_dictionaries({"last": st.sampled_from(["2021-12", "2022-12", "2023-04"])}),
    },
)


def ban(**changes: object) -> dict[str, object]:
    clause = {"kind": "ban", "id": "new", "by": ["AAA"], "towards": ["TTT"], "effective": "2022-05-17"}
    return {**clause, "strength": 0.25, "source": "act 9", **changes}


def test_text_stays_text_and_numbers_are_numbers() -> None:
    chips, fish, listing = SCENARIO.policies
    assert isinstance(chips, Ban)
    assert fish.by == ("NO",)
    assert fish.goods == ("0302",)
    assert chips.note == "NO, and 0302, stay text"
    assert (chips.strength, fish.strength, listing.strength) == (0.9, 1.0, 12.0)
    assert SCENARIO.sources[1] == "another: with a colon"
    assert SCENARIO.parameters == {"loyalty": 1.5, "home_share": 0.5}
    assert SCENARIO.months.range()[0] == parse_month("2021-01")
    assert SCENARIO.months.count == 48


def test_a_driver_holds_until_its_next_month() -> None:
    season, freeze = SCENARIO.drivers
    assert [freeze.multiplier(parse_month(m)) for m in ("2022-02", "2022-03", "2022-05", "2022-06", "2024-12")] == [
        1.0, 0.55, 0.55, 0.9, 0.9,
    ]  # fmt: skip
    assert season.multiplier(parse_month("2022-03")) == 1.0


def test_a_clause_is_in_force_for_its_days() -> None:
    chips = SCENARIO.policies[0]
    months = range(parse_month("2021-12"), parse_month("2024-03"))
    assert (
        sum(round(chips.in_force_share(m) * days_in_month(m)) for m in months)
        == (chips.ends - chips.effective).days + 1
    )
    assert chips.announced_share(parse_month("2022-02")) == 9 / 28
    assert chips.in_force_share(parse_month("2022-02")) == 5 / 28
    assert chips.months_since_effective(parse_month("2022-03")) == 1 + 5 / 28
    off = chips.model_copy(update={"enabled": False})
    assert off.in_force_share(parse_month("2022-03")) == off.announced_share(parse_month("2022-03")) == 0.0


@settings(deadline=None, max_examples=60)
@given(CHANGES)
@example({"title": "a\x85"})
@example({"title": "NO", "question": "null", "sources": ["~", "0302", "2022-02-24", "a: b", "# x", "two\nlines"]})
def test_the_resolved_scenario_loads_again_to_an_equal_one(changes: dict[str, object]) -> None:
    scenario = SCENARIO.with_changes(**changes)
    again = parse_scenario(scenario.resolved_yaml(), known=VOCABULARY)
    assert again == scenario
    assert again.digest == scenario.digest
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_no_change_is_no_change_and_a_change_is_seen() -> None:
    assert SCENARIO.with_changes() == SCENARIO
    assert SCENARIO.with_changes().digest == SCENARIO.digest
    changed = [
        SCENARIO.with_changes(seed=8),
        SCENARIO.with_changes(parameters={"loyalty": 1.25}),
        SCENARIO.with_changes(agents={"mode": "sampled"}),
        SCENARIO.with_changes(months={"last": "2024-11"}),
        SCENARIO.with_changes(policies=[ban()]),
        SCENARIO.with_changes(without=["fish"]),
    ]
    assert len({scenario.digest for scenario in [SCENARIO, *changed]}) == len(changed) + 1


def test_a_clause_that_is_off_equals_a_clause_that_is_gone() -> None:
    off = VALID.replace("strength: 1, source: act 2", "strength: 1, source: act 2, enabled: false")
    assert parse_scenario(off, known=VOCABULARY) == SCENARIO.with_changes(without=["fish"])
    assert SCENARIO.with_changes(policies=[ban(enabled=False)]) == SCENARIO


def test_a_clause_is_added_or_replaced_by_id_as_data_or_as_an_object() -> None:
    as_data = SCENARIO.with_changes(policies=[ban(), ban(id="fish", by=["BBB"], strength=0.5)])
    as_objects = SCENARIO.with_changes(policies=[Ban(**ban()), Ban(**ban(id="fish", by=["BBB"], strength=0.5))])
    assert as_data == as_objects
    assert [clause.id for clause in as_data.policies] == ["chips", "fish", "list", "new"]
    assert as_data.policies[1].strength == 0.5


def test_data_without_kind_change_the_fields_that_they_name() -> None:
    changed = SCENARIO.with_changes(policies=[{"id": "fish", "strength": 0.5}])
    assert changed.policies[1] == SCENARIO.policies[1].model_copy(update={"strength": 0.5})
    assert SCENARIO.with_changes(policies=[{"id": "fish", "enabled": False}]) == SCENARIO.with_changes(without=["fish"])
    with pytest.raises(FaultList, match="did you mean 'fish'"):
        SCENARIO.with_changes(policies=[{"id": "fisch", "strength": 0.5}])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"parameters": {"loyalti": 1}}, "did you mean 'loyalty'"),
        ({"parameters": {"loyalty": float("nan")}}, "expected a number from 0 to 4"),
        ({"parameters": {"loyalty": [1]}}, "read a list"),
        ({"parameters": {"loyalty": object()}}, "expected a number"),
        ({"without": ["chip"]}, "did you mean 'chips'"),
        ({"policies": [ban(by=["KAS"])]}, "did you mean 'KAZ'"),
        ({"policies": [ban(id="chips-2", goods=["chips"], by=["coalition"])]}, "contradicts 'chips'"),
        ({"policies": [{"id": "chip", "enabled": False}]}, "switches 'chip', .* did you mean 'chips'"),
        ({"seeds": 2}, "unknown key 'seeds'; did you mean 'seed'"),
        ({"world": "elsewhere"}, "keeps its world"),
        ({"months": {"first": "2025-01"}}, "comes before the first"),
        ({"agents": None}, "mapping"),
    ],
)
def test_a_wrong_change_is_a_fault(changes: dict[str, object], said: str) -> None:
    with pytest.raises(FaultList, match=said):
        SCENARIO.with_changes(**changes)


def test_a_scenario_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        SCENARIO.seed = 3  # type: ignore[misc]


def test_a_scenario_built_in_python_can_be_changed() -> None:
    built = Scenario(title="T", question="Q", sources=("s",), months={"first": "2021-01", "last": "2022-12"})
    assert built.with_changes(seed=5, policies=[Ban(**ban())]).policies[0].id == "new"


def test_a_file_is_found_by_path(tmp_path: Path) -> None:
    file = tmp_path / "valid.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + VALID.replace("\n", "\r\n").encode())
    assert load_scenario(file, VOCABULARY) == load_scenario(str(file), VOCABULARY) == SCENARIO


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_shipped_scenario_loads_and_loads_again(name: str) -> None:
    scenario = load_scenario(name)
    assert parse_scenario(scenario.resolved_yaml()) == scenario


@pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=INSTRUMENTS.keys())
def test_every_list_of_names_of_an_instrument_is_checked_against_the_world(instrument: type) -> None:
    for name, field in instrument.model_json_schema()["properties"].items():
        if field.get("items", {}).get("type") == "string":
            assert NAMES_MARK in field["items"], (
                f"type `{name}` as States, AnyStates, Goods or AnyGoods (sim.common.fields)"
            )


def test_the_json_schema_knows_kinds_parameters_and_names() -> None:
    schema = json_schema(CODES)
    text = json.dumps(schema)
    assert NAMES_MARK not in text
    for kind in INSTRUMENTS:
        assert json.dumps({"const": kind})[1:-1] in text
    by = schema["$defs"][next(iter(INSTRUMENTS.values())).__name__]["properties"]["by"]
    assert by["items"]["$ref"] == "#/$defs/state_name"
    assert "KAZ" in schema["$defs"]["state_name"]["enum"]
    assert "x-names" not in json.dumps(json_schema())
    assert not schema["properties"]["parameters"]["additionalProperties"]
