"""Hubs open to sellers whose direct road is shut, and to nobody else."""

import numpy as np
import pytest

import sim
from sim.rules.route_choice import opened_pull, pull_within_nest

HUB = "KGZ"


@pytest.fixture(scope="module")
def case():
    return sim.load("reference").with_changes(
        agents={"mode": "expected", "exporters": 1500, "intermediaries": 220}, months={"last": "2023-06"}
    )


def arrived(run, hub):
    """What reached the target in 2023 from a hub, by origin and headquarters, musd of the base year."""
    table = run.flows
    there = (table["route"] == f"via {hub}") & (table["destination"] == "RUS")
    chosen = table[there & table["month"].str.startswith("2023")]
    return chosen.groupby(["origin", "brand_origin"])["volume_musd"].sum()


def test_without_law_no_opening_changes_a_bit(case):
    still = case.without_policies()
    wide = still.with_changes(openings={HUB: 0.3}, parameters={"opening": 0.2})
    np.testing.assert_array_equal(still.run().source.record.delivered, wide.run().source.record.delivered)


def test_a_hub_opens_to_those_who_are_shut_out_only(case):
    others = [clause.id for clause in case.scenario.policies if clause.kind != "export_ban"]
    bans = case.with_changes(without=others, parameters={"overcompliance": 0.0})
    shut, opened = (arrived(bans.with_changes(openings={HUB: size}).run(), HUB) for size in (0.0, 0.02))
    assert opened["EU27", "coalition"] > 2.0 * shut["EU27", "coalition"]
    # Nothing shuts the direct road of firms of a state that bans nothing: they meet the hub's dearer houses, no more.
    assert opened["TUR", "neutral"] < 1.05 * shut["TUR", "neutral"]


def test_a_wider_opening_draws_more_and_takes_it_from_others(case):
    runs = [case.with_changes(openings={HUB: size}).run() for size in (0.0, 0.005, 0.03)]
    here = [arrived(run, HUB)["EU27", "coalition"] for run in runs]
    there = [arrived(run, "KAZ")["EU27", "coalition"] for run in runs]
    assert here[0] < here[1] < here[2] and there[0] > there[2]


@pytest.mark.parametrize("similarity", [0.1, 0.3, 1.0])
def test_the_gain_is_a_share_of_what_the_direct_road_lost(similarity):
    """In weight within the nest a hub of usual share b gains opening x shut x direct share, whatever b is."""
    direct, opening, shut = 0.9, 0.01, 0.7
    for usual in (1e-6, 1e-3, 0.05):
        pull = opened_pull(opening, shut, direct / usual, similarity)
        weight = usual * pull_within_nest(pull, similarity)
        assert weight == pytest.approx(usual + opening * shut * direct, rel=1e-12)
    assert opened_pull(opening, 0.0, 5.0, similarity) == 1.0
