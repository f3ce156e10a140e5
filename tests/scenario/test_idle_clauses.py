"""What is said of clauses that are sound and do nothing, or not to all whom they name."""

from __future__ import annotations

import pytest

import sim
from sim.policies import INSTRUMENTS
from sim.scenario.idle_clauses import idle_clauses
from sim.scenario.remarks import remarks

DATED = {"effective": "2023-03-20", "source": "test"}
REFERENCE = sim.load("reference", posterior="none")


def said_of(kind: str, **fields: object) -> list[str]:
    clause = INSTRUMENTS[kind].model_validate({"id": "mine", "strength": 0.3, **DATED, **fields})
    scenario = REFERENCE.scenario.with_changes(policies=[clause])
    return list(idle_clauses(scenario, REFERENCE.world))


def test_a_clause_aimed_past_the_target_does_nothing_and_is_told_where_hubs_are_named() -> None:
    (said,) = said_of("no_re_export_clause", by=["EU27"], towards=["TUR", "ARE"])
    assert "'mine' does nothing" in said and "TUR, ARE" in said and "RUS" in said and "`against`" in said


def test_states_to_which_nothing_is_done_are_named() -> None:
    (said,) = said_of("secondary_banks", by=["KGZ"], towards=["target"], against=["USA"])
    assert "USA, which is no third state" in said
    (said,) = said_of("transit_ban", by=["JPN"], towards=["target"])
    assert said.endswith("names JPN, which is no hub: it does nothing of its kind")
    (said,) = said_of("transit_ban", by=["JPN", "KAZ"], towards=["target"])
    assert "JPN, which is no hub" in said and said.endswith("there; it acts in KAZ")


def test_a_clause_against_states_of_which_none_is_a_hub_says_so() -> None:
    (said,) = said_of("no_re_export_clause", by=["EU27"], towards=["target"], against=["JPN", "KOR"])
    assert "does nothing: of `against` (JPN, KOR) none is a hub of this world; hubs are " in said


@pytest.mark.parametrize("kind", [kind for kind in INSTRUMENTS if kind != "null_policy"])
def test_the_example_of_an_instrument_does_something(kind: str) -> None:
    clause = INSTRUMENTS[kind].model_validate({"id": "mine", **DATED, **INSTRUMENTS[kind].example})
    assert not list(idle_clauses(REFERENCE.scenario.with_changes(policies=[clause]), REFERENCE.world))


def test_a_clause_without_strength_and_one_that_binds_named_hubs_are_left_alone() -> None:
    assert not said_of("transit_ban", by=["JPN"], towards=["target"], strength=0.0)
    assert not said_of("no_re_export_clause", by=["EU27"], towards=["target"], against=["TUR", "ARE"])


def test_a_pledge_acts_only_through_the_hubs_that_it_names() -> None:
    """The default binds all hubs, as before there was the field."""
    from sim.policies.regime import free_trade
    from sim.policies.schedule import lane_index

    index, touched = lane_index(REFERENCE.world), {}
    for against in (("hubs",), ("TUR",)):
        clause = INSTRUMENTS["no_re_export_clause"].model_validate(
            {"id": "mine", "strength": 0.3, **DATED, "by": ["EU27"], "towards": ["target"], "against": against}
        )
        regime = free_trade(index)
        clause.shape(regime, 2024 * 12)
        roads = (regime.lane("pledge_hazard") > 0.0).any(axis=0)
        touched[against] = {REFERENCE.world.states[index.roads[k].hub] for k in roads.nonzero()[0]}
    assert touched["TUR",] == {"TUR"}
    assert touched["hubs",] == {REFERENCE.world.states[hub] for hub in REFERENCE.world.hubs}


def test_a_late_start_is_told_and_the_january_after_the_base_year_is_none() -> None:
    own = {"first": "2022-06", "run_from": "2022-06"}
    for months, late in (({}, False), ({"first": "2022-01"}, False), ({"first": "2022-06"}, False), (own, True)):
        scenario = REFERENCE.scenario.with_changes(months=months)
        assert any("with the firms and routes of 2021" in one for one in remarks(scenario, REFERENCE.world)) is late
