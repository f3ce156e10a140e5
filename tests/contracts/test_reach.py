"""Each instrument says whom it binds and whom it hits, by fields that it has; what it names bounds what it does."""

from __future__ import annotations

import re

import pytest

import sim
from sim.policies import INSTRUMENTS
from sim.policies.regime import free_trade
from sim.policies.schedule import lane_index
from sim.report.catalogue_pages import instruments_page
from sim.scenario.idle_clauses import idle_clauses


@pytest.mark.parametrize("kind", INSTRUMENTS)
def test_it_names_fields_that_it_has(kind: str) -> None:
    instrument = INSTRUMENTS[kind]
    named = set(re.findall(r"`(\w+)`", " ".join(instrument.reach)))
    assert instrument.reach.who
    assert named <= set(instrument.model_fields)
    # Whoever can be named beside `by` and `towards` stands in the table.
    assert {"against", "through", "origins", "firms_in", "partners"} & set(instrument.model_fields) <= named


def test_the_page_has_a_row_of_each() -> None:
    table = instruments_page().split("## Whom each binds")[1].split("\n## ")[0]
    assert all(f"| `{kind}` |" in table for kind in INSTRUMENTS)


def clause(through: str) -> sim.Scenario:
    return sim.parse_scenario(
        "title: t\nquestion: q\nsources: [s]\nepisode: none\nmonths: {first: 2022-01, last: 2022-12}\npolicies:\n"
        "  - {id: grey, kind: parallel_imports, by: [target], towards: [target], effective: 2022-05-07, strength: 0.1, "
        f"source: made up{through}}}\n"
    )


def test_parallel_imports_ease_the_routes_of_the_hubs_they_name() -> None:
    world = sim.load_world("reference")
    index = lane_index(world)
    eased = {}
    for name, through in {"every": "", "one": ", through: [TUR]"}.items():
        regime = free_trade(index)
        clause(through).policies[0].shape(regime, 12 * 2022 + 6)
        (act,) = regime.acts()
        roads = act[1] % len(index.roads)
        eased[name] = {index.roads[road].hub for road in roads.tolist()}
    assert eased["one"] == {world.states.index("TUR")}
    assert eased["every"] == set(world.hubs)


def test_a_state_that_is_no_hub_is_told() -> None:
    (told,) = idle_clauses(clause(", through: [JPN]"), sim.load_world("reference"))
    assert "clause 'grey' does nothing" in told
