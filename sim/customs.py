"""Two ledgers: what happened, and what each customs office would put on record of it.

Origins record exports free on board by declared destination: a sale through a hub is declared to the hub, and part of
the banned goods under another code. Hubs record what arrives (ghost transit never does) and part of what they pass on.
Importers record cost, insurance and freight, by origin or by consignment, until they stop publishing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.compiling import compiled

Floats = NDArray[np.float64]


@dataclass(eq=False)
class Ledgers:
    """One month of records; value in musd, prices of the month.

    Attributes:
        exports: (origin, declared destination, declared good), FOB, at the origin's office.
        imports: (recorded partner, importer, good), CIF, at the importer's office.
        reexports: (hub, good), FOB, goods of other origins at the hub's office, destined to the target.
        hidden: (origin, good): true exports to the target that the origin's office has under another destination or
            code.
        exported: (origin, good): true exports, whatever was declared, FOB.
    """

    exports: Floats
    imports: Floats
    reexports: Floats
    hidden: Floats
    exported: Floats


def blank(n_states: int, n_hubs: int, n_goods: int) -> Ledgers:
    """Empty ledgers."""
    square = (n_states, n_states, n_goods)
    return Ledgers(
        np.zeros(square), np.zeros(square), np.zeros((n_hubs, n_goods)),
        np.zeros((n_states, n_goods)), np.zeros((n_states, n_goods)),
    )  # fmt: skip


@compiled
def record(layout, goods, prices, habits, numbers, books):  # type: ignore[no-untyped-def]
    """Writes the month into every office's ledger.

    Args:
        layout: origin, headquarters, good by type; destination, hub by road; hub states; target.
        goods: passing, delivered, banned share by (type, road); stopped at the hub (type, road).
        prices: log price (destination, headquarters, good).
        habits: whether the target records by consignment; good under which misdeclared goods go.
        numbers: parameters, see :func:`sim.parameters.for_loops`.
        books: exports, imports, reexports, hidden, exported; all filled.
    """
    values = numbers[0]
    origin, brand, good, destination, hub, hub_state, target = layout
    passing, delivered, banned, stopped = goods
    by_consignment, other_good = habits
    exports, imports, reexports, hidden, exported = books
    for book in (exports, imports):
        book[:] = 0.0
    for book in (reexports, hidden, exported):
        book[:] = 0.0
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
            disguised = values.misdeclared * banned[t, k] * value if g != other_good else 0.0
            declared_to = d if hub[k] < 0 else hub_state[hub[k]]
            exports[o, declared_to, g] += value - disguised
            exports[o, declared_to, other_good] += disguised
            exported[o, g] += value
            if d == target:
                hidden[o, g] += disguised if hub[k] < 0 else value
            freight = 1.0 + values.cif
            if hub[k] >= 0:
                h = hub_state[hub[k]]
                ghost = values.ghost * banned[t, k] * value
                imports[o, h, g] += (value - ghost) * freight
                shown = 1.0 - (1.0 - values.reexport_recorded) * banned[t, k]
                reexports[hub[k], g] += shown * (value - ghost) * arrived / value
                partner = h if by_consignment else o
                imports[partner, d, g] += arrived * freight
            else:
                imports[o, d, g] += arrived * freight
