"""``python -m calibration``: fits a world to published customs figures; ``make calibrate`` runs it as shipped.

The runs are kept in ``results/calibration/runs`` and a stopped calibration goes on from there. The posterior goes to
``calibration/posterior``, which is shipped; report and pictures go to ``results/calibration``. ``--figures FOLDER``
takes another user's customs files instead and leaves everything in that folder (docs/own-figures.md).
"""

from __future__ import annotations

import argparse
import sys
import time

from calibration.inference.options import complain, one_thread

one_thread()

import sim  # noqa: E402
from calibration.inference import figures  # noqa: E402
from calibration.inference.command import fitted, parser_of  # noqa: E402
from calibration.inference.posterior_files import (  # noqa: E402
    RECORD,
    chains_table,
    discrepancy_table,
    draws_table,
    fit_table,
    plan_of,
    record_of,
    summary_table,
    versions,
    write_posterior,
)
from calibration.inference.posterior_fit import Plan  # noqa: E402
from calibration.inference.problem import ModelRuns  # noqa: E402
from calibration.inference.saving import pictures_and_pages, refuse_another  # noqa: E402
from calibration.reporting import read_inputs, write_report  # noqa: E402
from calibration.targets.targets import load_targets  # noqa: E402


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


def _facts(chosen: argparse.Namespace, model: ModelRuns) -> dict[str, object]:
    """What determines the runs, as the record of the posterior says it."""
    # What the scenario said where the draws put their values: a scenario that says otherwise keeps its own.
    fitted_case = sim.load(chosen.scenario, allow_code=chosen.allow_code, posterior="none")
    columns = {prior.address for prior in model.priors}
    return {
        "scenario": chosen.scenario, "scenario_digest": model.case().scenario.digest,
        "world": fitted_case.scenario.world, "world_digest": model.case().world.digest,
        "target": model.case().world.states[model.case().world.target],
        "runs_digest": model.digest(), "exporters": chosen.exporters, "intermediaries": chosen.intermediaries,
        "last": chosen.last,
        "fitted_scenario": {name: value for name, value in fitted_case.settings().items() if name in columns},
    }  # fmt: skip


def _calibrate(chosen: argparse.Namespace) -> None:
    def refuse(model: ModelRuns, plan: Plan) -> None:
        if not chosen.force:
            facts = {**_facts(chosen, model), "plan": plan_of(plan), "versions": versions()}
            refuse_another(chosen.posterior / RECORD, facts)

    made = fitted(chosen, refuse)
    model, fit, plan = made.model, made.fit, made.plan
    tables = {
        "draws": draws_table(fit, model.priors, plan.seed),
        "chains": chains_table(fit, model.priors),
        "discrepancy": discrepancy_table(fit, made.seen, model.priors, plan.seed),
        "summary": summary_table(fit, model.priors),
        "fit": fit_table(fit, made.seen, model.targets, plan.seed),
    }
    record = record_of(fit, made.seen, plan, _facts(chosen, model))
    write_posterior(chosen.posterior, tables, record, force=chosen.force)
    with pictures_and_pages(chosen.results, force=chosen.force) as scratch:
        figures.draw_fit(tables["fit"], scratch / "fit.png")
        figures.draw_widths(tables["summary"], scratch / "widths.png")
        figures.draw_corner(fit, model.fitted, scratch / "corner.png")
    every = load_targets(chosen.targets, made.codes)
    page, _ = write_report(read_inputs(chosen.posterior, chosen.results, every, model.priors), force=chosen.force)
    sys.stdout.write(page.read_text(encoding="utf-8").split("\n## ")[0])


if __name__ == "__main__":
    raise SystemExit(main())
