"""Traits of the states: what is published of their members, weighted by exports, and whose baskets are alike.

Basket overlap: sum over HS chapters of the lesser of two shares in exports to the target, the state's and the
coalition's (Finger and Kreinin, Economic Journal 89, 1979), by the target's import record of 2020. Of a member of the
coalition the basket is compared with that of the others.
"""

from __future__ import annotations

import math

import pandas as pd

from calibration.base_year.members import TRAITS
from calibration.base_year.raw import BASKET_YEAR
from calibration.base_year.sources import TARGET, Sources

COLUMNS = ("state", *TRAITS, "basket_overlap", "source", "quality")
COALITION = ("EU27", "USA", "GBR", "JPN", "KOR", "TWN", "ALLY")
# States that the target's record leaves out take the overlap of a neighbour with like exports (imputed).
NEIGHBOUR = {"TWN": "KOR", "KGZ": "KAZ", "ARM": "AZE", "GEO": "AZE"}


def state_traits(sources: Sources) -> list[tuple[str | float, ...]]:
    """One row for each state."""
    shares = _baskets(sources)
    return [_row(sources, shares, state) for state in sources.members.states]


def _row(sources: Sources, shares: dict[str, pd.Series], state: str) -> tuple[str | float, ...]:
    table = sources.members.table[sources.members.table["state"] == state]
    weights = pd.Series([sources.totals.get(code, sources.size(code)) for code in table["member"]], index=table.index)
    means = [_mean(table[trait], weights) for trait in TRAITS]
    if state == TARGET:
        means[TRAITS.index("target_distance_km")] = math.nan
    like = NEIGHBOUR.get(state, state)
    shared = 1.0 if state == TARGET else overlap(shares[like], _coalition(shares, state))
    many = "" if len(table) == 1 else f"; mean of {len(table)} members, weighted by their exports"
    imputed = f"; basket of {like}, imputed: the record leaves {state} out" if like != state else ""
    source = (
        f"{table['source'].iloc[0]}{many}; basket overlap: imports of the target by HS chapter in {BASKET_YEAR}, "
        f"UN Comtrade (copy ohmychart/russian-global-trade){imputed}"
    )
    return state, *means, shared, source, "published; basket imputed" if imputed else "published"


def _mean(values: pd.Series, weights: pd.Series) -> float:
    there = values.notna()
    return float((values * weights)[there].sum() / weights[there].sum()) if there.any() else math.nan


def _baskets(sources: Sources) -> dict[str, pd.Series]:
    """Imports of the target by chapter, by state and by single economy."""
    members, baskets = sources.members, sources.raw.baskets
    chosen = baskets[(baskets["year"] == BASKET_YEAR) & (baskets["importer"] == TARGET)].copy()
    chosen["economy"] = [members.code(str(code)) for code in chosen["exporter"]]
    chosen["state"] = [members.state(code) for code in chosen["economy"]]
    found = {str(code): rows.groupby("hs2")["value_usd"].sum() for code, rows in chosen.groupby("economy")}
    return found | {str(code): rows.groupby("hs2")["value_usd"].sum() for code, rows in chosen.groupby("state")}


def _coalition(shares: dict[str, pd.Series], left_out: str) -> pd.Series:
    there = [shares[state] for state in COALITION if state in shares and state != left_out]
    return pd.concat(there).groupby(level=0).sum()


def overlap(first: pd.Series, second: pd.Series) -> float:
    """The Finger-Kreinin index of two baskets, 0 (nothing alike) to 1 (the same shares)."""
    both = pd.concat([first / first.sum(), second / second.sum()], axis=1).fillna(0.0)
    return float(both.min(axis=1).sum())
