"""What a command line asks for, as a case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.common.errors import Fault, FaultList, SimError
from sim.experiments.ensemble import ensemble, mirror_bands
from sim.metrics.run_pair import RunPair
from sim.simulation.inputs import INPUT_KINDS, InputProblem, Setting, input_of, typed
from sim.simulation.posterior import NONE, load_posterior
from sim.simulation.simulation import Case, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sim.metrics.mirror_gap import Pair
    from sim.simulation.comparison import Comparison
    from sim.simulation.intervals import Bands
    from sim.simulation.parameter_source import Beliefs
    from sim.simulation.results import Results

COMMAND_LINE = "command line"


@dataclass(frozen=True)
class Overrides:
    """What a command line sets in a scenario.

    Attributes:
        values: value by address, see :mod:`sim.simulation.inputs`.
        allow_code: whether code that the scenario names may run.
    """

    values: Mapping[str, Setting]
    allow_code: bool = False


def overrides(  # noqa: PLR0913 (each is asked for by its name)
    *,
    exporters: int | None = None,
    mode: str | None = None,
    seed: int | None = None,
    months: str | None = None,
    settings: Sequence[str] = (),
    allow_code: bool = False,
) -> Overrides:
    """What the options of a command set; None leaves a thing as it is.

    Args:
        exporters: number of exporters.
        mode: sampled or expected.
        seed: seed of every draw.
        months: first and last month, ``YYYY-MM:YYYY-MM``.
        settings: ``ADDRESS=VALUE``, as they are typed.
        allow_code: whether code that the scenario names may run.

    Raises:
        SimError: months or a setting of another form.
    """
    given: dict[str, Setting | None] = {"agents.exporters": exporters, "agents.mode": mode, "seed": seed}
    if months is not None:
        first, colon, last = months.partition(":")
        if not colon:
            raise SimError(f"--months {months}: expected FIRST:LAST, such as 2021-01:2022-12")
        given |= {"months.first": first, "months.last": last}
    for text in settings:
        address, equals, value = text.partition("=")
        if not equals:
            raise SimError(f"--set {text}: there is no '='; expected ADDRESS=VALUE, such as parameters.learning=0.5")
        if given.get(address.strip()) is not None:
            raise SimError(f"--set {text}: {address.strip()} is set twice; set it once")
        given[address.strip()] = value.strip()
    return Overrides({address: value for address, value in given.items() if value is not None}, allow_code)


# Small enough to be there in seconds: no noise to average out, two years, the figures that tell the story.
DEMO = overrides(mode="expected", exporters=4_000, months="2021-01:2022-12")
DEMO_FIGURES = ("flows_by_origin", "flows_by_route", "recorded_and_true")


def asked_for(name: str, asked: Overrides) -> Case:
    """The case of a scenario with values at their addresses; texts are read as the scenario's file has them.

    Raises:
        SimError: the scenario is faulty (see :func:`sim.simulation.simulation.load`), names code that may not run, or
            a value is faulty; then the fault names the command line as its file.
    """
    case = load(name, allow_code=asked.allow_code, posterior=NONE)
    case.replaced()
    faults: list[Fault] = []
    chosen: dict[str, Setting] = {}
    for text, value in asked.values.items():
        where = text
        try:
            one = input_of(text, case.scenario)
            if (where := one.address) in chosen:
                raise InputProblem("is set twice; set it once")
            frame = not INPUT_KINDS[one.kind].varies  # its keys are checked together, below
            chosen[where] = typed(one, value, case.scenario) if isinstance(value, str) and not frame else value
        except InputProblem as problem:
            faults.append(Fault(COMMAND_LINE, 0, 0, where, str(problem)))
    try:
        case = case.with_values(chosen)
    except FaultList as error:
        faults += [replace(fault, file=fault.file or COMMAND_LINE) for fault in error.faults]
    if faults:
        raise FaultList(faults)
    return case


def bands_for(
    chosen: Beliefs,
    like: Comparison | Results | RunPair,
    progress: Callable[[int, int], None] | None = None,
    *,
    against: Beliefs | None = None,
    world_errors: bool = True,
) -> Bands | None:
    """Bands for a run's figures over draws of its posterior and of its world; None where there is nothing to draw.

    Args:
        chosen: what runs.
        like: the run, or it and what it is compared with.
        progress: called after each draw.
        against: what each draw is compared with; the same without its policies by default.
        world_errors: whether each draw has a world of its own.
    """
    if chosen.posterior is None or not chosen.draws:
        return None
    other = None if against is None else against.undrawn
    drawn = ensemble(
        chosen.undrawn, chosen.draws, chosen.posterior, like, progress, against=other, world_errors=world_errors
    )
    return drawn.bands


def bands_of_pair(  # noqa: PLR0913 (each is asked for by its name)
    results: Results,
    pair: Pair,
    asked: str | None,
    draws: int,
    progress: Callable[[int, int], None] | None,
    *,
    world_errors: bool = True,
) -> Bands:
    """Bands for the mirror gap of two states of a saved run.

    Args:
        results: the run.
        pair: the states and the good.
        asked: folder of the posterior; the one that ships with the run's world by default.
        draws: how many are run.
        progress: called after each draw.
        world_errors: whether each draw has a world of its own.

    Raises:
        SimError: the run has no such state or good, or no draw of that posterior.
    """
    pair.check(results)
    world = str(RunPair(results).scenario.get("world"))
    return mirror_bands(results, pair, load_posterior(asked, world), draws, progress, world_errors=world_errors)
