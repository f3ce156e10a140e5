"""What the offices recorded of each pair of states in the base year, by the exporter and by the importer, both kept.

A state that stands for several economies has the sum of its members' records. Where some members' records are not in
the raw files, the sum is completed: a missing flow is the size of its exporter times the weight of its importer, scaled
to the recorded flows of its exporter in the same pair, or of all exporters where it has none, and never above half the
tenth largest flow of its exporter (what lies below the tenth is taken as even between nothing and the tenth).
`coverage` is the recorded part. Size: exports to the nine importers of which all partners are in the files. Weight:
imports from China.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace

from calibration.base_year import published
from calibration.base_year.members import REST
from calibration.base_year.raw import YEAR
from calibration.base_year.sources import COMPLETE, TARGET, USD_PER_GBP, Sources

# A sum of members needs so many recorded flows, and this recorded part; below it says little of the pair.
LEAST_RECORDED, LEAST_COVERAGE = 2, 0.35
# Error of a published record (assumption: revisions), of one on the basis of the balance of payments (root mean square
# difference to the customs records of seven pairs), of what completes a sum, of what grew from the year before.
PUBLISHED_ERROR, PAYMENTS_ERROR, COMPLETION_ERROR, GROWTH_ERROR = 0.02, 0.2, 0.6, 0.3
BTIGE = "OECD Bilateral Trade in Goods by Industry and End-use (BTIGE), exports as recorded by the exporter"
COMTRADE = "UN Comtrade, all goods, record of the {}"


@dataclass(frozen=True, order=True)
class Record:
    """One row of the table; values in million US dollars of the base year."""

    exporter: str
    importer: str
    flow: str
    publisher: str
    valuation: str
    value_musd: float
    recorded_musd: float
    coverage: float
    sd_log: float
    note: str
    source: str
    quality: str = "published"

    @property
    def cells(self) -> tuple[str | float, ...]:
        """The row."""
        return astuple(self)


SEED_COLUMNS = ("exporter", "importer", "value_musd", "source", "quality")
COLUMNS = tuple(field.name for field in fields(Record))


def pair_records(sources: Sources) -> list[Record]:
    """The records of each pair of states, in the order of their codes."""
    states = sources.members.states
    found = [
        record
        for exporter in states
        for importer in states
        if exporter != importer
        for record in (*_exports(sources, exporter, importer), *_imports(sources, exporter, importer))
    ]
    return sorted((*found, *_eurostat(sources), *_ons(sources), *_stated(sources)))


def pair_seeds(sources: Sources) -> list[tuple[str | float, ...]]:
    """What pairs of states traded in an earlier year, where filling in starts from; not the rest of the world."""
    source = "CEPII BACI, all goods, undated in the copy (vishal-337/CS-6730-Group-8), fits 2017"
    rows = sources.raw.seeds[["exporter", "importer", "value_kusd"]].itertuples(index=False)
    kept = [(one, other, value / 1000, source, "published") for one, other, value in rows if REST not in (one, other)]
    return sorted(kept)


def _exports(sources: Sources, exporter: str, importer: str) -> Iterator[Record]:
    """The exporter's record of a pair, if there is one."""
    members = sources.members
    if importer == REST:
        return
    if exporter == REST:
        if members.of(importer) == (importer,) and importer in COMPLETE:
            flows = [v for (e, i), v in sources.btige.items() if i == importer and members.state(e) == REST]
            value, note = sum(flows), f"sum over {len(flows)} exporters"
            yield Record(
                exporter, importer, "export", "oecd_btige", "FOB", value, value, 1.0, PUBLISHED_ERROR, note, BTIGE
            )
        return
    cells = [(e, i) for e in members.of(exporter) for i in members.of(importer)]
    value, recorded, count = sources.completed(cells)
    own = [cell for cell in cells if cell in sources.btige or cell in sources.exports]
    if not own or count < min(LEAST_RECORDED, len(cells)) or recorded < LEAST_COVERAGE * value:
        return
    by_btige = any(cell in sources.btige for cell in cells)
    coverage = recorded / value
    record = Record(
        exporter,
        importer,
        "export",
        "oecd_btige" if by_btige else "comtrade",
        "FOB",
        value,
        recorded,
        coverage,
        math.hypot(PUBLISHED_ERROR, (1 - coverage) * COMPLETION_ERROR),
        "" if len(cells) == 1 else f"{count} of {len(cells)} pairs of members recorded",
        BTIGE if by_btige else COMTRADE.format("exporter"),
    )
    yield record if coverage == 1 else replace(record, quality="sum of published records, completed")


def _imports(sources: Sources, exporter: str, importer: str) -> Iterator[Record]:
    """The importer's record of a pair, if all its members have one."""
    exporters, importers = sources.members.of(exporter), sources.members.of(importer)
    cells = [(e, i) for e in exporters for i in importers]
    if REST in (exporter, importer):
        return
    if all(cell in sources.imports for cell in cells):
        value, source = sum(sources.imports[cell] for cell in cells), COMTRADE.format("importer")
        yield Record(exporter, importer, "import", "comtrade", "CIF", value, value, 1.0, PUBLISHED_ERROR, "", source)
    if importer == TARGET and len(exporters) > 1:
        value, recorded = sources.target_imports(exporters)
        error = math.hypot(PUBLISHED_ERROR, (1 - recorded / value) * GROWTH_ERROR)
        note = "members without a record of the year: that of the year before, grown as all imports"
        source = "Russian customs, by partner (IMF IMTS, customs_annual.csv; UN Comtrade 2020, copy ohmychart)"
        numbers = (value, recorded, recorded / value, error)
        yield Record(exporter, importer, "import", "comtrade", "CIF", *numbers, note, source, "sum, completed")


def _eurostat(sources: Sources) -> Iterator[Record]:
    table = sources.raw.eurostat
    chosen = table[(table["good"] == "all") & (table["period"].str[:4] == str(YEAR))]
    source = "Eurostat COMEXT, all goods, members summed, twelve months (copy vzemlys/ruimpeks, MIT)"
    for (exporter, importer), months in chosen.groupby(["exporter", "importer"]):
        kind = ("export", "eurostat", "FOB") if exporter == "EU27" else ("import", "eurostat", "CIF")
        value = float(months["value_eur"].sum()) / 1e6 * sources.usd_per_eur
        yield Record(str(exporter), str(importer), *kind, value, value, 1.0, PUBLISHED_ERROR, "", source)


def _ons(sources: Sources) -> Iterator[Record]:
    table = sources.raw.ons
    source = "ONS, trade in goods by country (Open Government Licence v3.0), twelve months"
    note = "balance-of-payments basis: change of ownership, FOB both ways"
    for (exporter, importer), months in table[table["period"].str[:4] == str(YEAR)].groupby(["exporter", "importer"]):
        value = float(months["value"].sum()) * USD_PER_GBP
        if published.WORLD not in (exporter, importer) and value > 0:
            flow = "export" if exporter == "GBR" else "import"
            numbers = (value, value, 1.0, PAYMENTS_ERROR)
            yield Record(str(exporter), str(importer), flow, "ons", "BOP", *numbers, note, source)


def _stated(sources: Sources) -> Iterator[Record]:
    for row in published.pairs(sources.stated).itertuples():
        kind = (row.flow, published.PUBLISHER, row.valuation)
        numbers = (float(row.musd), float(row.musd), 1.0, float(row.sd_log))
        yield Record(row.exporter, row.importer, *kind, *numbers, "", row.source, row.quality)
