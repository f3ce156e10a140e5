"""Reads YAML as text: every value stays as it was typed, and remembers its file, line and column.

A typed YAML loader turns `NO` into false and `0302` into 194; here both stay text, and the schema gives them a type.
One file becomes a tree of `Node`. Stacking moves nodes from tree to tree, so a fault found in an inherited value
still points into the file that it was written in.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.reader import ReaderError

from sim.common.errors import Fault, FaultList

Location = tuple[str | int, ...]

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NOTICED_LATE = r"unexpected end of stream|could not find expected ':'"
_NOTHING = ("", "~", "null", "Null", "NULL")
_DEEPEST = 12
_PLAIN_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
# PyYAML's words -> ours, tried in this order.
_SYNTAX = (
    (r"'\\t'", "a tab stands where YAML expects spaces; indent with spaces"),
    (r"mapping values are not allowed", "an unexpected ':'; check the indentation, or put a text with ': ' in quotes"),
    (r"could not find expected ':'", "a key without its ':'; expected `key: value`"),
    (r"expected ',' or '\]'", "a list opened with '[' is not closed; expected ',' or ']'"),
    (r"expected ',' or '\}'", "a mapping opened with '{' is not closed; expected ',' or '}'"),
    (r"expected <block end>", "this does not line up with the lines above; check the indentation"),
    (r"unexpected end of stream", "a quote is opened and not closed"),
    (r"single document", "a second document starts here; a scenario file holds one, so remove '---'"),
)


@dataclass(frozen=True)
class Source:
    """One file: its name as shown to the user, its lines, and how many `extends:` away it is from the file named."""

    file: str
    lines: tuple[str, ...] = field(repr=False, compare=False)
    depth: int = 0


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Node:
    """A value of a YAML file: a text, nothing, a list of nodes or a mapping of nodes.

    Attributes:
        value: str | None | tuple[Node, ...] | dict[str, Node].
        mark: Where the value starts.
        key: Where its key starts; for the items of a list, the same as `mark`.
    """

    value: "str | tuple[Node, ...] | dict[str, Node] | None"
    mark: Mark
    key: Mark

    def plain(self) -> Any:
        """Return the tree as dicts, lists, texts and None."""
        if isinstance(self.value, dict):
            return {name: child.plain() for name, child in self.value.items()}
        if isinstance(self.value, tuple):
            return [child.plain() for child in self.value]
        return self.value

    def children(self) -> "Mapping[str, Node]":
        """Return the entries of a mapping; none for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    def find(self, location: Location) -> "Node":
        """Return the node at a location, or the deepest one on the way to it."""
        node = self
        for step in location:
            if isinstance(node.value, dict) and step in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, tuple) and isinstance(step, int) and 0 <= step < len(node.value):
                node = node.value[step]
            else:
                break
        return node


def read_yaml(text: str, file: str, depth: int = 0) -> tuple[Node, list[Fault]]:
    """Return the tree of a YAML text and the faults that do not stop the reading (duplicate keys and the like).

    Args:
        text: The YAML text.
        file: Its name in faults.
        depth: How many `extends:` it is away from the file that the user named.

    Raises:
        FaultList: If the text is no YAML, or is no mapping at the top.
    """
    source = Source(file, tuple(_LINE_BREAK.split(text)), depth)
    root = _compose(text, source)
    if root is None:
        raise FaultList([Mark(source, 1, 1).fault("", "the file is empty; expected at least title, question, sources")])
    builder = _Builder(source, [])
    mark = builder.mark(root.start_mark)
    node = builder.node(root, mark)
    if not isinstance(node.value, dict):
        kind = "a list" if isinstance(node.value, tuple) else "a single text"
        fault = mark.fault("", f"read {kind}, expected `key: value` lines such as `title: ...`")
        raise FaultList([fault, *builder.faults])
    return node, builder.faults


def decode(raw: bytes, file: str) -> str:
    """Return bytes as UTF-8 text without its byte-order mark.

    Raises:
        FaultList: At the first byte that is not UTF-8.
    """
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        lines = _LINE_BREAK.split(raw[: error.start].decode())
        source = Source(file, tuple(_LINE_BREAK.split(raw.decode(errors="replace"))))
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise FaultList([Mark(source, len(lines), len(lines[-1]) + 1).fault("", message)]) from None


class _RefusalError(yaml.MarkedYAMLError):
    """Valid YAML that a scenario does without; the problem is in our words already."""


