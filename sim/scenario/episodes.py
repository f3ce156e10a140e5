"""Episodes of a world: named drivers that ship in its folder, which a scenario takes or leaves.

What moved demand and supply from outside, such as incomes and a war, is no scenario's own. It stands in a file
``episodes/NAME.yaml`` of the world's folder. A scenario has the drivers of the episode that `episode: NAME` names; of
the world's only one where it says nothing; of none with `episode: none`. They lie below what the file says, so that
it changes one by its id.
"""

from __future__ import annotations

from pathlib import Path

from sim.common.errors import Fault, FaultList, nearest
from sim.common.parsing import shown
from sim.common.yaml_nodes import Node
from sim.common.yaml_reader import read_text, read_yaml
from sim.scenario.stack import stack

EPISODE, NO_EPISODE = "episode", "none"
_FOLDER, _DRIVERS, _KEYS = "episodes", "drivers", ("title", "drivers")


def episodes_of(world: Path) -> tuple[str, ...]:
    """Return the names of a world's episodes, sorted."""
    return tuple(sorted(path.stem for path in (world / _FOLDER).glob("*.yaml")))


def with_episode(root: Node, world: Path, depth: int, faults: list[Fault]) -> tuple[Node, str]:
    """Return a scenario's tree with the drivers of its episode under its own, and the episode's name.

    Args:
        root: The tree, every file of it stacked.
        world: Folder of its world.
        depth: One more than how many files it is stacked from; an episode lies below them all.
        faults: What is wrong with the episode, or with its name, is appended here.

    Returns:
        The tree without `episode`; the name is empty where no drivers came in.
    """
    said, names = root.children().get(EPISODE), episodes_of(world)
    own = Node({name: child for name, child in root.children().items() if name != EPISODE}, root.mark, root.key)
    chosen = names[0] if len(names) == 1 else NO_EPISODE
    if said is not None:
        chosen = said.value.strip() if isinstance(said.value, str) else ""
        if chosen not in (*names, NO_EPISODE):
            has = nearest(chosen, (*names, NO_EPISODE)) if names else "its world has none; leave the line out"
            faults.append(said.mark.fault(EPISODE, f"unknown episode {shown(said.plain())}; {has}"))
            return own, ""
    if chosen == NO_EPISODE:
        return own, ""
    path = world / _FOLDER / f"{chosen}.yaml"
    try:
        tree, found = read_yaml(read_text(path, str(path)), str(path), depth)
    except FaultList as error:
        faults += error.faults
        return own, ""
    faults += found
    for name, child in tree.children().items():
        if name not in _KEYS:
            faults.append(child.key.fault(name, f"key '{name}' is unknown in an episode; {nearest(name, _KEYS)}"))
    drivers = tree.children().get(_DRIVERS)
    if drivers is None:
        faults.append(tree.mark.fault(_DRIVERS, "the episode has no drivers"))
        return own, ""
    below = Node({_DRIVERS: drivers}, tree.mark, tree.key)
    return stack(below, own), chosen
