"""Who trades with whom: the network of exporters and trading houses, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from sim.model.agents.exporter import ExporterView
    from sim.model.agents.intermediary import IntermediaryView


def trading_network(exporters: ExporterView, houses: IntermediaryView) -> pd.DataFrame:
    """Every tie of an exporter to a trading house, one row each; empty in expected mode, where none is followed.

    It is the edge list of a graph of two kinds of nodes: ``networkx.from_pandas_edgelist(table, "exporter", "house")``,
    after telling the two kinds of rows apart, is one (the package itself does not need networkx).

    Columns: ``exporter`` and ``house`` (rows of :attr:`~sim.model.model.SanctionsModel.exporters` and
    :attr:`~sim.model.model.SanctionsModel.intermediaries`), ``hub``, ``good``, ``origin``, ``since`` (month in
    which the contract was made, counted from the run's first), ``value_musd`` (contracted trade of the row, per month
    at base-year prices).
    """
    model = exporters.model
    house = exporters.column("house")
    tied = np.flatnonzero(house >= 0)
    kind = np.searchsorted(model.columns.start, tied, side="right") - 1
    return pd.DataFrame(
        {
            "exporter": tied,
            "house": house[tied],
            "hub": houses.column("hub")[house[tied]],
            "good": exporters.column("good")[tied],
            "origin": exporters.column("origin")[tied],
            "since": model.columns.since[tied].astype(np.int64) if len(tied) else np.zeros(0, dtype=np.int64),
            "value_musd": model.row_value[kind],
        }
    )
