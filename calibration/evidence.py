"""What the figures say, and how likely they are at a point: measurement error, model discrepancy, emulator error.

All in logarithms. A figure is a number, or an interval where sources disagree or say no more (an open side is
infinite).
Figures of one series share part of the model's discrepancy: 24 months of one flow are not 24 witnesses. The discrepancy
of a group of targets is a free standard deviation, sampled with the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

# Part of the discrepancy that the figures of one series share; assumption.
SHARED = 0.5
# Belief about a group's discrepancy before the fit: half-normal of so many log points; assumption: a fifth is usual for
# trade models, the tail reaches misses of a factor of two.
USUAL_DISCREPANCY = 0.3


@dataclass(frozen=True, eq=False)
class Evidence:
    """The figures that may be fitted.

    Attributes:
        ids: name of each target.
        low: lower end, log; minus infinity where the side is open.
        high: upper end, log; equal to ``low`` for a number.
        sd: measurement error, log points.
        group: position of its group of discrepancy.
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


def log_likelihood(seen: Evidence, model: np.ndarray, discrepancy: np.ndarray, emulator: np.ndarray) -> np.ndarray:
    """How likely the figures are.

    Args:
        seen: the figures.
        model: simulated targets, points x targets.
        discrepancy: standard deviation by group, points x groups.
        emulator: standard deviation of the emulator's error by target.

    Returns:
        Log likelihood of each point.
    """
    number = seen.high <= seen.low
    spread2 = discrepancy[:, seen.group] ** 2
    own2 = seen.sd**2 + emulator**2 + (1.0 - SHARED) * spread2
    total = _numbers(seen.middle() - model, own2, SHARED * spread2, seen.series, number)
    if not number.all():
        within = _within(seen, model, np.sqrt(own2 + SHARED * spread2))
        total += np.sum(np.where(number, 0.0, within), axis=1)
    return total


def _numbers(
    missed: np.ndarray, own2: np.ndarray, shared2: np.ndarray, series: np.ndarray, number: np.ndarray
) -> np.ndarray:
    """Normal density of series whose members share one error (inverse and determinant by Sherman and Morrison)."""
    member = np.zeros((len(series), int(series.max()) + 1))
    member[np.flatnonzero(number), series[number]] = 1.0
    weight = number / own2
    precision, pulled = weight @ member, (weight * missed) @ member
    count = np.maximum(member.sum(axis=0), 1.0)
    common = (np.where(number, shared2, 0.0) @ member) / count
    gain = 1.0 + common * precision
    own = np.sum(weight * missed**2 + np.where(number, np.log(2.0 * np.pi * own2), 0.0), axis=1)
    return -0.5 * (own - np.sum(common * pulled**2 / gain - np.log(gain), axis=1))


def _within(seen: Evidence, model: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Log probability that the true figure lies in the interval, given the model's and its errors.

    The two ends are turned into the lower tail, where a difference of probabilities keeps its digits.
    """
    low, high = (seen.low - model) / spread, (seen.high - model) / spread
    swapped = low + high > 0.0
    low, high = np.where(swapped, -high, low), np.where(swapped, -low, high)
    upper = log_ndtr(high)
    return upper + np.log1p(-np.exp(np.minimum(log_ndtr(low) - upper, -1e-12)))
