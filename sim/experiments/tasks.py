"""What travels between a runner and its workers: what is to be made, and what came of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sim.common.errors import FaultList, SimError
from sim.simulation.inputs import Setting

if TYPE_CHECKING:
    from sim.simulation.simulation import Case

DONE, FAILED = "done", "failed"
_LONGEST_REASON = 500
Settings = dict[str, Setting]  # by address, see sim.simulation.inputs


class Draws(Protocol):
    """Where worlds are drawn from: a posterior, or cases that are given."""

    def case_at(self, case: Case, draw: int, *, world_errors: bool) -> Case:
        """The case of a draw, on a world of its own if so asked."""


class Task(NamedTuple):
    """What a worker needs to know of one run.

    Attributes:
        run: its place in the plan.
        draw: of the posterior; -1 for none.
        world: what the uncertainties set.
        package: what the levers set; None for no policy.
        seed: of every draw.
    """

    run: int
    draw: int
    world: Settings
    package: Settings | None
    seed: int


class Outcome(NamedTuple):
    """What a run left.

    Attributes:
        run: its place in the plan.
        status: DONE or FAILED.
        reason: why it failed.
        kept: what is kept of it: its metrics, or whatever the job makes of a run; nothing of one that failed.
        seconds: that it took.
    """

    run: int
    status: str
    reason: str
    kept: tuple[Any, ...]
    seconds: float


class Bench(Protocol):
    """Where runs are made one after the other; it may remember of one what the next can use."""

    def do(self, task: Task) -> tuple[Any, ...]:
        """Makes one run, and returns what is kept of it."""


class Job(Protocol):
    """What all runs have in common; it travels to every worker once."""

    def bench(self) -> Bench:
        """Where a worker makes them.

        Raises:
            SimError: they cannot be made there.
        """


def failed(run: int, error: Exception | str) -> Outcome:
    """The outcome of a run of which nothing is kept, and why in one line."""
    text = " ".join(str(error).split())
    if isinstance(error, FaultList):
        text = "; ".join(f"{fault.where}: {fault.message}" for fault in error.faults)
    elif not isinstance(error, SimError | str):
        text = f"{type(error).__name__}: {text}"
    return Outcome(run, FAILED, text[:_LONGEST_REASON], (), 0.0)


def outcome_of(bench: Bench, task: Task) -> Outcome:
    """Makes one run; whatever is wrong with it stays its own affair."""
    started = time.perf_counter()
    try:
        kept = bench.do(task)
    except Exception as error:
        return failed(task.run, error)
    return Outcome(task.run, DONE, "", kept, time.perf_counter() - started)
