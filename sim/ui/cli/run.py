"""Commands that run a scenario: run, demo, mechanism."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.common.progress import progress_of
from sim.report.terminal import show
from sim.ui.cli.options import (
    Draws,
    Exporters,
    FromPosterior,
    Mode,
    Months,
    OutFolder,
    ScenarioName,
    Seed,
    Setting,
    app,
)

if TYPE_CHECKING:
    from sim.ui.requests import Changes


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
) -> None:
    r"""Runs a scenario and, paired with it, the same world without its policies.

    Writes tables, record and figures below --out and shows what the policies did. Parameters come from the posterior
    that ships with the scenario's world, if one does; figures then carry bands over its draws.

    \b
    Examples:
      sim run reference
      sim run reference --mode expected --exporters 4000 --months 2021-01:2022-12
      sim run my-scenario.yaml --seed 7 --set learning=0.8 --set forgetting=0.02
      sim run my-scenario.yaml --posterior my-posterior --draws 40
    """
    from sim.ui.requests import Changes

    asked = Changes({"exporters": exporters, "mode": mode}, seed, months, changes or ())
    _run(scenario, asked, out, pair=pair, figures=None if figures else (), believing=(posterior, draws))


@app.command()
def demo(out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder; else ./results.")] = None) -> None:
    r"""Runs the reference scenario small and fast, in expected mode, with figures.

    Writes to ./results, or to a temporary folder where that cannot be written, and says where.

    \b
    Example:
      sim demo
    """
    from sim.ui.requests import DEMO, DEMO_FIGURES, unwritable

    folder = out or Path("results")
    if out is None and unwritable(folder):
        folder = Path(tempfile.mkdtemp(prefix="sim-demo-"))
    _run("reference", DEMO, folder, pair=True, figures=DEMO_FIGURES, believing=(None, 0))


@app.command()
def mechanism(
    scenario: ScenarioName,
    exporters: Exporters = None,
    mode: Mode = None,
    seed: Seed = None,
    changes: Setting = None,
    posterior: FromPosterior = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for a figure and its tables.")] = None,
) -> None:
    r"""Runs a scenario with its mechanism and without, and shows what it says to look at.

    \b
    Examples:
      sim mechanism turkiye-transit-halt
      sim mechanism turkiye-transit-halt --exporters 1500 --out results/turkiye
    """
    from sim.report.run_tables import looks, mechanism_of, verdict
    from sim.simulation.parameter_source import beliefs
    from sim.ui.requests import Changes, asked_for, shown_as_asked

    asked = Changes({"exporters": exporters, "mode": mode}, seed, None, changes or ())
    chosen = beliefs(asked_for(scenario, asked), posterior, 0)
    with progress_of("two runs") as progress:
        shown, files = shown_as_asked(chosen.case, out, progress)
    said = shown.scenario
    show(f"{said.title}\n{said.question}\n{mechanism_of(said)}\n{chosen.words}\n", looks(shown), verdict(shown))
    if chosen.posterior is not None and not shown.holds:
        show("The looks of the shipped scenarios were written at the prior centres: --posterior none runs there.")
    if files:
        show(*map(str, files))


def _run(
    name: str,
    changes: Changes,
    out: Path,
    *,
    pair: bool,
    figures: Sequence[str] | None,
    believing: tuple[str | None, int | None],
) -> None:
    """Runs a case as asked, saves it, shows what came out; figures by name, all of them if None."""
    from sim.report.run_tables import deliveries_alone, flows_of, ledgers, over_draws
    from sim.simulation.comparison import Comparison
    from sim.simulation.comparison import compare as run_both
    from sim.simulation.parameter_source import beliefs
    from sim.ui.requests import FIGURES, asked_for, bands_for, refuse_unwritable, save_pair, save_run

    chosen = beliefs(asked_for(name, changes), *believing)
    case = chosen.case
    refuse_unwritable(out)
    with progress_of(case.scenario.title) as progress:
        ran = run_both(case, progress=progress) if pair else case.run(progress)
    with progress_of(f"{chosen.draws} draws for bands, then writing", "draws") as progress:
        bands = bands_for(chosen, ran, progress)
        if isinstance(ran, Comparison):
            folder, usual = save_pair(replace(ran, bands=bands), out, figures)
        else:
            folder, usual = save_run(ran, out, figures, bands), None
    show(chosen.words)
    results = ran.policy if isinstance(ran, Comparison) else ran
    show(*(flows_of(ran, case) if isinstance(ran, Comparison) else [deliveries_alone(results)]), ledgers(results))
    if bands is not None:
        show(over_draws(bands))
    show(f"tables:           {folder}")
    if pictures := list((folder / FIGURES).glob("*.png")):
        show(f"figures:          {folder / FIGURES} ({len(pictures)} pictures)")
    if usual:
        show(f"without policies: {usual}")
