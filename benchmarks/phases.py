"""Where a run's time goes, phase by phase."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sim.model.history import blank_record, keep
from sim.model.phases import firms, states, trade
from sim.policies.schedule import lawbook
from sim.simulation.simulation import Case

PHASES = (
    states.read_law, states.assess_threats, states.set_enforcement, states.designate_exporters, trade.post_demand,
    trade.price_transit, firms.evaluate_routes, trade.pass_on, firms.choose_routes, trade.clear_borders,
    trade.trade_through_hubs, trade.settle, trade.clear_markets, trade.record_customs, firms.update_beliefs,
)  # fmt: skip
LOOPS = ("evaluate_routes", "choose", "choose_parallel", "spread_out", "spread_out_parallel")


def by_phase(case: Case) -> dict[str, float]:
    """Seconds of one run by phase; compiled loops of the choice of route are indented and part of their phase."""
    spent: dict[str, float] = defaultdict(float)

    def timed(work: Callable[..., Any], label: str) -> Callable[..., Any]:
        def outer(*args: Any) -> Any:
            started = time.perf_counter()
            answer = work(*args)
            spent[label] += time.perf_counter() - started
            return answer

        return outer

    begun = time.perf_counter()
    model = case.model()
    record = blank_record(model, case.scenario.months.count)
    spent["setup"] = time.perf_counter() - begun
    phases = [timed(phase, phase.__name__) for phase in PHASES]
    for name in LOOPS:
        setattr(model.loops, name, timed(getattr(model.loops, name), f"  {name}"))
    keep_month = timed(keep, "record the month")
    for _ in range(case.scenario.months.count):
        model.month, model.elapsed = model.month + 1, model.elapsed + 1
        for phase in phases:
            phase(model)
        keep_month(model, record)
    spent["all months"] = time.perf_counter() - begun
    started = time.perf_counter()
    case._record(model.values, len(model.intermediaries), 0.0)
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
