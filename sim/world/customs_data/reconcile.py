"""From lanes in the codes of the files to figures in the codes of the world: unions added up, one source for each."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sim.world.customs_data.code_mapping import PARTIAL, PUBLISHED, SCHEME, SUMMED, CodeBook
from sim.world.customs_data.deduplicate import Figures, Lane, Store
from sim.world.customs_data.hs_codes import Goods
from sim.world.customs_data.hs_levels import Settled, settle
from sim.world.customs_data.import_report import Account
from sim.world.customs_data.trade_record import ALL_GOODS, IMPORT

EVERYTHING = "all"
TITLES = {"comtrade": "UN Comtrade", "comext": "Eurostat COMEXT", "baci": "CEPII BACI"}
_EXCEEDS = "codes exceed the row over all goods; each is taken for itself"


class Pair(NamedTuple):
    """Which trade a figure is of, in the codes of the world."""

    freq: str
    period: str
    reporter: str
    flow: str
    exporter: str
    importer: str


@dataclass
class Sums:
    """The goods of a pair from one kind of files.

    Attributes:
        basis: FOB or CIF.
        goods: Good, or `all`, -> million US dollars.
        vague: Goods that some row of the pair does not suffice for.
        files: Names of the files behind it.
    """

    basis: str
    goods: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    vague: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Figure:
    """One row of a customs table."""

    pair: Pair
    good: str
    musd: float
    basis: str
    kind: str
    files: tuple[str, ...]
    quality: str
    conflict: str


def figures_of(store: Store, account: Account) -> list[Figure]:
    """Return the figures, sorted, and put into the account what became of every row that was kept so far."""
    totalled = {lane.kind for lane, figures in store.lanes.items() if ALL_GOODS in {*figures.wholes, *figures.parts}}
    sums: dict[tuple[str, Pair], Sums] = {}
    for lane, found in store.lanes.items():
        pair = _pair(lane, store.book)
        one = sums.setdefault((lane.kind, pair), Sums(found.basis))
        _add(one, lane, found, store, account, may_sum=_may_sum(store.book, lane.kind, totalled))
    return _chosen(sums, store, account)


def _may_sum(book: CodeBook, kind: str, totalled: set[str]) -> bool:
    """Say whether all goods may be the sum of the codes: where the kind of file holds all codes, or so it is told."""
    if book.texts["totals"] in (SUMMED, PUBLISHED):
        return book.texts["totals"] == SUMMED
    return kind == "baci" or (kind == "comext" and kind not in totalled)


def _pair(lane: Lane, book: CodeBook) -> Pair:
    states = book.states[SCHEME[lane.kind]]
    reporter, partner = states[lane.reporter], states.get(lane.partner, book.texts["world"])
    ends = (partner, reporter) if lane.flow == IMPORT else (reporter, partner)
    return Pair(lane.freq, lane.period, reporter, lane.flow, *ends)


def _add(one: Sums, lane: Lane, found: Figures, store: Store, account: Account, *, may_sum: bool) -> None:  # noqa: PLR0913
    """Add a lane to its pair."""
    values = {code: musd for code, (musd, _) in (*found.parts.items(), *found.wholes.items())}
    files = {code: name for code, (_, name) in (*found.parts.items(), *found.wholes.items())}
    if not values:
        return
    total = values.pop(ALL_GOODS, None)
    settled = settle(values, store.seen[lane.over_all()], store.book.goods)
    one.files.update(files.values())
    for good, musd in settled.goods.items():
        one.goods[good] += musd
    one.vague |= settled.vague
    if total is not None:
        one.goods[EVERYTHING] += total
        name = files[ALL_GOODS]
        account.tell(name, "kept", "figure of all goods", found.rows.get(ALL_GOODS, 1), total)
        if settled.summed > total * (1 + 1e-6):
            account.tell(name, "shifted", _EXCEEDS, 1, settled.summed - total)
    elif may_sum:
        one.goods[EVERYTHING] += settled.summed
    else:
        one.vague.add(EVERYTHING)
    _tell(settled, values, files, found, account)


def _tell(settled: Settled, values: dict[str, float], files: dict[str, str], found: Figures, account: Account) -> None:
    for code, (what, why) in settled.fates.items():
        account.tell(files[code], what, why, found.rows.get(code, 1), values[code])
    for what, why, musd in settled.remarks:
        account.tell(next(iter(files.values())), what, why, 1, musd)


def _fold(one: Sums, goods: Goods) -> None:
    """Where a pair has the figure of a group, add to it those of the group's goods: what is apart is not known."""
    for group in sorted(set(one.goods) & set(goods.groups), key=lambda name: (len(goods.groups[name]), name)):
        within = set(goods.groups[group])
        parts = [name for name in one.goods if name != group and set(goods.groups.get(name, (name,))) <= within]
        one.goods[group] += sum(one.goods.pop(name) for name in parts)
        if within & one.vague:
            one.vague.add(group)


