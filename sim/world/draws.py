"""Draws worlds that the base year's figures leave possible: each recorded flow within its standard error.

A flow is drawn lognormally around its record, with the record as its mean. What all goods of a pair share is the error
of the pair's total; the rest of a flow's error moves its share in the pair. Where a world has no totals by pair, flows
move one by one. The target's imports of each good are published, so they are kept. The share of a hub's record that is
re-export has lognormal odds, up to the largest share that a world may have. Routes through two hubs stay the same
share of the second hub's re-exports; what passes hubs is taken apart again as in a world that is loaded.
"""

import hashlib
from collections.abc import Collection
from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from sim.common.arrays import Floats, Mask
from sim.common.random_streams import WORLD_DRAW, stream, uniforms
from sim.world.hub_flows import LARGEST_THROUGH_SHARE, through_hubs
from sim.world.schema import STATUSES
from sim.world.world import Codes, World

REEXPORTS = "re-exports"
# What can be drawn: flows by how they are known, and the shares of re-exports in the hubs' records.
PARTS = (*STATUSES, REEXPORTS)
_PAIRS, _FLOWS, _SHARES = 0, 1, 2


def drawn_world(world: World, seed: int, parts: Collection[str] = PARTS) -> World:
    """Return a world drawn within the errors of another.

    Args:
        world: The world; `flow_sd_log`, `pair_sd_log` and `reexport_sd_log` are its errors.
        seed: The same seed gives the same world.
        parts: What is drawn, of `PARTS`; the rest keeps its value, and what is drawn draws the same whatever else is.

    Returns:
        A world with other flows, which its digest tells apart; every other attribute is that of `world`.

    Example:
        >>> import sim
        >>> from sim.world.draws import drawn_world
        >>> drawn_world(sim.load_world("reference"), 1).states == sim.load_world("reference").states
        True
    """
    recorded = _drawn_flows(world, seed, parts)
    hubs, target = world.hubs, world.target
    left = world.leaving_musd
    share = _ratio(left, world.recorded_musd[list(hubs), target])
    if REEXPORTS in parts:
        share = _drawn_shares(share, world.reexport_sd_log, seed)
    chains = world.onward * world.through_musd.sum(axis=0)[:, None, :]
    direct, through, onward = through_hubs(
        recorded, share * recorded[list(hubs), target], _ratio(chains, left[None, :, :]), hubs, target
    )
    for array in (recorded, direct, through, onward):
        array.setflags(write=False)
    drawn = ", ".join(name for name in PARTS if name in parts)
    digest = hashlib.sha256(f"{world.digest}: {drawn} drawn with seed {seed}".encode()).hexdigest()
    return replace(
        world, recorded_musd=recorded, direct_musd=direct, through_musd=through, onward=onward, digest=digest
    )


def world_at(world: World, draw: int) -> World:
    """Return the world that a draw of parameters runs on: the first, representative one has the world as it is.

    Parameters are fitted to the world as it is, so a draw's world does not depend on its parameters.
    """
    return drawn_world(world, draw) if draw else world


def _drawn_flows(world: World, seed: int, parts: Collection[str]) -> Floats:
    """Return the drawn records [S, S, G]."""
    recorded = world.recorded_musd
    whole = np.where(_drawn(world.pair_status, parts), world.pair_sd_log, 0.0)
    part = np.sqrt(np.maximum(world.flow_sd_log**2 - world.pair_sd_log[:, :, None] ** 2, 0.0))
    drawn = recorded * _factor(np.where(_drawn(world.flow_status, parts), part, 0.0), seed, _FLOWS)
    # Shares move inside the pair; its total moves by the pair's own error alone.
    back = _ratio(recorded.sum(axis=2), drawn.sum(axis=2))
    drawn *= np.where(world.pair_status >= 0, back, 1.0)[:, :, None]
    drawn *= _factor(whole, seed, _PAIRS)[:, :, None]
    bought = drawn[:, world.target].sum(axis=0)
    drawn[:, world.target] *= _ratio(recorded[:, world.target].sum(axis=0), bought)
    return drawn


def _drawn_shares(share: Floats, sd_log: Floats, seed: int) -> Floats:
    """Return drawn shares [H, G]; nil stays nil, and the largest share stays what it is."""
    odds = _ratio(share, LARGEST_THROUGH_SHARE - share)
    odds *= np.exp(sd_log * _normal(sd_log.shape, seed, _SHARES))
    return np.where(share < LARGEST_THROUGH_SHARE, LARGEST_THROUGH_SHARE * odds / (1.0 + odds), share)


def _drawn(status: Codes, parts: Collection[str]) -> Mask:
    return np.isin(status, [code for code, name in enumerate(STATUSES) if name in parts])


def _factor(sd_log: Floats, seed: int, which: int) -> Floats:
    """Return lognormal factors of mean 1."""
    factor: Floats = np.exp(sd_log * _normal(sd_log.shape, seed, which) - sd_log**2 / 2)
    return factor


def _normal(shape: tuple[int, ...], seed: int, which: int) -> Floats:
    normal: Floats = ndtri(uniforms(stream(seed, WORLD_DRAW, which), 0, int(np.prod(shape)))).reshape(shape)
    return normal


def _ratio(over: Floats, under: Floats) -> Floats:
    over, under = np.broadcast_arrays(over, under)
    return np.divide(over, under, out=np.zeros(over.shape), where=under > 0)
