"""Where the synthetic files are, and small ways to write others like them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.world.customs_data import Imported, import_files
from sim.world.customs_data.comtrade import COLUMNS

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(__file__).parent / "data"
MAPPING = DATA / "mapping.yaml"
BACI = "BACI_HS17_Y2021_V202301.csv"
COUNTRIES = "country_codes_V202301.csv"
ALL_FILES = (
    "comtrade_annual.csv", "comtrade_monthly.csv", "comtrade_api.json", BACI, COUNTRIES,
    "full_202112.dat", "full_202152.dat", "nc201912.dat",
)  # fmt: skip
COMEXT_HEADER = (DATA / "full_202112.dat").read_text(encoding="utf-8").splitlines()[0]


def taken(*names: str, mapping: Path = MAPPING) -> Imported:
    """What the named files of the data folder give."""
    return import_files([DATA / name for name in names], mapping)


def figures(imported: Imported, table: str = "customs_annual.csv") -> dict[tuple[str, ...], float]:
    """(period, flow, exporter, importer, good) -> million USD."""
    return {
        (row[0], row[3], row[4], row[5], row[6]): float(row[7])
        for row in (line.split(",") for line in imported.tables.get(table, "").splitlines()[1:])
    }


def comtrade(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Write a file of UN Comtrade with 47 columns; what a row leaves out is what a plain row has."""
    plain = {
        "typeCode": "C", "freqCode": "A", "period": "2021", "reporterCode": "156", "flowCode": "X",
        "partnerCode": "643", "partner2Code": "0", "classificationCode": "H5", "cmdCode": "TOTAL",
        "customsCode": "C00", "mosCode": "0", "motCode": "0", "primaryValue": "1000000",
    }  # fmt: skip
    lines = [",".join({**plain, **row}.get(name, "") for name in COLUMNS) for row in rows]
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return path
