"""Loads a scenario: finds the file, stacks what it extends, checks everything, and reports all faults at once."""

import os
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
from sim.rules.user_rules import DEFAULT, RuleCode, code_of
from sim.scenario.checks import check
from sim.scenario.episodes import EPISODE, episodes_of, with_episode
from sim.scenario.old_names import tree_of_today
from sim.scenario.partial import SoundPart, sound_part
from sim.scenario.places import Places, shipped_worlds
from sim.scenario.problems import faults_of
from sim.scenario.schema import Scenario, remember
from sim.scenario.stack import stack
from sim.scenario.vocabulary import Vocabulary
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
    wanted, places = os.fspath(path_or_name), Places()
    path = places.scenario(wanted, Path())
    if path is None:
        raise FaultList([Fault(wanted, 0, 0, "", places.no_scenario(wanted, Path()))])
    return _resolve(_read_stack(read_text(path, str(path)), path, str(path), places), known)


def parse_scenario(
    text: str, file: str = "(text)", known: Vocabulary = VOCABULARY, *, only_shipped: bool = False
) -> Scenario:
    """Return the scenario of a YAML text; what it extends is looked for from the folder of `file`.

    Args:
        text: The YAML text.
        file: Its name in faults.
        known: The names that scenarios may use.
        only_shipped: Whether it may extend and use what ships with the package only, and no code: for a text of
            somebody who may not read the files of whoever runs this.

    Raises:
        FaultList: As `load_scenario`.

    Example:
        >>> import sim
        >>> text = sim.load_scenario("classroom").resolved_yaml()
        >>> sim.parse_scenario(text) == sim.load_scenario("classroom")
        True
    """
    return _resolve(_read_stack(text, Path(file), file, Places(only_shipped)), known)


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


@dataclass
class _Stack:
    """The files read so far, the file named first and what it extends after it."""

    trees: list[Node] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    faults: list[Fault] = field(default_factory=list)
    complete: bool = False

    def folder_of(self, node: Node) -> Path:
        """Return the folder of the file that a node was written in."""
        return self.files[node.mark.source.depth].parent

    def merged(self) -> Node:
        result, *above = map(tree_of_today, reversed(self.trees))
        for tree in above:
            result = stack(result, tree)
        return result


def _resolve(read: _Stack, known: Vocabulary) -> Scenario:
    """Return the scenario of a stack of files, checked."""
    if not read.complete:
        # What is inherited is not known, so whether anything is missing or unknown is not known either.
        raise FaultList(read.faults)
    faults = list(read.faults)
    root, data, known = _laid(read, known, faults)
    code = _code(root, read, faults)
    scenario, problems = check(Scenario, data, known)
    left = [
        problem
        for problem in problems
        if not (problem.excused_by and _set_above(root, problem.excused_by, problem.location))
    ]
    faults += faults_of(left, root, data)
    if faults or scenario is None:
        raise FaultList(faults)
    return remember(scenario, known, code)


def _laid(read: _Stack, known: Vocabulary, faults: list[Fault]) -> tuple[Node, dict[str, Any], Vocabulary]:
    """Return the tree of a stack, its data, and the names that its world knows; adds what is wrong with the world."""
    root = read.merged()
    root = Node({name: child for name, child in root.children().items() if name != "extends"}, root.mark, root.key)
    world, place = root.children().get("world"), ""
    if world is None or isinstance(world.value, str):
        name = "reference" if world is None else str(world.value)
        folder = read.places.world(name, read.folder_of(world) if world is not None else Path())
        if folder is None:
            message = f"unknown world {shown(name)}; {nearest(name, shipped_worlds())}"
            faults.append((world or root).mark.fault("world", message))
            root = Node({key: child for key, child in root.children().items() if key != EPISODE}, root.mark, root.key)
        else:
            place = name if folder == shipped(f"scenarios/worlds/{name}") else str(folder.resolve())
            home = _home_of_episode(root, read) or folder
            root, episode = with_episode(root, home, len(read.files), faults)
            known = replace(_with_codes(known, folder, faults), episodes=episodes_of(home), episode=episode)
    data = root.plain()
    return root, data | ({"world": place} if place else {}), known


def _home_of_episode(root: Node, read: _Stack) -> Path | None:
    """Return the world that an episode is of: that of the file that names it, or of what that file extends.

    So a file that extends a scenario and puts another world under it keeps the drivers, as it keeps the clauses.
    """
    said = root.children().get(EPISODE)
    if said is None:
        return None
    worlds = (tree.children().get("world") for tree in read.trees[said.mark.source.depth :])
    world = next((node for node in worlds if node is not None), None)
    if world is None:
        return read.places.world("reference", Path())
    return read.places.world(world.value, read.folder_of(world)) if isinstance(world.value, str) else None


def _code(root: Node, read: _Stack, faults: list[Fault]) -> dict[str, RuleCode]:
    """Return the rules that a scenario replaces by code, each from beside the file that it was written in."""
    rules = root.children().get("rules")
    found: dict[str, RuleCode] = {}
    for name, node in (rules.children() if rules else {}).items():
        if name not in RULES or not isinstance(node.value, str) or node.value == DEFAULT:
            continue
        if read.places.only_shipped:
            faults.append(node.mark.fault(f"rules.{name}", "no code of a file handed over runs here; leave it out"))
        elif (code := code_of(name, node.value, read.folder_of(node), node.mark, faults)) is not None:
            if any(one.file == code.file and one.source != code.source for one in found.values()):
                message = f"{code.path} is another file than the {code.file} of another rule; rename one of the two"
                faults.append(node.mark.fault(f"rules.{name}", message))
            found[name] = code
    return found


def _read_stack(text: str, path: Path, shown_as: str, places: Places) -> _Stack:
    """Return the file and everything below it; reading ends at the first file that cannot be read."""
    read = _Stack(places=places)
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
        if not _add(read, text, path, path.name if read.places.only_shipped else str(path)):
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
    path = read.places.scenario(extends.value, folder)
    if path is None:
        read.faults.append(extends.mark.fault("extends", read.places.no_scenario(extends.value, folder)))
        return None
    chain = [*read.files, path]
    if path.resolve() in [file.resolve() for file in read.files] or len(chain) > _MOST_FILES:
        round_trip = " -> ".join(file.name for file in chain[-_MOST_FILES:])
        read.faults.append(extends.mark.fault("extends", f"a scenario cannot extend itself: {round_trip}"))
        return None
    return path


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
