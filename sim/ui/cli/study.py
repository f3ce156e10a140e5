"""Commands that analyse a study's runs, or a package by runs of their own: sim study ..."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sim.common.errors import SimError
from sim.common.parsing import plain_number
from sim.report.terminal import show
from sim.ui.cli.options import Force, app, show_saved

if TYPE_CHECKING:
    from sim.experiments import StudyRuns
    from sim.report.finding import Finding

study_app = typer.Typer(
    help="Analyses a study's runs: means, attribution, sensitivity, discovery, Pareto front, evasion.",
    no_args_is_help=True,
)
app.add_typer(study_app, name="study")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of a study's runs, made by sim sweep.")]
Metrics = Annotated[list[str] | None, typer.Option("--metric", "-m", help="A metric; all of the study's by default.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Folder for tables (CSV) and figures (PNG).")]


@contextmanager
def its_extra() -> Iterator[None]:
    """Imports that need more packages than the model does: says which are missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SimError(f"this needs the package '{error.name}': pip install 'sanctions-sim[studies]'") from None


@study_app.command()
def summary(
    folder: Folder,
    metric: Metrics = None,
    against: Annotated[
        str | None, typer.Option(help="Setting to compare with, LEVER=VALUE,...; the first by default.")
    ] = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Means with intervals at each setting of the levers, paired changes, response curves and heat maps.

    Example:
      sim study summary results/studies/whack-a-mole --out results/studies/whack-a-mole/figures
    """
    from sim.report.finding import setting_of
    from sim.report.study_findings import summed_up

    runs = runs_in(folder)
    setting = None
    if against is not None:
        given = [_split(part, "--against", "LEVER=VALUE,...") for part in against.split(",")]
        setting = setting_of(runs, {runs.column(name): value for name, value in given}, f"--against {against}")
    tell(summed_up(runs, [runs.column(name) for name in metric or ()], setting), out, force=force)


@study_app.command()
def design(
    method: Annotated[Literal["morris", "sobol"], typer.Argument(help="Which design.")],
    bounds: Annotated[list[str], typer.Argument(metavar="INPUT=LOW:HIGH...", help="Inputs and their ranges.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File of points, for `listed:` in a study's design.")],
    samples: Annotated[int, typer.Option(help="Trajectories (Morris) or base samples (Sobol', a power of two).")] = 64,
    seed: Annotated[int, typer.Option(help="Seed of the design.")] = 1,
    force: Force = False,
) -> None:
    """Writes a design for sensitivity analysis, made by SALib, that a study lists as its points.

    Example:
      sim study design sobol parameters.ghost=0.2:0.8 parameters.market_entry=0:0.5 --out points.csv
    """
    with its_extra():
        from sim.analysis.sensitivity import Screening, sampled_points
    from sim.common.files import written_file

    points = sampled_points(Screening(method, _bounds(bounds), samples, seed))
    with written_file(out, force=force) as scratch:
        points.to_csv(scratch, index=False, float_format="%.12g")
    show(f"{len(points):,} points: {out}", f"in the study file: design: {{listed: {out.name}}}")


@study_app.command()
def sensitivity(
    folder: Folder,
    method: Annotated[Literal["morris", "sobol"], typer.Argument(help="Method of the design.")],
    bounds: Annotated[list[str], typer.Argument(metavar="INPUT=LOW:HIGH...", help="As in the design.")],
    samples: Annotated[int, typer.Option(help="As in the design.")] = 64,
    seed: Annotated[int, typer.Option(help="As in the design.")] = 1,
    metric: Metrics = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Which inputs move each metric, from runs at the points of `sim study design`; a run without a number is refused.

    Example:
      sim study sensitivity results/studies/mine sobol parameters.ghost=0.2:0.8 parameters.market_entry=0:0.5
    """
    with its_extra():
        from sim.analysis.sensitivity import Screening
        from sim.analysis.sensitivity import sensitivity as indices_of
    from sim.report.finding import points_of
    from sim.report.study_findings import moved_by

    runs = runs_in(folder)
    points = points_of(runs).sort_values("point", kind="stable").reset_index(drop=True)
    asked = {runs.column(name): ends for name, ends in _bounds(bounds).items()}
    metrics = [runs.column(name) for name in metric or runs.metrics]
    found = indices_of(Screening(method, asked, samples, seed), points, metrics)
    tell(moved_by(runs, points, found), out, force=force)


@study_app.command()
def discover(
    folder: Folder,
    where: Annotated[str, typer.Option(help="The outcome, such as 'shortfall > 0.3'.")],
    method: Annotated[Literal["prim", "cart"], typer.Option(help="How boxes are found.")] = "prim",
    density: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of runs in a box that meet it.")] = 0.75,
    out: Out = None,
    force: Force = False,
) -> None:
    """Scenario discovery: where among levers and uncertainties an outcome is met, in sentences.

    Example:
      sim study discover results/studies/licence-strictness --where 'shortfall[high_priority] > 0.3'
    """
    with its_extra():
        from sim.analysis.discovery import discover as boxes_of
    from sim.report.finding import points_of
    from sim.report.study_findings import met_where

    runs = runs_in(folder)
    inputs = [*runs.levers, *runs.uncertainties]
    points = points_of(runs)
    if "draw" in points and points["draw"].nunique() > 1 and not runs.uncertainties:
        show("Draws of the posterior are not among the inputs: boxes are in the levers only.")
    tell([met_where(boxes_of(points, inputs, where, method=method, density=density))], out, force=force)


@study_app.command()
def pareto(
    folder: Folder,
    objective: Annotated[list[str], typer.Option("--objective", help="METRIC=more or METRIC=less; two or more.")],
    adversary: Annotated[
        list[str] | None, typer.Option(help="A lever that the other side sets, against the first objective.")
    ] = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Pareto front: policies that no other dominates, and the regret of each over states of the world.

    Levers named by --adversary are the other side's: it knows the policy and the state of the world, and replies with
    what is worst for the first objective.

    Example:
      sim study pareto results/studies/mine --objective shortfall=more --objective coalition_sales_lost=less
    """
    from sim.report.study_findings import searched

    wanted = [_split(text, "--objective", "METRIC=more or METRIC=less") for text in objective]
    runs = runs_in(folder)
    objectives = {runs.column(name): aim for name, aim in wanted}
    tell(searched(runs, objectives, [runs.column(name) for name in adversary or ()]), out, force=force)


def runs_in(folder: Path) -> StudyRuns:
    """The runs of a folder; what is left out of all that is said of them is told first."""
    from sim.experiments import read_runs
    from sim.report.finding import left_out

    runs = read_runs(folder)
    show(*left_out(runs))
    return runs


def tell(found: Sequence[Finding], out: Path | None, *, force: bool) -> None:
    """Shows findings, and writes them if a folder is named."""
    from sim.ui.saving import save_findings

    show(*(thing for one in found for thing in one.on_screen()))
    if out is not None:
        show_saved(save_findings(found, out, force=force))


def _split(text: str, option: str, expected: str) -> tuple[str, str]:
    name, equals, value = text.rpartition("=")
    if not equals or not name:
        raise SimError(f"{option} {text}: expected {expected}")
    return name.strip(), value.strip()


def _bounds(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    found = {}
    for text in texts:
        name, value = _split(text, "input", "INPUT=LOW:HIGH, such as parameters.ghost=0.2:0.8")
        low, _, high = value.partition(":")
        ends = plain_number(low), plain_number(high)
        if ends[0] is None or ends[1] is None:
            raise SimError(f"input {text}: expected INPUT=LOW:HIGH, such as parameters.ghost=0.2:0.8")
        found[name] = ends[0], ends[1]
    return found
