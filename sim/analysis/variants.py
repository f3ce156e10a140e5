"""Runs of one case in several variants, each with some inputs set otherwise, measured and paired."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.common.errors import SimError
from sim.experiments.execution import MetricsJob
from sim.experiments.points import Keys, digests_of
from sim.experiments.provenance import code_digest, makers_of_case
from sim.experiments.queue import Runs
from sim.experiments.runner import Maker, backend_of
from sim.experiments.store import Store
from sim.experiments.tasks import Task
from sim.metrics.parse import asked_of
from sim.simulation.inputs import Setting, apply_values, input_of
from sim.simulation.simulation import Case


@dataclass(frozen=True)
class Work:
    """How runs are made; the numbers do not depend on it.

    Attributes:
        workers: processes.
        progress: called with (runs done, runs in all).
        folder: where finished runs are kept, so that none is made twice; None keeps them until the end only.
    """

    workers: int = 1
    progress: Callable[[int, int], None] | None = None
    folder: Path | None = None


ALONE = Work()


class Variant(NamedTuple):
    """A change of a case.

    Attributes:
        name: tells it apart.
        values: what it sets, by address (see :mod:`sim.simulation.inputs`): clauses off or added, parameters.
    """

    name: str
    values: Mapping[str, Setting] = {}


class _Plan:
    """Every variant of every case, case by case."""

    def __init__(self, cases: Sequence[Case], variants: Sequence[Variant], metrics: Sequence[str]) -> None:
        self._cases, self._variants, self._metrics = tuple(cases), tuple(variants), tuple(metrics)
        for variant in variants:
            _check(cases[0], variant.values)

    def __len__(self) -> int:
        return len(self._cases) * len(self._variants)

    def luck(self, runs: Runs) -> Runs:
        """The number of the case: its runs share that without policy."""
        return runs // len(self._variants)

    def task(self, run: int) -> Task:
        """One variant of one case."""
        case, variant = divmod(run, len(self._variants))
        return Task(run, case, {}, dict(self._variants[variant].values), self._cases[case].scenario.seed)

    @cached_property
    def keys(self) -> Keys:
        """Digests of all that determines a variant's numbers; its name does not."""
        makers = [[makers_of_case(case), case.scenario.seed, sorted(self._metrics)] for case in self._cases]
        changes = [one.values for one in self._variants]
        texts = (json.dumps([case, values], sort_keys=True, default=str) for case in makers for values in changes)
        return Keys(digests_of([hashlib.sha256(text.encode()).hexdigest()[:32] for text in texts]))

    def rows(self) -> pd.DataFrame:
        """Case and variant of each run."""
        names = [one.name for one in self._variants]
        rows = [(case, name) for case in range(len(self._cases)) for name in names]
        return pd.DataFrame(rows, columns=["case", "variant"])


class _Given(NamedTuple):
    """Cases in place of a posterior: the draw is their number."""

    cases: tuple[Case, ...]

    def case_at(self, case: Case, draw: int, *, world_errors: bool) -> Case:
        """The case of a number."""
        return self.cases[draw]


def _check(case: Case, values: Mapping[str, Setting]) -> None:
    """Refuses what the case does not take.

    Raises:
        SimError: an input that is not there, or a value or a clause that the scenario does not allow.
    """
    for address, value in values.items():
        if not isinstance(value, Mapping):  # a clause that is added is not there yet
            input_of(address, case.scenario)
    apply_values(case.scenario, values)


def measure_variants(
    cases: Sequence[Case],
    variants: Sequence[Variant],
    metrics: Sequence[str],
    work: Work = ALONE,
) -> pd.DataFrame:
    """Runs every variant of every case; metrics that compare are paired with the case without any clause.

    Args:
        cases: one per posterior draw or replicate; of one world and the same months.
        variants: what to change.
        metrics: names.
        work: how, and where finished runs are kept.

    Returns:
        ``case`` (position), ``variant`` (name), and a column per metric; case by case, variants in their order.

    Raises:
        FaultList: metrics that the world does not know.
        SimError: variants that the scenario does not allow, a run that fails, or runs that cannot be kept.
    """
    scenario = cases[0].scenario
    asked_of(metrics, cases[0].world, scenario.months.first, scenario.months.count)
    plan = _Plan(cases, variants, metrics)
    with _folder(work, metrics) as folder:
        store = Store(folder, metrics)
        store.forget_failed()
        runs = np.flatnonzero(plan.keys.first & (store.finished().find(plan.keys.digests) < 0))
        job = MetricsJob(cases[0], _Given(tuple(cases)), False, tuple(metrics), code_digest())
        backend = backend_of(min(work.workers, max(len(runs), 1)))
        if len(runs):
            Maker(plan, job, store).make(backend, runs, work.progress)
        kept = store.join_all(plan.keys)
    rows = kept.find(plan.keys.digests)
    if failures := kept.failures(rows):
        raise SimError(f"{sum(failures.values()):,} of {len(rows):,} runs failed: {'; '.join(failures)}")
    if work.progress is not None:
        work.progress(len(rows), len(rows))
    return pd.concat([plan.rows(), kept.frame(rows)[list(metrics)]], axis=1)


def refuse_undefined(found: pd.DataFrame, metrics: Sequence[str], where: str, need: str) -> None:
    """Says which metric is NaN or infinite in which variants, where a mean would pass over it or be spoilt.

    Args:
        found: as :func:`measure_variants` gives it.
        metrics: columns.
        where: words before the name of the variant.
        need: what needs a number.

    Raises:
        SimError: one is.
    """
    for metric in metrics:
        bad = found[~np.isfinite(found[metric].to_numpy(float))]
        if len(bad):
            first = bad.iloc[0]
            raise SimError(
                f"{metric} is not a number {where}: {first['variant']}, case {first['case']} "
                f"({len(bad)} of {len(found)} runs); {need}"
            )


@contextmanager
def _folder(work: Work, metrics: Sequence[str]) -> Iterator[Path]:
    """Where runs of these metrics and this code are kept; for the time being only, where no folder is named."""
    if work.folder is None:
        with tempfile.TemporaryDirectory() as scratch:
            yield Path(scratch)
    else:
        makers = json.dumps([list(metrics), code_digest()])
        yield work.folder / hashlib.sha256(makers.encode()).hexdigest()[:12]
