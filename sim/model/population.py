"""The exporters as columns: who they are, drawn once from their identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from sim.common import random_streams
from sim.common.compilation import compiled
from sim.common.numerics import exp

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers
    from sim.model.baseline import Baseline
    from sim.model.records import FirmTypes
    from sim.rules.parameters import Values

SIZE_SPAN = 1e5  # largest over smallest exporter: the Pareto tail is cut where one firm would be a national industry
_SMALLEST_GROUP = 1
# In the order of the draw's columns.
_TRAITS = (
    random_streams.TRAIT_AVERSION,
    random_streams.TRAIT_EXPOSURE,
    random_streams.TRAIT_REPUTATION,
    random_streams.TRAIT_SIZE,
    random_streams.FIRST_ROAD,
)


class ExporterColumns(NamedTuple):
    """Columns over exporters, sorted by type.

    Each row stands for the same value of its type's trade (firms are drawn with odds proportional to size), so that the
    heavy tail of sizes does not turn into noise; ``size`` says how large the firm is that the row describes.

    Attributes:
        start: first row of each type, (type + 1,).
        aversion, exposure, reputation: traits (row,), see :func:`sim.rules.route_choice.road_pull`.
        size: exports of the firm in musd per year, (row,).
        route: route in use (row,); like the next three, empty in expected mode.
        listed: 1 if listed (row,).
        since: month in which the contract began, counted from the run's first month (row,).
        intermediary: that a contract through a hub goes by, counted from 1; 0 for none (row,).
        spread: share of the row's trade by (row, listed or not, route), expected mode; empty in sampled mode.
    """

    start: Integers
    aversion: NDArray[np.float32]
    exposure: NDArray[np.float32]
    reputation: NDArray[np.float32]
    size: NDArray[np.float32]
    route: NDArray[np.uint8]
    listed: NDArray[np.uint8]
    since: NDArray[np.int16]
    intermediary: NDArray[np.int32]
    spread: Floats

    @property
    def rows(self) -> int:
        """How many rows of exporters there are."""
        return len(self.aversion)

    def type_of(self, row: int) -> int:
        """Type of a row."""
        return int(np.searchsorted(self.start, row, side="right") - 1)

    def rows_by_route(self, routes: int) -> Integers:
        """Rows of each type on each route, (type, route); zeros in expected mode."""
        types = len(self.start) - 1
        if not len(self.route):
            return np.zeros((types, routes), dtype=np.int64)
        kind = np.repeat(np.arange(types), np.diff(self.start))
        return np.bincount(kind * routes + self.route, minlength=types * routes).reshape(types, routes).astype(np.int64)

    def identity(self, row: int) -> int:
        """Identity that the row's random numbers depend on: its type and its place within it, whatever the others."""
        kind = self.type_of(row)
        return kind * random_streams.IDENTITIES_PER_TYPE + (row - int(self.start[kind]))


class Traits(NamedTuple):
    """What exporters are drawn from.

    Attributes:
        keys: random streams of aversion, exposure, reputation, size and first route, (5,).
        means: of aversion, exposure and reputation by type, (3, T).
        spreads: log sd of aversion, exposure and reputation, exponent of the Pareto tail of sizes, (4,).
        mean_size: musd per year.
        share: base-year sales by route, (T, K).
        expected: rows spread over routes instead of standing on one.
    """

    keys: NDArray[np.uint64]
    means: Floats
    spreads: Floats
    mean_size: float
    share: Floats
    expected: bool


def group_sizes(base: Baseline, markets: Integers, exporters: int) -> Integers:
    """Rows per type, at least one: more where a market's supply would otherwise be more uncertain.

    Neyman (1934) allocation to the spread of a type's sales in each price-adjusting market, counted against the
    geometric mean of that market's total and its total of the type's good, so that neither large goods nor small ones
    drown in noise.

    Raises:
        ValueError: fewer rows than types that trade.
    """
    active = base.active
    if not len(active):
        raise ValueError(
            "no exporter of this world sells to a market whose prices move; its baseline has no such trade"
        )
    if exporters < _SMALLEST_GROUP * len(active):
        raise ValueError(
            f"agents.exporters: {exporters} exporters cannot cover {len(active)} firm types; one each is needed"
        )
    variance = np.zeros(len(active))
    for market in markets:
        sold = base.flow[:, base.destination == market].sum(axis=1) * (base.origin != market)
        by_good = np.bincount(base.good, weights=sold)[base.good[active]]
        share = sold[active] / base.volume[active]
        scale = np.sqrt(by_good * sold.sum())
        scaled = np.divide(base.volume[active], scale, out=np.zeros(len(active)), where=scale > 0)
        variance += scaled**2 * share * (1.0 - share)
    weight = np.sqrt(variance)
    weight = 0.9 * weight / weight.sum() + 0.1 / len(active)
    spare = exporters - _SMALLEST_GROUP * len(active)
    exact = weight * spare
    counts = np.floor(exact).astype(np.int64)
    remainder = spare - int(counts.sum())
    counts[np.argsort(-(exact - counts), kind="stable")[:remainder]] += 1
    sizes = np.zeros(len(base.volume), dtype=np.int64)
    sizes[active] = counts + _SMALLEST_GROUP
    return sizes


