"""Commands that compare and explain: compare, explain, show, plot, mirror-gap."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.common.errors import SimError
from sim.common.progress import progress_of
from sim.report.terminal import show, warn
from sim.ui.cli.options import (
    AllowCode,
    Exporters,
    Force,
    FromPosterior,
    Mode,
    Months,
    ScenarioName,
    Seed,
    Setting,
    Summaries,
    Workers,
    WorldErrors,
    app,
    leave_summaries,
    show_saved,
)


@app.command()
def compare(
    first: ScenarioName,
    second: Annotated[str, typer.Argument(metavar="OTHER", help="Another.")],
    exporters: Exporters = None,
    mode: Mode = None,
    seed: Seed = None,
    months: Months = None,
    changes: Setting = None,
    posterior: FromPosterior = None,
    draws: Annotated[int, typer.Option(min=0, help="Draws of the posterior at which both are run, for bands.")] = 0,
    world_errors: WorldErrors = "on",
    flows: Annotated[bool, typer.Option("--flows/--no-flows", help="Also run both and compare the flows.")] = True,
    whole: Annotated[bool, typer.Option("--all", help="Every row of the law, however many.")] = False,
    summary: Summaries = None,
    allow_code: AllowCode = False,
    force: Force = False,
) -> None:
    """Shows how two scenarios differ in law, clause by clause and month by month, then in flows, from paired runs.

    The options change both scenarios alike; parameters come from where sim run has them. With --draws every number is
    the median over draws of the posterior with its band; at each draw both have the same parameters and world.

    Examples:
      sim compare my-scenario.yaml reference --mode expected --exporters 4000
      sim compare my-scenario.yaml reference --mode expected --exporters 4000 --draws 24 --summary both.xlsx
      sim compare my-scenario.yaml reference --no-flows --all
    """
    from sim.report.catalogue import clause_differences
    from sim.report.explanation_tables import law_by_month
    from sim.report.plots.run_view import look
    from sim.report.run_tables import deliveries, largest
    from sim.report.summary import refuse_summaries
    from sim.simulation.comparison import compare as run_both
    from sim.simulation.parameter_source import beliefs, in_both
    from sim.ui.requests import asked_for, bands_for, overrides

    if summary and not flows:
        raise SimError("--summary leaves the tables of the flows; take out --no-flows")
    refuse_summaries(summary or (), force=force)
    asked = overrides(
        exporters=exporters, mode=mode, seed=seed, months=months, settings=changes or (), allow_code=allow_code
    )
    both = [beliefs(asked_for(name, asked), posterior, draws) for name in (first, second)]
    a, b = (one.case for one in both)
    show(f"first: {a.scenario.title}\nsecond: {b.scenario.title}\n{in_both(*both)}\n")
    # As their authors wrote them, before any draw.
    written = clause_differences(*(one.undrawn.scenario for one in both))
    show(
        written if written is not None else "The two are written alike: frame, clauses, drivers, parameters, rules.", ""
    )
    law = law_by_month(a, b, whole=whole)
    show(law, "")
    if flows:
        with progress_of("two runs") as progress:
            view = look(run_both(a, b, progress))
        with progress_of(f"{draws} draws of both", "draws") as progress:
            bands = bands_for(both[0], view, progress, against=both[1], world_errors=world_errors == "on")
        view = look(view, bands)
        show(deliveries(view), *largest(view))
        if bands is not None:
            show(bands.words)
        leave_summaries(summary or (), view, (written, law), in_both(*both), force=force)


@app.command()
def explain(
    scenario: ScenarioName,
    metric: Annotated[
        str | None, typer.Argument(metavar="METRIC", help="Address of the number: NAME[WORDS]@MONTHS.")
    ] = None,
    month: Annotated[str | None, typer.Option("--month", "--months", hidden=True)] = None,
    good: Annotated[str | None, typer.Option(hidden=True)] = None,
    origin: Annotated[str | None, typer.Option(hidden=True)] = None,
    route: Annotated[str | None, typer.Option("--route", "--road", hidden=True)] = None,
    destination: Annotated[str | None, typer.Option(hidden=True)] = None,
    brand_origin: Annotated[str | None, typer.Option("--brand-origin", "--headquarters", hidden=True)] = None,
    measure: Annotated[str | None, typer.Option(hidden=True)] = None,
    by: Annotated[str, typer.Option(help="Rows of the first table: clause or kind.")] = "clause",
    permutations: Annotated[int, typer.Option(help="Permutations of the clauses, each with its reverse.")] = 4,
    exporters: Exporters = 2_000,
    mode: Mode = "expected",
    seed: Seed = None,
    changes: Setting = None,
    posterior: FromPosterior = None,
    workers: Workers = 1,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the text and the tables.")] = None,
    allow_code: AllowCode = False,
    force: Force = False,
) -> None:
    """Attributes the change of a number to clauses, states, firms and intermediaries, in tables that add up.

    METRIC is the address of a number of a run, see sim list metrics; without months, the last twelve.

    Examples:
      sim explain reference 'deliveries_volume[drones,from_CHN]@2023-09'
      sim explain reference 'deliveries_volume[high_priority,hubs]@2023-01:2023-06' --by kind --out why
    """
    from sim.analysis.explain import explain as explained_by
    from sim.common.files import refuse_in_vain
    from sim.report.explanation_tables import explained
    from sim.simulation.parameter_source import beliefs
    from sim.ui.requests import asked_for, overrides
    from sim.ui.saving import EXPLANATION_FILES, save_explanation

    if out is not None:
        refuse_in_vain(out, EXPLANATION_FILES, force=force)
    asked = overrides(exporters=exporters, mode=mode, seed=seed, settings=changes or (), allow_code=allow_code)
    chosen = beliefs(asked_for(scenario, asked), posterior, 0)
    before = {
        "month": month, "good": good, "origin": origin, "route": route, "destination": destination,
        "brand_origin": brand_origin, "measure": measure,
    }  # fmt: skip
    with progress_of("paired runs", "runs") as progress:
        told = explained_by(
            chosen.case, metric, by=by, orders=permutations, agents=None, workers=workers, progress=progress,
            **{name: value for name, value in before.items() if value is not None},
        )  # fmt: skip
    warn(*chosen.case.remarks)
    show(chosen.words, *told.words, "", *explained(told))
    if out is not None:
        save_explanation(told, out, force=force)
        show(f"text and tables: {out}")


@app.command(name="show")
def show_run(
    folder: Annotated[Path, typer.Argument(metavar="RESULTS_FOLDER", help="Folder of a run made before.")],
    baseline: Annotated[Path | None, typer.Option(help="Run to compare with; else the one recorded.")] = None,
    summary: Summaries = None,
    force: Force = False,
) -> None:
    """Shows the tables of a saved run again, as sim run does, with the bands that it was run with.

    Examples:
      sim show results/NAME-OF-THE-RUN
      sim show results/NAME-OF-THE-RUN --summary mine.xlsx
    """
    from sim.report.run_tables import run_tables
    from sim.report.summary import refuse_summaries
    from sim.ui.saving import opened

    refuse_summaries(summary or (), force=force)
    view = opened(folder, baseline)
    show(view.policy.title, *run_tables(view))
    if view.bands is not None:
        show(view.bands.words)
    leave_summaries(summary or (), view, force=force)


@app.command()
def plot(
    folder: Annotated[Path, typer.Argument(metavar="RESULTS_FOLDER", help="Folder of a run made before.")],
    baseline: Annotated[Path | None, typer.Option(help="Run to compare with; else the one recorded.")] = None,
    figure: Annotated[list[str] | None, typer.Option(metavar="NAME", help="One figure; repeatable; else all.")] = None,
    file_format: Annotated[str, typer.Option("--format", metavar="png|pdf|svg", help="Kind of file.")] = "png",
    width: Annotated[str | None, typer.Option(metavar="89mm", help="Width on paper, in mm, cm or in.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Without title, source and the line above.")] = False,
    force: Force = False,
) -> None:
    """Draws the figures of a saved run again, for the screen or for a journal.

    Examples:
      sim plot results/NAME-OF-THE-RUN
      sim plot results/NAME-OF-THE-RUN --figure flows_by_route --format pdf --width 89mm --plain
    """
    from sim.report.plots import FIGURES, fits
    from sim.report.plots.paper import paper
    from sim.ui.saving import draw_again

    chosen = paper(width, format=file_format, plain=plain)
    show_saved(draw_again(folder, baseline, figure, chosen, force=force))
    if not figure and (left := [name for name in FIGURES if not fits(name, chosen)]):
        show(f"left out, for they have no room on {chosen.width_mm:.0f}mm: {', '.join(left)}")


@app.command()
def mirror_gap(
    folder: Annotated[Path, typer.Argument(metavar="RESULTS_FOLDER", help="Folder of a run made before.")],
    exporter: Annotated[str, typer.Argument(metavar="EXPORTER", help="State whose customs office records exports.")],
    importer: Annotated[str, typer.Argument(metavar="IMPORTER", help="State whose customs office records imports.")],
    good: Annotated[str | None, typer.Option(help="One good; else all together.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder; else the run's figures.")] = None,
    draws: Annotated[int, typer.Option(min=0, help="Draws of the run's posterior, for bands.")] = 0,
    posterior: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Where that posterior is; else shipped with the world.")
    ] = None,
    world_errors: WorldErrors = "on",
    allow_code: AllowCode = False,
    force: Force = False,
) -> None:
    """Sets two states' customs records of one flow against each other and the true flow: mirror gap and its causes.

    Example:
      sim mirror-gap results/NAME-OF-THE-RUN CODE-OF-A-STATE NAME-OF-ANOTHER --out .
    """
    from sim.metrics.mirror_gap import pair_called
    from sim.report.run_tables import mirror as report
    from sim.simulation.results import Results
    from sim.ui.requests import bands_of_pair
    from sim.ui.saving import draw_pair

    results, bands = Results.open(folder, allow_code=allow_code), None
    pair = pair_called(results, exporter, importer, good)
    if draws:
        with progress_of(f"{draws} draws", "draws") as progress:
            bands = bands_of_pair(results, pair, posterior, draws, progress, world_errors=world_errors == "on")
    show(report(results, pair))
    show_saved(draw_pair(results, pair, out, bands, force=force))
