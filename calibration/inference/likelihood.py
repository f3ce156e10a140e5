"""What the figures say, and how likely they are at a point: measurement error, model discrepancy, emulator error.

All in logarithms. A figure is a number, or an interval where sources disagree or say no more (an open side is
infinite).

The model's discrepancies of one series are correlated over time, as an autoregressive process of first order is: 24
months of one flow are not 24 witnesses. Every series has the same scale of discrepancy, a tenth of a log point, with
the tails of Student's t (Lange, Little and Taylor 1989): one that the model misses by far is told as a misfit and pulls
little harder than one that it misses by some.
Given the model's figures the series do not depend on each other, so that the discrepancy of each is integrated over by
itself, on a grid: the sampler sees the parameters alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import log_ndtr, logsumexp

# Autocorrelation of a series' discrepancy from one quarter to the next. Assumption: that of the quarterly misses at the
# mode of an earlier fit was 0 (China, Türkiye) to 0.5 (all imports).
QUARTERLY = 0.5
# Scale of the discrepancy that all series have in common, log points, and degrees of freedom. Assumptions: EU exports
# to five states with no part in the diversion moved by 0.08 a year, which the model has no cause for; four degrees are
# what Gelman et al. (Bayesian Data Analysis, 2013, section 17.2) take for robust errors.
COMMON_DISCREPANCY, TAILS = 0.10, 4.0
# Of the known errors of a figure, so that a scale can be taken of them.
_LEAST_VARIANCE = 1e-8
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
        when: middle of each figure's period, months from any month.
    """

    ids: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    sd: np.ndarray
    group: np.ndarray
    series: np.ndarray
    groups: tuple[str, ...]
    when: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def but(self, low: np.ndarray, high: np.ndarray) -> Evidence:
        """The same targets with other figures (synthetic ones)."""
        return replace(self, low=low, high=high)

    def part(self, kept: np.ndarray) -> Evidence:
        """Some of the targets; the groups stay, so that parameters keep their places."""
        ids = tuple(np.asarray(self.ids, dtype=object)[kept])
        return Evidence(
            ids, self.low[kept], self.high[kept], self.sd[kept], self.group[kept], self.series[kept], self.groups,
            self.when[kept],
        )  # fmt: skip

    def correlation(self) -> np.ndarray:
        """Correlation of the model's discrepancies, targets x targets: nought between series."""
        apart = np.abs(self.when[:, None] - self.when[None, :])
        return np.where(self.series[:, None] == self.series[None, :], QUARTERLY ** (apart / 3.0), 0.0)

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
        known2 = np.maximum(seen.sd**2 + emulator**2, _LEAST_VARIANCE)
        # In units of the known errors, along the axes of the discrepancy's correlation, figures are independent
        # whatever the discrepancy's size: one rotation serves the whole grid.
        scale = 1.0 / np.sqrt(known2[self._numbers])
        within = seen.part(number).correlation() * scale[:, None] * scale
        spread, self._rotate = np.zeros(len(scale)), np.zeros_like(within)
        for place in (np.flatnonzero(one) for one in series.T):
            spread[place], axes = np.linalg.eigh(within[np.ix_(place, place)])
            self._rotate[np.ix_(place, place)] = scale[place, None] * axes
        variance = 1.0 + SPREADS[:, None] ** 2 * np.maximum(spread, 0.0)
        self._pull = _beside(series / variance[:, :, None])
        constant = (np.log(2.0 * np.pi * known2[self._numbers]) + np.log(variance)) @ series
        # A scaled inverse chi-square of the variance; the grid is even in the logarithm of the deviation.
        prior = -TAILS * (np.log(SPREADS) + 0.5 * (COMMON_DISCREPANCY / SPREADS) ** 2)
        self._constant = prior[:, None] - logsumexp(prior) - 0.5 * constant
        self._spread = np.sqrt(known2 + SPREADS[:, None] ** 2)[:, self._intervals]

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
        squares = (missed @ self._rotate) ** 2 @ self._pull
        found = self._constant - 0.5 * squares.reshape(len(model), len(SPREADS), -1)
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
