"""Lets through what the page itself asks with the token of this program, and nothing else."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from nicegui import __version__

if TYPE_CHECKING:
    from collections.abc import Awaitable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Refusal = tuple[int, str]

HOST = "127.0.0.1"
MOST_BYTES = 1_100_000  # of a request: a scenario of the largest size, and what a form puts around it
_NAMES = (HOST, "localhost")
_SOCKET = "/_nicegui_ws/socket.io/"
# What a page loads, and what it sends. NiceGUI serves the page itself under every path that it does not know.
_PARTS = "static|libraries|components|resources|dynamic_resources|esm"
_LOADED = re.compile(rf"/|/favicon\.ico|/_nicegui/{re.escape(__version__)}/({_PARTS})/(?!.*\.\.).+|{_SOCKET}")
_SENT = re.compile(rf"/_nicegui/client/[^/]+/upload/[0-9]+|{_SOCKET}")
_ELSEWHERE = "This page is served to this machine only, under the address that sim app printed."
_UNKNOWN = "Open the address that sim app printed, whole: what stands after token= shows that the page is yours."
_OPENED = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/"><title>sanctions-sim</title>'
    '<a href="/">sanctions-sim</a>\n'
)


class Guard:
    """Refuses what does not come from the page of who started the program.

    Another site that a browser on this machine shows could otherwise speak to the page, by an address of its own that
    leads here (DNS rebinding) or by a socket, and so could any other user of the machine, for a port has no owner. So
    the Host header has to name the loopback interface, an Origin header this very address (a socket has to have one),
    and every request has to carry the token: in the address that the program printed, and from then on in a cookie.

    Args:
        inner: the program behind.
        port: that it is served on.
        token: of this program.
    """

    def __init__(self, inner: Callable[[Message, Receive, Send], Awaitable[None]], port: int, token: str) -> None:
        self.inner, self.token = inner, token.encode()
        self.cookie = f"sim-app-{port}"  # one for each program: browsers keep cookies by host, whatever the port
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
            return
        opens = scope["type"] == "http" and scope["path"] == "/" and b"token=" in scope["query_string"]
        refusal = self._of_elsewhere(scope) or self._of_strangers(scope, opens=opens) or _of_the_unknown(scope)
        if refusal is not None:
            await self._refuse(scope["type"], refusal, send)
        elif opens:
            await self._open(send)
        else:
            await self.inner(scope, receive, self._with_headers(send))

    def _of_elsewhere(self, scope: Message) -> Refusal | None:
        """Whether a request names another host than the loopback interface, or comes from another page."""
        hosts, origins = ([one.lower() for one in _values(scope, name)] for name in (b"host", b"origin"))
        named = len(hosts) == 1 and hosts[0] in self.hosts
        ours = all(origin in self.origins for origin in origins) and (origins or scope["type"] != "websocket")
        return None if named and ours else (403, _ELSEWHERE)

    def _of_strangers(self, scope: Message, *, opens: bool) -> Refusal | None:
        """Whether a request lacks the token."""
        if opens:
            given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        else:
            pairs = [one.strip().partition("=") for text in _values(scope, b"cookie") for one in text.split(";")]
            given = [value for name, _, value in pairs if name == self.cookie]
        known = [hmac.compare_digest(one.encode(), self.token) for one in given]
        return None if any(known) else (403, _UNKNOWN)

    async def _open(self, send: Send) -> None:
        """Puts the token into a cookie, and shows the page by an address without it."""
        cookie = f"{self.cookie}={self.token.decode()}; Path=/; HttpOnly; SameSite=Strict"
        # A page that leads on, and no redirection: after that, a browser that was led here from elsewhere would
        # not send the cookie.
        headers = [
            (b"content-type", b"text/html"), (b"cache-control", b"no-store"), (b"set-cookie", cookie.encode()),
        ]  # fmt: skip
        await self._answer(200, headers, _OPENED, send)

    async def _refuse(self, kind: str, refusal: Refusal, send: Send) -> None:
        if kind == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._answer(refusal[0], [(b"content-type", b"text/plain")], refusal[1] + "\n", send)

    async def _answer(self, status: int, headers: list[tuple[bytes, bytes]], text: str, send: Send) -> None:
        body = text.encode()
        length = (b"content-length", str(len(body)).encode())
        start = {"type": "http.response.start", "status": status, "headers": [*headers, length, *self.headers]}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.headers]
            await send(message)

        return sending


def _of_the_unknown(scope: Message) -> Refusal | None:
    """Whether a request asks for what the page never asks for, or sends more than it ever sends."""
    path = scope["path"]
    if scope["type"] == "websocket":
        return None if path == _SOCKET else (404, "")
    loaded, sent = _LOADED.fullmatch(path), _SENT.fullmatch(path)
    if not (loaded or sent):
        return 404, "There is nothing under this address."
    if not (loaded if scope["method"] in ("GET", "HEAD") else sent and scope["method"] == "POST"):
        return 405, "This cannot be asked of this address."
    if scope["method"] != "POST":
        return None
    (length,) = _values(scope, b"content-length") or [""]
    if not length.isdecimal():
        return 411, "A request has to say how long it is."
    return (413, "A scenario file has 1 MB at most.") if int(length) > MOST_BYTES else None


def _values(scope: Message, name: bytes) -> list[str]:
    """What the headers of a name say."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
