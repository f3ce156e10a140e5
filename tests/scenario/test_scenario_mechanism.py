"""What a scenario shows: how the mechanism and what it expects are inherited, and that no change trips on them."""

import json
import re

import pytest
from scenario_toys import HERE, VALID, VOCABULARY

from sim.common.errors import FaultList
from sim.common.months import parse_month
from sim.common.package_data import shipped
from sim.rules.parameters import PARAMETERS
from sim.scenario import Scenario, json_schema
from sim.scenario.loader import load_scenario, parse_scenario
from sim.scenario.world_codes import read_codes

SCENARIO = parse_scenario(VALID, known=VOCABULARY)


def stacked(name: str) -> Scenario:
    return load_scenario(HERE / "stack" / f"{name}.yaml", VOCABULARY)


def test_the_blocks_are_read_as_written() -> None:
    assert SCENARIO.mechanism is not None
    assert SCENARIO.mechanism.rows == ("M2", "ref")
    assert SCENARIO.mechanism.clauses == ("chips", "freeze")
    assert SCENARIO.mechanism.without == {"fear": 0.0}
    first, second = SCENARIO.expected_outcomes
    assert (first.metric, first.expect, first.by) == (
        "deliveries_volume[chips,from_coalition,hubs]@2022-04:2022-12", "falls", 0.25,
    )  # fmt: skip
    assert first.address.words == ("chips", "from_coalition", "hubs")
    assert first.months.range()[0] == parse_month("2022-04")
    assert (second.address.name, second.address.words, second.by) == ("enforcement_effort", ("KAZ",), 0.01)


def test_a_scenario_without_the_blocks_has_none() -> None:
    plain = stacked("base")
    assert plain.mechanism is None
    assert plain.expected_outcomes == ()
    assert "mechanism" not in plain.as_data()


def test_each_block_is_inherited_and_replaced_as_a_whole() -> None:
    base = stacked("mechanism")
    head = f"extends: {HERE / 'stack' / 'mechanism.yaml'}\n"
    same = parse_scenario(head + "title: Same\n", known=VOCABULARY)
    assert (same.mechanism, same.expected_outcomes) == (base.mechanism, base.expected_outcomes)
    other = parse_scenario(head + "mechanism: {shows: fish alone, clauses: [fish]}\n", known=VOCABULARY)
    assert other.mechanism is not None
    assert (other.mechanism.shows, other.mechanism.rows) == ("fish alone", ())
    assert other.expected_outcomes == base.expected_outcomes
    look = "expected_outcomes: [{what: w, metric: 'deliveries_value@2023-01:2023-02', expect: stays}]\n"
    looked = parse_scenario(head + look, known=VOCABULARY)
    assert looked.mechanism == base.mechanism
    assert [one.what for one in looked.expected_outcomes] == ["w"]


def test_what_a_file_above_switches_off_or_shortens_leaves_the_mechanism() -> None:
    base, one_off = stacked("mechanism"), stacked("without_chips")
    assert one_off.mechanism is not None
    assert one_off.mechanism.clauses == ("fish",)
    assert one_off.expected_outcomes == base.expected_outcomes[:1]
    both_off = stacked("without_both")
    assert both_off.mechanism is None
    assert both_off.expected_outcomes == ()


@pytest.mark.parametrize(
    ("changes", "clauses", "outcomes"),
    [
        ({"without": ["chips"]}, ("freeze",), 2),
        ({"without": ["chips", "freeze", "fish", "list"]}, (), 2),
        ({"months": {"last": "2022-12"}}, ("chips", "freeze"), 1),
        ({"months": {"first": "2021-01", "last": "2021-06"}}, (), 0),
        ({"policies": [{**SCENARIO.as_data()["policies"][0], "enabled": False}]}, ("freeze",), 2),
        ({"parameters": {"fear": 0}}, ("chips", "freeze"), 2),
        ({"drivers": []}, ("chips",), 2),
    ],
)
def test_no_change_trips_on_the_mechanism(changes: dict[str, object], clauses: object, outcomes: int) -> None:
    changed = SCENARIO.with_changes(**changes)
    assert changed.mechanism is not None
    assert changed.mechanism.clauses == clauses
    assert changed.mechanism.without == {"fear": 0.0}
    assert len(changed.expected_outcomes) == outcomes
    assert parse_scenario(changed.resolved_yaml(), known=VOCABULARY) == changed


def test_a_mechanism_of_which_nothing_is_left_is_gone_with_what_it_expects() -> None:
    base = stacked("mechanism")
    for changed in (
        base.with_changes(without=["chips", "fish"]),
        base.with_changes(policies=[{**base.as_data()["policies"][at], "enabled": False} for at in (0, 1)]),
        base.with_changes(months={"last": "2022-01"}),
    ):
        assert changed.mechanism is None
        assert changed.expected_outcomes == ()


def test_a_changed_mechanism_is_checked_like_a_file() -> None:
    with pytest.raises(FaultList, match="did you mean 'chips'"):
        SCENARIO.with_changes(mechanism={"shows": "s", "clauses": ["chip"]})
    with pytest.raises(FaultList, match="missing key 'shows'"):
        SCENARIO.with_changes(mechanism={"clauses": ["chips"]})
    with pytest.raises(FaultList, match="without a `mechanism`"):
        SCENARIO.with_changes(mechanism=None)
    assert SCENARIO.with_changes(mechanism=None, expected_outcomes=[]).mechanism is None


def test_the_blocks_do_not_change_what_acts() -> None:
    bare = SCENARIO.with_changes(mechanism=None, expected_outcomes=[])
    for name in ("policies", "drivers", "parameters", "rules", "months", "agents", "seed"):
        assert getattr(bare, name) == getattr(SCENARIO, name)


def test_the_json_schema_knows_metrics_and_parameters() -> None:
    codes = read_codes(shipped("scenarios/worlds/reference"))
    assert codes.hubs
    definitions = json_schema(codes)["$defs"]
    metric = definitions["ExpectedOutcome"]["properties"]["metric"]
    assert re.fullmatch(metric["pattern"], "deliveries_volume[high_priority,hubs]@2023-01:2023-06")
    assert not re.fullmatch(metric["pattern"], "deliveries_volume[high_priority,hubs]")
    off = definitions["Mechanism"]["properties"]["without"]
    assert set(off["properties"]) == set(PARAMETERS)
    assert "default" not in json.dumps(off["properties"])
