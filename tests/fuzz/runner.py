"""Hands mutants to worker processes; one that dies or hangs is told as an unclear end, and replaced."""

from __future__ import annotations

import multiprocessing
import shutil
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.fuzz.kinds import KINDS
from tests.fuzz.worker import UNCLEAR, Ending, Limits, Mutant, work

_PATIENCE_SECONDS = 600.0  # of the clock, after which a mutant hangs; a machine may be busy


def mutants_of(kinds: Sequence[str], count: int, seed: int) -> list[Mutant]:
    """So many mutants of kinds in proportion to their weights, at least one of each."""
    whole = sum(KINDS[kind].weight for kind in kinds)
    shares = [max(1, round(count * KINDS[kind].weight / whole)) for kind in kinds]
    shares[0] += max(0, count - sum(shares))
    return [Mutant(kind, number, seed) for kind, share in zip(kinds, shares, strict=True) for number in range(share)]


def write_originals(kinds: Iterable[str], folder: Path) -> Path:
    """Writes the sound folders that mutants are made from."""
    for kind in kinds:
        own = folder / kind
        own.mkdir(parents=True)
        KINDS[kind].originals(own)
    return folder


@dataclass
class _Worker:
    process: BaseProcess
    line: Connection
    mutant: Mutant | None = None
    since: float = 0.0


def fuzz(
    mutants: Sequence[Mutant],
    originals: Path,
    scratch: Path,
    limits: Limits,
    *,
    workers: int = 1,
    keep: Path | None = None,
) -> list[Ending]:
    """How mutants end, in their order.

    Args:
        mutants: which.
        originals: sound folders, see :func:`write_originals`.
        scratch: an empty folder to work in.
        limits: what each may cost.
        workers: processes.
        keep: where mutants with an unclear end are copied to.
    """
    left, endings = deque(mutants), {}
    crew = [_start(originals, scratch, limits) for _ in range(min(workers, len(mutants)))]
    try:
        while len(endings) < len(mutants):
            for at, worker in enumerate(crew):
                if worker.mutant is None and left:
                    worker.mutant, worker.since = left.popleft(), time.monotonic()
                    worker.line.send(worker.mutant)
                elif worker.mutant is not None and (ending := _ended(worker)) is not None:
                    endings[worker.mutant] = ending
                    _clear(scratch / f"{worker.mutant.kind}-{worker.mutant.number}", ending, keep)
                    worker.mutant = None
                    if not worker.process.is_alive():
                        crew[at] = _start(originals, scratch, limits)
            if all(worker.mutant is not None for worker in crew) or not left:
                wait([worker.line for worker in crew if worker.mutant is not None], timeout=1.0)
    finally:
        for worker in crew:
            worker.process.kill()
            worker.process.join()
    return [endings[mutant] for mutant in mutants]


def _start(originals: Path, scratch: Path, limits: Limits) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, originals, scratch, limits), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _ended(worker: _Worker) -> Ending | None:
    """How the worker's mutant ended; None while it is still at it."""
    assert worker.mutant is not None
    try:
        if worker.line.poll():
            found: Ending = worker.line.recv()
            return found
    except (EOFError, OSError):
        worker.process.join(5.0)
        return Ending(worker.mutant, UNCLEAR, "", f"the process died with status {worker.process.exitcode}")
    if time.monotonic() - worker.since > _PATIENCE_SECONDS:
        worker.process.kill()
        worker.process.join()
        return Ending(
            worker.mutant, UNCLEAR, "", f"hangs for {_PATIENCE_SECONDS:.0f} seconds", seconds=_PATIENCE_SECONDS
        )
    return None


def _clear(folder: Path, ending: Ending, keep: Path | None) -> None:
    if ending.how == UNCLEAR and keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        kept = keep / folder.name
        shutil.rmtree(kept, ignore_errors=True)
        if folder.is_dir():  # else the process died before it made the mutant
            shutil.copytree(folder, kept, symlinks=True)
        (keep / f"{folder.name}.txt").write_text(
            f"{ending.damage}\n{ending.where}\n{ending.said}\n", encoding="utf-8", errors="replace"
        )
    shutil.rmtree(folder, ignore_errors=True)