class _Loader(yaml.BaseLoader):
    """PyYAML's text-only loader, without aliases (each value has one place) and without bottomless nesting."""

    def __init__(self, text: str) -> None:
        self.nested = 0
        super().__init__(text)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        start: Any = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            problem = f"'*{event.anchor}' repeats a value by alias; write it out, or share it through `extends:`"
            raise _RefusalError(None, None, problem, start)
        if self.nested >= _DEEPEST:
            problem = f"nested more than {_DEEPEST} deep; no scenario needs that"
            raise _RefusalError(None, None, problem, start)
        self.nested += 1
        node = super().compose_node(parent, index)
        self.nested -= 1
        return node


def _compose(text: str, source: Source) -> "yaml.Node | None":
    """Return PyYAML's node tree, or None for an empty text; every syntax error becomes a fault."""
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        node: yaml.Node | None = loader.get_single_node()
        return node
    except yaml.MarkedYAMLError as error:
        raise FaultList([_syntax_fault(error, source)]) from None
    except ReaderError as error:
        before = _LINE_BREAK.split(text[: error.position])
        place = Mark(source, len(before), len(before[-1]) + 1)
        message = f"character U+{ord(text[error.position]):04X} is not allowed in YAML; remove it"
        raise FaultList([place.fault("", message)]) from None
    except (ValueError, OverflowError):
        # PyYAML hands an escape such as "\UFFFFFFFF" or an endless version number to int() and chr() unchecked.
        place = Mark(source, loader.line + 1, loader.column + 1) if loader else Mark(source, 1, 1)
        raise FaultList([place.fault("", "an escape or a number in this YAML has no meaning")]) from None


def _syntax_fault(error: yaml.MarkedYAMLError, source: Source) -> Fault:
    """Return PyYAML's error in our words, placed where the slip began rather than where it was noticed."""
    problem = error.problem or ""
    ours = next((message for pattern, message in _SYNTAX if re.search(pattern, problem)), None)
    at = error.problem_mark or error.context_mark
    if error.context_mark and re.search(_NOTICED_LATE, problem):
        at = error.context_mark
    elif error.context_mark and "is not closed" in (ours or ""):
        ours = f"{ours} (opened on line {error.context_mark.line + 1})"
    message = ours or (problem if isinstance(error, _RefusalError) else f"not valid YAML: {problem}")
    place = Mark(source, at.line + 1, at.column + 1) if at else Mark(source, 1, 1)
    return place.fault("", message)


@dataclass
class _Builder:
    """Turns PyYAML's nodes into ours and collects what is wrong with them."""

    source: Source
    faults: list[Fault]

    def mark(self, at: Any) -> Mark:
        return Mark(self.source, at.line + 1, at.column + 1)

    def node(self, raw: yaml.Node, key: Mark) -> Node:
        mark = self.mark(raw.start_mark)
        if raw.tag not in _PLAIN_TAGS:
            self.faults.append(
                mark.fault(
                    "", f"the tag '{raw.tag.replace('tag:yaml.org,2002:', '!!')}' is not used in scenarios; remove it"
                )
            )
        if isinstance(raw, yaml.MappingNode):
            return Node(self._mapping(raw), mark, key)
        if isinstance(raw, yaml.SequenceNode):
            items = tuple(self.node(item, self.mark(item.start_mark)) for item in raw.value)
            return Node(items, mark, key)
        text = str(raw.value)
        if isinstance(raw, yaml.ScalarNode) and raw.style is None and text in _NOTHING:
            return Node(None, mark, key)
        if re.search("[\ud800-\udfff]", text):
            self.faults.append(mark.fault("", "half of a surrogate pair is no character; write the character itself"))
        return Node(text, mark, key)

    def _mapping(self, raw: yaml.MappingNode) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for raw_key, raw_value in raw.value:
            key = self.mark(raw_key.start_mark)
            if not isinstance(raw_key, yaml.ScalarNode):
                self.faults.append(key.fault("", "a key has to be a single word, not a list or a mapping"))
                continue
            name = str(raw_key.value)
            child = self.node(raw_value, key)
            if name == "<<":
                self.faults.append(key.fault("", "'<<' merges a mapping; write it out, or share it through `extends:`"))
            elif name in entries:
                message = f"duplicate key '{name}'; it stands on line {entries[name].key.line} already"
                self.faults.append(key.fault("", message))
            else:
                entries[name] = child
        return entries
