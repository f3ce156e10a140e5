"""The page is there, for this machine only; it takes nothing from elsewhere and leaves nothing behind."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

pytest.importorskip("nicegui", reason="the extra 'app' is not installed")

from app_toys import Served, start
from nicegui import __version__ as VERSION  # noqa: N812

from sim.common.errors import SimError
from sim.ui import cli
from sim.ui.web import server
from sim.ui.web.guard import HOST, Guard
from sim.ui.web.server import FIRST_PORT, free_port

# What a browser would load; addresses in texts and in names of namespaces are none of it.
LOADED = re.compile(r"""(?:src|href)=["']([^"']+)["']|url\(["']?([^"')]+)["']?\)|from\s*["']([^"']+)["']""")
OUTSIDE = re.compile(r"^(?:https?:|wss?:)?//", re.IGNORECASE)


def loaded(text: str) -> set[str]:
    return {next(filter(None, found)) for found in LOADED.findall(text)} - {"#"}


def test_the_page_and_its_styles_name_no_other_host(served: Served) -> None:
    with served.known() as client:
        page = client.get("/")
        assert page.status_code == 200
        named = loaded(page.text)
        assert named
        for name in sorted(named):
            assert not OUTSIDE.match(name), name
            if name.endswith(".css"):
                styles = client.get(name)
                assert styles.status_code == 200
                for inner in loaded(styles.text):
                    assert not OUTSIDE.match(inner), (name, inner)
                    if not inner.startswith("data:"):
                        assert client.get(urljoin(name, inner)).status_code == 200, (name, inner)


def test_the_search_for_other_hosts_can_fail() -> None:
    for text in ('<img src="https://x.example/a.png">', "@import url(//x.example/a.css)", 'import a from "http://x/y"'):
        assert any(OUTSIDE.match(name) for name in loaded(text))


def test_browsers_are_told_to_load_nothing_from_elsewhere(served: Served) -> None:
    with served.known() as client:
        policy = client.get("/").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    hosts = [word for rule in rules.values() for word in rule.split() if "//" in word]
    assert hosts
    assert all(re.fullmatch(rf"ws://(127\.0\.0\.1|localhost):{served.port}", host) for host in hosts)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:{port}", "Origin": "http://localhost:{port}"}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Host": "evil.example:{port}"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://127.0.0.1:{port}"}, 403),
    ],
)
def test_other_sites_are_refused(served: Served, headers: dict[str, str], status: int) -> None:
    said = {name: value.format(port=served.port) for name, value in headers.items()}
    with served.known() as client:
        assert client.get("/", headers=said).status_code == status
    assert httpx.get(served.address, headers=said, trust_env=False).status_code == status


UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "c2FuY3Rpb25zLXNpbSEhIQ==",
}  # fmt: skip
SOCKET = "_nicegui_ws/socket.io/"
ASKED = {"EIO": "4", "transport": "websocket"}


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        ({"Origin": "http://127.0.0.1:{port}"}, True, 101),
        ({"Origin": "http://127.0.0.1:{port}"}, False, 403),
        ({"Origin": "http://evil.example"}, True, 403),
        ({"Origin": "null"}, True, 403),
        ({}, True, 403),
    ],
)
def test_a_socket_needs_the_token_and_the_origin_of_the_page(
    served: Served, headers: dict[str, str], token: bool, status: int
) -> None:
    said = UPGRADE | {name: value.format(port=served.port) for name, value in headers.items()}
    with served.known() as client:
        cookies = dict(client.cookies) if token else {}
    with (
        httpx.Client(base_url=served.place, cookies=cookies, trust_env=False) as client,
        client.stream("GET", SOCKET, params=ASKED, headers=said) as answer,
    ):
        assert answer.status_code == status


def test_another_user_of_the_machine_sees_nothing(served: Served) -> None:
    """A port has no owner: whoever has not the token gets neither page nor style nor socket, whatever they ask."""
    with served.known() as client:
        (styles, *_) = [name for name in loaded(client.get("/").text) if name.endswith(".css")]
        (cookie,) = client.cookies.jar
    wrong = cookie.value[:-1] + ("x" if cookie.value[-1] != "x" else "y")
    with httpx.Client(base_url=served.place, trust_env=False) as stranger:
        for name in ("/", styles, "/favicon.ico", SOCKET + "?EIO=4&transport=polling", "/_nicegui/client/x/upload/1"):
            for said in ({}, {"Cookie": f"{cookie.name}={wrong}"}, {"Cookie": f"{cookie.name}="}, {"Cookie": ";;=;"}):
                answer = stranger.get(name, headers=said)
                assert answer.status_code == 403
                assert "Open the address that sim app printed" in answer.text
        for query in ("?token=", f"?token={wrong}", "?token=%00", "?token[]=x", "?tokens=x"):
            assert stranger.get("/" + query).status_code == 403
        assert stranger.post("/_nicegui/client/x/upload/1", content=b"x").status_code == 403


def test_the_token_goes_into_a_cookie_that_scripts_and_other_sites_do_not_get(served: Served) -> None:
    answer = httpx.get(served.address, trust_env=False)
    said = answer.headers["set-cookie"].split("; ")
    assert said[0].startswith(f"sim-app-{served.port}=")
    assert set(said[1:]) == {"Path=/", "HttpOnly", "SameSite=Strict"}
    token = served.address.partition("token=")[2]
    assert len(token) >= 32
    assert token not in answer.text  # the page that is shown next has an address without it
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/anything", 404),
        ("GET", "/_nicegui", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", f"/_nicegui/{VERSION}/codehilite/x", 404),
        ("GET", f"/_nicegui/{VERSION}/static/none.js", 404),
        ("GET", f"/_nicegui/{VERSION}/components/none", 404),
        ("GET", "/_nicegui/0.0.0/static/nicegui.js", 404),
        ("GET", f"/_nicegui/{VERSION}/static/../../../../../../etc/passwd", 404),
        ("GET", f"/_nicegui/{VERSION}/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", 404),
        ("POST", "/", 405),
        ("PUT", "/", 405),
        ("DELETE", "/favicon.ico", 405),
        ("OPTIONS", "/", 405),
        ("TRACE", "/", 405),
        ("GET", "/_nicegui/client/x/upload/1", 405),
        ("HEAD", "/favicon.ico", 200),
    ],
)
def test_what_the_page_never_asks_is_refused(served: Served, method: str, path: str, status: int) -> None:
    with served.known() as client:
        answer = client.request(method, path)
        assert answer.status_code == status
        assert "root:" not in answer.text


def test_an_upload_says_how_long_it_is_and_is_short(served: Served) -> None:
    with served.known() as client:
        where = "/_nicegui/client/x/upload/1"
        assert client.post(where, content=b"x" * 1_200_000).status_code == 413
        assert client.post(where, content=iter([b"x"])).status_code == 411


def test_only_the_loopback_interface_listens(served: Served) -> None:
    listening = "0A"
    here = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if Path(table).exists():
            rows = [line.split() for line in Path(table).read_text(encoding="ascii").splitlines()[1:]]
            here += [row[1] for row in rows if row[1].endswith(f":{served.port:04X}") and row[3] == listening]
    assert here == [f"0100007F:{served.port:04X}"]


def test_a_second_program_finds_its_own_port_and_ctrl_c_ends_it_without_a_trace(served: Served, tmp_path: Path) -> None:
    other = start(tmp_path, "classroom")
    assert other.port != served.port
    with other.known(), served.known() as client:  # each has a cookie of its own
        assert client.get(other.place).status_code == 403
    status, said = other.interrupt()
    assert status == 130
    assert said == ""
    assert list(tmp_path.iterdir()) == []
    assert list(served.folder.iterdir()) == []


def test_a_browser_is_led_to_the_page_without_its_token_on_a_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Command lines are shown to every user of a machine; the folder of the file is its owner's alone."""
    opened: list[str] = []
    monkeypatch.setattr(server.webbrowser, "open", opened.append)
    with socket.socket() as serving:
        serving.bind((HOST, 0))
        serving.listen()
        port = serving.getsockname()[1]
        server._open_browser(f"http://{HOST}:{port}/?token=secret", port, tmp_path)
    (uri,) = opened
    assert "secret" not in uri
    assert f"url=http://{HOST}:{port}/?token=secret" in Path(uri.removeprefix("file://")).read_text()


