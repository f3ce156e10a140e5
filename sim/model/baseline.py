"""The base year as the loops want it: firm types by route, and the weights under which the world stands still."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.policies.regime import COALITION_BRAND, NEUTRAL_BRAND, Road, road_order

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers, Mask
    from sim.world import World


@dataclass(frozen=True, eq=False)
class Baseline:
    """Base-year trade by firm type (origin, headquarters, good) and route.

    Attributes:
        routes: the routes, in the order of the route axis.
        flow: musd per month, (type, route); the route to the own state is sales at home.
        background: part of ``flow`` sold by firms that consider no price-adjusting market, (type, route).
        volume: musd per month of the firms that do consider one, (type,).
        share: their sales by route in the base year, rows sum to 1 or 0, (type, route).
        weight: base-year weights (type, route) under which shares stay as they are given loyalty; rows sum to 1 or 0.
        origin: position of the type's state, (type,).
        headquarters: 0 coalition, 1 neutral, (type,).
        good: position of the type's good, (type,).
        destination: position of the route's final destination, (route,).
        hub: position of the route's hub among ``world.hubs``, -1 for direct routes, (route,).
        price_elasticity: of route choice by type, before the ``price_response`` multiple, (type,).
    """

    routes: tuple[Road, ...]
    flow: Floats
    background: Floats
    volume: Floats
    share: Floats
    weight: Floats
    origin: Integers
    headquarters: Integers
    good: Integers
    destination: Integers
    hub: Integers
    price_elasticity: Floats

    @property
    def active(self) -> Integers:
        """Types with firms that consider a price-adjusting market."""
        return np.flatnonzero(self.volume > 0.0)


def price_adjusting_markets(world: World) -> Mask:
    """Whether the model moves a state's prices: the target's and the other buyers', (state,)."""
    return np.array([role in ("target", "buyer") for role in world.role])


@lru_cache(maxsize=16)
def baseline_of(world: World, home_share: float, loyalty: float, *, consideration: float) -> Baseline:
    """The base year of a world.

    Args:
        world: the world.
        home_share: share of exporting firms' sales that stay at home.
        loyalty: log points that the route in use gains.
        consideration: share of the price-adjusting markets in the sales of firms that consider them.
    """
    routes = road_order(world)
    n_states, n_goods = len(world.states), len(world.goods)
    flow = _flows(world, routes, home_share)
    types = np.indices((n_states, 2, n_goods)).reshape(3, -1)
    destination = np.array([route.destination for route in routes])
    background = _background(flow, price_adjusting_markets(world)[destination], consideration)
    volume = (flow - background).sum(axis=1)
    share = np.divide(flow - background, volume[:, None], out=np.zeros_like(flow), where=volume[:, None] > 0)
    hub_position = {hub: position for position, hub in enumerate(world.hubs)}
    return Baseline(
        routes=routes,
        flow=flow,
        background=background,
        volume=volume,
        share=share,
        weight=loyal_weights(share, float(np.expm1(loyalty))),
        origin=types[0],
        headquarters=types[1],
        good=types[2],
        destination=destination,
        hub=np.array([-1 if route.hub is None else hub_position[route.hub] for route in routes]),
        price_elasticity=np.asarray(world.price_elasticity, dtype=float)[types[2]],
    )


def _background(flow: Floats, adjusting: Mask, consideration: float) -> Floats:
    """Flows of the firms that consider no watched market.

    Few of the world's exporters would ever sell to the target (market entry costs: Eaton, Kortum and Kramarz 2011).
    Those who would are taken to be as many as make the price-adjusting markets ``consideration`` of their sales; the
    others do not move, which also spares the sampled mode their noise.
    """
    there = flow[:, adjusting].sum(axis=1)
    elsewhere = flow.sum(axis=1) - there
    considered = there * (1.0 / consideration - 1.0)
    kept = np.minimum(1.0, np.divide(considered, elsewhere, out=np.zeros_like(there), where=elsewhere > 0))
    return np.where(adjusting[None, :], 0.0, flow * (1.0 - kept[:, None]))


def _flows(world: World, routes: tuple[Road, ...], home_share: float) -> Floats:
    """Base-year flows (type, route), musd per month."""
    exports = world.direct_musd.sum(axis=1) + world.through_musd.sum(axis=1)
    home = exports * home_share / (1.0 - home_share)
    hub_position = {hub: position for position, hub in enumerate(world.hubs)}
    brand = np.stack([world.coalition_hq_share, 1.0 - world.coalition_hq_share], axis=1)
    flow = np.zeros((len(world.states), 2, len(world.goods), len(routes)))
    for k, route in enumerate(routes):
        if route.hub is None:
            cell = world.direct_musd[:, route.destination, :].copy()
            cell[route.destination] = home[route.destination]
        else:
            cell = world.through_musd[:, hub_position[route.hub], :]
        for b in (COALITION_BRAND, NEUTRAL_BRAND):
            flow[:, b, :, k] = cell * brand[:, b, :]
    return flow.reshape(-1, len(routes))


def loyal_weights(share: Floats, bonus: float) -> Floats:
    """Weights whose choice, with loyalty to the route in use, has the given shares as its resting point.

    With weight ``b`` (summing to 1) and the route in use weighing ``1 + bonus`` times that, detailed balance makes
    shares proportional to ``b (1 + bonus b)``. So ``b`` solves ``b + bonus b^2 = c share`` with ``c`` such that ``b``
    sums to 1.

    Args:
        share: (type, route), rows sum to 1 or to 0.
        bonus: e^loyalty - 1.
    """
    if bonus == 0.0:
        return share.copy()
    scale = np.full(share.shape[0], 1.0)
    for _ in range(60):  # Newton on a concave increasing function from below: monotonic, in under 10 steps
        root = np.sqrt(1.0 + 4.0 * bonus * scale[:, None] * share)
        # The textbook root cancels for a small bonus.
        gap = 1.0 - (2.0 * scale[:, None] * share / (root + 1.0)).sum(axis=1)
        slope = (share / root).sum(axis=1)
        step = np.divide(gap, slope, out=np.zeros_like(gap), where=slope > 0)
        scale += step
        if np.max(np.abs(step) / scale) < 1e-15:
            break
    root = np.sqrt(1.0 + 4.0 * bonus * scale[:, None] * share)
    weights: Floats = 2.0 * scale[:, None] * share / (root + 1.0)
    return weights
