"""Serves the page on the loopback interface, to pages that it served itself and to nobody else."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nicegui import app, ui

from sim.common.errors import SimError
from sim.ui.web.context import House
from sim.ui.web.page import Desk

if TYPE_CHECKING:
    from collections.abc import Awaitable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

HOST = "127.0.0.1"
FIRST_PORT = 8477
_NAMES = (HOST, "localhost")
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0b3c6f"/>'
    '<path d="M6 22h9l4-12h7" fill="none" stroke="#fff" stroke-width="3"/><circle cx="26" cy="10" r="3" '
    'fill="#d55e00"/></svg>'
)
_REFUSED = b"This page is served to this machine only, under the address that sim app printed.\n"


class Guard:
    """Refuses what does not come from the page itself, and tells browsers to load nothing from elsewhere.

    Another site that a browser on this machine shows could otherwise speak to the page, by an address of its own that
    leads here (DNS rebinding) or by a socket. So the Host header has to name the loopback interface, and an Origin
    header, where there is one, this very address.
    """

    def __init__(self, inner: Callable[[Message, Receive, Send], Awaitable[None]], port: int) -> None:
        self.inner = inner
        self.hosts = {f"{name}:{port}" for name in _NAMES}
        self.origins = {f"http://{host}" for host in self.hosts}
        sockets = " ".join(f"ws://{host}" for host in sorted(self.hosts))
        policy = (
            "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
            f"img-src 'self' data: blob:; font-src 'self'; connect-src 'self' {sockets}; object-src 'none'; "
            "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
        )
        self.headers = [
            (b"content-security-policy", policy.encode()),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] not in ("http", "websocket"):
            await self.inner(scope, receive, send)
        elif not self.is_ours(scope["headers"]):
            await self._refuse(scope["type"], send)
        else:
            await self.inner(scope, receive, self._with_headers(send))

    def is_ours(self, headers: list[tuple[bytes, bytes]]) -> bool:
        """Whether a request names the loopback interface, and comes from this page or from no page."""
        named = [value.decode("latin-1").lower() for key, value in headers if key.lower() == b"host"]
        origins = [value.decode("latin-1").lower() for key, value in headers if key.lower() == b"origin"]
        return len(named) == 1 and named[0] in self.hosts and all(origin in self.origins for origin in origins)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.headers]
            await send(message)

        return sending

    @staticmethod
    async def _refuse(kind: str, send: Send) -> None:
        if kind == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(_REFUSED)).encode())]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": _REFUSED})


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
    with tempfile.TemporaryDirectory(prefix="sim-app-") as scratch:
        house = House(scenario, Path(scratch))
        app.add_middleware(Guard, port=port)
        app.on_startup(lambda: ready(f"http://{HOST}:{port}/"))
        ui.run(
            lambda: Desk(house).build(), host=HOST, port=port, title="sanctions-sim", favicon=_ICON, show=browser,
            reload=False, tailwind=False, show_welcome_message=False, binding_refresh_interval=None,
            reconnect_timeout=10.0, uvicorn_logging_level="error", timeout_graceful_shutdown=1,
        )  # fmt: skip
