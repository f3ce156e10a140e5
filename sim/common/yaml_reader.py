"""Reads YAML as text: every value stays as it was typed, and remembers its file, line and column.

A typed YAML loader turns `NO` into false and `0302` into 194; here both stay text, and the schema gives them a type.
Every YAML file of a user is read here, and none can ask for much: its size, its depth and the number of its values have
limits, and there are no aliases, of which a few lines can stand for more values than any memory holds.
"""

import codecs
import re
from pathlib import Path
from typing import Any

import yaml

from sim.common.errors import Fault, FaultList
from sim.common.parsing import shown
from sim.common.yaml_nodes import Mark, Node, Source

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOTICED_LATE = r"unexpected end of stream|could not find expected ':'"
_NOTHING = ("", "~", "null", "Null", "NULL")
_SURROGATE = re.compile("[\ud800-\udfff]")
MOST_BYTES = 1_000_000
TOO_LARGE = "is larger than 1 MB, the most that is read of a YAML file"
_DEEPEST = 12
_MOST_VALUES = 50_000  # keys count too
_PLAIN_TAGS = (None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
# The words of libyaml (and of PyYAML's own parser, where that library is missing) -> ours, tried in this order.
_SYNTAX = (
    (r"mapping values are not allowed", "an unexpected ':'; check the indentation, or put a text with ': ' in quotes"),
    (r"could not find expected ':'", "a key without its ':'; expected `key: value`"),
    (r"expected ',' or '\]'", "a list opened with '[' is not closed; expected ',' or ']'"),
    (r"expected ',' or '\}'", "a mapping opened with '{' is not closed; expected ',' or '}'"),
    (
        r"expected <block end>|expected key|expected '-'",
        "this does not line up with the lines above; check the indentation",
    ),
    (r"unexpected end of stream", "a quote is opened and not closed"),
    (r"character escape code|escape sequence|hexade?cimal", "this escape has no meaning; write the character itself"),
)
_TAB = "a tab stands where YAML expects spaces; indent with spaces"
# Its own parser is thirty times slower, and says the same.
_Parser: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_file(path: Path, shown_as: str = "") -> tuple[Node, list[Fault]]:
    """Return what `read_yaml` returns, of a file.

    Args:
        path: The file.
        shown_as: Its name in faults; its path by default.

    Raises:
        FaultList: As `read_yaml`, and if the file cannot be read.
    """
    shown_as = shown_as or str(path)
    return read_yaml(read_text(path, shown_as), shown_as)


def read_text(path: Path, shown_as: str) -> str:
    """Return the text of a YAML file.

    Raises:
        FaultList: If it cannot be read, is too large, or is no UTF-8.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise FaultList(
            [Fault(shown_as, 0, 0, "", f"cannot be read: {getattr(error, 'strerror', None) or error}")]
        ) from None
    if len(raw) > MOST_BYTES:
        raise FaultList([Fault(shown_as, 0, 0, "", TOO_LARGE)])
    return decode(raw, shown_as)


def read_yaml(text: str, file: str, depth: int = 0) -> tuple[Node, list[Fault]]:
    """Return the tree of a YAML text and the faults that do not stop the reading (duplicate keys and the like).

    Args:
        text: The YAML text.
        file: Its name in faults.
        depth: How many `extends:` it is away from the file that the user named.

    Raises:
        FaultList: If the text is no YAML, is no mapping at the top, or is too large.
    """
    if len(text) > MOST_BYTES:
        raise FaultList([Fault(file, 0, 0, "", TOO_LARGE)])
    source = Source(file, tuple(_LINE_BREAK.split(text)), depth)
    reading = _Reading(source, text)
    try:
        node = reading.document()
    except yaml.MarkedYAMLError as error:
        raise FaultList([_syntax_fault(error, source), *reading.faults]) from None
    if node is None:
        raise FaultList([Mark(source, 1, 1).fault("", "the file is empty; expected `key: value` lines")])
    if not isinstance(node.value, dict):
        kind = "a list" if isinstance(node.value, tuple) else "a single text"
        fault = node.mark.fault("", f"read {kind}, expected `key: value` lines such as `title: ...`")
        raise FaultList([fault, *reading.faults])
    return node, reading.faults


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
    """Valid YAML that we do without; the problem is in our words already."""


class _Reading:
    """One document: the parser's events on their way to becoming nodes, and what is wrong with them."""

    def __init__(self, source: Source, text: str) -> None:
        self.source, self.faults = source, list[Fault]()
        self._count = 0
        if odd := _NOT_YAML.search(text):
            before = _LINE_BREAK.split(text[: odd.start()])
            message = f"character U+{ord(odd.group()):04X} is not allowed in YAML; remove it"
            raise FaultList([Mark(source, len(before), len(before[-1]) + 1).fault("", message)])
        self._parser = _Parser(text)

    def document(self) -> Node | None:
        """Return the document's tree, or None of an empty text."""
        self._next()
        if isinstance(start := self._next(), yaml.StreamEndEvent):
            return None
        first = self._next()
        node = self._node(first, self._mark(first), 0)
        self._next()
        if not isinstance(start := self._next(), yaml.StreamEndEvent):
            raise _refused("a second document starts here; a file holds one, so remove '---'", start)
        return node

    def _next(self) -> Any:
        try:
            return self._parser.get_event()
        except (ValueError, OverflowError):
            # PyYAML's own parser hands an escape such as "\UFFFFFFFF" to int() and chr() unchecked.
            at = yaml.Mark("", 0, self._parser.line, self._parser.column, None, 0)
            raise yaml.MarkedYAMLError(problem="character escape code", problem_mark=at) from None

    def _mark(self, event: Any) -> Mark:
        return Mark(self.source, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, key: Mark, nested: int) -> Node:
        """Return the node that starts with an event, with all that is in it."""
        self._refuse_too_much(event, nested)
        mark = self._mark(event)
        if event.tag not in _PLAIN_TAGS:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.faults.append(mark.fault("", f"the tag '{tag}' is not used here; remove it"))
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self._mapping(nested + 1), mark, key)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(item := self._next(), yaml.SequenceEndEvent):
                items.append(self._node(item, self._mark(item), nested + 1))
            return Node(tuple(items), mark, key)
        if event.style in (None, "") and event.value in _NOTHING:
            return Node(None, mark, key)
        if _SURROGATE.search(event.value):
            self.faults.append(mark.fault("", "half of a surrogate pair is no character; write the character itself"))
        return Node(event.value, mark, key)

    def _mapping(self, nested: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._mark(event)
            self._node(event, key, nested)
            value = self._next()
            child = self._node(value, key, nested)
            if not isinstance(event, yaml.ScalarEvent):
                self.faults.append(key.fault("", "a key has to be a single word, not a list or a mapping"))
            elif event.value == "<<":
                self.faults.append(key.fault("", "'<<' merges a mapping; write it out, or share it through `extends:`"))
            elif event.value in entries:
                line = entries[event.value].key.line
                message = f"duplicate key {shown(event.value)}; it stands on line {line} already"
                self.faults.append(key.fault("", message))
            else:
                entries[event.value] = child
        return entries

    def _refuse_too_much(self, event: Any, nested: int) -> None:
        self._count += 1
        if isinstance(event, yaml.AliasEvent):
            problem = f"'*{event.anchor}' repeats a value by alias; write it out, or share it through `extends:`"
            raise _refused(problem, event)
        if nested >= _DEEPEST:
            raise _refused(f"nested more than {_DEEPEST} deep; no file needs that", event)
        if self._count > _MOST_VALUES:
            raise _refused(f"holds more than {_MOST_VALUES:,} values; no file needs that", event)


def _refused(problem: str, event: Any) -> _RefusalError:
    return _RefusalError(None, None, problem, event.start_mark)


def _syntax_fault(error: yaml.MarkedYAMLError, source: Source) -> Fault:
    """Return the parser's error in our words, placed where the slip began rather than where it was noticed."""
    problem = error.problem or ""
    at = error.problem_mark or error.context_mark
    ours = next((message for pattern, message in _SYNTAX if re.search(pattern, problem)), None)
    if error.context_mark and re.search(_NOTICED_LATE, problem):
        at = error.context_mark
    elif error.context_mark and "is not closed" in (ours or ""):
        ours = f"{ours} (opened on line {error.context_mark.line + 1})"
    place = Mark(source, at.line + 1, at.column + 1) if at else Mark(source, 1, 1)
    if "cannot start any token" in problem and source.lines[place.line - 1][place.column - 1 :].startswith("\t"):
        ours = _TAB
    return place.fault("", ours or (problem if isinstance(error, _RefusalError) else f"not valid YAML: {problem}"))
