"""Draws from the posterior of the model itself: the emulator proposes, the model decides.

Surrogate transition (Liu, Monte Carlo Strategies in Scientific Computing, 2001, section 9.4.3; delayed acceptance:
Christen and Fox, JCGS 2005). Each chain walks some steps of Metropolis' random walk on the emulator's posterior and
comes to a point; there the model runs, and the point is taken with odds that put right what the emulator got wrong.
What the chains draw from is therefore the model's posterior whatever the emulator is: a poor one costs refusals, not
truth.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

import sim
from calibration.inference.emulator import Emulating
from calibration.inference.likelihood import Evidence
from calibration.inference.mcmc import Posterior
from calibration.inference.runs import Simulator

# Chains that one process walks side by side: the emulator answers for several at nearly the price of one.
TOGETHER = 2
# Steps of the chains between two writings: the most that a stop can lose.
_BLOCK = 20
# Optimal step of a random walk, over the root of the dimensions (Roberts, Gelman and Gilks 1997).
_STEP = 2.38


@dataclass(frozen=True)
class Walk:
    """How the chains walk.

    Attributes:
        steps: proposals that the model decides on, of each chain.
        between: steps on the emulator's posterior from one to the next.
        seed: fixes every draw.
    """

    steps: int
    between: int
    seed: int


@dataclass(frozen=True, eq=False)
class Walked:
    """What chains left behind, and where they stand.

    Attributes:
        points: standard normal numbers, steps x chains x parameters.
        found: what the model gives there, log, steps x chains x targets.
        proposed: points that the model ran at, proposals x parameters: what an emulator can learn from.
        answered: what it gave there, proposals x targets.
        acceptance: share of proposals taken.
    """

    points: np.ndarray
    found: np.ndarray
    proposed: np.ndarray
    answered: np.ndarray
    acceptance: float


@dataclass(frozen=True, eq=False)
class Stage:
    """What chains walk on; picklable.

    Attributes:
        simulator: the model, from points to simulated targets; a target that is no number refuses the point.
        seen: the figures.
        emulator: proposes; its error flattens what it proposes from.
        covariance: of the emulator's posterior, which the random walk's steps follow.
    """

    simulator: Simulator
    seen: Evidence
    emulator: Emulating
    covariance: np.ndarray


class Place(NamedTuple):
    """Where chains stand: points, chains x parameters, and what the model gives there, chains x targets."""

    points: np.ndarray
    found: np.ndarray


@dataclass(frozen=True, eq=False)
class _Group:
    """A few chains from where they stand; picklable."""

    stage: Stage
    walk: Walk
    folder: Path
    number: int
    place: Place


def walk_chains(stage: Stage, start: Place, walk: Walk, folder: Path, processes: int = 1) -> Walked:
    """Walks chains on the posterior of the model itself.

    Args:
        stage: model, figures, emulator.
        start: where the chains start from.
        walk: how far and how.
        folder: where steps are kept, block by block; chains that were stopped go on from there.
        processes: groups of chains at the same time; the draws do not depend on it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cuts = range(TOGETHER, len(start.points), TOGETHER)
    places = [Place(*pair) for pair in zip(np.split(start.points, cuts), np.split(start.found, cuts), strict=True)]
    groups = [_Group(stage, walk, folder, number, place) for number, place in enumerate(places)]
    walked = sorted(sim.make_runs(_walked, groups, workers=processes), key=lambda pair: pair[0])
    return joined([one for _, one in walked], axis=1)


def joined(parts: Sequence[Walked], axis: int) -> Walked:
    """Chains side by side (axis 1), or the same chains one stretch after another (axis 0)."""
    return Walked(
        np.concatenate([one.points for one in parts], axis=axis),
        np.concatenate([one.found for one in parts], axis=axis),
        np.concatenate([one.proposed for one in parts]),
        np.concatenate([one.answered for one in parts]),
        float(np.mean([one.acceptance for one in parts])),
    )


