"""What the European Union's tariff lines to the target say of chapters and control classes.

Chapters are those of the target's record, families those that a chapter is parted into, classes when a line came under
control. Lines of the bans of 2022 are named one by one; of the package of February 2023 only the sum is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from scipy.optimize import brentq

from calibration.base_year.control_classes import CLASSES, EARLY, FREE, LATE, Classification
from calibration.base_year.target_imports import FOOD, SECRET, TARGET

UNION = "EU27"
# What the Commission said the bans of February 2023 cover of the exports of 2021, EUR million.
PACKAGE_10_MEUR = 11_400.0
# A class never takes all of a good in a chapter: the lines are by consignment, the chapter by origin.
MOST_OF_CHAPTER = 0.97
# Of what no earlier package covers, no more than this falls under the package of February 2023.
MOST_OF_REST = 0.9


@dataclass(frozen=True)
class Lines:
    """The European Union's exports to the target: what its lines say of chapters and classes.

    Attributes:
        listed: (chapter, family, class) -> EUR million under bans by code, by December 2022.
        package_10: (chapter, family) -> EUR million of the package of February 2023 (imputed but for their sum).
        totals: (chapter, family) -> EUR million in all.
    """

    listed: Mapping[tuple[str, str, str], float]
    package_10: Mapping[tuple[str, str], float]
    totals: Mapping[tuple[str, str], float]

    def shares(self, chapter: str, family: str) -> dict[str, float]:
        """Share of each class in a family of a chapter."""
        whole = self.totals.get((chapter, family), 0.0)
        if whole <= 0.0:
            return {FREE: 1.0}
        early = self.listed.get((chapter, family, EARLY), 0.0) / whole
        late = (self.listed.get((chapter, family, LATE), 0.0) + self.package_10.get((chapter, family), 0.0)) / whole
        return {FREE: max(1.0 - early - late, 0.0), EARLY: early, LATE: late}

    def family_shares(self, family: str) -> dict[str, float]:
        """Share of each class in a family, all chapters."""
        parts = [(chapter, whole) for (chapter, name), whole in self.totals.items() if name == family]
        whole = sum(value for _, value in parts)
        if whole <= 0.0:
            return {FREE: 1.0}
        return {
            kind: sum(self.shares(chapter, family).get(kind, 0.0) * value for chapter, value in parts) / whole
            for kind in CLASSES
        }


def families_of(families: pd.DataFrame, goods: Classification, chapter: str) -> dict[str, float]:
    """Shares of the families in a chapter: as told, else the chapter's own family."""
    rows = families[families["chapter"] == chapter]
    if not rows.empty:
        return dict(zip(rows["family"], rows["share"], strict=True))
    return {"essentials" if chapter == FOOD else goods.family(chapter): 1.0}


def union_chapters(
    imports: pd.DataFrame, margin: Mapping[str, float], totals: pd.DataFrame, year: int
) -> dict[str, float]:
    """The Union's exports to the target by chapter, EUR million.

    The mix of 2020 times how the target's imports of each chapter grew, scaled to the Union's record of the base year.
    """
    chosen = totals[(totals["exporter"] == UNION) & (totals["importer"] == TARGET) & (totals["good"] == "all")]
    whole = float(chosen.loc[chosen["period"].str[:4] == str(year), "value_eur"].sum()) / 1e6
    seed = {chapter: imports.loc[UNION, chapter] * margin[chapter] / max(imports[chapter].sum(), 1e-9)
            for chapter in margin}  # fmt: skip
    return {chapter: value * whole / sum(seed.values()) for chapter, value in seed.items()}


def lines_of(
    goods: Classification, families: pd.DataFrame, listed: pd.DataFrame, union: Mapping[str, float], dates: pd.DataFrame
) -> Lines:
    """The lines of the base year by chapter, family and class; a family is never less than what its lines add up to."""
    values = listed[listed["importer"] == TARGET].groupby("hs6")["value_eur"].sum() / 1e6
    sums: dict[tuple[str, str, str], float] = {}
    for code, value in values.items():
        kind = goods.controlled.get(str(code), FREE)
        if kind != FREE:
            key = chapter_of(str(code), union), goods.family(str(code)), kind
            sums[key] = sums.get(key, 0.0) + float(value)
    totals: dict[tuple[str, str], float] = {}
    for chapter, whole in union.items():
        told = families_of(families, goods, chapter)
        for family, share in told.items():
            seen = sum(sums.get((chapter, family, kind), 0.0) for kind in CLASSES)
            totals[chapter, family] = max(share * whole, seen / MOST_OF_CHAPTER)
    return Lines(sums, _package_10(goods, sums, totals, dates), totals)


def _package_10(
    goods: Classification,
    sums: Mapping[tuple[str, str, str], float],
    totals: Mapping[tuple[str, str], float],
    dates: pd.DataFrame,
) -> dict[tuple[str, str], float]:
    """The package of February 2023: its published sum over what earlier lines leave, by its number of new codes.

    The sum is larger than a proportion of codes would give; it is met by one factor, but for the bound on each part.
    """
    new, left = _codes_by_part(goods, dates, totals, new=True), _codes_by_part(goods, dates, totals, new=False)
    rest = {
        part: max(whole - sum(sums.get((*part, kind), 0.0) for kind in CLASSES), 0.0)
        for part, whole in totals.items()
        # Where what came later is folded into another class, its value is not told apart.
        if goods.goods[part[1], LATE] not in (goods.goods[part[1], EARLY], goods.goods[part[1], FREE])
    }
    weight = {part: rest[part] * new.get(part, 0) / max(left.get(part, 0), 1) for part in rest}

    def taken(factor: float) -> dict[tuple[str, str], float]:
        return {part: min(factor * weight[part], MOST_OF_REST * rest[part]) for part in weight}

    return taken(brentq(lambda factor: sum(taken(factor).values()) - PACKAGE_10_MEUR, 0.0, 1e3, xtol=1e-12))


def _codes_by_part(
    goods: Classification, dates: pd.DataFrame, totals: Mapping[tuple[str, str], float], *, new: bool
) -> dict[tuple[str, str], int]:
    """Number of codes by chapter and family: those of February 2023, or all that no earlier ban names."""
    found: dict[tuple[str, str], int] = {}
    chapters = {chapter: 0.0 for chapter, _ in totals}
    for code in dates["hs6"]:
        late = goods.controlled.get(code) == LATE and code in goods.package_10
        if late if new else goods.controlled.get(code, FREE) != EARLY:
            part = chapter_of(code, chapters), goods.family(code)
            found[part] = found.get(part, 0) + 1
    return found


def chapter_of(code: str, chapters: Mapping[str, float]) -> str:
    """The chapter of a code as the target publishes it: food in one, those that are secret in one."""
    if int(code[:2]) <= 24:
        return FOOD
    return code[:2] if code[:2] in chapters else SECRET
