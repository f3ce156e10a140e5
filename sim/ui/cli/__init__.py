"""The command line: the only room that speaks to the user (through `sim.report.terminal`).

What the model needs is imported inside each command, so that `sim --help` answers at once. A user's mistake ends with
one message on stderr and status 2, Ctrl-C with status 130; neither leaves anything half written.
"""

from __future__ import annotations

import sys
import warnings
from typing import Annotated

import typer

from sim.common.errors import SimError
from sim.common.renamed import OldName
from sim.ui.cli import app as web_app
from sim.ui.cli import calibrate, catalogue, explain, forecast, run, study, study_packages, sweep, world
from sim.ui.cli.options import app

__all__ = [
    "app", "calibrate", "catalogue", "explain", "forecast", "main", "run", "study", "study_packages", "sweep",
    "web_app", "world",
]  # fmt: skip

# Commands as the help lists them: what most come for first.
_ORDER = (
    "run", "demo", "check", "compare", "explain", "forecast", "test-mechanism", "mirror-gap", "plot", "sweep", "app",
    "calibrate",
)  # fmt: skip


def _place(command: typer.models.CommandInfo) -> int:
    name = command.name or getattr(command.callback, "__name__", "").replace("_", "-")
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


app.registered_commands.sort(key=_place)


def _in_a_line(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """A hint at an old name as a user reads it; other warnings as Python shows them."""
    if issubclass(category, OldName):
        return f"hint: {message}\n"
    return _PYTHONS(message, category, filename, lineno, line)


_PYTHONS = warnings.formatwarning


def main() -> None:
    """Runs the command line; a user's mistake becomes one message on stderr and exit status 2."""
    warnings.formatwarning = _in_a_line
    try:
        app()
    except SimError as error:
        typer.echo(f"{error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False) -> None:
    if version:
        from sim.common.package_data import version_of

        typer.echo(f"sanctions-sim {version_of()}")
        raise typer.Exit
