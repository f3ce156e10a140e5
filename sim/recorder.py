"""What a run keeps of every month, copied out of the model after each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.settlement import DELIVERED, STOPPED
from sim.engine.trading_houses import count_houses

if TYPE_CHECKING:
    from sim.model import SanctionsModel

Floats = NDArray[np.float64]


@dataclass(eq=False)
class Record:
    """Arrays by month.

    Dimensions: M months, T types, K roads, R roads to the target (the first R), S states, B brands, G goods, H hubs.

    Attributes:
        delivered: musd at base-year prices, (M, T, K).
        fate: what orders for the target came to, (M, 8, T, R); see :mod:`sim.engine.settlement`.
        shipped: left the origin for the target, (M, T, R); banned: share of it that is banned goods, (M, T, R).
        log_price: against the base year, (M, S, B, G).
        exports, imports: records by (month, partner, partner, good), see :class:`sim.customs.Ledgers`; musd of the
            month.
        reexports: (M, H, G). hidden, exported: (M, S, G).
        effort, pressure, threat, firms_listed: (M, S).
        hubs: fullness, log mark-up, share of consignments carried, firms open, firms listed, returns so far; (M, 6, H).
        activity, need: drivers, (M, S, G). replaced: (M, S, G).
    """

    delivered: Floats
    fate: Floats
    shipped: Floats
    banned: Floats
    log_price: Floats
    exports: Floats
    imports: Floats
    reexports: Floats
    hidden: Floats
    exported: Floats
    effort: Floats
    pressure: Floats
    threat: Floats
    firms_listed: Floats
    hubs: Floats
    activity: Floats
    need: Floats
    replaced: Floats


def blank_record(model: SanctionsModel, months: int) -> Record:
    """An empty record for a run of so many months."""
    n_types, n_roads = model.base.flow.shape
    s, g, h = len(model.world.states), len(model.world.goods), len(model.world.hubs)
    target_roads = model.layout.target_roads

    def table(*shape: int) -> Floats:
        return np.empty((months, *shape))

    return Record(
        delivered=table(n_types, n_roads), fate=table(8, n_types, target_roads), shipped=table(n_types, target_roads),
        banned=table(n_types, target_roads), log_price=table(s, 2, g), exports=table(s, s, g), imports=table(s, s, g),
        reexports=table(h, g), hidden=table(s, g), exported=table(s, g), effort=table(s), pressure=table(s),
        threat=table(s), firms_listed=table(s), hubs=table(6, h), activity=table(s, g), need=table(s, g),
        replaced=table(s, g),
    )  # fmt: skip


def keep(model: SanctionsModel, record: Record) -> None:
    """Copies the model's month into the record."""
    m, work, books, houses = model.elapsed, model.work, model.ledgers, model.houses
    roads = record.fate.shape[3]
    record.delivered[m] = work.fate[DELIVERED]
    record.fate[m] = work.fate[:, :, :roads]
    np.add(work.passing[:, :roads], work.fate[STOPPED, :, :roads], out=record.shipped[m])
    record.banned[m] = work.banned[:, :roads]
    for name in ("log_price", "effort", "firms_listed", "activity", "need", "replaced"):
        getattr(record, name)[m] = getattr(work, name)
    for name in ("exports", "imports", "reexports", "hidden", "exported"):
        getattr(record, name)[m] = getattr(books, name)
    record.pressure[m] = model.regime.state("pressure")
    record.threat[m] = model.regime.state("threat")
    hubs = record.hubs[m]
    hubs[0], hubs[1], hubs[2] = work.fullness, work.log_markup, work.carried
    count_houses(houses.hub, houses.mass, houses.generation, houses.represents, hubs[3:])
