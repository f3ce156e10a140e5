"""Reads the tables of facts that a world is built from (calibration/figures), as strictly as the world itself."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.common.csv_tables import Row, read_table
from sim.common.errors import Fault, FaultList, nearest
from sim.common.good_groups import codes_named, groups_of
from sim.common.scratch import mend
from sim.world.build.fact_tables import LISTS, NEEDED, NUMBERS, TABLES, TEXTS, UNSAID
from sim.world.settings import read_settings

SETTINGS = "world_build.yaml"


@dataclass(frozen=True)
class Settings:
    """The choices of the build: texts, numbers and lists by name (see world_build.yaml beside the tables)."""

    texts: Mapping[str, str]
    numbers: Mapping[str, float]
    lists: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Facts:
    """Everything the builder reads.

    Attributes:
        folder: Where they were read from.
        settings: The choices of the build.
        tables: Rows of each table by file name without ending.
        states: Codes of the states, in the order of the world.
        goods: Codes of the goods; the last one is what is left over.
        groups: Group of goods -> codes of its goods.
        faulty: Tables of which rows are left out, since something is wrong with them.
    """

    folder: Path
    settings: Settings
    tables: Mapping[str, list[Row]]
    states: tuple[str, ...]
    goods: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    faulty: frozenset[str] = frozenset()

    @property
    def settings_file(self) -> Path:
        """Where the choices of the build stand."""
        return self.folder / SETTINGS

    @property
    def rest(self) -> int | None:
        """Position of the state that stands for the rest of the world; None where the world has no such state."""
        code = self.settings.texts["rest"]
        return self.states.index(code) if code in self.states else None

    def missing(self, table: str, message: str, column: str = "") -> Fault:
        """Return a fault of a whole table."""
        return Fault(str(self.folder / f"{table}.csv"), 0, 0, column, message)

    def fault(self, table: str, row: Row, column: str, message: str) -> Fault:
        """Return a fault in a cell of a table."""
        place = row.columns.get(column, 0)
        return Fault(str(self.folder / f"{table}.csv"), row.line, place, column, message, row.source_line)

    def musd(self, row: Row) -> float:
        """Return the value of a customs figure in million US dollars, at the mean rate of its year."""
        value = row.number("value")
        return value * self.usd_per_eur(row.text("period")[:4]) if row.text("unit") == "meur" else value

    def cell_musd(self, row: Row) -> float:
        """Return the value of a cell by pair and good in million US dollars, at the mean rate of the base year."""
        rate = self.usd_per_eur(self.settings.texts["base_year"]) if row.text("unit") == "beur" else 1.0
        return 1000.0 * row.number("value") * rate

    def state(self, code: str) -> int:
        """Return the position of a state.

        Raises:
            ValueError: If there is no such state.
        """
        if code not in self.states:
            raise ValueError(f"'{code}' is no state of state_facts.csv; {nearest(code, self.states)}")
        return self.states.index(code)

    def good(self, code: str) -> int:
        """Return the position of a good.

        Raises:
            ValueError: If there is no such good.
        """
        if code not in self.goods:
            raise ValueError(f"'{code}' is no good of good_facts.csv; {nearest(code, self.goods)}")
        return self.goods.index(code)

    def goods_named(self, name: str) -> list[int]:
        """Return the positions of a good, or of the goods of a group.

        Raises:
            ValueError: If there is neither.
        """
        if name not in self.goods and name not in self.groups:
            names = (*self.goods, *self.groups)
            raise ValueError(f"'{name}' is no good of good_facts.csv; {nearest(name, names)}")
        return [self.goods.index(code) for code in codes_named([name], self.goods, self.groups)]

    def usd_per_eur(self, year: str) -> float:
        """Return the mean exchange rate of a year; NaN where the table has none, which the checks tell."""
        rates = {row.text("year"): row.number("usd_per_eur") for row in self.tables["exchange_rates"]}
        return rates.get(year, math.nan)


def read_facts(folder: Path) -> Facts:
    """Read the tables of facts, each for itself.

    Args:
        folder: calibration/figures, or a copy with the same files.

    Raises:
        FaultList: If a table is missing or faulty.
    """
    faults: list[Fault] = []
    facts = read_tables(folder, faults)
    if faults:
        raise FaultList(faults)
    return facts


def read_tables(folder: Path, faults: list[Fault]) -> Facts:
    """Read the tables of facts and note every fault in them.

    Args:
        folder: calibration/figures, or a copy with the same files.
        faults: Faults are appended here.

    Raises:
        FaultList: If states, goods or settings are faulty: without them every row of the other tables looks wrong.
    """
    mend(folder)
    tables: dict[str, list[Row]] = {}
    faulty: set[str] = set()

    for name, (columns, key) in TABLES.items():
        before, path = len(faults), folder / f"{name}.csv"
        tables[name] = read_table(path, columns, key, faults).rows if name in NEEDED or path.exists() else []
        if len(faults) > before:
            faulty.add(name)
    before = len(faults)
    settings = _read_settings(folder / SETTINGS, faults)
    faults += [
        Fault(str(folder / f"{name}.csv"), 0, 0, "", "has no row, only a header")
        for name in NEEDED
        if not tables[name] and name not in faulty
    ]
    if len(faults) > before or not faulty.isdisjoint(NEEDED):
        raise FaultList(faults)
    states = tuple(row.text("code") for row in tables["state_facts"])
    goods = tuple(row.text("code") for row in tables["good_facts"])
    groups = groups_of((row.text("code"), row.text("groups")) for row in tables["good_facts"])
    return Facts(folder, settings, tables, states, goods, groups, frozenset(faulty))


def _read_settings(path: Path, faults: list[Fault]) -> Settings:
    texts, lists = read_settings(path, {**TEXTS, **NUMBERS}, LISTS, faults, UNSAID)
    said = {**UNSAID, **texts, **lists}
    return Settings(
        {name: str(said[name]) for name in TEXTS if name in said},
        {name: float(said[name]) for name in NUMBERS},  # type: ignore[arg-type]
        {name: tuple(said[name]) for name in LISTS if name in said},  # type: ignore[arg-type]
    )
