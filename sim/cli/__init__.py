"""The command line: the only room that speaks to the user (through `sim.terminal`).

What the model needs is imported inside each command, so that `sim --help` answers at once. A user's mistake ends with
one message on stderr and status 2, Ctrl-C with status 130; neither leaves anything half written.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sim.cli import packages, page, runs, shelves, study, sweeps, tuning, why, worlds
from sim.cli.frame import app
from sim.errors import SimError

__all__ = ["app", "main", "packages", "page", "runs", "shelves", "study", "sweeps", "tuning", "why", "worlds"]


def main() -> None:
    """Runs the command line; a user's mistake becomes one message on stderr and exit status 2."""
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
        from sim.versions import version_of

        typer.echo(f"sanctions-sim {version_of()}")
        raise typer.Exit
