"""Who replaced whom at the target: sales lost by some origins set against sales won by others, good by good.

A run says how much each origin sold before and after, not which sale took the place of which. The rule here is plain:
what an origin lost on one route is set first against what the same origin won on another; what is then lost of a good
is shared over those who won in that good, in proportion; the rest of the losses is a net loss, the rest of the gains
is additional.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.metrics.run_pair import DIRECT

NEW, GONE = "additional", "no longer delivered"


def matched(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Sets losses against gains.

    Args:
        before: deliveries, rows of ``flows``.
        after: deliveries of as many months.

    Returns:
        One row per pair: origin_before and through_hub_before (or :data:`NEW`), origin_after and through_hub_after (or
        :data:`GONE`), volume_musd at base-year prices. Without NEW the sum is that of ``before``, without GONE
        that of ``after``.
    """
    first, second = _by_supplier(before), _by_supplier(after)
    both = pd.DataFrame({"before": first, "after": second}).fillna(0.0)
    pieces = [_match_good(rows.droplevel("good")) for _, rows in both.groupby(level="good")]
    columns = ["origin_before", "through_hub_before", "origin_after", "through_hub_after", "volume_musd"]
    rows = [row for piece in pieces for row in piece]
    table = pd.DataFrame(rows, columns=columns)
    return table.groupby(columns[:-1], sort=False)["volume_musd"].sum().reset_index()


def _by_supplier(flows: pd.DataFrame) -> pd.Series[float]:
    through = (flows["route"] != DIRECT).rename("through_hub")
    return flows.groupby(["good", "origin", through])["volume_musd"].sum()


def _match_good(rows: pd.DataFrame) -> list[tuple[str, bool, str, bool, float]]:
    """Pairs of one good; rows are indexed by origin and whether the route leads through a hub."""
    suppliers = [(str(origin), bool(through)) for origin, through in rows.index]
    before, after = rows["before"].to_numpy(), rows["after"].to_numpy()
    kept = np.minimum(before, after)
    lost, won = before - kept, after - kept
    moved = np.diag(kept)
    position = {supplier: place for place, supplier in enumerate(suppliers)}
    for place, (origin, through) in enumerate(suppliers):
        other = position.get((origin, not through))
        if other is not None:
            moved[place, other] = rerouted = min(lost[place], won[other])
            lost[place] -= rerouted
            won[other] -= rerouted
    total_lost, total_won = float(lost.sum()), float(won.sum())
    larger = max(total_lost, total_won)
    if larger > 0.0:
        # One expression for both cases: the smaller side is matched in full, the larger in proportion.
        moved += np.outer(lost, won) / larger
    gone = lost * (1.0 - total_won / larger) if larger > 0.0 else lost
    new = won * (1.0 - total_lost / larger) if larger > 0.0 else won
    pairs = [(*suppliers[i], *suppliers[j], float(moved[i, j])) for i, j in zip(*np.nonzero(moved), strict=True)]
    pairs += [(*suppliers[i], GONE, False, float(gone[i])) for i in np.flatnonzero(gone > 0.0)]
    return pairs + [(NEW, False, *suppliers[j], float(new[j])) for j in np.flatnonzero(new > 0.0)]
