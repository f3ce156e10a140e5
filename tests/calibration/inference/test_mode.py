"""The mode and its curvature on problems whose answer is known."""

import numpy as np
import pytest

from calibration.inference.likelihood import Evidence
from calibration.inference.mode import points_about, posterior_mode

SLOPES = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -1.0], [2.0, 0.0, 0.3], [0.4, 0.4, 0.4]])
TRUTH = np.array([0.5, -0.4, 0.2])


def evidence(low: np.ndarray, high: np.ndarray) -> Evidence:
    place = np.arange(len(low))
    return Evidence(tuple("abcd"), low, high, np.full(len(low), 0.05), place * 0, place, ("all",), 3.0 * place)


def runs(points: np.ndarray, name: str) -> np.ndarray:
    return points @ SLOPES.T


def test_a_linear_model_has_the_mode_and_covariance_of_the_normal_equations() -> None:
    figures = SLOPES @ TRUTH
    mode, covariance = posterior_mode(runs, evidence(figures, figures), 3, 8)
    precision = SLOPES.T @ SLOPES / (0.05**2 + 0.1**2)
    exact = np.linalg.inv(precision + np.eye(3))
    assert covariance == pytest.approx(exact, rel=1e-6)
    assert mode == pytest.approx(exact @ precision @ TRUTH, abs=1e-4)


def test_figures_that_are_met_at_the_centre_leave_it_there() -> None:
    mode, _ = posterior_mode(runs, evidence(np.full(4, -0.1), np.full(4, 0.1)), 3, 4)
    assert mode == pytest.approx(np.zeros(3))


def test_one_odd_figure_pulls_no_harder_than_a_moderate_one() -> None:
    figures = SLOPES @ TRUTH
    far, farther = (figures + np.array([0.0, 0.0, 0.0, off]) for off in (4.0, 40.0))
    modes = [posterior_mode(runs, evidence(one, one), 3, 12)[0] for one in (far, farther)]
    assert modes[0] == pytest.approx(modes[1], abs=0.1)


def test_points_have_the_covariance_asked_for_and_stay_within_the_prior() -> None:
    covariance = np.array([[0.2, 0.1, 0.0], [0.1, 0.3, 0.0], [0.0, 0.0, 0.1]])
    normal = np.random.default_rng(1).standard_normal((40_000, 3))
    points = points_about(TRUTH, covariance, 1.5, normal)
    assert np.cov(points.T) == pytest.approx(2.25 * covariance, abs=0.02)
    assert np.abs(points_about(TRUTH, 100.0 * covariance, 2.0, normal)).max() <= 4.0
