"""Reads the bulk files of Eurostat COMEXT: `full_202112.dat` out of `full_v2_202112.7z`.

Format: comma-delimited text. Since the second version REPORTER, PARTNER, TRADE_TYPE, PRODUCT_NC ... PERIOD,
VALUE_EUR ... (18 columns); before it DECLARANT, DECLARANT_ISO, PARTNER, PARTNER_ISO ... VALUE_IN_EUROS (19 columns).
FLOW is 1 import, 2 export. Each figure stands twice: by CN8 code, and in a row whose PRODUCT_NC is TOTAL. A code such
as 39XXXXXX holds what the office keeps secret below chapter 39. Procedures (normal, inward, outward processing) add
up. A period that ends in 52 is a year (some older files have 13). Trade with the parts of the United Kingdom (types L
and M, partners XI and XU) is taken to stand in the rows of the whole as well. Imports from outsiders are by country of
origin, CIF; exports FOB.
"""

import re
from collections.abc import Iterator

from sim.common.errors import nearest
from sim.world.customs_data.csv_header import read_rows
from sim.world.customs_data.trade_record import (
    ALL_GOODS,
    CIF,
    EXPORT,
    FOB,
    HIDDEN,
    IMPORT,
    MONTHLY,
    YEARLY,
    Cells,
    Record,
    SourceFile,
    month,
)

_PRODUCTS = (
    *("PRODUCT_SITC", "PRODUCT_CPA2002", "PRODUCT_CPA2008", "PRODUCT_CPA2_1", "PRODUCT_CPA21", "PRODUCT_CPA22"),
    *("PRODUCT_BEC", "PRODUCT_BEC5", "PRODUCT_SECTION"),
)
_REST = (
    *("STAT_PROCEDURE", "STAT_REGIME", "SUPPL_UNIT", "SUPP_UNIT", "VALUE_NAC"),
    *("QUANTITY_KG", "QUANTITY_IN_KG", "QUANTITY_SUPPL_UNIT", "SUP_QUANTITY"),
)
SHARED = ("TRADE_TYPE", "PRODUCT_NC", "FLOW", "PERIOD")
NEW = ("REPORTER", "PARTNER", *SHARED, "VALUE_EUR")
OLD = ("DECLARANT_ISO", "PARTNER_ISO", *SHARED, "VALUE_IN_EUROS")
KNOWN = ("DECLARANT", *OLD, *(name for name in NEW if name not in OLD), *_PRODUCTS, *_REST)
_FLOWS = {"1": (IMPORT, CIF), "2": (EXPORT, FOB)}
_TYPES = {"I": "", "E": "", "L": "a part of", "M": "a part of"}
_YEARS = ("52", "13")
# In old files a row over all procedures.
_ALL_PROCEDURES = "4"
_TOTAL = "TOTAL"
_PLACE = re.compile(r"[A-Z0-9]{2,9}(_[0-9]{4})?")
_GOODS = re.compile(r"[0-9]{8}")
_SECRET_GOODS = re.compile(r"([0-9]{2,7})[A-Z][0-9A-Z]*")
_PIECE = "trade with a part of the United Kingdom (types L and M), taken to be in the rows of the whole"


def read_comext(file: SourceFile, *, old: bool) -> Iterator[Record]:
    """Yield the records of a COMEXT file.

    Args:
        file: The file; its `rates` turn euros into dollars.
        old: Whether it has the columns of the first version.
    """
    needed = OLD if old else NEW
    for cells in read_rows(file, needed, KNOWN):
        record = _record(cells, needed)
        if record is not None:
            yield record


def _record(cells: Cells, names: tuple[str, ...]) -> Record | None:
    reporter, partner, value_name = names[0], names[1], names[-1]
    value = cells.amount(value_name)
    sound = value is not None
    for name, known in (("FLOW", _FLOWS), ("TRADE_TYPE", _TYPES)):
        if cells.get(name) not in known:
            cells.blame(name, f"unknown code '{cells.get(name)}'; {nearest(cells.get(name), known)}")
            sound = False
    for name in (reporter, partner):
        if not _PLACE.fullmatch(cells.get(name)):
            cells.blame(name, f"read '{cells.get(name)}', expected a code such as two capital letters")
            sound = False
    goods, when = _goods(cells), _period(cells)
    if not sound or goods is None or when is None or value is None:
        return None
    freq, period = when
    musd = cells.file.musd(value, period[:4])
    if musd is None:
        cells.blame(value_name, f"the mapping has no rate of the euro for {period[:4]}; expected it in usd_per_eur")
        return None
    if _TYPES[cells.get("TRADE_TYPE")]:
        cells.file.account.tell(cells.file.name, "double counting avoided", _PIECE, 1, musd)
        return None
    procedure = cells.get("STAT_PROCEDURE") or cells.get("STAT_REGIME")
    part = "" if procedure in ("", _ALL_PROCEDURES) else f"procedure={procedure}"
    places = cells.get(reporter), cells.get(partner), ""
    flow, basis = _FLOWS[cells.get("FLOW")]
    return Record(cells.line, freq, period, *places, flow, goods, musd, basis, part, adds=True)


def _goods(cells: Cells) -> str | None:
    code = cells.get("PRODUCT_NC")
    if code == _TOTAL:
        return ALL_GOODS
    if _GOODS.fullmatch(code):
        return code
    secret = _SECRET_GOODS.fullmatch(code)
    if secret and len(code) == 8:
        return secret.group(1)[: len(secret.group(1)) // 2 * 2] + HIDDEN
    lost = "; a leading zero is lost where a table program reads codes as numbers" if code.isdigit() else ""
    cells.blame("PRODUCT_NC", f"read '{code}', expected eight digits, or {_TOTAL}{lost}")
    return None


def _period(cells: Cells) -> tuple[str, str] | None:
    cell = cells.get("PERIOD")
    if len(cell) == 6 and cell[4:] in _YEARS and cell.isdigit():
        return (YEARLY, cell[:4]) if cells.year(cell[:4], "PERIOD") else None
    found = month(cell)
    if found is None:
        cells.blame("PERIOD", f"read '{cell}', expected a month such as 202112, or a year such as 202152")
        return None
    return MONTHLY, found
