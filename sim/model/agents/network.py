"""Who supplies whom: what each hub's intermediaries buy, and from whom, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.policies.regime import HEADQUARTERS

if TYPE_CHECKING:
    from sim.model.interface import Model


def trading_network(model: Model) -> pd.DataFrame:
    """What the intermediaries of every hub buy this month to pass it on to the target, one row for each supplier.

    It is the edge list of a graph: ``networkx.from_pandas_edgelist(table, "origin", "hub", edge_attr="volume_musd")``
    is one (the package itself does not need networkx).

    Columns: ``origin``, ``headquarters`` and ``good`` of the makers; ``hub`` that the goods enter;
    ``intermediaries``: firms that are open there; ``volume_musd``: bought this month, at base-year prices.
    """
    base, world, held = model.base, model.world, model.intermediary_columns
    through = np.flatnonzero(base.hub >= 0)
    bought = model.state.shipments.contracted[:, through]
    types, routes = np.nonzero(bought > 0.0)
    hubs = base.hub[through[routes]]
    firms = np.bincount(held.hub, weights=held.status_shares[:, 1], minlength=len(world.hubs)) * held.represents
    return pd.DataFrame(
        {
            "origin": np.asarray(world.states)[base.origin[types]],
            "headquarters": np.asarray(HEADQUARTERS)[base.headquarters[types]],
            "good": np.asarray(world.goods)[base.good[types]],
            "hub": np.asarray(world.states)[np.asarray(world.hubs, dtype=np.int64)[hubs]],
            "intermediaries": firms[hubs],
            "volume_musd": bought[types, routes],
        }
    )
