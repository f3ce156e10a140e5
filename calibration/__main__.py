"""``python -m calibration``: fits the reference world to the published figures; ``make calibrate`` runs it.

The runs are kept in ``results/calibration/runs`` and a stopped calibration goes on from there. The posterior goes to
``calibration/posterior``, which is shipped; report and pictures go to ``results/calibration``.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

# The emulator's matrices are small: threads of the linear algebra would only fight over the cores that the runs use.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import sim  # noqa: E402
from calibration import pictures  # noqa: E402
from calibration.fit import Plan, Problem, calibrate  # noqa: E402
from calibration.report import (  # noqa: E402
    draws_table,
    fit_table,
    record_of,
    report,
    summary_table,
    write_posterior,
)
from calibration.study import blocks_of, evidence_of, model_runs  # noqa: E402
from calibration.targets import TARGETS, codes_of  # noqa: E402

EXAMPLES = """Examples, which `python -m calibration` takes too:
  sim calibrate
  sim calibrate --processes 4 --posterior my-posterior"""
ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Runs the calibration; 0 if it ends with files, 1 if the input is at fault."""
    chosen = _parser().parse_args(arguments)
    try:
        _calibrate(chosen)
    except sim.SimError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m calibration", description=__doc__, epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    plan = Plan()
    parser.add_argument("--scenario", default="reference", help="file or name of the scenario")
    parser.add_argument("--targets", type=Path, default=TARGETS, help="table of published figures")
    parser.add_argument("--priors", type=Path, help="table of priors; the shipped one by default")
    parser.add_argument("--points", type=int, default=plan.points, help="runs spread through the prior")
    parser.add_argument("--wave", type=int, default=plan.waves[0], help="runs near the posterior, in each of two waves")
    parser.add_argument("--steps", type=int, default=plan.steps, help="steps of the sampler")
    parser.add_argument("--exporters", type=int, default=1500, help="rows of exporters (expected mode)")
    parser.add_argument("--intermediaries", type=int, default=330, help="trading houses")
    parser.add_argument("--last", default="2023-12", help="last month that is simulated")
    parser.add_argument("--processes", type=int, default=plan.processes, help="runs at the same time")
    parser.add_argument("--seed", type=int, default=plan.seed, help="fixes everything that is random")
    parser.add_argument("--posterior", type=Path, default=ROOT / "calibration" / "posterior", help="where it goes")
    parser.add_argument("--results", type=Path, default=ROOT / "results" / "calibration", help="report and pictures")
    return parser


def _calibrate(chosen: argparse.Namespace) -> None:
    started = time.perf_counter()
    blocks = blocks_of(chosen.exporters, chosen.intermediaries, chosen.last)
    model = model_runs(chosen.scenario, blocks, chosen.targets, chosen.priors)
    world = model.case().world
    seen = evidence_of(model.targets, codes_of(world), world.states[world.target])
    plan = Plan(
        points=chosen.points, waves=(chosen.wave, chosen.wave), steps=chosen.steps, processes=chosen.processes,
        seed=chosen.seed,
    )  # fmt: skip
    problem = Problem(model, model.digest(), seen, len(model.fitted))
    fit = calibrate(problem, chosen.results / "runs", plan)
    tables = {
        "draws": draws_table(fit, model.priors, plan.seed),
        "summary": summary_table(fit, model.priors),
        "fit": fit_table(fit, seen, model.targets, plan.seed),
    }
    # What the scenario said where the draws put their values: a scenario that says otherwise keeps its own.
    fitted = sim.load(chosen.scenario)
    columns = {prior.column for prior in model.priors}
    facts = {
        "scenario": chosen.scenario, "scenario_digest": model.case().scenario.digest,
        "world": fitted.scenario.world, "world_digest": world.digest,
        "runs_digest": model.digest(), "exporters": chosen.exporters, "last": chosen.last,
        "said": {c: value for c, value in fitted.settings().items() if c in columns},
    }  # fmt: skip
    record = record_of(fit, seen, plan, facts)
    write_posterior(chosen.posterior, tables, record)
    chosen.results.mkdir(parents=True, exist_ok=True)
    text = report(tables, record)
    (chosen.results / "report.md").write_text(text, encoding="utf-8")
    pictures.draw_fit(tables["fit"], chosen.results / "fit.png")
    pictures.draw_widths(tables["summary"], chosen.results / "widths.png")
    pictures.draw_corner(fit, model.fitted, chosen.results / "corner.png")
    sys.stdout.write(text.split("## What it misses")[0])
    sys.stdout.write(f"{chosen.posterior}\n{chosen.results}\n{time.perf_counter() - started:.0f} s\n")


if __name__ == "__main__":
    raise SystemExit(main())
