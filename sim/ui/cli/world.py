"""Commands on worlds: show, build."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.report.terminal import show
from sim.ui.cli.options import Force, world_app


@world_app.command("show")
def world_show(
    name: Annotated[str, typer.Argument(help="A world's folder, or the name of a shipped one.")] = "reference",
) -> None:
    """Shows a world's totals against the published ones, and which share of its value was observed.

    Example:
      sim world show reference
    """
    from sim.report.world_audit import audit_tables
    from sim.world import load_world

    show(*audit_tables(load_world(name), name))


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
