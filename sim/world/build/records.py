"""Which record of a pair of states is believed, where both offices, or several publishers, have one.

The model's flows are the origins' export records by declared destination, FOB. So the exporter's record is believed, of
several publishers the first of the settings' list, and the importer's, less freight, only where there is no other or
where the exporter's is a sum of which much is missing
(the practice of the OECD's balanced trade, Fortanier and Sarrazin 2016, OECD Statistics Working Papers 2016/07, takes
both; here the second record is kept to say how far they lie apart). Whatever departs from that is a declared choice: a
row of `record_choices`, by pair or for all pairs of one side; it names a flow, a publisher, or `none`.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sim.common.csv_tables import Row
from sim.common.errors import Fault
from sim.common.months import MONTHS_PER_YEAR
from sim.world.build.fact_tables import ANY, CUSTOMS, EXPORT, IMPORT, NONE
from sim.world.build.facts import Facts

_ALL_GOODS = "all"
_FREIGHT = "CIF"
Pair = tuple[str, str]


@dataclass(frozen=True)
class Record:
    """One publisher's record of a pair: musd a year FOB, standard error in logs, recorded part of a completed sum."""

    table: str
    row: Row
    pair: Pair
    flow: str
    publisher: str
    musd: float
    sd_log: float
    coverage: float
    source: str


@dataclass(frozen=True)
class Believed:
    """The record that stands for a pair, and the other office's where it has one too.

    Attributes:
        record: What is believed.
        other: What the other office has.
        gap: Log ratio of the two, where both are complete and no choice says that they count different things; else 0.
    """

    record: Record
    other: Record | None
    gap: float


def believed_records(facts: Facts, faults: list[Fault]) -> dict[Pair, Believed]:
    """Return the believed record of every pair that has one.

    Args:
        facts: The facts.
        faults: Contradictions that no choice settles are appended here.
    """
    by_pair: dict[Pair, dict[str, list[Record]]] = defaultdict(lambda: {EXPORT: [], IMPORT: []})
    for one in (*_customs(facts), *_published(facts)):
        known = one.publisher in facts.settings.lists["publishers"]
        if one.pair[0] in facts.states and one.pair[1] in facts.states and one.musd > 0 and known:
            by_pair[one.pair][one.flow].append(one)
    found = {}
    for pair, flows in by_pair.items():
        choice = _choice(facts, pair)
        export, imported = (_first(facts, flows[flow], choice, faults) for flow in (EXPORT, IMPORT))
        turned = choice == IMPORT or (not choice and _incomplete(facts, export, imported))
        first, second = (imported, export) if turned else (export, imported)
        record = first or second
        if record is None or choice == NONE:
            continue
        other = second if first else None
        alike = other is not None and not choice and not turned and record.coverage == other.coverage == 1
        found[pair] = Believed(record, other, math.log(record.musd / other.musd) if alike and other else 0.0)
        most = facts.settings.numbers["largest_mirror_ratio"]
        if export and imported and not choice and not turned and not 1 / most <= export.musd / imported.musd <= most:
            faults.append(_conflict(facts, imported, export, most))
    return found


def _incomplete(facts: Facts, export: Record | None, imported: Record | None) -> bool:
    """Return whether the exporter's record is a sum of which much is missing, and the importer's is not."""
    least = facts.settings.numbers["observed_coverage"]
    return export is not None and imported is not None and export.coverage < least <= imported.coverage


def _customs(facts: Facts) -> Iterator[Record]:
    """Yield the offices' own records that cover the whole year: annual ones, then twelve months."""
    year, freight = facts.settings.texts["base_year"], facts.settings.numbers["cif_over_fob"]
    for table, wanted in (("customs_annual", 1), ("customs_monthly", MONTHS_PER_YEAR)):
        rows: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in facts.tables[table]:
            if row.text("period")[:4] == year and row.text("good") == _ALL_GOODS:
                rows[row.text("exporter"), row.text("importer"), row.text("flow")].append(row)
        for (exporter, importer, flow), found in rows.items():
            if len(found) == wanted and flow in (EXPORT, IMPORT):
                musd = sum(facts.musd(row) for row in found) / (freight if flow == IMPORT else 1.0)
                source = f"{found[0].text('source')} ({found[0].text('quality')})"
                error = facts.settings.numbers["record_sd_log"]
                yield Record(table, found[0], (exporter, importer), flow, CUSTOMS, musd, error, 1.0, source)


def _published(facts: Facts) -> Iterator[Record]:
    freight = facts.settings.numbers["cif_over_fob"]
    for row in facts.tables["pair_records_2021"]:
        musd = row.number("value_musd") / (freight if row.text("valuation") == _FREIGHT else 1.0)
        note = f"; {row.text('note')}" if row.text("note") else ""
        source = f"{row.text('source')} ({row.text('quality')}{note})"
        pair = row.text("exporter"), row.text("importer")
        numbers = (musd, row.number("sd_log"), row.number("coverage"))
        yield Record("pair_records_2021", row, pair, row.text("flow"), row.text("publisher"), *numbers, source)


def _choice(facts: Facts, pair: Pair) -> str:
    """Return what is declared for a pair: a flow, a publisher, or nothing. What names both sides goes first."""
    rows = {(row.text("exporter"), row.text("importer")): row for row in facts.tables["record_choices"]}
    for key in (pair, (pair[0], ANY), (ANY, pair[1])):
        if key in rows:
            return rows[key].text("believe")
    return ""


def _first(facts: Facts, records: list[Record], choice: str, faults: list[Fault]) -> Record | None:
    """Return the record of the chosen or the first publisher, sums of which much is missing last.

    Contradictions between complete records that nothing settles are faults.
    """
    if not records:
        return None
    order, least = facts.settings.lists["publishers"], facts.settings.numbers["observed_coverage"]
    ranked = sorted(
        records, key=lambda one: (one.publisher != choice, one.coverage < least, order.index(one.publisher))
    )
    if ranked[0].publisher != choice:
        most = facts.settings.numbers["largest_record_ratio"]
        faults += [
            _conflict(facts, other, ranked[0], most)
            for other in ranked[1:]
            if other.coverage >= least and not 1 / most <= other.musd / ranked[0].musd <= most
        ]
    return ranked[0]


def _conflict(facts: Facts, record: Record, other: Record, most: float) -> Fault:
    exporter, importer = record.pair
    column = "value_musd" if record.table == "pair_records_2021" else "value"
    message = (
        f"{exporter} to {importer}: {record.publisher} ({record.flow}) gives {record.musd:,.6g} musd FOB, "
        f"{other.publisher} ({other.flow}) {other.musd:,.6g}, {other.table}.csv line {other.row.line}; they differ by "
        f"more than a factor of {most:g}: declare in record_choices.csv which is believed"
    )
    return facts.fault(record.table, record.row, column, message)
