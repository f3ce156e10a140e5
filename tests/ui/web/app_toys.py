"""`sim app` as a user starts it: a process of its own, in an empty folder."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Served:
    """A program that serves the page."""

    process: subprocess.Popen[str]
    address: str
    folder: Path

    @property
    def port(self) -> int:
        return int(urlsplit(self.address).port or 0)

    @property
    def place(self) -> str:
        """The address without the token."""
        return f"http://127.0.0.1:{self.port}/"

    @contextmanager
    def known(self) -> Iterator[httpx.Client]:
        """A client that has opened the address, as a browser does."""
        with httpx.Client(base_url=self.place, trust_env=False) as client:
            assert client.get(self.address).status_code == 200
            yield client

    def interrupt(self) -> tuple[int, str]:
        """What Ctrl-C makes of it: its status, and what it said in all on stderr."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, said


def start(folder: Path, *arguments: str) -> Served:
    """Starts the program and waits for the address that it prints."""
    # NiceGUI behaves otherwise in a process that says it is a test.
    settings = {name: value for name, value in os.environ.items() if "PYTEST" not in name and "NICEGUI" not in name}
    settings |= {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "NUMBA_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "app", "--no-browser", *arguments],
        cwd=folder, env=settings, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda out: [lines.put(line) for line in out], args=(process.stdout,), daemon=True).start()
    try:
        first = lines.get(timeout=PATIENCE_SECONDS)
    except queue.Empty:
        process.kill()
        raise AssertionError(process.communicate()[1]) from None
    (address,) = re.findall(r"http://\S+", first)
    return Served(process, address, folder)
