"""Commands that run a scenario: run, demo, mechanism."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.common.progress import progress_of
from sim.report.terminal import show, warn
from sim.ui.cli.options import (
    AllowCode,
    Draws,
    Exporters,
    Force,
    FromPosterior,
    Mode,
    Months,
    OutFolder,
    ScenarioName,
    Seed,
    Setting,
    Summaries,
    WorldErrors,
    app,
    leave_summaries,
    show_saved,
)

if TYPE_CHECKING:
    from sim.ui.requests import Overrides
    from sim.ui.saving import RunOutput


@app.command()
def run(
    scenario: ScenarioName,
    out: OutFolder = Path("results"),
    exporters: Exporters = None,
    mode: Mode = None,
    seed: Seed = None,
    months: Months = None,
    changes: Setting = None,
    pair: Annotated[
        bool, typer.Option("--pair/--no-pair", help="Also run it without its policies, to compare.")
    ] = True,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw figures.")] = True,
    posterior: FromPosterior = None,
    draws: Draws = None,
    world_errors: WorldErrors = "on",
    summary: Summaries = None,
    allow_code: AllowCode = False,
    force: Force = False,
) -> None:
    """Runs a scenario and, paired with it, the same world without its policies.

    Writes tables, record and figures below --out and shows what the policies did. Parameters come from the posterior
    that ships with the scenario's world, if one does; figures then carry bands over its draws, and over worlds that
    the base year's figures leave possible.

    Examples:
      sim run reference
      sim run reference --mode expected --exporters 4000 --months 2021-01:2022-12
      sim run my-scenario.yaml --seed 7 --set parameters.learning=0.8 --set policies.bank-order.strength=0.3
      sim run my-scenario.yaml --posterior my-posterior --draws 40 --summary mine.xlsx --summary mine.tex
    """
    from sim.ui.requests import overrides
    from sim.ui.saving import RunOutput

    asked = overrides(
        exporters=exporters, mode=mode, seed=seed, months=months, settings=changes or (), allow_code=allow_code
    )
    output = RunOutput(out, None if figures else (), force, summary or ())
    _run(scenario, asked, output, pair=pair, believing=(posterior, draws, world_errors == "on"))


@app.command()
def demo(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder; else ./results.")] = None,
    force: Force = False,
) -> None:
    """Runs the reference scenario small and fast, in expected mode, with figures.

    Writes to ./results, or to a temporary folder where that cannot be written, and says where.

    Example:
      sim demo
    """
    from sim.common.files import unwritable
    from sim.ui.requests import DEMO, DEMO_FIGURES
    from sim.ui.saving import RunOutput

    folder = out or Path("results")
    if out is None and unwritable(folder):
        folder = Path(tempfile.mkdtemp(prefix="sim-demo-"))
    _run("reference", DEMO, RunOutput(folder, DEMO_FIGURES, force), pair=True, believing=(None, 0, False))


@app.command(name="test-mechanism")
def mechanism(
    scenario: ScenarioName,
    exporters: Exporters = None,
    mode: Mode = None,
    seed: Seed = None,
    changes: Setting = None,
    posterior: FromPosterior = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for a figure and its tables.")] = None,
    allow_code: AllowCode = False,
    force: Force = False,
) -> None:
    """Runs a scenario with its mechanism and without, and tests what it expects.

    Examples:
      sim test-mechanism turkiye-transit-halt
      sim test-mechanism turkiye-transit-halt --exporters 1500 --out results/turkiye
    """
    from sim.analysis.mechanism_test import show_mechanism
    from sim.common.files import refuse_in_vain
    from sim.report.plots import MECHANISM_FILES
    from sim.report.run_tables import expected_outcomes, mechanism_of, verdict
    from sim.simulation.parameter_source import beliefs
    from sim.ui.requests import asked_for, overrides
    from sim.ui.saving import save_mechanism

    if out is not None:
        refuse_in_vain(out, MECHANISM_FILES, force=force)
    asked = overrides(exporters=exporters, mode=mode, seed=seed, settings=changes or (), allow_code=allow_code)
    chosen = beliefs(asked_for(scenario, asked), posterior, 0)
    with progress_of("two runs") as progress:
        shown = show_mechanism(chosen.case, progress)
    said = shown.scenario
    show(
        f"{said.title}\n{said.question}\n{mechanism_of(said)}\n{chosen.words}\n",
        expected_outcomes(shown),
        verdict(shown),
    )
    warn(*chosen.case.remarks)
    if chosen.posterior is not None and not shown.holds:
        show("What the shipped scenarios expect was written at the prior centres: --posterior none runs there.")
    if out is not None:
        show_saved(save_mechanism(shown, out, force=force))


def _run(
    name: str,
    asked: Overrides,
    output: RunOutput,
    *,
    pair: bool,
    believing: tuple[str | None, int | None, bool],
) -> None:
    """Runs a case as asked, saves it, shows what came out."""
    from sim.report.plots.run_view import look
    from sim.report.run_tables import run_tables
    from sim.simulation.comparison import compare as run_both
    from sim.simulation.parameter_source import beliefs
    from sim.ui.requests import asked_for, bands_for
    from sim.ui.saving import FIGURES

    posterior, draws, world_errors = believing
    chosen = beliefs(asked_for(name, asked), posterior, draws)
    case = chosen.case
    output.refuse_in_vain(case, pair=pair, bands=chosen.draws > 0)
    with progress_of(case.scenario.title) as progress:
        ran = run_both(case, progress=progress) if pair else case.run(progress)
    with progress_of(f"{chosen.draws} draws for bands, then writing", "draws") as progress:
        bands = bands_for(chosen, ran, progress, world_errors=world_errors)
        saved = output.save(ran, case, bands)
    show(chosen.words)
    warn(*case.remarks)
    show(*run_tables(look(ran, bands)))
    if bands is not None:
        show(bands.words, "The Parquet tables of the run are of the representative draw alone.")
    leave_summaries(output.summaries, look(ran, bands), words=chosen.words, force=output.force)
    show(f"tables:           {saved.folder}")
    if pictures := list((saved.folder / FIGURES).glob("*.png")):
        show(f"figures:          {saved.folder / FIGURES} ({len(pictures)} pictures)")
    if saved.usual:
        show(f"without policies: {saved.usual}")
    show_saved(saved)
