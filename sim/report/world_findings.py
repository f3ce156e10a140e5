"""Pictures of a world with the data behind them: how pairs and goods are known."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.finding import TALL, Finding
from sim.report.plots import world_status

if TYPE_CHECKING:
    from sim.world import World


def world_findings(world: World) -> list[Finding]:
    """How the flows of a world are known, by pair of states and by good."""
    nothing = pd.DataFrame()
    drawn = {"world_pairs": (world_status.pairs, TALL + 1.6), "world_goods": (world_status.goods, TALL)}
    return [
        Finding(name, name.replace("_", " "), nothing, draw=partial(draw, world=world), height=height, told=False)
        for name, (draw, height) in drawn.items()
    ]
