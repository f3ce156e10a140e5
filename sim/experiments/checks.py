"""What is wrong with a study although every field is well formed: names that name nothing, designs without a point."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from sim.common.parsing import plain_number, shown
from sim.experiments.factors import Bound
from sim.experiments.point_table import PointTable
from sim.experiments.schema import BASE, MOST_RUNS, NO_POLICY, Design, Factor, StudyFile
from sim.metrics import check_metrics
from sim.model.agent_counts import too_few_agents
from sim.scenario.problems import Problem
from sim.simulation.inputs import INPUT_KINDS, OFF, ON, Input, InputProblem, Value, input_of, split, typed

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.simulation.posterior import Posterior
    from sim.simulation.simulation import Case
    from sim.world import World

Place = tuple[str | int, ...]
_MOST_PROBLEMS = 1_000
_MOST_COUNTED = 10**300  # a grid of a thousand factors has more points than a float can say


def check_factors(
    said: StudyFile,
    base: Scenario,
    posterior: Posterior | None,
    problems: list[Problem],
    unsure: Collection[str] = (),
) -> tuple[tuple[Bound, ...], tuple[Bound, ...]]:
    """The levers and the uncertainties whose names and values fit the base; the others are problems.

    Of what has one of the ids ``unsure`` nothing is known: it is neither.
    """
    moved: dict[str, Place] = {}
    bound: dict[str, list[Bound]] = {"levers": [], "uncertainties": []}
    for block, found in bound.items():
        for name, factor in getattr(said, block).items():
            if any(_owners(one) & set(unsure) for one in factor.moves or (name,)):
                continue
            place: Place = (block, name)
            before = len(problems)
            inputs = _inputs(name, factor, base, place, problems)
            for one in inputs:
                if one.address in moved:
                    other = moved[one.address]
                    message = f"'{one.address}' is moved by '{other[1]}' already; one factor moves it"
                    problems.append(Problem(place, message, on_key=True, also=other))
                moved.setdefault(one.address, place)
                if block == "uncertainties" and posterior is not None and one.address in posterior.names:
                    message = f"the posterior draws '{one.address}' already; leave it to one of the two"
                    problems.append(Problem(place, message, on_key=True))
            if len(problems) == before and inputs:
                values = _values(factor, inputs, base, place, problems)
                if len(problems) == before:
                    base_value: Value = 1.0 if factor.multiply else inputs[0].base
                    alike = factor.multiply or all(one.base == base_value for one in inputs)
                    found.append(Bound(name, inputs, values, factor, base_value if alike else math.nan))
    return tuple(bound["levers"]), tuple(bound["uncertainties"])


def _owners(text: str) -> set[str]:
    """Ids of the clause or driver that an address may be about: ids may have dots, and so may what is no address."""
    kind, rest = split(text)
    name = rest if kind in INPUT_KINDS else text
    return {name, name.rpartition(".")[0]}


def _inputs(name: str, factor: Factor, base: Scenario, place: Place, problems: list[Problem]) -> tuple[Input, ...]:
    found = []
    for at, text in enumerate(factor.moves or (name,)):
        where = (*place, "moves", at) if factor.moves else place
        try:
            one = input_of(text, base)
        except InputProblem as problem:
            problems.append(Problem(where, str(problem), on_key=not factor.moves))
            continue
        if INPUT_KINDS[one.kind].varies:
            found.append(one)
        else:
            message = f"'{one.address}' is the same in all runs of a study; set it under `changes`"
            problems.append(Problem(where, message, on_key=not factor.moves))
    return tuple(found) if len(found) == max(len(factor.moves), 1) else ()


def _values(
    factor: Factor, inputs: tuple[Input, ...], base: Scenario, place: Place, problems: list[Problem]
) -> tuple[Value, ...] | None:
    """The typed values of a factor, None for a range; those that an input does not take are problems."""
    switches = [one for one in inputs if one.is_switch]
    if switches and (factor.values is None or factor.multiply or not set(factor.values) <= {ON, OFF}):
        address = switches[0].address
        message = f"'{address}' is a clause or driver, which is [on, off]; a field of it is {address}.FIELD"
        problems.append(Problem(place, message))
        return None
    if factor.values is None or factor.multiply:
        return _numbers(factor, inputs, base, place, problems)
    values: list[Value] = []
    for at, text in enumerate(factor.values):
        for one in inputs:
            try:
                value = typed(one, text, base)
            except InputProblem as problem:
                of = f" (of '{one.address}')" if len(inputs) > 1 else ""
                problems.append(Problem((*place, "values", at), f"{problem}{of}"))
            else:
                values += [value] if one is inputs[0] else []
    return tuple(values)


def _numbers(
    factor: Factor, inputs: tuple[Input, ...], base: Scenario, place: Place, problems: list[Problem]
) -> tuple[Value, ...] | None:
    """Both ends of a range, or the multipliers, tried on every input."""
    tried: dict[str | int, float | None] = {name: getattr(factor, name) for name in ("low", "high")}
    if factor.values is not None:
        tried = {}
        for at, text in enumerate(factor.values):
            times = plain_number(text)
            if times is None:
                problems.append(Problem((*place, "values", at), f"read '{text}', expected a number to multiply by"))
            else:
                tried[at] = times
    for key, number in tried.items():
        for one in inputs:
            where = (*place, "values", key) if isinstance(key, int) else (*place, key)
            if not isinstance(one.base, float) or number is None:
                problems.append(Problem(place, f"'{one.address}' has no range of numbers; list its `values`"))
                return None
            value = number * one.base if factor.multiply else number
            try:
                typed(one, repr(value), base)
            except InputProblem as problem:
                note = f" ({number:g} times {one.base:g})" if factor.multiply else ""
                problems.append(Problem(where, f"{problem}{note}"))
    return tuple(number for number in tried.values() if number is not None) if factor.values is not None else None


def check_designs(
    levers: Sequence[Bound], uncertainties: Sequence[Bound], said: StudyFile, problems: list[Problem]
) -> None:
    """Adds what is wrong with the designs: factors that none covers, grids without levels, unknown listed names."""
    designs = said.design
    if designs.all is not None:
        if not (said.levers or said.uncertainties):
            problems.append(Problem(("design",), "there is nothing to design: no lever and no uncertainty"))
        names = [*said.levers, *said.uncertainties]
        _check_design(designs.all, (*levers, *uncertainties), names, ("design", "all"), problems)
        return
    for name, factors in (("levers", levers), ("uncertainties", uncertainties)):
        design: Design | None = getattr(designs, name)
        told = any(problem.location[:1] == ("design",) for problem in problems)
        if design is None and not told and any(factor.values is None for factor in factors):
            message = f"no design says which {name} are tried; add one, such as design: {{latin_hypercube: 100}}"
            problems.append(Problem(("design",), message))
        elif design is not None and not getattr(said, name):
            problems.append(Problem(("design", name), f"there are no {name} to design"))
        elif design is not None:
            _check_design(design, factors, getattr(said, name), ("design", name), problems)


def _check_design(
    design: Design, factors: Sequence[Bound], names: Collection[str], place: Place, problems: list[Problem]
) -> None:
    if design.grid:
        for factor in factors:
            if factor.levels() is None:
                message = f"a grid needs `levels` or `values` for '{factor.name}'"
                problems.append(Problem(place, message))
    if design.listed is not None:
        _check_points(design.listed, {factor.name: factor for factor in factors}, names, (*place, "listed"), problems)


def _check_points(
    points: PointTable, factors: Mapping[str, Bound], names: Collection[str], place: Place, problems: list[Problem]
) -> None:
    """Adds what is wrong with listed points; a name that the file has, but that fits nothing, is its factor's alone."""
    for name, column in points.columns.items():
        if len(problems) > _MOST_PROBLEMS:  # more than anybody reads, and a table may be wide
            return
        if name in factors:
            factor = factors[name]
            sound = {None, *factor.read_all({text for text in column if text is not None})}
            wrong = ((at, text) for at, text in enumerate(column) if text is not None and text not in sound)
            found = (Problem((*place, at, name), _why_not(factor, text)) for at, text in wrong)
            problems.extend(islice(found, _MOST_PROBLEMS))
        elif name not in names:
            first = next(at for at, text in enumerate(column) if text is not None)
            problems.append(_unknown(name, names, (*place, first)))


