"""The options that every command of the calibration has, and what they stand for with another user's figures."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

import sim
from calibration.targets.priors import load_priors
from calibration.targets.targets import TARGETS, codes_of, load_targets
from calibration.targets.user_data import PRIORS, Own, prepare

ROOT = Path(__file__).resolve().parents[2]
POSTERIOR, RESULTS = ROOT / "calibration" / "posterior", ROOT / "results" / "calibration"


def one_thread() -> None:
    """Keeps the linear algebra to one thread, here and in processes to come, since the runs use the cores."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # Whoever loaded numpy before has its threads already.
    threadpool_limits(1)


def common(program: str, description: str | None) -> argparse.ArgumentParser:
    """A parser with the options that all commands have."""
    parser = argparse.ArgumentParser(prog=program, description=description)
    parser.add_argument("--figures", type=Path, help="folder of your own customs files (docs/own-figures.md)")
    parser.add_argument("--scenario", default="reference", help="file or name of the scenario")
    parser.add_argument(
        "--allow-code", action="store_true", help="run rules that the scenario names from a Python file"
    )
    parser.add_argument("--targets", type=Path, help="table of published figures; the shipped one by default")
    parser.add_argument("--priors", type=Path, help="table of priors; the shipped one by default")
    parser.add_argument("--posterior", type=Path, help="folder of the posterior; calibration/posterior by default")
    parser.add_argument("--results", type=Path, help="runs, pictures and report; results/calibration by default")
    parser.add_argument("--processes", type=int, default=2, help="runs at the same time")
    parser.add_argument("--force", action="store_true", help="replace files that are there and hold something else")
    return parser


def settle(chosen: argparse.Namespace) -> Own | None:
    """Puts in what was not said, and builds the world of another user's figures where they are named.

    Args:
        chosen: parsed options; changed in place. ``series`` is added: flows of the user's
            files, None for the shipped ones.

    Returns:
        What the folder of figures became, if one is named. Its posterior and results go beside it, so that nobody's
        figures end in the shipped posterior.

    Raises:
        FaultList: everything that is wrong with figures, targets and priors, at once.
    """
    faults: list[sim.Fault] = []
    own: Own | None = None
    if chosen.figures is not None:
        if chosen.priors is None and (chosen.figures / PRIORS).exists():
            chosen.priors = chosen.figures / PRIORS
        own = _try(lambda: prepare(chosen.figures, chosen.scenario, force=chosen.force), faults)
    if own is not None:
        chosen.scenario, chosen.targets, chosen.series = str(own.scenario), chosen.targets or own.targets, own.series
    elif not faults:
        chosen.targets, chosen.series = chosen.targets or TARGETS, None
    case = None if faults else sim.load(chosen.scenario, allow_code=chosen.allow_code, posterior="none")
    if case is not None:
        _try(case.replaced, faults)
        _try(lambda: load_targets(chosen.targets, codes_of(case.world)), faults)
    if chosen.priors is not None:
        _try(lambda: _priors(chosen.priors, case), faults)
    if faults:
        raise sim.FaultList(faults)
    places = (POSTERIOR, RESULTS) if own is None else (own.folder / "posterior", own.folder / "results")
    chosen.posterior, chosen.results = chosen.posterior or places[0], chosen.results or places[1]
    return own


def _try(read: Callable[[], Any], faults: list[sim.Fault]) -> Any:
    """What is read, or None and its faults among the others."""
    try:
        return read()
    except sim.FaultList as error:
        faults += error.faults
    return None


def _priors(path: Path, case: sim.Case | None) -> None:
    """Whether a table of priors is sound and leaves something to fit."""
    if not any(prior.fitted for prior in load_priors(path, case)):
        raise sim.FaultList([sim.Fault(str(path), 0, 0, "fitted", "no row says yes: nothing would be free to fit")])


def complain(error: Exception) -> int:
    """Prints a user's mistake; the exit code of a faulty input."""
    sys.stderr.write(f"{error}\n")
    return 1
