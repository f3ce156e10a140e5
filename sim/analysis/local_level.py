"""How far published months lie from simulated ones, carried on: a state-space model of each series, pooled.

The bias of a series is ``log published - log simulated``, month by month. It is what its mean is (no prior to speak
of), plus a level that wanders and fades, ``level[t] = kept level[t-1] + level_sd e``, plus an effect of each calendar
month, plus what is the month's alone: the local level and seasonal of Harvey (1989), whose state is integrated out, so
that a month that is missing needs no care. Standard deviations are in units of the irregular part, and they are the
same for all series: twelve short series tell them together. What a series has of its own is its scale, which forgets
as it goes (discounted variance, West and Harrison 1997, section 10.8): a month of upheaval makes the next ones wide and
is then forgotten. Everything pooled is where the months known would have been foreseen best, one after the other, under
weak priors (assumption).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.signal import lfilter
from scipy.special import gammaln

from sim.common.months import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers

# Variance of the mean of a series, in units of the irregular part's: wide enough to say nothing.
_MEAN_VARIANCE = 100.0
# Centres and widths of the priors, by field of Dynamics on the scale of `_vector`; all are assumptions.
_CENTRE = np.array([np.log(0.5), np.log(0.7), np.log(0.02), np.log(2.0), np.log(0.08**2), 3.0])
_WIDTH = np.array([1.0, 1.0, 0.7, 0.7, 2.0, 1.0])
_LEAST_SHAPE = 0.5
# How far from their centres pooled values are looked for, in widths.
_REACH = 4.0
_ROUNDS, _CLOSE = 6, 0.02


class Bias(NamedTuple):
    """What is known of one series.

    Attributes:
        months: as whole numbers, in order, (N,).
        logs: published over simulated, (N,).
    """

    months: Integers
    logs: Floats


@dataclass(frozen=True)
class Dynamics:
    """What all series share.

    Attributes:
        level_sd: of what is new in the level each month. season_sd: of the effect of a calendar month. Both over the
            standard deviation of the irregular part.
        kept: share of the level that is left after a month.
        shape, rate: of the inverse gamma law of a series' irregular variance before its first month, log points
            squared.
        memory: share of what was learnt of a variance that is left after a month.
    """

    level_sd: float
    season_sd: float
    kept: float
    shape: float
    rate: float
    memory: float

    def covariance(self, a: Integers, b: Integers) -> Floats:
        """Of the bias in two sets of months, in units of the irregular variance: [month of a, month of b]."""
        apart = np.abs(a[:, None] - b[None, :])
        level = self.level_sd**2 * self.kept**apart / (1.0 - self.kept**2)
        season = self.season_sd**2 * (apart % MONTHS_PER_YEAR == 0)
        whole: Floats = _MEAN_VARIANCE + level + season + (apart == 0)
        return whole

    def scale_after(self, surprises: Floats) -> tuple[Floats, Floats]:
        """Shape and rate of the irregular variance before each month and after the last one, (N + 1,) each.

        Args:
            surprises: what each month brought beyond what the months before it said, in units of the irregular part's
                standard deviation times what its law says; log points.
        """
        learnt = 0.5 * np.stack([np.ones(len(surprises)), surprises**2])
        sums = np.pad(lfilter([1.0], [1.0, -self.memory], learnt), ((0, 0), (1, 0)))
        return self.shape + sums[0], self.rate + sums[1]


class CarriedOn(NamedTuple):
    """The bias of a series in months to come.

    Attributes:
        weights: of the known months in each month to come, [to come, known].
        covariance: of what is not known, in units of the irregular variance, [to come, to come].
        shape, rate: of the inverse gamma law of the irregular variance.
    """

    weights: Floats
    covariance: Floats
    shape: float
    rate: float


def fit_dynamics(known: Sequence[Bias], start: Dynamics | None = None) -> Dynamics:
    """What all series share, where each month would have been foreseen best from those before it.

    Args:
        known: one or more series of two months at least.
        start: where to look first, such as what fitted a month less.
    """
    first = _CENTRE if start is None else _vector(start)
    bounds = list(zip(_CENTRE - _REACH * _WIDTH, _CENTRE + _REACH * _WIDTH, strict=True))
    options = {"maxiter": _ROUNDS, "xtol": _CLOSE, "ftol": 1e-4}
    found = minimize(_surprise, first, args=(known,), method="Powell", bounds=bounds, options=options)
    return _dynamics(found.x)


def carry_on(dynamics: Dynamics, known: Bias, ahead: Integers) -> CarriedOn:
    """What a series' known months say of months to come.

    Args:
        dynamics: what all series share.
        known: the series.
        ahead: months to come, (A,); known ones may be among them, and then stand for another figure of that month.
    """
    law = dynamics.covariance(known.months, known.months)
    across = dynamics.covariance(ahead, known.months) - (ahead[:, None] == known.months[None, :])
    lower = cholesky(law, lower=True)
    weights = cho_solve((lower, True), across.T).T
    surprises = solve_triangular(lower, known.logs, lower=True)[1:]
    shape, rate = dynamics.scale_after(surprises)
    left = dynamics.covariance(ahead, ahead) - weights @ across.T
    return CarriedOn(weights, left, float(shape[-1]), float(rate[-1]))


def _vector(dynamics: Dynamics) -> Floats:
    """On a scale without bounds."""
    return np.array([
        np.log(dynamics.level_sd), np.log(dynamics.season_sd), np.log(-np.log(dynamics.kept)),
        np.log(dynamics.shape - _LEAST_SHAPE), np.log(dynamics.rate / dynamics.shape),
        np.log(dynamics.memory / (1.0 - dynamics.memory)),
    ])  # fmt: skip


def _dynamics(vector: Floats) -> Dynamics:
    level, season, fading, shape, variance, memory = (float(value) for value in vector)
    whole = _LEAST_SHAPE + np.exp(shape)
    return Dynamics(
        float(np.exp(level)), float(np.exp(season)), float(np.exp(-np.exp(fading))), float(whole),
        float(np.exp(variance) * whole), float(1.0 / (1.0 + np.exp(-memory))),
    )  # fmt: skip


def _surprise(vector: Floats, known: Sequence[Bias]) -> float:
    """Minus the log density of each month given those before it, and of the priors."""
    dynamics = _dynamics(vector)
    total = 0.5 * float((((vector - _CENTRE) / _WIDTH) ** 2).sum())
    factors: dict[bytes, Floats] = {}
    for months, logs in known:
        if (key := months.tobytes()) not in factors:
            factors[key] = cholesky(dynamics.covariance(months, months), lower=True)
        lower = factors[key]
        surprises = solve_triangular(lower, logs, lower=True)[1:]
        shape, rate = (values[:-1] for values in dynamics.scale_after(surprises))
        # Student's t with 2 x shape degrees of freedom.
        density = gammaln(shape + 0.5) - gammaln(shape) - 0.5 * np.log(2.0 * np.pi * rate)
        density -= (shape + 0.5) * np.log1p(surprises**2 / (2.0 * rate)) + np.log(np.diag(lower)[1:])
        total -= float(density.sum())
    return total
