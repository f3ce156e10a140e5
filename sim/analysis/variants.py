"""Runs of one case in several variants, measured and paired: clauses left out, clauses added, parameters set."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from sim.common.errors import SimError
from sim.experiments.factors import OFF, ON, Target, Value
from sim.experiments.local import InThisProcess, Local
from sim.experiments.points import Keys, digests_of
from sim.experiments.provenance import code_digest, makers_of_case
from sim.experiments.queue import Runs
from sim.experiments.runner import Maker
from sim.experiments.store import Store
from sim.experiments.tasks import Job, Settings, Task
from sim.metrics.parse import asked_of
from sim.simulation.simulation import Case

if TYPE_CHECKING:
    from sim.policies import Policy


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


@dataclass(frozen=True)
class Variant:
    """A change of a case.

    Attributes:
        name: tells it apart.
        without: ids of clauses left out.
        policies: clauses added, as a scenario file has them.
        parameters: parameters set.
    """

    name: str
    without: tuple[str, ...] = ()
    policies: tuple[Mapping[str, Any], ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)


class _Plan:
    """Every variant of every case, case by case."""

    def __init__(self, cases: Sequence[Case], variants: Sequence[Variant], metrics: Sequence[str]) -> None:
        self._cases, self._variants, self._metrics = tuple(cases), tuple(variants), tuple(metrics)
        self.targets: dict[str, Target] = {}
        clauses = _clauses(cases[0], variants)
        self._settings = [self._settings_of(one, clauses) for one in variants]

    def _settings_of(self, variant: Variant, clauses: Mapping[str, Policy]) -> Settings:
        added = [clauses[_said(clause)] for clause in variant.policies]
        moved: list[tuple[Target, Value]] = [
            *((Target("switch", name, "", ON), OFF) for name in variant.without),
            *((Target("clause", clause.id, "", OFF, clause), ON) for clause in added),
            *((Target("parameter", name, "", value), value) for name, value in variant.parameters.items()),
        ]
        settings: Settings = {}
        for target, value in moved:
            said = _said(target.clause.model_dump(mode="json")) if target.clause is not None else ""
            name = f"{target.kind} {target.owner} {said}"
            self.targets[name], settings[name] = target, value
        return settings

    def __len__(self) -> int:
        return len(self._cases) * len(self._variants)

    def luck(self, runs: Runs) -> Runs:
        """The number of the case: its runs share that without policy."""
        return runs // len(self._variants)

    def task(self, run: int) -> Task:
        """One variant of one case."""
        case, variant = divmod(run, len(self._variants))
        return Task(run, case, {}, self._settings[variant], self._cases[case].scenario.seed)

    @cached_property
    def keys(self) -> Keys:
        """Digests of all that determines a variant's numbers; its name does not."""
        makers = [[makers_of_case(case), case.scenario.seed, sorted(self._metrics)] for case in self._cases]
        texts = (json.dumps([case, variant], sort_keys=True) for case in makers for variant in self._settings)
        return Keys(digests_of([hashlib.sha256(text.encode()).hexdigest()[:32] for text in texts]))

    def rows(self) -> pd.DataFrame:
        """Case and variant of each run."""
        names = [one.name for one in self._variants]
        rows = [(case, name) for case in range(len(self._cases)) for name in names]
        return pd.DataFrame(rows, columns=["case", "variant"])


class _Given(NamedTuple):
    """Cases in place of a posterior: the draw is their number."""

    cases: tuple[Case, ...]

    def case_at(self, case: Case, draw: int) -> Case:
        """The case of a number."""
        return self.cases[draw]


def _said(clause: Mapping[str, Any]) -> str:
    return json.dumps(clause, sort_keys=True, default=str)


def _clauses(case: Case, variants: Sequence[Variant]) -> dict[str, Policy]:
    """The clauses that variants add, checked against the case, by what is said of them.

    Raises:
        FaultList: a clause that the world does not allow, or ids that are left out and not there.
    """
    case.with_changes(without=sorted({name for one in variants for name in one.without}))
    found: dict[str, Policy] = {}
    for one in variants:
        if one.policies:
            changed = case.with_changes(without=one.without, policies=one.policies).scenario
            by_id = {clause.id: clause for clause in changed.policies}
            found |= {_said(clause): by_id[str(clause.get("id"))] for clause in one.policies}
    return found


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
        FaultList: metrics that the world does not know, or variants that the scenario does not allow.
        SimError: a run that fails, or runs that cannot be kept.
    """
    scenario = cases[0].scenario
    asked_of(metrics, cases[0].world, scenario.months.first, scenario.months.count)
    plan = _Plan(cases, variants, metrics)
    with _folder(work, metrics) as folder:
        store = Store(folder, metrics)
        store.forget_failed()
        runs = np.flatnonzero(plan.keys.first & (store.finished().find(plan.keys.digests) < 0))
        job = Job(cases[0], plan.targets, _Given(tuple(cases)), tuple(metrics), code_digest())
        backend = InThisProcess() if work.workers == 1 else Local(min(work.workers, max(len(runs), 1)))
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
