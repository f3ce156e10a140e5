"""How fast the model is: ``python -m benchmarks.speed`` prints one table of rates, ratios, times and memory.

Figures that enter a ratio are taken in turn in the same minutes, several times over, and medians count; the spread
beside them says how quiet the machine was. A probe tells how much a second thread was worth at the time, since a
virtual machine's second core may be another's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numba
import numpy as np

from benchmarks import in_c, objects, phases, replay
from sim import load
from sim.model.kernels import route_choice
from sim.policies.schedule import lawbook
from sim.simulation.simulation import Case

LATEST = Path(__file__).with_name("latest.json")
GOALS = {
    "whole run / objects": (">=", 200.0),
    "C strict / whole run": ("<=", 3.0),
    "whole run, s": ("<=", 2.0),
    "2,000 exporters, ms": ("<=", 30.0),
    "2,000 exporters, law changed, ms": ("<=", 30.0),
    "state, bytes an exporter": ("<=", 100.0),
    "10^7 exporters, peak GB": ("<=", 4.0),
    "sim demo, cold cache, s": ("<=", 20.0),
    "sim demo, warm, s": ("<=", 5.0),
}
Samples = dict[str, list[float]]


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turn(works: dict[str, Callable[[], object]], rounds: int) -> Samples:
    """Times each piece of work in turn, so many rounds, after one that does not count."""
    for work in works.values():
        work()
    samples: Samples = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            samples[name].append(seconds(work))
    return samples


def median(values: Iterable[float]) -> float:
    """Median as a plain number."""
    return float(statistics.median(values))


def of(case: Case, exporters: int, **changes: Any) -> Case:
    """The case with so many exporters, in sampled mode unless said otherwise."""
    return case.with_changes(agents={"exporters": exporters, "mode": "sampled", **changes})


@numba.njit(parallel=True)
def _spin(out: Any, pieces: int, steps: int) -> None:
    for piece in numba.prange(pieces):
        total = 0.0
        for step in range(steps):
            total += np.sqrt(float(step + piece))
        out[piece] = total


def on_threads(threads: int, work: Callable[[], Any]) -> Any:
    """What work gives on so many threads, or as many as there are."""
    before = numba.get_num_threads()
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    try:
        return work()
    finally:
        numba.set_num_threads(before)


def second_thread() -> float:
    """How many times faster two threads are than one just now, on work that shares nothing."""
    out, times = np.zeros(8), []
    for threads in (1, 2):
        on_threads(threads, lambda: _spin(out, 8, 10))
        work = partial(on_threads, threads, lambda: _spin(out, 8, 1_000_000))
        times.append(median(seconds(work) for _ in range(5)))
    return times[0] / times[1]


def codes_are_as_named() -> None:
    """Ends the benchmark if code for one thread is that for several, or the other way round."""
    for loop, parallel in ((route_choice.choose, False), (route_choice.choose_parallel, True)):
        if {bool(code.reload_init) for code in loop.overloads.values()} != {parallel}:
            sys.exit(f"the machine code of {loop} is {'not ' * parallel}for several threads")


def large(case: Case, exporters: int, rounds: int) -> tuple[dict[str, float], Samples]:
    """Rates of the whole run, of the choice alone, of C and of the objects, in exporter-months per second."""
    big, small = of(case, exporters), of(case, 10_000)
    months, tape = case.scenario.months.count, replay.tape(big)
    works: dict[str, Callable[[], object]] = {
        "whole run": big.run,
        "choice, 1 thread": lambda: tape.play(route_choice.choose),
        "choice, 2 threads": lambda: on_threads(2, lambda: tape.play(route_choice.choose_parallel)),
    }
    if in_c.compiler():
        forms = {
            "C strict, 1 thread": (in_c.STRICT, 1),
            "C strict, 2 threads": (in_c.STRICT, 2),
            "C fast-math, 2 threads": (in_c.FAST, 2),
        }
        for name, (options, threads) in forms.items():
            form = in_c.build(options, threads)
            works[name] = lambda form=form: tape.play(form)  # type: ignore[misc]
    different = {name: _share_different(tape, work) for name, work in works.items() if name != "whole run"}
    codes_are_as_named()
    samples = in_turn(works, rounds)
    samples["objects"] = [10_000 * months / objects.exporter_months_per_second(small) for _ in range(min(3, rounds))]
    rates = {
        name: (10_000 if name == "objects" else exporters) * months / median(times) for name, times in samples.items()
    }
    for name, share in different.items():
        print(f"  routes after {months} months that differ from the run's: {name:24} {share:.2e}")
    return rates, samples


def _share_different(tape: replay.Tape, work: Callable[[], Any]) -> float:
    """Share of firms that a replay leaves on another route than the run did."""
    played = work()
    if replay.checksum(played) == replay.checksum(tape.last_route):
        return 0.0
    return float(np.mean(played != tape.last_route))


def small(case: Case, rounds: int) -> tuple[dict[str, float], Samples]:
    """Warm run of 2,000 exporters, with the law changed (a sweep over policies), in expected mode; milliseconds."""
    few = of(case, 2_000)
    strengths = iter(np.linspace(0.5, 0.9, 10 * rounds + 10))
    base = few.scenario.policies[0]

    def changed() -> Case:
        return few.with_changes(policies=[base.model_copy(update={"strength": float(next(strengths))})])

    fresh = [changed() for _ in range(rounds + 1)]
    works = {
        "2,000 exporters": few.run,
        "2,000 exporters, law changed": lambda: fresh.pop().run(),
        "2,000 exporters, no law cached": lambda: (lawbook.cache_clear(), few.run()),
        "2,000 exporters, expected mode": of(case, 2_000, mode="expected").run,
    }
    samples = in_turn(works, rounds)
    return {f"{name}, ms": 1e3 * median(times) for name, times in samples.items()}, samples


def state_bytes(case: Case, exporters: int) -> float:
    """Bytes of columns that an exporter takes."""
    columns = of(case, exporters).model().exporter_columns
    return float(sum(value.nbytes for value in columns)) / exporters


def peak_memory(exporters: int, months: str) -> float:
    """Peak resident memory of a process of its own that runs so many exporters, bytes."""
    # Not ru_maxrss: a process begins with that of the one that started it.
    code = f"""
