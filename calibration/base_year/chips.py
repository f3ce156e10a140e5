"""``python -m calibration.base_year.chips RAW FIGURES``: derives the tables of the chips world, the same each time.

Reads three raw files from ``RAW`` (see ``FILES``; README.md beside the tables says where they are from) and what was
read one by one from ``FIGURES``. Writes what the world is built from, ``pair_records_2021.csv`` and
``good_cells_2021.csv``, and ``published_series.csv``, the figures by year that runs are held against.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from calibration.base_year.command import derive
from calibration.base_year.raw import read_files

FILES = {
    "comtrade_hs85_hs4_bilateral_2019_2023": ("year", "exporter", "importer", "hs4", "trade_value_usd", "reporter"),
    "oecd_btige_2021_2023_to_nine_by_cpa": ("year", "exporter", "importer", "cpa", "value_kusd"),
    "taiwan_ic_exports_2013_2025": ("Year", "Country", "HS Code", "Export Value (USD)"),
}
YEAR, LAST_YEAR = 2021, 2024
CIRCUITS, DIODES = "8542", "8541"
MEMORY_CODES = "854232"
COMPONENTS = "C261"
TARGET, PORT, OTHER, REST = "CHN", "HKG", "TWN", "ROW"
MEMBERS = dict.fromkeys(("CZE", "DEU", "FRA", "HUN", "ITA", "NLD", "POL"), "EU7")
ASSEMBLERS = ("MYS", "SGP", "VNM")
# Importers whose purchases of every exporter are at hand.
MARKETS = ("JPN", "KOR", "USA")
# As Taiwan's customs writes them; all others are the rest of the world.
NAMES = {
    "中國大陸": "CHN", "香港": "HKG", "新加坡": "SGP", "日本": "JPN", "南韓": "KOR", "馬來西亞": "MYS", "美國": "USA",
    "越南": "VNM", "英國": "GBR", "德國": "EU7", "荷蘭": "EU7", "法國": "EU7", "義大利": "EU7", "波蘭": "EU7",
    "捷克": "EU7", "匈牙利": "EU7",
}  # fmt: skip
COMTRADE = "UN Comtrade, HS 8541 and 8542, annual"
TAIWAN = "Taiwan, Customs Administration, exports with re-exports of 8542 by destination"
OECD = (
    "OECD BTIGE, industry 26.1 as recorded by the exporter, 8541 and 8542 taken as a share of it (single_figures.csv)"
)
PAIRS = (
    "exporter", "importer", "flow", "publisher", "valuation", "value_musd", "recorded_musd", "coverage", "sd_log",
    "note", "source", "quality",
)  # fmt: skip
CELLS = ("exporter", "importer", "good", "value", "unit", "status", "sd_log", "source", "quality")
FLOWS = ("year", "exporter", "importer", "heading", "flow", "value_musd", "source")
SERIES = (
    "series", "title", "reporter", "flow", "partner", "good", "period", "value_musd", "used_for_fitting", "source",
)  # fmt: skip
GOODS = {CIRCUITS: "circuits", DIODES: "diodes"}
# What runs are held against: exporter and importer, by the record of which side, circuits or both headings.
_SOLD = (
    *((exporter, TARGET) for exporter in (OTHER, "KOR", "JPN", "USA", "EU7")),
    *((exporter, PORT) for exporter in (OTHER, "KOR", "JPN", "USA")),
    *((OTHER, importer) for importer in (*ASSEMBLERS, "USA")),
)
_BOUGHT = ("KOR", "JPN", "USA", "EU7")
_CENTS = 0.05


@dataclass(frozen=True)
class Known:
    """What is read: flows by year, exporter, importer, heading and flow (musd), and single figures.

    Attributes:
        flows: columns of `FLOWS`.
        components: exports of components 2021 by exporter and importer, musd; exporters that are no states are summed.
        memory: share of memories in Taiwan's circuits by importer, 2021.
        figures: value by name, of 2021 unless the name ends in another year.
        shares: share of a good in the circuits of an exporter.
        states: codes of the world.
    """

    flows: pd.DataFrame
    components: pd.Series
    memory: pd.Series
    figures: dict[str, float]
    shares: pd.DataFrame
    states: tuple[str, ...]

    def musd(self, exporter: str, importer: str, heading: str, flow: str = "export", year: int = YEAR) -> float:
        """Value of one record; 0 where there is none."""
        rows = self.flows
        found = rows[
            (rows["exporter"] == exporter) & (rows["importer"] == importer) & (rows["heading"] == heading)
            & (rows["flow"] == flow) & (rows["year"] == year)
        ]  # fmt: skip
        return float(found["value_musd"].sum())


def read_known(raw: Path, figures: Path) -> Known:
    """Reads the raw files and the figures beside them.

    Raises:
        sim.FaultList: a raw file is missing, or lacks a column.
    """
    tables = read_files(raw, FILES)
    comtrade, oecd, taiwan = (tables[name] for name in FILES)
    states = tuple(pd.read_csv(figures / "state_facts.csv")["code"])
    single = pd.read_csv(figures / "single_figures.csv")
    named = {
        (what if year == YEAR else f"{what}_{year}"): float(value)
        for what, year, value in zip(single["what"], single["year"], single["value"], strict=True)
    }
    island = _of_taiwan(taiwan)
    oecd = oecd[(oecd["year"] == YEAR) & (oecd["cpa"] == COMPONENTS)]
    components = (
        oecd.assign(exporter=_states(oecd["exporter"], states), importer=_states(oecd["importer"], states))
        .query("exporter != importer and importer != @REST")
        .groupby(["exporter", "importer"])["value_kusd"].sum() / 1000.0
    )  # fmt: skip
    memory = island[island["year"] == YEAR].groupby("importer")[["memory", "value_musd"]].sum()
    flows = pd.concat([_of_comtrade(comtrade, states), island[list(FLOWS)]])
    return Known(
        flows[flows["value_musd"] >= _CENTS].reset_index(drop=True), components,
        memory["memory"] / memory["value_musd"], named, pd.read_csv(figures / "good_shares.csv"), states,
    )  # fmt: skip


def _states(codes: pd.Series, states: Sequence[str]) -> pd.Series:
    found = codes.replace(MEMBERS)
    return found.where(found.isin(states), REST)


def _of_comtrade(table: pd.DataFrame, states: Sequence[str]) -> pd.DataFrame:
    """Records between states of the world by year, members summed; what a state records from itself is kept."""
    table = table[table["hs4"].isin([CIRCUITS, DIODES])]
    table = table.assign(flow=(table["reporter"] == table["exporter"]).map({True: "export", False: "import"}))
    # What comes back is an import of the state from itself.
    table.loc[table["exporter"] == table["importer"], "flow"] = "import"
    for side in ("exporter", "importer"):
        table = table.assign(**{side: table[side].replace(MEMBERS)})
    table = table[table["exporter"].isin(states) & table["importer"].isin(states)]
    table = table[(table["exporter"] != table["importer"]) | (table["exporter"] == TARGET)]
    rows = table.groupby(["year", "exporter", "importer", "hs4", "flow"], as_index=False)["trade_value_usd"].sum()
    rows = rows.rename(columns={"hs4": "heading"})
    return rows.assign(value_musd=(rows["trade_value_usd"] / 1e6).round(1), source=COMTRADE)[list(FLOWS)]


def _of_taiwan(table: pd.DataFrame) -> pd.DataFrame:
    """Taiwan's exports of circuits by year and state, with what of them is memories."""
    codes, value = table["HS Code"].astype(str), table["Export Value (USD)"].astype(float) / 1e6
    rows = pd.DataFrame({
        "year": table["Year"].astype(int), "exporter": OTHER, "importer": table["Country"].map(NAMES).fillna(REST),
        "heading": CIRCUITS, "flow": "export", "value_musd": value,
        "memory": value.where(codes.str.startswith(MEMORY_CODES), 0.0),
    })  # fmt: skip
    rows = rows[rows["year"].between(2019, LAST_YEAR)]
    keys = ["year", "exporter", "importer", "heading", "flow"]
    return rows.groupby(keys, as_index=False)[["value_musd", "memory"]].sum().round(1).assign(source=TAIWAN)


