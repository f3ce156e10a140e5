"""The runner that all share: what a function makes of things given, here or at workers."""

from __future__ import annotations

import math
import os
import time

import pandas as pd
import pytest

import sim
from sim.experiments.local import Local
from tests.experiments.study_toys import workers_of

WORKER = "sim.experiments.worker"


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_each_thing_given_is_made_once_and_known_by_its_place(workers: int) -> None:
    made = list(sim.make_runs(math.sqrt, [9.0, 16.0, 25.0, 36.0], workers=workers))
    assert sorted(made) == [(0, 3.0), (1, 4.0), (2, 5.0), (3, 6.0)]
    assert list(sim.make_runs(math.sqrt, [], workers=workers)) == []


def test_an_error_is_its_own_here_and_said_in_one_line_where_a_worker_made_it() -> None:
    with pytest.raises(ValueError, match="math"):
        list(sim.make_runs(math.sqrt, [4.0, -1.0]))
    with pytest.raises(sim.SimError, match="ValueError: "):
        list(sim.make_runs(math.sqrt, [4.0, -1.0], workers=2))
    assert workers_of(WORKER) == []


def test_a_run_that_ends_its_process_leaves_this_one_alive() -> None:
    with pytest.raises(sim.SimError, match="its worker died 3 times, last with status 3"):
        list(sim.make_runs(os._exit, [3], workers=Local(1)))
    assert workers_of(WORKER) == []


def test_workers_end_when_nobody_asks_for_more() -> None:
    made = sim.make_runs(time.sleep, [0.0, 60.0, 60.0], workers=2)
    assert next(made) == (0, None)
    made.close()
    assert workers_of(WORKER) == []


def test_what_workers_could_not_import_is_refused() -> None:
    with pytest.raises(sim.SimError, match=r"the argument 'function' is .*<lambda>.*cannot import"):
        list(sim.make_runs(lambda one: one, [1, 2], workers=2))
    with pytest.raises(sim.SimError, match="0 workers asked for"):
        list(sim.make_runs(math.sqrt, [1.0], workers=0))


def test_an_explanation_does_not_depend_on_workers() -> None:
    one, two = (sim.explain("classroom", month="2022-03", workers=workers, progress=False) for workers in (1, 2))
    pd.testing.assert_frame_equal(one.clauses, two.clauses, check_exact=True)
    pd.testing.assert_frame_equal(one.actors, two.actors, check_exact=True)
    assert one.words == two.words and one.runs == two.runs
