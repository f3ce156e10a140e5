"""Loads a study file: every fault of it, and of what it changes in its base, at once and before any run."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.common.errors import Fault, FaultList, SimError, nearest
from sim.common.package_data import shipped
from sim.common.parsing import shown
from sim.common.yaml_nodes import Location, Node
from sim.common.yaml_reader import read_text, read_yaml
from sim.experiments.checks import check_comparison, check_designs, check_factors, check_metric_names, check_size
from sim.experiments.designs import read_points
from sim.experiments.evasion_checks import check_leaks
from sim.experiments.factors import Bound
from sim.experiments.partial_checks import check_names
from sim.experiments.schema import StudyFile
from sim.scenario import Scenario, SoundPart, load_scenario_over, sound_part_over
from sim.scenario.problems import Problem, faults_of, problems_of
from sim.simulation.inputs import Value
from sim.simulation.posterior import Posterior, load_posterior
from sim.simulation.simulation import Case, case_of

_SHIPPED = "scenarios/studies"
_FACTORS = ("levers", "uncertainties")


@dataclass(frozen=True, eq=False)
class Study:
    """A study file with everything that it names.

    Attributes:
        name: short name, that of its folder of results.
        file: what the file says.
        base: the case that every point starts from.
        levers: what policy could choose.
        uncertainties: what nobody can choose.
        posterior: where its worlds are drawn from, if they are.
        comparison: the package that every point is compared with, a value for each lever; None for no policy.

    Example:
        >>> import sim
        >>> [lever.name for lever in sim.load_study("licence-strictness").levers]
        ['policies.dual-use-law-cn.strength', 'policies.dual-use-law-cn.fidelity']
    """

    name: str
    file: StudyFile
    base: Case
    levers: tuple[Bound, ...]
    uncertainties: tuple[Bound, ...]
    posterior: Posterior | None = None
    comparison: Mapping[str, Value] | None = field(default=None)

    @property
    def world_errors(self) -> bool:
        """Whether each draw of the posterior has a world of its own."""
        return self.file.posterior is not None and self.file.posterior.world_errors == "on"

    @property
    def factors(self) -> tuple[Bound, ...]:
        """Levers, then uncertainties."""
        return (*self.levers, *self.uncertainties)


def load_study(path_or_name: str | os.PathLike[str], *, allow_code: bool = False) -> Study:
    """The study of a YAML file, or of a shipped study's name.

    Args:
        path_or_name: the file or the name.
        allow_code: whether rules that the base names from a Python file may run, see :func:`sim.load`.

    Raises:
        FaultList: everything wrong with the file and its base.

    Example:
        >>> import sim
        >>> sim.load_study("licence-strictness").file.replicates
        1
    """
    wanted = os.fspath(path_or_name)
    path = _place_of(wanted)
    if path is None:
        found = f"there is no file and no shipped study {shown(wanted)}; {nearest(wanted, shipped_studies())}"
        raise FaultList([Fault(wanted, 0, 0, "", found)])
    return parse_study(read_text(path, str(path)), str(path), allow_code=allow_code)


def _place_of(wanted: str) -> Path | None:
    places = [Path(wanted), *(shipped(f"{_SHIPPED}/{name}") for name in (wanted, f"{wanted}.yaml"))]
    return next((place for place in places if place.is_file()), None)


def searches_leaks(path_or_name: str) -> bool:
    """Whether a name is that of a study with a line `leaks:`, not of a scenario."""
    path = _place_of(path_or_name)
    return path is not None and re.search(rb"^leaks\s*:", path.read_bytes(), re.MULTILINE) is not None


def shipped_studies() -> tuple[str, ...]:
    """Names of the studies that ship with the package, sorted.

    Example:
        >>> import sim
        >>> "whack-a-mole-budget" in sim.shipped_studies()
        True
    """
    return tuple(sorted(path.stem for path in shipped(_SHIPPED).glob("*.yaml")))


def parse_study(text: str, file: str = "study", base: Case | None = None, *, allow_code: bool = False) -> Study:
    """The study of a YAML text.

    Args:
        text: the YAML.
        file: its name in faults; the base is looked for from its folder.
        base: a case to start from in place of what the text names as its ``base``; ``changes`` and ``months`` do not
            go with it.
        allow_code: as :func:`load_study`.

    Raises:
        FaultList: as :func:`load_study`.
    """
    read, faults = read_yaml(text, file)
    faults += _misplaced(read)
    root = _tidied(read, Path(file).parent, faults)
    data = root.plain()
    problems: list[Problem] = []
    said = _said(data, problems)
    sound: SoundPart | None = None
    if base is None:
        base, sound = _base(root, file, faults, allow_code=allow_code)
    elif clash := root.children().keys() & {"changes", "months"}:
        raise ValueError(f"{', '.join(sorted(clash))}: change the case itself")
    study: Study | None = None
    if said is not None and base is not None:
        study = _bound(_name_of(file, said.title), said, base, problems)
    elif said is not None:
        check_names(said, sound, problems)
    faults += [_as_written(fault) for fault in faults_of(problems, root, data)]
    if faults or study is None:
        raise FaultList(faults)
    return study


def _said(data: dict[str, Any], problems: list[Problem]) -> StudyFile | None:
    """What a file says; where parts of it are wrong, what the others say, so that they are checked in the same pass."""
    for _ in range(2):
        try:
            return StudyFile.model_validate(data)
        except ValidationError as error:
            found = problems_of(error, StudyFile)
            before = set(problems)
            problems += [problem for problem in found if problem not in before]
            data = _without(data, [problem.location for problem in found])
    return None


def _without(data: dict[str, Any], wrong: list[Location]) -> dict[str, Any]:
    """The data without what is wrong: a factor alone, any other block whole; with words where words are missing."""
    kept = {"title": "-", "question": "-", "metrics": ["-"], **data}
    for first, *rest in wrong:
        if first in _FACTORS and rest and isinstance(kept.get(str(first)), dict):
            kept[str(first)] = {name: one for name, one in kept[str(first)].items() if name != rest[0]}
        elif first in ("title", "question", "metrics"):
            kept[str(first)] = ["-"] if first == "metrics" else "-"
        else:
            kept.pop(str(first), None)
    return kept


def _as_written(fault: Fault) -> Fault:
    """A fault whose path is that of the file, not of the form in which it is checked."""
    where = re.sub(r"^posterior(\.draws)?", "uncertainties.posterior", fault.where)
    where = re.sub(r"^design\.(all\b\.?)?", "design.", where).removesuffix(".")
    return replace(fault, where=where if fault.where else "")


def _bound(name: str, said: StudyFile, base: Case, problems: list[Problem]) -> Study:
    """The study with its names tied to the base; what fits nothing is added to the problems.

    Where there are problems already, what they concern is not there, and nothing is said to be missing.
    """
    posterior = _posterior(said, base.scenario, problems)
    levers, uncertainties = check_factors(said, base.scenario, posterior, problems)
    study = Study(name, said, base, levers, uncertainties, posterior)
    sound = not problems
    check_designs(study.levers, study.uncertainties, said, problems)
    study = replace(study, comparison=check_comparison(study.levers, said, problems))
    if said.metrics != ("-",):
        months = base.scenario.months
        check_metric_names(said.metrics, base.world, (months.first, months.count), problems)
    check_size(said, base, problems, sound=sound)
    check_leaks(said, base, problems)
    return study


def _misplaced(root: Node) -> list[Fault]:
    top, faults = root.children(), []
    if "posterior" in top:
        faults.append(top["posterior"].key.fault("", "`posterior` stands under `uncertainties`; move it there"))
    if "changes" in top and (named := top["changes"].children().get("extends")) is not None:
        faults.append(named.key.fault("changes.extends", "the base stands under `base`; name that file there"))
    return faults


def _tidied(root: Node, folder: Path, faults: list[Fault]) -> Node:
    """The tree with the short forms written out and tables of points read; every value keeps its place in its file."""
    top = {name: node for name, node in root.children().items() if name != "posterior"}
    for block in _FACTORS:
        if block in top and isinstance(top[block].value, dict):
            named = {name: _factor(node) for name, node in top[block].children().items()}
            if block == "uncertainties" and (drawn := named.pop("posterior", None)) is not None:
                top["posterior"] = drawn if isinstance(drawn.value, dict) else _wrapped("draws", drawn)
            top[block] = replace(top[block], value=named)
    if (design := top.get("design")) is not None:
        parts = design.children()
        if parts.keys() & {"levers", "uncertainties"}:
            read = {name: _design(node, folder, faults) for name, node in parts.items()}
            top["design"] = replace(design, value=read)
        else:
            top["design"] = _wrapped("all", _design(design, folder, faults))
    return replace(root, value=top)


def _wrapped(name: str, node: Node) -> Node:
    return replace(node, value={name: node})


def _factor(node: Node) -> Node:
    return _wrapped("values", node) if isinstance(node.value, tuple) else node


def _design(node: Node, folder: Path, faults: list[Fault]) -> Node:
    if node.value == "grid":
        return _wrapped("grid", replace(node, value="true"))
    listed = node.children().get("listed")
    if listed is None or not isinstance(listed.value, str):
        return node
    return replace(node, value={**node.children(), "listed": read_points(folder / listed.value, listed, faults)})


def _base(root: Node, file: str, faults: list[Fault], *, allow_code: bool) -> tuple[Case | None, SoundPart | None]:
    """The case of the base with the study's changes; or what is sound of it, and its faults are added."""
    top = root.children()
    base, changes = top.get("base"), top.get("changes")
    if base is None or not isinstance(base.value, str):
        return None, None  # the schema says so
    laid = {name: node for name, node in (changes.children() if changes else {}).items() if name != "extends"}
    if "months" in top:
        laid["months"] = top["months"]
    above = Node({"extends": base, **laid}, root.mark, root.key)
    try:
        scenario = load_scenario_over(above, file)
        return case_of(scenario, allow_code=allow_code), None
    except FaultList as error:
        faults += [_in_study(fault, file, "months" in top) for fault in error.faults]
        return None, sound_part_over(above, file)


def _in_study(fault: Fault, file: str, own_months: bool) -> Fault:
    """A fault of the base as a fault of the study: where it stands in this file, the path says so."""
    if fault.file != file or (own_months and fault.where.startswith("months")):
        return fault
    where = "base" if fault.where == "extends" else f"changes.{fault.where}".removesuffix(".")
    return replace(fault, where=where)


def _posterior(said: StudyFile, base: Scenario, problems: list[Problem]) -> Posterior | None:
    if said.posterior is None:
        return None
    try:
        found = load_posterior(said.posterior.file, base.world)
    except SimError as error:
        problems.append(Problem(("posterior", "file") if said.posterior.file else ("posterior",), str(error)))
        return None
    if said.posterior.draws > found.count:
        message = f"read {said.posterior.draws:,}, but {found.path} has {found.count:,} draws"
        problems.append(Problem(("posterior", "draws"), message))
    return found


def _name_of(file: str, title: str) -> str:
    stem = Path(file).stem or title
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "study"