def _unknown(name: str, names: Collection[str], place: Place) -> Problem:
    return Problem((*place, name), f"unknown factor {shown(name)}", on_key=True, near=(name, names))


def _why_not(factor: Bound, text: str) -> str:
    """Why a text is no value of a factor; empty if it is one."""
    try:
        factor.read(text)
    except InputProblem as problem:
        return str(problem)
    return ""


def check_comparison(levers: Sequence[Bound], said: StudyFile, problems: list[Problem]) -> dict[str, Value] | None:
    """The package compared with; None for no policy. A lever left out is as in the base."""
    if isinstance(said.compare_with, str):
        if said.compare_with == NO_POLICY:
            return None
        if said.compare_with != BASE:
            message = f"read '{said.compare_with}'; expected no_policy, base, or lines `lever: value`"
            problems.append(Problem(("compare_with",), message))
        return {}
    by_name = {lever.name: lever for lever in levers}
    values: dict[str, Value] = {}
    for name, text in said.compare_with.items():
        if name in by_name and not (why := _why_not(by_name[name], text)):
            values[name] = by_name[name].read(text)
        elif name in by_name:
            problems.append(Problem(("compare_with", name), why))
        elif name not in said.levers:
            problems.append(_unknown(name, said.levers, ("compare_with",)))
    return values


