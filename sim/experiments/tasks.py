"""What travels between a runner and its workers: what is to be made, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sim.simulation.inputs import Setting

if TYPE_CHECKING:
    from sim.simulation.simulation import Case

DONE, FAILED = "done", "failed"
Settings = dict[str, Setting]  # by address, see sim.simulation.inputs


class Draws(Protocol):
    """Where worlds are drawn from: a posterior, or cases that are given."""

    def case_at(self, case: Case, draw: int) -> Case:
        """The case of a draw."""


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


@dataclass(frozen=True, eq=False)
class Job:
    """What all runs of a study have in common; it travels to every worker once.

    Attributes:
        base: the case that every point starts from.
        posterior: where draws are taken from.
        metrics: what is kept of a run.
        code: digest of the code that makes the numbers; a worker with other code refuses.
    """

    base: Case
    posterior: Draws | None
    metrics: tuple[str, ...]
    code: str


class Outcome(NamedTuple):
    """What a run left: its place in the plan, DONE or FAILED and why, its metrics, the seconds that it took."""

    run: int
    status: str
    reason: str
    metrics: tuple[float, ...]
    seconds: float
