"""What a run keeps of every month, copied out of the model after each step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.common.errors import SimError
from sim.common.freed_memory import keep_freed_memory
from sim.common.months import format_month
from sim.model.kernels.intermediaries import count_firms
from sim.model.kernels.sums import NO_NUMBERS, ZEROS, content_of, copy_columns, copy_table, sum_passages
from sim.model.records import DELIVERED, STOPPED

if TYPE_CHECKING:
    from collections.abc import Collection

    from sim.common.arrays import Floats
    from sim.model.interface import Model


@dataclass(eq=False)
class Record:
    """Arrays by month; those of orders for the target, half of a record and mostly zeros, are put together when read.

    Dimensions: M months, T types, K roads, R roads to the target (the first R), S states, B brands, G goods, H hubs.

    Attributes:
        delivered: musd at base-year prices, (M, T, K).
        fate: what orders for the target came to, (M, 8, T, R); see :data:`sim.model.records.ORDER_STATUS`.
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
    pieces: dict[str, _Pieces]

    def __getattr__(self, name: str) -> Floats:
        """An array that is put together now; what was not asked for is not there."""
        pieces: dict[str, _Pieces] = self.__dict__.get("pieces", {})
        if name not in pieces:
            raise AttributeError(f"the run did not keep '{name}'")
        whole = pieces.pop(name).whole()
        setattr(self, name, whole)
        return whole

    def names(self) -> list[str]:
        """The arrays that the run kept."""
        return [*(name for name in vars(self) if name != "pieces"), *self.__dict__.get("pieces", ())]


@dataclass(eq=False)
class _Pieces:
    """An array of the record in pieces: what of it is not zero all through, by position in the array."""

    shape: tuple[int, ...]
    found: dict[tuple[int, ...], Floats] = field(default_factory=dict)

    def whole(self) -> Floats:
        """The array."""
        whole = np.zeros(self.shape)
        for position, piece in self.found.items():
            whole[position] = piece
        return whole


# What is checked for numbers as it is copied, so that it is read once: nine tenths of a record.
_LARGE = ("delivered", "fate", "shipped", "banned", "evading", "as_parts", "exports", "imports")
_IN_PIECES = ("fate", "shipped", "banned", "evading", "as_parts")


def blank_record(model: Model, months: int, kept: Collection[str] | None = None) -> Record:
    """An empty record for a run of so many months.

    Args:
        model: the model.
        months: of the run.
        kept: arrays that are wanted, beside ``log_price``; all by default. The others cannot be read.
    """
    n_types, n_routes = model.base.flow.shape
    s, g, h = len(model.world.states), len(model.world.goods), len(model.world.hubs)
    target_routes = model.constants.routes.target_routes

    lanes, market, cell, square = (n_types, target_routes), (s, 2, g), (s, g), (s, s, g)
    shapes: dict[str, tuple[int, ...]] = {
        "delivered": (n_types, n_routes), "fate": (8, *lanes), "shipped": lanes, "banned": lanes, "evading": lanes,
        "as_parts": lanes, "log_price": market, "stocks": market, "exports": square, "imports": square,
        "reexports": (h, g), "passed_on": (h, h, g), "hidden": cell, "borrowed": cell, "exported": cell, "word": (s,),
        "law": (s,), "effort": (s,), "provoked": (s,), "resolve": (s,), "agents": (s,), "pressure": (s,),
        "threat": (s,), "firms_listed": (s,), "onward": (h, g, h), "hubs": (6, h), "activity": cell, "need": cell,
        "replaced": cell, "tracking": (h, g),
    }  # fmt: skip
    keep_freed_memory()
    record = object.__new__(Record)
    wanted = {name: (months, *shape) for name, shape in shapes.items() if kept is None or name in (*kept, "log_price")}
    record.__dict__["pieces"] = {name: _Pieces(wanted.pop(name)) for name in _IN_PIECES if name in wanted}
    for name, shape in wanted.items():
        setattr(record, name, np.empty(shape))
    return record


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


def keep(model: Model, record: Record) -> bool:
    """Copies the model's month, one that the scenario tells of, into the record.

    Returns:
        Whether all of it that is large is a number, see :func:`refuse_not_finite`.
    """
    m, state, kept = _row(model), model.state, vars(record)
    sound = _keep_lanes(model, record)
    if "onward" in kept:
        delivered, shares = state.shipments.order_status[DELIVERED], state.transit.exit_hub_shares
        sum_passages(model.constants.routes, delivered, shares, state.hubs.capacity_share, record.onward[m])
    for group, names in _COPIED.items():
        held = getattr(state, group)
        for name, source in names.items():
            if name in kept:
                kept[name][m] = getattr(held, source)
    for name, table in model.customs._asdict().items():
        if name in _LARGE and name in kept:
            sound &= copy_table(table.reshape(-1), kept[name][m].reshape(-1))
        elif name in kept:
            kept[name][m] = table
    for name in ("pressure", "threat"):
        if name in kept:
            kept[name][m] = model.regime.state(name)
    if "tracking" in kept:
        record.tracking[m] = model.regime.cell("tracking")[model.constants.routes.hub_states]
    if "hubs" in kept:
        _keep_hubs(model, record.hubs[m])
    return sound


def _row(model: Model) -> int:
    """The row of the model's month in a record."""
    return model.month - model.plan.months.first


def _keep_lanes(model: Model, record: Record) -> bool:
    """Copies what is by type and route; whether it is all numbers."""
    m, shipments, kept = _row(model), model.state.shipments, record.names()
    status, routes = shipments.order_status, shipments.order_status.shape[2]
    tables: dict[str, dict[tuple[int, ...], Floats]] = {
        "fate": {(m, position): status[position] for position in range(len(status))},
        "banned": {(m,): shipments.banned_shipped},
        "evading": {(m,): shipments.evading},
        "as_parts": {(m,): model.state.evasion.shipped_as_components},
    }
    sound = True
    if "shipped" in kept:
        tables["shipped"] = {(m,): shipments.cleared[:, :routes] + status[STOPPED]}
    for name in tables:
        for position, table in tables[name].items() if name in kept else ():
            sound &= _keep_table(record, name, position, table)
    if "delivered" in kept:
        sound &= copy_columns(status[DELIVERED], 0, record.delivered[m, :, :routes])
        sound &= copy_columns(shipments.cleared, routes, record.delivered[m])
    return sound


def _keep_table(record: Record, name: str, position: tuple[int, ...], table: Floats) -> bool:
    """Copies one table, unless it is zero all through; whether it is all numbers."""
    content = content_of(table.reshape(-1))
    if name not in record.pieces:
        getattr(record, name)[position] = table
    elif content != ZEROS:
        record.pieces[name].found[position] = table.copy()
    return content != NO_NUMBERS


def _keep_hubs(model: Model, by_hub: Floats) -> None:
    hubs, held = model.state.hubs, model.intermediary_columns
    by_hub[0], by_hub[1], by_hub[2] = hubs.capacity_utilisation, hubs.log_markup, hubs.capacity_share
    count_firms(held, by_hub[3:])


def refuse_not_finite(record: Record, first_month: int, *, sound: bool = False) -> None:
    """Says that a run has ended in what is no number; nothing of it would mean anything.

    Args:
        record: of a finished run.
        first_month: of the run.
        sound: whether :func:`keep` found all that is large to be numbers.

    Raises:
        SimError: some array holds NaN or infinity; the first month and what it is are named.
    """
    asked = [name for name in record.names() if not (sound and name in _LARGE)]
    since = {name: _first_not_finite(getattr(record, name)) for name in asked}
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
