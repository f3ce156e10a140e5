"""Every command tells what it does, with an example, and does so at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Sim = Callable[[str], Any]
COMMANDS = (
    "run", "demo", "app", "calibrate", "check", "diff", "explain", "mechanism", "mirror", "plot", "policies",
    "scenarios", "sweep", "world show", "world build", "world import",
    "study metrics", "study summary", "study sample", "study sensitivity", "study discover", "study search",
    "study attribute", "study leak", "study answers",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(sim: Sim, command: str) -> None:
    said = sim(f"{command} --help")
    assert said.status == 0
    assert f"  sim {command}" in said.out
    assert "Example" in said.out


def test_first_help_lists_every_command(sim: Sim) -> None:
    said = sim("--help")
    assert said.status == 0
    for command in COMMANDS:
        assert command.split()[0] in said.out


def test_version(sim: Sim) -> None:
    assert sim("--version").out.startswith("sanctions-sim ")


def test_help_needs_neither_compiler_nor_data_frames() -> None:
    heavy = "('numba', 'pandas', 'numpy', 'mesa', 'matplotlib', 'pyarrow', 'pydantic', 'nicegui')"
    code = f"import sys; import sim.ui.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("line", ["frobnicate", "run", "run reference --frob 1", "run reference --mode silly"])
def test_unknown_words_end_with_two(sim: Sim, line: str) -> None:
    said = sim(line)
    assert said.status == 2
    assert said.err
    assert "Traceback" not in said.err