def test_a_port_that_is_taken_is_no_port() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SimError, match=f"--port {port} is taken"):
            free_port(port)
    assert free_port(port) == port
    assert free_port(None) >= min(FIRST_PORT, 1024)


async def _passed(guard: Guard, scope: dict[str, Any]) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> Any:
        raise AssertionError("nothing is read of what is refused")

    await guard(scope, receive, send)
    return sent


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "headers", [[], [(b"host", b"evil.example")], [(b"host", b"localhost:5"), (b"host", b"localhost:5")]]
)
def test_the_guard_lets_nothing_through_that_does_not_name_it(kind: str, headers: list[tuple[bytes, bytes]]) -> None:
    import asyncio

    async def inner(*_: Any) -> None:
        raise AssertionError("passed on")

    sent = asyncio.run(
        _passed(
            Guard(inner, 5, "token"),
            {"type": kind, "headers": headers, "path": "/", "query_string": b"", "method": "GET"},
        )
    )
    assert sent[0].get("status", 403) == 403
    assert sent[0]["type"] in ("http.response.start", "websocket.close")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., str]:
    """What `sim app ...` says on stderr when it ends with status 2."""

    def run(*arguments: str) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.argv", ["sim", "app", "--no-browser", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert end.value.code == 2
        return capsys.readouterr().err

    return run


def test_faults_of_the_scenario_are_told_before_the_page_opens(said: Callable[..., str], tmp_path: Path) -> None:
    assert "did you mean 'reference'?" in said("refernce")
    (tmp_path / "bad.yaml").write_text("extends: reference\nseed: one\n", encoding="utf-8")
    assert "bad.yaml:2:" in said("bad.yaml")


def test_there_is_no_way_to_serve_others(said: Callable[..., str]) -> None:
    assert "No such option" in said("--host", "0.0.0.0")


def test_without_the_extra_one_line_says_how_to_get_it(said: Callable[..., str], monkeypatch: Any) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "nicegui" or name.startswith("sim.ui.web.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nicegui", None)
    assert said() == "sim app needs the package 'nicegui': pip install 'sanctions-sim[app]'\n"


def test_other_commands_do_not_load_the_page() -> None:
    code = "import sys, sim.ui.cli, sim; sim.compare, sim.ensemble; print([m for m in sys.modules if m == 'nicegui'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