def _chosen(sums: dict[tuple[str, Pair], Sums], store: Store, account: Account) -> list[Figure]:
    """Return one figure for each pair and good: that of the kind of files that is preferred."""
    book = store.book
    found: dict[tuple[Pair, str], Figure] = {}
    ranked = sorted(sums.items(), key=lambda item: (book.prefer.index(item[0][0]), item[0][1]))
    for (kind, pair), one in ranked:
        members = book.members[SCHEME[kind], pair.reporter]
        lacking = sorted(set(members) - store.reporting[kind, pair.freq, pair.period, pair.flow])
        if lacking and not _kept_without(kind, pair, lacking, book, account):
            continue
        _tell_vague(kind, one, account)
        quality = _quality(kind, pair, len(members) - len(lacking), len(members), book)
        _fold(one, book.goods)
        for good, musd in one.goods.items():
            if good in one.vague:
                continue
            first = found.get((pair, good))
            if first is not None:
                why = f"figures that {TITLES[first.kind]} has as well and is preferred for"
                account.tell(TITLES[kind], "set aside", why, 1, musd)
                continue
            found[pair, good] = Figure(pair, good, musd, one.basis, kind, tuple(sorted(one.files)), quality, "")
    return [_with_conflict(figure, found) for figure in _sorted(found.values())]


def _sorted(figures: Iterable[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda one: (one.pair.period, one.pair[2:], one.good))


def _tell_vague(kind: str, one: Sums, account: Account) -> None:
    for good in sorted(one.vague - {ALL_GOODS}):
        why = f"no figure of '{good}': the rows do not suffice"
        if good == EVERYTHING:
            why = "no figure of all goods: no row over all goods (write `totals: summed` if all codes are there)"
        account.tell(TITLES[kind], "set aside", why, 1, one.goods.get(good, 0.0))


def _quality(kind: str, pair: Pair, reporting: int, members: int, book: CodeBook) -> str:
    parts = ["reconciled from both sides" if kind == "baci" else "as reported"]
    if kind == "comext":
        parts.append(f"EUR at {book.rates.get(pair.period[:4], 1):g} USD")
    if members > 1:
        parts.append(f"sum of {reporting} of {members} members")
    return "; ".join(parts)


def _kept_without(kind: str, pair: Pair, lacking: list[str], book: CodeBook, account: Account) -> bool:
    """Say which members of a union have no row in the period, and whether its figure is kept without them."""
    kept = book.texts["unions"] == PARTIAL
    why = f"{pair.flow} of {pair.reporter} in {pair.period} without its members {', '.join(lacking)}"
    if kept:
        account.tell(TITLES[kind], "incomplete", why, 1, 0.0)
    else:
        account.tell(TITLES[kind], "set aside", f"{why} (write `unions: partial` to keep it)", 1, 0.0)
    return kept


def _with_conflict(figure: Figure, found: dict[tuple[Pair, str], Figure]) -> Figure:
    """Name the other side's office where it reports the same trade."""
    pair = figure.pair
    other = pair.importer if pair.reporter == pair.exporter else pair.exporter
    mirrored = IMPORT if pair.reporter == pair.exporter else "export"
    if (pair._replace(reporter=other, flow=mirrored), figure.good) not in found:
        return figure
    return replace(figure, conflict=f"also reported by {other}")
