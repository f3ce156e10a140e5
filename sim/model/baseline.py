"""The base year as the loops want it: firm types by route, and who of them sells to the target."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.policies.lane_index import Road, road_order
from sim.policies.regime import COALITION_BRAND, NEUTRAL_BRAND

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers, Mask
    from sim.world import World


@dataclass(frozen=True, eq=False)
class Baseline:
    """Base-year trade by firm type (origin, headquarters, good) and route.

    The firms that could sell to the target are a type's pool; a part of them, its participants, does in the base year.
    What is passed on through hubs is the intermediaries' doing and no choice of exporters.

    Attributes:
        routes: the routes, in the order of the route axis.
        flow: musd per month, (type, route); the route to the own state is sales at home.
        background: part of ``flow`` that is not the pool's: sales of firms that would never sell to a price-adjusting
            market, and all that goes through hubs, (type, route).
        volume: musd per month of the pool, (type,).
        share: the pool's sales by route in the base year, rows sum to 1 or 0, (type, route).
        weight: participants' sales by route in the base year, rows sum to 1 or 0, (type, route); the others of the pool
            sell in the same proportions, but not to the target.
        participation: share of the pool that participates in the base year, above 0, (type,).
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
    participation: Floats
    origin: Integers
    headquarters: Integers
    good: Integers
    destination: Integers
    hub: Integers
    price_elasticity: Floats

    @property
    def active(self) -> Integers:
        """Types with firms that could sell to a price-adjusting market."""
        return np.flatnonzero(self.volume > 0.0)


# No type has fewer participants than this share of its pool: entry from nothing would have no rate.
_FEWEST_PARTICIPANTS = 0.02


def price_adjusting_markets(world: World) -> Mask:
    """Whether the model moves a state's prices: the target's and the other buyers', (state,)."""
    return np.array([role in ("target", "buyer") for role in world.role])


@lru_cache(maxsize=16)
def baseline_of(world: World, home_share: float, *, exponent: float, participant_share: float) -> Baseline:
    """The base year of a world.

    Args:
        world: the world.
        home_share: share of exporting firms' sales that stay at home.
        exponent: participation is the target's share in a type's exports to this power.
        participant_share: share of the target in what participants could turn there.
    """
    routes = road_order(world)
    n_states, n_goods = len(world.states), len(world.goods)
    flow = _flows(world, routes, home_share)
    types = np.indices((n_states, 2, n_goods)).reshape(3, -1)
    destination = np.array([route.destination for route in routes])
    direct = np.array([route.hub is None for route in routes])
    participation = _participation(flow, home_share, exponent)
    watched = price_adjusting_markets(world)[destination] & direct
    pool = _pool(flow * direct, watched, participant_share * participation)
    volume = pool.sum(axis=1)
    share = np.divide(pool, volume[:, None], out=np.zeros_like(flow), where=volume[:, None] > 0)
    hub_position = {hub: position for position, hub in enumerate(world.hubs)}
    # The pool may be all that a type makes; then more of it than the exponent says sells to the target.
    participation = np.maximum(participation, share[:, 0])
    return Baseline(
        routes=routes,
        flow=flow,
        background=flow - pool,
        volume=volume,
        share=share,
        weight=participants_weights(share, participation),
        participation=participation,
        origin=types[0],
        headquarters=types[1],
        good=types[2],
        destination=destination,
        hub=np.array([-1 if route.hub is None else hub_position[route.hub] for route in routes]),
        price_elasticity=np.asarray(world.price_elasticity, dtype=float)[types[2]],
    )


def _participation(flow: Floats, home_share: float, exponent: float) -> Floats:
    """Share of each type's firms that sell to the target in the base year, (type,); the target's own firms all do."""
    exports = flow.sum(axis=1) * (1.0 - home_share)
    share = np.divide(flow[:, 0], exports, out=np.zeros_like(exports), where=exports > 0)
    participation: Floats = np.clip(np.minimum(share, 1.0) ** exponent, _FEWEST_PARTICIPANTS, 1.0)
    return participation


def _pool(direct: Floats, watched: Mask, target_share: Floats) -> Floats:
    """Flows of the firms that could sell to a price-adjusting market, (type, route).

    They are as many as make the target ``target_share`` of their sales, and no more than there are. The others do not
    move, which also spares the sampled mode their noise.
    """
    there = direct[:, watched].sum(axis=1)
    elsewhere = direct.sum(axis=1) - there
    wanted = np.where(direct[:, 0] > 0, direct[:, 0], there) / target_share
    kept = np.divide(wanted - there, elsewhere, out=np.zeros_like(there), where=elsewhere > 0)
    return np.where(watched[None, :], direct, direct * np.clip(kept, 0.0, 1.0)[:, None])


def participants_weights(share: Floats, participation: Floats) -> Floats:
    """Participants' sales by route: they make all that goes to the target, and as much elsewhere as the others do."""
    at_target = share[:, 0] / participation
    elsewhere = share.copy()
    elsewhere[:, 0] = 0.0
    total = elsewhere.sum(axis=1)
    weight: Floats = elsewhere * np.divide(1.0 - at_target, total, out=np.zeros_like(total), where=total > 0)[:, None]
    weight[:, 0] = at_target
    return weight


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
