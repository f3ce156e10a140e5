"""A fast stand-in for the model: what the simulated targets would be at a point not run.

Targets move together, so they are turned into principal components first. Each is a sum of quadratic functions of
one parameter each (ridge, chosen by leave-one-out error) plus a Gaussian process with one length per parameter on
what is left: what parameters do together. (All products as ridge terms did worse: with 39 parameters they drown
the few that matter.) How well it does is measured on runs that
it has not seen, target by target, and its error enters the likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

# Part of the variance among runs that the components keep.
_KEPT = 0.995
# Runs on which the lengths of a process are chosen; all runs then carry it.
_CHOOSING = 350
_RIDGES = 10.0 ** np.arange(-2.0, 4.1, 0.5)


@dataclass(frozen=True, eq=False)
class Process:
    """One component: quadratic mean and Gaussian process on its residuals."""

    weights: np.ndarray
    scales: np.ndarray
    runs: np.ndarray
    pulls: np.ndarray

    def __call__(self, z: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Value of the component at points, given their terms."""
        smooth = features @ self.weights
        if not self.pulls.any():
            return smooth
        return smooth + _kernel((z / self.scales).astype(np.float32), self.near) @ self.pulls

    @cached_property
    def near(self) -> np.ndarray:
        """The runs over the lengths, in single precision: finer than the emulator, and the sampler lives here."""
        return np.asarray((self.runs / self.scales).astype(np.float32))


@dataclass(frozen=True, eq=False)
class Emulator:
    """Simulated targets as functions of the point.

    Attributes:
        middle: mean of each target over the runs.
        spread: unit of each target: the root of its standard deviation over the runs.
        loadings: components x targets.
        processes: one per component.
        error: standard deviation of the emulator's error by target, on runs it had not seen; log points.
        r2: share of each target's variance that it explains on such runs.
    """

    middle: np.ndarray
    spread: np.ndarray
    loadings: np.ndarray
    processes: tuple[Process, ...]
    error: np.ndarray
    r2: np.ndarray

    @property
    def dimensions(self) -> int:
        """How many parameters a point has."""
        return int(self.processes[0].runs.shape[1])

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """Emulated targets, points x targets."""
        z = np.atleast_2d(z)
        features = trend(z)
        components = np.column_stack([process(z, features) for process in self.processes])
        return self.middle + self.spread * (components @ self.loadings)


def trend(z: np.ndarray) -> np.ndarray:
    """Constant, linear and square terms, points x terms."""
    return np.column_stack([np.ones(len(z)), z, z**2])


def train(z: np.ndarray, found: np.ndarray, seed: int = 0, folds: int = 4) -> Emulator:
    """Learns from runs, and measures itself on runs left out.

    Args:
        z: points that were run, runs x parameters.
        found: simulated targets, runs x targets.
        seed: of the split and the choice of runs.
        folds: parts of the runs, each predicted from the others.
    """
    order = np.random.default_rng(seed).permutation(len(z))
    missed = np.empty_like(found)
    lengths: list[np.ndarray] | None = None
    for part in np.array_split(order, folds):
        rest = np.setdiff1d(order, part)
        one, lengths = _learn(z[rest], found[rest], seed, lengths)
        missed[part] = one(z[part]) - found[part]
    full, _ = _learn(z, found, seed, lengths)
    error = np.sqrt(np.mean(missed**2, axis=0))
    total = found.var(axis=0)
    r2 = 1.0 - np.mean(missed**2, axis=0) / np.where(total > 0.0, total, 1.0)
    return Emulator(full.middle, full.spread, full.loadings, full.processes, error, r2)


def _learn(
    z: np.ndarray, found: np.ndarray, seed: int, lengths: Sequence[np.ndarray] | None
) -> tuple[Emulator, list[np.ndarray]]:
    middle = found.mean(axis=0)
    # The root gives targets that move more weight in the choice of components, but does not let the wildest decide.
    spread = np.sqrt(found.std(axis=0))
    spread = np.where(spread > 1e-6, spread, 1.0)
    scaled = (found - middle) / spread
    _, sizes, loadings = np.linalg.svd(scaled, full_matrices=False)
    kept = 1 + int(np.searchsorted(np.cumsum(sizes**2) / max(np.sum(sizes**2), 1e-300), _KEPT))
    loadings = loadings[:kept]
    features = trend(z)
    chosen: list[np.ndarray] = []
    processes = []
    for number, target in enumerate((scaled @ loadings.T).T):
        # What was chosen on other runs starts, and mostly ends, the search: the folds differ little.
        known = lengths[number] if lengths is not None and number < len(lengths) else None
        process, log_scales = _process(z, features, target, seed, known)
        processes.append(process)
        chosen.append(log_scales)
    nothing = np.zeros(found.shape[1])
    return Emulator(middle, spread, loadings, tuple(processes), nothing, nothing), chosen


