"""What a command line asks for, as a case."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sim.common.errors import FaultList, SimError
from sim.common.parsing import plain_number
from sim.metrics.figure_intervals import ensemble, mirror_bands
from sim.metrics.run_pair import RunPair
from sim.simulation.posterior import load_posterior
from sim.simulation.simulation import Case, load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.metrics.mirror_gap import Pair
    from sim.simulation.comparison import Comparison
    from sim.simulation.intervals import Bands
    from sim.simulation.parameter_source import Beliefs
    from sim.simulation.results import Results


@dataclass(frozen=True)
class Changes:
    """What a command line changes in a scenario; None leaves a thing as it is.

    Attributes:
        agents: number of exporters, mode.
        seed: seed of every draw.
        months: first and last month, ``YYYY-MM:YYYY-MM``.
        parameters: settings ``NAME=VALUE``.
        allow_code: whether code that the scenario names may run.
    """

    agents: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    months: str | None = None
    parameters: Sequence[str] = ()
    allow_code: bool = False


# Small enough to be there in seconds: no noise to average out, two years, the figures that tell the story.
DEMO = Changes({"mode": "expected", "exporters": 4_000}, months="2021-01:2022-12")
DEMO_FIGURES = ("flows_by_origin", "flows_by_road", "recorded_and_true")


def asked_for(name: str, changes: Changes) -> Case:
    """The case of a scenario with changes.

    Raises:
        SimError: the scenario is faulty (see :func:`sim.simulation.simulation.load`), names code that may not run, or
            a change is faulty; then the fault names the command line as its file.
    """
    case = load(name, allow_code=changes.allow_code)
    case.replaced()
    blocks: dict[str, Any] = {"seed": changes.seed} if changes.seed is not None else {}
    if agents := {key: value for key, value in changes.agents.items() if value is not None}:
        blocks["agents"] = agents
    if changes.months is not None:
        first, colon, last = changes.months.partition(":")
        if not colon:
            raise SimError(f"--months {changes.months}: expected FIRST:LAST, such as 2021-01:2022-12")
        blocks["months"] = {"first": first, "last": last}
    parameters = dict(_assignment(text) for text in changes.parameters)
    if not blocks and not parameters:
        return case
    try:
        return case.with_changes(parameters=parameters, **blocks)
    except FaultList as error:
        raise FaultList(replace(fault, file=fault.file or "command line") for fault in error.faults) from None


def _assignment(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    number = plain_number(value)
    if number is None:
        problem = f"'{value}' is not a number" if equals else "there is no '='"
        raise SimError(f"--set {text}: {problem}; expected NAME=VALUE, such as learning=0.5")
    return name.strip(), number


def bands_for(
    chosen: Beliefs, like: Comparison | Results, progress: Callable[[int, int], None] | None = None
) -> Bands | None:
    """Bands for a run's figures over draws of its posterior; None where there is nothing to draw."""
    if chosen.posterior is None or not chosen.draws:
        return None
    return ensemble(chosen.undrawn, chosen.draws, chosen.posterior, like, progress).bands


def bands_of_pair(
    results: Results, pair: Pair, asked: str | None, draws: int, progress: Callable[[int, int], None] | None
) -> Bands:
    """Bands for the mirror gap of two states of a saved run.

    Args:
        results: the run.
        pair: the states and the good.
        asked: folder of the posterior; the one that ships with the run's world by default.
        draws: how many are run.
        progress: called after each draw.

    Raises:
        SimError: the run has no such state or good, or no draw of that posterior.
    """
    pair.check(results)
    world = str(RunPair(results).scenario.get("world"))
    return mirror_bands(results, pair, load_posterior(asked, world), draws, progress)
