"""Names people use for states: understood where a state of the world is meant, and rightly suggested where none is."""

from __future__ import annotations

import pickle

import pytest

import sim
from sim.common.countries import StateNames, country_called, folded


@pytest.fixture(scope="module")
def world() -> sim.World:
    return sim.load_world("reference")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UK", "GBR"), ("GB", "GBR"), ("Great Britain", "GBR"), ("United Kingdom", "GBR"),
        ("US", "USA"), ("U.S.A.", "USA"), ("the United States of America", "USA"),
        ("Russia", "RUS"), ("RU", "RUS"), ("russian federation", "RUS"), ("rus", "RUS"),
        ("CN", "CHN"), ("China", "CHN"), ("Hong Kong", "HKG"), ("Turkey", "TUR"), ("Turkiye", "TUR"),
        ("UAE", "ARE"), ("AE", "ARE"), ("EU", "EU27"), ("European Union", "EU27"), ("South Korea", "KOR"),
        ("UA", "UKR"), ("KZ", "KAZ"), ("Kyrgyz Republic", "KGZ"), ("IN", "IND"), ("RUS", "RUS"),
    ],
)  # fmt: skip
def test_a_name_of_a_state_is_understood(world: sim.World, name: str, code: str) -> None:
    assert world.state_code(name) == code


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CH", "Switzerland is part of 'ALLY'"),
        ("Norway", "Norway is part of 'ALLY'"),
        ("NO", "Norway is part of 'ALLY'"),
        ("DE", "Germany is part of 'EU27'"),
        ("Gremany", "Germany is part of 'EU27'"),
        ("Brazil", "Brazil is counted in 'ROW'"),
        ("Rusia", "did you mean 'RUS' (Russia)?"),
        ("Kazahkstan", "did you mean 'KAZ' (Kazakhstan)?"),
        ("CHM", "did you mean 'CHN'?"),
    ],
)
def test_a_name_of_no_state_is_answered_by_what_it_means(world: sim.World, name: str, said: str) -> None:
    with pytest.raises(sim.SimError) as caught:
        world.state_code(name)
    assert said in str(caught.value)


def test_a_word_of_the_list_is_closer_than_a_country() -> None:
    names = StateNames(["RUS", "coalition"], {"RUS": "Russia"})
    assert sim.nearest("coalitoin", names) == "did you mean 'coalition'?"


def test_a_state_that_is_no_choice_is_named_with_the_choices(world: sim.World) -> None:
    hubs = StateNames(["KAZ", "KGZ"], world.names.titles)
    assert sim.nearest("Kazakhstan", hubs) == "did you mean 'KAZ'?"
    assert sim.nearest("Germany", StateNames(["KAZ"], world.names.titles, world.members)) == (
        "Germany is part of 'EU27' (European Union); expected one of: KAZ"
    )
    assert sim.nearest("India", hubs) == "'IND' (India) is no choice here; expected one of: KAZ, KGZ"


def test_countries_mean_nothing_in_a_made_up_world() -> None:
    made_up = sim.load_world("classroom")
    assert made_up.state_code("Alpha") == "ALPHA"
    with pytest.raises(sim.SimError, match="expected one of: ALPHA, BETA, GAMMA"):
        made_up.state_code("UK")


def test_two_states_of_one_name_have_none() -> None:
    assert StateNames(["A", "B"], {"A": "Twin", "B": "Twin"}).code("Twin") is None


def test_every_state_of_a_shipped_world_of_countries_answers_to_its_names(world: sim.World) -> None:
    for code, title in zip(world.states, world.state_names, strict=True):
        country = country_called(code)
        said = [code, title, *((country.alpha2, country.name) if country else ())]
        assert {world.state_code(name) for name in said} == {code}


def test_who_stands_where_is_told_once(world: sim.World) -> None:
    members = [member for group in world.members.values() for member in group]
    assert len(members) == len(set(members)) == 32
    assert all(country_called(member) for member in members)
    assert not set(members) & set(world.states)


def test_ways_of_writing_are_one() -> None:
    assert folded("Côte d’Ivoire") == folded("cote d'ivoire")
    assert folded("Bosnia & Herzegovina") == folded("Bosnia and Herzegovina")


SCENARIO = """
extends: reference
title: Names
question: Are they understood?
policies:
  - {id: a, kind: secondary_traders, by: [US, UK], towards: [Russia], against: [Turkey, KZ],
     goods: [drones, Thermal and other optics], effective: 2023-01-01, strength: 0.5, source: a test}
drivers:
  - {id: b, what: macro, destination: Kazakhstan, path: {2023-01: 1.1}, source: a test}
"""


def test_a_scenario_holds_codes_whatever_was_written() -> None:
    scenario = sim.parse_scenario(SCENARIO)
    clause = next(one for one in scenario.policies if one.id == "a")
    assert (clause.by, clause.towards, clause.against) == (("USA", "GBR"), ("RUS",), ("TUR", "KAZ"))  # type: ignore[attr-defined]
    assert clause.goods == ("drones", "optics")
    assert next(one for one in scenario.drivers if one.id == "b").destination == "KAZ"
    changed = scenario.with_changes(policies=[{"id": "a", "against": ["China"]}])
    assert next(one for one in changed.policies if one.id == "a").against == ("CHN",)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("UK]", "CH]", "unknown state 'CH'; Switzerland is part of 'ALLY'"),
        ("KZ]", "KAZ, KZ]", "names 'KAZ' twice"),
        (
            "title: Names",
            "title: Names\nhub_effects: {Kazakhstan: 0.1}",
            "unknown hub 'Kazakhstan'; did you mean 'KAZ'?",
        ),
        ("title: Names", "title: Names\nhub_effects: {India: 0.1}", "'IND' (India) is no choice here"),
    ],
)
def test_a_scenario_with_a_name_of_no_state_is_told(old: str, new: str, said: str) -> None:
    with pytest.raises(sim.FaultList) as caught:
        sim.parse_scenario(SCENARIO.replace(old, new, 1))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("deliveries_volume[from_Germany]", "did you mean 'from_EU27', all of it?"),
        ("deliveries_volume[from_UK]", "did you mean 'from_GBR'?"),
        ("enforcement_effort[Turkey]", "did you mean 'TUR'?"),
        ("deliveries_volume[drnoes]", "did you mean 'drones'?"),
    ],
)
def test_a_metric_names_the_right_word(world: sim.World, metric: str, said: str) -> None:
    from sim.metrics.parse import check_metrics

    faults = check_metrics([metric], world, 0, 24)
    assert len(faults) == 1 and said in faults[0]


def test_names_go_to_a_worker_whole(world: sim.World) -> None:
    names = world.names
    assert names.code("Kazakhstan") == "KAZ"  # what was worked out on the way does not stay behind
    there = pickle.loads(pickle.dumps(names))
    assert (type(there), there, vars(there)) == (StateNames, names, vars(names))
    assert sim.nearest("Germany", there) == sim.nearest("Germany", names)