@dataclass(frozen=True)
class Pair:
    """What is taken for a pair: circuits and diodes, musd, and how good it is."""

    circuits: float
    diodes: float
    publisher: str
    coverage: float
    sd_log: float
    source: str
    quality: str


def pairs(known: Known) -> dict[tuple[str, str], Pair]:
    """Every pair of states, by the best that is at hand: exporter's record, industry, or an estimate."""
    found = {
        (exporter, importer): one
        for exporter in known.states for importer in known.states
        if exporter != importer and (one := _seen(known, exporter, importer)) is not None
    }  # fmt: skip
    missing = {
        (exporter, importer): _estimated(known, found, exporter, importer)
        for exporter in known.states for importer in known.states
        if exporter != importer and (exporter, importer) not in found
    }  # fmt: skip
    return found | missing


def _seen(known: Known, exporter: str, importer: str) -> Pair | None:
    figures, circuits = known.figures, known.musd(exporter, importer, CIRCUITS)
    if exporter == OTHER:
        ratio = figures["diodes_of_circuits"]
        what = f"{TAIWAN}; 8541 as {ratio:g} of it"
        return Pair(circuits, ratio * circuits, "taiwan", 1 / (1 + ratio), 0.03, what, "published; 8541 assumption")
    if circuits:
        diodes, note = known.musd(exporter, importer, DIODES), ""
        if (exporter, importer) == (PORT, TARGET):
            back = known.musd(TARGET, TARGET, CIRCUITS, "import"), known.musd(TARGET, TARGET, DIODES, "import")
            circuits, diodes = circuits - back[0], max(diodes - back[1], 0.0)
            note = f" less what {TARGET} records from itself, {back[0]:,.0f} and {back[1]:,.0f} musd"
        return Pair(
            circuits, diodes, "comtrade", 0.95 if note else 1.0, 0.1 if note else 0.02, COMTRADE + note, "published"
        )
    if (exporter, importer) in known.components.index:
        value = figures["headings_of_components"] * float(known.components[exporter, importer])
        ratio = figures["diodes_of_circuits"]
        return Pair(
            value / (1 + ratio), value * ratio / (1 + ratio), "oecd_btige", 0.6, 0.15, OECD, "published industry"
        )
    return None


