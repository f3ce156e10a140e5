"""Reads UN Comtrade, version 1: the CSV that the site gives (47 columns) and the JSON that the interface gives.

Format: primaryValue in US dollars, CIF for imports, FOB for exports; reporterCode and partnerCode are the numbers of
the UN (partner 0 is the world; some differ from ISO 3166). partnerCode is the origin of imports, partner2Code where
they were consigned from. A figure stands once for all procedures, modes of transport, modes of supply and second
partners (customsCode C00, motCode 0, mosCode 0, partner2Code 0), and again for each of them: only the first is taken.
Codes of goods stand at 2, 4 and 6 digits and as TOTAL, each a sum of the next. Exports (X) hold re-exports (RX),
imports (M) re-imports (RM). The same trade can be asked for by each revision of the Harmonised System
(classificationCode H0 to H6); isOriginalClassification says which of them the office used.
"""

import re
from collections.abc import Iterable, Iterator

from sim.common.errors import nearest
from sim.world.customs_data.comtrade_json import read_json
from sim.world.customs_data.csv_header import read_rows
from sim.world.customs_data.hs_revisions import of_code
from sim.world.customs_data.trade_record import (
    ALL_GOODS,
    CIF,
    EXPORT,
    FOB,
    IMPORT,
    MONTHLY,
    REEXPORT,
    YEARLY,
    Cells,
    Record,
    SourceFile,
    month,
)

COLUMNS = (
    *("typeCode", "freqCode", "refPeriodId", "refYear", "refMonth", "period"),
    *("reporterCode", "reporterISO", "reporterDesc", "flowCode", "flowDesc", "partnerCode", "partnerISO"),
    *("partnerDesc", "partner2Code", "partner2ISO", "partner2Desc", "classificationCode", "classificationSearchCode"),
    *("isOriginalClassification", "cmdCode", "cmdDesc", "aggrLevel", "isLeaf", "customsCode", "customsDesc"),
    *("mosCode", "motCode", "motDesc", "qtyUnitCode", "qtyUnitAbbr", "qty", "isQtyEstimated", "altQtyUnitCode"),
    *("altQtyUnitAbbr", "altQty", "isAltQtyEstimated", "netWgt", "isNetWgtEstimated", "grossWgt"),
    *("isGrossWgtEstimated", "cifvalue", "fobvalue", "primaryValue", "legacyEstimationFlag", "isReported"),
    "isAggregate",
)
NEEDED = ("period", "reporterCode", "flowCode", "partnerCode", "cmdCode", "primaryValue")
_FLOWS = {"M": (IMPORT, CIF), "X": (EXPORT, FOB), "RX": (REEXPORT, FOB)}
# Flows that stand in M or X already.
_WITHIN = {
    "RM": "re-imports, in the imports already",
    **dict.fromkeys(("MIP", "MOP", "MIF"), "imports for processing, in the imports already"),
    **dict.fromkeys(("XIP", "XOP", "XIF"), "exports after processing, in the exports already"),
    "DX": "domestic exports, in the exports already",
    "FM": "foreign imports, in the imports already",
}
# Column, code of the sum over all, what a single row of it is.
_WHOLES = (
    ("customsCode", "C00", "customs procedure"),
    ("motCode", "0", "mode of transport"),
    ("mosCode", "0", "mode of supply"),
    ("partner2Code", "0", "second partner"),
)
_TOTAL = "TOTAL"
_YES = ("true", "1")
_NUMBER = re.compile(r"[0-9]{1,4}")
_GOODS = re.compile(r"[0-9]{2}|[0-9]{2}[0-9A-Z]{2}|[0-9]{2}[0-9A-Z]{4}")
_LOST = "; a leading zero is lost where a table program reads codes as numbers"
_SHIFTED = (
    "; the columns are shifted by one: rows end in a comma more than the header, and the file was saved again by a "
    "program that took the first column for row names (pandas: index_col=False)"
)


