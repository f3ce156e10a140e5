"""The tables of products: which share of what is which good, from tariff lines, chapters and industries.

* ``good_facts.csv``: codes of each good by when its lines came under control, and trade elasticities.
* ``target_chapters.csv``: the target's imports by partner and chapter, mix of 2020.
* ``chapter_split.csv``: goods of a chapter, control classes by the tariff lines of the European Union.
* ``line_cells_2021.csv``: exports by tariff line, added up to goods.
* ``pair_mix_2021.csv``: mixes of goods by pair, where the exporter's record by industry or line is at hand.
* ``trade_mix_2021.csv``: mixes of each state's exports and imports, for all other pairs.
* ``ban_coverage.csv``: how much of each controlled good the bans of 2022 closed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from calibration.base_year.ban_coverage import COLUMNS as COVERAGE_COLUMNS
from calibration.base_year.ban_coverage import coverage_rows
from calibration.base_year.control_classes import BY_CODE, EARLY, FREE, Classification, read_classification
from calibration.base_year.electronics import ERROR as ELECTRONICS_ERROR
from calibration.base_year.electronics import SOURCE as ELECTRONICS_SOURCE
from calibration.base_year.electronics import electronics
from calibration.base_year.industries import Industries, adjusted, read_industries, read_split
from calibration.base_year.members import REST, Members
from calibration.base_year.target_imports import COLUMNS as CHAPTER_COLUMNS
from calibration.base_year.target_imports import (
    SECRET,
    TARGET,
    StepErrors,
    chapter_rows,
    imports_by_chapter,
    step_errors,
)
from calibration.base_year.union_lines import UNION, Lines, chapter_of, families_of, lines_of, union_chapters

YEAR = 2021
INDIA = "IND"
# Importers of which the file by industry has all of the state, or the larger part (two members; one of five).
WHOLE = ("GBR", "JPN", "KOR", "TWN", "USA")
PARTS = {UNION: "Germany and France", "ALLY": "Australia"}
# States of which only the headings of electronics are at hand.
HUBS = ("CHN", "HKG", "ARE", "IND")
# Chapter that holds computers beside other machines, and the two families.
COMPUTERS = ("84", "electrical", "machinery")
ANY = ""
# Errors in logs: of a published line, of a sum of published codes by another office (assumptions); of an industry's
# split over families, and of one from a part of the importer (assumptions); of classes taken from the Union's lines,
# measured on India's, which are known (`class_error`).
LINE_ERROR, CODE_ERROR, SPLIT_ERROR, PART_ERROR, CLASS_ERROR = 0.02, 0.1, 0.25, 0.4, 1.07
# Families of which the split of an industry or chapter is only an assumption.
ASSUMED, ASSUMED_ERROR = ("high_priority", "drones", "body_armour", "optics", "ceramics"), 0.5
LINES_SOURCE = (
    "Eurostat COMEXT, exports of 2021 by tariff line: eight-digit lines under the export annexes of Regulation (EU) "
    "833/2014, added up to goods; exporter's record, FOB"
)
BTIGE = "OECD Bilateral Trade in Goods by Industry and End-use (BTIGE), exports of 2021 as recorded by the exporter"
CELL_COLUMNS = ("exporter", "importer", "good", "value", "unit", "status", "sd_log", "source", "quality")
MIX_COLUMNS = ("exporter", "importer", "good", "share", "status", "sd_log", "source", "quality")
STATE_COLUMNS = ("state", "good", "export_share", "import_share", "source", "quality")
SPLIT_COLUMNS = ("origin", "chapter", "good", "share", "sd_log", "source", "quality")
GOOD_COLUMNS = (
    *("code", "name", "hs_codes", "control_tier", "military_sensitivity", "ambiguity", "coalition_brand_share"),
    *("price_elasticity", "parts", "home_output_musd_per_year", "groups", "source"),
)
FILES = {
    "cn8_lines_by_annex": ("hs6", "covered_by", "export_annexes", "ex_only"),
    "eu_833_2014_codes_by_annex": ("measure", "match_prefix"),
    "eu_sanctions_hs6_dates": ("hs6", "date", *BY_CODE),
    "eu27_sanctioned_lines_hs6_monthly_2020_2022": ("period", "importer", "hs6", "value_eur"),
    "eu27_total_trade_monthly_seven_partners_2020_2022": ("period", "exporter", "importer", "good", "value_eur"),
    "russia_trade_by_partner_hs2_2017_2020": ("year", "exporter", "importer", "hs2", "value_usd"),
    "india_to_russia_monthly_hs6_2017_2022_01": ("period", "hs6", "value_usd", "reporter"),
    "oecd_btige_2021_2023_to_nine_by_cpa": ("year", "exporter", "importer", "cpa", "value_kusd"),
    "oecd_btige_sector_mix_by_state_2021_2023": ("year", "state", "direction", "cpa", "value_kusd_as_weighted"),
    "comtrade_hs85_hs4_bilateral_2019_2023": ("year", "exporter", "importer", "hs4", "trade_value_usd", "reporter"),
    "protee_hs6_trade_elasticities": ("hs6", "zero", "positive", "sigma"),
}
Rows = Iterator[dict[str, object]]


@dataclass(frozen=True)
class Known:
    """What the tables are made from."""

    goods: Classification
    members: Members
    families: pd.DataFrame
    split: pd.DataFrame
    industries: Industries
    lines: Lines
    imports: pd.DataFrame
    errors: StepErrors
    listed: pd.DataFrame
    india: pd.DataFrame
    coverage: list[dict[str, object]]
    headings: list[tuple[str, str, str, float]]
    elasticities: pd.DataFrame
    traits: pd.DataFrame


def read_known(raw: Mapping[str, pd.DataFrame], figures: Path, members: Members, exports: Mapping[str, float]) -> Known:
    """Puts the raw tables and the figures together.

    Args:
        raw: tables by name, those of ``FILES``.
        figures: folder of the figures.
        members: economies of the states.
        exports: exports of the states, million US dollars.
    """
    goods = read_classification(
        figures, raw["cn8_lines_by_annex"], raw["eu_sanctions_hs6_dates"], raw["eu_833_2014_codes_by_annex"]
    )
    families = pd.read_csv(figures / "chapter_families.csv", dtype={"chapter": str})
    margins = pd.read_csv(figures / "customs_by_chapter.csv", dtype={"period": str})
    margins = margins[(margins["period"] == str(YEAR)) & (margins["importer"] == TARGET)]
    margin = dict(zip(margins["good"].str.removeprefix("chapter_"), margins["value"], strict=True))
    margin[SECRET] = 2 * margin[SECRET] - sum(margin.values())
    chapters = tuple(margin)
    partners = raw["russia_trade_by_partner_hs2_2017_2020"]
    split = read_split(figures)
    headings = raw["comtrade_hs85_hs4_bilateral_2019_2023"]
    headings = headings[(headings["year"] == YEAR) & (headings["reporter"] == headings["exporter"])]
    india = raw["india_to_russia_monthly_hs6_2017_2022_01"]
    # A few codes are secret below the chapter.
    india = india[india["hs6"].str.fullmatch(r"\d{6}").fillna(False) & (india["period"].str[:4] == str(YEAR))]
    imports = imports_by_chapter(partners, members, chapters, 2020)
    errors = step_errors(imports_by_chapter(partners, members, chapters, 2019), imports)
    industries = read_industries(
        raw["oecd_btige_2021_2023_to_nine_by_cpa"], raw["oecd_btige_sector_mix_by_state_2021_2023"],
        exports, members, YEAR,
    )  # fmt: skip
    listed = raw["eu27_sanctioned_lines_hs6_monthly_2020_2022"]
    listed = listed[listed["period"].str[:4] == str(YEAR)]
    union = union_chapters(imports, margin, raw["eu27_total_trade_monthly_seven_partners_2020_2022"], YEAR)
    return Known(
        goods, members, families, split, industries,
        lines_of(goods, families, listed, union, raw["eu_sanctions_hs6_dates"]),
        imports, errors, listed, india[india["reporter"] == TARGET],
        list(coverage_rows(goods, raw["cn8_lines_by_annex"], raw["eu27_sanctioned_lines_hs6_monthly_2020_2022"],
                           raw["eu27_total_trade_monthly_seven_partners_2020_2022"], TARGET)),
        list(electronics(headings, figures, industries, split, HUBS)),
        raw["protee_hs6_trade_elasticities"],
        pd.read_csv(figures / "good_traits.csv", dtype=str, keep_default_na=False),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- the tables
def tables(known: Known) -> dict[str, tuple[Sequence[str], Rows]]:
    """Columns and rows of every table, by file name."""
    return {
        "good_facts.csv": (GOOD_COLUMNS, good_rows(known)),
        "target_chapters.csv": (CHAPTER_COLUMNS, chapter_rows(known.imports, known.errors)),
        "chapter_split.csv": (SPLIT_COLUMNS, split_rows(known)),
        "line_cells_2021.csv": (CELL_COLUMNS, cell_rows(known)),
        "pair_mix_2021.csv": (MIX_COLUMNS, pair_rows(known)),
        "trade_mix_2021.csv": (STATE_COLUMNS, state_rows(known)),
        "ban_coverage.csv": (COVERAGE_COLUMNS, iter(known.coverage)),
    }


def good_rows(known: Known) -> Rows:
    """The goods: traits as told, codes and elasticities as derived."""
    codes = known.goods.codes()
    for row in known.traits.itertuples():
        value, count = elasticity(known, str(row.code))
        said = (
            f"trade elasticity: median of {count} HS6 codes with a negative estimate, as a positive number (Fontagne, "
            "Guimbard and Orefice 2022, Journal of International Economics 137; ProTEE 0.1, HS 2007); "
            "codes: Regulation (EU) 833/2014 by annex and date"
        )
        yield {
            **{name: getattr(row, name) for name in GOOD_COLUMNS if hasattr(row, name)},
            "hs_codes": codes[str(row.code)], "price_elasticity": round(value, 2), "source": f"{said}; {row.source}",
        }  # fmt: skip


def elasticity(known: Known, good: str) -> tuple[float, int]:
    """Median trade elasticity of a good's codes, and how many have one; drones have those of the family around."""
    table = known.elasticities
    chosen = table[(table["zero"] == 0) & (table["positive"] == 0) & (table["sigma"] < 0)]
    of_good = chosen["hs6"].map(known.goods.good)
    found = chosen.loc[of_good == good, "sigma"]
    if found.empty:  # 8806 is younger than the codes: aircraft of 8802, where drones stood
        found = chosen.loc[chosen["hs6"].str.startswith("8802"), "sigma"]
    return -float(found.median()), len(found)


