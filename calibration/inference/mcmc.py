"""Draws from the posterior by Metropolis' random walk, and whether it has converged.

Independent chains walk side by side; the steps of a group of them follow the covariance of where the group has been
(adaptive Metropolis: Haario, Saksman and Tamminen 2001), which is held fixed after burn-in, at the scale that is best
in many dimensions (Roberts, Gelman and Gilks 1997).
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from arviz_stats.base import array_stats

import sim
from calibration.inference.likelihood import Evidence, Marginal

# Groups of chains that adapt by themselves, so that they can be held against each other; a process each.
GROUPS = 2
# Rounds of burn-in, after each of which the steps follow the covariance of the later half of what was walked.
_ROUNDS = 12
# Scale of a step over the root of the dimensions, and the share of steps taken that it aims at.
_STEP, _TAKEN = 2.38, 0.234
# Steps of each chain that are kept: neighbours are nearly the same.
_KEPT = 2000


class Walk(NamedTuple):
    """How far chains walk.

    Attributes:
        steps: of each chain, the first half burn-in.
        chains: independent ones; a multiple of :data:`GROUPS`.
        seed: fixes every draw.
    """

    steps: int
    chains: int = 16
    seed: int = 0


class Normal(NamedTuple):
    """Where chains start from: mean (parameter,) and covariance (parameter, parameter) of a normal law."""

    mean: np.ndarray
    covariance: np.ndarray


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
        acceptance: share of steps taken.
        rhat: rank-normalised split R-hat over all chains, the worst dimension's.
        ess_bulk: effective draws for the middle of the distribution, the worst dimension's.
        ess_tail: effective draws for its tails, the worst dimension's.
        by_parameter: the same three, dimension by dimension.
        walks: the chains themselves after burn-in, thinned: steps x chains x parameters.
    """

    points: np.ndarray
    discrepancy: np.ndarray
    acceptance: float
    rhat: float
    ess_bulk: float
    ess_tail: float
    by_parameter: Diagnostics
    walks: np.ndarray

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


def sample(posterior: Posterior, walk: Walk, start: Normal | None = None, *, processes: int = 1) -> Chain:
    """Walks independent chains; the first half of each is burn-in.

    Args:
        posterior: what to sample.
        walk: how many steps of how many chains, and the seed.
        start: what the chains set out from, twice as wide; a part of the prior by default.
        processes: how many at once; the draws do not depend on it.

    Raises:
        SimError: the posterior is a number at no point that the chains start from.
    """
    start = start or Normal(np.zeros(posterior.dimensions), 0.25 * np.eye(posterior.dimensions))
    work = [(posterior, start, walk, number) for number in range(GROUPS)]
    if processes == 1:
        runs = [_walked(*one) for one in work]
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            runs = list(pool.map(_walked, *zip(*work, strict=True)))
    walks = np.concatenate([one for one, _ in runs], axis=1)
    return chain_of(posterior, walks, float(np.mean([taken for _, taken in runs])), walk.seed)


