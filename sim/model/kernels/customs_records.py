"""Two ledgers: what happened, and what each customs office would put on record of it.

Origins record exports free on board by declared destination: a sale through a hub is declared to the hub, part of the
banned goods under another code, and what is shipped as components under their code. Hubs record what arrives (ghost
transit never does, unless tracking shows it) and part of what they pass on. Importers record cost, insurance and
freight, by origin or by consignment. What an office publishes of its records, when, and under which heading, is told by
:mod:`sim.simulation.tables`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.common.arrays import Floats, Integers
from sim.common.compilation import compiled
from sim.model.kernels.settlement import DELIVERED, STOPPED, unseen_by_hub

if TYPE_CHECKING:
    from sim.model.records import CustomsOffices, Routes
    from sim.model.state import Shipments
    from sim.rules.parameters import LoopParameters


class CustomsRecords(NamedTuple):
    """One month of records; value in musd, prices of the month.

    Attributes:
        exports: (origin, declared destination, declared good), FOB, at the origin's office.
        imports: (recorded partner, importer, good), CIF, at the importer's office.
        reexports: (hub, good), FOB, goods of other origins at the hub's office, destined to the target.
        passed_on: (hub, next hub, good), FOB, the same, destined to another hub.
        hidden: (origin, good): true exports to the target that the origin's office has under another destination or
            code.
        borrowed: (origin, good): exports straight to the target on record under this code that are other goods.
        exported: (origin, good): true exports, whatever was declared, FOB.
    """

    exports: Floats
    imports: Floats
    reexports: Floats
    passed_on: Floats
    hidden: Floats
    borrowed: Floats
    exported: Floats


class Passage(NamedTuple):
    """What decides what officers meet.

    Attributes:
        log_price: by (destination, headquarters, good).
        exit_hub_shares: by (entry hub, good, exit hub).
        capacity_share: share of its consignments that each hub carries, (hub,).
        tracking: share of a good's passage that tracking shows, (state, good).
        shipped_as_components: share, (type, route).
        components: the good as whose components each goes, -1 for none, (good,).
    """

    log_price: Floats
    exit_hub_shares: Floats
    capacity_share: Floats
    tracking: Floats
    shipped_as_components: Floats
    components: Integers


class HubTransit(NamedTuple):
    """Goods on their way through hubs, by where they come from.

    Attributes:
        arriving: what arrives at the target, (origin, entry hub, good).
        met: the part of it that the hubs' officers met, (origin, entry hub, good).
        shown: the same over origins: all, and what of it evades, (2, entry hub, good).
    """

    arriving: Floats
    met: Floats
    shown: Floats


def blank_records(n_states: int, n_hubs: int, n_goods: int) -> CustomsRecords:
    """Empty records."""
    square, flat = (n_states, n_states, n_goods), (n_states, n_goods)
    return CustomsRecords(
        exports=np.zeros(square), imports=np.zeros(square), reexports=np.zeros((n_hubs, n_goods)),
        passed_on=np.zeros((n_hubs, n_hubs, n_goods)), hidden=np.zeros(flat), borrowed=np.zeros(flat),
        exported=np.zeros(flat),
    )  # fmt: skip


@compiled
def record_customs(
    routes: Routes,
    offices: CustomsOffices,
    shipments: Shipments,
    passage: Passage,
    parameters: LoopParameters,
    records: CustomsRecords,
) -> None:
    """Writes the month into every office's records.

    Args:
        routes: who sells what by which routes.
        offices: how customs offices record.
        shipments: of the month.
        passage: what decides what officers meet.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        records: all filled.
    """
    values = parameters[0]
    origin, brand, good, destination = routes.origin, routes.headquarters, routes.good, routes.destination
    hub, hub_state, other_good = routes.hub, routes.hub_states, offices.catch_all
    delivered, stopped = shipments.order_status[DELIVERED], shipments.order_status[STOPPED]
    cleared, banned, evading = shipments.cleared, shipments.banned_shipped, shipments.evading
    exports, imports, hidden, borrowed = records.exports, records.imports, records.hidden, records.borrowed
    exported, log_price, tracking = records.exported, passage.log_price, passage.tracking
    components, shipped_as_components = passage.components, passage.shipped_as_components
    for square in (exports, imports, records.passed_on):
        square[:] = 0.0
    for flat in (records.reexports, hidden, borrowed, exported):
        flat[:] = 0.0
    n_hubs, n_goods = len(hub_state), len(components)
    arriving = np.zeros((len(exports), n_hubs, n_goods))
    met = np.zeros((len(exports), n_hubs, n_goods))
    shown = np.zeros((2, n_hubs, n_goods))
    freight = 1.0 + values.cif
    n_routes, stirred = cleared.shape[1], shipments.stirred
    for t in range(cleared.shape[0]):
        o, b, g = origin[t], brand[t], good[t]
        looked_at = n_routes if stirred[t] else routes.target_routes
        for k in range(looked_at):
            left = cleared[t, k] + stopped[t, k]
            d = destination[k]
            if left == 0.0 or d == o:
                continue
            price = log_price[d, b, g]
            fob = np.exp(values.fob_share * price) if price != 0.0 else 1.0
            value, arrived = left * fob, delivered[t, k] * fob
            # Another code pays only where this one is banned; into the catch-all group itself nothing can be
            # misdeclared.
            dismantled = shipped_as_components[t, k] * value
            disguised = values.misdeclared * banned[t, k] * (value - dismantled) if g != other_good else 0.0
            to = d if hub[k] < 0 else hub_state[hub[k]]
            exports[o, to, g] += value - disguised - dismantled
            exports[o, to, other_good] += disguised
            if dismantled > 0.0:
                exports[o, to, components[g]] += dismantled
            exported[o, g] += value
            if d == routes.target:
                hidden[o, g] += disguised + dismantled if hub[k] < 0 else value
                if hub[k] < 0 and disguised + dismantled > 0.0:
                    borrowed[o, other_good] += disguised
                    borrowed[o, components[g]] += dismantled
            if hub[k] >= 0:
                h, i = hub_state[hub[k]], hub[k]
                ghost = unseen_by_hub(values.ghost, evading[t, k], tracking[h, g]) * value
                imports[o, h, g] += (value - ghost) * freight
                arriving[o, i, g] += arrived
                seen = (value - ghost) * arrived / value
                met[o, i, g] += seen
                shown[0, i, g] += seen
                shown[1, i, g] += seen * evading[t, k]
            else:
                imports[o, d, g] += arrived * freight
        for k in range(looked_at, n_routes):  # what goes straight to other states under no law is recorded as it is
            d = destination[k]
            if cleared[t, k] == 0.0 or d == o:
                continue
            price = log_price[d, b, g]
            fob = np.exp(values.fob_share * price) if price != 0.0 else 1.0
            value = cleared[t, k] * fob
            exports[o, d, g] += value
            exported[o, g] += value
            imports[o, d, g] += delivered[t, k] * fob * freight
    spread_over_exit_hubs(routes, offices, HubTransit(arriving, met, shown), passage, parameters, records)


@compiled
def spread_over_exit_hubs(
    routes: Routes,
    offices: CustomsOffices,
    transit: HubTransit,
    passage: Passage,
    parameters: LoopParameters,
    records: CustomsRecords,
) -> None:
    """Records at the hubs and at the target of what came through hubs, by the hub it left from.

    Args:
        routes: who sells what by which routes.
        offices: how customs offices record.
        transit: goods on their way through hubs.
        passage: what decides what officers meet.
        parameters: see :func:`sim.rules.parameters.for_loops`.
        records: imports, re-exports, passed on; added to.
    """
    values = parameters[0]
    shares, capacity_share, hub_state = passage.exit_hub_shares, passage.capacity_share, routes.hub_states
    by_consignment, shows, target = offices.by_consignment, offices.reexports_shown, routes.target
    arriving, met, shown = transit.arriving, transit.met, transit.shown
    imports, reexports, passed_on = records.imports, records.reexports, records.passed_on
    freight = 1.0 + values.cif
    for i in range(shares.shape[0]):
        for g in range(shares.shape[1]):
            total = 0.0
            for j in range(shares.shape[2]):
                total += shares[i, g, j] * capacity_share[j]
            if total == 0.0:
                continue
            # Where all is ghost transit the hubs met nothing, yet it arrives.
            evades = shown[1, i, g] / shown[0, i, g] if shown[0, i, g] > 0.0 else 0.0
            for j in range(shares.shape[2]):
                leg = shares[i, g, j] * capacity_share[j] / total
                if leg == 0.0:
                    continue
                first, last = hub_state[i], hub_state[j]
                passes = leg * shown[0, i, g]
                reexports[j, g] += passes * (1.0 - evades * (1.0 - shows[j]))
                if j != i:
                    kept = 1.0 - evades * (1.0 - shows[i])
                    passed_on[i, j, g] += passes * kept
                for o in range(arriving.shape[0]):
                    if arriving[o, i, g] == 0.0:
                        continue
                    partner = last if by_consignment[target] else o
                    imports[partner, target, g] += leg * arriving[o, i, g] * freight
                    if j != i:
                        partner = first if by_consignment[last] else o
                        imports[partner, last, g] += leg * met[o, i, g] * freight
