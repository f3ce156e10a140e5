"""Serves the page on the loopback interface, to who started it and to nobody else."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

from nicegui import app, ui

from sim.common.errors import SimError
from sim.ui.web.context import House
from sim.ui.web.guard import HOST, Guard
from sim.ui.web.page import Desk
from sim.ui.web.worker import Worker

FIRST_PORT = 8477
_PATIENCE_SECONDS = 3.0  # with a run or a picture that is being made when the program ends
_INTERRUPTED = 130
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0b3c6f"/>'
    '<path d="M6 22h9l4-12h7" fill="none" stroke="#fff" stroke-width="3"/><circle cx="26" cy="10" r="3" '
    'fill="#d55e00"/></svg>'
)


def free_port(asked: int | None) -> int:
    """The port to serve on: the one asked for, else the usual one, else any that is free.

    Raises:
        SimError: the one asked for is taken.
    """
    if asked is not None:
        if not _is_free(asked):
            raise SimError(f"--port {asked} is taken, or not open to you; leave it out for a free one")
        return asked
    if _is_free(FIRST_PORT):
        return FIRST_PORT
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def serve(scenario: str, port: int, *, browser: bool, ready: Callable[[str], None]) -> None:
    """Serves the page until it is interrupted.

    Args:
        scenario: what a page opens with: a file, or the name of a shipped scenario.
        port: a free port of the loopback interface.
        browser: whether to open a browser.
        ready: called with the address once the page can be opened.
    """
    token = secrets.token_urlsafe(24)
    address = f"http://{HOST}:{port}/?token={token}"
    worker = Worker()
    try:
        with tempfile.TemporaryDirectory(prefix="sim-app-") as scratch:
            house = House(scenario, Path(scratch), worker)
            app.add_middleware(Guard, port=port, token=token)
            app.on_startup(lambda: ready(address))
            if browser:
                threading.Thread(target=_open_browser, args=(address, port, Path(scratch)), daemon=True).start()
            ui.run(
                lambda: Desk(house).build(), host=HOST, port=port, title="sanctions-sim", favicon=_ICON, show=False,
                reload=False, tailwind=False, show_welcome_message=False, binding_refresh_interval=None,
                reconnect_timeout=10.0, uvicorn_logging_level="error", timeout_graceful_shutdown=1,
            )  # fmt: skip
    except KeyboardInterrupt:
        if not worker.end(_PATIENCE_SECONDS):
            # It is in compiled code: there, a thread that outlives the interpreter makes the process abort.
            os._exit(_INTERRUPTED)
        raise


def _open_browser(address: str, port: int, folder: Path) -> None:
    """Opens the page in a browser once it is served.

    By a file of a folder that only its owner can read: the command lines of programs, with the address of what they
    open, are shown to every user of a machine.
    """
    page = folder / "open.html"
    page.write_text(f'<!doctype html><meta http-equiv="refresh" content="0; url={address}">', encoding="utf-8")
    while _is_free(port):
        time.sleep(0.1)
    webbrowser.open(page.as_uri())
