"""Makes runs and keeps them as they come in: what was kept survives anything, and is never made again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Protocol

from sim.common.progress import Progress
from sim.experiments.queue import Planned, Queue, Runs
from sim.experiments.store import Store
from sim.experiments.tasks import Job, Outcome

_SECONDS_UNKEPT = 2.0  # finished runs wait at most so long before they are kept
_MOST_UNKEPT = 2_000
_SECONDS_ALONE = 20.0  # how often a look is taken at what other runners have made


class Backend(Protocol):
    """What makes the runs of a queue, wherever it does so."""

    def work(self, job: Job, queue: Queue) -> Iterator[list[Outcome]]:
        """Makes runs until the queue is empty; closing the iterator ends all workers."""


class Maker:
    """Makes runs of a plan into a store.

    Args:
        plan: all runs.
        job: what they have in common.
        store: where finished ones are kept.
    """

    def __init__(self, plan: Planned, job: Job, store: Store) -> None:
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
        at_work = backend.work(self._job, queue)
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
            if isinstance(at_work, Iterator) and hasattr(at_work, "close"):
                at_work.close()
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
