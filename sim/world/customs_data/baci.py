"""Reads BACI (CEPII): `BACI_HS17_Y2021_V202301.csv` and its `country_codes_V202301.csv`.

Format (CEPII, Description of BACI): t year, i exporter, j importer, k HS6 code, v thousand current US dollars, q metric
tons. CEPII reconciles both sides' records and takes freight out of imports, so every value is FOB and stands for both
offices. Only positive flows are recorded; flows below 1,000 dollars are left out. Codes of countries are those of
UN Comtrade, which differ from ISO 3166 for a few states. A missing weight is `NA`, and so is the two-letter code of
a state: cells stay text. Each revision of the Harmonised System has its own files with the whole trade; only the name
of a file says which it is.
"""

import re
from collections.abc import Iterator, Mapping

from sim.common.errors import nearest
from sim.world.customs_data.csv_header import read_rows
from sim.world.customs_data.hs_revisions import of_file
from sim.world.customs_data.trade_record import EXPORT, FOB, MOST_USD, YEARLY, Cells, Record, SourceFile

COLUMNS = ("t", "i", "j", "k", "v", "q")
COUNTRY_COLUMNS = ("country_code", "country_name", "country_iso2", "country_iso3")
# Releases before 2022 name the two columns so.
OLD_COUNTRY_COLUMNS = ("country_name_full", "country_name_abbreviation", "iso_2digit_alpha", "iso_3digit_alpha")
_MISSING = "NA"
_CODE = re.compile(r"[0-9]{1,3}")
_GOODS = re.compile(r"[0-9]{4}[0-9A-Z]{2}")
_TO_THOUSAND, _THOUSAND_TO_MILLION = 1e-3, 1e-3


def read_baci(file: SourceFile, countries: Mapping[str, str]) -> Iterator[Record]:
    """Yield the records of a BACI file, each as its exporter's.

    Args:
        file: The file.
        countries: Names by code from the country table; empty where it was not given.
    """
    revision = of_file(file.path.name)
    for cells in read_rows(file, COLUMNS[:5], COLUMNS):
        if cells.get("v") == _MISSING:
            file.drop("the value is missing (NA)", 0.0)
            continue
        thousand = cells.amount("v", MOST_USD * _TO_THOUSAND)
        sound = thousand is not None and cells.year(cells.get("t"), "t")
        for name in ("i", "j"):
            sound = _country(cells, name, countries) and sound
        goods = cells.get("k")
        if not _GOODS.fullmatch(goods):
            lost = "; a leading zero is lost where a table program reads codes as numbers" if goods.isdigit() else ""
            cells.blame("k", f"read '{goods}', expected six digits{lost}")
            sound = False
        if sound and thousand is not None:
            musd = thousand * _THOUSAND_TO_MILLION
            places = str(int(cells.get("i"))), str(int(cells.get("j"))), ""
            yield Record(cells.line, YEARLY, cells.get("t"), *places, EXPORT, goods, musd, FOB, revision=revision)


def read_countries(file: SourceFile) -> dict[str, str]:
    """Return the names of BACI's countries by code."""
    known = (*COUNTRY_COLUMNS, *OLD_COUNTRY_COLUMNS)
    found = {}
    for cells in read_rows(file, ("country_code",), known):
        if not _CODE.fullmatch(cells.get("country_code")):
            cells.blame("country_code", f"read '{cells.get('country_code')}', expected a number such as 36")
            continue
        found[str(int(cells.get("country_code")))] = cells.get("country_name") or cells.get("country_name_full")
        file.account.tell(file.name, "kept", "codes of countries", 1, 0.0)
    return found


def _country(cells: Cells, name: str, countries: Mapping[str, str]) -> bool:
    code = cells.get(name)
    if not _CODE.fullmatch(code):
        cells.blame(name, f"read '{code}', expected a number such as 36")
        return False
    if countries and str(int(code)) not in countries:
        cells.blame(name, f"unknown code '{code}' of the country table; {nearest(code, countries)}")
        return False
    return True
