"""Reads the tables of facts that a world is built from (calibration/figures), as strictly as the world itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.common.csv_cells import (
    AMOUNT,
    MOST_MUSD,
    SHARE,
    Reader,
    Value,
    amount,
    between,
    month,
    number,
    one_of,
    period,
    text,
    whole,
    year,
)
from sim.common.csv_tables import Column, Row, read_table
from sim.common.errors import Fault, FaultList, nearest
from sim.common.scratch import mend
from sim.world.schema import FLAGS, GOOD_COLUMNS, HABITS, LONGEST_LAG, STATE_NAMED, STATE_OFFICE, STATUSES
from sim.world.settings import read_settings

VOTES = ("yes", "abstain", "no", "absent")
_FIGURE = ("period", "freq", "reporter", "flow", "exporter", "importer", "good")
_FIGURE_COLUMNS = (
    *(Column(name, period if name == "period" else text) for name in _FIGURE),
    Column("value", AMOUNT),
    Column("unit", one_of(("musd", "meur"), "unit")),
    Column("basis", text),
    Column("source", text),
    Column("quality", text),
    Column("conflict", text, optional=True),
    Column("role", one_of(("fit", "judge", "context"), "role")),
)
_STATE_FACTS = (
    *STATE_NAMED,
    Column("vote_es_11_1", one_of(VOTES, "vote"), optional=True),
    Column("vote_es_11_3", one_of(VOTES, "vote"), optional=True),
    Column("joined_measures", one_of(FLAGS, "flag")),
    Column("control_regimes", between(0, 4)),
    Column("measures_before_2022", one_of(FLAGS, "flag")),
    *STATE_OFFICE,
    Column("note", text, optional=True),
    Column("source", text),
)
_SIMPLE = {
    "state_totals_2021": (
        Column("state", text),
        Column("exports_musd", AMOUNT),
        Column("imports_musd", AMOUNT, optional=True),
    ),
    "pair_totals_2021": (
        Column("period", period),
        Column("exporter", text),
        Column("importer", text),
        Column("value_musd", AMOUNT),
        Column("status", one_of(STATUSES, "status")),
    ),
    "trade_mix_2021": (
        Column("state", text),
        Column("good", text),
        Column("export_share", SHARE),
        Column("import_share", SHARE),
    ),
    "chapter_split": (Column("chapter", text), Column("good", text), Column("share", SHARE)),
    "good_cells_2021": (
        Column("exporter", text),
        Column("importer", text),
        Column("good", text),
        Column("value", amount(MOST_MUSD / 1000)),
        Column("unit", one_of(("busd", "beur"), "unit")),
        Column("status", one_of(STATUSES, "status")),
    ),
    "exchange_rates": (Column("year", year), Column("usd_per_eur", between(0.5, 2))),
    "customs_offices": (
        Column("state", text),
        Column("publication_lag_months", whole(0, LONGEST_LAG)),
        Column("reexport_habit", one_of(HABITS, "habit")),
    ),
}
_REEXPORTS = (
    Column("hub", text),
    Column("good", text),
    Column("measure", one_of(("share",), "measure")),
    Column("value", SHARE),
    Column("status", one_of(STATUSES, "status")),
    Column("source", text),
)
_ONWARD = (
    Column("first", text),
    Column("second", text),
    Column("share", SHARE),
    Column("status", one_of(STATUSES, "status")),
    Column("source", text),
)
_CREDIT = (Column("source", text), Column("quality", text))
_KEYS: Mapping[str, tuple[str, ...]] = {
    "state_totals_2021": ("state",),
    "pair_totals_2021": ("exporter", "importer"),
    "trade_mix_2021": ("state", "good"),
    "chapter_split": ("chapter", "good"),
    "good_cells_2021": ("exporter", "importer", "good"),
    "exchange_rates": ("year",),
    "customs_offices": ("state",),
}
_CUSTOMS = ("customs_annual", "customs_monthly", "customs_by_chapter", "customs_sanctioned_lines")
_LISTS = ("other_buyers", "sitc_7_goods", "technology_goods", "season_exporters", "notes", "sources")
_TEXTS: Mapping[str, Reader] = {
    **dict.fromkeys(("title", "target", "rest", "currency"), str),
    "base_year": year,
    **dict.fromkeys(("season_first_month", "season_last_month"), month),
}
_SHARES = (
    *("least_unseen_share", "sitc_7_share"),
    *("effort_measures_before_2022", "effort_joined_later", "effort_others", "effort_least"),
)


def _freight(cell: str) -> Value:
    """Read CIF over FOB; between no two states does freight cost twice the goods."""
    if number(cell) < 1:
        raise ValueError("is below 1")
    return between(1, 3)(cell)


# Measured elasticities of trade to distance lie near -1; with -10, twice the distance leaves a thousandth of the trade.
_NUMBERS: Mapping[str, Reader] = {
    "cif_over_fob": _freight,
    "distance_elasticity": between(-10, 0),
    "floor_musd_per_year": AMOUNT,
    **dict.fromkeys(_SHARES, SHARE),
}


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
        settings: The choices of the build.
        tables: Rows of each table by file name without ending.
        states: Codes of the states, in the order of the world.
        goods: Codes of the goods; the last one is what is left over.
    """

    settings: Settings
    tables: Mapping[str, list[Row]]
    states: tuple[str, ...]
    goods: tuple[str, ...]

    def musd(self, row: Row) -> float:
        """Return the value of a customs figure in million US dollars, at the mean rate of its year."""
        value = row.number("value")
        return value * self.usd_per_eur(row.text("period")[:4]) if row.text("unit") == "meur" else value

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

    def usd_per_eur(self, year: str) -> float:
        """Return the mean exchange rate of a year.

        Raises:
            ValueError: If the table has no rate for the year.
        """
        rates = {row.text("year"): row.number("usd_per_eur") for row in self.tables["exchange_rates"]}
        if year not in rates:
            raise ValueError(f"exchange_rates.csv has no rate for {year}")
        return rates[year]


