"""Counter-based random numbers: a draw is a function of (seed, decision, month, agent) and of nothing else.

The same firm meets the same luck in every scenario, on any number of threads and in any back end, whoever else entered
or left, so that two runs differ only by what the policy changed (common random numbers keyed by the event; Klein,
Abeysuriya, Stuart and Kerr 2024, arXiv:2409.02086). The mixing function is SplitMix64's finaliser (Steele, Lea and
Flood 2014).
"""

from __future__ import annotations

import numpy as np
from numba import float64, njit, uint64

from sim.common.arrays import Floats
from sim.common.compilation import compiled

# One number per decision: two decisions of one agent in one month never share a draw. Append only.
TRAIT_CAUTION = 1
TRAIT_SIZE = 4
FIRST_ROAD = 5
CONTRACT_ENDS = 6
ROAD = 7
EXPORTER_LISTED = 8
TRADER_CAPACITY = 9
TRADER_STATUS = 10
TRADER_HIDING = 11
TIE = 12
FIRST_TIE = 13
INTELLIGENCE = 14
PARTICIPATES = 15
# Of analyses, which count from 101: none of the model.
ORDER_OF_CLAUSES = 101
DESIGN = 102
ORDER_OF_DRAWS = 103
WORLD_DRAW = 104
FORECAST_ERROR = 105

# An agent of a type has the identity type * IDENTITIES_PER_TYPE + its place within the type.
IDENTITIES_PER_TYPE = 1 << 32

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@njit(inline="always")
def mix(z):  # type: ignore[no-untyped-def]
    """Scatters the 64 bits of ``z`` (a bijection)."""
    z = (z ^ (z >> uint64(30))) * _MIX_1
    z = (z ^ (z >> uint64(27))) * _MIX_2
    return z ^ (z >> uint64(31))


def stream(seed: int, decision: int, month: int) -> np.uint64:
    """Key of one decision in one month, to be passed to :func:`uniform` with each agent's identity."""
    return np.uint64(_stream(np.uint64(seed), decision, month))  # compiled code hands 64 bits back as a plain int


@compiled
def _stream(seed, decision, month):  # type: ignore[no-untyped-def]
    key = mix(uint64(seed) + _STEP)
    key = mix(key + uint64(decision) * _STEP)
    return mix(key + uint64(month) * _STEP)


@njit(inline="always")
def uniform(key, identity):  # type: ignore[no-untyped-def]
    """A draw strictly inside (0, 1), double precision, for the agent ``identity``."""
    bits = mix(uint64(key) + uint64(identity) * _STEP)
    return (float64(bits >> uint64(11)) + 0.5) * 1.1102230246251565e-16


def uniforms(key: np.uint64, first: int, count: int) -> Floats:
    """Draws strictly inside (0, 1) for the identities ``first`` to ``first`` + ``count`` - 1."""
    drawn: Floats = _uniforms(key, first, count)
    return drawn


@compiled
def _uniforms(key, first, count):  # type: ignore[no-untyped-def]
    drawn = np.empty(count)
    for place in range(count):
        drawn[place] = uniform(key, first + place)
    return drawn
