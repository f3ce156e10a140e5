"""Makes runs: many into a store, where what was kept survives anything, or some of which anything is kept at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from sim.common.errors import SimError
from sim.common.progress import Progress
from sim.experiments.local import InThisProcess, Local
from sim.experiments.queue import Keyed, Queue, Runs
from sim.experiments.store import Store
from sim.experiments.tasks import FAILED, Job, Outcome, Task
from sim.rules.user_rules import refuse_unshared

Of = TypeVar("Of")
Made = TypeVar("Made")

_SECONDS_UNKEPT = 2.0  # finished runs wait at most so long before they are kept
_MOST_UNKEPT = 2_000
_SECONDS_ALONE = 20.0  # how often a look is taken at what other runners have made


class Backend(Protocol):
    """What makes the runs of a queue, wherever it does so."""

    def work(self, job: Job, queue: Queue) -> Iterator[list[Outcome]]:
        """Makes runs until the queue is empty; closing the iterator ends all workers."""


def backend_of(workers: int) -> Backend:
    """Where so many workers make runs; one makes them here."""
    return Local(workers) if workers > 1 else InThisProcess()


@contextmanager
def _at_work(backend: Backend, job: Job, queue: Queue) -> Iterator[Iterator[list[Outcome]]]:
    """A back end making the runs of a queue; its workers end with the block."""
    outcomes = backend.work(job, queue)
    try:
        yield outcomes
    finally:
        if hasattr(outcomes, "close"):
            outcomes.close()


@dataclass(frozen=True, eq=False)
class _Given(Generic[Of, Made]):
    """A job and its plan: one function, and what it is called with, run by run."""

    function: Callable[[Of], Made]
    given: Sequence[Of]

    def bench(self) -> _Given[Of, Made]:
        return self

    def do(self, task: Task) -> tuple[Made]:
        return (self.function(self.given[task.run]),)

    def __len__(self) -> int:
        return len(self.given)

    def luck(self, runs: Runs) -> Runs:
        return runs

    def task(self, run: int) -> Task:
        return Task(run, -1, {}, {}, 0)


def make_runs(
    function: Callable[[Of], Made], given: Sequence[Of], *, workers: int | Backend = 1
) -> Iterator[tuple[int, Made]]:
    """What a function makes of each thing given, such as the metrics of a case's run, as they end.

    Args:
        function: what makes a run and keeps of it what is wanted; with more than one worker it must be importable.
        given: what it is called with, once each.
        workers: processes, 1 for none beside this one; or a back end.

    Yields:
        Place among the things given, and what was made.

    Raises:
        SimError: a run fails at a worker, or ends it; here, an error of the function is its own.

    Example:
        >>> import sim
        >>> cases = [sim.load("classroom").with_changes(seed=seed) for seed in (1, 2)]
        >>> made = dict(sim.make_runs(lambda case: case.run().target, cases))
        >>> made
        {0: 'GAMMA', 1: 'GAMMA'}
    """
    if isinstance(workers, int) and workers < 1:
        raise SimError(f"{workers} workers asked for; runs need one at least")
    if isinstance(workers, int) and min(workers, len(given)) < 2:
        yield from ((place, function(one)) for place, one in enumerate(given))
        return
    refuse_unshared({"function": function}, "argument")
    job = _Given(function, given)
    queue = Queue(job, np.arange(len(given)))
    backend = Local(min(workers, len(given))) if isinstance(workers, int) else workers
    with _at_work(backend, job, queue) as at_work:
        for outcomes in at_work:
            queue.forget(outcome.run for outcome in outcomes)
            for outcome in outcomes:
                if outcome.status == FAILED:
                    raise SimError(outcome.reason)
                yield outcome.run, outcome.kept[0]


class Maker:
    """Makes runs of a plan into a store.

    Args:
        plan: all runs.
        job: what they have in common.
        store: where finished ones are kept.
    """

    def __init__(self, plan: Keyed, job: Job, store: Store) -> None:
        self._plan, self._job, self._store = plan, job, store

    def make(
        self, backend: Backend, runs: Runs, progress: Progress | None = None, tried: Sequence[Outcome] = ()
    ) -> int:
        """Makes runs, and returns how many; whatever happens, finished ones are kept.

        Args:
            backend: where.
            runs: places in the plan.
            progress: called with (runs made, runs in all).
            tried: runs made already that are not kept yet.
        """
        queue = Queue(self._plan, runs, _start_of(self._store))
        total, made = len(self._plan), 0
        before = total - len(runs)
        unkept = [outcome for outcome in tried if (runs == outcome.run).any()]
        queue.forget(outcome.run for outcome in unkept)
        kept = looked = time.monotonic()
        with _at_work(backend, self._job, queue) as at_work:
            try:
                for outcomes in at_work if len(queue) else ():
                    unkept += outcomes
                    queue.forget(outcome.run for outcome in outcomes)
                    now = time.monotonic()
                    if now - kept > _SECONDS_UNKEPT or len(unkept) >= _MOST_UNKEPT:
                        made += self._keep(unkept)
                        kept = now
                    if now - looked > _SECONDS_ALONE:
                        self._look_round(queue)
                        looked = now
                    if progress is not None:
                        progress(before + len(runs) - len(queue), total)
            finally:
                made += self._keep(unkept)
        return made

    def _keep(self, unkept: list[Outcome]) -> int:
        """Keeps what is finished; returns how many runs that was."""
        self._store.add([self._plan.keys[outcome.run] for outcome in unkept], unkept)
        count = len(unkept)
        unkept.clear()
        return count

    def _look_round(self, queue: Queue) -> None:
        """Leaves out what another runner on the folder has made meanwhile."""
        left = queue.left()
        queue.forget(left[self._store.finished().find(self._plan.keys.digests[left]) >= 0])


def _start_of(store: Store) -> float:
    """Where a runner begins, a share of the work that differs from runner to runner."""
    return (hash(store.runner) % 997) / 997.0
