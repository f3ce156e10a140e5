"""Sampled mode held against expected mode at the posterior: ``python -m calibration.validation.sampled_mode``.

The fit runs in expected mode, where no single agent is drawn. A run of a scenario draws them; here the same draws of
the parameters run both ways, and each target's mean difference (bias) and its scatter (noise) are held against the
error that the fit allows it: measurement and discrepancy together.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace

from calibration.inference.options import complain, one_thread, settle

one_thread()

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

import sim  # noqa: E402
from calibration.inference.problem import ModelRuns, model_runs  # noqa: E402
from calibration.inference.runs import runs_at  # noqa: E402
from calibration.targets.simulated_targets import Floats  # noqa: E402
from calibration.targets.targets import codes_of  # noqa: E402
from calibration.validation.posterior_runs import AtValues, Draws, blocks_for, errors_for, read_draws  # noqa: E402
from calibration.validation.predictive_intervals import arguments_of  # noqa: E402


@dataclass(frozen=True)
class Way:
    """One way of running the draws: how many rows of exporters, in which mode."""

    mode: str
    exporters: int
    intermediaries: int

    def of(self, model: ModelRuns) -> ModelRuns:
        """The same model run this way."""
        agents = {"mode": self.mode, "exporters": self.exporters, "intermediaries": self.intermediaries}
        blocks = tuple((name, value) for name, value in model.blocks if name != "agents")
        return replace(model, blocks=(("agents", tuple(agents.items())), *blocks))


def compared(expected: Floats, sampled: Floats, error: Floats, ids: tuple[str, ...]) -> pd.DataFrame:
    """Target by target, one mode against the other; logs.

    Args:
        expected: [draw, target].
        sampled: the same draws in sampled mode.
        error: [target] standard deviation that the fit allows.
        ids: names of the targets.

    Returns:
        Columns id, expected and sampled (medians), bias (mean difference), noise (its standard deviation), error.
    """
    apart = sampled - expected
    return pd.DataFrame(
        {
            "id": ids, "expected": np.median(expected, axis=0), "sampled": np.median(sampled, axis=0),
            "bias": apart.mean(axis=0), "noise": apart.std(axis=0, ddof=1), "error": error,
        }
    )  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Writes ``sampled.csv`` beside the posterior; 1 if the input is at fault."""
    parser = arguments_of(__doc__, "python -m calibration.validation.sampled_mode")
    parser.set_defaults(draws=16)
    parser.add_argument(
        "--exporters", type=int, help="rows of exporters in sampled mode; the scenario's own by default"
    )
    parser.add_argument(
        "--intermediaries", type=int, help="intermediaries in sampled mode; the scenario's own by default"
    )
    chosen = parser.parse_args(arguments)
    try:
        settle(chosen)
        model = model_runs(
            chosen.scenario, blocks_for({}, "2023-12"), chosen.targets, chosen.priors, allow_code=chosen.allow_code
        )
        draws = read_draws(chosen.posterior, model.priors)
        model = model_runs(
            chosen.scenario,
            blocks_for(draws.record, "2023-12"),
            chosen.targets,
            chosen.priors,
            allow_code=chosen.allow_code,
        )
        table = _table(model, draws.first(chosen.draws), chosen)
        with sim.written_file(chosen.posterior / "sampled.csv", force=chosen.force) as scratch:
            table.to_csv(scratch, index=False, float_format="%.5g", lineterminator="\n")
    except sim.SimError as error:
        return complain(error)
    far = int((table["bias"].abs() > table["error"]).sum())
    sys.stdout.write(
        f"median bias {table['bias'].abs().median():.4f}, median noise {table['noise'].median():.4f} log points; "
        f"{far} of {len(table)} targets differ by more than their error\n{chosen.posterior / 'sampled.csv'}\n"
    )
    return 0


def _table(model: ModelRuns, draws: Draws, chosen: argparse.Namespace) -> pd.DataFrame:
    own = sim.load(chosen.scenario, posterior="none").scenario.agents
    ways = (
        Way("expected", int(draws.record.get("exporters", 1500)), int(draws.record.get("intermediaries", 330))),
        Way("sampled", chosen.exporters or own.exporters, chosen.intermediaries or own.intermediaries),
    )
    found = []
    for way in ways:
        runs = AtValues(way.of(model), draws.names, ())
        folder = chosen.results / "both-modes" / f"{way.mode}-{runs.digest()[:12]}-{len(draws.values)}"
        found.append(runs_at(draws.values, runs, folder, runs.digest(), chosen.processes))
    world = model.case().world
    shape = errors_for(model.targets, codes_of(world), world.states[world.target])
    error = np.hypot(shape.sd, np.median(draws.discrepancy, axis=0)[shape.group])
    return compared(found[0], found[1], error, shape.ids)


if __name__ == "__main__":
    raise SystemExit(main())