def _process(
    z: np.ndarray, features: np.ndarray, target: np.ndarray, seed: int, known: np.ndarray | None
) -> tuple[Process, np.ndarray]:
    weights = _ridge(features, target)
    left = target - features @ weights
    unit = left.std()
    if unit < 1e-9:
        return Process(weights, np.ones(z.shape[1]), z, np.zeros(len(z))), np.zeros(z.shape[1] + 1)
    picked = np.random.default_rng(seed).permutation(len(z))[:_CHOOSING]
    chosen = known if known is not None else _choose(z[picked], left[picked] / unit)
    scales, noise = np.exp(chosen[:-1]), np.exp(chosen[-1])
    matrix = _kernel(z / scales, z / scales)
    matrix[np.diag_indices_from(matrix)] += noise + 1e-8
    return Process(weights, scales, z, cho_solve(cho_factor(matrix, lower=True), left)), chosen


def _ridge(features: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Ridge regression with the penalty that predicts a run left out best; the constant goes free."""
    inner = features.mean(axis=0)
    inner[0] = 0.0
    centred = features[:, 1:] - inner[1:]
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    level = target.mean()
    seen = left.T @ (target - level)
    best, chosen = np.inf, np.zeros(centred.shape[1])
    for ridge in _RIDGES:
        shrunk = sizes**2 / (sizes**2 + ridge)
        fitted = left @ (shrunk * seen)
        leverage = np.einsum("ij,j,ij->i", left, shrunk, left) + 1.0 / len(target)
        error = np.mean(((target - level - fitted) / np.maximum(1.0 - leverage, 1e-3)) ** 2)
        if error < best:
            best, chosen = error, right.T @ (sizes / (sizes**2 + ridge) * seen)
    return np.concatenate([[level - inner[1:] @ chosen], chosen])


def _kernel(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Squared-exponential covariance of points already divided by their lengths."""
    half = first @ second.T
    half -= 0.5 * np.sum(first**2, axis=1)[:, None]
    half -= 0.5 * np.sum(second**2, axis=1)
    return np.exp(np.minimum(half, 0.0, out=half), out=half)


def _choose(z: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Logarithms of the length of each parameter, and of noise over signal, of highest likelihood.

    Lengths start long (three prior widths) and a weak prior keeps parameters that do not matter there.
    """
    start = np.append(np.full(z.shape[1], np.log(6.0)), np.log(0.3))
    bounds = [(np.log(0.7), np.log(60.0))] * z.shape[1] + [(np.log(1e-4), np.log(1e3))]
    square = (z[:, None, :] - z[None, :, :]) ** 2

    def badness(logs: np.ndarray) -> tuple[float, np.ndarray]:
        precision, noise = np.exp(-2.0 * logs[:-1]), np.exp(logs[-1])
        kernel = np.exp(-0.5 * square @ precision)
        matrix = kernel + (noise + 1e-8) * np.eye(len(z))
        factor = cho_factor(matrix, lower=True)
        pulls = cho_solve(factor, target)
        size = float(target @ pulls) / len(z)
        inverse = cho_solve(factor, np.eye(len(z)))
        outer = inverse - np.outer(pulls, pulls) / size
        value = 0.5 * len(z) * np.log(size) + np.sum(np.log(np.diag(factor[0])))
        weighted = outer * kernel
        slope = 0.5 * np.einsum("ij,ijk->k", weighted, square, optimize=True) * precision
        drift = 0.25 * (logs[:-1] - start[:-1])
        value += 0.5 * float(drift @ (logs[:-1] - start[:-1]))
        return value, np.append(slope + drift, 0.5 * noise * np.trace(outer))

    found = minimize(badness, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 40})
    return np.asarray(found.x)
