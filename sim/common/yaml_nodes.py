"""The tree of a YAML file: values as texts, each with its file, line and column.

Stacking moves nodes from tree to tree, so a fault found in an inherited value still points into the file that it was
written in.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.common.errors import Fault

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """One file: its name as shown to the user, its lines, and how many `extends:` away it is from the file named."""

    file: str
    lines: tuple[str, ...] = field(repr=False, compare=False)
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1."""

    source: Source
    line: int
    column: int

    def fault(self, where: str, message: str) -> Fault:
        """Return a fault at this place, with the line as it stands in the file."""
        lines = self.source.lines
        text = lines[self.line - 1] if 0 < self.line <= len(lines) else ""
        return Fault(self.source.file, self.line, self.column, where, message, text)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML file: a text, nothing, a list of nodes or a mapping of nodes.

    Attributes:
        value: str | None | tuple[Node, ...] | NodeTable | dict[str, Node].
        mark: Where the value starts.
        key: Where its key starts; for the items of a list, the same as `mark`.
    """

    value: "str | tuple[Node, ...] | NodeTable | dict[str, Node] | None"
    mark: Mark
    key: Mark

    def plain(self) -> Any:
        """Return the tree as dicts, lists, texts and None."""
        if isinstance(self.value, dict):
            return {name: child.plain() for name, child in self.value.items()}
        if isinstance(self.value, tuple):
            return [child.plain() for child in self.value]
        return self.value.plain() if isinstance(self.value, NodeTable) else self.value

    def children(self) -> "Mapping[str, Node]":
        """Return the entries of a mapping; none for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    def find(self, location: Location) -> "Node":
        """Return the node at a location, or the deepest one on the way to it."""
        node = self
        for step in location:
            if isinstance(node.value, dict) and step in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, tuple | NodeTable) and isinstance(step, int) and 0 <= step < len(node.value):
                node = node.value[step]
            else:
                break
        return node


class NodeTable(Sequence[Node]):
    """A list whose items become nodes when they are asked for: it may have more than memory holds as nodes."""

    @abstractmethod
    def plain(self) -> Any:
        """Return what the items hold."""
