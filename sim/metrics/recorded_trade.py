"""What customs offices have on record of the trade with the target, against what was delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from sim.simulation.results import Results

_BILLION = 1e3  # musd


def ledger_totals(results: Results) -> pd.DataFrame:
    """Billion USD by year: delivered, and what each kind of office has on record of the trade with the target.

    ``unrecorded_share``: share of deliveries that the origins' offices do not have under the target and the true good.
    """
    flows, books = results.to_target(), results.recorded
    sent, came = books["partner"] == results.target, books["reporter"] == results.target
    rows = {
        "origins": books[sent & (books["flow"] == "export")],
        "reexports": books[sent & (books["flow"] == "re-export")],
        "imports": books[came & (books["flow"] == "import")],
        "published": books[came & (books["flow"] == "import") & books["published"]],
    }
    year = flows["month"].str[:4]
    table = pd.DataFrame({"delivered_busd": flows["value_musd"].groupby(year).sum() / _BILLION})
    for name, part in rows.items():
        table[f"{name}_busd"] = part.groupby(part["month"].str[:4])["value_musd"].sum() / _BILLION
    own_name = flows["recorded_musd"].groupby(year).sum() / _BILLION
    table["unrecorded_share"] = 1.0 - own_name / table["delivered_busd"]
    table.index.name = "year"
    return table.fillna(0.0)
