"""The exporters as columns: who they are, drawn once from their identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from sim.common import random_streams
from sim.common.arrays import Floats
from sim.common.compilation import compiled
from sim.common.numerics import exp, normal_quantile
from sim.model.agent_counts import too_few_exporters
from sim.model.records import OUTSIDER, PARTICIPANT

if TYPE_CHECKING:
    from sim.common.arrays import Integers
    from sim.model.baseline import Baseline
    from sim.model.records import FirmTypes
    from sim.rules.parameters import Values

Number = TypeVar("Number", float, Floats)

SIZE_SPAN = 1e5  # largest over smallest exporter: the Pareto tail is cut where one firm would be a national industry
_SMALLEST_GROUP = 1
# In the order of the draw's columns.
_TRAITS = (
    random_streams.TRAIT_CAUTION,
    random_streams.TRAIT_SIZE,
    random_streams.FIRST_ROAD,
    random_streams.PARTICIPATES,
)


class ExporterColumns(NamedTuple):
    """Columns over exporters, sorted by type.

    Each row stands for the same value of its type's trade (firms are drawn with odds proportional to size), so that the
    heavy tail of sizes does not turn into noise; ``size`` says how large the firm is that the row describes. A cautious
    firm is cautious in all things: aversion, exposure and reputation rise together.

    Attributes:
        start: first row of each type, (type + 1,).
        aversion, exposure, reputation: traits (row,), see :func:`sim.rules.route_choice.route_weight`.
        size: exports of the firm in musd per year, (row,).
        route: route in use (row,); like the next three, empty in expected mode.
        listed: 1 if listed (row,).
        since: month in which the contract began, counted from the run's first month (row,).
        participates: 1 if it considers the target's market (row,).
        spread: share of the row's trade by (row, participant or listed one or outsider, route), times the row's weight
            among those of its type, whose mean is 1; expected mode, empty in sampled mode.
    """

    start: Integers
    aversion: NDArray[np.float32]
    exposure: NDArray[np.float32]
    reputation: NDArray[np.float32]
    size: NDArray[np.float32]
    route: NDArray[np.uint8]
    listed: NDArray[np.uint8]
    since: NDArray[np.int16]
    participates: NDArray[np.uint8]
    spread: Floats

    @property
    def rows(self) -> int:
        """How many rows of exporters there are."""
        return len(self.aversion)

    def type_of(self, row: int) -> int:
        """Type of a row."""
        return int(np.searchsorted(self.start, row, side="right") - 1)

    def rows_by_route(self, routes: int) -> Integers:
        """Rows of each type on each route, and participants last, (type, route + 1); zeros in expected mode."""
        types = len(self.start) - 1
        counts = np.zeros((types, routes + 1), dtype=np.int64)
        if len(self.route):
            kind = np.repeat(np.arange(types), np.diff(self.start))
            on = np.bincount(kind * routes + self.route, minlength=types * routes)
            counts[:, :routes] = on.reshape(types, routes)
            counts[:, routes] = np.bincount(kind, weights=self.participates, minlength=types)
        return counts

    def identity(self, row: int) -> int:
        """Identity that the row's random numbers depend on: its type and its place within it, whatever the others."""
        kind = self.type_of(row)
        return kind * random_streams.IDENTITIES_PER_TYPE + (row - int(self.start[kind]))


class Traits(NamedTuple):
    """What exporters are drawn from.

    Attributes:
        keys: random streams of caution, size, first route and participation, (4,).
        means: of aversion, exposure and reputation by type, (3, T).
        spreads: log sd of aversion, exposure and reputation, exponent of the Pareto tail of sizes, (4,).
        mean_size: musd per year.
        share: base-year sales of the pool by route, (T, K).
        participation: share of the pool that sells to the target, (T,).
    """

    keys: NDArray[np.uint64]
    means: Floats
    spreads: Floats
    mean_size: float
    share: Floats
    participation: Floats


def nodes_per_type(base: Baseline, exporters: int) -> Integers:
    """Rows per type in expected mode: as many nodes for each active type, and the rest to the first.

    Raises:
        ValueError: fewer rows than types that trade.
    """
    active = _active(base, exporters)
    each, rest = divmod(exporters, len(active))
    sizes = np.zeros(len(base.volume), dtype=np.int64)
    sizes[active] = each + (np.arange(len(active)) < rest)
    return sizes


def _active(base: Baseline, exporters: int) -> Integers:
    """Types that trade, of which each needs a row."""
    active = base.active
    if message := too_few_exporters(exporters, len(active)):
        raise ValueError(message)
    return active


