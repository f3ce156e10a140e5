"""Out of sample: how well were the held-out figures of 2024 forecast? ``python -m calibration.validation.forecasts``.

Every forecaster (:mod:`calibration.validation.benchmark_forecasts`) answers to the same rows, the judged ones, and
knows what was published to the end of the year before, no more. Its spread is its own record; the posterior brings
draws of its own (:mod:`calibration.validation.forecast_spread`). Scores are those of
:mod:`calibration.validation.scores`. The two named judgements of 2024 are scored apart; see
:mod:`calibration.validation.event_forecasts`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

import sim
from calibration.inference.options import complain, settle
from calibration.targets.simulated_targets import Floats, ledgers_of
from calibration.targets.targets import Target, codes_of
from calibration.validation.benchmark_forecasts import (
    Forecaster,
    drift,
    gravity,
    no_change,
    of_ledgers,
    same_month_last_year,
    synthetic_control,
)
from calibration.validation.event_forecasts import Judgement, ahead_of, load_judgements
from calibration.validation.forecast_spread import alone, draws_of, of_posterior, paths_of
from calibration.validation.posterior_runs import Outlook
from calibration.validation.predictive_intervals import arguments_of, outlook_of
from calibration.validation.scores import score_tables

POSTERIOR, ALONE, AS_IT_STANDS = "posterior", "posterior, parameters alone", "model at the prior centres"


def forecasters_of(case: sim.Case) -> dict[str, Forecaster]:
    """Those that need no posterior: the model as it stands, and those it is judged against."""
    return {
        AS_IT_STANDS: of_ledgers(ledgers_of(case.run())),
        "no change": no_change,
        "same month last year": same_month_last_year,
        "drift": drift,
        "gravity, bans": gravity(case),
        "gravity, bans and banks": gravity(case, ("banned_share", "payment_refusal")),
        "synthetic control": synthetic_control,
    }


def answers(
    seen: Outlook, case: sim.Case, asked: Sequence[Judgement], targets: Sequence[Target], seed: int = 7
) -> tuple[dict[str, Floats], dict[str, dict[str, Floats]]]:
    """What every forecaster says to the judged rows, and to the named judgements.

    Args:
        seen: the model at draws of the posterior.
        case: scenario and world.
        asked: the named judgements.
        targets: judged rows.
        seed: of the errors.

    Returns:
        Forecaster -> [draw, row], and forecaster -> judgement -> [draw, row of the judgement].
    """
    world = codes_of(case.world), case.world.states[case.world.target]
    rows: dict[str, Floats] = {
        POSTERIOR: of_posterior(seen, targets, *world, seed), ALONE: alone(seen, targets)
    }  # fmt: skip
    place = {row.id: number for number, row in enumerate(targets)}
    paths: dict[str, dict[str, Floats]] = {
        name: {one.id: draws[:, [place[row.id] for row in one.rows]] for one in asked} for name, draws in rows.items()
    }
    for name, forecaster in forecasters_of(case).items():
        rows[name] = draws_of(forecaster, targets)
        paths[name] = {
            one.id: paths_of(forecaster, one.rows) if len(one.rows) > 1 else rows[name][:, [place[one.rows[0].id]]]
            for one in asked
        }
    return rows, paths


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame], *, force: bool = False) -> None:
    """Writes tables as CSV, all or none.

    Raises:
        SimError: they cannot be written, or files are in the way and ``force`` is not set.
    """
    with sim.written_folder(folder, force=force) as scratch:
        for name, table in tables.items():
            table.to_csv(scratch / f"{name}.csv", index=False, float_format="%.5g", lineterminator="\n")


def main(arguments: list[str] | None = None) -> int:
    """Writes the scores of the posterior and of those it is judged against; 1 if the input is at fault."""
    chosen = arguments_of(__doc__, "python -m calibration.validation.forecasts").parse_args(arguments)
    try:
        if chosen.figures is not None:
            raise sim.SimError("--figures: forecasts are judged on the shipped series, which the naive ones continue")
        settle(chosen)
        seen, model = outlook_of(chosen)
        asked = load_judgements(model.targets)
    except sim.SimError as error:
        return complain(error)
    targets = tuple(row for row in model.targets if row.role == "judge")
    rows, paths = answers(seen, model.case(), asked, targets, chosen.seed)
    tables = score_tables(targets, rows, asked, paths)
    try:
        write_tables(chosen.posterior, tables, force=chosen.force)
    except sim.SimError as error:
        return complain(error)
    with pd.option_context("display.width", 160, "display.max_rows", None):
        sys.stdout.write(f"{tables['scores'].round(3).to_string(index=False)}\n\n")
        sys.stdout.write(f"{tables['judgements'].round(3).to_string(index=False)}\n\n")
        sys.stdout.write(f"{ahead_of(tables['judgements'], POSTERIOR).round(3).to_string(index=False)}\n")
    sys.stdout.write("".join(f"{chosen.posterior / name}.csv\n" for name in tables))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
