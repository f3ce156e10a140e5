"""A calibration as a command line asks for it: its options, and what is made of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from calibration.inference.likelihood import Evidence
from calibration.inference.options import common, one_thread, settle
from calibration.inference.posterior_fit import Fit, Plan, Problem, calibrate
from calibration.inference.problem import ModelRuns, blocks_of, evidence_of, model_runs
from calibration.targets.targets import WorldCodes, codes_of

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


def parser_of(program: str, description: str | None) -> argparse.ArgumentParser:
    """The options that determine a calibration; a command that takes one up has the same."""
    parser = common(program, description)
    parser.epilog, parser.formatter_class = EXAMPLES, argparse.RawDescriptionHelpFormatter
    plan = Plan()
    parser.set_defaults(processes=plan.processes)
    parser.add_argument("--points", type=int, default=plan.points, help="runs spread through the prior")
    parser.add_argument("--about", type=int, default=plan.about, help="runs about the mode of the posterior")
    parser.add_argument("--wave", type=int, default=plan.waves[0], help="runs near the posterior, in each of the waves")
    parser.add_argument("--steps", type=int, default=plan.steps, help="steps of each chain, half of them burn-in")
    parser.add_argument("--chains", type=int, default=plan.chains, help="independent chains, an even number")
    parser.add_argument("--exporters", type=int, default=2700, help="rows of exporters (expected mode)")
    parser.add_argument("--intermediaries", type=int, default=33, help="intermediaries")
    parser.add_argument("--last", default="2023-12", help="last month that is simulated")
    parser.add_argument("--seed", type=int, default=plan.seed, help="fixes everything that is random")
    return parser


def fitted(chosen: argparse.Namespace, before: Callable[[ModelRuns, Plan], object] | None = None) -> Made:
    """The calibration that the options ask for; runs that are there are not made again.

    Args:
        chosen: parsed options.
        before: called before the first run, to refuse it.

    Raises:
        FaultList: everything that is wrong with figures, targets or priors; nothing is run then.
    """
    one_thread()
    own = settle(chosen)
    if own is not None:
        sys.stdout.write(own.account)
    blocks = blocks_of(chosen.exporters, chosen.intermediaries, chosen.last)
    model = model_runs(chosen.scenario, blocks, chosen.targets, chosen.priors, allow_code=chosen.allow_code)
    world = model.case().world
    codes = codes_of(world)
    seen = evidence_of(model.targets, codes, world.states[world.target])
    plan = Plan(
        points=chosen.points, about=chosen.about, waves=(chosen.wave,) * len(Plan.waves), steps=chosen.steps,
        chains=chosen.chains,
        processes=chosen.processes, seed=chosen.seed,
    )  # fmt: skip
    if before is not None:
        before(model, plan)
    problem = Problem(model, model.digest(), seen, len(model.fitted))
    return Made(model, codes, seen, plan, calibrate(problem, chosen.results / "runs", plan))