def _walked(group: _Group) -> Walked:
    """All steps of a group of chains, block by block; blocks that are there are not walked again."""
    done: list[Walked] = []
    for block, first in enumerate(range(0, group.walk.steps, _BLOCK)):
        steps = min(_BLOCK, group.walk.steps - first)
        path = group.folder / f"chains-{group.number:02d}-block-{block:04d}.npz"
        digest = hashlib.sha256(group.place.points.tobytes() + repr((group.walk, steps)).encode()).hexdigest()
        part = _read(path, digest)
        if part is None:
            part = _block(group, steps, np.random.default_rng([group.walk.seed, group.number, block]))
            _write(path, part, digest)
        done.append(part)
        group = replace(group, place=Place(part.points[-1], part.found[-1]))
        if group.number == 0:
            sys.stderr.write(f"\r{group.folder.name}: {first + steps} of {group.walk.steps} steps ")
            sys.stderr.write("\n" if first + steps == group.walk.steps else "")
            sys.stderr.flush()
    return joined(done, axis=0)


def _block(group: _Group, steps: int, rng: np.random.Generator) -> Walked:
    stage, (points, found) = group.stage, group.place
    points, found = points.copy(), found.copy()
    posterior = Posterior(stage.seen, stage.emulator, stage.emulator.error, points.shape[1])
    exact = Posterior(stage.seen, stage.simulator, np.zeros(len(stage.seen)), points.shape[1])
    likely, stand_in = exact.at(points, found), posterior(points)
    root = _STEP / np.sqrt(points.shape[1]) * np.linalg.cholesky(stage.covariance)
    kept, proposed, answered, taken = [], [], [], 0
    for _ in range(steps):
        tried, there = _random_walk(posterior, (points, stand_in), root, group.walk.between, rng)
        ran = np.asarray(stage.simulator(tried), dtype=float)
        whole = np.isfinite(ran).all(axis=1)
        new = np.where(whole, exact.at(tried, np.where(whole[:, None], ran, 0.0)), -np.inf)
        take = np.log(rng.random(len(points))) < (new - likely) - (there - stand_in)
        points[take], found[take], likely[take], stand_in[take] = tried[take], ran[take], new[take], there[take]
        taken += int(take.sum())
        kept.append((points.copy(), found.copy()))
        proposed.append(tried[whole])
        answered.append(ran[whole])
    return Walked(
        np.stack([one for one, _ in kept]), np.stack([one for _, one in kept]), np.concatenate(proposed),
        np.concatenate(answered), taken / (steps * len(points)),
    )  # fmt: skip


def _random_walk(
    posterior: Posterior, start: tuple[np.ndarray, np.ndarray], root: np.ndarray, steps: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Where a random walk on the emulator's posterior ends, and how likely it is there.

    The same reversible step again and again, so that the whole walk is reversible, as the surrogate transition asks.
    """
    points, likely = (part.copy() for part in start)
    for _ in range(steps):
        tried = points + rng.standard_normal(points.shape) @ root.T
        new = posterior(tried)
        take = np.log(rng.random(len(points))) < new - likely
        points[take], likely[take] = tried[take], new[take]
    return points, likely


def _read(path: Path, digest: str) -> Walked | None:
    """A block that is there; None where it is not, is damaged (that is told) or set out from elsewhere."""
    if not path.exists():
        return None
    try:
        with np.load(path) as block:
            if str(block["digest"]) != digest:
                return None
            read = partial(np.asarray, dtype=float)
            return Walked(
                read(block["points"]), read(block["found"]), read(block["proposed"]), read(block["answered"]),
                float(block["acceptance"]),
            )  # fmt: skip
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        sys.stderr.write(f"{path} is damaged ({error}); its steps are walked again\n")
        return None


def _write(path: Path, part: Walked, digest: str) -> None:
    with sim.written_file(path) as scratch, scratch.open("wb") as file:
        np.savez_compressed(
            file, points=part.points, found=part.found, proposed=part.proposed, answered=part.answered,
            acceptance=part.acceptance, digest=digest,
        )  # fmt: skip
