"""From the published figures to a posterior: design, emulator, sampler, check on the model itself.

1. The mode of the posterior is found on the model itself; the model runs at points about it, and at some spread through
   the prior, and the emulator learns from those that are not far off.
2. A first posterior says where to look closer; the model runs there, wave by wave, and the emulator learns again.
3. Chains walk on the posterior that the emulator gives, with the emulator's error in the likelihood (Kennedy and
   O'Hagan 2001). The model itself runs at the draws that are kept: every band rests on its own runs, and they say what
   the emulator misses where it matters. A second posterior, of an emulator that learnt from half of the runs, says how
   far the result rests on which runs it saw.
"""

from __future__ import annotations

import hashlib
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from calibration.inference.emulator import Emulator, train
from calibration.inference.likelihood import Evidence, Marginal
from calibration.inference.mcmc import Chain, Normal, Posterior, Walk, kept_chains
from calibration.inference.mode import points_about, posterior_mode
from calibration.inference.runs import Simulator, digest_of, runs_at, sobol_points


@dataclass(frozen=True)
class Plan:
    """How much work goes into a calibration.

    Attributes:
        points: runs spread through the prior.
        about: runs about the mode.
        iterations: most steps towards the mode.
        wider: spread of those runs, multiple of the standard deviations that the curvature at the mode says.
        waves: runs near the posterior, wave by wave.
        trained_on: runs the emulator learns from, the nearest to the figures of all that were made.
        steps: of each chain, half of them burn-in; waves, which only say where to look, take a ninth of them, and the
            posterior from half of the runs a third.
        chains: independent ones.
        draws: draws that are kept.
        processes: runs at the same time.
        seed: fixes everything that is random.
    """

    points: int = 256
    about: int = 1280
    iterations: int = 10
    wider: float = 2.0
    waves: tuple[int, ...] = (512, 512, 512, 512)
    trained_on: int = 3000
    steps: int = 120_000
    chains: int = 16
    draws: int = 200
    processes: int = 2
    seed: int = 20240101


@dataclass(frozen=True, eq=False)
class Fit:
    """A calibration.

    Attributes:
        points: the draws kept, standard normal numbers, draws x parameters.
        found: what the model itself gives there, log, draws x targets.
        discrepancy: by group, draws x groups.
        emulator: the last one.
        chain: draws of the posterior with how far the chains have converged.
        emulator_missed: root mean square of emulator less model at the draws kept, by target.
        moved_by_half: how far medians lie from those of an emulator that learnt from half of the runs, standard
            deviations of the posterior, by parameter.
        at_centre: what the model gives at the prior centres, by target.
        prior_found: what it gives at points of the prior, points x targets.
        seconds: by stage.
    """

    points: np.ndarray
    found: np.ndarray
    discrepancy: np.ndarray
    emulator: Emulator
    chain: Chain
    emulator_missed: np.ndarray
    moved_by_half: np.ndarray
    at_centre: np.ndarray
    prior_found: np.ndarray
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Problem:
    """What is fitted to what.

    Attributes:
        simulator: from points to simulated targets; picklable.
        made_from: digest of what the simulator depends on.
        seen: the figures.
        dimensions: free parameters.
    """

    simulator: Simulator
    made_from: str
    seen: Evidence
    dimensions: int


