"""Runs of the model at many points, kept in a folder that can be taken up again after a stop.

A folder holds chunks of runs (``runs-00000.npz``: points and simulated targets) and ``design.json``: what they
were made from. A chunk is written under a hidden name and renamed when complete; a chunk that is there is not run
again. A folder made from something else (other priors, targets, world or size) is a fault, never mixed in.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

import sim

# Points of a chunk: about ten seconds of work on one core, the most that a stop can lose.
CHUNK = 32
_NAMED = 5  # runs without a number that are named
# From a chunk's points (standard normal, points x parameters) to simulated targets (points x targets).
Simulator = Callable[[np.ndarray], np.ndarray]


def sobol_points(count: int, dimensions: int, seed: int) -> np.ndarray:
    """Points spread evenly through the prior: a scrambled Sobol sequence as standard normal numbers.

    Args:
        count: how many; rounded up to a power of two inside, so that each prefix is balanced.
        dimensions: free parameters.
        seed: of the scrambling.
    """
    sequence = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    unit = sequence.random_base2(int(np.ceil(np.log2(max(count, 2)))))[:count]
    return ndtri(np.clip(unit, 1e-6, 1.0 - 1e-6))


def digest_of(*parts: str) -> str:
    """Digest of what determines a set of runs."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def runs_at(
    points: np.ndarray,
    simulator: Simulator,
    folder: Path,
    made_from: str,
    processes: int = 2,
) -> np.ndarray:
    """Simulated targets at points, from the folder where they are there already.

    Args:
        points: standard normal numbers, points x parameters.
        simulator: what to run; with several processes it must be importable, see :func:`sim.make_runs`.
        folder: where chunks are kept.
        made_from: digest of everything else that the result depends on.
        processes: how many at once; 1 runs them here.

    Returns:
        Points x targets.

    Raises:
        SimError: the folder holds runs made from something else, or some target of some run is no number.
    """
    _claim(folder, digest_of(made_from, points.tobytes().hex()))
    chunks = [points[first : first + CHUNK] for first in range(0, len(points), CHUNK)]
    paths = [folder / f"runs-{number:05d}.npz" for number in range(len(chunks))]
    kept = [_read(path) for path in paths]
    todo = [number for number, found in enumerate(kept) if found is None]
    started = time.perf_counter()
    made = sim.make_runs(simulator, [chunks[number] for number in todo], workers=processes)
    for done, (place, found) in enumerate(made, start=1):
        _write(paths[todo[place]], chunks[todo[place]], found)
        kept[todo[place]] = found
        _tell(folder.name, done, len(todo), time.perf_counter() - started)
    found = np.concatenate([chunk for chunk in kept if chunk is not None])
    # A model says what its targets are called; any other simulator has numbered ones.
    _refuse_not_finite(folder, found, [target.id for target in getattr(simulator, "targets", ())])
    return found


def _refuse_not_finite(folder: Path, found: np.ndarray, ids: Sequence[str]) -> None:
    """Names the runs with a target that is NaN or infinite: an emulator cannot learn them, nor a mean have them."""
    runs, targets = np.nonzero(~np.isfinite(found))
    if len(runs):
        pairs = list(zip(runs.tolist(), targets.tolist(), strict=True))
        named = ", ".join(
            f"run {run}, target {ids[target] if target < len(ids) else target}" for run, target in pairs[:_NAMED]
        )
        more = f" and {len(pairs) - _NAMED:,} more" if len(pairs) > _NAMED else ""
        raise sim.SimError(
            f"{folder}: {len(set(runs.tolist())):,} of {len(found):,} runs have a target that is no number "
            f"({named}{more}; counted from 0): narrow the priors, or leave the target out"
        )


def _claim(folder: Path, digest: str) -> None:
    note = folder / "design.json"
    if note.exists():
        try:
            written = json.loads(note.read_text(encoding="utf-8"))["digest"]
        except (OSError, ValueError, RecursionError, TypeError, KeyError):
            raise sim.SimError(
                f"{note} cannot be read, so nobody knows what made the runs there; delete {folder}"
            ) from None
        if written != digest:
            raise sim.SimError(
                f"{folder} holds runs made from other priors, targets or code; delete it or name another"
            )
        return
    with sim.written_file(note) as scratch:
        scratch.write_text(json.dumps({"digest": digest}) + "\n", encoding="utf-8")


def _read(path: Path) -> np.ndarray | None:
    """The simulated targets of a chunk; None where it is not there, or is damaged: then it is told, and run again."""
    if not path.exists():
        return None
    try:
        with np.load(path) as chunk:
            return np.asarray(chunk["found"], dtype=float)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        sys.stderr.write(f"{path} is damaged ({error}); its runs are made again\n")
        return None


def _write(path: Path, points: np.ndarray, found: np.ndarray) -> None:
    with sim.written_file(path) as scratch, scratch.open("wb") as file:
        np.savez(file, points=points, found=found)


def _tell(name: str, done: int, chunks: int, seconds: float) -> None:
    left = seconds / done * (chunks - done)
    sys.stderr.write(f"\r{name}: {done} of {chunks} chunks, {left:4.0f} s left ")
    sys.stderr.write("\n" if done == chunks else "")
    sys.stderr.flush()
