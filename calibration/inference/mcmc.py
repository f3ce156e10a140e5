"""Draws from the posterior by an affine-invariant ensemble (emcee), and whether it has converged."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import NamedTuple

import emcee
import numpy as np
from arviz_stats.base import array_stats

import sim
from calibration.inference.likelihood import Evidence, Marginal

# Independent runs, held against each other.
ENSEMBLES = 2
# Draws kept of each walker: they follow each other so closely that more say nothing.
_KEPT = 200


class Diagnostics(NamedTuple):
    """How far chains have converged, by dimension.

    Attributes:
        rhat: rank-normalised split R-hat, the larger of bulk and tail.
        ess_bulk: effective draws for the middle of the distribution.
        ess_tail: effective draws for its 5 % and 95 % quantiles, the smaller.
    """

    rhat: np.ndarray
    ess_bulk: np.ndarray
    ess_tail: np.ndarray


@dataclass(frozen=True, eq=False)
class Chain:
    """What a sampler leaves behind.

    Attributes:
        points: draws of the free parameters as standard normal numbers, draws x parameters.
        discrepancy: draws of the discrepancy by group, log points, draws x groups.
        acceptance: share of moves accepted.
        autocorrelation: integrated time in steps, the slowest dimension's; NaN where a walker never moved.
        rhat: rank-normalised split R-hat over the walkers of all ensembles, the worst dimension's.
        ess_bulk: effective draws for the middle of the distribution, the worst dimension's.
        ess_tail: effective draws for its tails, the worst dimension's.
        steps: steps kept, after burn-in, of each walker.
        by_parameter: the same three, dimension by dimension.
    """

    points: np.ndarray
    discrepancy: np.ndarray
    acceptance: float
    autocorrelation: float
    rhat: float
    ess_bulk: float
    ess_tail: float
    steps: int
    by_parameter: Diagnostics

    def thinned(self, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """So many draws picked at random: points and discrepancies."""
        picked = np.random.default_rng(seed).choice(len(self.points), count, replace=count > len(self.points))
        return self.points[picked], self.discrepancy[picked]


class Posterior:
    """Log posterior of points, up to a constant, for many at once; discrepancies are integrated over.

    Args:
        seen: the figures.
        model: simulated targets at points.
        error: standard deviation of its error by target.
        dimensions: parameters of a point.
    """

    def __init__(
        self, seen: Evidence, model: Callable[[np.ndarray], np.ndarray], error: np.ndarray, dimensions: int
    ) -> None:
        self.model, self.dimensions = model, dimensions
        self.likely = Marginal(seen, error)

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """Log posterior of points, points x parameters."""
        return self.at(z, self.model(z))

    def at(self, z: np.ndarray, found: np.ndarray) -> np.ndarray:
        """The same where the simulated targets are known, points x targets."""
        log = self.likely(found) - 0.5 * np.sum(z**2, axis=1)
        return np.where(np.isfinite(log), log, -np.inf)


def sample(posterior: Posterior, walkers: int, steps: int, seed: int, processes: int = 1) -> Chain:
    """Runs two ensembles from points spread through the prior; the first half of each is burn-in.

    Args:
        posterior: what to sample.
        walkers: of each ensemble; at least twice the dimensions.
        steps: of each walker, burn-in included.
        seed: fixes every draw.
        processes: how many at once.

    Raises:
        SimError: the posterior is a number at no point that the walkers start from.
    """
    work = [(posterior, walkers, steps, seed + number) for number in range(ENSEMBLES)]
    if processes == 1:
        runs = [_ensemble(*one) for one in work]
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            runs = list(pool.map(_ensemble, *zip(*work, strict=True)))
    chains = np.concatenate([chain for chain, _ in runs], axis=1)
    times = [emcee.autocorr.integrated_time(chain, tol=0, quiet=True) for chain, _ in runs]
    points = chains[:: max(1, len(chains) // _KEPT)].reshape(-1, posterior.dimensions)
    rng = np.random.default_rng(seed)
    parts = np.array_split(points, max(1, len(points) // 500))
    discrepancy = np.concatenate([posterior.likely.draw(posterior.model(part), rng) for part in parts])
    acceptance = float(np.mean([a for _, a in runs]))
    return chain_of(chains, points, discrepancy, acceptance, float(np.max(times)))


def chain_of(
    chains: np.ndarray, points: np.ndarray, discrepancy: np.ndarray, acceptance: float, autocorrelation: float
) -> Chain:
    """What chains leave behind, with how far they have converged.

    Args:
        chains: steps x chains x dimensions.
        points: those of their draws that are kept, draws x dimensions.
        discrepancy: by group at these, draws x groups.
        acceptance: share of moves accepted.
        autocorrelation: integrated time in steps, the slowest dimension's.
    """
    found = diagnose(chains)
    return Chain(
        points, discrepancy, acceptance, autocorrelation, float(found.rhat.max()), float(found.ess_bulk.min()),
        float(found.ess_tail.min()), len(chains), found,
    )  # fmt: skip


def _ensemble(posterior: Posterior, walkers: int, steps: int, seed: int) -> tuple[np.ndarray, float]:
    start = 0.5 * np.random.default_rng(seed).standard_normal((walkers, posterior.dimensions))
    if not np.isfinite(posterior(start)).any():
        raise sim.SimError(f"the likelihood is a number at none of the {walkers} points that the sampler starts from")
    # Differences of walkers as steps: in 40 dimensions they mix several times faster than the stretch move alone.
    moves = [(emcee.moves.DEMove(), 0.7), (emcee.moves.DESnookerMove(), 0.1), (emcee.moves.StretchMove(), 0.2)]
    sampler = emcee.EnsembleSampler(walkers, start.shape[1], posterior, moves=moves, vectorize=True)
    # emcee keeps to the legacy generator; its state comes from ours.
    sampler.random_state = np.random.RandomState(seed).get_state()
    sampler.run_mcmc(start, steps)
    return sampler.get_chain()[steps // 2 :], float(sampler.acceptance_fraction.mean())


def diagnose(chains: np.ndarray) -> Diagnostics:
    """Rank-normalised diagnostics (Vehtari, Gelman, Simpson, Carpenter and Buerkner, Bayesian Analysis 16, 2021).

    Walkers of one ensemble move by one another's places, so they are no independent chains: R-hat over them can be too
    small, never too large.

    Args:
        chains: steps x walkers x dimensions.
    """
    axes = {"draw_axis": 0, "chain_axis": 1}
    return Diagnostics(
        array_stats.rhat(chains, method="rank", **axes),
        array_stats.ess(chains, method="bulk", **axes),
        array_stats.ess(chains, method="tail", prob=(0.05, 0.95), **axes),
    )
