"""Code that a scenario names runs with --allow-code and never without, whichever command it is."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from sim.ui import cli
from sim.ui.cli.options import app

Sim = Callable[[str], object]
RULES = """
from pathlib import Path

with Path(__file__).with_name("ran").open("a") as ran:
    ran.write("x")


def sticky(log_index, part, usual, substitution):
    return 0.9
"""
SMALL = "--exporters 10 --mode expected"
# Commands that run a scenario, and how they are made quick. What is no command that runs, stands below.
RUNS = {
    "run": f"run scenario.yaml --no-figures --posterior none {SMALL}",
    "test-mechanism": f"test-mechanism scenario.yaml --posterior none {SMALL}",
    "compare": f"compare classroom scenario.yaml --posterior none {SMALL}",
    "explain": f"explain scenario.yaml deliveries_volume@2022-02 --permutations 1 --posterior none {SMALL}",
    "sweep": "sweep study.yaml --workers 2",
    "study attribute": f"study attribute scenario.yaml --permutations 1 {SMALL}",
    "study evasion": f"study evasion scenario.yaml --best 0 {SMALL}",
}
# Needs the world of a posterior that ships, which takes long.
SLOW = {"forecast": "forecast scenario.yaml"}
QUIET = {
    *("demo", "check", "app", "plot", "show", "calibrate", "mirror-gap", "world show", "world sensitivity"),
    *("world build", "world import", "world new"),
    *("list instruments", "list metrics", "list parameters", "list scenarios"),
    *("study summary", "study design", "study sensitivity", "study discover", "study pareto", "study report"),
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "my_rules.py").write_text(RULES)
    (tmp_path / "scenario.yaml").write_text(
        "title: T\nquestion: Q\nsources: [s]\nextends: classroom\nrules: {brand_price: 'my_rules.py:sticky'}\n"
        "mechanism: {shows: s, clauses: [ban-half]}\n"
        "expected_outcomes: [{what: w, metric: 'deliveries_volume@2022-02:2022-03', expect: falls, by: 0.01}]\n"
    )
    (tmp_path / "study.yaml").write_text(
        "title: T\nquestion: Q\nbase: scenario.yaml\nmetrics: [deliveries_volume]\n"
        "levers: {policies.ban-half.strength: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]}\n"
    )
    return tmp_path


def test_every_command_is_held_to_it_or_runs_nothing() -> None:
    found = set()
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", {})
        found |= {f"{name} {one}" for one in below} or {name}
    assert found == QUIET | set(RUNS) | set(SLOW)


@pytest.mark.parametrize("name", RUNS)
def test_code_runs_where_it_is_allowed_and_nowhere_else(name: str, sim: Sim, place: Path) -> None:
    refused = sim(RUNS[name])
    assert refused.status == 2
    assert "scenario.yaml:5:22: rules.brand_price: my_rules.py:sticky is code" in refused.err
    assert "--allow-code" in refused.err
    assert {path.name for path in place.iterdir()} == {"my_rules.py", "scenario.yaml", "study.yaml"}
    allowed = sim(f"{RUNS[name]} --allow-code")
    assert allowed.status == 0, allowed.err
    assert (place / "ran").exists()


@pytest.mark.parametrize("name", SLOW)
def test_code_of_what_takes_long_runs_nowhere_else(name: str, sim: Sim, place: Path) -> None:
    refused = sim(SLOW[name])
    assert refused.status == 2 and "--allow-code" in refused.err
    assert not (place / "ran").exists()


@pytest.mark.parametrize("line", ["check scenario.yaml", "sweep study.yaml --check", "app scenario.yaml --no-browser"])
def test_what_checks_or_shows_runs_nothing(line: str, sim: Sim, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.ui.web.server.serve", lambda *_, **__: pytest.fail("the page was served"))
    said = sim(line)
    assert said.status == (2 if line.startswith("app") else 0), said.err
    assert not (place / "ran").exists()


def test_jobs_of_slurm_are_allowed_what_the_command_was(sim: Sim, place: Path) -> None:
    assert sim("sweep study.yaml --slurm-script job --jobs 2 --allow-code").status == 0
    for name in ("array.sbatch", "last.sbatch"):
        (command,) = (line for line in (place / "job" / name).read_text().splitlines() if line.startswith("exec "))
        assert "--allow-code" in shlex.split(command)


def test_the_page_of_a_command_says_what_it_allows(sim: Sim) -> None:
    assert "it has all your rights" in " ".join(sim("run --help").out.replace("│", " ").split())
    assert cli.main
