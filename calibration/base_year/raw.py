"""Reads the raw files: each must have the columns that are used; all faults are told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import sim

YEAR, BASKET_YEAR = 2021, 2020
TEXTS = ("hs2", "hs4", "hs6", "code", "period", "date", "ex_only", "export_annexes", "match_prefix")
# File of the raw folder (CSV, gzipped or not) and the columns that are used.
FILES = {
    "oecd_btige_pair_totals_2021_2023": ("year", "exporter", "importer", "value_kusd"),
    "oecd_btige_total_exports_49_2021_2023": ("year", "exporter", "value_kusd"),
    "comtrade_china_usa_pair_totals_2017_2023": ("year", "exporter", "importer", "value", "valuation"),
    "eu27_total_trade_monthly_seven_partners_2020_2022": ("period", "exporter", "importer", "good", "value_eur"),
    "uk_trade_monthly_by_partner_2018_2023": ("period", "exporter", "importer", "value"),
    "russia_trade_by_partner_hs2_2017_2020": ("year", "exporter", "importer", "hs2", "value_usd"),
    "baci_2017_pair_totals_21_states": ("exporter", "importer", "value_kusd"),
}


@dataclass(frozen=True)
class Raw:
    """The raw tables, one by file."""

    pairs: pd.DataFrame
    totals: pd.DataFrame
    comtrade: pd.DataFrame
    eurostat: pd.DataFrame
    ons: pd.DataFrame
    baskets: pd.DataFrame
    seeds: pd.DataFrame


def read_raw(folder: Path) -> Raw:
    """Reads the raw files.

    Args:
        folder: Holds ``NAME.csv.gz`` or ``NAME.csv`` for each name of ``FILES``.

    Raises:
        sim.FaultList: If a file is missing, is no table, or lacks a column.
    """
    return Raw(*read_files(folder, FILES).values())


def read_files(folder: Path, files: Mapping[str, Sequence[str]]) -> dict[str, pd.DataFrame]:
    """Reads raw files, codes and days as text.

    Args:
        folder: Holds ``NAME.csv.gz`` or ``NAME.csv`` for each name.
        files: Columns that are used by name.

    Raises:
        sim.FaultList: If a file is missing, is no table, or lacks a column.
    """
    faults: list[sim.Fault] = []
    tables: dict[str, pd.DataFrame] = {}
    for name, columns in files.items():
        path = folder / f"{name}.csv"
        path = path if path.exists() else folder / f"{name}.csv.gz"
        try:
            table = pd.read_csv(path, dtype=dict.fromkeys(TEXTS, str))
        except (OSError, ValueError) as error:
            faults.append(sim.Fault(str(path), 0, 0, "", f"cannot be read: {error}"))
            continue
        missing = [column for column in columns if column not in table]
        faults += [sim.Fault(str(path), 1, 0, column, f"column '{column}' is missing") for column in missing]
        tables[name] = table
    if faults:
        raise sim.FaultList(faults)
    return {name: table.fillna({column: "" for column in TEXTS if column in table}) for name, table in tables.items()}