def read_comtrade(file: SourceFile) -> Iterator[Record]:
    """Yield the records of a CSV file."""
    yield from _records(read_rows(file, NEEDED, COLUMNS))


def read_comtrade_json(file: SourceFile) -> Iterator[Record]:
    """Yield the records of a JSON file."""
    yield from _records(read_json(file, NEEDED, COLUMNS))


def _records(rows: Iterable[Cells]) -> Iterator[Record]:
    for cells in rows:
        record = _record(cells)
        if record is not None:
            yield record


def _record(cells: Cells) -> Record | None:
    if cells.get("typeCode") not in ("", "C", "S"):
        cells.blame("typeCode", f"read '{cells.get('typeCode')}', expected C for goods{_SHIFTED}")
        return None
    value = cells.amount("primaryValue")
    reporter, partner, second = (_place(cells, name) for name in ("reporterCode", "partnerCode", "partner2Code"))
    when = _period(cells)
    if value is None or reporter is None or partner is None or second is None or when is None:
        return None
    musd = value / 1e6
    if cells.get("typeCode") == "S":
        cells.file.drop("services", musd)
        return None
    scheme = cells.get("classificationCode")
    if scheme and not scheme.startswith("H"):
        cells.file.drop(f"classified by {scheme}, not by the Harmonised System", musd)
        return None
    goods = _goods(cells)
    flow = _flow(cells, musd)
    if goods is None or flow is None:
        return None
    part = " and ".join(
        f"{what}={cells.get(name)}" for name, whole, what in _WHOLES if cells.get(name) not in ("", whole)
    )
    second = "" if second in ("", "0") else second
    return Record(
        cells.line, *when, reporter, partner, second, flow[0], goods, musd, flow[1], part,
        revision=of_code(scheme), original=cells.get("isOriginalClassification").casefold() in _YES,
    )  # fmt: skip


def _place(cells: Cells, name: str) -> str | None:
    cell = cells.get(name)
    if cell == "" and name == "partner2Code":
        return ""
    if not _NUMBER.fullmatch(cell):
        cells.blame(name, f"read '{cell}', expected a number of the UN, such as 36, or 0 for the world")
        return None
    return str(int(cell))


def _period(cells: Cells) -> tuple[str, str] | None:
    cell, freq = cells.get("period"), cells.get("freqCode")
    if freq == YEARLY or (freq == "" and len(cell) == 4):
        return (YEARLY, cell) if cells.year(cell, "period") else None
    if freq not in (MONTHLY, ""):
        cells.blame("freqCode", f"unknown code '{freq}'; {nearest(freq, (YEARLY, MONTHLY))}")
        return None
    found = month(cell)
    if found is None:
        cells.blame("period", f"read '{cell}', expected a month such as 202112")
        return None
    return MONTHLY, found


def _flow(cells: Cells, musd: float) -> tuple[str, str] | None:
    code = cells.get("flowCode")
    if code in _WITHIN:
        cells.file.account.tell(cells.file.name, "double counting avoided", _WITHIN[code], 1, musd)
        return None
    if code not in _FLOWS:
        cells.blame("flowCode", f"unknown code '{code}'; {nearest(code, (*_FLOWS, *_WITHIN))}")
        return None
    return _FLOWS[code]


def _goods(cells: Cells) -> str | None:
    code, level = cells.get("cmdCode"), cells.get("aggrLevel")
    if code == _TOTAL:
        return ALL_GOODS
    if not _GOODS.fullmatch(code):
        cells.blame(
            "cmdCode", f"read '{code}', expected 2, 4 or 6 digits, or {_TOTAL}{_LOST if code.isdigit() else ''}"
        )
        return None
    if level in ("2", "4", "6") and level != str(len(code)):
        cells.blame("cmdCode", f"read '{code}', expected {level} digits, as aggrLevel says{_LOST}")
        return None
    return code