def split_rows(known: Known) -> Rows:
    """Goods of each chapter: families as told, classes by the Union's lines to the target; computers by origin."""
    said = (
        "families by chapter_families.csv; control classes by the tariff lines of the European Union to the target in "
        "2021, the package of February 2023 by its published value of EUR 11.4 bn"
    )
    quality = "arithmetic on published figures; the split of February 2023 over chapters is imputed"
    for chapter in map(str, known.imports.columns):
        told = families_of(known.families, known.goods, chapter)
        by_origin = {ANY: told} | (_computers(known, told) if chapter == COMPUTERS[0] else {})
        for origin, families in by_origin.items():
            more = "; computers by the origin's exports of industries C262 and C28 (OECD BTIGE)" if origin else ""
            for good, share in goods_of_chapter(known, chapter, families).items():
                yield {
                    "origin": origin, "chapter": chapter, "good": good, "share": share,
                    "sd_log": good_error(known, good), "source": f"{said}{more}", "quality": quality,
                }  # fmt: skip


def _computers(known: Known, told: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Families of the chapter of machines by origin: the share of computers varies most, from none to most of it."""
    chapter, computers, machines = COMPUTERS
    both = told[computers] + told[machines]
    ratio = {}
    for state in known.imports.index:
        mix = known.industries.mix(str(state), "export")
        if state != TARGET and mix[["C262", "C28"]].sum() > 0:
            ratio[str(state)] = float(mix["C262"] / mix[["C262", "C28"]].sum())
    values = known.imports.loc[list(ratio), chapter]
    weights = np.array(list(ratio.values()))

    def shares(log_factor: float) -> np.ndarray:
        """One factor on the odds of a computer for all origins."""
        odds = math.exp(log_factor) * weights
        return np.asarray(odds / (odds + 1.0 - weights))

    # The chapter's own share is met.
    wanted = told[computers] / both
    met = shares(brentq(lambda factor: np.average(shares(factor), weights=values) - wanted, -9.2, 9.2, xtol=1e-13))
    return {
        state: {**told, computers: both * float(share), machines: both * (1.0 - float(share))}
        for state, share in zip(ratio, met, strict=True)
    }


def goods_of_chapter(known: Known, chapter: str, families: Mapping[str, float]) -> dict[str, float]:
    """Share of each good in a chapter."""
    found: dict[str, float] = {}
    for family, share in families.items():
        for kind, part in known.lines.shares(chapter, family).items():
            if part > 0.0:
                good = known.goods.goods[family, kind]
                found[good] = found.get(good, 0.0) + share * part
    return found


def good_error(known: Known, good: str) -> float:
    """Error of a good's share in its chapter or industry: of its family's, and of its class's in the family.

    The share of a class errs the less the more of its family it is.
    """
    kinds = [(family, kind) for (family, kind), name in known.goods.goods.items() if name == good]
    family = kinds[0][0]
    share = sum(known.lines.family_shares(family).get(kind, 0.0) for name, kind in kinds if name == family)
    return math.hypot(ASSUMED_ERROR if family in ASSUMED else 0.0, CLASS_ERROR * (1.0 - share))


def cell_rows(known: Known) -> Rows:
    """The Union's exports by tariff line, added up to goods that lines make up; electronics by heading into hubs."""
    # Of the goods that have a class for what is not named, only the named lines are in the file.
    whole = {good for (_, kind), good in known.goods.goods.items() if kind == EARLY}
    whole -= {good for (_, kind), good in known.goods.goods.items() if kind == FREE}
    good = known.listed["hs6"].map(known.goods.good)
    sums = (known.listed["value_eur"] / 1e6).groupby([known.listed["importer"], good]).sum()
    for (importer, name), value in sums.items():
        if name in whole:
            yield {
                "exporter": UNION, "importer": importer, "good": name, "value": float(value) / 1e3, "unit": "beur",
                "status": "observed", "sd_log": LINE_ERROR, "source": LINES_SOURCE, "quality": "exact",
            }  # fmt: skip
    for exporter, importer, family, musd in known.headings:
        yield {
            "exporter": exporter, "importer": importer, "good": family, "value": musd / 1e3, "unit": "busd",
            "status": "derived", "sd_log": ELECTRONICS_ERROR, "source": ELECTRONICS_SOURCE,
            "quality": "published headings, assumed shares of listed codes",
        }  # fmt: skip


def mix_of(known: Known, industries: pd.Series) -> dict[str, float]:
    """Share of each good in a trade, from its mix by industry."""
    found: dict[str, float] = {}
    for row in known.split.itertuples():
        family, _, kind = str(row.family).partition(":")
        classes = {kind: 1.0} if kind else known.lines.family_shares(family)
        for name, part in classes.items():
            good = known.goods.goods[family, name]
            value = float(industries[row.industry]) * float(row.share) * part
            found[good] = found.get(good, 0.0) + value
    whole = sum(found.values())
    return {good: value / whole for good, value in found.items()}


def pair_rows(known: Known) -> Rows:
    """Mixes by pair: by industry towards the nine importers, by line from India to the target."""
    for importer in (*WHOLE, *PARTS):
        for exporter in known.members.states:
            if exporter == importer:
                continue
            industries = known.industries.pair(exporter, importer)
            if industries.empty or industries.sum() <= 0.0:
                continue
            part = PARTS.get(importer)
            quality = f"imports of {part} stand for the importer's" if part else "record of the exporter by industry"
            for good, share in mix_of(known, industries).items():
                yield {
                    "exporter": exporter, "importer": importer, "good": good, "share": share, "status": "derived",
                    "sd_log": math.hypot(PART_ERROR if part else SPLIT_ERROR, good_error(known, good)),
                    "source": f"{BTIGE}, by industry; industry_split.csv and the classes of chapter_split.csv",
                    "quality": quality,
                }  # fmt: skip
    yield from _india(known)


def _india(known: Known) -> Rows:
    table = known.india
    sums = table["value_usd"].groupby(table["hs6"].map(known.goods.good)).sum()
    for good, value in (sums / sums.sum()).items():
        yield {
            "exporter": INDIA, "importer": TARGET, "good": good, "share": float(value), "status": "derived",
            "sd_log": CODE_ERROR,
            "source": "Russian customs, imports from India in 2021 by HS6 code, added up to goods",
            "quality": "published by code; shares of the importer's record, the total is the exporter's",
        }  # fmt: skip


def state_rows(known: Known) -> Rows:
    """Mixes of each state's exports and imports; what the shares leave over is the last good."""
    order = known.traits["code"].tolist()
    for state in (*known.members.states, *(() if REST in known.members.states else (REST,))):
        sides: dict[str, dict[str, float]] = {}
        said = []
        for side in ("export", "import"):
            mix, published = adjusted(known.industries, state, side)
            if side == "import" and state == REST:
                mix, published = known.industries.world(), False
            sides[side] = mix_of(known, mix)
            said.append(f"{side}s {'with published shares of industries' if published else 'by the nine importers'}")
        for good in order[:-1]:
            yield {
                "state": state, "good": good, "export_share": sides["export"].get(good, 0.0),
                "import_share": sides["import"].get(good, 0.0),
                "source": f"{BTIGE}, by industry; industry_split.csv and the classes of chapter_split.csv",
                "quality": "; ".join(said),
            }  # fmt: skip


def class_error(known: Known) -> float:
    """How far the Union's classes are from those of another origin whose lines are known: India's, to the target.

    Returns:
        Root mean square of the log of true over derived value of a good, over one less its share in its family,
        weighted by value; of goods that are not the whole of their family.
    """
    table = known.india
    chapters = {str(name): 0.0 for name in known.imports.columns}
    where = table["hs6"].map(lambda code: chapter_of(code, chapters))
    family = table["hs6"].map(known.goods.family)
    by_chapter = table["value_usd"].groupby([where, family]).sum()
    true = table["value_usd"].groupby([family, table["hs6"].map(known.goods.good)]).sum()
    derived: dict[tuple[str, str], float] = {}
    for (chapter, name), value in by_chapter.items():
        for kind, part in known.lines.shares(str(chapter), str(name)).items():
            key = str(name), known.goods.goods[str(name), kind]
            derived[key] = derived.get(key, 0.0) + float(value) * part
    whole = table["value_usd"].groupby(family).sum()
    squares, weights = [], []
    for key, value in derived.items():
        rest = 1.0 - value / float(whole[key[0]])
        if value > 0.0 and true.get(key, 0.0) > 0.0 and rest > 0.0:
            squares.append((math.log(true[key] / value) / rest) ** 2)
            weights.append(float(true[key]))
    return math.sqrt(float(np.average(squares, weights=weights)))
