"""Two ledgers: what happened, and what each customs office would put on record of it.

Origins record exports free on board by declared destination: a sale through a hub is declared to the hub, part of the
banned goods under another code, and what is shipped as parts under the code of the parts. Hubs record what arrives
(ghost transit never does, unless tracking shows it) and part of what they pass on. Importers record cost, insurance
and freight, by origin or by consignment. What an office publishes of its ledger, when, and under which heading, is told
by :mod:`sim.simulation.tables`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.common.compilation import compiled, inlined

Floats = NDArray[np.float64]


@dataclass(eq=False)
class Ledgers:
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

    def tables(self) -> tuple[Floats, ...]:
        """The ledgers in the order that :func:`record` takes them."""
        return (
            self.exports, self.imports, self.reexports, self.passed_on, self.hidden, self.borrowed, self.exported,
        )  # fmt: skip


def blank(n_states: int, n_hubs: int, n_goods: int) -> Ledgers:
    """Empty ledgers."""
    square, flat = (n_states, n_states, n_goods), (n_states, n_goods)
    return Ledgers(
        np.zeros(square), np.zeros(square), np.zeros((n_hubs, n_goods)), np.zeros((n_hubs, n_hubs, n_goods)),
        np.zeros(flat), np.zeros(flat), np.zeros(flat),
    )  # fmt: skip


@compiled
def record(layout, goods, prices, hubs, habits, numbers, books):  # type: ignore[no-untyped-def]
    """Writes the month into every office's ledger.

    Args:
        layout: origin, headquarters, good by type; destination, hub by road; hub states; target.
        goods: passing, delivered, banned share, share that evades, share shipped as parts, by (type, road); stopped at
            the hub (type, road); the good as whose parts each goes, -1 for none, (good,).
        prices: log price (destination, headquarters, good).
        hubs: last legs by (entry hub, good, exit hub); share of its consignments that each hub carries, (hub,); passage
            that tracking shows, (state, good).
        habits: whether a state records by consignment, (state,); whether a hub records what evades, (hub,); good
            under which misdeclared goods go.
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        books: see :meth:`Ledgers.tables`; all filled.
    """
    values = numbers[0]
    origin, brand, good, destination, hub, hub_state, target = layout
    passing, delivered, banned, evading, as_parts, stopped, parts = goods
    legs, carried, tracking = hubs
    by_consignment, shows, other_good = habits
    exports, imports, reexports, passed_on, hidden, borrowed, exported = books
    for book in (exports, imports, passed_on):
        book[:] = 0.0
    for book in (reexports, hidden, borrowed, exported):
        book[:] = 0.0
    n_hubs = len(hub_state)
    # By origin, entry hub and good: what arrives at the target, and the part of it that the hubs' officers saw.
    arrives = np.zeros((len(exports), n_hubs, len(parts)))
    met = np.zeros((len(exports), n_hubs, len(parts)))
    shown = np.zeros((2, n_hubs, len(parts)))  # the same over origins: all that was met, and what of it evades
    freight = 1.0 + values.cif
    for t in range(passing.shape[0]):
        o, g = origin[t], good[t]
        for k in range(passing.shape[1]):
            left = passing[t, k] + stopped[t, k]
            d = destination[k]
            if left == 0.0 or d == o:
                continue
            price = prices[d, brand[t], g]
            fob = np.exp(values.fob_share * price) if price != 0.0 else 1.0
            value, arrived = left * fob, delivered[t, k] * fob
            # Another code pays only where this one is banned; into the catch-all group itself nothing can be
            # misdeclared.
            dismantled = as_parts[t, k] * value
            disguised = values.misdeclared * banned[t, k] * (value - dismantled) if g != other_good else 0.0
            to = d if hub[k] < 0 else hub_state[hub[k]]
            exports[o, to, g] += value - disguised - dismantled
            exports[o, to, other_good] += disguised
            if dismantled > 0.0:
                exports[o, to, parts[g]] += dismantled
            exported[o, g] += value
            if d == target:
                hidden[o, g] += disguised + dismantled if hub[k] < 0 else value
                if hub[k] < 0 and disguised + dismantled > 0.0:
                    borrowed[o, other_good] += disguised
                    borrowed[o, parts[g]] += dismantled
            if hub[k] >= 0:
                h, i = hub_state[hub[k]], hub[k]
                ghost = unseen_by_hub(values.ghost, evading[t, k], tracking[h, g]) * value
                imports[o, h, g] += (value - ghost) * freight
                arrives[o, i, g] += arrived
                seen = (value - ghost) * arrived / value
                met[o, i, g] += seen
                shown[0, i, g] += seen
                shown[1, i, g] += seen * evading[t, k]
            else:
                imports[o, d, g] += arrived * freight
    office = by_consignment, shows, hub_state, target
    spread_over_last_legs((arrives, met, shown), (legs, carried), office, numbers, (imports, reexports, passed_on))


@compiled
def spread_over_last_legs(passing, hubs, office, numbers, books):  # type: ignore[no-untyped-def]
    """Records at the hubs and at the target of what came through hubs, by the hub it left from.

    Args:
        passing: what arrives at the target, and the part of it that the hubs' officers met, by (origin, entry hub,
            good); the same over origins, all and what evades, (2, entry hub, good).
        hubs: last legs by (entry hub, good, exit hub); share of its consignments that each hub carries, (hub,).
        office: whether a state records by consignment, (state,); whether a hub records what evades, (hub,); hub
            states; target.
        numbers: parameters, see :func:`sim.rules.parameters.for_loops`.
        books: imports, re-exports, passed on; added to.
    """
    values = numbers[0]
    arrives, met, shown = passing
    legs, carried = hubs
    by_consignment, shows, hub_state, target = office
    imports, reexports, passed_on = books
    freight = 1.0 + values.cif
    for i in range(legs.shape[0]):
        for g in range(legs.shape[1]):
            total = 0.0
            for j in range(legs.shape[2]):
                total += legs[i, g, j] * carried[j]
            if total == 0.0:
                continue
            # Where all is ghost transit the hubs met nothing, yet it arrives.
            evades = shown[1, i, g] / shown[0, i, g] if shown[0, i, g] > 0.0 else 0.0
            for j in range(legs.shape[2]):
                leg = legs[i, g, j] * carried[j] / total
                if leg == 0.0:
                    continue
                first, last = hub_state[i], hub_state[j]
                passes = leg * shown[0, i, g]
                reexports[j, g] += passes * (1.0 - evades * (1.0 - _of_evading(shows[j], values.reexport_recorded)))
                if j != i:
                    kept = 1.0 - evades * (1.0 - _of_evading(shows[i], values.reexport_recorded))
                    passed_on[i, j, g] += passes * kept
                for o in range(arrives.shape[0]):
                    if arrives[o, i, g] == 0.0:
                        continue
                    partner = last if by_consignment[target] else o
                    imports[partner, target, g] += leg * arrives[o, i, g] * freight
                    if j != i:
                        partner = first if by_consignment[last] else o
                        imports[partner, last, g] += leg * met[o, i, g] * freight


@inlined
def unseen_by_hub(ghost, evading, tracked):  # type: ignore[no-untyped-def]
    """Share of what is sent through a hub that never meets its officers: ghost transit that tracking does not show.

    Args:
        ghost: share of what evades a shut road through a hub that never arrives there.
        evading: share of what is sent that is banned, or that would go direct if it could.
        tracked: share of the good's passage that tracking shows to the officers.
    """
    return ghost * evading * (1.0 - tracked)


@inlined
def _of_evading(shows, recorded):  # type: ignore[no-untyped-def]
    """Share of what evades a shut road that a hub's office has in its books."""
    return recorded if shows else 0.0
