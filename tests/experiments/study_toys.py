"""Small studies for the tests: a world of five states, one year, a few ms a run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from sim.experiments import Study, parse_study
from sim.experiments.queue import Queue
from sim.experiments.tasks import Job, Outcome, outcome_of

HERE = Path(__file__).parent
HEAD = """\
title: A toy
question: What does an embargo do?
base: red-line
changes:
  agents: {exporters: 100, intermediaries: 60, mode: sampled}
months: {first: 2022-01, last: 2022-12}
"""
TOY = (
    HEAD
    + """\
levers:
  policies.embargo.strength: [0.2, 0.6, 0.9]
  policies.line-for-arms: [on, off]
uncertainties:
  parameters.learning: {low: 0.2, high: 0.8}
design:
  levers: grid
  uncertainties: {latin_hypercube: 2}
replicates: 2
metrics: [deliveries_volume, shortfall, hub_share]
"""
)


def toy(text: str = TOY, **changes: object) -> Study:
    """The toy, with values of its top-level keys changed."""
    lines = [line for line in text.splitlines() if line.partition(":")[0] not in changes]
    return parse_study("\n".join([*lines, *(f"{name}: {value}" for name, value in changes.items())]), "toy.yaml")


class Here:
    """A back end without processes; remembers which runs it made, and can be stopped after some.

    Args:
        stop_after: raises KeyboardInterrupt, as Ctrl-C does, after so many runs.
        slow: waits so many seconds before each piece.
    """

    def __init__(self, stop_after: int | None = None, slow: float = 0.0) -> None:
        self.made: list[int] = []
        self.stop_after, self.slow = stop_after, slow

    def work(self, job: Job, queue: Queue) -> Iterator[list[Outcome]]:
        bench = job.bench()
        while tasks := queue.take("here", 4):
            time.sleep(self.slow)
            self.made += [task.run for task in tasks]
            yield [outcome_of(bench, task) for task in tasks]
            if self.stop_after is not None and len(self.made) >= self.stop_after:
                raise KeyboardInterrupt


def contents(folder: Path) -> dict[str, bytes]:
    """What a finished sweep leaves, byte for byte."""
    files = [folder / "runs.parquet", folder / "comparisons.csv", *(folder / "parts").iterdir()]
    return {path.name: path.read_bytes() for path in files}


def workers_of(name: str) -> list[psutil.Process]:
    """Processes below this one with a word in their command line."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if name in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found
