"""Commands that analyse a package by runs of their own: sim study attribute, evasion, report."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sim.common.errors import SimError
from sim.common.progress import progress_of
from sim.report.terminal import show
from sim.ui.cli.options import AllowCode, Exporters, Force, Mode, Months, Workers, WorldErrors
from sim.ui.cli.study import Metrics, Out, its_extra, runs_in, study_app, tell

if TYPE_CHECKING:
    from sim.analysis.variants import Work
    from sim.experiments import Study
    from sim.simulation.simulation import Case

Draws = Annotated[int, typer.Option(help="Draws of the posterior; 0 takes the scenario's own parameters.")]
Runs = Annotated[
    Path | None, typer.Option("--folder", help="Folder of finished runs, never made twice; else results/packages/NAME.")
]


@study_app.command()
def attribute(
    package: Annotated[str, typer.Argument(metavar="FOLDER|SCENARIO", help="Runs with switches, or a scenario.")],
    metric: Metrics = None,
    by: Annotated[
        Literal["clause", "kind", "by"],
        typer.Option(help="Rows: clauses, kinds of clauses, or the states that make them."),
    ] = "kind",
    permutations: Annotated[int, typer.Option(min=1, help="Permutations of the clauses, each with its reverse.")] = 4,
    draws: Draws = 0,
    world_errors: WorldErrors = "on",
    exporters: Exporters = 2_000,
    mode: Mode = "expected",
    months: Months = None,
    workers: Workers = 1,
    folder: Runs = None,
    out: Out = None,
    allow_code: AllowCode = False,
    force: Force = False,
) -> None:
    """Attributes the change to clauses: Shapley values over paired runs, with intervals over draws; they add up.

    Takes a study whose levers switch clauses on and off in a full grid, or a scenario, which it then runs.

    Examples:
      sim study attribute results/studies/which-clause-mattered
      sim study attribute reference --metric 'deliveries_volume[high_priority]' --by kind --draws 8 --workers 2
    """
    from sim.analysis.attribution import attribute as attribution_of
    from sim.analysis.attribution import attribute_switches, players_of
    from sim.report.finding import points_of
    from sim.report.study_findings import attributed

    if Path(package).is_dir():
        runs = runs_in(Path(package))
        points = points_of(runs)
        told = attribute_switches(points, runs.levers, [runs.column(name) for name in metric or runs.metrics])
        tell(attributed(told, runs.title, int(points["world"].nunique())), out, force=force)
        return
    cases = _cases(package, (draws, world_errors == "on"), (exporters, mode, months), allow_code=allow_code)
    players = players_of(cases[0].scenario, by)
    with _at_work(package, workers, folder) as work:
        told = attribution_of(cases, metric or ["deliveries_volume"], players, orders=permutations, work=work)
    tell(attributed(told, cases[0].scenario.title, len(cases)), out, force=force)


@study_app.command()
def evasion(
    context: typer.Context,
    scenario: Annotated[
        str,
        typer.Argument(metavar="SCENARIO|STUDY", help="A scenario, or a study with `leaks`: files or shipped ones."),
    ],
    metric: Annotated[str, typer.Option("--metric", "-m", help="What the evader wants more of.")] = "deliveries_volume",
    good: Annotated[str, typer.Option(help="Goods, with commas between them, or all.")] = "all",
    best: Annotated[int, typer.Option(min=0, help="Best responses that are tried in pairs.")] = 5,
    draws: Draws = 0,
    world_errors: WorldErrors = "on",
    exporters: Exporters = 2_000,
    mode: Mode = "expected",
    months: Months = None,
    workers: Workers = 1,
    folder: Runs = None,
    out: Out = None,
    allow_code: AllowCode = False,
    force: Force = False,
) -> None:
    """Evasion of a package: what still arrives and how, what closing each way would do, the evader's best response.

    Examples:
      sim study evasion cheapest-leak --workers 2 --out results/evasion
      sim study evasion reference --good high_priority --draws 4 --workers 2 --out results/evasion
    """
    from sim.analysis.evasion import find_leaks
    from sim.experiments import load_study, searches_leaks
    from sim.report.study_findings import leaking

    if searches_leaks(scenario):
        own = ("metric", "good", "best", "draws", "world_errors", "exporters", "mode", "months")
        sources = {name: context.get_parameter_source(name) for name in own}
        given = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
        if given:
            raise SimError(f"--{given[0].replace('_', '-')}: {scenario} is a study and says so itself; change the file")
        search_leaks(load_study(scenario, allow_code=allow_code), workers, folder, out, force=force)
        return
    cases = _cases(scenario, (draws, world_errors == "on"), (exporters, mode, months), allow_code=allow_code)
    goods = tuple(name.strip() for name in good.split(","))
    with _at_work(scenario, workers, folder) as work:
        found = find_leaks(cases, metric=metric, goods=goods, best=best, work=work)
    tell(leaking(found, cases[0].scenario.title, len(cases)), out, force=force)


def search_leaks(
    study: Study, workers: int, folder: Path | None = None, out: Path | None = None, *, force: bool = False
) -> None:
    """Makes the runs of a study that searches for leaks, and tells what they say."""
    from sim.analysis.evasion import leaks_of
    from sim.report.study_findings import leaking

    with _at_work(study.name, workers, folder or Path("results") / "studies" / study.name) as work:
        found, worlds = leaks_of(study, work)
    tell(leaking(found, study.base.scenario.title, worlds), out, force=force)


@study_app.command()
def report(
    studies: Annotated[
        list[str] | None, typer.Argument(metavar="[STUDY]...", help="Study files, or shipped ones; else all.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The page.")] = Path("docs/studies-answers.md"),
    results: Annotated[Path, typer.Option(help="Folder of the studies' runs.")] = Path("results/studies"),
    draws: Annotated[int, typer.Option(help="Draws of the posterior, where one ships; 0: as in the files.")] = 8,
    workers: Workers = 2,
    allow_code: AllowCode = False,
    force: Force = False,
) -> None:
    """Runs studies, shipped or one's own, and writes a page of their results, with intervals and figures.

    Example:
      sim study report --workers 2
      sim study report my-study.yaml --out my-report.md
    """
    from sim.analysis.variants import Work
    from sim.common.files import refuse_unwritable

    with its_extra():
        from sim.report.study_page import Answered, answer_all

    refuse_unwritable(results)
    with progress_of("runs", "runs") as progress:
        page = answer_all(
            Answered(out, results, draws, Work(workers, progress), show, force, allow_code), studies or ()
        )
    show(str(page))


@contextmanager
def _at_work(name: str, workers: int, folder: Path | None) -> Iterator[Work]:
    """How runs of a scenario are made, with a bar; stopped in the middle, it says how to go on."""
    from sim.analysis.variants import Work
    from sim.common.files import refuse_unwritable

    place = folder or Path("results") / "packages" / Path(name).stem
    refuse_unwritable(place)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with progress_of("paired runs", "runs") as progress:
            yield Work(workers, progress, place)
    except KeyboardInterrupt:
        show(f"\nstopped: finished runs are kept in {place}; the same command goes on")
        raise


def _cases(
    name: str, drawn: tuple[int, bool], how: tuple[int | None, str | None, str | None], *, allow_code: bool
) -> list[Case]:
    """The case of a scenario under draws of the posterior that ships, and of the world if so asked."""
    from sim.simulation.posterior import load_posterior
    from sim.ui.requests import asked_for, overrides

    exporters, mode, months = how
    case = asked_for(name, overrides(exporters=exporters, mode=mode, months=months, allow_code=allow_code))
    draws, world_errors = drawn
    if draws <= 0:
        return [case]
    posterior = load_posterior(None, case.scenario.world)
    return [posterior.case_at(case, draw, world_errors=world_errors) for draw in posterior.spread(draws)]
