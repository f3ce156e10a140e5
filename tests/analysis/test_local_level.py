"""The bias of published series: what it says of months to come is right in law, whatever months are missing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t as student

from sim.analysis.local_level import Bias, Dynamics, carry_on, fit_dynamics

TRUE = Dynamics(level_sd=0.8, season_sd=0.5, kept=0.9, shape=3.0, rate=3.0 * 0.05**2, memory=0.9)


def made(seed: int, months: np.ndarray, scale: float = 0.05) -> Bias:
    """A series of the true law, but for its mean, which nobody draws from so wide a law."""
    rng = np.random.default_rng(seed)
    law = TRUE.covariance(months, months) - 100.0 + 1e-9 * np.eye(len(months))
    return Bias(months, rng.normal() + scale * rng.multivariate_normal(np.zeros(len(months)), law))


def test_intervals_hold_what_they_say() -> None:
    held = []
    for seed in range(300):
        whole = made(seed, np.arange(60))
        known, ahead = Bias(whole.months[:48], whole.logs[:48]), whole.months[48:]
        on = carry_on(TRUE, known, ahead)
        spread = np.sqrt(on.rate / on.shape * np.diag(on.covariance)) * student.ppf(0.95, 2 * on.shape)
        held.append(np.abs(whole.logs[48:] - on.weights @ known.logs) <= spread)
    assert np.mean(held) == pytest.approx(0.9, abs=0.03)


def test_a_missing_month_is_no_month_of_nil() -> None:
    whole = made(1, np.arange(40))
    kept = np.delete(np.arange(40), [7, 20, 21])
    on = carry_on(TRUE, Bias(whole.months[kept], whole.logs[kept]), np.array([20]))
    full = carry_on(TRUE, whole, np.array([40]))
    assert on.weights.shape == (1, 37) and full.weights.shape == (1, 40)
    # Between its neighbours it is known better than a month ahead is.
    assert on.covariance[0, 0] < full.covariance[0, 0]


def test_weights_carry_a_shift_of_the_whole_series() -> None:
    known = made(2, np.arange(36))
    on = carry_on(TRUE, known, np.arange(36, 48))
    assert np.allclose(on.weights.sum(axis=1), 1.0, atol=0.03)


def test_upheaval_makes_wide_and_is_forgotten() -> None:
    calm = np.full(60, 0.05)
    upset = calm.copy()
    upset[20] = 1.0
    wide = {}
    for memory in (0.7, 0.99):
        dynamics = Dynamics(0.8, 0.5, 0.9, 3.0, 0.01, memory)
        upheaval, quiet = (
            rate[-1] / shape[-1] for shape, rate in (dynamics.scale_after(upset), dynamics.scale_after(calm))
        )
        wide[memory] = upheaval / quiet
    assert wide[0.7] == pytest.approx(1.0, abs=0.01) and wide[0.99] > 3.0


def test_what_all_share_is_found_again() -> None:
    series = [made(seed, np.arange(72)) for seed in range(20)]
    found = fit_dynamics(series)
    assert found.kept == pytest.approx(TRUE.kept, abs=0.06)
    assert found.level_sd == pytest.approx(TRUE.level_sd, rel=0.35)
    assert found.season_sd == pytest.approx(TRUE.season_sd, rel=0.35)
    again = fit_dynamics(series, start=found)
    assert again.level_sd == pytest.approx(found.level_sd, rel=0.15)
