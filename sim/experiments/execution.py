"""Runs of which metrics are kept: how a worker makes them, and what they share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.common.errors import SimError
from sim.experiments.provenance import code_digest
from sim.experiments.tasks import Draws, Settings, Task
from sim.metrics import measure
from sim.scenario.metric_address import parse_address
from sim.simulation.inputs import apply_values
from sim.simulation.simulation import Case

if TYPE_CHECKING:
    from sim.experiments.study import Study
    from sim.simulation.tables import RunArrays


@dataclass(frozen=True, eq=False)
class MetricsJob:
    """Runs of which metrics are kept.

    Attributes:
        base: the case that every point starts from.
        posterior: where draws are taken from.
        world_errors: whether each draw has a world of its own.
        metrics: what is kept of a run.
        code: digest of the code that makes the numbers; a worker with other code refuses.
    """

    base: Case
    posterior: Draws | None
    world_errors: bool
    metrics: tuple[str, ...]
    code: str

    def bench(self) -> MetricsBench:
        """Where a worker makes them.

        Raises:
            SimError: the code here is not that of the study, or a rule of its base may not run.
        """
        return MetricsBench(self)


def job_of(study: Study) -> MetricsJob:
    """What the workers of a study share."""
    return MetricsJob(study.base, study.posterior, study.world_errors, tuple(study.file.metrics), code_digest())


class MetricsBench:
    """Makes runs one after the other, and remembers the run without any clause for those of its world and luck.

    Args:
        job: what they have in common.
    """

    def __init__(self, job: MetricsJob) -> None:
        if job.code != code_digest():
            raise SimError("this worker has another version of sanctions-sim than the study; install the same there")
        job.base.replaced()  # what is wrong with a rule is said once, not run by run
        self.job = job
        self._paired = any(parse_address(name).metric.paired for name in job.metrics)
        self._usual: tuple[object, RunArrays] | None = None
        self._drawn = lru_cache(maxsize=4)(self._case_at)

    def do(self, task: Task) -> tuple[float, ...]:
        """The metrics of one run."""
        usual = self._run_without_policy(task) if self._paired or task.package is None else None
        arrays = usual if task.package is None and usual is not None else self._run(task)
        numbers = measure(arrays, self.job.metrics, usual)
        return tuple(numbers[name] for name in self.job.metrics)

    def _run_without_policy(self, task: Task) -> RunArrays:
        """The run of the same world and replicate without any clause, remembered for the runs that follow."""
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
        return self.job.posterior.case_at(self.job.base, draw, world_errors=self.job.world_errors)
