"""Reads all the files, or names everything that is wrong with them: `sim world import`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.common.errors import Fault, FaultList, nearest
from sim.common.files import written_folder
from sim.world.customs_data.baci import read_baci, read_countries
from sim.world.customs_data.code_mapping import SCHEME, CodeBook, read_mapping
from sim.world.customs_data.comext import read_comext
from sim.world.customs_data.comtrade import read_comtrade, read_comtrade_json
from sim.world.customs_data.deduplicate import Store
from sim.world.customs_data.file_formats import BACI, COMEXT, COMTRADE, COMTRADE_JSON, COUNTRIES, OLD_COMEXT, format_of
from sim.world.customs_data.hs_codes import read_goods
from sim.world.customs_data.import_report import FATES, Account
from sim.world.customs_data.merge import lay_over
from sim.world.customs_data.reconcile import TITLES, figures_of
from sim.world.customs_data.trade_record import Record, SourceFile
from sim.world.customs_data.write_tables import tables_of

REPORT, REPORT_TABLE = "import_report.txt", "import_report.csv"
_KIND = {
    **dict.fromkeys((COMTRADE, COMTRADE_JSON), "comtrade"),
    **dict.fromkeys((BACI, COUNTRIES), "baci"),
    **dict.fromkeys((COMEXT, OLD_COMEXT), "comext"),
}
# What to do about a reason for which a whole file fell.
_TO_DO = {
    "not by the Harmonised System": "ask again for codes of the Harmonised System (HS)",
    "without a row over all": "ask again with customsCode C00, motCode 0, mosCode 0 and partner2Code 0",
}
_CLOSE = "did you mean"
_CHAPTER = 2
_MOST_CODES = 8


@dataclass(frozen=True)
class Imported:
    """What an import gives.

    Attributes:
        tables: Tables of facts by file name, as CSV text.
        account: What became of every row.
        base_year: Of the mapping.

    Example:
        >>> import sim
        >>> found = sim.import_files([Path("comtrade.csv")], Path("mapping.yaml"))  # doctest: +SKIP
        >>> sorted(found.tables)  # doctest: +SKIP
        ['customs_annual.csv', 'customs_monthly.csv']
    """

    tables: dict[str, str]
    account: Account
    base_year: str

    def onto(self, folder: Path) -> "Imported":
        """Return this import laid over a folder of facts: its figures replace the same ones there, all else stays.

        Raises:
            FaultList: If the folder cannot be read.
        """
        return Imported(lay_over(self.tables, folder, self.account), self.account, self.base_year)

    def write(self, folder: Path, *, force: bool = False) -> list[Path]:
        """Write the tables and the account, all of them or none.

        Args:
            folder: Where to; made if it is missing.
            force: Whether files of the same names, with other content, are replaced.

        Raises:
            SimError: If the folder cannot be written, or files are in the way.
        """
        files = {**self.tables, REPORT: self.account.text(), REPORT_TABLE: self.account.table()}
        with written_folder(folder, force=force) as scratch:
            for name, content in files.items():
                (scratch / name).write_text(content, encoding="utf-8", errors="replace", newline="\n")
        return [folder / name for name in files]


def import_files(paths: Sequence[Path], mapping: Path) -> Imported:
    """Read customs files into tables of facts.

    Args:
        paths: Files of UN Comtrade, BACI (with its country table, or without) and COMEXT, in any order.
        mapping: Which codes are which states and goods.

    Raises:
        FaultList: If the mapping or a file is faulty; every fault of all files is listed.

    Example:
        >>> import sim
        >>> found = sim.import_files([Path("comtrade.csv")], Path("mapping.yaml"))  # doctest: +SKIP
        >>> found.write(Path("my-figures"))  # doctest: +SKIP
    """
    faults: list[Fault] = []
    book = None
    try:
        book = read_mapping(mapping)
    except FaultList as error:
        faults.extend(error.faults)
    account = Account()
    files = _files(paths, account, book)
    # With a faulty mapping the files are still checked, and nothing is kept.
    store = Store(book or CodeBook({"un": {}, "eurostat": {}}, {}, read_goods({})[0], {}, {}, ()))
    recognised = [(file, format_of(file)) for file in files]
    countries: dict[str, str] = {}
    for file, what in recognised:
        if what == COUNTRIES:
            countries |= read_countries(file)
    for file, what in recognised:
        file.kind = _KIND.get(what, "")
        for record in _records(file, what, countries):
            store.take(file, record)
    store.check_releases(files)
    faults.extend(fault for file in files for fault in file.told())
    if faults or book is None:
        raise FaultList(faults)
    store.close(account)
    tables = tables_of(figures_of(store, account), book)
    customs = [file for file, what in recognised if what != COUNTRIES]
    faults.extend(_fallen(customs, account, everything=not tables))
    if not store.lanes and (store.met or not files):
        why = "no row has two states of the mapping; see the codes that are in the files"
        faults.append(Fault(str(mapping), 0, 0, "states", f"{why}: {_most(store.met)}"))
    if faults:
        raise FaultList(faults)
    _note_unmet(store, account, mapping)
    return Imported(tables, account, book.texts["base_year"])


def _files(paths: Sequence[Path], account: Account, book: CodeBook | None) -> list[SourceFile]:
    names = Counter(path.name for path in paths)
    files: list[SourceFile] = []
    for path in paths:
        label = path.name if names[path.name] == 1 else str(path)
        file = SourceFile(path, "", account, None if book is None else book.rates, label)
        if path in (other.path for other in files):
            file.blame(0, 0, "", "is named twice")
        files.append(file)
    return files


def _records(file: SourceFile, what: str, countries: dict[str, str]) -> Iterator[Record]:
    if what == COMTRADE:
        return read_comtrade(file)
    if what == COMTRADE_JSON:
        return read_comtrade_json(file)
    if what == BACI:
        return read_baci(file, countries)
    if what in (COMEXT, OLD_COMEXT):
        return read_comext(file, old=what == OLD_COMEXT)
    return iter(())


def _fallen(files: Sequence[SourceFile], account: Account, *, everything: bool) -> Iterator[Fault]:
    """Name the files of which nothing is kept nor counted in another row, and why; all where there is no table."""
    for file in files:
        if everything or not any(account.rows(file.name, fate) for fate in FATES if fate != "dropped"):
            why = account.why(file.name, *([TITLES[file.kind]] if everything else []))
            to_do = "".join(f"; {hint}" for reason, hint in _TO_DO.items() if reason in why)
            yield Fault(str(file.path), 0, 0, "", f"gives no figure: {why}{to_do}")


def _most(met: set[tuple[str, str]]) -> str:
    codes = sorted(code for _, code in met)
    return ", ".join(codes[:20]) + (f" and {len(codes) - 20} more" if len(codes) > 20 else "") if codes else "none"


def _note_unmet(store: Store, account: Account, mapping: Path) -> None:
    """Name the codes of the mapping that no row has, with a code of the files that is close."""
    used = {SCHEME[lane.kind] for lane in store.lanes}
    for (scheme, state), codes in store.book.members.items():
        mapped = store.book.states[scheme]
        free = [code for kind, code in store.met if kind == scheme and code not in mapped]
        lacking = [code for code in codes if scheme in used and (scheme, code) not in store.met]
        hints = {code: nearest(code, free) for code in lacking}
        told = [f"{code}; {hint}" if hint.startswith(_CLOSE) else code for code, hint in hints.items()]
        if told:
            account.note(mapping.name, f"no row names of {state} ({scheme}): {', '.join(told)}")
    named = set().union(*store.seen.values()) if store.seen else set()
    for good in dict.fromkeys(store.book.goods.taken.values()):
        own = [code for code, whose in store.book.goods.taken.items() if whose == good and len(code) > _CHAPTER]
        lacking = [code for code in own if code not in named]
        if lacking:
            text = f"no row names {len(lacking)} of {len(own)} codes of '{good}' ({', '.join(lacking[:_MOST_CODES])}"
            more = ", ..." if len(lacking) > _MOST_CODES else ""
            account.note(mapping.name, f"{text}{more}): not asked for, or of another revision of the Harmonised System")