def populate(
    base: Baseline, markets: Integers, types: FirmTypes, values: Values, exporters: int, *, seed: int, expected: bool
) -> ExporterColumns:
    """Draws the exporters.

    Args:
        base: the base year.
        markets: positions of the markets whose prices the model moves.
        types: mean traits by type.
        values: parameters.
        exporters: rows wanted.
        seed: of the run.
        expected: rows spread over routes instead of standing on one.
    """
    start = np.concatenate([[0], np.cumsum(group_sizes(base, markets, exporters))]).astype(np.int64)
    rows, n_routes = 0 if expected else exporters, base.flow.shape[1]
    drawn = np.empty((4, exporters), dtype=np.float32)
    route = np.zeros(rows, dtype=np.uint8)
    draw = _draw_parallel if exporters >= 20_000 else _draw
    traits = Traits(
        keys=np.array([random_streams.stream(seed, d, 0) for d in _TRAITS], dtype=np.uint64),
        means=np.stack([types.aversion, types.exposure, types.reputation]),
        spreads=np.array([values.aversion_spread, values.exposure_spread, values.reputation_spread, values.size_tail]),
        mean_size=values.exporter_size,
        share=base.share,
        expected=expected,
    )
    draw(start, traits, drawn, route)
    spread = np.zeros((exporters if expected else 0, 2, n_routes))
    if expected:
        spread[:, 0, :] = np.repeat(base.share, np.diff(start), axis=0)
    aversion, exposure, reputation, size = drawn
    return ExporterColumns(
        start=start, aversion=aversion, exposure=exposure, reputation=reputation, size=size, route=route,
        listed=np.zeros(rows, dtype=np.uint8), since=np.zeros(rows, dtype=np.int16),
        intermediary=np.zeros(rows, dtype=np.int32), spread=spread,
    )  # fmt: skip


@njit(inline="always", error_model="numpy")
def normal_quantile(u: float) -> float:
    """Quantile of the standard normal distribution, absolute error under 5e-4 (Abramowitz and Stegun 26.2.23)."""
    p = min(u, 1.0 - u)
    t = np.sqrt(-2.0 * np.log(p))
    z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    quantile: float = z if u > 0.5 else -z
    return quantile


def _draw_rows(start: Integers, traits: Traits, drawn: NDArray[np.float32], route: NDArray[np.uint8]) -> None:
    """Draws the traits of every row, (4, row), and in sampled mode its first route, (row,)."""
    tail, share = traits.spreads[3], traits.share
    span = SIZE_SPAN ** (1.0 - tail)
    # Mean of the Pareto law cut at SIZE_SPAN times the smallest size, in units of the smallest.
    mean_in_smallest = tail / (tail - 1.0) * (1.0 - span) / (1.0 - SIZE_SPAN**-tail)
    for t in prange(len(start) - 1):
        n = start[t + 1] - start[t]
        for j in range(n):
            i = start[t] + j
            identity = t * random_streams.IDENTITIES_PER_TYPE + j
            for c in range(4):
                if traits.expected:
                    # Evenly spread nodes (an R-sequence, Roberts 2018) integrate the traits with fewer rows than draws.
                    root = 1.0 / 1.1673039782614187 ** (c + 1)
                    u = (0.5 + (j + 1) * root) % 1.0
                    u = min(max(u, 1e-9), 1.0 - 1e-9)
                else:
                    u = random_streams.uniform(traits.keys[c], identity)
                if c < 3:
                    spread = traits.spreads[c]
                    drawn[c, i] = traits.means[c, t] * exp(spread * normal_quantile(u) - 0.5 * spread * spread)
                else:
                    # Size-biased Pareto: density of value over firm size.
                    size = (1.0 - u * (1.0 - span)) ** (1.0 / (1.0 - tail))
                    drawn[3, i] = traits.mean_size / mean_in_smallest * size
            if not traits.expected:
                # Stratified: the rows of a type start on its routes in proportion, one uniform shift apart.
                u = (j + random_streams.uniform(traits.keys[4], identity)) / n
                k = 0
                total = share[t, 0]
                while total < u and k < share.shape[1] - 1:
                    k += 1
                    total += share[t, k]
                while share[t, k] == 0.0 and k > 0:
                    k -= 1
                route[i] = k


_draw = compiled(_draw_rows)
_draw_parallel = compiled(_draw_rows, parallel=True)
