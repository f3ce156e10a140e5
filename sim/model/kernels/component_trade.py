"""Law as it falls on what is shipped: a watched good may go as its parts, and a state may have a law of its own."""

from __future__ import annotations

import numpy as np

from sim.common.compilation import compiled
from sim.rules.evasion import wanted_parts


@compiled
def switch_to_parts(layout, law, fear, numbers, as_parts):  # type: ignore[no-untyped-def]
    """Moves the share of each watched good that its sellers ship as parts, on the roads to the target.

    Args:
        layout: good by type; the good as whose parts it goes, -1 for none, (good,); number of roads to the target.
        law: banned share, licence share, licence odds for military use; each (type, road).
        fear: aversion times hazard of the mean firm last month, log points, (type, road).
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        as_parts: updated, share of what is sold, (type, road).
    """
    values = numbers[0]
    good, parts, n_roads = layout
    banned, licence_share, licence_odds = law
    for t in range(len(good)):
        if parts[good[t]] < 0:
            continue
        p = t + parts[good[t]] - good[t]  # the type of the same firms' parts: goods are the last axis of types
        for k in range(n_roads):
            gain = fear[t, k] * (banned[t, k] - banned[p, k])
            gain += _burden(licence_share[t, k], licence_odds[t, k]) - _burden(licence_share[p, k], licence_odds[p, k])
            if gain > 0.0 or as_parts[t, k] != 0.0:
                wanted = wanted_parts(gain, values.parts_cost, values.parts_limit)
                as_parts[t, k] += values.parts_speed * (wanted - as_parts[t, k])


@compiled
def law_as_shipped(layout, as_parts, mixed):  # type: ignore[no-untyped-def]
    """Law on what is shipped: that on the good for what goes as the good, that on its parts for the rest.

    Args:
        layout: as in :func:`switch_to_parts`.
        as_parts: (type, road).
        mixed: pairs of a field as written and the field as shipped, each (type, road); the latter filled where some
            goods go as parts, else the former's values.
    """
    good, parts, n_roads = layout
    for written, shipped in mixed:
        shipped[:] = written
    for t in range(len(good)):
        if parts[good[t]] < 0:
            continue
        p = t + parts[good[t]] - good[t]
        for k in range(n_roads):
            a = as_parts[t, k]
            if a != 0.0:
                for written, shipped in mixed:
                    shipped[t, k] = (1.0 - a) * written[t, k] + a * written[p, k]


@compiled
def add_own_law(layout, own_law, watched, banned):  # type: ignore[no-untyped-def]
    """A state's own law on exports to the target comes on top of what clauses forbid, as on independent lines.

    Args:
        layout: origin, good by type; number of roads to the target, which come first.
        own_law: law of the state's own, (state,).
        watched: lines that the coalition bans, (good,).
        banned: updated, banned share as shipped, (type, road).
    """
    origin, good, n_roads = layout
    for t in range(len(good)):
        own = own_law[origin[t]] * watched[good[t]]
        if own > 0.0:
            for k in range(n_roads):
                banned[t, k] = 1.0 - (1.0 - banned[t, k]) * (1.0 - own)


@compiled
def _burden(share, odds):  # type: ignore[no-untyped-def]
    """Log points that a licence takes off the sale of goods for military use."""
    kept = 1.0 - share * (1.0 - odds)
    return -np.log(max(kept, 1e-9)) if kept < 1.0 else 0.0
