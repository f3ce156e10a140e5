"""Does the method find what is there? Parameters recovered from simulated data, many times over.

Run as ``python -m calibration.validation.simulation_based_calibration``. In the classroom world (three states, one
good, two years) the model itself runs at points drawn from the prior; discrepancy and measurement error are drawn on
top as the likelihood has them, and the calibration (emulator, likelihood, sampler) fits each synthetic data set
without knowing the point. If all of it is right, the truth's rank among the draws is uniform, and 50 % and 90 %
intervals hold it in 50 % and 90 % of the sets (simulation-based calibration: Talts et al. 2018). The emulator never
saw the runs that it is tested on. Runs are kept and found again; the fits of the sets run at the same time, in so
many processes as ``--processes`` says.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from calibration.inference.options import POSTERIOR, RESULTS, complain, one_thread

one_thread()

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from scipy.stats import chi2  # noqa: E402

import sim  # noqa: E402
from calibration.inference.emulator import Emulator, train  # noqa: E402
from calibration.inference.likelihood import COMMON_DISCREPANCY, SPREADS, TAILS, Evidence  # noqa: E402
from calibration.inference.mcmc import Posterior, Walk, sample  # noqa: E402
from calibration.inference.posterior_fit import with_errors  # noqa: E402
from calibration.inference.problem import ModelRuns, middles  # noqa: E402
from calibration.inference.runs import digest_of, runs_at, sobol_points  # noqa: E402
from calibration.inference.saving import pictures_and_pages, same_record  # noqa: E402
from calibration.targets.priors import load_priors  # noqa: E402
from calibration.targets.targets import Target  # noqa: E402
from calibration.validation.figures import draw_ranks  # noqa: E402

FREE = (
    "expectation_speed", "demand_elasticity", "brand_substitution", "law_capacity", "contract_end", "diversion_hazard",
)  # fmt: skip
FLOWS = (("ALPHA", "export", "GAMMA"), ("ALPHA", "export", "BETA"), ("BETA", "export+re-export", "GAMMA"))
SPANS = tuple((f"{year}-{q:02d}", f"{year}-{q + 2:02d}") for year in (2022, 2023) for q in (1, 4, 7, 10))[1:]
# Measurement error of the synthetic figures, log points: that of an office's quarterly total.
SD = 0.03
BINS = 10
# What stands between a point and the figures of a run, beside the package itself.
OWN_CODE = ("targets/simulated_targets", "targets/priors", "inference/problem", "targets/targets")


@dataclass(frozen=True, eq=False)
class Trial:
    """One synthetic data set: what was seen, and the truth behind it."""

    seen: Evidence
    emulator: Emulator
    truth: np.ndarray
    steps: int
    seed: int

    def ranks(self) -> tuple[np.ndarray, np.ndarray]:
        """Share of the posterior's draws below the truth, and posterior means, by parameter."""
        posterior = Posterior(self.seen, self.emulator, self.emulator.error, len(self.truth))
        chain = sample(posterior, Walk(self.steps, chains=8, seed=self.seed))
        return np.mean(chain.points < self.truth, axis=0), chain.points.mean(axis=0)


def small_world() -> ModelRuns:
    """The classroom world over two years, its ban in force from the second month, six parameters free."""
    priors = tuple(replace(prior, fitted=True) for prior in load_priors() if prior.name in FREE)
    blocks = (
        ("agents", (("mode", "expected"), ("exporters", 60), ("intermediaries", 20))),
        ("months", (("last", "2023-12"),)),
    )
    targets = tuple(
        Target(
            f"{office}-{partner}-{span[0]}", span, ("2022-01", "2022-01"), "recorded", office, flow, partner, "all",
            "all", "growth", 0.0, 0.0, 0.0, SD, "fit", "synthetic", "synthetic", (),
        )
        for office, flow, partner in FLOWS for span in SPANS
    )  # fmt: skip
    return ModelRuns("classroom", blocks, priors, targets)


def evidence_for(targets: tuple[Target, ...]) -> Evidence:
    """Synthetic targets as evidence, figures still to come: one series per flow, one group to the target, one not."""
    flows = [(row.reporter, row.partner) for row in targets]
    series = [list(dict.fromkeys(flows)).index(one) for one in flows]
    group = [int(partner != "GAMMA") for _, partner in flows]
    nothing = np.zeros(len(targets))
    ids = tuple(row.id for row in targets)
    places = np.array(group), np.array(series)
    return Evidence(ids, nothing, nothing, np.full(len(ids), SD), *places, ("to", "by"), middles(targets))


@dataclass(frozen=True)
class Size:
    """How much work goes into the check.

    Attributes:
        sets: synthetic data sets.
        learnt: runs that the emulator learns from.
        steps: of the sampler, for each set.
        seed: fixes all.
        processes: runs, and fits, at the same time.
    """

    sets: int = 200
    learnt: int = 384
    steps: int = 1600
    seed: int = 7
    processes: int = 2


def made_from(model: ModelRuns) -> str:
    """Digest of all that the runs depend on: the model, and the code here that turns points into runs and figures."""
    here = Path(__file__).resolve().parents[1]
    parts = [hashlib.sha256((here / f"{name}.py").read_bytes()).hexdigest() for name in OWN_CODE]
    return digest_of(model.digest(), *parts)


