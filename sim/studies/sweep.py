"""Makes the runs of a study that are not made yet: checks first, then works, and can be stopped at any time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from sim.errors import SimError
from sim.progress import Progress
from sim.studies.folder import COMPARISONS, plan_in, write_record, write_table, write_text
from sim.studies.loader import Study
from sim.studies.paired import comparisons, largest_error
from sim.studies.plan import plan_of
from sim.studies.queue import Queue
from sim.studies.store import Store
from sim.studies.swept import Swept
from sim.studies.tasks import DONE, FAILED, Job, Outcome
from sim.studies.work import Bench, job_of

_SECONDS_UNKEPT = 2.0  # finished runs wait at most so long before they are kept
_MOST_UNKEPT = 2_000
_SECONDS_ALONE = 20.0  # how often a look is taken at what other runners have made
_TRIED = 3  # points that are tried before all
_FEWEST, _MOST_REPLICATES = 4, 4_096


class Backend(Protocol):
    """What makes the runs of a queue, wherever it does so."""

    def work(self, job: Job, queue: Queue) -> Iterator[list[Outcome]]:
        """Makes runs until the queue is empty; closing the iterator ends all workers."""


@dataclass(frozen=True)
class Outlook:
    """What a sweep would do.

    Attributes:
        runs: in all.
        finished: of them, made already.
        failed: of those, failed.
        seconds: that the rest takes on one core, from the runs tried; NaN where none was.
        damaged: files found damaged.
    """

    runs: int
    finished: int
    failed: int
    seconds: float
    damaged: int


class Sweep:
    """A study at work in its folder.

    Args:
        study: the study.
        folder: of its results; made if it is missing.
        expand: whether the folder may hold fewer runs than the study has now.
        again: whether failed runs are made again.

    Raises:
        SimError: the folder does not go with the study.
    """

    def __init__(self, study: Study, folder: Path, *, expand: bool = False, again: bool = False) -> None:
        self.folder = folder
        self.plan = plan_in(folder, study, expand=expand)
        self.store = Store(folder, study.file.metrics)
        self._again = again
        self._job = job_of(study)
        self._tried: list[Outcome] = []

    # ------------------------------------------------------------------------------------------------- looking ahead
    def outlook(self) -> Outlook:
        """What there is to do; tries a few runs, which are kept unless they are only to be looked at."""
        finished = self.store.read()
        ours = finished[finished.index.isin(self.plan.keys)]
        pending = self._pending(finished)
        seconds = statistics.median(outcome.seconds for outcome in self._tried) if self._tried else float("nan")
        return Outlook(
            len(self.plan), len(self.plan) - len(pending), int((ours["status"] == FAILED).sum()),
            seconds * len(pending), len(self.store.damaged),
        )  # fmt: skip

    def try_some(self) -> None:
        """Makes a few runs here, far apart in the plan, to see how long they take and whether the metrics are numbers.

        Raises:
            SimError: a metric is no number in any of them, or all of them fail.
        """
        pending = self._pending(self.store.read())
        if not len(pending):
            return
        bench = Bench(self._job)
        places = np.unique(np.linspace(0, len(pending) - 1, _TRIED + 1).astype(int))
        runs = pending[places]
        bench.do(self.plan.task(int(runs[0])))  # compiles, which is no part of how long a run takes
        self._tried = [bench.do(self.plan.task(int(run))) for run in runs]
        done = [outcome for outcome in self._tried if outcome.status == DONE]
        if not done:
            reasons = "; ".join(dict.fromkeys(outcome.reason for outcome in self._tried))
            raise SimError(f"all {len(self._tried)} runs tried first failed, so nothing was started: {reasons}")
        numbers = np.array([outcome.metrics for outcome in done])
        if empty := [name for name, column in zip(self._job.metrics, numbers.T, strict=True) if np.isnan(column).all()]:
            raise SimError(
                f"{', '.join(empty)}: not a number in any of the {len(done)} runs tried first, so it would say "
                "nothing; leave it out, or narrow it down otherwise"
            )

    def _pending(self, finished: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Runs to be made, each key once."""
        kept = finished[finished["status"] == DONE] if self._again else finished
        known = set(kept.index)
        first: dict[str, int] = {}
        for run, key in enumerate(self.plan.keys):
            if key not in known:
                first.setdefault(key, run)
        return np.fromiter(first.values(), dtype=np.int64, count=len(first))

    # ------------------------------------------------------------------------------------------------------- working
    def run(self, backend: Backend, progress: Progress | None = None, part: tuple[int, int] = (1, 1)) -> Swept:
        """Makes every run that is not made yet.

        Args:
            backend: where.
            progress: called with (runs made, runs in all).
            part: which part of how many, where several runners share the work without seeing each other.

        Raises:
            SimError: runs cannot be kept, or workers do not start. Finished runs are kept, whatever happens.
        """
        write_record(self.folder, self.plan)
        if self._again:
            self.store.forget_failed()
        finished = self.store.read()
        pending = self._pending(finished)
        number, parts = part
        first, end = (len(self.plan) * at // parts for at in (number - 1, number))
        mine = pending[(pending >= first) & (pending < end)]
        made = self._work(backend, mine, len(self.plan), progress) if len(mine) else 0
        return replace(self.finish() if not len(self._pending(self.store.read())) else self.so_far(), made=made)

    def _work(
        self, backend: Backend, runs: np.ndarray[tuple[int], np.dtype[np.int64]], total: int, progress: Progress | None
    ) -> int:
        queue = Queue(self.plan, runs, _start_of(self.store))
        before, made = total - len(runs), 0
        unkept = [outcome for outcome in self._tried if outcome.run in set(runs.tolist())]
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
        self.store.add([self.plan.keys[outcome.run] for outcome in unkept], unkept)
        count = len(unkept)
        unkept.clear()
        return count

    def _look_round(self, queue: Queue) -> None:
        """Leaves out what another runner on the folder has made meanwhile."""
        known = set(self.store.read().index)
        queue.forget([run for run in queue.left() if self.plan.keys[run] in known])

    def until(
        self, error: float, backend: Backend, metric: str, most: int = 256, progress: Progress | None = None
    ) -> tuple[Swept, float]:
        """Adds replicates until the Monte Carlo error of a metric's paired differences is small enough.

        Args:
            error: largest standard error wanted, as a share of the largest difference.
            backend: where runs are made.
            metric: the metric.
            most: replicates at most.
            progress: called with (runs made, runs in all).

        Returns:
            The runs, and the error reached.

        Raises:
            SimError: nothing is drawn in expected mode, so there is no error to make smaller.
        """
        study = self.plan.study
        if study.base.scenario.agents.mode == "expected":
            raise SimError("--until: in expected mode nothing is drawn, so there is no Monte Carlo error; remove it")
        made = 0
        while True:
            self.plan = plan_of(study, max(self.plan.replicates, min(_FEWEST, most)))
            swept = self.run(backend, progress)
            made += swept.made
            reached = largest_error(swept.comparisons, metric)
            now = self.plan.replicates
            if not reached > error or now >= most:
                return replace(swept, made=made), reached
            # The error falls with the root of the number; twice as many at most, since it is itself uncertain.
            wanted = int(np.ceil(now * min(2.0, 1.1 * (reached / error) ** 2)))
            self.plan = plan_of(study, min(most, max(now + 1, wanted)))

    # ------------------------------------------------------------------------------------------------------- leaving
    def so_far(self) -> Swept:
        """The table of what is finished."""
        table = write_table(self.folder, self.plan, self.store.read())
        return self._swept(table)

    def finish(self) -> Swept:
        """The table of all runs, and one part file in place of many: the same runs, the same bytes."""
        self.store.join_all(self.plan.keys)
        swept = self.so_far()
        write_text(self.folder, COMPARISONS, swept.comparisons.to_csv(index=False))
        return swept

    def _swept(self, table: pd.DataFrame) -> Swept:
        levers = [lever.name for lever in self.plan.study.levers]
        return Swept(self.plan, self.folder, table, comparisons(table, levers, self.plan.study.file.metrics), 0)


def _start_of(store: Store) -> float:
    """Where a runner begins, a share of the work that differs from runner to runner."""
    return (hash(store.runner) % 997) / 997.0


def empty_metrics(swept: Swept, metrics: Sequence[str]) -> list[str]:
    """Metrics that are no number in any finished run."""
    done = swept.runs[swept.runs["status"] == DONE]
    return [name for name in metrics if len(done) and done[name].isna().all()]
