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

from sim.common.errors import SimError
from sim.ui import cli
from sim.ui.web.server import FIRST_PORT, HOST, Guard, free_port

# What a browser would load; addresses in texts and in names of namespaces are none of it.
LOADED = re.compile(r"""(?:src|href)=["']([^"']+)["']|url\(["']?([^"')]+)["']?\)|from\s*["']([^"']+)["']""")
OUTSIDE = re.compile(r"^(?:https?:|wss?:)?//", re.IGNORECASE)


def loaded(text: str) -> set[str]:
    return {next(filter(None, found)) for found in LOADED.findall(text)} - {"#"}


def test_the_page_and_its_styles_name_no_other_host(served: Served) -> None:
    with httpx.Client(base_url=served.address, trust_env=False) as client:
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
    policy = httpx.get(served.address, trust_env=False).headers["content-security-policy"]
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
    assert httpx.get(served.address, headers=said, trust_env=False).status_code == status


def test_sockets_of_other_sites_are_refused(served: Served) -> None:
    where = f"{served.address}_nicegui_ws/socket.io/"
    asked = {"EIO": "4", "transport": "websocket"}
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "c2FuY3Rpb25zLXNpbSEhIQ=="}  # fmt: skip
    said = {**upgrade, "Origin": "http://evil.example"}
    assert httpx.get(where, params=asked, headers=said, trust_env=False).status_code == 403


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
    assert httpx.get(other.address, trust_env=False).status_code == 200
    status, said = other.interrupt()
    assert status == 130
    assert said == ""
    assert list(tmp_path.iterdir()) == []
    assert list(served.folder.iterdir()) == []


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

    sent = asyncio.run(_passed(Guard(inner, 5), {"type": kind, "headers": headers}))
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
