"""What the READMEs say is run and compared with what is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sim.report.world_audit import audit
from sim.scenario import load_scenario, shipped_scenarios, shipped_worlds
from sim.simulation.results import TABLES
from sim.ui import cli
from sim.world import load_world
from tests.posteriors import write_posterior

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def test_first_line_is_the_question() -> None:
    assert README.splitlines()[0].endswith("?")


def test_shell_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in blocks("yaml"):
        Path(text.splitlines()[0].removeprefix("# ")).write_text(text, encoding="utf-8")
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert lines
    for line in lines:
        monkeypatch.setattr("sys.argv", shlex.split(line))
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert end.value.code in (None, 0), line


def test_python_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in blocks("python"):
        exec(compile(text, "README.md", "exec"), {})


def test_the_posterior_block_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {"parameters.aversion": [4.0, 5.0, 8.0], "parameters.learning": [0.5, 0.4, 0.6]}
    monkeypatch.setattr("sim.simulation.posterior.shipped", lambda _: write_posterior(tmp_path, columns, "reference"))
    (text,) = (block for block in blocks("py") if "load_posterior" in block)
    for many, few in (("17", "1"), ("=40", "=2"), ("4000", "1500")):
        assert many in text
        text = text.replace(many, few)
    exec(compile(text, "README.md", "exec"), {})


def test_make_targets_named_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"make ([a-z]+)", README))
    assert named
    assert named <= targets


def test_links_and_paths_lead_somewhere() -> None:
    for page in ("README.md", "scenarios/README.md", "results/README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
        paths = re.findall(r"`((?:sim|scenarios|calibration|benchmarks|docs)/[\w./]*)`", text)
        for place in [(ROOT / page).parent / link for link in links] + [ROOT / path for path in paths]:
            assert place.exists(), place


def test_shares_of_what_was_seen_are_true() -> None:
    seen = audit(load_world("reference")).seen
    for row, shares in (("all flows, totals by pair", 3), ("towards the target, totals by pair", 2)):
        for share in seen.loc[row].tolist()[:shares]:
            assert f"{100 * share:.1f} %" in README


def test_index_of_scenarios_is_complete() -> None:
    index = (ROOT / "scenarios" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[.*\]\([^/)]*\.yaml\) \|.*$", index, flags=re.MULTILINE)
    wanted = [index_row(name) for name in shipped_scenarios()]
    assert listed == wanted, "scenarios/README.md should list:\n" + "\n".join(wanted)
    assert set(re.findall(r"\]\(worlds/([\w-]+)/world\.yaml\)", index)) == set(shipped_worlds())


def index_row(name: str) -> str:
    """The row of a scenario in scenarios/README.md; what it shows are rows of the table of mechanisms."""
    one = load_scenario(name)
    rows = ", ".join(one.mechanism.rows) if one.mechanism and one.mechanism.rows else "-"
    return f"| [{name}]({name}.yaml) | {one.title} | {one.question} | {rows} |"


def test_layout_of_results_names_every_table() -> None:
    layout = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(\w+)\.parquet`", layout)) == set(TABLES)
