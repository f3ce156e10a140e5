"""Points that fill the unit cube evenly, the same for the same seed, and growing without losing a point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.common import random_streams
from sim.common.random_streams import stream, uniform

Floats = NDArray[np.float64]


def latin_hypercube(points: int, factors: int, seed: int) -> Floats:
    """A Latin hypercube, (point, factor), whose first half is one too where ``points`` is even.

    Each factor's range falls into ``points`` bins, and each bin holds one point. Twice the bins leave the points where
    they are and fill the bins left empty, in random order (the doubling of a Latin hypercube: Sallaberry, Helton and
    Hora, Reliability Engineering and System Safety 93, 2008, without their treatment of correlation).
    """
    if points % 2 == 0 and points > 1:
        first = latin_hypercube(points // 2, factors, seed)
        return np.vstack([first, _filling(first, points, seed)])
    return _in_bins(np.tile(np.arange(points), (factors, 1)).T, points, (seed, 0))


def _filling(first: Floats, points: int, seed: int) -> Floats:
    taken = np.floor(first * points).astype(np.int64)
    empty = np.column_stack([np.setdiff1d(np.arange(points), column) for column in taken.T])
    return _in_bins(empty, points, (seed, len(first)))


def _in_bins(bins: NDArray[np.int64], points: int, key: tuple[int, int]) -> Floats:
    """Points at random places in bins, the bins of each factor in an order of its own."""
    seed, first = key
    count, factors = bins.shape
    chosen = np.empty((count, factors))
    for factor in range(factors):
        luck = _uniforms(stream(seed, random_streams.DESIGN, factor), 2 * first, 2 * count)
        order = np.argsort(luck[:count], kind="stable")
        chosen[:, factor] = (bins[order, factor] + luck[count:]) / points
    return chosen


def _uniforms(key: np.uint64, first: int, count: int) -> Floats:
    return np.fromiter((float(uniform(key, first + place)) for place in range(count)), dtype=np.float64, count=count)


def sobol(points: int, factors: int, seed: int) -> Floats:
    """The first points of a scrambled Sobol sequence, (point, factor)."""
    sequence = qmc.Sobol(factors, scramble=True, rng=seed)
    drawn: Floats = sequence.random_base2(max(0, (points - 1).bit_length()))
    return drawn[:points]
