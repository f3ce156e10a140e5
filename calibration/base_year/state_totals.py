"""Exports and imports of each state in the base year, of all goods, and the bound of what no table shows.

Exports: the OECD's total, of several members the sum less what they sell each other; else the figure of
``published_2021.csv``, else that of the customs tables. Imports: where the OECD file holds all exporters the pairs are
all recorded and no total is needed; else as for exports. A state without a total has an empty cell.
`largest_unseen_musd`: no economy that the OECD file leaves out buys more, since the file holds the ten largest flows.
`economies`: how many the state stands for, empty for the rest of the world.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields

from calibration.base_year import published
from calibration.base_year.members import REST
from calibration.base_year.pair_records import BTIGE
from calibration.base_year.raw import YEAR
from calibration.base_year.sources import COMPLETE, TARGET, Sources

Figure = tuple[float, str, str]
NOTHING: Figure = (math.nan, "no total in the sources at hand", "none")


@dataclass(frozen=True)
class Totals:
    """One row of the table."""

    state: str
    exports_musd: float
    imports_musd: float
    largest_unseen_musd: float
    economies: float
    source: str
    quality: str

    @property
    def cells(self) -> tuple[str | float, ...]:
        """The row."""
        return astuple(self)


COLUMNS = tuple(field.name for field in fields(Totals))


def state_totals(sources: Sources) -> list[Totals]:
    """One row for each state."""
    rows = []
    for state in sources.members.states:
        sold, bought = _exports(sources, state), _imports(sources, state)
        unseen = sum(sources.largest_unseen(member) for member in sources.members.of(state))
        count = math.nan if state == REST else float(len(sources.members.of(state)))
        text = [f"exports: {sold[place]}; imports: {bought[place]}" for place in (1, 2)]
        bound = unseen if state != REST and math.isfinite(unseen) else math.nan
        rows.append(Totals(state, sold[0], bought[0], bound, count, *text))
    return rows


def _exports(sources: Sources, state: str) -> Figure:
    inside = sources.members.of(state)
    if state != REST and all(member in sources.totals for member in inside):
        among = sources.completed([(e, i) for e in inside for i in inside if e != i])[0] if len(inside) > 1 else 0.0
        note = ", sum of members less their trade with each other" if len(inside) > 1 else ""
        return sum(sources.totals[member] for member in inside) - among, BTIGE + note, "published"
    return _stated(sources, state, "export") or _customs(sources, "export", state) or NOTHING


def _imports(sources: Sources, state: str) -> Figure:
    if sources.members.of(state) == (state,) and state in COMPLETE:
        return math.nan, "all exporters' records are in the OECD file, no total is needed", "published"
    if state == TARGET:
        return sources.target_total, "Russian customs FCS (customs_by_chapter.csv)", "exact"
    return _stated(sources, state, "import") or _customs(sources, "import", state) or NOTHING


def _stated(sources: Sources, state: str, flow: str) -> Figure | None:
    row = published.total(sources.stated, state, flow)
    return None if row is None else (float(row["musd"]), str(row["source"]), str(row["quality"]))


def _customs(sources: Sources, flow: str, state: str) -> Figure | None:
    table = sources.customs
    ends = ("exporter", "importer") if flow == "export" else ("importer", "exporter")
    chosen = table[
        (table["period"] == str(YEAR))
        & (table["good"] == "all")
        & (table["flow"] == flow)
        & (table[ends[0]] == state)
        & (table[ends[1]] == published.WORLD)
    ]
    if chosen.empty:
        return None
    row = chosen.iloc[0]
    return float(row["value"]), f"{row['source']} (customs_annual.csv)", str(row["quality"])
