"""Means, intervals and paired changes; the Pareto front and regret; runs without a number are refused by name."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.pareto import after_best_reply, pareto_front, regrets, undominated
from sim.analysis.summaries import refuse_nan, summary
from sim.common.errors import SimError

NUMBERS = st.integers(-20, 20).map(float)
POLICIES, DRAWS = 5, 3


def grid(values: list[float], costs: list[float] | None = None) -> pd.DataFrame:
    rows = [
        {"lever": lever, "draw": draw, "gain": values[lever * DRAWS + draw]}
        for lever, draw in itertools.product(range(POLICIES), range(DRAWS))
    ]
    return pd.DataFrame(rows).assign(cost=costs or 0.0)


lists = st.lists(NUMBERS, min_size=POLICIES * DRAWS, max_size=POLICIES * DRAWS)


@settings(deadline=None)
@given(lists, lists)
def test_no_policy_dominates_one_on_the_front_and_some_dominates_every_other(a: list[float], b: list[float]) -> None:
    front = pareto_front(grid(a, b), ["lever"], {"gain": "more", "cost": "less"})
    assert front["on_front"].any()
    for _, one in front.iterrows():
        better = front[
            (front["gain"] >= one["gain"]) & (front["cost"] <= one["cost"])
            & ((front["gain"] > one["gain"]) | (front["cost"] < one["cost"]))
        ]  # fmt: skip
        assert one["on_front"] == better.empty
    assert front["front_share"].between(0.0, 1.0).all() and front["front_share"].max() > 0.0


@settings(deadline=None)
@given(lists, st.permutations(range(POLICIES * DRAWS)))
def test_the_order_of_the_runs_does_not_matter(values: list[float], order: list[int]) -> None:
    table = grid(values)
    shuffled = table.iloc[order].reset_index(drop=True)
    wanted = {"gain": "more"}
    for work in (pareto_front, regrets):
        first = work(table, ["lever"], wanted).sort_values("lever").reset_index(drop=True)
        again = work(shuffled, ["lever"], wanted).sort_values("lever").reset_index(drop=True)
        pd.testing.assert_frame_equal(first, again)
    first = summary(table, ["lever"], ["gain"], {"lever": 0}).sort_values("lever").reset_index(drop=True)
    again = summary(shuffled, ["lever"], ["gain"], {"lever": 0}).sort_values("lever").reset_index(drop=True)
    pd.testing.assert_frame_equal(first, again)


@settings(deadline=None)
@given(lists)
def test_regret_is_what_the_best_policy_for_each_draw_had_more(values: list[float]) -> None:
    table = regrets(grid(values), ["lever"], {"gain": "more"})
    by_hand = np.array(values).reshape(POLICIES, DRAWS)
    behind = by_hand.max(axis=0) - by_hand
    assert table["mean_regret"].to_list() == pytest.approx(behind.mean(axis=1))
    assert table["max_regret"].to_list() == pytest.approx(behind.max(axis=1))
    assert table["best_share"].to_list() == pytest.approx((behind == 0).mean(axis=1))
    assert (table["mean_regret"] >= 0).all()


@settings(deadline=None)
@given(lists)
def test_the_evader_leaves_the_worst_of_what_it_can_choose(values: list[float]) -> None:
    """Five settings as one policy with five replies, or as five policies with one."""
    table = grid(values).assign(package="one")
    left = after_best_reply(table, ["package", "lever"], ["lever"], ("gain", "more"))
    by_hand = np.array(values).reshape(POLICIES, DRAWS)
    assert left.sort_values("draw")["gain"].to_list() == by_hand.min(axis=0).tolist()
    other = after_best_reply(table, ["package", "lever"], ["lever"], ("gain", "less"))
    assert other.sort_values("draw")["gain"].to_list() == by_hand.max(axis=0).tolist()
    alone = after_best_reply(table, ["package", "lever"], ["package"], ("gain", "more"))
    pd.testing.assert_frame_equal(alone.sort_index(), table)
    with pytest.raises(SimError, match="did you mean 'lever'"):
        after_best_reply(table, ["package", "lever"], ["levr"], ("gain", "more"))
    with pytest.raises(SimError, match="no policy left"):
        after_best_reply(table, ["lever"], ["lever"], ("gain", "more"))


def test_a_policy_that_is_worse_in_nothing_but_dearer_is_dominated() -> None:
    assert undominated(np.array([[1.0, 0.0], [1.0, -1.0], [2.0, -1.0], [2.0, -1.0]])).tolist() == [
        True,
        False,
        True,
        True,
    ]


@settings(deadline=None)
@given(lists)
def test_changes_are_paired(values: list[float]) -> None:
    """Luck that all policies share cancels: the change has no spread where policies differ by a constant."""
    luck = np.tile(np.array(values[:DRAWS]) * 100.0, POLICIES)
    table = grid(list(luck))
    table["gain"] += table["lever"]
    found = summary(table, ["lever"], ["gain"])
    assert found["change"].to_list() == pytest.approx(list(range(POLICIES)))
    assert found["change_error"].to_list() == pytest.approx([0.0] * POLICIES, abs=1e-9)
    assert (found["low"] <= found["high"]).all()


def test_a_mean_and_its_error_by_hand() -> None:
    table = pd.DataFrame({"lever": [0, 0, 1, 1], "replicate": [0, 1, 0, 1], "gain": [1.0, 3.0, 2.0, 8.0]})
    row = summary(table, ["lever"], ["gain"], {"lever": 0}).iloc[1]
    assert (row["mean"], row["error"]) == (5.0, pytest.approx(3.0))
    assert (row["change"], row["change_error"], row["runs"]) == (3.0, pytest.approx(2.0), 2)
    assert (row["change_low"], row["change_high"]) == (1.0, 5.0), "two runs do not tell where 90 % lie"


def test_what_cannot_be_summed_up_is_said() -> None:
    table = pd.DataFrame({"lever": [0, 0, 1, 1], "replicate": [0, 1, 0, 1], "gain": [1.0, np.nan, 2.0, np.inf]})
    with pytest.raises(SimError, match=r"gain is not a number in 2 of 4 runs: run 1 \(lever 0, replicate 1\); run 3"):
        refuse_nan(table, ["gain"], ["lever"])
    table["gain"] = 1.0
    with pytest.raises(SimError, match="did you mean 'gain'"):
        summary(table, ["lever"], ["gian"])
    with pytest.raises(SimError, match="nothing was run at"):
        summary(table, ["lever"], ["gain"], {"lever": 7})
    with pytest.raises(SimError, match="other draws or replicates"):
        summary(table.iloc[:3], ["lever"], ["gain"])
    with pytest.raises(SimError, match="other draws or replicates"):
        regrets(table.iloc[:3], ["lever"], {"gain": "more"})
    with pytest.raises(SimError, match="did you mean 'more'"):
        pareto_front(table, ["lever"], {"gain": "mor"})
