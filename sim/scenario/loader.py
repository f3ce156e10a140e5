"""Loads a scenario: finds the file, stacks what it extends, checks everything, and reports all faults at once."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.common.errors import Fault, FaultList, nearest
from sim.common.package_data import shipped
from sim.common.parsing import shown
from sim.common.yaml_nodes import Location, Node
from sim.common.yaml_reader import read_text, read_yaml
from sim.policies import INSTRUMENTS
from sim.rules import RULES
from sim.rules.parameters import PARAMETERS
from sim.scenario.checks import Vocabulary, check
from sim.scenario.partial import SoundPart, sound_part
from sim.scenario.problems import faults_of
from sim.scenario.schema import Scenario, remember
from sim.scenario.stack import stack
from sim.scenario.world_codes import read_codes

VOCABULARY = Vocabulary(instruments=INSTRUMENTS, parameters=PARAMETERS, rules=tuple(RULES))

_MOST_FILES = 32


def load_scenario(path_or_name: str | os.PathLike[str], known: Vocabulary = VOCABULARY) -> Scenario:
    """Return the scenario of a file, with everything that it extends.

    Args:
        path_or_name: A YAML file, or the name of a shipped scenario.
        known: The names that scenarios may use; without `codes`, states and goods are read from the scenario's world.

    Raises:
        FaultList: With every fault of every file of the stack, each pointing into the file that it was written in.

    Example:
        >>> import sim
        >>> sim.load_scenario("reference").agents.exporters
        200000
    """
    wanted = os.fspath(path_or_name)
    path = _find(wanted, Path())
    if path is None:
        raise FaultList([Fault(wanted, 0, 0, "", _not_found(wanted, Path(wanted)))])
    return _load(read_text(path, str(path)), path, str(path), known)


def parse_scenario(text: str, file: str = "(text)", known: Vocabulary = VOCABULARY) -> Scenario:
    """Return the scenario of a YAML text; what it extends is looked for from the folder of `file`.

    Raises:
        FaultList: As `load_scenario`.

    Example:
        >>> import sim
        >>> text = sim.load_scenario("classroom").resolved_yaml()
        >>> sim.parse_scenario(text) == sim.load_scenario("classroom")
        True
    """
    return _load(text, Path(file), file, known)


def load_scenario_over(above: Node, file: str, known: Vocabulary = VOCABULARY) -> Scenario:
    """Return the scenario of a tree laid over the file or shipped scenario that its `extends` names.

    Args:
        above: The tree, part of a file of another kind that changes a scenario, such as a study.
        file: That file.
        known: The names that scenarios may use.

    Raises:
        FaultList: As `load_scenario`; places inside `above` point into that file.
    """
    return _resolve(_read_below(_Stack([above], [Path(file)])), known)


def sound_part_over(above: Node, file: str, known: Vocabulary = VOCABULARY) -> SoundPart | None:
    """Return what is sound of a scenario that `load_scenario_over` refuses, so that what names it can be checked too.

    Args:
        above: As for `load_scenario_over`.
        file: As for `load_scenario_over`.
        known: The names that scenarios may use.

    Returns:
        None where a file of the stack cannot be read, or nothing sound is left.
    """
    read = _read_below(_Stack([above], [Path(file)]))
    if not read.complete:
        return None
    _, data, known = _laid(read, known, [])
    return sound_part(data, known)


def shipped_scenarios() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with the package, sorted.

    Example:
        >>> import sim
        >>> "reference" in sim.shipped_scenarios()
        True
    """
    return tuple(sorted(path.stem for path in shipped("scenarios").glob("*.yaml")))


def shipped_worlds() -> tuple[str, ...]:
    """Return the names of the worlds that ship with the package, sorted."""
    return tuple(sorted(path.parent.name for path in shipped("scenarios/worlds").glob("*/states.csv")))


@dataclass
class _Stack:
    """The files read so far, the file named first and what it extends after it."""

    trees: list[Node] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    complete: bool = False

    def folder_of(self, node: Node) -> Path:
        """Return the folder of the file that a node was written in."""
        return self.files[node.mark.source.depth].parent

    def merged(self) -> Node:
        result = self.trees[-1]
        for tree in reversed(self.trees[:-1]):
            result = stack(result, tree)
        return result


def _load(text: str, path: Path, shown_as: str, known: Vocabulary) -> Scenario:
    return _resolve(_read_stack(text, path, shown_as), known)


def _resolve(read: _Stack, known: Vocabulary) -> Scenario:
    """Return the scenario of a stack of files, checked."""
    if not read.complete:
        # What is inherited is not known, so whether anything is missing or unknown is not known either.
        raise FaultList(read.faults)
    faults = list(read.faults)
    root, data, known = _laid(read, known, faults)
    scenario, problems = check(Scenario, data, known)
    left = [
        problem
        for problem in problems
        if not (problem.excused_by and _set_above(root, problem.excused_by, problem.location))
    ]
    faults += faults_of(left, root, data)
    if faults or scenario is None:
        raise FaultList(faults)
    return remember(scenario, known)


