"""Mixes of goods from records by industry (OECD BTIGE, statistical classification of products by activity, CPA 2.1).

An industry is split over families of goods by ``industry_split.csv`` and each family over its control classes. The file
holds all exporters' records towards nine importers: five are states of the world, two belong to the European Union.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from calibration.base_year.members import Members

SPLIT = "industry_split.csv"
# Industries that make up the total without counting anything twice: name -> codes added, codes taken away.
INDUSTRIES = {
    **{name: ((name,), ()) for name in ("A", "B", "C10T12", "C13", "C19", "C20", "C21", "C22", "C23", "C24", "C25")},
    **{name: ((name,), ()) for name in ("C261", "C262", "C263", "C264", "C265", "C266", "C267", "C268", "C27")},
    **{name: ((name,), ()) for name in ("C28", "C29", "C301", "C302_309", "C303", "C325")},
    "C14C15": (("C13T15",), ("C13",)),
    "C31T32X": (("C31_32",), ("C325",)),
    # Wood, paper, printing: what is left of manufacturing.
    "C16T18": (
        ("C",),
        (
            *("C10T12", "C13T15", "C19", "C20", "C21", "C22", "C23", "C24", "C25", "C26", "C27", "C28", "C29", "C30"),
            "C31_32",
        ),
    ),
    "OTH": (("_T",), ("A", "B", "C")),
}
# Published shares of an economy's trade, by the codes that the mixes are made of.
PUBLISHED = {
    "A": ("A",), "C10T12": ("C10T12",), "C20": ("C20",), "C21": ("C21",), "C27": ("C27",), "C28": ("C28",),
    "C29": ("C29",), "C26": ("C261", "C262", "C263", "C264", "C265", "C266", "C267", "C268"),
}  # fmt: skip
MANUFACTURING = tuple(name for name in INDUSTRIES if name not in ("A", "B", "OTH"))


@dataclass(frozen=True)
class Industries:
    """Exports, thousand US dollars: rows (origin, destination), columns industries; and shares that are published."""

    flows: pd.DataFrame
    published: pd.DataFrame

    def pair(self, exporter: str, importer: str) -> pd.Series:
        """Value by industry of a pair of states."""
        if (exporter, importer) not in self.flows.index:
            return pd.Series(dtype=float)
        return self.flows.loc[(exporter, importer)]

    def mix(self, state: str, side: str) -> pd.Series:
        """Share by industry of what a state sells to, or as one of the nine buys from, others in the file."""
        ends = [self.flows.index.get_level_values(name) for name in ("origin", "destination")]
        own, other = ends if side == "export" else ends[::-1]
        sums = self.flows[(own == state) & (other != state)].sum()
        return sums / sums.sum() if sums.sum() > 0 else self.world()

    def world(self) -> pd.Series:
        """Share by industry of all flows between two states."""
        origin, destination = (self.flows.index.get_level_values(name) for name in ("origin", "destination"))
        sums = self.flows[origin != destination].sum()
        return sums / sums.sum()


def read_industries(
    flows: pd.DataFrame, shares: pd.DataFrame, exports: Mapping[str, float], members: Members, year: int
) -> Industries:
    """Adds the records up to states and to industries that nowhere overlap.

    Args:
        flows: exports by exporter, importer and industry (oecd_btige_2021_2023_to_nine_by_cpa).
        shares: exports and imports of economies by industry (oecd_btige_sector_mix_by_state_2021_2023).
        exports: exports of the states, million US dollars.
        members: economies of the states.
        year: of both tables.
    """
    table = flows[flows["year"] == year]
    state = {code: members.state(members.code(code)) for code in {*table["exporter"], *table["importer"]}}
    ends = [table["exporter"].map(state).rename("origin"), table["importer"].map(state).rename("destination")]
    wide = table["value_kusd"].groupby([*ends, table["cpa"]]).sum().unstack().fillna(0.0)
    found = pd.DataFrame(index=wide.index)
    for name, (plus, minus) in INDUSTRIES.items():
        found[name] = (wide[list(plus)].sum(axis=1) - wide[list(minus)].sum(axis=1)).clip(lower=0.0)
    chosen = shares[(shares["year"] == year) & shares["cpa"].isin(PUBLISHED)]
    # Where the file has no base, the values are exports to 49 economies, and the base is all exports.
    base = 1e3 * chosen["state"].map(exports).astype(float)
    chosen = chosen.assign(
        owner=[members.state(code) for code in chosen["state"]],
        base_kusd=chosen["base_kusd"].where(chosen["base_kusd"].notna(), base.where(chosen["direction"] == "export")),
    )
    return Industries(found, chosen.dropna(subset="base_kusd"))


def adjusted(known: Industries, state: str, side: str) -> tuple[pd.Series, bool]:
    """The mix of a state's exports or imports, published shares of its whole trade put in; and whether there are any.

    An economy's published shares are of all its exports, or of its imports of manufactures; industries without a
    published share keep their proportions.
    """
    mix = known.mix(state, side)
    rows = known.published[(known.published["owner"] == state) & (known.published["direction"] == side)]
    if rows.empty:
        return mix, False
    base = 1.0 if side == "export" else float(mix[list(MANUFACTURING)].sum())
    sums = rows.groupby("cpa")[["value_kusd_as_weighted", "base_kusd"]].sum()
    shares = base * sums["value_kusd_as_weighted"] / sums["base_kusd"]
    new = mix.copy()
    fixed: list[str] = []
    for code, share in shares.items():
        parts = list(PUBLISHED[str(code)])
        if mix[parts].sum() > 0:
            new[parts] = mix[parts] * float(share) / mix[parts].sum()
            fixed += parts
    free = [name for name in mix.index if name not in fixed]
    room = max(1.0 - float(new[fixed].sum()), 0.02)
    new[free] = mix[free] * room / mix[free].sum()
    return new / new.sum(), True


def read_split(figures: Path) -> pd.DataFrame:
    """Rows of ``industry_split.csv``; a family may name a class after a colon."""
    return pd.read_csv(figures / SPLIT)
