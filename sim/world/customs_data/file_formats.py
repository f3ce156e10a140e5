"""What a customs file is by how it begins: a format that is read, or one that is not, named with what to do instead."""

import re

from sim.common.csv_tables import ROW_NAMES, ROW_NUMBERS, split_line
from sim.world.customs_data.trade_record import SourceFile

COMTRADE, COMTRADE_JSON, BACI, COUNTRIES = "comtrade", "comtrade json", "baci", "countries"
COMEXT, OLD_COMEXT = "comext", "comext old"
_HEAD = 8192
_LEAST_COLUMNS_OF_BACI = 4
_MOST_WORDS = 100
_INSTEAD = "take the figures as UN Comtrade, CEPII (BACI) or Eurostat (COMEXT in bulk) give them"
_WORKBOOK = f"which is not read (table programs take leading zeros off codes); {_INSTEAD}, as CSV or JSON"
_BULK = "take the bulk file of COMEXT in its place (full_v2_202112.7z, unpacked), whose VALUE_EUR is in euros"
_OLD = "it comes from the old UN Comtrade; download it again from version 1, whose values are in primaryValue"
_ARCHIVE = "is an archive; unpack it and name the file inside"
_BEGINNINGS = (
    (b"\xd0\xcf\x11\xe0", f"is a workbook of Excel (.xls), {_WORKBOOK}"),
    (b"PK\x03\x04", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"\xfd7zXZ", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"\xff\xfe", "is UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "is UTF-16 text; save it as UTF-8"),
    (b"PAR1", "is a Parquet file; write it as CSV, without the index"),
)
# How JSON that is no answer of UN Comtrade's interface begins.
_JSON = (
    (r'\{\s*"validation"\s*:|.*"dataset"\s*:\s*\[', f"is no answer of UN Comtrade's interface; {_OLD}"),
    (r'.*"class"\s*:\s*"dataset"|.*"dimension"\s*:\s*\{', f"is JSON-stat, as Eurostat's interface gives it; {_BULK}"),
    (r'.*"dataSets"\s*:\s*\[', f"is SDMX-JSON, as interfaces of statistical offices give it; {_INSTEAD}"),
    (r'\[\s*\[\s*"', "is a list of lists, as the US Census Bureau's interface gives it, which is not read; "
     "UN Comtrade has the same figures, reporter 842"),
    (r'\{\s*"\w+"\s*:\s*\{\s*"0"\s*:',
     'is written column by column; write it record by record: to_json(orient="records")'),
    (r"\{[^\n]*\}\s*\n\s*\{", "has one record a line (JSON lines), expected one list: join the lines by commas and put "
     "them between [ and ]"),
)  # fmt: skip


def format_of(file: SourceFile) -> str:
    """Return what a file is by how it begins; where it cannot be read, note why and return nothing."""
    try:
        with file.path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        file.blame(0, 0, "", f"cannot be read: {error.strerror}")
        return ""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().decode("utf-8", "replace")
    foreign = _foreign(head, text)
    if foreign:
        file.blame(0, 0, "", foreign)
        return ""
    if text[0] in "{[":
        return COMTRADE_JSON
    return _by_header(file, text.splitlines()[0])


def _foreign(head: bytes, text: str) -> str:
    """Return what a file is that has no header to look at, and what to do; nothing where it may be read."""
    if head.startswith(b"PK") and (b"[Content_Types].xml" in head or b"xl/" in head or b"opendocument" in head):
        return f"is a workbook of a table program, {_WORKBOOK}"
    told = next((message for beginning, message in _BEGINNINGS if head.startswith(beginning)), "")
    if told or not text:
        return told or "is empty; expected a customs file"
    if text[0] == "<":
        words = " ".join(re.sub(r"<[^>]*>?", " ", text).split())[:_MOST_WORDS]
        what = "a web page, or one saved as .xls" if re.search(r"<(!doctype )?(html|table)", text, re.I) else "XML"
        return f"is {what}, which is not read{f', and says “{words}”' if words else ''}; {_INSTEAD}, as CSV or JSON"
    if text[0] in "{[":
        return next((message for how, message in _JSON if re.match(how, text, re.DOTALL)), "")
    return ""


def _by_header(file: SourceFile, line: str) -> str:
    cells = [cell.strip().casefold() for cell, _ in split_line(line)[0]]
    foreign = _foreign_header(cells, line)
    if foreign:
        file.blame(1, 0, "", f"is no customs file that is known here; {foreign}", line)
        return ""
    names = set(cells)
    if {"primaryvalue", "cmdcode"} & names:
        return COMTRADE
    if "country_code" in names:
        return COUNTRIES
    if len({"t", "i", "j", "k", "v"} & names) >= _LEAST_COLUMNS_OF_BACI:
        return BACI
    if {"declarant_iso", "value_in_euros"} & names:
        return OLD_COMEXT
    if {"product_nc", "value_eur"} & names:
        return COMEXT
    hint = "expected the columns of UN Comtrade (reporterCode, cmdCode, primaryValue, ...), BACI (t, i, j, k, v, q)"
    if "\t" in line or ";" in line:
        hint = "its cells are separated by tabs or semicolons, expected commas"
    else:
        hint += " or COMEXT (REPORTER, PARTNER, PRODUCT_NC, VALUE_EUR, ...)"
    file.blame(1, 0, "", f"is no customs file that is known here; {hint}", line)
    return ""


def _foreign_header(cells: list[str], line: str) -> str:
    """Return what a table is by its header where it is of a known format that is not read, and what to do."""
    names = set(cells)
    if {"primary_value", "cmd_code"} & names:
        return (
            "the R package comtradr renames the columns of UN Comtrade; name them back before you write the file: "
            r'names(x) <- gsub("_(.)", "\\U\\1", names(x), perl = TRUE); write.csv(x, FILE, row.names = FALSE, na = "")'
        )
    if cells and cells[0] in {name.casefold() for name in ROW_NAMES}:
        return f"{ROW_NUMBERS}; write it again without them, codes as text"
    if {"pfcode", "rtcode", "tradevalue"} & names or any("trade value" in name for name in names):
        return _OLD
    if "\\time_period" in line.casefold():
        return f"it is a table of Eurostat's (TSV); {_BULK}"
    if "obs_value" in names:
        return f"it is SDMX-CSV, as interfaces of statistical offices give it; {_INSTEAD}; of Eurostat, {_BULK}"
    scaled = [name for name in cells if re.match(r"value_\w*1000", name)]
    if scaled:
        return f"{scaled[0].upper()} is in thousands, and no column of the files that are read has that unit; {_BULK}"
    return ""
