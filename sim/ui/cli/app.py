"""The command that opens the page: app."""

from __future__ import annotations

import os
import tempfile
from typing import Annotated

import typer

from sim.common.errors import SimError
from sim.report.terminal import show
from sim.ui.cli.options import app


@app.command(name="app")
def open_page(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A file, or a shipped name.")] = "reference",
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; else the usual one, or a free one where it is taken.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
) -> None:
    """Opens a page to move dates and strengths of a package and see what they do; on this machine only.

    It needs no network, and is served to no other machine. Ctrl-C ends it. It takes the extra `app`.

    Examples:
      sim app
      sim app my-scenario.yaml --port 9000 --no-browser
    """
    with tempfile.TemporaryDirectory(prefix="sim-app-") as storage:
        # NiceGUI looks these up as it is imported; nothing of ours is to be kept, let alone in the user's folder.
        os.environ["NICEGUI_STORAGE_PATH"] = storage
        os.environ.pop("NICEGUI_REDIS_URL", None)
        try:
            from sim.ui.web.server import free_port, serve
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] == "sim":
                raise
            raise SimError(f"sim app needs the package '{error.name}': pip install 'sanctions-sim[app]'") from None
        from sim.scenario import load_scenario

        if code := load_scenario(scenario).code:  # its faults are told here, not on a page
            raise SimError(f"{scenario} takes {', '.join(sorted(code))} from code, and the page runs none; see sim run")
        chosen = free_port(port)
        serve(scenario, chosen, browser=browser, ready=lambda address: show(f"sim app: {address} (Ctrl-C ends it)"))