def calibrate(problem: Problem, folder: Path, plan: Plan | None = None) -> Fit:
    """Fits the free parameters to the figures.

    Args:
        problem: what is fitted to what.
        folder: where runs are kept; a stopped calibration goes on from there.
        plan: how much work.
    """
    plan = plan or Plan()
    seen, dimensions = problem.seen, problem.dimensions
    clock = _Clock()
    # Runs of other code, priors or targets lie in a folder of their own: nobody has to clear anything away.
    folder = folder / digest_of(problem.made_from, repr(plan))[:12]

    def run(points: np.ndarray, name: str) -> np.ndarray:
        # Where to look depends on the likelihood and the emulator, too: other points have a folder of their own.
        place = folder / f"{name}-{hashlib.sha256(points.tobytes()).hexdigest()[:8]}"
        return runs_at(points, problem.simulator, place, problem.made_from, plan.processes)

    def draw(emulator: Emulator, start: Normal, steps: int, number: int) -> Chain:
        posterior = Posterior(seen, emulator, emulator.error, dimensions)
        walk = Walk(max(steps, 2), plan.chains, plan.seed + 100 * number)
        return kept_chains(folder / f"chains-{number}.npz", posterior, walk, start, plan.processes)

    z = sobol_points(plan.points, dimensions, plan.seed)
    found = run(z, "prior")
    prior_found = found
    centre = run(np.zeros((1, dimensions)), "centre")
    clock.mark("runs over the prior")
    mode, covariance = posterior_mode(run, seen, dimensions, plan.iterations)
    clock.mark("search of the mode")
    about = points_about(mode, covariance, plan.wider, sobol_points(plan.about, dimensions, plan.seed + 1))
    z, found = np.concatenate([z, about]), np.concatenate([found, run(about, "about")])
    clock.mark("runs about the mode")
    emulator, start = _learn(seen, z, found, plan), Normal(mode, covariance)
    for number, count in enumerate(plan.waves, start=1):
        chain = draw(emulator, start, plan.steps // 9, number)
        start = _law_of(chain)
        near = _spread(chain, count, plan.seed + number)
        true = run(near, f"wave-{number}")
        missed = missed_by(emulator, near, true)
        z, found = np.concatenate([z, near]), np.concatenate([found, true])
        emulator = replace(_learn(seen, z, found, plan), error=missed)
        clock.mark(f"wave {number}")
    chain = draw(emulator, start, plan.steps, len(plan.waves) + 1)
    clock.mark("sampler")
    half = np.random.default_rng(plan.seed).permutation(len(z)) % 2 == 0
    learnt = replace(_learn(seen, z[half], found[half], plan), error=emulator.error)
    other = draw(learnt, start, plan.steps // 3, len(plan.waves) + 2)
    apart = np.median(other.points, axis=0) - np.median(chain.points, axis=0)
    clock.mark("sampler, half of the runs")
    kept = np.linspace(0, len(chain.points) - 1, plan.draws).round().astype(int)
    points = chain.points[kept]
    true = run(points, "draws")
    discrepancy = Marginal(seen, np.zeros(len(seen))).draw(true, np.random.default_rng(plan.seed))
    clock.mark("runs at the draws")
    return Fit(
        points, true, discrepancy, emulator, chain, missed_by(emulator, points, true),
        apart / chain.points.std(axis=0), centre[0], prior_found, clock.seconds,
    )  # fmt: skip


def _law_of(chain: Chain) -> Normal:
    return Normal(chain.points.mean(axis=0), np.cov(chain.points.T))


@dataclass
class _Clock:
    """Seconds by stage, told as they pass."""

    last: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def mark(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage], self.last = round(now - self.last, 1), now
        sys.stderr.write(f"{stage}: {self.seconds[stage]:.0f} s\n")


def _learn(seen: Evidence, z: np.ndarray, found: np.ndarray, plan: Plan) -> Emulator:
    """An emulator of the runs nearest to the figures.

    Far from them the model falls into other regimes (trade that collapses in a price spiral), and an emulator that has
    to hold those as well is worse everywhere.
    """
    near = Marginal(seen, np.zeros(len(seen)))(found)
    kept = np.sort(np.argsort(-near, kind="stable")[: plan.trained_on])
    return train(z[kept], found[kept], plan.seed)


def missed_by(emulator: Emulator, points: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Root mean square of what an emulator missed by target, at runs that it was not taught; log points.

    At runs near the posterior this is the error that matters there. It is smaller than what the emulator says of
    itself, which speaks of single networks and of all it was taught; too large an error makes the posterior too flat.
    """
    missed: np.ndarray = np.sqrt(np.mean((emulator(points) - true) ** 2, axis=0))
    return missed


def _spread(chain: Chain, count: int, seed: int) -> np.ndarray:
    """Draws of a posterior moved a third further from its middle, so that the next emulator sees its rim."""
    points, _ = chain.thinned(count, seed)
    middle = chain.points.mean(axis=0)
    return np.clip(middle + (points - middle) * 4.0 / 3.0, -4.0, 4.0)


def predictive(fit: Fit, seen: Evidence, seed: int, repeats: int = 10) -> np.ndarray:
    """What the office would publish: the model's figure, its discrepancy and the measurement error together.

    Args:
        fit: a calibration.
        seen: the targets.
        seed: of the errors.
        repeats: errors drawn per draw of the posterior.

    Returns:
        Log figures, (draws x repeats) x targets.
    """
    rng = np.random.default_rng(seed)
    return np.concatenate([with_errors(fit.found, seen, fit.discrepancy, rng) for _ in range(repeats)])


def with_errors(found: np.ndarray, seen: Evidence, discrepancy: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Simulated figures with discrepancy and measurement error drawn on top, as the likelihood has them.

    Args:
        found: simulated, draws x targets.
        seen: the targets.
        discrepancy: draws x groups, or one for each target, draws x targets.
        rng: of the errors.
    """
    spread = discrepancy if discrepancy.shape[1] == len(seen) else discrepancy[:, seen.group]
    # Two figures of one period of one series have one error: the least eigenvalue may be nought.
    root = np.linalg.cholesky(seen.correlation() + 1e-9 * np.eye(len(seen)))
    own, measured = (rng.standard_normal(found.shape) for _ in range(2))
    errors = spread * (own @ root.T) + seen.sd * measured
    drawn: np.ndarray = found + errors
    return drawn
