"""The tables behind the flow diagram and the map: who sells by which route, before and after; value of the stretch.

``..._with_totals`` has the sums as well to which draws of a posterior give a band.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.metrics.run_pair import DIRECT, OTHER_STATES

if TYPE_CHECKING:
    from sim.metrics.run_pair import Contrast, RunPair

HUBS = 5  # that keep their own name
OTHER_HUBS, ALL = "other hubs", "all"
DIAGRAM_COLUMNS = ["side", "origin", "route", "value_musd"]
MAP_COLUMNS = ["side", "leg", "from", "to", "value_musd"]
TO_HUB, FROM_HUB = "to the hub", "from the hub"


def flow_diagram(pair: RunPair) -> pd.DataFrame:
    """Deliveries to the target: side (before, after), origin or group, route (direct, a hub, other hubs), value."""
    contrast = pair.contrast
    return pd.DataFrame(columns=DIAGRAM_COLUMNS) if contrast is None else _flows(pair, contrast)


def _flows(pair: RunPair, contrast: Contrast) -> pd.DataFrame:
    groups, routes = pair.grouped_origins(), [*pair.grouped_routes(HUBS), OTHER_HUBS]
    both = pd.concat([contrast.first.assign(side="before"), contrast.second.assign(side="after")])
    route = both["route"].str.removeprefix("via ")
    grouped = both.assign(
        origin=both["origin"].map(lambda code: groups.get(code, OTHER_STATES)),
        route=route.where(route.isin(routes), OTHER_HUBS),
    )
    table = grouped.groupby(DIAGRAM_COLUMNS[:3], observed=True)["value_musd"].sum().reset_index()
    order = {"side": ["before", "after"], "origin": [*dict.fromkeys([*groups.values(), OTHER_STATES])], "route": routes}
    return table.sort_values(
        DIAGRAM_COLUMNS[:3], key=lambda names: names.map(order[str(names.name)].index), ignore_index=True
    )


def flow_diagram_with_totals(pair: RunPair) -> pd.DataFrame:
    """The same with the sums by origin and by route, where the other column is ``all``."""
    table = flow_diagram(pair)
    sums = [
        table.groupby(["side", kept], sort=False)["value_musd"].sum().reset_index().assign(**{other: ALL})
        for kept, other in (("origin", "route"), ("route", "origin"))
    ]
    return pd.concat([table, *(one[DIAGRAM_COLUMNS] for one in sums)], ignore_index=True)


def flow_map(pair: RunPair) -> pd.DataFrame:
    """Legs: side (before, after), leg (direct, to the hub, from the hub), from, to, value."""
    contrast = pair.contrast
    if contrast is None:
        return pd.DataFrame(columns=MAP_COLUMNS)
    pieces, target = [], pair.policy.target
    for side, flows in (("before", contrast.first), ("after", contrast.second)):
        straight = flows[flows["route"] == DIRECT].rename(columns={"origin": "from"}).assign(leg=DIRECT, to=target)
        through = flows[flows["route"] != DIRECT]
        hub = through["route"].str.removeprefix("via ")
        entering = through.rename(columns={"origin": "from"}).assign(leg=TO_HUB, to=hub)
        leaving = through.assign(leg=FROM_HUB, to=target, **{"from": hub})
        pieces += [
            piece.groupby(MAP_COLUMNS[1:4])["value_musd"].sum().reset_index().assign(side=side)
            for piece in (straight, entering, leaving)
        ]
    return pd.concat(pieces, ignore_index=True)[MAP_COLUMNS]
