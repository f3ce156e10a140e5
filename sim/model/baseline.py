"""The base year as the loops want it: firm types by road, and the pulls under which the world stands still."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.policies.regime import COALITION_BRAND, NEUTRAL_BRAND, Road, road_order

if TYPE_CHECKING:
    from sim.world import World

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Baseline:
    """Base-year trade by firm type (origin, headquarters, good) and road.

    Attributes:
        roads: the roads, in the order of the road axis.
        flow: musd per month, (type, road); the road to the own state is sales at home.
        background: part of ``flow`` sold by firms that consider no watched market; it stays as it is, (type, road).
        volume: musd per month of the firms that do consider one, (type,).
        share: their sales by road in the base year, rows sum to 1 or 0, (type, road).
        pull: base-year pulls (type, road) under which shares stay as they are given loyalty; rows sum to 1 or 0.
        origin: position of the type's state, (type,).
        headquarters: 0 coalition, 1 neutral, (type,).
        good: position of the type's good, (type,).
        destination: position of the road's final destination, (road,).
        hub: position of the road's hub among ``world.hubs``, -1 for direct roads, (road,).
        response: elasticity of road choice by type before the ``price_response`` multiple, (type,).
    """

    roads: tuple[Road, ...]
    flow: Floats
    background: Floats
    volume: Floats
    share: Floats
    pull: Floats
    origin: Integers
    headquarters: Integers
    good: Integers
    destination: Integers
    hub: Integers
    response: Floats

    @property
    def active(self) -> Integers:
        """Types with firms that consider a watched market."""
        return np.flatnonzero(self.volume > 0.0)


def watched_markets(world: World) -> NDArray[np.bool_]:
    """Whether the model moves a state's prices: the target's and the other buyers', (state,)."""
    return np.array([role in ("target", "buyer") for role in world.role])


@lru_cache(maxsize=16)
def baseline_of(world: World, home_share: float, loyalty: float, *, consideration: float) -> Baseline:
    """The base year of a world.

    Args:
        world: the world.
        home_share: share of exporting firms' sales that stay at home.
        loyalty: log points that the road in use gains.
        consideration: share of the watched markets in the sales of firms that consider them.
    """
    roads = road_order(world)
    n_states, n_goods = len(world.states), len(world.goods)
    flow = _flows(world, roads, home_share)
    types = np.indices((n_states, 2, n_goods)).reshape(3, -1)
    destination = np.array([road.destination for road in roads])
    background = _background(flow, watched_markets(world)[destination], consideration)
    volume = (flow - background).sum(axis=1)
    share = np.divide(flow - background, volume[:, None], out=np.zeros_like(flow), where=volume[:, None] > 0)
    hub_position = {hub: position for position, hub in enumerate(world.hubs)}
    return Baseline(
        roads=roads,
        flow=flow,
        background=background,
        volume=volume,
        share=share,
        pull=loyal_pulls(share, float(np.expm1(loyalty))),
        origin=types[0],
        headquarters=types[1],
        good=types[2],
        destination=destination,
        hub=np.array([-1 if road.hub is None else hub_position[road.hub] for road in roads]),
        response=np.asarray(world.price_elasticity, dtype=float)[types[2]],
    )


def _background(flow: Floats, watched: NDArray[np.bool_], consideration: float) -> Floats:
    """Flows of the firms that consider no watched market.

    Few of the world's exporters would ever sell to the target (market entry costs: Eaton, Kortum and Kramarz 2011).
    Those who would are taken to be as many as make the watched markets ``consideration`` of their sales; the others do
    not move, which also spares the sampled mode their noise.
    """
    seen = flow[:, watched].sum(axis=1)
    elsewhere = flow.sum(axis=1) - seen
    wanted = seen * (1.0 / consideration - 1.0)
    kept = np.minimum(1.0, np.divide(wanted, elsewhere, out=np.zeros_like(seen), where=elsewhere > 0))
    return np.where(watched[None, :], 0.0, flow * (1.0 - kept[:, None]))


def _flows(world: World, roads: tuple[Road, ...], home_share: float) -> Floats:
    """Base-year flows (type, road), musd per month."""
    exports = world.direct_musd.sum(axis=1) + world.through_musd.sum(axis=1)
    home = exports * home_share / (1.0 - home_share)
    hub_position = {hub: position for position, hub in enumerate(world.hubs)}
    brand = np.stack([world.coalition_hq_share, 1.0 - world.coalition_hq_share], axis=1)
    flow = np.zeros((len(world.states), 2, len(world.goods), len(roads)))
    for k, road in enumerate(roads):
        if road.hub is None:
            cell = world.direct_musd[:, road.destination, :].copy()
            cell[road.destination] = home[road.destination]
        else:
            cell = world.through_musd[:, hub_position[road.hub], :]
        for b in (COALITION_BRAND, NEUTRAL_BRAND):
            flow[:, b, :, k] = cell * brand[:, b, :]
    return flow.reshape(-1, len(roads))


def loyal_pulls(share: Floats, bonus: float) -> Floats:
    """Pulls whose choice, with loyalty to the road in use, has the given shares as its resting point.

    With pull ``b`` (summing to 1) and the road in use weighing ``1 + bonus`` times its pull, detailed balance makes
    shares proportional to ``b (1 + bonus b)``. So ``b`` solves ``b + bonus b^2 = c share`` with ``c`` such that ``b``
    sums to 1.

    Args:
        share: (type, road), rows sum to 1 or to 0.
        bonus: e^loyalty - 1.
    """
    if bonus == 0.0:
        return share.copy()
    scale = np.full(share.shape[0], 1.0)
    for _ in range(
        60
    ):  # Newton on a concave increasing function from below: converges monotonically, in under 10 steps
        root = np.sqrt(1.0 + 4.0 * bonus * scale[:, None] * share)
        gap = 1.0 - (2.0 * scale[:, None] * share / (root + 1.0)).sum(
            axis=1
        )  # the textbook root cancels for a small bonus
        slope = (share / root).sum(axis=1)
        step = np.divide(gap, slope, out=np.zeros_like(gap), where=slope > 0)
        scale += step
        if np.max(np.abs(step) / scale) < 1e-15:
            break
    root = np.sqrt(1.0 + 4.0 * bonus * scale[:, None] * share)
    pulls: Floats = 2.0 * scale[:, None] * share / (root + 1.0)
    return pulls
