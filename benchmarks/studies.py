"""How fast studies are: ``python -m benchmarks.studies`` prints what a run costs beyond the bare simulation, and more.

What is compared is taken in turn in the same minutes, and medians count; a probe tells how much a second process was
worth at the time, since a virtual machine's second core may be another's.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sim.experiments import Local, Study, Sweep, parse_study, plan_of, read_runs
from sim.experiments.execution import job_of
from sim.experiments.queue import Queue
from sim.experiments.tasks import DONE, Job, Outcome
from sim.metrics import measure
from sim.report.study_tables import compared_table, swept_told

STUDY = """\
title: How fast
question: What does a run cost?
base: reference
changes: {{agents: {{exporters: {exporters}, intermediaries: 2200, mode: {mode}}}}}
months: {{first: 2021-01, last: 2024-12}}
levers:
  policies.ban-priority.strength: {{low: 0.5, high: 1}}
  {other}: {{low: {low}, high: {high}}}
design: {{latin_hypercube: {points}}}
metrics: [deliveries_volume, shortfall, hub_share, diversion_ratio, price_premium]
"""
GOALS = {
    "runner's own time, ms a run": ("<=", 2.0),
    "10,000 runs on 2 workers, minutes": ("<=", 5.0),
    "2 workers over 1": (">=", 1.9),
    "10^5 runs: open and group by, s": ("<=", 2.0),
    "runner's memory, 10^5 over 10^4 runs": ("<=", 1.1),
}


def study(points: int, mode: str = "sampled", exporters: int = 2_000, *, parameters: bool = True) -> Study:
    """A study of so many points; of two levers, the second a parameter or another clause."""
    other = ("parameters.aversion", 3, 9) if parameters else ("policies.bank-order.strength", 0.1, 0.9)
    name, low, high = other
    return parse_study(
        STUDY.format(exporters=exporters, mode=mode, other=name, low=low, high=high, points=points), "how-fast.yaml"
    )


def one_run(mode: str, rounds: int) -> tuple[float, float]:
    """Milliseconds of a bare run and of what a worker does for it beyond, medians."""
    some = study(2 * rounds + 4, mode)
    plan, bench = plan_of(some), job_of(some).bench()
    bare, more = [], []
    for run in range(4):
        bench.do(plan.task(run))
    for run in range(4, 4 + rounds):
        task = plan.task(run)
        usual = bench._run_without_policy(task)  # shared by the runs of a world, so it is no part of any
        started = time.process_time()
        case = bench.case(task)
        made = time.process_time()
        arrays = case.run().source
        ran = time.process_time()
        measure(arrays, bench.job.metrics, usual)
        more.append(1e3 * (time.process_time() - ran + made - started))
        bare.append(1e3 * (ran - made))
    return statistics.median(bare), statistics.median(more)


class Canned:
    """A back end that makes nothing and answers at once: what is left is the runner's own time."""

    def work(self, job: Job, queue: Queue) -> Iterator[list[Outcome]]:
        while tasks := queue.take("here", 64):
            yield [Outcome(t.run, DONE, "", (t.run * 0.5,) * len(job.metrics), 0.0) for t in tasks]


def runner(points: int) -> dict[str, float]:
    """The runner's own time for so many runs, its peak of memory, and the time to open its folder and group."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        some = study(points)
        started = time.process_time()
        swept = Sweep(some, folder).run(Canned())
        swept_told(swept), compared_table(swept)
        each = 1e3 * (time.process_time() - started) / points
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        started = time.perf_counter()
        runs = read_runs(folder).runs
        runs.groupby(np.floor(10 * runs["policies.ban-priority.strength"]))["deliveries_volume"].mean()
        opened = time.perf_counter() - started
        files = sum(1 for path in folder.rglob("*") if path.is_file())
    return {"ms a run": each, "open and group by, s": opened, "files": files, "peak MB": memory}


def rate(workers: int, runs: int, exporters: int) -> float:
    """Runs a second of so many workers, once they have started."""
    some = study(runs, exporters=exporters)
    plan = plan_of(some)
    queue, first, made = Queue(plan, np.arange(len(plan))), 0.0, 0
    for outcomes in Local(workers).work(job_of(some), queue):
        queue.forget(outcome.run for outcome in outcomes)
        made += len(outcomes)
        if made > len(plan) // 4 and not first:
            first, before = time.perf_counter(), made
        last = time.perf_counter()
    return (made - before) / (last - first)


def second_process() -> float:
    """How many times faster two processes are than one just now, on work that shares nothing."""
    spin = [sys.executable, "-c", "import time; s = time.perf_counter(); sum(range(20_000_000)); "
            "print(time.perf_counter() - s)"]  # fmt: skip
    alone, both = [], []
    for _ in range(3):
        alone.append(float(subprocess.run(spin, check=True, capture_output=True).stdout))
        pair = [subprocess.Popen(spin, stdout=subprocess.PIPE) for _ in range(2)]
        both.append(max(float(process.communicate()[0]) for process in pair))
    return 2 * statistics.median(alone) / statistics.median(both)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only-runner", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.only_runner:
        print(*runner(chosen.only_runner).values())
        return
    found: dict[str, float] = {}
    for mode in ("sampled", "expected"):
        bare, more = one_run(mode, chosen.rounds)
        found |= {f"bare run of 2,000 x 48, {mode}, ms": bare, f"worker beyond it, {mode}, ms": more}
    for points in (10_000, 100_000):  # each in a process of its own: its peak of memory is of that process
        line = [sys.executable, "-m", "benchmarks.studies", "--only-runner", str(points)]
        each, opened, files, memory = map(float, subprocess.run(line, check=True, capture_output=True).stdout.split())
        found |= {f"runner, {points:,} runs, ms a run": each, f"runner, {points:,} runs, peak MB": memory}
        found |= {f"{points:,} runs: open and group by, s": opened, f"{points:,} runs: files": files}
    few, many = (found[f"runner, {points:,} runs, peak MB"] for points in (10_000, 100_000))
    found |= {"a run takes of the runner's memory, bytes": (many - few) * 2**20 / 90_000}
    own = found["worker beyond it, sampled, ms"] + found["runner, 100,000 runs, ms a run"]
    rates: dict[int, list[float]] = {1: [], 2: []}
    probes = []
    for _ in range(3):
        probes.append(second_process())
        for workers, samples in rates.items():
            samples.append(rate(workers, 120 * workers, 2_000))
    one, two = (statistics.median(samples) for samples in rates.values())
    found |= {"runs a second, 1 worker": one, "runs a second, 2 workers": two}
    found |= {"a second process, probe": statistics.median(probes)}
    found |= {
        "runner's own time, ms a run": own,
        "10,000 runs on 2 workers, minutes": 10_000 / two / 60,
        "2 workers over 1": two / one,
        "10^5 runs: open and group by, s": found["100,000 runs: open and group by, s"],
        "runner's memory, 10^5 over 10^4 runs": many / few,
    }
    for name, value in found.items():
        sign, goal = GOALS.get(name, ("", 0.0))
        met = "" if not sign else f"  goal {sign} {goal:g}: {'met' if _met(value, sign, goal) else 'NOT MET'}"
        print(f"{name:45} {value:10.3g}{met}")


def _met(value: float, sign: str, goal: float) -> bool:
    return value <= goal if sign == "<=" else value >= goal


if __name__ == "__main__":
    main()