def check_metric_names(names: Sequence[str], world: World, months: tuple[int, int], problems: list[Problem]) -> None:
    """Adds the metrics that there are not, in this world and these months (the first, and how many)."""
    for at, name in enumerate(names):
        problems.extend(Problem(("metrics", at), text) for text in check_metrics([name], world, *months))


def _check_agents(said: StudyFile, base: Scenario, world: World, problems: list[Problem]) -> None:
    """Adds that there are too few agents for the world, which would end every run; `agents` is the same in all."""
    changed = said.changes.get("agents")
    for name, message in too_few_agents(base, world).items():
        if isinstance(changed, Mapping) and name in changed:
            problems.append(Problem(("changes", "agents", name), message.removeprefix(f"agents.{name}: ")))
        else:
            problems.append(Problem(("base",), message))


def check_size(said: StudyFile, base: Case, problems: list[Problem], *, sound: bool) -> None:
    """Adds what makes a study empty (told of a sound one) or endless, its replicates copies or its runs impossible."""
    varies = said.levers or said.uncertainties or said.posterior or said.leaks or said.replicates > 1
    if sound and not varies:
        problems.append(Problem((), "nothing varies: name levers, uncertainties or replicates"))
    if base.scenario.agents.mode == "expected" and said.replicates > 1:
        message = "in expected mode nothing is drawn, so replicates are copies; write 1, or agents: {mode: sampled}"
        problems.append(Problem(("replicates",), message))
    check_count(said, problems)
    _check_agents(said, base.scenario, base.world, problems)


def check_count(said: StudyFile, problems: list[Problem]) -> None:
    """Adds that there are too many runs."""
    runs = count_runs(said)
    if runs > MOST_RUNS:
        about = f"{runs:.0e}" if runs < _MOST_COUNTED else f"1e+{math.log10(runs):.0f}"
        worlds = f"; about {about} runs" if runs > 1e9 else f"; {runs:,} runs"
        problems.append(Problem(("design",), f"is too large{worlds}, expected at most {MOST_RUNS:,}"))


def count_runs(said: StudyFile) -> int:
    """How many runs the design asks for, without those that are compared with."""
    designs = said.design
    if designs.all is not None:
        points = _points(designs.all, {**said.levers, **said.uncertainties})
    else:
        grid = Design(grid=True)
        points = _points(designs.levers or grid, said.levers)
        points *= _points(designs.uncertainties or grid, said.uncertainties)
    return points * (said.posterior.draws if said.posterior else 1) * said.replicates


def _points(design: Design, factors: Mapping[str, Factor]) -> int:
    if design.grid:
        return math.prod(len(factor.values) if factor.values else factor.levels or 1 for factor in factors.values())
    return design.latin_hypercube or design.sobol or len(design.listed or ())
