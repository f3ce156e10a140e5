"""What a run keeps of every month, copied out of the model after each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.common.errors import SimError
from sim.common.months import format_month
from sim.model.kernels.intermediaries import count_firms
from sim.model.kernels.settlement import DELIVERED, STOPPED
from sim.model.kernels.sums import sum_passages

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.model.interface import Model


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


def blank_record(model: Model, months: int) -> Record:
    """An empty record for a run of so many months."""
    n_types, n_routes = model.base.flow.shape
    s, g, h = len(model.world.states), len(model.world.goods), len(model.world.hubs)
    target_routes = model.constants.routes.target_routes

    def table(*shape: int) -> Floats:
        return np.empty((months, *shape))

    return Record(
        delivered=table(n_types, n_routes), fate=table(8, n_types, target_routes),
        shipped=table(n_types, target_routes), banned=table(n_types, target_routes),
        evading=table(n_types, target_routes), as_parts=table(n_types, target_routes), log_price=table(s, 2, g),
        stocks=table(s, 2, g),
        exports=table(s, s, g), imports=table(s, s, g), reexports=table(h, g), passed_on=table(h, h, g),
        hidden=table(s, g), borrowed=table(s, g), exported=table(s, g), word=table(s), law=table(s), effort=table(s),
        provoked=table(s), resolve=table(s), agents=table(s), pressure=table(s), threat=table(s), firms_listed=table(s),
        onward=table(h, g, h), hubs=table(6, h), activity=table(s, g), need=table(s, g), replaced=table(s, g),
        tracking=table(h, g),
    )  # fmt: skip


# Copied as they stand: arrays of the record, by where they come from in the model's state.
_COPIED = {
    "markets": {
        "log_price": "log_price", "stocks": "stocks", "activity": "demand_multiplier", "need": "war_demand",
        "replaced": "import_substitution",
    },
    "governments": {
        "word": "announced_policy", "law": "enacted_law", "effort": "enforcement_effort",
        "provoked": "triggered_threat", "resolve": "resolve", "agents": "payment_intermediaries",
        "firms_listed": "firms_listed",
    },
}  # fmt: skip


def keep(model: Model, record: Record) -> None:
    """Copies the model's month into the record."""
    m, state, regime = model.elapsed, model.state, model.regime
    status, hubs, shares = state.shipments.order_status, state.hubs, state.transit.exit_hub_shares
    routes = record.fate.shape[3]
    record.delivered[m] = status[DELIVERED]
    record.fate[m] = status[:, :, :routes]
    np.add(state.shipments.cleared[:, :routes], status[STOPPED, :, :routes], out=record.shipped[m])
    record.banned[m] = state.shipments.banned_shipped[:, :routes]
    record.evading[m] = state.shipments.evading[:, :routes]
    record.as_parts[m] = state.evasion.shipped_as_components[:, :routes]
    sum_passages(
        model.constants.routes, status[DELIVERED], shares, hubs.capacity_share, record.onward[m]
    )  # fmt: skip
    for group, names in _COPIED.items():
        for name, source in names.items():
            getattr(record, name)[m] = getattr(getattr(state, group), source)
    for name, table in model.customs._asdict().items():
        getattr(record, name)[m] = table
    record.pressure[m] = regime.state("pressure")
    record.threat[m] = regime.state("threat")
    record.tracking[m] = regime.cell("tracking")[model.constants.routes.hub_states]
    by_hub = record.hubs[m]
    by_hub[0], by_hub[1], by_hub[2] = hubs.capacity_utilisation, hubs.log_markup, hubs.capacity_share
    held = model.intermediary_columns
    count_firms(held.hub, held.status_shares, held.reentries, held.represents, by_hub[3:])


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
