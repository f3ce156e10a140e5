"""Runs of one case in several variants, measured and paired: clauses left out, clauses added, parameters set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import pandas as pd

from sim.cases import Case, world_of
from sim.metrics import METRICS, measure
from sim.metrics.asking import asked_of
from sim.scenario import Scenario

_PIECE = 24  # variants of a case that a worker takes at once; each piece runs the paired run once


@dataclass(frozen=True)
class Work:
    """How runs are made; the numbers do not depend on it.

    Attributes:
        workers: processes.
        progress: called with (runs done, runs in all).
    """

    workers: int = 1
    progress: Callable[[int, int], None] | None = None


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
        work: how.

    Returns:
        ``case`` (position), ``variant`` (name), and a column per metric; case by case, variants in their order.

    Raises:
        FaultList: metrics that the world does not know, or variants that the scenario does not allow.
    """
    scenario = cases[0].scenario
    asked_of(metrics, cases[0].world, scenario.months.first, scenario.months.count)
    pieces = [
        (number, case, tuple(variants[start : start + _PIECE]))
        for number, case in enumerate(cases)
        for start in range(0, len(variants), _PIECE)
    ]
    total, rows = len(cases) * len(variants), []
    for (number, _, some), found in zip(pieces, _all(pieces, metrics, work.workers), strict=False):
        rows += [{"case": number, "variant": one.name, **numbers} for one, numbers in zip(some, found, strict=True)]
        if work.progress is not None:
            work.progress(len(rows), total)
    return pd.DataFrame(rows, columns=["case", "variant", *metrics])


def _all(pieces: Sequence[tuple[int, Case, tuple[Variant, ...]]], metrics: Sequence[str], workers: int) -> Any:
    if workers == 1 or len(pieces) == 1:
        yield from (_measure_piece(case, variants, metrics) for _, case, variants in pieces)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        jobs = [
            pool.submit(_in_worker, case.scenario, dict(case.rules), variants, tuple(metrics))
            for _, case, variants in pieces
        ]
        try:
            yield from (job.result() for job in jobs)
        finally:
            for job in jobs:
                job.cancel()


def _in_worker(
    scenario: Scenario, rules: dict[str, Callable[..., float]], variants: tuple[Variant, ...], metrics: tuple[str, ...]
) -> list[dict[str, float]]:
    # The world is read once per process: what is remembered of it goes by the object.
    return _measure_piece(Case(scenario, world_of(scenario), rules), variants, metrics)


def _measure_piece(case: Case, variants: Sequence[Variant], metrics: Sequence[str]) -> list[dict[str, float]]:
    paired = any(METRICS[name.partition("[")[0].partition("@")[0].strip()].paired for name in metrics)
    usual = case.without_policies().run().source if paired else None
    found = []
    for one in variants:
        changed = case.with_changes(without=one.without, policies=one.policies, parameters=one.parameters)
        found.append(measure(changed.run().source, metrics, usual))
    return found