def _laid(read: _Stack, known: Vocabulary, faults: list[Fault]) -> tuple[Node, dict[str, Any], Vocabulary]:
    """Return the tree of a stack, its data, and the names that its world knows; adds what is wrong with the world."""
    root = read.merged()
    root = Node({name: child for name, child in root.children().items() if name != "extends"}, root.mark, root.key)
    data = root.plain()
    world = root.children().get("world")
    if world is None or isinstance(world.value, str):
        name = "reference" if world is None else str(world.value)
        folder = _find_world(name, read.folder_of(world) if world is not None else Path())
        if folder is None:
            message = f"unknown world {shown(name)}; {nearest(name, shipped_worlds())}"
            faults.append((world or root).mark.fault("world", message))
        else:
            data["world"] = name if folder == shipped(f"scenarios/worlds/{name}") else str(folder.resolve())
            known = _with_codes(known, folder, faults)
    return root, data, known


def _read_stack(text: str, path: Path, shown_as: str) -> _Stack:
    """Return the file and everything below it; reading ends at the first file that cannot be read."""
    read = _Stack()
    return _read_below(read) if _add(read, text, path, shown_as) else read


def _add(read: _Stack, text: str, path: Path, shown_as: str) -> bool:
    """Add a file to the stack, and return whether it could be read."""
    read.files.append(path)
    try:
        tree, faults = read_yaml(text, shown_as, len(read.files) - 1)
    except FaultList as error:
        read.faults += error.faults
        return False
    read.trees.append(tree)
    read.faults += faults
    return True


def _read_below(read: _Stack) -> _Stack:
    """Add what the last file extends, and what that extends."""
    while (below := read.trees[-1].children().get("extends")) is not None:
        path = _below(below, read)
        if path is None:
            return read
        try:
            text = read_text(path, str(path))
        except FaultList as error:
            read.faults += [below.mark.fault("extends", f"{fault.message}: {fault.file}") for fault in error.faults]
            return read
        if not _add(read, text, path, str(path)):
            return read
    read.complete = True
    return read


def _below(extends: Node, read: _Stack) -> Path | None:
    """Return the file that `extends:` names, or None after adding the fault that says why there is none."""
    if not isinstance(extends.value, str) or not extends.value.strip():
        message = f"read {shown(extends.plain())}, expected a file, such as base.yaml, or a shipped scenario's name"
        read.faults.append(extends.mark.fault("extends", message))
        return None
    folder = read.folder_of(extends)
    path = _find(extends.value, folder)
    if path is None:
        message = _not_found(extends.value, folder / extends.value)
        read.faults.append(extends.mark.fault("extends", message))
        return None
    chain = [*read.files, path]
    if path.resolve() in [file.resolve() for file in read.files] or len(chain) > _MOST_FILES:
        round_trip = " -> ".join(file.name for file in chain[-_MOST_FILES:])
        read.faults.append(extends.mark.fault("extends", f"a scenario cannot extend itself: {round_trip}"))
        return None
    return path


def _find(name: str, folder: Path) -> Path | None:
    """Return the file of a scenario: a path from a folder, or the name of a shipped one."""
    places = [folder / name, _shipped("scenarios", name), _shipped("scenarios", f"{name}.yaml")]
    return next((place for place in places if place and _is(place, Path.is_file)), None)


def _find_world(name: str, folder: Path) -> Path | None:
    places = [_shipped("scenarios/worlds", name), folder / name] if name.strip() else []
    return next((place for place in places if place and _is(place, Path.is_dir)), None)


def _shipped(folder: str, name: str) -> Path | None:
    """Return where something ships under a plain name; None for a path, which is not a name."""
    if name == ".." or Path(name).name != name:
        return None
    try:
        return shipped(f"{folder}/{name}")
    except (OSError, ValueError):
        # As below: such a name names nothing.
        return None


def _is(path: Path, test: Callable[[Path], bool]) -> bool:
    try:
        return test(path)
    except (OSError, ValueError):
        # A name too long or with characters that no file can have names no file.
        return False


def _not_found(name: str, place: Path) -> str:
    if _is(place, Path.is_dir):
        return f"{shown(name)} is a folder; expected a scenario file in it"
    return f"there is no file and no shipped scenario {shown(name)}; {nearest(Path(name).stem, shipped_scenarios())}"


def _with_codes(known: Vocabulary, folder: Path, faults: list[Fault]) -> Vocabulary:
    if known.codes is not None:
        return known
    try:
        return replace(known, codes=read_codes(folder))
    except FaultList as error:
        faults += error.faults
        return known


def _set_above(root: Node, value: Location, location: Location) -> bool:
    """Return whether a value, such as the run's months, was set by a file that extends the one this was written in."""
    return root.find(location[:2]).mark.source.depth > root.find(value).mark.source.depth
