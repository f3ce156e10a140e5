"""Reads the mapping: which codes of the customs files are which states and goods of the world.

    base_year: "2021"
    usd_per_eur: {"2021": "1.1827"}       # or the name of a table like exchange_rates.csv
    goods: {chips: "8542", rest: "*"}     # or the name of a table like good_facts.csv
    states:
      A: {un: [36], eurostat: [AU]}
      B: {un: [40, 56], eurostat: [AT, BE]}   # several codes: a union; trade within it is dropped

Optional: `world` (how the tables call all partners together), `totals`, `unions`, `prefer`, `revision`, `judge_from`,
`fit_from`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.common.csv_cells import Reader, between, number, period, text, year
from sim.common.csv_tables import Column as TableColumn
from sim.common.csv_tables import read_table
from sim.common.errors import Fault, FaultList, nearest
from sim.common.good_groups import groups_of
from sim.common.yaml_nodes import Node
from sim.common.yaml_reader import read_file
from sim.world.customs_data.hs_codes import Goods, read_goods
from sim.world.customs_data.hs_revisions import BY_CODE, NAMES, of_code

KINDS = ("comtrade", "comext", "baci")
UN, EUROSTAT = "un", "eurostat"
SCHEME = {"comtrade": UN, "baci": UN, "comext": EUROSTAT}
PUBLISHED, SUMMED = "published", "summed"
_NEEDED = ("base_year", "goods", "states")
WHOLE, PARTIAL = "whole", "partial"
_DEFAULTS = {"world": "WLD", "totals": "", "unions": WHOLE, "fit_from": "2019", "judge_from": "2024"}
_OPTIONAL = (*_DEFAULTS, "usd_per_eur", "prefer", "revision", "title", "note")


@dataclass(frozen=True)
class CodeBook:
    """What codes mean.

    Attributes:
        states: scheme (un, eurostat) -> code in the files -> state.
        members: (scheme, state) -> its codes.
        goods: Which code belongs to which good.
        rates: US dollars per euro by year.
        texts: base_year, world, totals, unions, fit_from, judge_from.
        prefer: Kinds of files, the one that wins first.
        revisions: Of the Harmonised System, the one that wins first where a trade stands by several.
    """

    states: Mapping[str, Mapping[str, str]]
    members: Mapping[tuple[str, str], tuple[str, ...]]
    goods: Goods
    rates: Mapping[str, float]
    texts: Mapping[str, str]
    prefer: tuple[str, ...]
    revisions: tuple[str, ...] = ()


def read_mapping(path: Path) -> CodeBook:
    """Read a mapping.

    Raises:
        FaultList: If it cannot be read or is faulty; every fault is listed.
    """
    root, faults = read_file(path)
    reading = _Reading(path, root, list(faults))
    mapping = reading.mapping()
    if reading.faults:
        raise FaultList(reading.faults)
    return mapping


class _Reading:
    """A mapping while it is checked."""

    def __init__(self, path: Path, root: Node, faults: list[Fault]) -> None:
        self.path, self.root, self.faults = path, root, faults
        self.parts = root.children()

    def mapping(self) -> CodeBook:
        known = (*_NEEDED, *_OPTIONAL)
        for name, node in self.parts.items():
            if name not in known:
                self.blame(node, name, f"unknown key '{name}'; {nearest(name, known)}")
        for name in _NEEDED:
            if name not in self.parts:
                self.blame(self.root, name, "is missing")
        texts = {name: self.text(name, default) for name, default in _DEFAULTS.items()}
        texts["base_year"] = self.text("base_year", "")
        for name, read in (("base_year", year), ("fit_from", period), ("judge_from", period)):
            if name in self.parts:
                self.check(read, texts[name], self.parts[name], name)
        for name, choices in (("totals", (PUBLISHED, SUMMED)), ("unions", (WHOLE, PARTIAL))):
            if name in self.parts and texts[name] not in choices:
                message = f"unknown choice '{texts[name]}'; {nearest(texts[name], choices)}"
                self.blame(self.parts[name], name, message)
        states, members = self.states()
        return CodeBook(states, members, self.goods(), self.rates(), texts, self.prefer(), self.revisions())

    def blame(self, node: Node, where: str, message: str) -> None:
        self.faults.append(node.mark.fault(where, message))

    def check(self, read: Reader, text: str, node: Node, where: str) -> None:
        """Note what a reader has against a text."""
        try:
            read(text)
        except ValueError as error:
            self.blame(node, where, str(error))

    def text(self, name: str, default: str) -> str:
        node = self.parts.get(name)
        if node is None:
            return default
        if not isinstance(node.value, str):
            self.blame(node, name, "expected a text")
            return default
        return node.value

    def items(self, node: Node, where: str) -> list[Node]:
        """Return the items of a list of texts; a single text is a list of one."""
        nodes = list(node.value) if isinstance(node.value, tuple) else [node]
        for one in nodes:
            if not isinstance(one.value, str):
                self.blame(one, where, "expected a code, or a list of codes")
        return [one for one in nodes if isinstance(one.value, str)]

    def states(self) -> tuple[dict[str, dict[str, str]], dict[tuple[str, str], tuple[str, ...]]]:
        states: dict[str, dict[str, str]] = {UN: {}, EUROSTAT: {}}
        members: dict[tuple[str, str], tuple[str, ...]] = {}
        node = self.parts.get("states")
        if node is not None and not node.children():
            self.blame(node, "states", "expected states with their codes, such as `A: {un: [36], eurostat: [AU]}`")
        for state, entry in (node.children() if node is not None else {}).items():
            if not entry.children():
                self.blame(entry, f"states.{state}", "expected codes, such as {un: [36], eurostat: [AU]}")
            for scheme, codes in entry.children().items():
                where = f"states.{state}.{scheme}"
                if scheme not in states:
                    self.blame(codes, where, f"unknown scheme '{scheme}'; {nearest(scheme, states)}")
                    continue
                found = [self.code(scheme, one, where) for one in self.items(codes, where)]
                members[scheme, state] = tuple(dict.fromkeys(code for code in found if code))
                for one, code in zip(self.items(codes, where), found, strict=True):
                    first = states[scheme].setdefault(code, state) if code else state
                    if first != state:
                        self.blame(one, where, f"the code {code} belongs to '{first}' already")
        return states, members

    def code(self, scheme: str, node: Node, where: str) -> str:
        raw = str(node.value).strip()
        if scheme == EUROSTAT:
            return raw
        if raw.isdigit() and raw.isascii() and len(raw) <= 4 and int(raw) > 0:
            return str(int(raw))
        self.blame(node, where, f"read '{raw}', expected a number of the UN from 1 to 9999 (0 is the world)")
        return ""

    def goods(self) -> Goods:
        node = self.parts.get("goods")
        specs: dict[str, str] = {}
        groups: dict[str, tuple[str, ...]] = {}
        places: dict[str, Node] = {}
        if node is not None and isinstance(node.value, str):
            optional = TableColumn("groups", text, optional=True, default="")
            columns = (TableColumn("code", text), TableColumn("hs_codes", text), optional)
            table = read_table(
                self.path.parent / node.value, self.other_columns(node.value, columns), ("code",), self.faults
            )
            specs = {row.text("code"): row.text("hs_codes") for row in table.rows}
            groups = groups_of((row.text("code"), row.text("groups")) for row in table.rows)
        elif node is not None:
            for good, codes in node.children().items():
                joined = ";".join(str(one.value) for one in self.items(codes, f"goods.{good}"))
                specs[good], places[good] = joined, codes
            if not specs:
                self.blame(node, "goods", 'expected goods with their codes, such as `chips: "8542"`, or a table')
        goods, faults = read_goods(specs, groups)
        for good, message in faults:
            self.blame(places.get(good, node or self.root), f"goods.{good}", message)
        return goods

    def rates(self) -> dict[str, float]:
        node = self.parts.get("usd_per_eur")
        if node is None:
            return {}
        if isinstance(node.value, str):
            columns = (TableColumn("year", year), TableColumn("usd_per_eur", between(0.5, 2)))
            table = read_table(
                self.path.parent / node.value, self.other_columns(node.value, columns), ("year",), self.faults
            )
            return {row.text("year"): row.number("usd_per_eur") for row in table.rows}
        rates = {}
        for name, rate in node.children().items():
            where = f"usd_per_eur.{name}"
            self.check(year, name, rate, where)
            try:
                rates[name] = number(str(rate.value))
            except ValueError as error:
                self.blame(rate, where, str(error))
                continue
            if not 0.5 <= rates[name] <= 2:
                self.blame(rate, where, f"read {rate.value}, expected dollars per euro, 0.5 to 2")
        return rates

    def other_columns(self, name: str, wanted: tuple[TableColumn, ...]) -> tuple[TableColumn, ...]:
        """Return the wanted columns, and whatever others the table has, so that a table of facts can be named."""
        try:
            with (self.path.parent / name).open(encoding="utf-8-sig") as stream:
                header = stream.readline().strip().split(",")
        except (OSError, UnicodeDecodeError):
            return wanted
        have = {column.name for column in wanted}
        others = (TableColumn(one, str, optional=True) for one in header if one not in have)
        return (*wanted, *others)

    def prefer(self) -> tuple[str, ...]:
        node = self.parts.get("prefer")
        found: list[str] = []
        for one in self.items(node, "prefer") if node is not None else ():
            if one.value not in KINDS:
                self.blame(one, "prefer", f"unknown kind of file '{one.value}'; {nearest(str(one.value), KINDS)}")
            found.append(str(one.value))
        return tuple(dict.fromkeys((*found, *KINDS)))

    def revisions(self) -> tuple[str, ...]:
        node = self.parts.get("revision")
        found: list[str] = []
        for one in self.items(node, "revision") if node is not None else ():
            name = of_code(str(one.value))
            if name not in NAMES:
                self.blame(one, "revision", f"unknown revision '{one.value}'; {nearest(name, (*NAMES, *BY_CODE))}")
            found.append(name)
        return tuple(dict.fromkeys(found))
