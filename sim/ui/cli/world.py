"""Commands on worlds: new, show, build, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.common.progress import progress_of
from sim.report.terminal import show
from sim.ui.cli.options import AllowCode, Force, FromPosterior, Months, Setting, Workers, world_app

OutTables = Annotated[Path | None, typer.Option("--out", "-o", help="Folder for tables (CSV) and figures (PNG).")]


@world_app.command("show")
def world_show(
    name: Annotated[str, typer.Argument(help="A world's folder, or the name of a shipped one.")] = "reference",
    out: OutTables = None,
    force: Force = False,
) -> None:
    """Shows a world's totals against the published ones, and which share of its value was observed.

    With --out also as pictures, by pair of states and by good.

    Examples:
      sim world show reference
      sim world show reference --out results/world
    """
    from sim.report.world_audit import audit_tables
    from sim.report.world_findings import world_findings
    from sim.ui.cli.study import tell
    from sim.world import load_world

    world = load_world(name)
    show(*audit_tables(world))
    if out is not None:
        tell(world_findings(world), out, force=force)


@world_app.command("new")
def world_new(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that it is written into.")],
    target: Annotated[str, typer.Option(metavar="CODE", help="The state under sanctions: CODE or CODE=Name.")] = "TARG",
    coalition: Annotated[str, typer.Option(metavar="CODES", help="States that make law against it.")] = "COAL",
    hubs: Annotated[str, typer.Option(metavar="CODES", help="States that may pass goods to it; '' for none.")] = "HUBA",
    others: Annotated[str, typer.Option(metavar="CODES", help="Other states; '' for none.")] = "OTHA",
    goods: Annotated[
        str, typer.Option(metavar="CODES", help="Goods; the scenario bans the first.")
    ] = "listed,unlisted",
    base_year: Annotated[str, typer.Option(metavar="YEAR", help="Year whose trade the tables hold.")] = "2021",
    force: Force = False,
) -> None:
    """Writes the template of a world, with made-up numbers and a scenario that runs at once.

    Several codes stand between commas, each with a name if you like (HUBA=Haven). A code of a shipped world, such as
    that of a real state, brings its name and place.

    Examples:
      sim world new my-world
      sim world new my-world --target TARG=Terrana --hubs HUBA,HUBB --goods machine_tools,toys
    """
    from sim.world.template import WorldPlan, new_world
    from sim.world.template_texts import SCENARIO

    makers, passing, rest, kinds = (
        tuple(part for part in text.split(",") if part.strip()) for text in (coalition, hubs, others, goods)
    )
    written = new_world(out, WorldPlan(target, makers, passing, rest, kinds, base_year), force=force)
    show(*map(str, written), f"\nTry it:  sim check {out / SCENARIO}   then  sim run {out / SCENARIO}")


@world_app.command("sensitivity")
def world_sensitivity(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario, file or shipped.")] = "reference",
    metric: Annotated[list[str] | None, typer.Option("--metric", "-m", help="A metric; else the usual ones.")] = None,
    draws: Annotated[int, typer.Option(min=2, help="Worlds drawn of each part, and of all together.")] = 16,
    posterior: FromPosterior = None,
    changes: Setting = None,
    months: Months = None,
    workers: Workers = 1,
    out: OutTables = None,
    allow_code: AllowCode = False,
    force: Force = False,
) -> None:
    """Which results rest on imputed flows: spread of metrics over worlds of which one part is drawn at a time.

    Runs at the representative draw of the posterior, small and in expected mode.

    Examples:
      sim world sensitivity reference
      sim world sensitivity reference --draws 24 --metric 'shortfall[high_priority]@2023-01:2023-12' --out results/world
    """
    from sim.analysis.variants import Work
    from sim.analysis.world_sensitivity import world_sensitivity as spread_of
    from sim.experiments.ensemble import few_rows
    from sim.report.finding import Finding
    from sim.report.table import Column, Table
    from sim.simulation.parameter_source import beliefs
    from sim.ui.cli.study import tell
    from sim.ui.requests import asked_for, overrides
    from sim.world.draws import PARTS

    asked = overrides(settings=changes or (), months=months, allow_code=allow_code)
    chosen = beliefs(asked_for(scenario, asked), posterior, 0)
    with progress_of("runs on drawn worlds", "runs") as progress:
        table = spread_of(few_rows(chosen.case), metric or (), draws, Work(workers, progress))
    title = f"{chosen.case.scenario.title}: spread over {draws} worlds, and share of its variance by what is drawn"
    columns = {name: Column(name, "share") for name in PARTS} | {"sd": Column("spread", digits=2)}
    show(chosen.words, Table.of_frame(table, title, columns=columns))
    tell([Finding("world_sensitivity", title, table, told=False)], out, force=force)


@world_app.command("build")
def world_build(
    figures: Annotated[Path, typer.Argument(help="Folder of the tables of facts.")],
    out: Annotated[Path, typer.Argument(help="Folder that the world is written into.")],
    force: Force = False,
) -> None:
    """Builds a world from tables of facts: the same facts give the same bytes.

    Example:
      sim world build calibration/figures scenarios/worlds/reference
    """
    from sim.world.build import build_world

    show(*map(str, build_world(figures, out, force=force)))


@world_app.command("import")
def world_import(
    files: Annotated[list[Path], typer.Argument(help="Files of UN Comtrade, BACI or Eurostat COMEXT.")],
    mapping: Annotated[Path, typer.Option("--mapping", help="Which codes are which states and goods (YAML).")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder that the tables of facts are written into.")],
    onto: Annotated[
        Path | None, typer.Option("--onto", metavar="FIGURES", help="Folder of facts that the figures are laid over.")
    ] = None,
    force: Force = False,
) -> None:
    """Turns customs files into tables of facts, and says what was dropped, counted twice or shifted.

    Example:
      sim world import comtrade.csv --mapping mapping.yaml --onto calibration/figures --out my-figures
      sim world build my-figures my-world
    """
    from sim.world.customs_data import import_files

    imported = import_files(files, mapping)
    if onto is not None:
        imported = imported.onto(onto)
    show(imported.account.text())
    show(*map(str, imported.write(out, force=force)))
