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
from sim.model.kernels.settlement import unseen_by_hub
from sim.model.records import DELIVERED, STOPPED

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
        shipped_as_components: share, (type, route to the target).
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
        arriving: what arrives at the target, (entry hub, good, origin).
        met: the part of it that the hubs' officers met, (entry hub, good, origin).
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
    hub, hub_state, other_good, target = routes.hub, routes.hub_states, offices.catch_all, routes.target
    delivered, stopped = shipments.order_status[DELIVERED], shipments.order_status[STOPPED]
    cleared, banned, banned_elsewhere = shipments.cleared, shipments.banned_shipped, shipments.banned_elsewhere
    evading, stirred = shipments.evading, shipments.stirred
    exports, imports, hidden, borrowed = records.exports, records.imports, records.hidden, records.borrowed
    exported, log_price, tracking = records.exported, passage.log_price, passage.tracking
    components, shipped_as_components = passage.components, passage.shipped_as_components
    records.passed_on[:] = 0.0
    for flat in (records.reexports, hidden, borrowed, exported):
        flat[:] = 0.0
    n_states, n_hubs, n_goods = len(exports), len(hub_state), len(components)
    n_routes, n_target = cleared.shape[1], routes.target_routes
    arriving, met = np.zeros((n_hubs, n_goods, n_states)), np.zeros((n_hubs, n_goods, n_states))
    shown = np.zeros((2, n_hubs, n_goods))
    freight = 1.0 + values.cif
    # What of a price stands on the exporter's invoice, by (headquarters, good, destination).
    invoiced = np.ones((2, n_goods, n_states))
    for d in range(n_states):
        for b in range(2):
            for g in range(n_goods):
                if log_price[d, b, g] != 0.0:
                    invoiced[b, g, d] = np.exp(values.fob_share * log_price[d, b, g])
    # Of one origin, by (good, declared destination) and (good, importer): side by side, as routes are.
    declared, entered, value_of = np.zeros((n_goods, n_states)), np.zeros((n_goods, n_states)), np.empty(n_states)
    for t in range(len(origin)):
        o, b, g = origin[t], brand[t], good[t]
        fob, total = invoiced[b, g, target], exported[o, g]
        for k in range(n_target if o != target else 0):
            left = cleared[t, k] + stopped[t, k]
            if left == 0.0:
                continue
            value, arrived = left * fob, delivered[t, k] * fob
            # Another code pays only where this one is banned; into the catch-all group itself nothing can be
            # misdeclared.
            dismantled = shipped_as_components[t, k] * value
            disguised = values.misdeclared * banned[t, k] * (value - dismantled) if g != other_good else 0.0
            to = target if hub[k] < 0 else hub_state[hub[k]]
            declared[g, to] += value - disguised - dismantled
            declared[other_good, to] += disguised
            if dismantled > 0.0:
                declared[components[g], to] += dismantled
            total += value
            if hub[k] < 0:
                hidden[o, g] += disguised + dismantled
                if disguised + dismantled > 0.0:
                    borrowed[o, other_good] += disguised
                    borrowed[o, components[g]] += dismantled
                entered[g, target] += arrived * freight
            else:
                i, h = hub[k], hub_state[hub[k]]
                hidden[o, g] += value
                ghost = unseen_by_hub(values.ghost, evading[t, k], tracking[h, g]) * value
                entered[g, h] += (value - ghost) * freight
                arriving[i, g, o] += arrived
                seen = (value - ghost) * arrived / value
                met[i, g, o] += seen
                shown[0, i, g] += seen
                shown[1, i, g] += seen * evading[t, k]
        for k in range(n_target, n_routes):
            d = destination[k]
            value_of[d] = cleared[t, k] * invoiced[b, g, d]
        value_of[o] = 0.0
        if stirred[t]:
            for k in range(n_target, n_routes):
                d = destination[k]
                disguised = values.misdeclared * banned_elsewhere[t, k] * value_of[d] if g != other_good else 0.0
                declared[g, d] += value_of[d] - disguised
                declared[other_good, d] += disguised
        else:  # what goes straight to other states under no law is recorded as it is
            for k in range(n_target, n_routes):
                declared[g, destination[k]] += value_of[destination[k]]
        for k in range(n_target, n_routes):
            total += value_of[destination[k]]
            entered[g, destination[k]] += value_of[destination[k]] * freight
        exported[o, g] = total
        if t + 1 == len(origin) or origin[t + 1] != o:
            for g in range(n_goods):
                for d in range(n_states):
                    exports[o, d, g], imports[o, d, g] = declared[g, d], entered[g, d]
            declared[:] = 0.0
            entered[:] = 0.0
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
                for o in range(arriving.shape[2]):
                    if arriving[i, g, o] == 0.0:
                        continue
                    partner = last if by_consignment[target] else o
                    imports[partner, target, g] += leg * arriving[i, g, o] * freight
                    if j != i:
                        partner = first if by_consignment[last] else o
                        imports[partner, last, g] += leg * met[i, g, o] * freight
