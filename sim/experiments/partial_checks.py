"""What can be said of a study whose base is faulty: names, values and sizes that need no sound base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.common.errors import SimError
from sim.experiments.checks import (
    Place,
    check_comparison,
    check_count,
    check_designs,
    check_factors,
    check_metric_names,
)
from sim.experiments.schema import Factor, StudyFile
from sim.rules.parameters import PARAMETERS
from sim.scenario import SoundPart
from sim.scenario.input_blocks import number_for
from sim.scenario.metric_address import address_problems
from sim.scenario.problems import Problem
from sim.simulation.inputs import InputProblem, address_of, split
from sim.simulation.simulation import world_of

_ANY_MONTH = 12 * 10_000


def check_names(said: StudyFile, sound: SoundPart | None, problems: list[Problem]) -> None:
    """Checks what a study names against what is sound of its faulty base; what may be in the rest passes."""
    if sound is None:  # nothing is known of clauses and of the world
        for block in ("levers", "uncertainties"):
            _check_parameters(block, getattr(said, block), problems)
        if said.metrics != ("-",):
            _check_registered(said.metrics, problems)
    else:
        levers, uncertainties = check_factors(said, sound.scenario, None, problems, unsure=sound.ids)
        check_designs(levers, uncertainties, said, problems)
        check_comparison(levers, said, problems)
        if said.metrics != ("-",):
            _check_metrics_in(said.metrics, sound, problems)
    check_count(said, problems)


def _check_metrics_in(names: Sequence[str], sound: SoundPart, problems: list[Problem]) -> None:
    """Checks metrics in the world of a faulty base, if that is sound, and in any month where its months are not."""
    try:
        world = world_of(sound.scenario)
    except SimError:
        _check_registered(names, problems)
        return
    months = sound.scenario.months
    span = (0, _ANY_MONTH) if "months" in sound.blocks else (months.first, months.count)
    check_metric_names(names, world, span, problems)


def _check_registered(names: Sequence[str], problems: list[Problem]) -> None:
    """Adds the metrics that there are in no world."""
    for at, text in enumerate(names):
        problems.extend(Problem(("metrics", at), told) for told in address_problems(text, None, None))


def _check_parameters(block: str, factors: Mapping[str, Factor], problems: list[Problem]) -> None:
    """Adds values that parameters do not take, where nothing else is known of the base."""
    short = {name: f"parameters.{name}" for name in PARAMETERS}
    for name, factor in factors.items():
        if factor.moves or factor.multiply:
            continue
        try:
            kind, parameter = split(address_of(name, short))
        except InputProblem:  # a clause or driver of the base, perhaps
            continue
        places: list[tuple[Place, str]] = [(("values", at), text) for at, text in enumerate(factor.values or ())]
        places += [((end,), repr(getattr(factor, end))) for end in ("low", "high") if factor.values is None]
        for place, text in places if kind == "parameters" and parameter in PARAMETERS else ():
            try:
                number_for(parameter, text)
            except InputProblem as problem:
                problems.append(Problem((block, name, *place), str(problem)))
