"""The exporters as columns: who they are, drawn once from their identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from sim.common import random_streams
from sim.common.compilation import compiled
from sim.common.numerics import exp

if TYPE_CHECKING:
    from sim.model.baseline import Baseline
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


@dataclass(eq=False)
class Exporters:
    """Columns over exporters, sorted by type.

    Each row stands for the same value of its type's trade (firms are drawn with odds proportional to size), so that the
    heavy tail of sizes does not turn into noise; ``size`` says how large the firm is that the row describes.

    Attributes:
        start: first row of each type, (type + 1,).
        aversion, exposure, reputation: traits (row,), see :func:`sim.rules.route_choice.road_pull`.
        size: exports of the firm in musd per year, (row,).
        road: road in use (row,); like the next three, empty in expected mode.
        listed: 1 if listed (row,).
        since: month in which the contract began, counted from the run's first month (row,).
        house: trading house that a contract through a hub goes by, counted from 1; 0 for none (row,).
        spread: share of the row's trade by (row, listed or not, road), expected mode; empty in sampled mode.
    """

    start: NDArray[np.int64]
    aversion: NDArray[np.float32]
    exposure: NDArray[np.float32]
    reputation: NDArray[np.float32]
    size: NDArray[np.float32]
    road: NDArray[np.uint8]
    listed: NDArray[np.uint8]
    since: NDArray[np.int16]
    house: NDArray[np.int32]
    spread: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.aversion)

    def type_of(self, row: int) -> int:
        """Type of a row."""
        return int(np.searchsorted(self.start, row, side="right") - 1)

    def drawn(self) -> tuple[NDArray[Any], ...]:
        """The columns that a draw of roads reads and writes."""
        return self.aversion, self.exposure, self.reputation, self.listed, self.road, self.since, self.house

    def rows_by_road(self, roads: int) -> NDArray[np.int64]:
        """Rows of each type on each road, (type, road); zeros in expected mode."""
        types = len(self.start) - 1
        if not len(self.road):
            return np.zeros((types, roads), dtype=np.int64)
        kind = np.repeat(np.arange(types), np.diff(self.start))
        return np.bincount(kind * roads + self.road, minlength=types * roads).reshape(types, roads).astype(np.int64)

    def identity(self, row: int) -> int:
        """Identity that the row's luck depends on: its type and its place within the type, whatever the others do."""
        kind = self.type_of(row)
        return kind * random_streams.IDENTITIES_PER_TYPE + (row - int(self.start[kind]))


def group_sizes(base: Baseline, watched: NDArray[np.int64], exporters: int) -> NDArray[np.int64]:
    """Rows per type, at least one: more where a watched market's supply would otherwise be more uncertain.

    Neyman (1934) allocation to the spread of a type's sales in each watched market, counted against the geometric mean
    of that market's total and its total of the type's good, so that neither large goods nor small ones drown in noise.

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
    for market in watched:
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
    base: Baseline,
    watched: NDArray[np.int64],
    exporters: int,
    seed: int,
    *,
    means: Means,
    values: Values,
    expected: bool,
) -> Exporters:
    """Draws the exporters.

    Args:
        base: the base year.
        watched: positions of the markets whose prices the model moves.
        exporters: rows wanted.
        seed: of the run.
        means: mean traits by type.
        values: parameters.
        expected: rows spread over roads instead of standing on one.
    """
    start = np.concatenate([[0], np.cumsum(group_sizes(base, watched, exporters))]).astype(np.int64)
    n_roads = base.flow.shape[1]
    traits = np.empty((4, exporters), dtype=np.float32)
    road = np.zeros(0 if expected else exporters, dtype=np.uint8)
    spreads = np.array([values.aversion_spread, values.exposure_spread, values.reputation_spread, values.size_tail])
    draw = _draw_parallel if exporters >= 20_000 else _draw
    keys = np.array([random_streams.stream(seed, d, 0) for d in _TRAITS], dtype=np.uint64)
    mean_columns = np.stack([means.aversion, means.exposure, means.reputation])
    draw(start, keys, mean_columns, spreads, values.exporter_size, base.share, expected, traits, road)
    spread = np.zeros((exporters if expected else 0, 2, n_roads))
    if expected:
        spread[:, 0, :] = np.repeat(base.share, np.diff(start), axis=0)
    rows = 0 if expected else exporters
    aversion, exposure, reputation, size = traits
    listed, since = np.zeros(rows, dtype=np.uint8), np.zeros(rows, dtype=np.int16)
    house = np.zeros(rows, dtype=np.int32)
    return Exporters(start, aversion, exposure, reputation, size, road, listed, since, house, spread)


@dataclass(frozen=True, eq=False)
class Means:
    """Mean traits by type: fear of law, exposure to the coalition, sensitivity to reputation; each (type,)."""

    aversion: NDArray[np.float64]
    exposure: NDArray[np.float64]
    reputation: NDArray[np.float64]


@njit(inline="always", error_model="numpy")
def normal_quantile(u):  # type: ignore[no-untyped-def]
    """Quantile of the standard normal distribution, absolute error under 5e-4 (Abramowitz and Stegun 26.2.23)."""
    p = min(u, 1.0 - u)
    t = np.sqrt(-2.0 * np.log(p))
    z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    return z if u > 0.5 else -z


def _draw_rows(start, keys, means, spreads, mean_size, share, expected, traits, road):  # type: ignore[no-untyped-def]
    tail = spreads[3]
    span = SIZE_SPAN ** (1.0 - tail)
    # Mean of the Pareto law cut at SIZE_SPAN times the smallest size, in units of the smallest.
    mean_in_smallest = tail / (tail - 1.0) * (1.0 - span) / (1.0 - SIZE_SPAN**-tail)
    for t in prange(len(start) - 1):
        n = start[t + 1] - start[t]
        for j in range(n):
            i = start[t] + j
            identity = t * random_streams.IDENTITIES_PER_TYPE + j
            for c in range(4):
                if expected:
                    # Evenly spread nodes (an R-sequence, Roberts 2018) integrate the traits with fewer rows than draws.
                    root = 1.0 / 1.1673039782614187 ** (c + 1)
                    u = (0.5 + (j + 1) * root) % 1.0
                    u = min(max(u, 1e-9), 1.0 - 1e-9)
                else:
                    u = random_streams.uniform(keys[c], identity)
                if c < 3:
                    spread = spreads[c]
                    traits[c, i] = means[c, t] * exp(spread * normal_quantile(u) - 0.5 * spread * spread)
                else:
                    # Size-biased Pareto: density of value over firm size.
                    size = (1.0 - u * (1.0 - span)) ** (1.0 / (1.0 - tail))
                    traits[3, i] = mean_size / mean_in_smallest * size
            if not expected:
                # Stratified: the rows of a type start on its roads in proportion, one uniform shift apart.
                u = (j + random_streams.uniform(keys[4], identity)) / n
                k = 0
                total = share[t, 0]
                while total < u and k < share.shape[1] - 1:
                    k += 1
                    total += share[t, k]
                while share[t, k] == 0.0 and k > 0:
                    k -= 1
                road[i] = k


_draw = compiled(_draw_rows)
_draw_parallel = compiled(_draw_rows, parallel=True)
