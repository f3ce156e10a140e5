"""What the figures say, and how likely they are at a point: measurement error, model discrepancy, emulator error.

All in logarithms. A figure is a number, or an interval where sources disagree or say no more (an open side is
infinite).

Figures of one series share part of the model's discrepancy: 24 months of one flow are not 24 witnesses. Every series
has the same scale of discrepancy, a tenth of a log point, with a heavy tail: one that the model misses by far more is
told as a misfit and pulls no harder than one that it misses by a little more (half-Cauchy scale mixture: Gelman 2006).
Given the model's figures the series do not depend on each other, so that the discrepancy of each is integrated over by
itself, on a grid: the sampler sees the parameters alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, logsumexp

# Part of the discrepancy that the figures of one series share; assumption.
SHARED = 0.5
# Scale of the discrepancy that all series have in common, log points: half-Cauchy. Assumption: EU exports to five
# states with no part in the diversion moved by 0.08 a year, which the model has no cause for.
COMMON_DISCREPANCY = 0.08
# Discrepancies that are integrated over, log points; finer than the data can tell apart.
SPREADS = np.geomspace(0.01, 1.6, 18)


@dataclass(frozen=True, eq=False)
class Evidence:
    """The figures that may be fitted.

    Attributes:
        ids: name of each target.
        low: lower end, log; minus infinity where the side is open.
        high: upper end, log; equal to ``low`` for a number.
        sd: measurement error, log points.
        group: position of the group under which its discrepancy is told.
        series: position of the series it belongs to.
        groups: names of the groups.
    """

    ids: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    sd: np.ndarray
    group: np.ndarray
    series: np.ndarray
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def but(self, low: np.ndarray, high: np.ndarray) -> Evidence:
        """The same targets with other figures (synthetic ones)."""
        return Evidence(self.ids, low, high, self.sd, self.group, self.series, self.groups)

    def part(self, kept: np.ndarray) -> Evidence:
        """Some of the targets; the groups stay, so that parameters keep their places."""
        ids = tuple(np.asarray(self.ids, dtype=object)[kept])
        return Evidence(
            ids, self.low[kept], self.high[kept], self.sd[kept], self.group[kept], self.series[kept], self.groups
        )  # fmt: skip

    def middle(self) -> np.ndarray:
        """One number per figure: the middle of an interval, the closed end of an open one."""
        with np.errstate(invalid="ignore"):
            middle = 0.5 * (self.low + self.high)
        return np.where(np.isfinite(middle), middle, np.where(np.isfinite(self.low), self.low, self.high))


class Marginal:
    """How likely the figures are whatever the discrepancies, each series' weighed by its prior.

    All that does not depend on the model's figures is worked out once: the sampler asks a million times.

    Args:
        seen: the figures.
        emulator: standard deviation of the emulator's error by target; nought where the model itself ran.
    """

    def __init__(self, seen: Evidence, emulator: np.ndarray) -> None:
        self.seen = seen
        number = seen.high <= seen.low
        self._numbers, self._intervals = np.flatnonzero(number), np.flatnonzero(~number)
        of_series = np.eye(int(seen.series.max()) + 1)[seen.series]
        series, self._of_interval = of_series[self._numbers], of_series[self._intervals]
        self._group = of_series.T @ np.eye(len(seen.groups))[seen.group] > 0.0  # series x groups
        known2 = seen.sd**2 + emulator**2
        # Own variance of each figure by discrepancy, grid x targets; and of all of a series together, grid.
        own2, shared2 = known2 + (1.0 - SHARED) * SPREADS[:, None] ** 2, SHARED * SPREADS**2
        weight = 1.0 / own2[:, self._numbers]
        # Inverse and determinant of one series' covariance by Sherman and Morrison.
        gain = 1.0 + shared2[:, None] * (weight @ series)
        self._pull = _beside(weight[:, :, None] * series)
        self._shrink = shared2[:, None] / gain
        constant = np.log(2.0 * np.pi * own2[:, self._numbers]) @ series + np.log(gain)
        # The grid is even in the logarithm, whose Jacobian is the deviation.
        prior = np.log(SPREADS) - np.log1p((SPREADS / COMMON_DISCREPANCY) ** 2)
        self._constant = prior[:, None] - logsumexp(prior) - 0.5 * constant
        self._spread = np.sqrt(own2 + shared2[:, None])[:, self._intervals]

    def __call__(self, model: np.ndarray) -> np.ndarray:
        """Log likelihood of each point; ``model`` has the simulated targets, points x targets."""
        likely: np.ndarray = logsumexp(self._by_spread(model), axis=1).sum(axis=1)
        return likely

    def draw(self, model: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draws of the discrepancies given the model's figures, root mean square by group, points x groups."""
        logs = self._by_spread(model)
        odds = np.cumsum(np.exp(logs - logs.max(axis=1, keepdims=True)), axis=1)
        picked = np.sum(rng.random((len(model), 1, odds.shape[2])) * odds[:, -1:] > odds, axis=1)
        # Anywhere between the grid's lines.
        within = (rng.random(picked.shape) - 0.5) * np.log(SPREADS[1] / SPREADS[0])
        square = (SPREADS[picked] * np.exp(within)) ** 2
        drawn: np.ndarray = np.sqrt(square @ self._group / np.maximum(self._group.sum(axis=0), 1))
        return drawn

    def _by_spread(self, model: np.ndarray) -> np.ndarray:
        """Log of prior times likelihood of each series at each discrepancy of the grid, points x grid x series."""
        missed = self.seen.middle()[self._numbers] - model[:, self._numbers]
        grid = len(model), len(SPREADS), -1
        # One product: the squares of what is missed weigh as the misses do.
        apart = (missed**2 @ self._pull).reshape(grid)
        together = (missed @ self._pull).reshape(grid) ** 2 * self._shrink
        found = self._constant - 0.5 * (apart - together)
        if len(self._intervals):
            rows = self._intervals
            low, high = (end[rows] - model[:, None, rows] for end in (self.seen.low, self.seen.high))
            found = found + _within(low / self._spread, high / self._spread) @ self._of_interval
        summed: np.ndarray = found
        return summed


def _beside(blocks: np.ndarray) -> np.ndarray:
    """Blocks of columns side by side: grid x figures x columns becomes figures x (grid x columns)."""
    grid, figures, columns = blocks.shape
    return blocks.transpose(1, 0, 2).reshape(figures, grid * columns)


def _within(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Log probability that a standard normal lies between two ends.

    The two ends are turned into the lower tail, where a difference of probabilities keeps its digits.
    """
    swapped = low + high > 0.0
    low, high = np.where(swapped, -high, low), np.where(swapped, -low, high)
    upper = log_ndtr(high)
    inside: np.ndarray = upper + np.log1p(-np.exp(np.minimum(log_ndtr(low) - upper, -1e-12)))
    return inside
