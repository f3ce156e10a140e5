"""Names of before in a scenario: its blocks, the parameters that it sets, and the rules that it replaces."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from sim.common.renamed import todays_names
from sim.common.yaml_nodes import Node
from sim.scenario.problems import BLOCK

Thing = TypeVar("Thing")
Entries = Callable[[Mapping[str, Thing]], dict[str, Thing]]

_NAMED = {"parameters": "parameter", "rules": "rule"}


def names_of_today(blocks: Mapping[str, Thing], inside: Callable[[Thing, Entries[Thing]], Thing]) -> dict[str, Thing]:
    """Return the blocks of a scenario by today's names, and under them what they name; hints at each name of before.

    Args:
        blocks: By name.
        inside: Changes the entries of a block that is a mapping, and returns it.
    """
    today = todays_names(BLOCK, blocks)
    for name, kind in _NAMED.items():
        if name in today:
            today[name] = inside(today[name], partial(todays_names, kind))
    if "mechanism" in today:
        today["mechanism"] = inside(today["mechanism"], partial(_mechanism, inside=inside))
    return today


def inside_mapping(block: object, change: Entries[object]) -> object:
    """Return a block of plain data with its entries changed; what is no mapping stays."""
    return change(block) if isinstance(block, Mapping) else block


def tree_of_today(tree: Node) -> Node:
    """Return the tree of a file with today's names."""
    return _inside_node(tree, partial(names_of_today, inside=_inside_node))


def _inside_node(node: Node, change: Entries[Node]) -> Node:
    return Node(change(node.value), node.mark, node.key) if isinstance(node.value, dict) else node


def _mechanism(entries: Mapping[str, Thing], inside: Callable[[Thing, Entries[Thing]], Thing]) -> dict[str, Thing]:
    parameters = partial(todays_names, "parameter")
    return {name: inside(one, parameters) if name == "without" else one for name, one in entries.items()}
