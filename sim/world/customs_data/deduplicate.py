"""Keeps every figure of the customs files once: repeated rows are counted, contradicting ones are faults."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.world.customs_data.code_mapping import SCHEME, UN, CodeBook
from sim.world.customs_data.hs_revisions import age
from sim.world.customs_data.import_report import Account
from sim.world.customs_data.trade_record import ALL_GOODS, Record, SourceFile

_WORLD = "0"
# The code behind what a row is a part of, as in `mode of transport=2100`.
_CODE = re.compile(r"=\S+")
_SAME = 1e-9
_DOUBLE = "double counting avoided"
_UNNAMED = "no revision that is named"


class Lane(NamedTuple):
    """What one office says about one partner in one period, in the codes of the files."""

    kind: str
    freq: str
    period: str
    reporter: str
    partner: str
    flow: str
    revision: str = ""

    def over_all(self) -> tuple[str, ...]:
        """Return what names the lane without its partner."""
        return (*self[:4], *self[5:])


@dataclass
class Figures:
    """The figures of a lane by code of goods, million US dollars.

    Attributes:
        wholes: Code -> (musd, file).
        parts: Code -> (musd, file) of parts that add up to a whole that the file may lack.
        rows: Code -> how many rows stand behind the parts.
        basis: FOB or CIF.
        original: Whether the office itself used the revision, as far as a row says.
        first: Code, with what it is a part of -> (musd, number of the file, line) of the row that was first.
    """

    basis: str
    original: bool = False
    wholes: dict[str, tuple[float, str]] = field(default_factory=dict)
    parts: dict[str, tuple[float, str]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    first: dict[str, tuple[float, int, int]] = field(default_factory=dict)

    def take_total(self, other: "Figures") -> None:
        """Take the row over all goods from the same trade by another revision."""
        for mine, theirs in ((self.wholes, other.wholes), (self.parts, other.parts)):
            if ALL_GOODS in theirs:
                mine[ALL_GOODS] = theirs[ALL_GOODS]


class Store:
    """Takes records one by one.

    Attributes:
        lanes: Figures by lane.
        seen: Lane over all partners -> codes of goods, and their beginnings, that some row names.
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
        self._releases: set[tuple[str, int, str]] = set()
        self._lone: dict[tuple[Lane, str], dict[tuple[str, str], list[float]]] = defaultdict(dict)

    def take(self, file: SourceFile, record: Record) -> None:
        """Keep a record, or say why not."""
        self.reporting[file.kind, record.freq, record.period, record.flow].add(record.reporter)
        if file.kind == "baci":
            self._releases.add((record.period, self._number(file), record.revision))
        if not self._both_known(file, record):
            return
        lane = Lane(
            file.kind, record.freq, record.period, record.reporter, record.partner, record.flow, record.revision
        )
        figures = self.lanes.setdefault(lane, Figures(record.basis))
        figures.original = figures.original or record.original
        # One text for each row: files have millions of them.
        key = record.hs if not record.part else f"{record.hs} {record.part} {record.second_partner}"
        here = (record.musd, self._number(file), record.line)
        first = figures.first.setdefault(key, here)
        if first is not here:
            self._repeated(file, record, first)
            return
        codes = self.seen[lane.over_all()]
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

    def check_releases(self, files: Sequence[SourceFile]) -> None:
        """Blame a file of BACI with a year that another has too, where its name does not say by which revision."""
        by_path = {str(file.path): file for file in files}
        for period, number, revision in sorted(self._releases):
            own = self._paths[number]
            others = {self._paths[other] for year, other, _ in self._releases if year == period} - {own}
            if others and not revision:
                why = "the file's name does not say the revision of the Harmonised System"
                keep = f"keep the name that CEPII gave it, such as BACI_HS17_Y{period}_V202301.csv"
                by_path[own].blame(0, 0, "", f"{why}, and {min(others)} has {period} as well; {keep}")

    def close(self, account: Account) -> None:
        """Settle what only all rows together can tell: whether the whole of each part was there.

        Args:
            account: Of all the files.
        """
        for (lane, code), lines in self._lone.items():
            whole = code in self.lanes[lane].wholes
            for (name, single), (rows, musd) in lines.items():
                part = _CODE.sub("", single)
                what, why = (_DOUBLE, "in the row over all of them") if whole else ("dropped", "without a row over all")
                account.tell(name, what, f"single {part}, {why}", int(rows), musd)
        for figures in self.lanes.values():
            for code in [code for code in figures.parts if code in figures.wholes]:
                musd, name = figures.parts.pop(code)
                rows = figures.rows.pop(code)
                account.tell(name, _DOUBLE, "single procedure, in the row over all procedures", rows, musd)
        _keep_one_revision(self.lanes, self.book.revisions, account)

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


def _keep_one_revision(lanes: dict[Lane, Figures], wanted: Sequence[str], account: Account) -> None:
    """Leave each trade to one revision of the Harmonised System, and tell the rows and value that others have of it.

    Of several counts the one that is wanted; else the one by which the office's figures cover the most periods, so that
    years compare; of these the one that the office itself used, then the newest, which is the least converted. The row
    over all goods and the codes are settled apart: one of them may stand by one revision only.
    """
    periods: dict[tuple[str, ...], set[str]] = defaultdict(set)
    trades: dict[Lane, list[Lane]] = defaultdict(list)
    for lane in lanes:
        periods[lane.kind, lane.freq, lane.reporter, lane.revision].add(lane.period)
        trades[lane._replace(revision="")].append(lane)

    def order(lane: Lane) -> tuple[int, int, bool, int]:
        asked = wanted.index(lane.revision) if lane.revision in wanted else len(wanted)
        covered = len(periods[lane.kind, lane.freq, lane.reporter, lane.revision])
        return asked, -covered, not lanes[lane].original, -age(lane.revision)

    for rivals in trades.values():
        ranked = sorted(rivals, key=order)
        if len(ranked) > 1:
            lines, totals = ([lane for lane in ranked if _codes(lanes[lane], total)] for total in (False, True))
            for total, having in ((False, lines), (True, totals)):
                for lane in having[1:]:
                    why = f"by {lane.revision or _UNNAMED}, and {having[0].revision or _UNNAMED} has the same trade"
                    _take_out(lanes[lane], _codes(lanes[lane], total), f"{why} (`revision` chooses)", account)
            kept = (lines or totals or ranked)[0]
            if totals and totals[0] != kept:
                lanes[kept].take_total(lanes[totals[0]])
            for lane in ranked:
                if lane != kept:
                    del lanes[lane]


def _codes(figures: Figures, total: bool) -> list[str]:
    return [code for code in (*figures.parts, *figures.wholes) if (code == ALL_GOODS) == total]


def _take_out(figures: Figures, codes: Sequence[str], why: str, account: Account) -> None:
    for code in codes:
        musd, name = (figures.parts if code in figures.parts else figures.wholes).pop(code)
        account.tell(name, _DOUBLE, why, figures.rows.get(code, 1), musd)
