"""Runs in which a metric is no number, and runs that end their process: counted, named, and in no mean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_toys import HEAD, Here, toy

from sim.common.errors import SimError
from sim.experiments import Local, Sweep, comparisons, read_runs
from sim.experiments.queue import Queue
from sim.experiments.tasks import Job, Outcome
from sim.report.finding import left_out
from sim.report.notebook import page_of
from sim.report.numbers import cell
from sim.report.study_tables import compared_table, outlook_told, swept_told
from sim.simulation.simulation import Case

NAN, INF = float("nan"), float("inf")
# Nothing is lost to an embargo of strength 0, so there is no share of it that could be diverted.
STUDY = HEAD.replace("mode: sampled}", "mode: expected}\n  policies: [{id: line-for-arms, enabled: false}, "
                     "{id: line-for-dual-use, enabled: false}]") + (
    "levers: {parameters.aversion: [3, 6]}\nuncertainties: {policies.embargo.strength: [0.0, 0.5, 0.9]}\n"
    "metrics: [deliveries_volume, diversion_ratio]\n"
)  # fmt: skip


class Spoilt(Here):
    """A back end that puts a value in place of a metric of some runs."""

    def __init__(self, value: float, *runs: int) -> None:
        super().__init__()
        self.value, self.spoilt = value, runs

    def work(self, job: Job, queue: Queue) -> Iterator[list[Outcome]]:
        for some in super().work(job, queue):
            yield [one._replace(kept=(self.value, *one.kept[1:])) if one.run in self.spoilt else one for one in some]


def rows(numbers: list[list[float]], there: float = 0.0) -> pd.DataFrame:
    """Two packages, numbers by package and world, against a run of every world."""
    found = [
        {"point": package, "package": package, "world": world, "replicate": 0, "status": "done", "x": float(package),
         "y": there if package < 0 else numbers[package][world]}
        for package in (-1, 0, 1) for world in (0, 1, 2)
    ]  # fmt: skip
    return pd.DataFrame(found)


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_mean_is_over_every_world_or_none(bad: float) -> None:
    table = comparisons(rows([[1.0, 2.0, 6.0], [1.0, bad, 6.0]]), ["x"], ["y"]).set_index("package")
    whole, spoilt = table.loc[0], table.loc[1]
    assert (whole["worlds"], whole["undefined"], whole["mean"], whole["difference"]) == (3, 0, 3.0, 3.0)
    assert (spoilt["worlds"], spoilt["undefined"], spoilt["compared_with"]) == (3, 1, 0.0)
    assert spoilt[["mean", "difference", "standard_error", "low", "high", "low_world", "high_world"]].isna().all()


@pytest.mark.parametrize("bad", [NAN, INF])
def test_a_number_that_is_not_there_in_the_run_compared_with_spoils_the_difference_alone(bad: float) -> None:
    table = rows([[1.0, 2.0, 6.0], [4.0, 4.0, 4.0]])
    table.loc[1, "y"] = bad
    found = comparisons(table, ["x"], ["y"])
    assert found["mean"].tolist() == [3.0, 4.0]
    assert found["undefined"].tolist() == [1, 1]
    assert found[["compared_with", "difference", "low_world"]].isna().all(axis=None)


def test_a_run_that_failed_takes_its_world_out_of_the_mean_and_the_count() -> None:
    table = rows([[1.0, 2.0, 6.0], [4.0, 4.0, 4.0]])
    table.loc[4, ["status", "y"]] = ["failed", NAN]
    found = comparisons(table, ["x"], ["y"])
    assert found["worlds"].tolist() == [2, 3]
    assert found["undefined"].tolist() == [0, 0]
    assert found["mean"].tolist() == [3.5, 4.0]


def test_runs_without_a_number_are_counted_and_named(tmp_path: Path) -> None:
    swept = Sweep(toy(STUDY), tmp_path / "toy").run(Here())
    assert (swept.runs["status"] == "done").all()
    (one,) = swept.undefined
    bad = swept.runs[swept.runs["diversion_ratio"].isna()]
    assert (one.metric, one.runs, one.of) == ("diversion_ratio", len(bad), 9)
    assert "point 3 (parameters.aversion 6, policies.embargo.strength 0, world 0, replicate 0)" in one.named
    assert "the run compared with (policies.embargo.strength 0, world 0, replicate 0)" in one.named
    said = swept_told(swept)
    assert "diversion_ratio: not a number in 5 of 9 runs: " in said
    assert "deliveries_volume" not in said
    assert "diversion_ratio not a number in 5" in repr(swept)
    assert "diversion_ratio: not a number in 5 of 9 runs" in page_of(swept)
    assert "–" in page_of(read_runs(tmp_path / "toy"))
    frame = compared_table(swept).frame
    assert frame["not a number"].tolist() == ["", "3 of 3", "", "3 of 3"]
    assert cell(frame["mean"][1]) == "–"


@pytest.mark.parametrize("bad", [NAN, INF])
def test_one_run_of_many_is_not_averaged_away(tmp_path: Path, bad: float) -> None:
    swept = Sweep(toy(), tmp_path / "toy").run(Spoilt(bad, 5))
    (one,) = swept.undefined
    assert (one.metric, one.runs, len(one.named)) == ("deliveries_volume", 1, 1)
    package = int(swept.runs.loc[5, "package"])
    found = swept.comparisons.set_index(["package", "metric"])
    assert found.loc[(package, "deliveries_volume"), "undefined"] == 1
    assert np.isnan(found.loc[(package, "deliveries_volume"), "difference"])
    others = found.drop(index=(package, "deliveries_volume"))
    assert (others["undefined"] == 0).all() and others["difference"].notna().all()
    assert np.isnan(swept.told.error("deliveries_volume")) and swept.told.error("shortfall") > 0.0
    assert np.isnan(swept.summary()["deliveries_volume"]).sum() == 1


def test_a_metric_that_is_no_number_in_any_run_tried_is_refused_whatever_it_is(tmp_path: Path) -> None:
    with pytest.raises(SimError, match="deliveries_volume: not a number in any of the 4 runs tried first"):
        Sweep(toy(), tmp_path / "toy").try_some(Spoilt(INF, *range(28)))


# --------------------------------------------------------------------------------------- runs that end their process
class Deadly:
    """A posterior whose only draw ends the process that takes it, at one value of an uncertainty's draw."""

    def case_at(self, case: Case, draw: int, *, world_errors: bool = False) -> Case:
        os._exit(7)


