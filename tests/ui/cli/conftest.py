"""The command line as a user types it, in this process."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.ui import cli


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[[str], Said]:
    """Runs `sim ...` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(line: str) -> Said:
        monkeypatch.setattr("sys.argv", ["sim", *shlex.split(line)])
        try:
            cli.main()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return run
