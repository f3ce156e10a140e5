"""Every command tells what it does, with an example, and does so at once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import typer

from sim.common import renamed
from sim.common.renamed import RENAMED, OldName
from sim.ui.cli import app
from sim.ui.cli.options import Commands

Sim = Callable[[str], Any]
COMMANDS = (
    "run", "demo", "app", "calibrate", "check", "compare", "explain", "test-mechanism", "mirror-gap", "plot", "sweep",
    "list instruments", "list scenarios", "list metrics", "list parameters", "world show", "world build",
    "world import", "study summary", "study design", "study sensitivity", "study discover", "study pareto",
    "study attribute", "study evasion", "study report",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(sim: Sim, command: str) -> None:
    said = sim(f"{command} --help")
    assert said.status == 0
    assert "Example" in said.out and re.search(rf"\n +sim {command}", said.out)


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


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_no_marks_of_its_layout(sim: Sim, command: str) -> None:
    said = sim(f"{command} --help").out
    assert said and "\\b" not in said


@pytest.mark.parametrize("words", [["check", "a b.yaml"], ["study", "summary", "a b"], ["check", ""]])
def test_a_word_with_a_space_stays_one_word(words: list[str]) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, Commands)
    assert group.resolve_command(typer.Context(group), list(words))[2] == words[1:]


@pytest.mark.parametrize(("old", "new"), RENAMED["command"].items())
def test_a_command_runs_under_its_old_name_with_a_hint(
    sim: Sim, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    monkeypatch.setattr(renamed, "_SAID", {})
    with pytest.warns(OldName, match=f"command '{old}' is an old name, read in this version only; write '{new}'"):
        said = sim(f"{old.removeprefix('sim ')} --help")
    assert said.status == 0 and f"{new} " in said.out.splitlines()[1]


@pytest.mark.parametrize(("old", "new"), RENAMED["option"].items())
def test_an_option_is_read_under_its_old_name(sim: Sim, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    monkeypatch.setattr(renamed, "_SAID", {})
    takers = [command for command in COMMANDS if new in sim(f"{command} --help").out]
    assert takers, f"no command has {new}"
    with pytest.warns(OldName, match=f"option '{old}' is an old name"):
        said = [sim(f"{takers[0]} {given} --help") for given in (f"{old} 1", f"{old}=1")]
    assert [one.status for one in said] == [0, 0]


def test_old_names_are_no_longer_listed(sim: Sim) -> None:
    for group in ("", "study"):
        listed = sim(f"{group} --help").out
        assert not [old for old in RENAMED["command"] if f"│ {old.split()[-1]} " in listed]