def read_facts(folder: Path) -> Facts:
    """Read the tables of facts.

    Args:
        folder: calibration/figures, or a copy with the same files.

    Raises:
        FaultList: If a table is missing or faulty.
    """
    mend(folder)
    faults: list[Fault] = []
    tables: dict[str, list[Row]] = {}

    def read(name: str, columns: Iterable[Column], key: tuple[str, ...]) -> None:
        tables[name] = read_table(folder / f"{name}.csv", tuple(columns), key, faults).rows

    read("state_facts", _STATE_FACTS, ("code",))
    read("good_facts", GOOD_COLUMNS, ("code",))
    read("hub_reexports_2021", _REEXPORTS, ("hub", "good"))
    read("hub_onward_2021", _ONWARD, ("first", "second"))
    for name in _CUSTOMS:
        read(name, _FIGURE_COLUMNS, _FIGURE)
    for name, columns in _SIMPLE.items():
        read(name, (*columns, *_CREDIT), _KEYS[name])
    settings = _read_settings(folder / "world_build.yaml", faults)
    for name in ("customs_offices", "state_totals_2021"):
        there = {row.text("state") for row in tables[name]}
        faults.extend(
            Fault(str(folder / f"{name}.csv"), 0, 0, "state", f"has no row for '{row.text('code')}'")
            for row in tables["state_facts"]
            if row.text("code") not in there
        )
    faults.extend(
        Fault(str(folder / f"{name}.csv"), 0, 0, "", "has no row, only a header")
        for name in ("state_facts", "good_facts")
        if not tables[name] and not faults
    )
    if faults:
        raise FaultList(faults)
    states = tuple(row.text("code") for row in tables["state_facts"])
    goods = tuple(row.text("code") for row in tables["good_facts"])
    return Facts(settings, tables, states, goods)


def _read_settings(path: Path, faults: list[Fault]) -> Settings:
    said, lists = read_settings(path, {**_TEXTS, **_NUMBERS}, _LISTS, faults)
    numbers = {name: float(said[name]) for name in _NUMBERS if name in said}
    return Settings({name: str(said[name]) for name in _TEXTS if name in said}, numbers, lists)