def group_sizes(base: Baseline, markets: Integers, exporters: int) -> Integers:
    """Rows per type, at least one: more where a market's supply would otherwise be more uncertain.

    Neyman (1934) allocation to the spread of a type's sales in each price-adjusting market, counted against the
    geometric mean of that market's total and its total of the type's good, so that neither large goods nor small ones
    drown in noise.

    Raises:
        ValueError: fewer rows than types that trade.
    """
    active = _active(base, exporters)
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
    sizes = nodes_per_type(base, exporters) if expected else group_sizes(base, markets, exporters)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    rows, n_routes = 0 if expected else exporters, base.flow.shape[1]
    drawn = np.empty((4, exporters), dtype=np.float32)
    route, participates = np.zeros(rows, dtype=np.uint8), np.zeros(rows, dtype=np.uint8)
    traits = Traits(
        keys=np.array([random_streams.stream(seed, d, 0) for d in _TRAITS], dtype=np.uint64),
        means=np.stack([types.aversion, types.exposure, types.reputation]),
        spreads=np.array([values.aversion_spread, values.exposure_spread, values.reputation_spread, values.size_tail]),
        mean_size=values.exporter_size,
        share=base.share,
        participation=base.participation,
    )
    spread = np.zeros((exporters if expected else 0, 3, n_routes))
    if expected:
        kind = np.repeat(np.arange(len(sizes)), sizes)
        weight = _place_nodes(kind, sizes, traits, drawn)
        inside = base.participation[:, None] * base.weight
        spread[:, PARTICIPANT, :] = weight[:, None] * inside[kind]
        spread[:, OUTSIDER, :] = weight[:, None] * (base.share - inside)[kind]
        spread[:, OUTSIDER, 0] = 0.0
    else:
        draw = _draw_parallel if exporters >= 20_000 else _draw
        draw(start, traits, drawn, route, participates)
    aversion, exposure, reputation, size = drawn
    return ExporterColumns(
        start=start, aversion=aversion, exposure=exposure, reputation=reputation, size=size, route=route,
        listed=np.zeros(rows, dtype=np.uint8), since=np.zeros(rows, dtype=np.int16),
        participates=participates, spread=spread,
    )  # fmt: skip


# Nodes of caution: seven and nine differ by 0.05 % at most in a year's flow of any pair of the reference world.
_MOST_NODES = 9


def _place_nodes(kind: Integers, sizes: Integers, traits: Traits, drawn: NDArray[np.float32]) -> Floats:
    """Puts the rows of expected mode on quadrature nodes, and says how much each weighs, mean 1 by type, (row,).

    Caution is normal and takes the nodes of Gauss and Hermite (Judd 1998, section 7.2); sizes are spread evenly.

    Args:
        kind: type of each row.
        sizes: rows of each type.
        traits: what exporters are drawn from.
        drawn: filled, (4, row).
    """
    weight, caution = np.empty(len(kind)), np.empty(len(kind))
    place = np.arange(len(kind)) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # among the rows of the type
    for n in np.unique(sizes[sizes > 0]):
        nodes, weights = np.polynomial.hermite_e.hermegauss(min(int(n), _MOST_NODES))
        rows = np.flatnonzero(sizes[kind] == n)
        node = place[rows] % len(nodes)
        shared = np.bincount(np.arange(n) % len(nodes))  # rows on each node
        caution[rows] = nodes[node]
        weight[rows] = (n * weights / weights.sum() / shared)[node]
    for c in range(3):
        spread = traits.spreads[c]
        drawn[c] = traits.means[c, kind] * np.exp(spread * caution - 0.5 * spread * spread)
    evenly = ((place + 0.5) * 0.6180339887498949) % 1.0
    drawn[3] = size_at(evenly, traits.spreads[3], traits.mean_size)
    return weight


@njit(inline="always", error_model="numpy")
def size_at(u: Number, tail: float, mean: float) -> Number:
    """Quantile of the size of the firm behind a dollar of exports, musd per year.

    Args:
        u: probability.
        tail: exponent of the Pareto law, cut at :data:`SIZE_SPAN` times the smallest size.
        mean: of the firms, musd per year.
    """
    span = SIZE_SPAN ** (1.0 - tail)
    in_smallest = tail / (tail - 1.0) * (1.0 - span) / (1.0 - SIZE_SPAN**-tail)
    # Size-biased Pareto: density of value over firm size.
    size: Number = mean / in_smallest * (1.0 - u * (1.0 - span)) ** (1.0 / (1.0 - tail))
    return size


def _draw_rows(
    start: Integers,
    traits: Traits,
    drawn: NDArray[np.float32],
    route: NDArray[np.uint8],
    participates: NDArray[np.uint8],
) -> None:
    """Draws the traits of every row, (4, row), its first route and its participation, (row,); sampled mode."""
    share = traits.share
    for t in prange(len(start) - 1):
        n = start[t + 1] - start[t]
        for j in range(n):
            i = start[t] + j
            identity = t * random_streams.IDENTITIES_PER_TYPE + j
            caution = normal_quantile(random_streams.uniform(traits.keys[0], identity))
            for c in range(3):
                spread = traits.spreads[c]
                drawn[c, i] = traits.means[c, t] * exp(spread * caution - 0.5 * spread * spread)
            drawn[3, i] = size_at(random_streams.uniform(traits.keys[1], identity), traits.spreads[3], traits.mean_size)
            # Stratified: the rows of a type start on its routes in proportion, one uniform shift apart.
            u = (j + random_streams.uniform(traits.keys[2], identity)) / n
            k = 0
            total = share[t, 0]
            while total < u and k < share.shape[1] - 1:
                k += 1
                total += share[t, k]
            while share[t, k] == 0.0 and k > 0:
                k -= 1
            route[i] = k
            # Of those on other routes some consider the target too.
            others, outside = 1.0 - share[t, 0], 1.0 - traits.participation[t]
            participates[i] = k == 0 or random_streams.uniform(traits.keys[3], identity) * others >= outside


_draw = compiled(_draw_rows)
_draw_parallel = compiled(_draw_rows, parallel=True)
