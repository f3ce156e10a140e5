"""Reads the answer of UN Comtrade's interface, {"elapsedTime", "count", "data": [...], "error"}, record by record.

The standard reader forgets where a record stood; here each keeps its line, so that a fault can name it. A refusal has
no records but words of the gateway, {"statusCode": 401, "message": ...}, and these are passed on.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from sim.common.csv_tables import unknown_column
from sim.world.customs_data.csv_header import NOTHING
from sim.world.customs_data.trade_record import Cells, SourceFile

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_BLANK = " \t\r\n"
# Most records that one answer holds, without a key and with one: an answer of just that many may be cut.
_LIMITS = (500, 100_000, 250_000)
# Where a gateway says why it refuses, and what to do by its status.
_WORDS = ("error", "message", "detail", "title")
_TO_DO = {
    "401": "; ask again with your subscription key",
    "403": "; your key or its quota does not allow it: wait, or ask for less",
    "429": "; too many requests: wait, and ask again more slowly",
    **dict.fromkeys(("500", "502", "503", "504"), "; the fault is on its side: ask again later"),
}
_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")
_NO_UTF8 = re.compile("[\udc80-\udcff]")


def read_json(file: SourceFile, needed: Sequence[str], known: Sequence[str]) -> Iterator[Cells]:
    """Yield the records of an answer; what is wrong with them is noted in the file."""
    text = _content(file)
    if text is None:
        return
    reading = _Reading(file, text)
    try:
        records = list(reading.records())
    except RecursionError:
        file.blame(0, 0, "", "is nested too deeply to be an answer of UN Comtrade's interface")
        return
    except json.JSONDecodeError as error:
        file.blame(error.lineno, error.colno, "", f"is no JSON: {error.msg}", reading.line_text(error.lineno))
        return
    if reading.found:
        _check_count(file, reading.beside, len(records))
    else:
        _check_refusal(file, reading.beside)
    for at, end, record in records:
        file.account.read(file.name)
        line = reading.line(at)
        if not isinstance(record, dict):
            file.blame(line, reading.column(at), "data", "holds something that is no record", reading.line_text(line))
            continue
        cells = Cells(file, line, {}, reading.line_text(line), {})
        sound = True
        for name, value in record.items():
            place = text.find(f'"{name}"', at, end)
            cells.column = {**(cells.column or {}), name: reading.column(place) if reading.line(place) == line else 0}
            cells.values[name] = _text(value)
            if name not in known:
                cells.blame(name, unknown_column(name, known).replace("column", "field", 1))
                sound = False
        for name in needed:
            if name not in record:
                cells.blame(name, f"field '{name}' is missing")
                sound = False
        if sound:
            yield cells


def _content(file: SourceFile) -> str | None:
    try:
        text = file.path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    except OSError as error:
        file.blame(0, 0, "", f"cannot be read: {error.strerror}")
        return None
    if _NO_UTF8.search(text):
        # As in the CSV: only names of places have such letters, and these are not needed.
        file.account.note(file.name, "is no UTF-8 text, as JSON has to be; read all the same, names of places aside")
    return text


def _check_count(file: SourceFile, beside: dict[str, Any], count: int) -> None:
    if beside.get("error"):
        file.blame(0, 0, "error", f"the interface answered with an error: {_text(beside['error'])}")
    said = beside.get("count")
    if isinstance(said, str) and _WHOLE.fullmatch(said) and said != str(count):
        file.blame(0, 0, "count", f"says {said} records, holds {count}: the answer is cut")
    elif not count:
        file.blame(0, 0, "data", f"holds no record: {NOTHING}")
    if count in _LIMITS:
        file.account.note(file.name, f"holds just {count:,} records, the most that one answer has: it may be cut")


def _check_refusal(file: SourceFile, beside: dict[str, Any]) -> None:
    """Pass on what an answer without records says."""
    status = next((_text(beside[name]) for name in ("statusCode", "status") if name in beside), "")
    words = [_text(beside[name]) for name in _WORDS if beside.get(name)]
    if not status and not words:
        expected = 'expected the answer of UN Comtrade\'s interface, {"count": ..., "data": [...]}'
        file.blame(0, 0, "data", f"has no list 'data'; {expected}")
        return
    where = next(name for name in (*_WORDS, "statusCode", "status") if name in beside)
    told = ": ".join([*([status] if status else []), *words])
    file.blame(0, 0, where, f"the interface answered with an error: {told}{_TO_DO.get(status, '')}")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


class _Reading:
    """A JSON text while it is taken apart."""

    def __init__(self, file: SourceFile, text: str) -> None:
        self.file, self.text = file, text
        self.beside: dict[str, Any] = {}
        self.found = False
        self._starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]

    def line(self, at: int) -> int:
        return bisect_right(self._starts, at)

    def column(self, at: int) -> int:
        return at - self._starts[self.line(at) - 1] + 1

    def line_text(self, line: int) -> str:
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return self.text[start:end]

    def records(self) -> Iterator[tuple[int, int, Any]]:
        """Yield start, end and value of every record."""
        at = self._skip(0)
        if self.text[at : at + 1] == "[":
            self.found = True
            at = yield from self._items(at)
        else:
            at = self._expect(at, "{")
            while self.text[at : at + 1] != "}":
                name, at = _DECODER.raw_decode(self.text, at)
                at = self._expect(self._skip(at), ":")
                if name == "data" and self.text[at : at + 1] == "[":
                    self.found = True
                    at = yield from self._items(at)
                else:
                    self.beside[name], at = _DECODER.raw_decode(self.text, at)
                at = self._next(at, "}")
            at = self._skip(at + 1)
        if at < len(self.text):
            raise json.JSONDecodeError("something stands behind the end", self.text, at)

    def _items(self, at: int) -> Generator[tuple[int, int, Any], None, int]:
        at = self._expect(at, "[")
        while self.text[at : at + 1] != "]":
            value, end = _DECODER.raw_decode(self.text, at)
            yield at, end, value
            at = self._next(end, "]")
        return self._skip(at + 1)

    def _next(self, at: int, closing: str) -> int:
        at = self._skip(at)
        if self.text[at : at + 1] == ",":
            return self._skip(at + 1)
        if self.text[at : at + 1] != closing:
            raise json.JSONDecodeError(f"expected ',' or '{closing}'", self.text, at)
        return at

    def _expect(self, at: int, character: str) -> int:
        if self.text[at : at + 1] != character:
            raise json.JSONDecodeError(f"expected '{character}'", self.text, at)
        return self._skip(at + 1)

    def _skip(self, at: int) -> int:
        while at < len(self.text) and self.text[at] in _BLANK:
            at += 1
        return at
