"""What a look counts, and when a change is as expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.mechanism_test import (
    is_as_expected,
    mean_of,
    relative_change,
    series,
    show_mechanism,
    shown,
    without_mechanism,
)
from sim.scenario import MEASURES, Look
from sim.simulation.comparison import Comparison

MONTHS = {"first": "2022-01", "last": "2022-06"}
FLOWS = ("goods", "origins", "roads", "destinations")


def look(measure: str = "quantity", **changes: Any) -> Look:
    given = {"what": "w", "measure": measure, "months": MONTHS, "expect": "falls", **changes}
    if "states" in MEASURES[measure].picks:
        given.setdefault("states", ["hubs"])
    return Look.model_validate(given)


def seen(run, case, **changes) -> float:
    return mean_of(run, look(**changes), case.world)


def test_parts_add_up_to_the_whole(paired, reference):
    run, world = paired.policy, reference.world
    whole = seen(run, reference)
    assert whole == pytest.approx(run.to_target().query("'2022-01' <= month <= '2022-06'")["volume_musd"].sum() / 6)
    assert seen(run, reference, roads=["direct"]) + seen(run, reference, roads=["hubs"]) == pytest.approx(whole)
    hubs = [world.states[hub] for hub in world.hubs]
    assert sum(seen(run, reference, roads=[hub]) for hub in hubs) == pytest.approx(seen(run, reference, roads=["hubs"]))
    assert sum(seen(run, reference, goods=[good]) for good in world.goods) == pytest.approx(whole)
    roles = {role: [c for c, r in zip(world.states, world.role, strict=True) if r == role] for role in set(world.role)}
    assert sum(seen(run, reference, origins=codes) for codes in roles.values()) == pytest.approx(whole)
    assert seen(run, reference, origins=["coalition"]) == seen(run, reference, origins=roles["coalition"])


def test_every_month_counts_also_one_in_which_nothing_flows(paired, reference):
    run = paired.policy
    one = look(origins=["target"], roads=["direct"])
    assert series(run, one, reference.world).to_list() == [0.0] * len(run.states["month"].unique())
    assert mean_of(run, one, reference.world) == 0.0


def test_orders_come_to_what_became_of_them(paired, reference):
    fates = ("seized", "stopped", "refused", "denied", "held", "unsold")
    run = paired.policy
    delivered = run.orders.query("'2022-01' <= month <= '2022-06'")["delivered_volume_musd"].sum() / 6
    parts = sum(seen(run, reference, measure=fate) for fate in fates)
    assert parts + delivered == pytest.approx(seen(run, reference, measure="ordered"))


def test_the_books_are_read_from_the_right_office(paired, reference):
    run = paired.policy
    books = run.recorded[run.recorded["month"].between("2022-01", "2022-06")]
    china_to_target = (books["partner"] == "RUS") & (books["reporter"] == "CHN") & (books["flow"] == "export")
    from_china = (books["reporter"] == "RUS") & (books["partner"] == "CHN") & (books["flow"] == "import")
    for measure, rows in (("recorded_exports", china_to_target), ("recorded_imports", from_china)):
        found = seen(run, reference, measure=measure, origins=["CHN"])
        assert found == pytest.approx(books[rows]["value_musd"].sum() / 6)
        assert found > 0.0
    value, hidden = seen(run, reference, measure="value"), seen(run, reference, measure="hidden")
    assert 0.0 < hidden < value


def test_states_hubs_and_prices_are_means(paired, reference):
    run, world = paired.policy, reference.world
    hubs = [world.states[hub] for hub in world.hubs]
    for measure in ("effort", "traders_open", "fullness", "markup"):
        mean = np.mean([seen(run, reference, measure=measure, states=[hub]) for hub in hubs])
        assert seen(run, reference, measure=measure) == pytest.approx(mean)
    prices = run.prices.query("'2022-01' <= month <= '2022-06' and destination == 'RUS' and good == 'vehicles'")
    assert seen(run, reference, measure="price", goods=["vehicles"]) == pytest.approx(prices["price_index"].mean())


def test_a_table_or_column_that_a_run_lacks_is_named(paired, reference):
    class Bare:
        states = paired.policy.states.drop(columns="effort")

    with pytest.raises(sim.SimError, match="column 'effort' of `states`"):
        series(Bare(), look("effort"), reference.world)
    with pytest.raises(sim.SimError, match="table `network`"):
        series(Bare(), look("onward"), reference.world)


def test_onward_trade_is_what_leaves_by_another_hub_than_it_came(paired, reference):
    first, second = (reference.world.states[hub] for hub in reference.world.hubs[:2])
    rows = [("2022-01", "drones", first, first, 5.0), ("2022-01", "drones", first, second, 3.0)]
    rows += [("2022-02", "optics", second, first, 1.0)]

    class Bare:
        states = paired.policy.states
        network = pd.DataFrame(rows, columns=["month", "good", "entry", "exit", "volume_musd"])

    assert mean_of(Bare(), look("onward"), reference.world) == pytest.approx(4.0 / 6)
    assert mean_of(Bare(), look("onward", goods=["drones"]), reference.world) == pytest.approx(3.0 / 6)
    assert mean_of(Bare(), look("onward", roads=[second]), reference.world) == pytest.approx(1.0 / 6)


@pytest.mark.parametrize(
    ("present", "absent", "change"), [(1.5, 1.0, 0.5), (0.0, 2.0, -1.0), (1.0, 0.0, np.inf), (-1.0, 0.0, -np.inf),
                                      (1e-12, 0.0, 0.0), (-0.5, -1.0, 0.5)]
)  # fmt: skip
def test_change_is_relative_to_the_run_without(present, absent, change):
    assert relative_change(present, absent) == pytest.approx(change)


@pytest.mark.parametrize(
    ("expect", "by", "holds", "fails"),
    [("rises", 0.1, (0.1, np.inf), (0.0, 0.09, -0.5)), ("falls", 0.1, (-0.1, -1.0), (0.0, -0.09, 0.5)),
     ("stays", 0.1, (0.0, 0.1, -0.1), (0.11, -0.11, np.inf))],
)  # fmt: skip
def test_a_change_is_as_expected_or_not(expect, by, holds, fails):
    one = look(expect=expect, by=by)
    assert all(is_as_expected(one, change) for change in holds)
    assert not any(is_as_expected(one, change) for change in fails)


@pytest.fixture(scope="module")
def ban(reference):
    """The reference package up to mid-2022, about its ban of priority goods; the second look expects the wrong."""
    priority = {"goods": ["high_priority"], "origins": ["coalition"], "roads": ["direct"]}
    falls = look(**priority, months={"first": "2022-04", "last": "2022-06"}, by=0.5)
    wrong = falls.model_copy(update={"what": "v", "expect": "rises"})
    return reference.with_changes(
        months={"last": "2022-06"}, mechanism={"shows": "s", "clauses": ["ban-priority"], "without": {"learning": 0}},
        look_at=[one.model_dump(mode="json") for one in (falls, wrong)],
    )  # fmt: skip


def test_a_mechanism_is_shown_by_a_pair_of_runs(ban):
    both = show_mechanism(ban)
    assert both.table["holds"].to_list() == [True, False]
    assert not both.holds
    row = both.table.iloc[0]
    assert row["change_percent"] == pytest.approx(100 * (row["with"] / row["without"] - 1))
    assert "ban-priority" not in both.comparison.baseline.record["clauses"]
    assert both.comparison.baseline.record["parameters"]["learning"] == 0.0
    pair = (both.comparison.policy, both.comparison.baseline)
    pd.testing.assert_frame_equal(shown(pair, both.scenario), both.table)
    # The same run twice has nothing to show.
    alone = shown(Comparison(pair[1], pair[1]), both.scenario)
    assert alone["change_percent"].to_list() == [0.0, 0.0]
    assert not alone["holds"].any()


def test_a_run_on_disk_shows_the_same(ban, tmp_path):
    both = show_mechanism(ban)
    opened = [sim.Results.open(run.save(tmp_path)) for run in (both.comparison.policy, both.comparison.baseline)]
    pd.testing.assert_frame_equal(shown((opened[0], opened[1]), both.scenario), both.table)


def test_without_a_mechanism_there_is_nothing_to_show(reference):
    with pytest.raises(sim.SimError, match="names no mechanism"):
        without_mechanism(sim.load("null"))
    assert reference.without_policies().scenario.mechanism is None
