"""Makes the runs of a study that are not made yet: checks first, then works, and can be stopped at any time."""

from __future__ import annotations

import math
import statistics
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.common.errors import SimError
from sim.common.progress import Progress
from sim.experiments.execution import job_of
from sim.experiments.finished import Finished, write_comparisons
from sim.experiments.folder import plan_in, write_record
from sim.experiments.kept import Kept
from sim.experiments.paired_differences import Compared
from sim.experiments.plan import plan_of
from sim.experiments.queue import Queue, Runs
from sim.experiments.runner import Backend, Maker
from sim.experiments.store import Store
from sim.experiments.study import Study
from sim.experiments.swept import Swept
from sim.experiments.tasks import DONE, Outcome

_TRIED = 3  # points that are tried before all
_FEWEST, _MOST_REPLICATES = 4, 4_096


@dataclass(frozen=True)
class Outlook:
    """What a sweep would do.

    Attributes:
        runs: in all.
        finished: of them, made already.
        failed: of those, failed.
        seconds: that the rest takes on one core, from the runs tried; NaN where none was.
        damaged: files found damaged.
        tried: runs tried first.
        failures: how many of these failed, by reason.
    """

    runs: int
    finished: int
    failed: int
    seconds: float
    damaged: int
    tried: int
    failures: Mapping[str, int]


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
        """What there is to do, and how long it takes by the runs that were tried."""
        finished = self.store.finished()
        place = np.unique(finished.find(self.plan.keys.digests))
        pending = self._pending(finished)
        # The first run of a process compiles, which is no part of how long a run takes; one that failed takes nothing.
        took = [outcome.seconds for outcome in self._tried if outcome.status == DONE]
        return Outlook(
            runs=len(self.plan), finished=len(self.plan) - len(pending),
            failed=int((~finished.done[place[place >= 0]]).sum()),
            seconds=statistics.median(took[1:] or took) * len(pending) if took else math.nan,
            damaged=len(self.store.damaged), tried=len(self._tried),
            failures=Counter(outcome.reason for outcome in self._tried if outcome.status != DONE),
        )  # fmt: skip

    def try_some(self, backend: Backend) -> None:
        """Makes a few runs, far apart in the plan, to see how long they take and whether the metrics are numbers.

        They are kept with the others once these are made, be they done or failed.

        Args:
            backend: where; a run that ends its process takes the runner along unless processes are its own.

        Raises:
            SimError: a metric is no number in any of them, or all of them fail; or workers do not start.
        """
        pending = self._pending(self.store.finished())
        if not len(pending):
            return
        queue = Queue(self.plan, pending[np.unique(np.linspace(0, len(pending) - 1, _TRIED + 1).astype(int))])
        for outcomes in backend.work(self._job, queue):
            self._tried += outcomes
            queue.forget(outcome.run for outcome in outcomes)
        done = [outcome for outcome in self._tried if outcome.status == DONE]
        if not done:
            reasons = "; ".join(dict.fromkeys(outcome.reason for outcome in self._tried))
            raise SimError(f"all {len(self._tried)} runs tried first failed, so nothing was started: {reasons}")
        numbers = np.isfinite([outcome.kept for outcome in done])
        if empty := [name for name, column in zip(self._job.metrics, numbers.T, strict=True) if not column.any()]:
            raise SimError(
                f"{', '.join(empty)}: not a number in any of the {len(done)} runs tried first, so it would say "
                "nothing; leave it out, or narrow it down otherwise"
            )

    def _pending(self, finished: Kept) -> Runs:
        """Runs to be made, each key once."""
        keys = self.plan.keys
        place = finished.find(keys.digests)
        there = place >= 0
        if self._again:
            there[there] = finished.done[place[there]]
        return np.flatnonzero(keys.first & ~there)

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
        pending = self._pending(self.store.finished())
        number, parts = part
        first, end = (len(self.plan) * at // parts for at in (number - 1, number))
        mine = pending[(pending >= first) & (pending < end)]
        made = Maker(self.plan, self._job, self.store).make(backend, mine, progress, self._tried) if len(mine) else 0
        return replace(self.so_far() if len(self._pending(self.store.finished())) else self.finish(), made=made)

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
            The runs, and the error reached; NaN where it is not known, as of a metric that is no number in some runs.

        Raises:
            SimError: nothing is drawn in expected mode, so there is no error to make smaller.
        """
        study = self.plan.study
        if study.base.scenario.agents.mode == "expected":
            raise SimError(
                "--target-error: in expected mode nothing is drawn, so there is no Monte Carlo error; remove it"
            )
        made = 0
        while True:
            self.plan = plan_of(study, max(self.plan.replicates, min(_FEWEST, most)))
            swept = self.run(backend, progress)
            made += swept.made
            reached = swept.told.error(metric)
            now = self.plan.replicates
            if not reached > error or now >= most:
                return replace(swept, made=made), reached
            # The error falls with the root of the number; twice as many at most, since it is itself uncertain.
            wanted = int(np.ceil(now * min(2.0, 1.1 * (reached / error) ** 2)))
            self.plan = plan_of(study, min(most, max(now + 1, wanted)))

    # ------------------------------------------------------------------------------------------------------- leaving
    def so_far(self) -> Swept:
        """The table of what is finished."""
        return self._written(Finished(self.plan, self.store.read()))

    def finish(self) -> Swept:
        """The table of all runs, and one part file in place of many: the same runs, the same bytes."""
        return self._written(Finished(self.plan, self.store.join_all(self.plan.keys)), whole=True)

    def _written(self, found: Finished, *, whole: bool = False) -> Swept:
        found.write(self.folder)
        told = Compared()
        if whole:
            write_comparisons(self.folder, told.listen(found.compared()))
        else:
            deque(told.listen(found.compared()), maxlen=0)
        rows = found.place[found.runs]
        return Swept(self.plan, self.folder, len(rows), found.kept.failures(rows), found.undefined(), told)