def trials(size: Size, folder: Path) -> list[Trial]:
    """Synthetic data sets from runs of the model that the emulator never sees.

    Args:
        size: how many, and how.
        folder: where runs are kept; those of other code lie apart.
    """
    model = small_world()
    rng = np.random.default_rng(size.seed)
    z = sobol_points(size.learnt, len(model.fitted), size.seed)
    truths = rng.standard_normal((size.sets, len(model.fitted)))
    digest = made_from(model)
    place = folder / digest_of(digest, repr((size.sets, size.learnt, size.seed)))[:12]
    emulator = train(z, runs_at(z, model, place / "learnt", digest, size.processes), size.seed)
    found = runs_at(truths, model, place / "truths", digest, size.processes)
    blank = evidence_for(model.targets)
    # The scaled inverse chi-square of the likelihood, cut where its grid ends.
    variance = COMMON_DISCREPANCY**2 * TAILS / rng.chisquare(TAILS, (size.sets, int(blank.series.max()) + 1))
    discrepancy = np.minimum(np.sqrt(variance), SPREADS[-1])[:, blank.series]
    figures = with_errors(found, blank, discrepancy, rng)
    return [
        Trial(blank.but(row, row), emulator, truth, size.steps, size.seed + number)
        for number, (row, truth) in enumerate(zip(figures, truths, strict=True))
    ]


def judge(ranks: np.ndarray, means: np.ndarray, truths: np.ndarray) -> pd.DataFrame:
    """How often the truth lies where it should.

    Args:
        ranks: share of draws below the truth, sets x parameters.
        means: posterior means, of the same shape.
        truths: the points behind the data, of the same shape.

    Returns:
        One row per parameter: coverage of the central 50 % and 90 % intervals, p-value of uniform ranks (chi square
        over ten bins), correlation of posterior mean and truth.
    """
    rows = []
    for number, parameter in enumerate(name for name in _in_order(ranks.shape[1])):
        rank = ranks[:, number]
        counts = np.histogram(rank, bins=BINS, range=(0.0, 1.0))[0]
        usual = len(rank) / BINS
        rows.append(
            {
                "parameter": parameter, "sets": len(rank),
                "coverage_50": float(np.mean(np.abs(rank - 0.5) <= 0.25)),
                "coverage_90": float(np.mean(np.abs(rank - 0.5) <= 0.45)),
                "uniform_p": float(chi2.sf(np.sum((counts - usual) ** 2) / usual, BINS - 1)),
                "correlation": float(np.corrcoef(means[:, number], truths[:, number])[0, 1]),
                **{f"bin_{b}": int(count) for b, count in enumerate(counts)},
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _in_order(count: int) -> list[str]:
    names = [prior.name for prior in load_priors() if prior.name in FREE]
    return names if len(names) == count else [f"parameter {number}" for number in range(count)]


def main(arguments: list[str] | None = None) -> int:
    """Writes coverage and rank histograms; 0 if every 90 % interval covers as often as chance allows."""
    parser = argparse.ArgumentParser(
        prog="python -m calibration.validation.simulation_based_calibration", description=__doc__
    )
    for name, words in (
        ("sets", "synthetic data sets"), ("learnt", "runs that the emulator learns from"),
        ("steps", "steps of the sampler for each set"), ("seed", "fixes everything that is random"),
        ("processes", "runs, and fits, at the same time"),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name), help=words)
    parser.add_argument("--posterior", type=Path, default=POSTERIOR, help="folder of recovery.csv and recovery.json")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of runs and of the picture")
    parser.add_argument("--force", action="store_true", help="replace files that are there and hold something else")
    chosen = parser.parse_args(arguments)
    size = Size(chosen.sets, chosen.learnt, chosen.steps, chosen.seed, chosen.processes)
    started = time.perf_counter()
    work = trials(size, chosen.results / "recovery")
    table = judge(*_ranks(work, size.processes), np.array([one.truth for one in work]))
    record = {
        "command": "python -m calibration.validation.simulation_based_calibration",
        **{name: getattr(size, name) for name in ("sets", "learnt", "steps", "seed")},
        "emulator_r2_median": round(float(np.median(work[0].emulator.r2)), 3),
        "emulator_error_median": round(float(np.median(work[0].emulator.error)), 4),
        "seconds": round(time.perf_counter() - started, 1),
        "processes": size.processes,
    }
    try:
        _write(table, record, chosen)
    except sim.SimError as error:
        return complain(error)
    sys.stdout.write(table.iloc[:, :6].to_string(index=False) + f"\n{record}\n")
    return 0 if bool((np.abs(table["coverage_90"] - 0.9) <= allowed(size.sets)).all()) else 1


def _write(table: pd.DataFrame, record: dict[str, Any], chosen: argparse.Namespace) -> None:
    """Writes table and record beside the posterior, and the picture with the table behind it to the results."""
    own = same_record(chosen.posterior / "recovery.json", record)
    with sim.written_folder(chosen.posterior, force=chosen.force, own=own) as scratch:
        table.to_csv(scratch / "recovery.csv", index=False, float_format="%.4g", lineterminator="\n")
        (scratch / "recovery.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    with pictures_and_pages(chosen.results, force=chosen.force) as scratch:
        table.to_csv(scratch / "recovery.csv", index=False, float_format="%.4g", lineterminator="\n")
        draw_ranks(table, scratch / "recovery.png")


def allowed(sets: int) -> float:
    """How far the coverage of a 90 % interval may lie from 0.9 by chance: three standard errors."""
    return float(3.0 * np.sqrt(0.09 / sets))


def _ranks(work: list[Trial], processes: int) -> tuple[np.ndarray, np.ndarray]:
    """Ranks of the truths and posterior means, sets x parameters; each set's own seed, so the order does not matter."""
    found = []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done, one in enumerate(pool.map(Trial.ranks, work, chunksize=2), start=1):
            found.append(one)
            sys.stderr.write(f"\rfits: {done} of {len(work)} ")
    sys.stderr.write("\n")
    return np.array([rank for rank, _ in found]), np.array([mean for _, mean in found])


if __name__ == "__main__":
    raise SystemExit(main())
