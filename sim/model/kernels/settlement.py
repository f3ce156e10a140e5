"""Hubs and delivery: where every dollar that was ordered ends up, after what :mod:`.borders` leaves of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from sim.common.arrays import Floats, Marks
from sim.common.compilation import compiled, inlined
from sim.model.records import DELIVERED, UNSOLD

if TYPE_CHECKING:
    from sim.model.records import Routes
    from sim.rules.parameters import LoopParameters

Number = TypeVar("Number", float, Floats)


class Deliveries(NamedTuple):
    """What is delivered, and what becomes of it.

    Attributes:
        cleared: what reaches its destination or its hub's intermediaries, (T, K).
        stirred: whether anything but delivery in full may happen on routes to other states than the target, (T,).
        order_status: what became of every order for the target, (8, T, R).
        arrivals: for use, out of deliveries and stocks, (destination, headquarters, good).
        stocks: bought ahead, (destination, headquarters, good).
    """

    cleared: Floats
    stirred: Marks
    order_status: Floats
    arrivals: Floats
    stocks: Floats


@compiled
def settle(
    routes: Routes,
    exit_hub_shares: Floats,
    capacity_share: Floats,
    coming: Floats,
    parameters: LoopParameters,
    deliveries: Deliveries,
) -> None:
    """Delivers what the hubs can carry, puts aside what was bought ahead, and sums arrivals for use.

    Args:
        routes: who sells what by which routes.
        exit_hub_shares: by (entry hub, good, exit hub).
        capacity_share: share of its consignments that each hub carries, (hub,).
        coming: share of lines that announced law will bind, (T, K).
        parameters: see :func:`sim.rules.parameters.for_loops`.
        deliveries: delivered and unsold filled in ``order_status``, ``arrivals`` filled, ``stocks`` updated.
    """
    values = parameters[0]
    origin, brand, good, destination, hub = (
        routes.origin, routes.headquarters, routes.good, routes.destination, routes.hub
    )  # fmt: skip
    cleared, arrivals, stocks, stirred = (
        deliveries.cleared, deliveries.arrivals, deliveries.stocks, deliveries.stirred
    )  # fmt: skip
    unsold, delivered = deliveries.order_status[UNSOLD], deliveries.order_status[DELIVERED]
    n_target, n_routes, target = routes.target_routes, cleared.shape[1], routes.target
    n_brands, n_goods = stocks.shape[1], stocks.shape[2]
    for d in range(stocks.shape[0]):
        for b in range(n_brands):
            for g in range(n_goods):
                arrivals[d, b, g] = values.stock_use * stocks[d, b, g]
                stocks[d, b, g] -= arrivals[d, b, g]
    not_carried = np.zeros((n_goods, n_target))
    for k in range(n_target):
        if hub[k] >= 0:
            for g in range(n_goods):
                for j in range(len(capacity_share)):
                    not_carried[g, k] += exit_hub_shares[hub[k], g, j] * (1.0 - capacity_share[j])
    # Arrivals elsewhere with the routes side by side, as they are in what is cleared.
    elsewhere = np.empty((n_brands, n_goods, n_routes))
    for k in range(n_target, n_routes):
        elsewhere[:, :, k] = arrivals[destination[k]]
    for t in range(len(origin)):
        o, b, g = origin[t], brand[t], good[t]
        for k in range(n_target):
            unsold[t, k] = cleared[t, k] * not_carried[g, k]
            delivered[t, k] = cleared[t, k] - unsold[t, k]
        if o != target:
            for k in range(n_target):
                stocked = 0.0
                if coming[t, k] != 0.0:
                    stocked = _bought_ahead(delivered[t, k], values.front_loading * coming[t, k])
                    stocks[target, b, g] += stocked
                arrivals[target, b, g] += delivered[t, k] - stocked
        if stirred[t]:
            for k in range(n_target, n_routes):
                if destination[k] != o:
                    stocked = _bought_ahead(cleared[t, k], values.front_loading * coming[t, k])
                    stocks[destination[k], b, g] += stocked
                    elsewhere[b, g, k] += cleared[t, k] - stocked
        else:
            for k in range(n_target, n_routes):
                elsewhere[b, g, k] += cleared[t, k] if destination[k] != o else 0.0
    for k in range(n_target, n_routes):
        arrivals[destination[k]] = elsewhere[:, :, k]


@inlined
def _bought_ahead(goods: float, ahead: float) -> float:
    """What is put into stock of goods that arrive, if buyers ordered the part ``ahead`` on top of what they use."""
    return goods * ahead / (1.0 + ahead)


@inlined
def unseen_by_hub(ghost: float, evading: Number, tracked: Number) -> Number:
    """Share of what is sent through a hub that never meets its officers: ghost transit that tracking does not show.

    Args:
        ghost: share of what evades a shut route through a hub that never arrives there.
        evading: share of what is sent that is banned, or that would go direct if it could.
        tracked: share of the good's passage that tracking shows to the officers.
    """
    return ghost * evading * (1.0 - tracked)
