"""A fast stand-in for the model: what the simulated targets would be at a point not run.

An ensemble of networks of one hidden layer (scikit-learn), each taught all targets at once on its share of the runs. On
the reference world it explains more of runs that it has not seen than quadratic regressions with a Gaussian process on
what they leave, and answers a hundred times as fast. How well it does is measured target by target on the runs that
each network was not taught, and its error enters the likelihood.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

# Chosen on runs left out (reference world): wider or deeper networks did no better.
_HIDDEN, _WEIGHT_DECAY, _RATE = 64, 0.01, 3e-3
# Rounds without progress on the tenth of the runs kept apart for it, after which teaching ends.
_PATIENCE, _MOST_ROUNDS = 25, 600


@dataclass(frozen=True, eq=False)
class Emulator:
    """Simulated targets as functions of the point.

    The mean of networks with one hidden layer is one such network, with all their hidden units side by side.

    Attributes:
        middle: mean of each target over the runs.
        spread: standard deviation of each target over the runs.
        inward: weights and constants of the hidden units, (1 + parameters, units).
        outward: weights of the targets and their constants, (1 + units, targets).
        error: standard deviation of the error by target, on runs not seen; log points.
        r2: share of each target's variance that is explained on such runs.
    """

    middle: np.ndarray
    spread: np.ndarray
    inward: np.ndarray
    outward: np.ndarray
    error: np.ndarray
    r2: np.ndarray

    @property
    def dimensions(self) -> int:
        """How many parameters a point has."""
        return len(self.inward) - 1

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """Emulated targets, points x targets."""
        units = np.tanh(np.atleast_2d(z) @ self.inward[1:] + self.inward[0])
        emulated: np.ndarray = self.middle + self.spread * (units @ self.outward[1:] + self.outward[0])
        return emulated


def train(z: np.ndarray, found: np.ndarray, seed: int = 0, folds: int = 4) -> Emulator:
    """Learns from runs, and measures itself on runs left out.

    Args:
        z: points that were run, runs x parameters.
        found: simulated targets, runs x targets.
        seed: of the split and of the networks' first weights.
        folds: networks, each taught all runs but its own part.
    """
    middle, spread = found.mean(axis=0), found.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    scaled = (found - middle) / spread
    order = np.random.default_rng(seed).permutation(len(z))
    missed, networks = np.empty_like(scaled), []
    for number, part in enumerate(np.array_split(order, folds)):
        rest = np.setdiff1d(order, part)
        network = _taught(z[rest], scaled[rest], seed + number)
        networks.append(network)
        missed[part] = _answers(network, z[part]) - scaled[part]
    inward, outward = _side_by_side(networks)
    mean_square = np.mean(missed**2, axis=0)
    return Emulator(middle, spread, inward, outward, spread * np.sqrt(mean_square), 1.0 - mean_square)


def _taught(z: np.ndarray, scaled: np.ndarray, seed: int) -> MLPRegressor:
    network = MLPRegressor(
        hidden_layer_sizes=(_HIDDEN,), activation="tanh", alpha=_WEIGHT_DECAY, learning_rate_init=_RATE,
        batch_size=min(64, int(0.9 * len(z))), early_stopping=True, n_iter_no_change=_PATIENCE, max_iter=_MOST_ROUNDS,
        random_state=seed,
    )  # fmt: skip
    with warnings.catch_warnings():
        # What a network has not learnt in these rounds shows in its error.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(z, scaled)
    return network


def _answers(network: MLPRegressor, z: np.ndarray) -> np.ndarray:
    answers: np.ndarray = network.predict(z).reshape(len(z), -1)
    return answers


def _side_by_side(networks: Iterable[MLPRegressor]) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the one network that is the mean of several; the constants stand in the first row."""
    taught = list(networks)
    inward = [np.vstack([network.intercepts_[0], network.coefs_[0]]) for network in taught]
    constant = np.mean([network.intercepts_[1] for network in taught], axis=0)
    weights = np.vstack([network.coefs_[1] for network in taught]) / len(taught)
    return np.hstack(inward), np.vstack([constant, weights])