def chain_of(posterior: Posterior, walks: np.ndarray, acceptance: float, seed: int) -> Chain:
    """What chains leave behind, with discrepancies drawn and how far they have converged.

    Args:
        posterior: what they are draws of.
        walks: steps x chains x parameters.
        acceptance: share of steps taken.
        seed: of the discrepancies.
    """
    points = walks.reshape(-1, posterior.dimensions)
    rng = np.random.default_rng(seed)
    parts = np.array_split(points, max(1, len(points) // 500))
    discrepancy = np.concatenate([posterior.likely.draw(posterior.model(part), rng) for part in parts])
    found = diagnose(walks)
    return Chain(
        points, discrepancy, acceptance, float(found.rhat.max()), float(found.ess_bulk.min()),
        float(found.ess_tail.min()), found, walks,
    )  # fmt: skip


def kept_chains(path: Path, posterior: Posterior, walk: Walk, start: Normal, processes: int) -> Chain:
    """As :func:`sample`, or the chains of a file where the same posterior left them; else they are written there.

    Two posteriors are the same where their logarithms are, at points about the start.
    """
    probes = np.random.default_rng(walk.seed).multivariate_normal(start.mean, start.covariance, 16)
    made_from = repr(walk).encode() + posterior(probes).tobytes() + start.mean.tobytes()
    digest = hashlib.sha256(made_from + start.covariance.tobytes()).hexdigest()
    try:
        with np.load(path) as kept:
            if str(kept["digest"]) == digest:
                return chain_of(posterior, kept["walks"], float(kept["acceptance"]), walk.seed)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        sys.stderr.write(f"{path} is damaged ({error}); its chains are walked again\n")
    chain = sample(posterior, walk, start, processes=processes)
    with sim.written_file(path) as scratch, scratch.open("wb") as file:
        np.savez(file, walks=chain.walks, acceptance=chain.acceptance, digest=digest)
    return chain


def _walked(posterior: Posterior, start: Normal, how: Walk, group: int) -> tuple[np.ndarray, float]:
    """A group of chains after burn-in, thinned, and the share of steps taken."""
    rng, chains, steps = np.random.default_rng([how.seed, group]), how.chains // GROUPS, how.steps
    scale, covariance = _STEP / np.sqrt(posterior.dimensions), np.asarray(start.covariance)
    # Many candidates, of which the likeliest are taken: no chain sets out from where nothing can be.
    tried = rng.multivariate_normal(start.mean, 4.0 * covariance, 8 * chains)
    likely = posterior(tried)
    if not np.isfinite(likely).any():
        raise sim.SimError(f"the likelihood is a number at none of the {len(tried)} points that the chains start from")
    place = _Place(*(part[np.argsort(-likely, kind="stable")[:chains]] for part in (tried, likely)))
    walked: list[np.ndarray] = []
    for number in range(1, _ROUNDS + 1):
        walk, taken, place = _stretch(posterior, place, scale * _root(covariance), max(steps // (2 * _ROUNDS), 1), rng)
        scale *= np.exp(taken - _TAKEN)
        walked.append(walk.reshape(-1, posterior.dimensions))
        # The later half of what was walked: one round of a short walk says little of a covariance.
        covariance = np.cov(np.concatenate(walked[number // 2 :]).T)
    walk, taken, _ = _stretch(posterior, place, scale * _root(covariance), max(steps // 2, 2), rng)
    return walk[:: max(1, len(walk) // _KEPT)], taken


class _Place(NamedTuple):
    """Where chains stand, and the log posterior there."""

    points: np.ndarray
    likely: np.ndarray


def _root(covariance: np.ndarray) -> np.ndarray:
    """A root of a covariance, which may lack a dimension in which no chain has moved yet."""
    covariance = np.atleast_2d(covariance)
    root: np.ndarray = np.linalg.cholesky(covariance + 1e-6 * np.eye(len(covariance)))
    return root


def _stretch(
    posterior: Posterior, place: _Place, root: np.ndarray, steps: int, rng: np.random.Generator
) -> tuple[np.ndarray, float, _Place]:
    """So many steps of chains side by side: steps x chains x parameters, share taken, where they end."""
    points, likely = place.points.copy(), place.likely.copy()
    walk, taken = np.empty((steps, *points.shape)), 0
    for step in range(steps):
        tried = points + rng.standard_normal(points.shape) @ root.T
        new = posterior(tried)
        take = np.log(rng.random(len(points))) < new - likely
        points[take], likely[take] = tried[take], new[take]
        walk[step], taken = points, taken + int(take.sum())
    return walk, taken / (steps * len(points)), _Place(points, likely)


def diagnose(chains: np.ndarray) -> Diagnostics:
    """Rank-normalised diagnostics (Vehtari, Gelman, Simpson, Carpenter and Buerkner, Bayesian Analysis 16, 2021).

    Args:
        chains: steps x chains x dimensions.
    """
    axes = {"draw_axis": 0, "chain_axis": 1}
    return Diagnostics(
        array_stats.rhat(chains, method="rank", **axes),
        array_stats.ess(chains, method="bulk", **axes),
        array_stats.ess(chains, method="tail", prob=(0.05, 0.95), **axes),
    )