def _estimated(known: Known, found: dict[tuple[str, str], Pair], exporter: str, importer: str) -> Pair:
    """A pair that nobody shows: by origin in the target's imports, by what the port passes on, or as Taiwan sells."""
    figures, ratio = known.figures, known.figures["diodes_of_circuits"]
    unseen = (*ASSEMBLERS, REST)
    if exporter in unseen and importer == TARGET:
        growth = figures["china_ic_imports"] / figures["china_ic_imports_2017"]
        value = 1000.0 * figures[f"asia_shares_{exporter}_2017"] * growth * figures["direct_share"]
        how = "the target's imports by origin of 2017, grown as all of them, times direct_share (single_figures.csv)"
    elif exporter in unseen and importer == PORT:
        out = sum(one.circuits for (start, _), one in found.items() if start == PORT)
        into = sum(one.circuits for (start, to), one in found.items() if to == PORT and start != TARGET)
        value = _to_markets(found, exporter) / sum(_to_markets(found, one) for one in unseen) * (out - into)
        how = "what Hong Kong sold and no record shows coming in, by what each sells to " + ", ".join(MARKETS)
    else:
        shared = [to for to in MARKETS if to not in (exporter, importer)]
        scale = _to_markets(found, exporter, shared) / _to_markets(found, OTHER, shared)
        value = scale * found[OTHER, importer].circuits
        how = f"as {OTHER} sells, scaled by what both sell to {', '.join(shared)}"
    return Pair(value, ratio * value, "estimate", 0.0, 0.68, f"estimate: {how}", "assumption")


def _to_markets(found: dict[tuple[str, str], Pair], exporter: str, markets: Sequence[str] = MARKETS) -> float:
    return sum(found[exporter, to].circuits for to in markets)


