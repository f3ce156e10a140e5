"""What a run keeps of every month, copied out of the model after each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.common.errors import SimError
from sim.common.months import format_month
from sim.model.kernels.intermediaries import count_houses
from sim.model.kernels.settlement import DELIVERED, STOPPED
from sim.model.kernels.sums import sum_passages

if TYPE_CHECKING:
    from sim.model.phases.base import Phases

Floats = NDArray[np.float64]


@dataclass(eq=False)
class Record:
    """Arrays by month.

    Dimensions: M months, T types, K roads, R roads to the target (the first R), S states, B brands, G goods, H hubs.

    Attributes:
        delivered: musd at base-year prices, (M, T, K).
        fate: what orders for the target came to, (M, 8, T, R); see :mod:`sim.model.kernels.settlement`.
        shipped: left the origin for the target, (M, T, R); banned, evading: shares of it that are banned goods, and
            that are banned or would go direct if they could, (M, T, R).
        log_price: against the base year, (M, S, B, G). stocks: bought ahead, musd at base-year prices, same.
        exports, imports: records by (month, partner, partner, good), see :class:`.customs_records.Ledgers`;
            musd of the month.
        as_parts: share of it that is shipped as parts, (M, T, R).
        reexports: (M, H, G). passed_on: (M, H, H, G). hidden, borrowed, exported: (M, S, G).
        word, law, effort, provoked, resolve, agents, pressure, threat, firms_listed: (M, S).
        onward: delivered to the target by (entry hub, good, exit hub), musd at base-year prices, (M, H, G, H).
        hubs: fullness, log mark-up, share of consignments carried, firms open, firms listed, returns so far; (M, 6, H).
        activity, need: drivers, (M, S, G). replaced: (M, S, G).
        tracking: passage that tracking shows to each hub's officers, (M, H, G).
    """

    delivered: Floats
    fate: Floats
    shipped: Floats
    banned: Floats
    evading: Floats
    as_parts: Floats
    log_price: Floats
    stocks: Floats
    exports: Floats
    imports: Floats
    reexports: Floats
    passed_on: Floats
    hidden: Floats
    borrowed: Floats
    exported: Floats
    word: Floats
    law: Floats
    effort: Floats
    provoked: Floats
    resolve: Floats
    agents: Floats
    pressure: Floats
    threat: Floats
    firms_listed: Floats
    onward: Floats
    hubs: Floats
    activity: Floats
    need: Floats
    replaced: Floats
    tracking: Floats


def blank_record(model: Phases, months: int) -> Record:
    """An empty record for a run of so many months."""
    n_types, n_roads = model.base.flow.shape
    s, g, h = len(model.world.states), len(model.world.goods), len(model.world.hubs)
    target_roads = model.layout.target_roads

    def table(*shape: int) -> Floats:
        return np.empty((months, *shape))

    return Record(
        delivered=table(n_types, n_roads), fate=table(8, n_types, target_roads), shipped=table(n_types, target_roads),
        banned=table(n_types, target_roads),
        evading=table(n_types, target_roads), as_parts=table(n_types, target_roads), log_price=table(s, 2, g),
        stocks=table(s, 2, g),
        exports=table(s, s, g), imports=table(s, s, g), reexports=table(h, g), passed_on=table(h, h, g),
        hidden=table(s, g), borrowed=table(s, g), exported=table(s, g), word=table(s), law=table(s), effort=table(s),
        provoked=table(s), resolve=table(s), agents=table(s), pressure=table(s), threat=table(s), firms_listed=table(s),
        onward=table(h, g, h), hubs=table(6, h), activity=table(s, g), need=table(s, g), replaced=table(s, g),
        tracking=table(h, g),
    )  # fmt: skip


# Copied as they stand, from the workspace and from the ledgers.
_OF_WORK = (
    "log_price", "stocks", "word", "law", "effort", "provoked", "resolve", "agents", "firms_listed", "activity", "need",
    "replaced",
)  # fmt: skip
_OF_LEDGERS = ("exports", "imports", "reexports", "passed_on", "hidden", "borrowed", "exported")


def keep(model: Phases, record: Record) -> None:
    """Copies the model's month into the record."""
    m, work, books, houses = model.elapsed, model.work, model.ledgers, model.houses
    roads = record.fate.shape[3]
    record.delivered[m] = work.fate[DELIVERED]
    record.fate[m] = work.fate[:, :, :roads]
    np.add(work.passing[:, :roads], work.fate[STOPPED, :, :roads], out=record.shipped[m])
    for name in ("banned", "evading", "as_parts"):
        getattr(record, name)[m] = getattr(work, name)[:, :roads]
    sum_passages((model.base.good, model.base.hub), work.fate[DELIVERED], work.legs, work.carried, record.onward[m])
    for name in _OF_WORK:
        getattr(record, name)[m] = getattr(work, name)
    for name in _OF_LEDGERS:
        getattr(record, name)[m] = getattr(books, name)
    record.pressure[m] = model.regime.state("pressure")
    record.threat[m] = model.regime.state("threat")
    record.tracking[m] = model.regime.cell("tracking")[model.layout.hub_states]
    hubs = record.hubs[m]
    hubs[0], hubs[1], hubs[2] = work.fullness, work.log_markup, work.carried
    count_houses(houses.hub, houses.mass, houses.generation, houses.represents, hubs[3:])


def refuse_not_finite(record: Record, first_month: int) -> None:
    """Says that a run has ended in what is no number; nothing of it would mean anything.

    Args:
        record: of a finished run.
        first_month: of the run.

    Raises:
        SimError: some array holds NaN or infinity; the first month and what it is are named.
    """
    since = {name: _first_not_finite(values) for name, values in vars(record).items()}
    if wrong := {name: month for name, month in since.items() if month is not None}:
        first = min(wrong.values())
        names = ", ".join(name for name, month in wrong.items() if month == first)
        raise SimError(
            f"the run is no number from {format_month(first_month + first)} on ({names}): a figure of the world, a "
            "parameter or a driver is too large to count with, or a rule gives no number"
        )


def _first_not_finite(values: Floats) -> int | None:
    """The first month (row) that has a NaN or an infinity."""
    finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
    return None if finite.all() else int(np.argmin(finite))
