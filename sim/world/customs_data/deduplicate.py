"""Keeps every figure of the customs files once: repeated rows are counted, contradicting ones are faults."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.world.customs_data.code_mapping import SCHEME, UN, CodeBook
from sim.world.customs_data.trade_record import ALL_GOODS, Record, SourceFile

_WORLD = "0"
# The code behind what a row is a part of, as in `mode of transport=2100`.
_CODE = re.compile(r"=\S+")
_SAME = 1e-9
_DOUBLE = "double counting avoided"


class Lane(NamedTuple):
    """What one office says about one partner in one period, in the codes of the files."""

    kind: str
    freq: str
    period: str
    reporter: str
    partner: str
    flow: str


@dataclass
class Figures:
    """The figures of a lane by code of goods, million US dollars.

    Attributes:
        wholes: Code -> (musd, file).
        parts: Code -> (musd, file) of parts that add up to a whole that the file may lack.
        rows: Code -> how many rows stand behind the parts.
        basis: FOB or CIF.
        first: Code, with what it is a part of -> (musd, number of the file, line) of the row that was first.
    """

    basis: str
    wholes: dict[str, tuple[float, str]] = field(default_factory=dict)
    parts: dict[str, tuple[float, str]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    first: dict[str, tuple[float, int, int]] = field(default_factory=dict)


class Store:
    """Takes records one by one.

    Attributes:
        lanes: Figures by lane.
        seen: (kind, freq, period, reporter, flow) -> codes of goods, and their beginnings, that some row names.
        met: (scheme, code) of places that the files name.
        reporting: (kind, freq, period, flow) -> codes of offices with a row, whoever the partner.
    """

    def __init__(self, book: CodeBook) -> None:
        self.book = book
        self.lanes: dict[Lane, Figures] = {}
        self.seen: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self.met: set[tuple[str, str]] = set()
        self.reporting: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        self._paths: list[str] = []
        self._lone: dict[tuple[Lane, str], dict[tuple[str, str], list[float]]] = defaultdict(dict)

    def take(self, file: SourceFile, record: Record) -> None:
        """Keep a record, or say why not."""
        self.reporting[file.kind, record.freq, record.period, record.flow].add(record.reporter)
        if not self._both_known(file, record):
            return
        lane = Lane(file.kind, record.freq, record.period, record.reporter, record.partner, record.flow)
        figures = self.lanes.setdefault(lane, Figures(record.basis))
        # One text for each row: files have millions of them.
        key = record.hs if not record.part else f"{record.hs} {record.part} {record.second_partner}"
        here = (record.musd, self._number(file), record.line)
        first = figures.first.setdefault(key, here)
        if first is not here:
            self._repeated(file, record, first)
            return
        codes = self.seen[(*lane[:4], lane.flow)]
        codes.update(record.hs[:length] for length in (2, 4, 6, 8) if length <= len(record.hs))
        if not record.part:
            figures.wholes[record.hs] = (record.musd, file.name)
        elif record.adds:
            before = figures.parts.get(record.hs, (0.0, ""))[0]
            figures.parts[record.hs] = (before + record.musd, file.name)
            figures.rows[record.hs] = figures.rows.get(record.hs, 0) + 1
        else:
            line = self._lone[lane, record.hs].setdefault((file.name, record.part), [0, 0.0])
            line[0] += 1
            line[1] += record.musd

    def close(self, file: SourceFile) -> None:
        """Settle what only all rows together can tell: whether the whole of each part was there.

        Args:
            file: Any of the files; its account is the account of all.
        """
        for (lane, code), lines in self._lone.items():
            whole = code in self.lanes[lane].wholes
            for (name, single), (rows, musd) in lines.items():
                part = _CODE.sub("", single)
                what, why = (_DOUBLE, "in the row over all of them") if whole else ("dropped", "without a row over all")
                file.account.tell(name, what, f"single {part}, {why}", int(rows), musd)
        for figures in self.lanes.values():
            for code in [code for code in figures.parts if code in figures.wholes]:
                musd, name = figures.parts.pop(code)
                rows = figures.rows.pop(code)
                file.account.tell(name, _DOUBLE, "single procedure, in the row over all procedures", rows, musd)

    def _number(self, file: SourceFile) -> int:
        path = str(file.path)
        if not self._paths or self._paths[-1] != path:
            self._paths.append(path)
        return len(self._paths) - 1

    def _both_known(self, file: SourceFile, record: Record) -> bool:
        """Say whether both ends are states of the mapping, and not the same one."""
        scheme, states = SCHEME[file.kind], self.book.states[SCHEME[file.kind]]
        self.met.update(((scheme, record.reporter), (scheme, record.partner)))
        reporter = states.get(record.reporter)
        if reporter is None:
            file.account.stranger(
                file.name, "reporter" if file.kind != "baci" else "exporter", record.reporter, record.musd
            )
            return False
        if scheme == UN and record.partner == _WORLD:
            return self._world_known(file, record, reporter)
        partner = states.get(record.partner)
        if partner is None:
            if scheme != UN and record.partner.startswith("Q") and len(record.partner) == 2:
                file.drop("partner is secret or not specified (codes Q.)", record.musd)
            else:
                file.account.stranger(file.name, "partner", record.partner, record.musd)
            return False
        if partner == reporter:
            within = len(self.book.members[scheme, reporter]) > 1
            file.drop("trade within a union of the mapping" if within else "trade of a state with itself", record.musd)
            return False
        return True

    def _world_known(self, file: SourceFile, record: Record, reporter: str) -> bool:
        if len(self.book.members[UN, reporter]) > 1:
            file.drop("all partners of a union's member: trade within the union is in it", record.musd)
            return False
        return True

    def _repeated(self, file: SourceFile, record: Record, first: tuple[float, int, int]) -> None:
        if abs(first[0] - record.musd) <= _SAME * max(first[0], record.musd):
            file.account.tell(file.name, _DOUBLE, "row repeats another one", 1, record.musd)
            return
        goods = "all goods" if record.hs == ALL_GOODS else record.hs
        which = f"{record.flow} of {record.reporter} with {record.partner} in {record.period}, {goods}"
        path = self._paths[first[1]]
        place = f"line {first[2]}" if path == str(file.path) else f"{path}:{first[2]}"
        message = f"{which}: read {record.musd:g} million USD, but {place} has {first[0]:g}; expected one of the two"
        file.blame(record.line, 0, "", message)
