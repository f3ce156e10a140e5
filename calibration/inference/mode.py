"""Where the posterior is highest, found on the model itself: Gauss and Newton's method with differences of runs.

A design spread through the whole prior leaves few runs where the figures allow the parameters to be. The mode and the
curvature there (Laplace's approximation: Tierney and Kadane 1986) say where the emulator should learn.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from calibration.inference.likelihood import Evidence

# Log points of discrepancy that a figure is given on the way to the mode; the posterior weighs them properly.
_ALLOWED = 0.1
# Step of the differences and largest distance from the centre, prior standard deviations.
_STEP, _FARTHEST = 0.05, 3.5
# Misses beyond so many standard deviations pull no harder (Huber 1964), so that one odd figure does not decide.
_HUBER = 2.0
_SHORTENED = (1.0, 0.5, 0.25, 0.1)

Runs = Callable[[np.ndarray, str], np.ndarray]


def posterior_mode(run: Runs, seen: Evidence, dimensions: int, iterations: int) -> tuple[np.ndarray, np.ndarray]:
    """The mode and the covariance there.

    Args:
        run: simulated targets at points, kept under a name.
        seen: the figures.
        dimensions: free parameters.
        iterations: of Gauss and Newton.

    Returns:
        Mode (parameter,), as standard normal numbers of the prior, and covariance (parameter, parameter).
    """
    error = np.hypot(seen.sd, _ALLOWED)
    at = np.zeros(dimensions)
    found = run(at[None], "mode-start")[0]
    jacobian = np.zeros((len(seen), dimensions))
    for number in range(1, iterations + 1):
        side = np.where(at > 0.0, -_STEP, _STEP)
        moved = run(at + np.diag(side), f"mode-{number}-differences")
        missed = _missed(found, seen) / error
        jacobian = (moved - found).T / side / error[:, None]
        held = np.where(missed == 0.0, 0.0, 1.0)  # within its interval a figure says nothing
        weight = held * np.minimum(1.0, _HUBER / np.maximum(np.abs(missed), 1e-12))
        curvature = (jacobian * weight[:, None]).T @ jacobian + np.eye(dimensions)
        step = -np.linalg.solve(curvature, jacobian.T @ (weight * missed) + at)
        tried = np.clip(at + np.outer(_SHORTENED, step), -_FARTHEST, _FARTHEST)
        results = run(tried, f"mode-{number}-steps")
        costs = [_cost(one, seen, error) + 0.5 * float(z @ z) for one, z in zip(results, tried, strict=True)]
        before, best = _cost(found, seen, error) + 0.5 * float(at @ at), int(np.argmin(costs))
        sys.stderr.write(f"mode, step {number}: misfit {before:.1f} -> {min(costs):.1f}\n")
        if costs[best] >= before:
            break
        at, found = tried[best], results[best]
        if before - costs[best] < 1e-3 * before:
            break
    return at, np.linalg.inv(jacobian.T @ jacobian + np.eye(dimensions))


def points_about(mode: np.ndarray, covariance: np.ndarray, wider: float, normal: np.ndarray) -> np.ndarray:
    """Points about the mode, spread wider than the curvature there says.

    Args:
        mode: (parameter,).
        covariance: (parameter, parameter).
        wider: multiple of the standard deviations.
        normal: standard normal numbers, points x parameters.
    """
    root = np.linalg.cholesky(covariance)
    return np.clip(mode + wider * normal @ root.T, -4.0, 4.0)


def _missed(found: np.ndarray, seen: Evidence) -> np.ndarray:
    """Simulated less published, 0 within an interval, log points."""
    away: np.ndarray = np.maximum(found - seen.high, 0.0) - np.maximum(seen.low - found, 0.0)
    return away


def _cost(found: np.ndarray, seen: Evidence, error: np.ndarray) -> float:
    """Misfit of the figures, Huber's: square for small misses, straight for large ones."""
    away = np.abs(_missed(found, seen)) / error
    return float(np.where(away < _HUBER, 0.5 * away**2, _HUBER * (away - 0.5 * _HUBER)).sum())
