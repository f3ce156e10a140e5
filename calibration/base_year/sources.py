"""Everything that the derivation reads, and the records between single economies in one form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from calibration.base_year import published
from calibration.base_year.members import Members, read_members
from calibration.base_year.raw import BASKET_YEAR, YEAR, Raw, read_raw

# Importers to which the OECD file holds all exporters.
COMPLETE = ("AUS", "DEU", "FRA", "GBR", "ISR", "JPN", "KOR", "TWN", "USA")
# Freight and insurance, as in world_build.yaml.
CIF_OVER_FOB = 1.06
LARGEST_PARTNERS = 10
# Reporter whose record of the year is incomplete in the raw file: 2.4 bn from China against 8.2 by its own office.
UNSOUND = ("KAZ",)
WEIGHT_ORIGIN, TARGET = "CHN", "RUS"
# Pounds: mean of 2021, as the collection of raw files converts (sterling moved by 2 % around it over the year).
USD_PER_GBP = 1.376
# Imports of the target in the last full year by partner hold 218 of 231.7 bn.
BASKET_COVERAGE = 218 / 231.7
Flow = tuple[str, str]


@dataclass(frozen=True)
class Sources:
    """The raw tables, what was read one by one, and the customs tables of the product."""

    raw: Raw
    members: Members
    stated: pd.DataFrame
    customs: pd.DataFrame
    chapters: pd.DataFrame
    usd_per_eur: float

    @cached_property
    def btige(self) -> dict[Flow, float]:
        """Exports by the exporter's record, OECD, musd FOB."""
        pairs = self.raw.pairs[self.raw.pairs["year"] == YEAR]
        return {(row.exporter, row.importer): row.value_kusd / 1000 for row in pairs.itertuples()}

    @cached_property
    def totals(self) -> dict[str, float]:
        """Exports to the world, OECD, musd FOB; the file holds the ten largest flows of each of these economies."""
        totals = self.raw.totals[self.raw.totals["year"] == YEAR]
        return {row.exporter: row.value_kusd / 1000 for row in totals.itertuples()}

    @cached_property
    def exports(self) -> dict[Flow, float]:
        """Exports to China and the United States by the exporter's record, UN Comtrade, musd FOB."""
        return self._comtrade("FOB")

    @cached_property
    def imports(self) -> dict[Flow, float]:
        """Imports from China and the United States by the importer's record, UN Comtrade, musd CIF."""
        return self._comtrade("CIF")

    def _comtrade(self, basis: str) -> dict[Flow, float]:
        table = self.raw.comtrade
        found = {}
        for row in table[(table["year"] == YEAR) & table["valuation"].str.startswith(basis)].itertuples():
            flow = self.members.code(str(row.exporter)), self.members.code(str(row.importer))
            # What a state records from itself are goods that come back.
            if flow[0] != flow[1] and flow[basis == "CIF"] not in UNSOUND:
                found[flow] = float(row.value)
        return found

    @cached_property
    def groups(self) -> dict[tuple[tuple[str, ...], tuple[str, ...]], float]:
        """Published sums over several economies by exporters and importers, musd FOB."""
        return {
            (self.economies(exporters), self.economies(importers)): value
            for (exporters, importers), value in published.groups(self.stated, CIF_OVER_FOB).items()
        }

    def economies(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Single economies of codes, of which some are states."""
        return tuple(member for code in codes for member in (self.members.of(code) or (code,)))

    def fob(self, flow: Flow) -> float | None:
        """The exporter's record of a flow, or the importer's less freight."""
        found = self.btige.get(flow, self.exports.get(flow))
        if found is None and flow in self.imports:
            return self.imports[flow] / CIF_OVER_FOB
        return found

    def size(self, exporter: str) -> float:
        """Exports to the nine importers of which the OECD file has all partners, the own state left out."""
        own = self.members.state(exporter)
        return sum(self.btige.get((exporter, i), 0.0) for i in COMPLETE if self.members.state(i) != own)

    def weight(self, importer: str) -> float:
        """Imports from China, musd."""
        return self.imports.get((WEIGHT_ORIGIN, importer), 0.0)

    def largest_unseen(self, exporter: str) -> float:
        """The tenth largest flow of an exporter: no partner that the OECD file leaves out buys more."""
        flows = sorted((value for (e, _), value in self.btige.items() if e == exporter), reverse=True)
        if exporter not in self.totals or len(flows) < LARGEST_PARTNERS:
            return math.inf
        return flows[LARGEST_PARTNERS - 1]

    def completed(self, cells: Sequence[Flow]) -> tuple[float, float, int]:
        """The sum over pairs of members, completed where some are not recorded (see `pair_records`).

        Returns:
            The completed sum, its recorded part, and how many cells are recorded.
        """
        total = recorded = 0.0
        left = list(cells)
        for (exporters, importers), value in self.groups.items():
            covered = [cell for cell in left if cell[0] in exporters and cell[1] in importers]
            if len(covered) == len(exporters) * len(importers):
                left = [cell for cell in left if cell not in covered]
                total, recorded = total + value, recorded + value
        size = {e: self.size(e) for e, _ in left}
        weight = {i: self.weight(i) for _, i in left}
        if len(weight) == 1:
            weight = dict.fromkeys(weight, 1.0)
        values = {cell: value for cell in left if (value := self.fob(cell)) is not None}
        for exporter, importer in (cell for cell in left if cell not in values):
            own = [cell for cell in values if cell[0] == exporter] or list(values)
            mass = sum(size[e] * weight[i] for e, i in own)
            if mass > 0:
                flow = sum(values[cell] for cell in own) / mass * size[exporter] * weight[importer]
                total += min(flow, self.largest_unseen(exporter) / 2)
        there = sum(values.values())
        return total + there, recorded + there, len(cells) - len(left) + len(values)

    def target_imports(self, economies: Sequence[str]) -> tuple[float, float]:
        """Imports of the target from economies by its own record, musd CIF.

        Where the record of the base year is not at hand, that of the last full year grows with the target's imports.

        Returns:
            The sum, and the part of it that is of the base year.
        """
        chosen = self.customs[
            (self.customs["period"] == str(YEAR))
            & (self.customs["good"] == "all")
            & (self.customs["flow"] == "import")
            & (self.customs["importer"] == TARGET)
        ]
        now = dict(zip(chosen["exporter"], chosen["value"], strict=True))
        table = self.raw.baskets[(self.raw.baskets["year"] == BASKET_YEAR) & (self.raw.baskets["importer"] == TARGET)]
        before = table.groupby("exporter")["value_usd"].sum() / 1e6
        before.index = pd.Index([self.members.code(str(code)) for code in before.index])
        growth = self.target_total / float(before.sum() / BASKET_COVERAGE)
        recorded = sum(float(now[code]) for code in economies if code in now)
        grown = sum(float(before[code]) * growth for code in economies if code not in now and code in before.index)
        return recorded + grown, recorded

    @cached_property
    def target_total(self) -> float:
        """Imports of the target in the base year by its own office, musd CIF."""
        own = self.chapters[(self.chapters["importer"] == TARGET) & (self.chapters["good"] == "chapter_all")]
        return float(own.loc[own["period"] == str(YEAR), "value"].iloc[0])


def read_sources(raw_folder: Path, figures: Path) -> Sources:
    """Reads the raw files and the figures.

    Raises:
        sim.FaultList: If a raw file is missing or lacks a column.
    """
    raw, members = read_raw(raw_folder), read_members(figures)
    rates = pd.read_csv(figures / "exchange_rates.csv", index_col="year")["usd_per_eur"]
    customs, chapters = (
        pd.read_csv(figures / f"{name}.csv", dtype={"period": str}) for name in ("customs_annual", "customs_by_chapter")
    )
    rate = float(rates[YEAR])
    return Sources(raw, members, published.read_published(figures, rate), customs, chapters, rate)
