"""Where a run's time goes, phase by phase."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sim.model.history import blank_record, keep
from sim.policies.schedule import lawbook
from sim.simulation.simulation import Case

PHASES = (
    "read_law", "weigh_threats", "set_efforts", "designate_exporters", "post_demand", "weigh_hubs", "look_ahead",
    "choose_roads", "clear_borders", "trade_through_hubs", "settle", "move_prices", "keep_ledgers", "learn",
)  # fmt: skip
LOOPS = ("look_ahead", "choose", "choose_parallel", "spread_out", "spread_out_parallel")


def by_phase(case: Case) -> dict[str, float]:
    """Seconds of one run by phase; compiled loops of the choice of road are indented and part of their phase."""
    spent: dict[str, float] = defaultdict(float)

    def timed(holder: Any, name: str, label: str) -> None:
        inner: Callable[..., Any] = getattr(holder, name)

        def outer(*args: Any) -> Any:
            started = time.perf_counter()
            answer = inner(*args)
            spent[label] += time.perf_counter() - started
            return answer

        setattr(holder, name, outer)

    begun = time.perf_counter()
    model = case.model()
    record = blank_record(model, case.scenario.months.count)
    spent["setup"] = time.perf_counter() - begun
    for name in PHASES:
        timed(model, name, name)
    for name in LOOPS:
        timed(model.loops, name, f"  {name}")
    for _ in range(case.scenario.months.count):
        model.step()
        started = time.perf_counter()
        keep(model, record)
        spent["record the month"] += time.perf_counter() - started
    spent["all months"] = time.perf_counter() - begun
    started = time.perf_counter()
    case._record(model.values, len(model.houses), 0.0)
    spent["provenance"] = time.perf_counter() - started
    return dict(spent)


def report(case: Case, repeats: int = 11) -> None:
    """Prints medians by phase with the law remembered from the last run and with the law built anew."""
    for _ in range(2):
        case.run()
    warm = [by_phase(case) for _ in range(repeats)]
    cold = []
    for _ in range(repeats):
        lawbook.cache_clear()
        cold.append(by_phase(case))
    for name in warm[0]:
        pair = [1e3 * statistics.median(run.get(name, 0.0) for run in runs) for runs in (warm, cold)]
        print(f"  {name:24}{pair[0]:8.2f}{pair[1]:8.2f}")
