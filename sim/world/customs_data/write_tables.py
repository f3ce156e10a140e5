"""Writes figures as the tables of facts that `sim world build` and calibration take."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sim.common.csv_rows import csv_text
from sim.common.months import MONTHS_PER_YEAR
from sim.world.customs_data.code_mapping import CodeBook
from sim.world.customs_data.reconcile import EVERYTHING, TITLES, Figure, Pair
from sim.world.customs_data.trade_record import EXPORT, MONTHLY, REEXPORT, YEARLY

CUSTOMS = (
    *("period", "freq", "reporter", "flow", "exporter", "importer", "good", "value", "unit", "basis", "source"),
    *("quality", "conflict", "role"),
)
CELLS = ("exporter", "importer", "good", "value", "unit", "status", "source", "quality")
REEXPORTS = ("period", "freq", "hub", "importer", "good", "reexports_musd", "exports_musd", "share", "source")
FILES = {YEARLY: "customs_annual.csv", MONTHLY: "customs_monthly.csv"}
# The builder looks for the cells of its base year under this name, whatever the year.
CELL_FILE = "good_cells_2021.csv"
REEXPORT_FILE = "reexports_seen.csv"
_FILES_NAMED = 3
_DIGITS = 10


def tables_of(figures: Sequence[Figure], book: CodeBook) -> dict[str, str]:
    """Return the tables by file name; a table without rows is left out."""
    found = {
        FILES[freq]: csv_text(CUSTOMS, (_customs(one, book) for one in figures if _is(one, freq)))
        for freq in FILES
        if any(_is(one, freq) for one in figures)
    }
    cells = list(_cells(figures, book))
    if cells:
        found[CELL_FILE] = csv_text(CELLS, cells)
    reexports = list(_reexports(figures))
    if reexports:
        found[REEXPORT_FILE] = csv_text(REEXPORTS, reexports)
    return found


def role_of(figure: Figure, book: CodeBook) -> str:
    """Return fit, judge (held out) or context: before what is fitted, or with all partners together."""
    if figure.pair.period >= book.texts["judge_from"]:
        return "judge"
    world = book.texts["world"] in (figure.pair.exporter, figure.pair.importer)
    return "context" if world or figure.pair.period < book.texts["fit_from"] else "fit"


def _is(figure: Figure, freq: str) -> bool:
    return figure.pair.freq == freq and figure.pair.flow != REEXPORT


def _customs(one: Figure, book: CodeBook) -> list[str]:
    pair = one.pair
    return [
        pair.period, pair.freq, pair.reporter, pair.flow, pair.exporter, pair.importer, one.good,
        _number(one.musd), "musd", one.basis, _source(one), one.quality, one.conflict, role_of(one, book),
    ]  # fmt: skip


def _cells(figures: Sequence[Figure], book: CodeBook) -> Iterable[list[str]]:
    """Yield the values of the base year by pair and good, from export records: of the year, else of twelve months."""
    year, world = book.texts["base_year"], book.texts["world"]
    yearly: dict[Pair, list[Figure]] = defaultdict(list)
    monthly: dict[Pair, list[Figure]] = defaultdict(list)
    for one in figures:
        if one.pair.flow != EXPORT or one.pair.importer == world or one.pair.period[:4] != year:
            continue
        kept = yearly if one.pair.freq == YEARLY else monthly
        kept[one.pair._replace(freq=YEARLY, period=year)].append(one)
    for pair in sorted({*yearly, *monthly}):
        months = {one.pair.period for one in monthly[pair] if one.good == EVERYTHING}
        if pair not in yearly and len(months) < MONTHS_PER_YEAR:
            continue
        goods: dict[str, list[Figure]] = defaultdict(list)
        for one in yearly.get(pair) or monthly[pair]:
            goods[one.good].append(one)
        rest = book.goods.rest
        with_rest = {rest, *(name for name, codes in book.goods.groups.items() if rest in codes)}
        for good in sorted(set(goods) - {EVERYTHING} - with_rest):
            some = goods[good][0]
            busd = _number(sum(one.musd for one in goods[good]) / 1000)
            status = "derived" if some.kind == "baci" else "observed"
            yield [pair.exporter, pair.importer, good, busd, "busd", status, _source(some), some.quality]


def _reexports(figures: Sequence[Figure]) -> Iterable[list[str]]:
    exports = {(one.pair, one.good): one.musd for one in figures if one.pair.flow == EXPORT}
    for one in figures:
        if one.pair.flow == REEXPORT:
            whole = exports.get((one.pair._replace(flow=EXPORT), one.good))
            share = _number(one.musd / whole) if whole else ""
            pair = one.pair
            yield [
                pair.period, pair.freq, pair.exporter, pair.importer, one.good, _number(one.musd),
                "" if whole is None else _number(whole), share, _source(one),
            ]  # fmt: skip


def _source(one: Figure) -> str:
    named = ", ".join(one.files[:_FILES_NAMED])
    more = len(one.files) - _FILES_NAMED
    return f"{TITLES[one.kind]}: {named}" + (f" and {more} more" if more > 0 else "")


def _number(value: float) -> str:
    return f"{value:.{_DIGITS}g}"
