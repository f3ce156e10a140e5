"""The command that forecasts what customs offices will publish: forecast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.common.progress import progress_of
from sim.report.terminal import show, warn
from sim.ui.cli.options import AllowCode, Force, ScenarioName, Workers, app, show_saved


@app.command()
def forecast(
    scenario: ScenarioName,
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="Another, set beside it: the same draws and errors.")
    ] = None,
    published_by: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Use what was published by the end of this month; else all.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Last month; else a year after the last one published.")
    ] = None,
    figures: Annotated[Path | None, typer.Option(metavar="CSV", help="A file of newer months.")] = None,
    draws: Annotated[int | None, typer.Option(min=1, help="Draws of the posterior; 60 by default.")] = None,
    posterior: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Fitted parameters; else those shipped with the world.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the errors.")] = 1,
    workers: Workers = 1,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for fan charts and the table.")] = None,
    allow_code: AllowCode = False,
    force: Force = False,
) -> None:
    """Forecasts what customs offices will have on record, from what they have published and the model.

    The months published by a date say how far each series lies from the model; the model carries on under the
    scenario. With OTHER, such as a file that extends the scenario by a clause, both are forecast and compared.

    Examples:
      sim forecast reference
      sim forecast reference --published-by 2023-06 --to 2024-06 --out outlook
      sim forecast reference my-clause.yaml --figures new.csv
    """
    from sim.analysis.forecast import DRAWS
    from sim.analysis.forecast import forecast as forecast_of
    from sim.common.files import refuse_in_vain
    from sim.report.forecast_tables import forecast_tables
    from sim.report.plots import FORECAST_FILES
    from sim.simulation.simulation import load
    from sim.ui.saving import save_forecast

    if out is not None:
        refuse_in_vain(out, FORECAST_FILES, force=force)
    cases = [load(name, allow_code=allow_code) for name in (scenario, other) if name is not None]
    for case in cases:
        case.replaced()
        warn(*case.remarks)
    with progress_of("draws of the posterior", "runs") as progress:
        made = forecast_of(
            cases[0], cases[1] if other is not None else None, published_by=published_by, to=to, figures=figures,
            draws=DRAWS if draws is None else draws, posterior=posterior, seed=seed, workers=workers,
            progress=progress,
        )  # fmt: skip
    warn(*made.notes)
    show(*forecast_tables(made))
    if out is not None:
        show_saved(save_forecast(made, out, force=force))
