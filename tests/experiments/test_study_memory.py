"""What keeps a runner's memory small changes no answer: batches, columns in place of objects, keys as bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_toys import TOY, Here, toy

from sim.common.errors import SimError
from sim.experiments import Sweep, comparisons, finished, plan, plan_of, read_runs
from sim.experiments.kept import Kept, Piece
from sim.experiments.points import Keys, Tried, alike, column_of, digests_of
from sim.experiments.store import Store
from sim.experiments.tasks import DONE, FAILED, Outcome

KEYS = st.binary(min_size=16, max_size=16).map(bytes.hex) | st.integers(0, 15).map(
    lambda n: bytes([n] + 15 * [0]).hex()
)
VALUES = st.lists(
    st.tuples(st.sampled_from(["on", "off"]), st.sampled_from([0.0, 0.5, 1]), st.floats(0, 1)), min_size=1
)


@given(st.lists(KEYS, max_size=30))
def test_keys_are_what_they_were(keys: list[str]) -> None:
    held = Keys(digests_of(keys))
    assert list(held) == keys
    assert [key for key, first in zip(keys, held.first, strict=True) if first] == list(dict.fromkeys(keys))


@given(st.lists(KEYS, max_size=30, unique=True), st.lists(KEYS, max_size=10))
def test_kept_runs_are_found(keys: list[str], others: list[str]) -> None:
    piece = Piece(digests_of(keys), np.ones(len(keys), np.bool_), np.empty(0, np.int32))
    found = Kept([piece]).find(digests_of([*keys, *others])) >= 0
    assert found.tolist() == [key in set(keys) for key in (*keys, *others)]


@given(VALUES)
def test_points_that_are_alike_are_one_in_their_order(points: list[tuple[str, float, float]]) -> None:
    tried = Tried([column_of(list(column)) for column in zip(*points, strict=True)], len(points))
    assert list(tried) == points
    first, place = alike(tried)
    assert [points[at] for at in first] == list(dict.fromkeys(points))
    assert [points[first[at]] for at in place] == points


def test_batches_of_any_size_make_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Sweep(toy(), tmp_path / "whole").run(Here())
    monkeypatch.setattr(plan, "BATCH", 5)
    monkeypatch.setattr(finished, "_TOGETHER", 5)
    small = Sweep(toy(), tmp_path / "small").run(Here())
    assert small.plan.digest == whole.plan.digest
    assert read_runs(tmp_path / "small").runs.equals(read_runs(tmp_path / "whole").runs)
    text = (tmp_path / "small" / "comparisons.csv").read_text(encoding="utf-8")
    assert text == (tmp_path / "whole" / "comparisons.csv").read_text(encoding="utf-8")
    straight = comparisons(
        whole.runs,
        ["policies.embargo.strength", "policies.line-for-arms"],
        ["deliveries_volume", "shortfall", "hub_share"],
    )
    assert text == straight.to_csv(index=False)
    assert small.told.rows == len(straight) == sum(map(len, small.told.first))
    for metric, rows in straight.groupby("metric"):
        expected = rows["standard_error"].max() / rows["difference"].abs().max()
        assert small.told.error(str(metric)) == pytest.approx(expected)


def test_runs_outlive_their_folder_where_they_are_detached(tmp_path: Path) -> None:
    swept = Sweep(toy(), tmp_path / "toy").run(Here())
    kept = swept.detached()
    shutil.rmtree(tmp_path / "toy")
    assert kept.folder is None and len(kept.runs) == kept.finished == 28 and len(kept.comparisons) == kept.told.rows


def test_an_error_that_is_not_known_is_not_small(tmp_path: Path) -> None:
    swept = Sweep(toy(TOY, replicates=1), tmp_path / "toy").run(Here())
    assert np.isnan(swept.told.error("deliveries_volume"))


def outcome(run: int, status: str, *numbers: float) -> Outcome:
    return Outcome(run, status, "" if status == DONE else "it broke", numbers, 0.0)


def test_what_was_made_counts_where_it_failed_elsewhere_and_two_outcomes_are_refused(tmp_path: Path) -> None:
    keys, nan = list(plan_of(toy()).keys)[:3], float("nan")
    Store(tmp_path, ["deliveries_volume"]).add(
        keys, [outcome(0, FAILED, nan), outcome(1, DONE, nan), outcome(2, DONE, 2.0)]
    )
    Store(tmp_path, ["deliveries_volume"]).add(keys[:2], [outcome(0, DONE, 7.0), outcome(1, DONE, nan)])
    kept = Store(tmp_path, ["deliveries_volume"]).read()
    rows = kept.find(digests_of(keys))
    frame = kept.frame(rows)
    assert frame["status"].tolist() == [DONE] * 3 and frame["reason"].tolist() == [""] * 3
    assert frame["deliveries_volume"].tolist()[::2] == [7.0, 2.0] and np.isnan(frame["deliveries_volume"][1])
    Store(tmp_path, ["deliveries_volume"]).add(keys[2:], [outcome(2, DONE, 3.0)])
    with pytest.raises(SimError, match=f"run {keys[2]} is kept with two outcomes"):
        Store(tmp_path, ["deliveries_volume"]).read()


def test_failed_runs_are_told_by_reason_and_forgotten(tmp_path: Path) -> None:
    keys, nan = list(plan_of(toy()).keys)[:3], float("nan")
    store = Store(tmp_path, ["deliveries_volume"])
    store.add(keys, [outcome(0, FAILED, nan), outcome(1, FAILED, nan), outcome(2, DONE, 2.0)])
    kept = store.read()
    assert kept.failures(kept.find(digests_of(keys))) == {"it broke": 2}
    assert store.forget_failed() == 2
    assert store.finished().find(digests_of(keys)).tolist() == [-1, -1, 0]
    assert store.forget_failed() == 0
