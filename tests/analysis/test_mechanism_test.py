"""When a change is as expected, and what a mechanism shows. What is measured is tested in tests/metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.mechanism_test import (
    is_as_expected,
    relative_change,
    series,
    show_mechanism,
    shown,
    without_mechanism,
)
from sim.scenario import ExpectedOutcome
from sim.simulation.comparison import Comparison


def expected(metric: str = "deliveries_volume@2022-01:2022-06", **changes: Any) -> ExpectedOutcome:
    return ExpectedOutcome.model_validate({"what": "w", "metric": metric, "expect": "falls", **changes})


def test_every_month_counts_also_one_in_which_nothing_flows(paired):
    run = paired.policy
    assert series(run, expected("deliveries_volume[from_target,direct]@2022-01")).to_list() == [0.0] * 48
    whole = series(run, expected())
    assert whole.to_list() == pytest.approx(run.to_target().groupby("month")["volume_musd"].sum().to_list())
    assert list(whole.index) == list(run.states["month"].unique())


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
    one = expected(expect=expect, by=by)
    assert all(is_as_expected(one, change) for change in holds)
    assert not any(is_as_expected(one, change) for change in fails)


@pytest.fixture(scope="module")
def ban(reference):
    """The reference package up to mid-2022, about its ban of priority goods; the second outcome expected is wrong."""
    falls = expected("deliveries_volume[high_priority,from_coalition,direct]@2022-04:2022-06", by=0.5)
    wrong = falls.model_copy(update={"what": "v", "expect": "rises"})
    return reference.with_changes(
        months={"last": "2022-06"}, mechanism={"shows": "s", "clauses": ["ban-priority"], "without": {"learning": 0}},
        expected_outcomes=[one.model_dump(mode="json") for one in (falls, wrong)],
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


def test_a_run_on_disk_has_no_arrays_to_measure(ban, tmp_path):
    both = show_mechanism(ban)
    opened = sim.Results.open(both.comparison.policy.save(tmp_path))
    with pytest.raises(sim.SimError, match="read from disk, which has no arrays to measure; run it again"):
        shown((opened, opened), both.scenario)


def test_without_a_mechanism_there_is_nothing_to_show(reference):
    with pytest.raises(sim.SimError, match="names no mechanism"):
        without_mechanism(sim.load("null", posterior="none"))
    assert reference.without_policies().scenario.mechanism is None
