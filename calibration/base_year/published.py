"""Figures of the base year that were read one by one (``published_2021.csv``): pairs, totals of states, groups."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

TABLE = "published_2021.csv"
WORLD = "WLD"
# Between economies that a figure joins.
JOIN = ";"
PUBLISHER = "published"


def read_published(folder: Path, usd_per_eur: float) -> pd.DataFrame:
    """Reads the table; ``musd`` is the value in million US dollars."""
    table = pd.read_csv(folder / TABLE)
    table["musd"] = table["value"].where(table["unit"] == "musd", table["value"] * usd_per_eur)
    return table


def groups(table: pd.DataFrame, cif_over_fob: float) -> dict[tuple[tuple[str, ...], tuple[str, ...]], float]:
    """Sums over several economies by exporters and importers, FOB; codes of states stand for their members."""
    chosen = table[table["exporter"].str.contains(JOIN) | table["importer"].str.contains(JOIN)]
    return {
        (tuple(row.exporter.split(JOIN)), tuple(row.importer.split(JOIN))): row.musd
        / (cif_over_fob if row.valuation == "CIF" else 1.0)
        for row in chosen.itertuples()
    }


def pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Figures of one pair of states."""
    joined = table["exporter"].str.contains(JOIN) | table["importer"].str.contains(JOIN)
    return table[~joined & (table["exporter"] != WORLD) & (table["importer"] != WORLD)]


def total(table: pd.DataFrame, state: str, flow: str) -> pd.Series | None:
    """The figure of a state's exports or imports, or None."""
    ends = ("exporter", "importer") if flow == "export" else ("importer", "exporter")
    found = table[(table[ends[0]] == state) & (table[ends[1]] == WORLD)]
    return None if found.empty else found.iloc[0]