def pair_rows(known: Known, found: dict[tuple[str, str], Pair]) -> Iterator[Sequence[object]]:
    """Rows of pair_records_2021.csv: what is taken, and the importer's record beside it."""
    for (exporter, importer), one in sorted(found.items()):
        value = one.circuits + one.diodes
        yield (
            exporter, importer, "export", one.publisher, "FOB", value, value * one.coverage, one.coverage, one.sd_log,
            "", one.source, one.quality,
        )  # fmt: skip
        if other := sum(known.musd(exporter, importer, heading, "import") for heading in (CIRCUITS, DIODES)):
            yield (
                exporter, importer, "import", "comtrade", "CIF", other, other, 1.0, 0.02, "", COMTRADE, "published",
            )  # fmt: skip


def good_rows(known: Known, found: dict[tuple[str, str], Pair]) -> Iterator[Sequence[object]]:
    """Rows of good_cells_2021.csv: diodes, and the classes of circuits but the last, billion USD."""
    shares = known.shares.set_index(["exporter", "good"])
    for (exporter, importer), one in sorted(found.items()):
        status = {"comtrade": "observed", "taiwan": "imputed"}.get(one.publisher, "imputed")
        yield exporter, importer, "diodes", one.diodes / 1000, "busd", status, "", one.source, one.quality
        for good in ("chips_advanced", "chips_memory"):
            if exporter == OTHER and good == "chips_memory":
                share, source, quality, status = (
                    float(known.memory[importer]),
                    f"854232 of {TAIWAN}",
                    "published",
                    "observed",
                )
            else:
                row = shares.loc[(exporter, good)]
                share, source, quality, status = float(row["share"]), row["source"], row["quality"], "imputed"
            yield exporter, importer, good, one.circuits * share / 1000, "busd", status, "", source, quality


def series_rows(known: Known, states: pd.DataFrame) -> Iterator[Sequence[object]]:
    """Rows of published_series.csv: exporters' records, the port's towards the target, and the target's by origin."""
    names = dict(zip(states["code"], states["name"], strict=True))
    wanted = [(one, to, CIRCUITS, "export") for one, to in _SOLD]
    wanted += [(one, TARGET, DIODES, "export") for one, to in _SOLD if to == TARGET and one != OTHER]
    wanted += [(PORT, TARGET, heading, "export;re-export") for heading in GOODS]
    wanted += [(one, TARGET, heading, "import") for one in _BOUGHT for heading in GOODS]
    for exporter, importer, heading, flow in wanted:
        good, bought = GOODS[heading], flow == "import"
        code = "-".join([exporter, importer, heading, *(["record-of-importer"] if bought else [])]).lower()
        title = f"{names[exporter]} to {names[importer]}, {good}" + (" (importer's record)" if bought else "")
        reporter, partner = (importer, exporter) if bought else (exporter, importer)
        for year in range(YEAR, LAST_YEAR + 1):
            value = known.musd(exporter, importer, heading, "import" if bought else "export", year)
            source = TAIWAN if exporter == OTHER else COMTRADE
            if (exporter, importer) == (PORT, TARGET) and value:
                value -= known.musd(TARGET, TARGET, heading, "import", year)
                source += f" less what {TARGET} records from itself"
            if value > 0.0:
                yield code, title, reporter, flow, partner, good, year, value, 0, source


def tables(raw: Path, figures: Path) -> dict[str, str]:
    """The derived tables as text, by file name."""
    known = read_known(raw, figures)
    found = pairs(known)
    return {
        "pair_records_2021.csv": _text(PAIRS, pair_rows(known, found)),
        "good_cells_2021.csv": _text(CELLS, good_rows(known, found)),
        "published_series.csv": _text(SERIES, series_rows(known, pd.read_csv(figures / "state_facts.csv"))),
    }


def _text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row])
    return stream.getvalue()


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the tables; 0 if they are written, 1 if the input is at fault."""
    return derive("python -m calibration.base_year.chips", "the chips world", tables, arguments)


if __name__ == "__main__":
    sys.exit(main())
