"""What passes the hubs on its way to the target, taken apart from the export records."""

import numpy as np

from sim.common.arrays import Floats

# A hub keeps at least this share of what it buys of a good from an origin, and of what it sells to the target.
LARGEST_THROUGH_SHARE = 0.9


def onward_chains(recorded: Floats, reexports: Floats, shares: Floats, hubs: tuple[int, ...]) -> Floats:
    """Return what goes from one hub to another on its way to the target.

    It is never above `LARGEST_THROUGH_SHARE` of the first hub's record towards the second.

    Args:
        recorded: [S, S, G] export records.
        reexports: [H, G] goods of other origins that the hub sells to the target, same unit.
        shares: [H, H, G], or [H, H, 1] for all goods alike: share of what the second hub re-exports that came through
            the first.
        hubs: Indices of the hubs.

    Returns:
        [H, H, G], first hub, second hub.
    """
    between_hubs = recorded[np.ix_(hubs, hubs)]
    return np.minimum(shares * reexports[None, :, :], LARGEST_THROUGH_SHARE * between_hubs)


def entering(reexports: Floats, chains: Floats) -> Floats:
    """Return what enters each hub from where it is made.

    That is what the hub sells to the target, less what came through other hubs, plus what it sends on to other hubs.
    Goods that came from another hub go straight to the target: two hubs at most.

    Args:
        reexports: [H, G] goods of other origins that the hub sells to the target.
        chains: [H, H, G] from hub to hub, same unit.

    Returns:
        [H, G], not negative as long as no hub has more than all its re-exports from other hubs.
    """
    entry: Floats = np.maximum(reexports - chains.sum(axis=0), 0.0) + chains.sum(axis=1)
    return entry


def split_through(
    recorded: Floats, entry: Floats, hubs: tuple[int, ...], target: int, chains: Floats | None = None
) -> Floats:
    """Split what enters each hub over the origins that supply it.

    Each origin's share is its share of the hub's imports of the good. Goods that came from the target do not go back.
    An origin's part is never above `LARGEST_THROUGH_SHARE` of its record towards the hub; what would be above that
    bound is left out, and so stays in the hub's own exports.

    Args:
        recorded: [S, S, G] export records.
        entry: [H, G] goods of other origins that enter the hub on their way to the target, same unit.
        hubs: Indices of the hubs.
        target: Index of the target.
        chains: [H, H, G] from hub to hub, same unit: they are in the first hub's record but not its own goods.

    Returns:
        [S, H, G] goods of each origin that enter each hub; their sum over origins is what really passes.
    """
    supplied = recorded[:, list(hubs), :].copy()
    if chains is not None:
        supplied[list(hubs)] -= chains
    supplied[target] = 0.0
    total = supplied.sum(axis=0)
    # Every origin supplies in proportion, so one bound on the common ratio bounds every cell.
    ratio = np.divide(entry, total, out=np.zeros_like(entry), where=total > 0)
    through: Floats = supplied * np.minimum(ratio, LARGEST_THROUGH_SHARE)
    return through


def leaving(entry: Floats, onward: Floats) -> Floats:
    """Return what leaves each hub for the target.

    Args:
        entry: [H, G] goods of other origins that enter each hub.
        onward: [H, H, G] share of what enters the first hub that goes on to the second.

    Returns:
        [H, G], same unit as `entry`.
    """
    chains = onward * entry[:, None, :]
    left: Floats = entry - chains.sum(axis=1) + chains.sum(axis=0)
    return left


def own_use(
    recorded: Floats, through: Floats, hubs: tuple[int, ...], target: int, onward: Floats | None = None
) -> Floats:
    """Return the flows for the destination's own use, of the exporter's own goods.

    What passes a hub stands in two records: the origin's towards the hub, and the hub's towards the target. What passes
    two stands in three. It is taken out of all of them, so that `direct` towards the target plus `through` equals what
    all offices record towards the target.

    Args:
        recorded: [S, S, G] export records.
        through: [S, H, G] goods that enter the hubs, same unit.
        hubs: Indices of the hubs.
        target: Index of the target.
        onward: [H, H, G] share of what enters the first hub that goes on to the second.

    Returns:
        [S, S, G], not negative.
    """
    places, entry = list(hubs), through.sum(axis=0)
    direct = recorded.copy()
    direct[:, places, :] -= through
    if onward is not None:
        direct[np.ix_(places, places)] -= onward * entry[:, None, :]
        entry = leaving(entry, onward)
    direct[places, target, :] -= entry
    return np.maximum(direct, 0.0)


def through_hubs(
    recorded: Floats, reexports: Floats, shares: Floats, hubs: tuple[int, ...], target: int
) -> tuple[Floats, Floats, Floats]:
    """Take the goods that pass hubs on their way to the target apart from the records.

    Args:
        recorded: [S, S, G] export records.
        reexports: [H, G] goods of other origins that each hub sells to the target, same unit.
        shares: [H, H, G], or [H, H, 1]: share of what the second hub re-exports that came through the first.
        hubs: Indices of the hubs.
        target: Index of the target.

    Returns:
        `direct_musd`, `through_musd` and `onward` of a world.
    """
    chains = onward_chains(recorded, reexports, shares, hubs)
    entry = entering(reexports, chains)
    through = split_through(recorded, entry, hubs, target, chains)
    onward = np.divide(chains, entry[:, None, :], out=np.zeros_like(chains), where=chains > 0)
    return own_use(recorded, through, hubs, target, onward), through, onward
