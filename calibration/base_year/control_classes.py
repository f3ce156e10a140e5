"""Which good a code of the Harmonised System belongs to: its family, and when its lines came under export control.

Classes: ``2022`` (an export ban named lines of the code by June 2022), ``later`` (from July 2022 to February 2023, the
last package whose codes are at hand), ``free`` (neither). Dual-use items and the technology of Annex VII are named by
what they can do and not by code; what of a code they are is not known, so a code that only they touch is free. A code
of which some eight-digit lines are controlled counts as controlled.

The package of February 2023 is what the file of dates has as industrial goods and the annexes of December 2022 do not
name; the date alone does not show it, since many of its codes were touched by the dual-use rules before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

FREE, EARLY, LATE = "free", "2022", "later"
CLASSES = (FREE, EARLY, LATE)
FIRST_LATE = "2022-07-01"
REST = "*"
FAMILIES, TRAITS = "good_families.csv", "good_traits.csv"
# Lists of Regulation 833/2014 that name goods by code.
BY_CODE = ("industrial_cap", "luxury", "aviation", "oil_exploration", "oil_refining")
_SIX = 6


@dataclass(frozen=True)
class Classification:
    """Good of every six-digit code.

    Attributes:
        families: code or chapter -> family, the most specific code wins.
        controlled: six-digit code -> class, of those that are not free.
        goods: (family, class) -> good.
        universe: all six-digit codes that any of the files names.
        package_10: six-digit codes that the package of February 2023 added.
    """

    families: Mapping[str, str]
    controlled: Mapping[str, str]
    goods: Mapping[tuple[str, str], str]
    universe: frozenset[str]
    package_10: frozenset[str] = frozenset()

    def family(self, code: str) -> str:
        """The family of a code of two to six digits."""
        lengths = range(min(len(code), _SIX), 1, -1)
        return next((self.families[code[:n]] for n in lengths if code[:n] in self.families), self.families[REST])

    def good(self, code: str) -> str:
        """The good of a six-digit code."""
        return self.goods[self.family(code), self.controlled.get(code, FREE)]

    def codes(self) -> dict[str, str]:
        """`hs_codes` of each good: the fewest codes by which every code of the universe falls to its good."""
        good_of = {code: self.good(code) for code in self.universe} | {
            code: self.good(code) for code in self.families if len(code) == _SIX
        }
        rest = self.goods[self.families[REST], FREE]
        exact = {self.families[code] for code in self.families} - {
            family for code, family in self.families.items() if len(code) < _SIX
        }
        by_list = {self.goods[family, kind] for family in exact for kind in CLASSES}
        chosen: dict[str, list[str]] = {good: [] for good in dict.fromkeys(self.goods.values())}
        for chapter in sorted({code[:2] for code in good_of}):
            _cover((chapter, rest), {c: g for c, g in good_of.items() if c.startswith(chapter)}, chosen, by_list)
        chosen[rest].append(REST)
        told = list(self.families)
        for good in by_list:
            chosen[good].sort(key=told.index)
        return {good: ";".join(codes) for good, codes in chosen.items()}


def _cover(
    above: tuple[str, str], good_of: Mapping[str, str], chosen: dict[str, list[str]], by_list: Collection[str]
) -> None:
    """Names codes below a prefix wherever their good is not the one inherited from the shorter code.

    Args:
        above: the prefix, and the good that a shorter code gives it.
        good_of: good by six-digit code below the prefix.
        chosen: codes of each good, added to.
        by_list: goods that are lists of six-digit codes, and never named by a shorter one.
    """
    prefix, inherited = above
    count = Counter(good_of.values())
    if len(prefix) == _SIX:
        own = good_of[prefix]
    else:
        wide = {good: number for good, number in count.items() if good not in by_list} or {inherited: 1}
        most = max(wide.values())
        own = inherited if wide.get(inherited) == most else min(good for good in wide if wide[good] == most)
    if own != inherited:
        chosen[own].append(prefix)
    for longer in sorted({code[: len(prefix) + 2] for code in good_of} if len(prefix) < _SIX else ()):
        below = {code: good for code, good in good_of.items() if code.startswith(longer)}
        if set(below.values()) != {own}:
            _cover((longer, own), below, chosen, by_list)


def read_classification(
    figures: Path, lines: pd.DataFrame, dates: pd.DataFrame, annexes: pd.DataFrame
) -> Classification:
    """Reads families and goods from the figures, classes from the law.

    Args:
        figures: folder with ``good_families.csv`` and ``good_traits.csv``.
        lines: eight-digit lines with the annexes that cover them (cn8_lines_by_annex).
        dates: six-digit codes with the date and list by which they came under the regulation (eu_sanctions_hs6_dates).
        annexes: codes that the annexes of December 2022 name (eu_833_2014_codes_by_annex).
    """
    families = pd.read_csv(figures / FAMILIES, dtype=str, keep_default_na=False)
    traits = pd.read_csv(figures / TRAITS, dtype=str, keep_default_na=False)
    by_code = {code: row.family for row in families.itertuples() for code in str(row.hs_codes).split(";")}
    goods = {
        (family, kind): str(row.code)
        for row in traits.itertuples()
        for family, _, kind in (part.partition(":") for part in str(row.covers).split(";"))
    }
    added = _package_10(dates, annexes)
    universe = frozenset({*dates["hs6"], *lines["hs6"]})
    return Classification(by_code, _controlled(lines, dates, added), goods, universe, added)


def _package_10(dates: pd.DataFrame, annexes: pd.DataFrame) -> frozenset[str]:
    """Industrial goods of February 2023 that no export annex of December 2022 names."""
    named = annexes.loc[annexes["measure"] == "export", "match_prefix"]
    # Codes of another length: a chapter or heading covers its codes, a line touches its code.
    prefixes = {prefix[:length] for prefix in named for length in range(2, min(len(prefix), _SIX) + 1, 2)}
    wide = {prefix for prefix in named if len(prefix) < _SIX}
    industrial = dates.loc[(dates["date"] != "") & (dates["industrial_cap"].fillna(0) > 0), "hs6"]
    return frozenset(
        code for code in industrial if code not in prefixes and not any(code.startswith(prefix) for prefix in wide)
    )


def _controlled(lines: pd.DataFrame, dates: pd.DataFrame, added: frozenset[str]) -> dict[str, str]:
    banned = set(lines.loc[lines["covered_by"] == "export", "hs6"])
    named = dates[dates["date"] != ""]
    since = dict(zip(named["hs6"], named["date"], strict=True))
    by_code = set(named.loc[(named[list(BY_CODE)].fillna(0) > 0).any(axis=1), "hs6"])
    return {
        code: LATE if since.get(code, "") >= FIRST_LATE or code in added - banned else EARLY
        for code in sorted(banned | by_code)
    }
