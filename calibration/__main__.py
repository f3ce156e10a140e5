"""``python -m calibration``: fits a world to published customs figures; ``make calibrate`` runs it as shipped.

The runs are kept in ``results/calibration/runs`` and a stopped calibration goes on from there. The posterior goes to
``calibration/posterior``, which is shipped; report and pictures go to ``results/calibration``. ``--figures FOLDER``
takes another user's customs files instead and leaves everything in that folder (docs/own-figures.md).
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass

from calibration.options import common, complain, one_thread, settle

one_thread()

import sim  # noqa: E402
from calibration import pictures  # noqa: E402
from calibration.evidence import Evidence  # noqa: E402
from calibration.fit import Fit, Plan, Problem, calibrate  # noqa: E402
from calibration.report import (  # noqa: E402
    discrepancy_table,
    draws_table,
    fit_table,
    record_of,
    summary_table,
    write_posterior,
)
from calibration.reporting import read_inputs, write_report  # noqa: E402
from calibration.study import ModelRuns, blocks_of, evidence_of, model_runs  # noqa: E402
from calibration.targets import WorldCodes, codes_of, load_targets  # noqa: E402

EXAMPLES = """Examples, which `python -m calibration` takes too:
  sim calibrate
  sim calibrate --processes 4 --posterior my-posterior"""


@dataclass(frozen=True, eq=False)
class Made:
    """A calibration with all that it was about."""

    model: ModelRuns
    codes: WorldCodes
    seen: Evidence
    plan: Plan
    fit: Fit


def main(arguments: list[str] | None = None) -> int:
    """Runs the calibration; 0 if it ends with files, 1 if the input is at fault."""
    chosen = parser_of("python -m calibration", __doc__).parse_args(arguments)
    started = time.perf_counter()
    try:
        _calibrate(chosen)
    except sim.SimError as error:
        return complain(error)
    sys.stdout.write(f"{chosen.posterior}\n{chosen.results}\n{time.perf_counter() - started:.0f} s\n")
    return 0


def parser_of(program: str, description: str | None) -> argparse.ArgumentParser:
    """The options that determine a calibration; a command that takes one up has the same."""
    parser = common(program, description)
    parser.epilog, parser.formatter_class = EXAMPLES, argparse.RawDescriptionHelpFormatter
    plan = Plan()
    parser.set_defaults(processes=plan.processes)
    parser.add_argument("--points", type=int, default=plan.points, help="runs spread through the prior")
    parser.add_argument("--wave", type=int, default=plan.waves[0], help="runs near the posterior, in each of two waves")
    parser.add_argument("--steps", type=int, default=plan.steps, help="steps of the sampler")
    parser.add_argument("--checked", type=int, default=plan.checked, help="draws at which the model itself runs")
    parser.add_argument("--rounds", type=int, default=plan.rounds, help="most rounds of such checks")
    parser.add_argument("--exporters", type=int, default=1500, help="rows of exporters (expected mode)")
    parser.add_argument("--intermediaries", type=int, default=330, help="trading houses")
    parser.add_argument("--last", default="2023-12", help="last month that is simulated")
    parser.add_argument("--seed", type=int, default=plan.seed, help="fixes everything that is random")
    return parser


def fitted(chosen: argparse.Namespace) -> Made:
    """The calibration that the options ask for; runs that are there are not made again.

    Raises:
        FaultList: everything that is wrong with figures, targets or priors; nothing is run then.
    """
    own = settle(chosen)
    if own is not None:
        sys.stdout.write(own.account)
    blocks = blocks_of(chosen.exporters, chosen.intermediaries, chosen.last)
    model = model_runs(chosen.scenario, blocks, chosen.targets, chosen.priors)
    world = model.case().world
    codes = codes_of(world)
    seen = evidence_of(model.targets, codes, world.states[world.target])
    plan = Plan(
        points=chosen.points, waves=(chosen.wave, chosen.wave), steps=chosen.steps, checked=chosen.checked,
        rounds=chosen.rounds, processes=chosen.processes, seed=chosen.seed,
    )  # fmt: skip
    problem = Problem(model, model.digest(), seen, len(model.fitted))
    return Made(model, codes, seen, plan, calibrate(problem, chosen.results / "runs", plan))


def _calibrate(chosen: argparse.Namespace) -> None:
    made = fitted(chosen)
    model, fit, plan = made.model, made.fit, made.plan
    tables = {
        "draws": draws_table(fit, model.priors, plan.seed),
        "discrepancy": discrepancy_table(fit, made.seen, model.priors, plan.seed),
        "summary": summary_table(fit, model.priors),
        "fit": fit_table(fit, made.seen, model.targets, plan.seed),
    }
    # What the scenario said where the draws put their values: a scenario that says otherwise keeps its own.
    fitted_case = sim.load(chosen.scenario)
    columns = {prior.column for prior in model.priors}
    facts = {
        "scenario": chosen.scenario, "scenario_digest": model.case().scenario.digest,
        "world": fitted_case.scenario.world, "world_digest": model.case().world.digest,
        "runs_digest": model.digest(), "exporters": chosen.exporters, "intermediaries": chosen.intermediaries,
        "last": chosen.last, "said": {c: value for c, value in fitted_case.settings().items() if c in columns},
    }  # fmt: skip
    write_posterior(chosen.posterior, tables, record_of(fit, made.seen, plan, facts))
    pictures.draw_fit(tables["fit"], chosen.results / "fit.png")
    pictures.draw_widths(tables["summary"], chosen.results / "widths.png")
    pictures.draw_corner(fit, model.fitted, chosen.results / "corner.png")
    every = load_targets(chosen.targets, made.codes)
    page, _ = write_report(read_inputs(chosen.posterior, chosen.results, every, model.priors))
    sys.stdout.write(page.read_text(encoding="utf-8").split("\n## ")[0])


if __name__ == "__main__":
    raise SystemExit(main())
