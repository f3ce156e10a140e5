"""What the commands share: the two applications that they register with, and the options that several of them take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    help="Simulates sanctions and the trade that goes round them, month by month, from customs figures.",
    epilog="First steps: sim demo, then sim scenarios, then sim run reference.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
world_app = typer.Typer(help="Shows a world, or builds one from tables of facts.", no_args_is_help=True)
app.add_typer(world_app, name="world")

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped scenario.")
]
Exporters = Annotated[int | None, typer.Option(help="Exporting firms.")]
Mode = Annotated[Literal["sampled", "expected"] | None, typer.Option(help="Firms draw, or spread by their odds.")]
Seed = Annotated[int | None, typer.Option(help="Seed of every draw.")]
Months = Annotated[str | None, typer.Option(metavar="FIRST:LAST", help="Months to run, YYYY-MM:YYYY-MM.")]
Setting = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Sets a parameter.")]
Draws = Annotated[
    int | None, typer.Option(min=0, help="Draws of the posterior run beside it, small, for 90 % bands; 24 by default.")
]
FromPosterior = Annotated[
    str | None,
    typer.Option("--posterior", metavar="FOLDER|none", help="Fitted parameters; else those shipped with the world."),
]
OutFolder = Annotated[Path, typer.Option("--out", "-o", help="Folder that the run's folder is written into.")]