class OneDies(Local):
    """Workers to whom one run of the plan is deadly."""

    def __init__(self, run: int) -> None:
        super().__init__(1)
        self.deadly = run

    def work(self, job: Job, queue: Queue) -> Iterator[list[Outcome]]:
        take = queue.take

        def deadly(worker: Any, most: int) -> list[Any]:
            return [task._replace(draw=0) if task.run == self.deadly else task for task in take(worker, most)]

        queue.take = deadly  # type: ignore[method-assign]
        return super().work(replace(job, posterior=Deadly()), queue)


@pytest.fixture
def own_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers find this module."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.mark.usefixtures("own_modules")
def test_a_run_tried_first_that_ends_its_process_fails_alone_and_is_told(tmp_path: Path) -> None:
    sweep, backend = Sweep(toy(), tmp_path / "toy"), Here()
    sweep.try_some(OneDies(0))
    outlook = sweep.outlook()
    assert (outlook.tried, sum(outlook.failures.values())) == (4, 1)
    assert "1 of 4 runs tried first failed: its worker died 3 times, last with status 7" in outlook_told(outlook, 1)
    assert outlook.seconds > 0.0
    assert not (tmp_path / "toy").exists()
    swept = sweep.run(backend)
    assert 0 not in backend.made and len(backend.made) == 24
    assert swept.runs["status"].tolist() == ["failed", *["done"] * 27]
    assert "its worker died 3 times" in swept.runs.loc[0, "reason"]
    (line,) = left_out(swept.as_kept())
    assert line.startswith("1 of 28 runs failed and are left out: its worker died 3 times")
