"""What the commands share: the applications that they register with, and the options that several of them take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from sim.common.renamed import renamed
from sim.report.terminal import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.report.plots.run_view import Source
    from sim.ui.saving import Saved


class Commands(TyperGroup):
    """The commands of `sim`, which also run under the names that they and their options had before."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Finds the command that the words name, with what is left of them.

        Args:
            ctx: of click.
            args: all words after `sim`; old names become today's, each with a hint.
        """
        for words in (2, 1):
            old = " ".join(["sim", *args[:words]])
            if (today := renamed("command", old)) != old:  # split only then: words of the user's may hold spaces
                args = [*today.split()[1:], *args[words:]]
        options = [word.partition("=") for word in args]
        return super().resolve_command(ctx, [renamed("option", name) + rest + value for name, rest, value in options])


app = typer.Typer(
    cls=Commands,
    help="Simulates sanctions and the trade that goes round them, month by month, from customs figures.",
    epilog="First steps: sim demo, then sim list scenarios, then sim run reference.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
world_app = typer.Typer(help="Shows a world, or builds one from tables of facts.", no_args_is_help=True)
list_app = typer.Typer(help="Lists instruments, scenarios, metrics and parameters.", no_args_is_help=True)
app.add_typer(list_app, name="list")
app.add_typer(world_app, name="world")

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped scenario.")
]
Exporters = Annotated[int | None, typer.Option(help="Exporting firms.")]
Mode = Annotated[Literal["sampled", "expected"] | None, typer.Option(help="Firms draw, or spread by their odds.")]
Seed = Annotated[int | None, typer.Option(help="Seed of every draw.")]
Months = Annotated[str | None, typer.Option(metavar="FIRST:LAST", help="Months to run, YYYY-MM:YYYY-MM.")]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="ADDRESS=VALUE", help="Sets an input, such as parameters.learning=0.5."),
]
Draws = Annotated[
    int | None, typer.Option(min=0, help="Draws of the posterior run beside it, small, for bands; 24 by default.")
]
FromPosterior = Annotated[
    str | None,
    typer.Option("--posterior", metavar="FOLDER|none", help="Fitted parameters; else those shipped with the world."),
]
WorldErrors = Annotated[
    Literal["on", "off"],
    typer.Option(help="Whether each draw but the first has a world of its own, within the errors of its flows."),
]
AllowCode = Annotated[
    bool,
    typer.Option("--allow-code", help="Run rules that the scenario names from a Python file: it has all your rights."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are in the way; nothing else is touched.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes.")]
OutFolder = Annotated[Path, typer.Option("--out", "-o", help="Folder that the run's folder is written into.")]

Summaries = Annotated[
    list[Path] | None,
    typer.Option("--summary", metavar="PATH", help="Leave the tables also as PATH.xlsx, .csv or .tex; repeatable."),
]


def leave_summaries(
    paths: Sequence[Path], source: Source, before: Iterable[object] = (), words: str = "", *, force: bool
) -> None:
    """Writes the tables of the screen to files that were asked for, and names them."""
    from sim.report.summary import save_summary, summary_of

    if paths:
        told = summary_of(source, before, words)
        show(*(f"summary:          {save_summary(told, path, force=force)}" for path in paths))


def show_saved(saved: Saved) -> None:
    """Names the files that were written, and figures that could not be drawn; with such ones, the exit status is 1."""
    show(*map(str, saved.files))
    for name, why in saved.failed.items():
        typer.echo(f"figure {name} could not be drawn, all else is written: {why}", err=True)
    if saved.failed:
        raise typer.Exit(1)
