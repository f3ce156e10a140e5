"""What a worker does: it turns tasks into outcomes, one run each, and shares between them what they have in common."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.common.errors import FaultList, SimError
from sim.experiments.provenance import code_digest
from sim.experiments.tasks import DONE, FAILED, Job, Outcome, Settings, Task
from sim.metrics import METRICS, measure
from sim.simulation.inputs import apply_values
from sim.simulation.simulation import Case

if TYPE_CHECKING:
    from sim.experiments.study import Study
    from sim.simulation.tables import RunArrays

_LONGEST_REASON = 500


def job_of(study: Study) -> Job:
    """What the workers of a study share."""
    return Job(study.base, study.posterior, tuple(study.file.metrics), code_digest())


def failed(run: int, reason: str, metrics: Sequence[str]) -> Outcome:
    """The outcome of a run that has no metrics."""
    return Outcome(run, FAILED, reason[:_LONGEST_REASON], (float("nan"),) * len(metrics), 0.0)


class Bench:
    """Makes runs one after the other.

    Args:
        job: what they have in common.

    Raises:
        SimError: the code here is not that of the study, or a rule of its base may not run.
    """

    def __init__(self, job: Job) -> None:
        if job.code != code_digest():
            raise SimError("this worker has another version of sanctions-sim than the study; install the same there")
        job.base.replaced()  # what is wrong with a rule is said once, not run by run
        self.job = job
        self._paired = any(METRICS[base_name(name)].paired for name in job.metrics)
        self._usual: tuple[object, RunArrays] | None = None
        self._drawn = lru_cache(maxsize=4)(self._case_at)

    def do(self, task: Task) -> Outcome:
        """Makes one run; whatever is wrong with it stays its own affair."""
        started = time.perf_counter()
        try:
            found = self._measured(task)
        except Exception as error:
            return failed(task.run, _reason(error), self.job.metrics)
        return Outcome(task.run, DONE, "", found, time.perf_counter() - started)

    def _measured(self, task: Task) -> tuple[float, ...]:
        usual = self._run_without_policy(task) if self._paired or task.package is None else None
        arrays = usual if task.package is None and usual is not None else self._run(task)
        numbers = measure(arrays, self.job.metrics, usual)
        return tuple(numbers[name] for name in self.job.metrics)

    def _run_without_policy(self, task: Task) -> RunArrays:
        """The run of the same world and luck without any clause, remembered for the runs that follow."""
        key = (task.draw, tuple(sorted(task.world.items(), key=lambda item: item[0])), task.seed)
        if self._usual is None or self._usual[0] != key:
            self._usual = None
            self._usual = key, self._run(task._replace(package=None))
        return self._usual[1]

    def _run(self, task: Task) -> RunArrays:
        arrays: RunArrays = self.case(task).run().source
        return arrays

    def case(self, task: Task) -> Case:
        """The case of a task."""
        base = self._drawn(task.draw)
        settings: Settings = {**task.world, **(task.package or {})}
        scenario = apply_values(base.scenario, settings)
        law = {"policies": ()} if task.package is None else {}
        seeded = scenario.model_copy(update={"seed": task.seed, **law})
        return replace(base, scenario=seeded, drawn=None)

    def _case_at(self, draw: int) -> Case:
        if draw < 0 or self.job.posterior is None:
            return self.job.base
        return self.job.posterior.case_at(self.job.base, draw)


def base_name(metric: str) -> str:
    """The name of a metric without what it is narrowed down to."""
    return metric.partition("[")[0].partition("@")[0].strip()


def _reason(error: Exception) -> str:
    """What went wrong with a run, in one line."""
    if isinstance(error, FaultList):
        return "; ".join(f"{fault.where}: {fault.message}" for fault in error.faults)
    text = " ".join(str(error).split())
    return text if isinstance(error, SimError) else f"{type(error).__name__}: {text}"