from pathlib import Path
from sim import load
agents = {{"exporters": {exporters}, "mode": "sampled"}}
load("reference", posterior="none").with_changes(agents=agents, months={{"last": "{months}"}}).run()
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    return 1024.0 * float(told.stdout.split()[-1])


def demo() -> dict[str, float]:
    """Wall time of ``sim demo`` with and without machine code kept from before; nothing where it fails."""
    folder = Path(tempfile.mkdtemp(prefix="sim-bench-"))
    try:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache"), "XDG_CACHE_HOME": str(folder / "user")}
        command = [sys.executable, "-m", "sim", "demo"]
        times = []
        for _ in range(3):
            started = time.perf_counter()
            made = subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=False)
            times.append(time.perf_counter() - started)
            if made.returncode:
                print(f"  sim demo failed: {made.stderr.decode()[-300:]}")
                return {}
        return {"sim demo, cold cache, s": times[0], "sim demo, warm, s": min(times[1:])}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(figures: dict[str, float], samples: Samples) -> None:
    """Prints the table."""
    print(f"\n{'':38}{'median':>14}{'max/min':>9}{'goal':>12}")
    for name, value in figures.items():
        plain = name.rsplit(", ", 1)[0] if name not in samples else name
        seen = samples.get(name) or samples.get(plain)
        spread = f"{max(seen) / min(seen):9.2f}" if seen and len(seen) > 1 else " " * 9
        sign, bound = GOALS.get(name, ("", 0.0))
        met = "" if not sign else "met" if (value >= bound) == (sign == ">=") or value == bound else "MISSED"
        shown = f"{value / 1e6:12.2f} M" if value > 1e5 else f"{value:14.2f}"
        print(f"{name:38}{shown:>14}{spread}{f'{sign} {bound:g}' if sign else '':>12} {met}")


def main() -> None:
    """Measures, prints, and on ``--save`` writes ``latest.json``."""
    parser = argparse.ArgumentParser(description="Speed and memory of the model, as ratios taken in one run.")
    parser.add_argument("--exporters", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="skip the 10^7 run and sim demo")
    parser.add_argument("--save", action="store_true", help=f"write {LATEST.name}")
    chosen = parser.parse_args()
    if sys.path[0]:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    case = load("reference", posterior="none")
    months = case.scenario.months.count
    thread_before = second_thread()
    rates, samples = large(case, chosen.exporters, chosen.rounds)
    figures = {**rates, "whole run, s": chosen.exporters * months / rates["whole run"]}
    figures["whole run / objects"] = rates["whole run"] / rates["objects"]
    if "C strict, 2 threads" in rates:
        figures["C strict / whole run"] = rates["C strict, 2 threads"] / rates["whole run"]
        figures["C strict / choice, same threads"] = rates["C strict, 2 threads"] / rates["choice, 2 threads"]
    figures["choice alone / whole run"] = rates["choice, 2 threads"] / rates["whole run"]
    quick, times = small(case, 3 * chosen.rounds)
    figures, samples = {**figures, **quick}, {**samples, **times}
    agreed, listings = objects.agreement(of(case, 2_000))
    figures["objects on the same route, share"] = agreed
    figures["state, bytes an exporter"] = state_bytes(case, 100_000)
    if not chosen.quick:
        peak_memory(100_000, "2021-03")  # compiles
        grown = peak_memory(10_000_000, "2021-03") - peak_memory(1_000_000, "2021-03")
        figures["growth, bytes an exporter"] = grown / 9e6
        figures["10^7 exporters, peak GB"] = peak_memory(10_000_000, "2021-03") / 1e9
        figures |= demo()
    figures["second thread, times"] = (thread_before + second_thread()) / 2
    report(figures, samples)
    print(f"listings that differ between objects and columns: {listings}; load {os.getloadavg()[0]:.1f}")
    print("\n2,000 exporters by phase, ms a run (law remembered / law built anew):")
    phases.report(of(case, 2_000))
    if chosen.save:
        made_on = {
            "python": platform.python_version(),
            "numba": numba.__version__,
            "cpu": platform.machine(),
            "threads": numba.config.NUMBA_NUM_THREADS,
        }
        LATEST.write_text(json.dumps({"figures": figures, "made_on": made_on}, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {LATEST}")


if __name__ == "__main__":
    main()
