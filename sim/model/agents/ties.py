"""Who trades with whom: the network of exporters and intermediaries, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from sim.model.agents.exporter import ExporterView
    from sim.model.agents.intermediary import IntermediaryView


def trading_network(exporters: ExporterView, intermediaries: IntermediaryView) -> pd.DataFrame:
    """Every tie of an exporter to an intermediary, one row each; empty in expected mode, where none is followed.

    It is the edge list of a graph of two kinds of nodes: ``networkx.from_pandas_edgelist(table, "exporter",
    "intermediary")``, after telling the two kinds of rows apart, is one (the package itself does not need networkx).

    Columns: ``exporter`` and ``intermediary`` (rows of :attr:`~sim.model.model.SanctionsModel.exporters` and
    :attr:`~sim.model.model.SanctionsModel.intermediaries`), ``hub``, ``good``, ``origin``, ``since`` (month in
    which the contract was made, counted from the run's first), ``value_musd`` (contracted trade of the row, per month
    at base-year prices).
    """
    model = exporters.model
    columns, intermediary = model.exporter_columns, exporters.column("intermediary")
    tied = np.flatnonzero(intermediary >= 0)
    kind = np.searchsorted(columns.start, tied, side="right") - 1
    return pd.DataFrame(
        {
            "exporter": tied,
            "intermediary": intermediary[tied],
            "hub": intermediaries.column("hub")[intermediary[tied]],
            "good": exporters.column("good")[tied],
            "origin": exporters.column("origin")[tied],
            "since": columns.since[tied].astype(np.int64) if len(tied) else np.zeros(0, dtype=np.int64),
            "value_musd": model.row_value[kind],
        }
    )
