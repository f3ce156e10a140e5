"""Electronics between economies that record them by heading of chapter 85 (UN Comtrade, fifteen reporters both ways).

The twenty headings are most of the chapter. What a good has outside the chapter (computers, bearings, instruments) is
added in the proportion that it has in the exporter's trade with the nine importers of the file by industry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from calibration.base_year.industries import Industries

TABLE = "heading_split.csv"
LISTED, ELECTRICAL = "high_priority", "electrical"
# Industries whose electronics are of chapter 85.
OF_CHAPTER = ("C261", "C263", "C264", "C268", "C27")
ERROR = 0.3
SOURCE = (
    "UN Comtrade, exports of 2021 by heading of chapter 85, record of the exporter; heading_split.csv; what a good has "
    "outside the chapter by the exporter's mix of industries (OECD BTIGE)"
)


def electronics(
    table: pd.DataFrame, figures: Path, known: Industries, split: pd.DataFrame, importers: Sequence[str]
) -> Iterator[tuple[str, str, str, float]]:
    """Values by exporter, importer and family, million US dollars.

    Args:
        table: exports by heading of one year, exporter's records (comtrade_hs85_hs4_bilateral_2019_2023).
        figures: folder with the table of headings.
        known: exports by industry.
        split: families by industry (industry_split.csv).
        importers: states of which no mix by industry is at hand.
    """
    listed = pd.read_csv(figures / TABLE, dtype={"heading": str}).set_index("heading")["share"]
    share = table["hs4"].map(listed).fillna(0.0)
    parts = {LISTED: share, ELECTRICAL: 1.0 - share}
    states = set(known.flows.index.get_level_values("origin"))
    for family, weight in parts.items():
        sums = (table["trade_value_usd"] * weight / 1e6).groupby([table["exporter"], table["importer"]]).sum()
        for (exporter, importer), value in sums.items():
            if exporter in states and importer in importers and exporter != importer and value > 0.0:
                yield exporter, importer, family, float(value) * _beyond(known, split, str(exporter), family)


def _beyond(known: Industries, split: pd.DataFrame, exporter: str, family: str) -> float:
    """A family's whole value over its value in the chapter, in the exporter's trade with the nine importers."""
    mix = known.mix(exporter, "export")
    rows = split[split["family"] == family]
    values = rows["industry"].map(mix) * rows["share"]
    inside = float(values[rows["industry"].isin(OF_CHAPTER)].sum())
    return float(values.sum()) / inside if inside > 0.0 else 1.0
