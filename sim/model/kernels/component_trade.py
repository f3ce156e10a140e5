"""Law as it falls on what is shipped: a controlled good may go as its components, and a state may have own law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common.compilation import compiled
from sim.rules.evasion import components_share

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.model.records import ComponentTypes, ExportLaw, Routes
    from sim.rules.parameters import LoopParameters


@compiled
def switch_to_components(
    types: ComponentTypes, law: ExportLaw, legal_deterrence: Floats, parameters: LoopParameters, shares: Floats
) -> None:
    """Moves the share of each controlled good that its sellers ship as components, on the routes to the target.

    Args:
        types: which types can ship their good as components.
        law: on exports, as written.
        legal_deterrence: aversion times hazard of the mean firm last month, log points, (type, route).
        parameters: see :func:`sim.rules.parameters.for_loops`.
        shares: updated, share shipped as components, (type, route).
    """
    values = parameters[0]
    good, components, n_target = types.good, types.components, types.target_routes
    banned, licence_share, licence_odds = law.banned_share, law.licence_share, law.licence_odds_military
    for t in range(len(good)):
        if components[good[t]] < 0:
            continue
        p = t + components[good[t]] - good[t]  # the same firms' type for components: goods are the last axis of types
        for k in range(n_target):
            gain = legal_deterrence[t, k] * (banned[t, k] - banned[p, k])
            gain += _burden(licence_share[t, k], licence_odds[t, k]) - _burden(licence_share[p, k], licence_odds[p, k])
            if gain > 0.0 or shares[t, k] != 0.0:
                wanted = components_share(gain, values.components_cost, values.components_limit)
                shares[t, k] += values.components_speed * (wanted - shares[t, k])


@compiled
def law_as_shipped(types: ComponentTypes, law: ExportLaw, shares: Floats, banned: Floats, licence: Floats) -> None:
    """Law on what is shipped: that on the good for what goes as the good, that on its components for the rest.

    Args:
        types: which types can ship their good as components.
        law: on exports, as written.
        shares: share shipped as components, (type, route).
        banned: filled, banned share as shipped, (type, route).
        licence: filled, licence share as shipped, (type, route).
    """
    good, components, n_target = types.good, types.components, types.target_routes
    written_ban, written_licence = law.banned_share, law.licence_share
    banned[:] = written_ban
    licence[:] = written_licence
    for t in range(len(good)):
        if components[good[t]] < 0:
            continue
        p = t + components[good[t]] - good[t]
        for k in range(n_target):
            a = shares[t, k]
            if a != 0.0:
                banned[t, k] = (1.0 - a) * written_ban[t, k] + a * written_ban[p, k]
                licence[t, k] = (1.0 - a) * written_licence[t, k] + a * written_licence[p, k]


@compiled
def add_enacted_law(routes: Routes, enacted_law: Floats, controlled: Floats, banned: Floats) -> None:
    """A state's own law on exports to the target comes on top of what clauses forbid, as on independent lines.

    Args:
        routes: who sells what by which routes.
        enacted_law: of the state's own, (state,).
        controlled: lines that the coalition bans, (good,).
        banned: updated, banned share as shipped, (type, route).
    """
    origin, good, n_target = routes.origin, routes.good, routes.target_routes
    for t in range(len(good)):
        own = enacted_law[origin[t]] * controlled[good[t]]
        if own > 0.0:
            for k in range(n_target):
                banned[t, k] = 1.0 - (1.0 - banned[t, k]) * (1.0 - own)


@compiled
def _burden(share: float, odds: float) -> float:
    """Log points that a licence takes off the sale of goods for military use."""
    kept = 1.0 - share * (1.0 - odds)
    return -np.log(max(kept, 1e-9)) if kept < 1.0 else 0.0
