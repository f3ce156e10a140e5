"""The examples of every page are run, as `tests/site/pages.py` says; what is not run is listed here with the reason."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

import sim
from sim.scenario import Scenario, parse_scenario
from sim.ui import cli
from tests.site.pages import ROOT, Block, blocks, pages, read

# (page, beginning of a line of sh, of a block of yaml or python) -> why it is not run here.
NOT_RUN = {
    ("docs/quick-start.md", "make demo"): "installs; tests/test_wheel.py runs the demo of an installed wheel",
    ("docs/quick-start.md", "source .venv/bin/activate"): "as above",
    ("docs/app.md", "pip install"): "installs, as above",
    ("docs/app.md", "sim app"): "serves a page until it is stopped: tests/ui/web/test_app_server.py",
    ("docs/cluster.md", "dask "): "needs machines that reach each other",
    ("docs/cluster.md", "sim sweep FILE"): "FILE is made up; tests/studies run Dask, and Slurm where it is",
    ("docs/cluster.md", "less job/"): "needs Slurm: tests/experiments/test_study_slurm.py",
    ("docs/cluster.md", "job/submit.sh"): "as above",
    ("docs/cluster.md", "tests/experiments/slurm/"): "as above",
    ("docs/cluster.md", "export SLURM_CONF"): "as above",
    ("docs/cluster.md", "sinfo"): "as above",
    ("docs/cluster.md", "jobqueue:"): "a file of dask-jobqueue's, not ours",
    ("docs/own-figures.md", "base_year:"): "tests/world/customs_data/test_world_import.py reads it",
    ("docs/own-figures.md", "sim world"): "needs customs files: tests/world/customs_data/test_world_import.py",
    ("docs/chips.md", "make chips"): "installs; tests/ui/cli/test_cli_second_case.py runs the scenario",
    ("calibration/chips/README.md", "python -m calibration"): "raw files: tests/calibration/base_year/test_chips.py",
    ("calibration/chips/README.md", "sim world build"): "tests/world/test_world_chips.py, to the byte",
    ("calibration/chips/README.md", "python -m docs"): "tests/pages/test_chips.py",
    ("docs/instruments.md", "policies:"): "clauses of the shipped scenarios: tests/scenario/test_library.py",
}  # fmt: skip
# Pages whose examples other tests run, by the beginning of their path.
ELSEWHERE = {"README.md": "tests/test_readme.py", "docs/how-to/": "tests/pages/test_how_to.py"}
# Pages whose py blocks are shown: why they need no run.
SHOWN = {
    "README.md": "tests/test_readme.py runs it",
    "docs/reference/rules.md": "the model's own code",
}
# What is made smaller, page by page, so that the examples take seconds; each has to be there. FEWEST: see `fewest`.
SMALLER = {
    "docs/studies.md": (
        ("exporters: 2000", "exporters: FEWEST"), ("first: 2021-01, last: 2023-12", "first: 2023-11, last: 2024-01"),
        ("levels: 3", "levels: 2"), ("latin_hypercube: 8}", "latin_hypercube: 2}"), ("replicates: 4", "replicates: 1"),
    ),
}  # fmt: skip
# Taken to run faster where a line does not say otherwise: draws beside a run, rows of firms, orders of the clauses.
FEW = {
    "run": ["--draws", "2"],
    "forecast": ["--draws", "2"],
    "explain": ["--exporters", "FEWEST", "--permutations", "1"],
}
_MANY_ROWS = re.compile(r"(exporters\W{1,3})(\d{4,})")


@pytest.mark.parametrize("page", [page for page in pages() if not page.startswith(tuple(ELSEWHERE))])
def test_the_examples_of_a_page(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    printed = ""
    for block in blocks(smaller(page)):
        if block.language == "yaml":
            write_or_check(page, block)
        elif block.language == "sh":
            printed = "".join(run(line, monkeypatch, capsys) for line in lines_to_run(page, block))
        elif block.language == "python":
            if not excused(page, block.first_line):
                exec(compile(few(block.text), page, "exec"), names)
        elif block.language == "text" and block.follows:
            assert stands_in(block.text.splitlines(), printed), f"{page}: not what was printed:\n{printed}"
        elif block.language == "py":
            assert page in SHOWN, f"{page}: write python for what is to be run, or list the page in SHOWN"
        elif not block.language:
            assert not re.search(r"^\$? ?sim ", block.text, re.MULTILINE) or page == "docs/reference/commands.md", (
                f"{page}: a block with commands needs the language sh"
            )


def smaller(page: str) -> str:
    text = read(page)
    for many, less in SMALLER.get(page, ()):
        assert many in text, (page, many)
        text = text.replace(many, less.replace("FEWEST", str(fewest())))
    return text


@cache
def fewest() -> int:
    """The fewest rows of firms that serve the reference world: one for each type of firm that trades."""
    case = sim.load("reference", posterior="none").with_changes(agents={"exporters": 20_000, "mode": "expected"})
    return len(case.model().base.active)


def few(text: str) -> str:
    """With fewer rows of firms."""
    return _MANY_ROWS.sub(rf"\g<1>{fewest()}", text)


def excused(page: str, line: str) -> bool:
    return any(page == listed and line.startswith(start) for listed, start in NOT_RUN)


def write_or_check(page: str, block: Block) -> None:
    """A named block becomes a file; a piece of a scenario has to load when it is laid over the reference."""
    if name := re.fullmatch(r"# ([\w-]+\.ya?ml)", block.first_line):
        Path(name.group(1)).write_text(block.text, encoding="utf-8")
    elif not excused(page, block.first_line):
        keys = set(yaml.safe_load(block.text))
        assert keys <= {*Scenario.model_fields, "extends", "episode"}, (
            f"{page}: neither a named file nor a piece of a scenario"
        )
        parse_scenario(block.text if "extends" in keys else f"extends: reference\n{block.text}")


def lines_to_run(page: str, block: Block) -> Iterator[str]:
    for line in block.text.splitlines():
        if line.strip() and not line.startswith("#") and not excused(page, line):
            assert line.startswith("sim "), f"{page}: list why this is not run: {line}"
            yield line


def run(line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command prints. One that finds fault ends with status 2 and one line at least on the error stream."""
    words = shlex.split(few(line), comments=True)
    added = FEW.get(words[1], []) if "--draws" not in words else []
    monkeypatch.setattr("sys.argv", [*words, *(word.replace("FEWEST", str(fewest())) for word in added)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr()
    assert end.value.code in (None, 0) or (words[1] == "check" and said.err), f"{line}\n{said.err}"
    return said.out + said.err


def stands_in(wanted: list[str], printed: str) -> bool:
    """Whether all lines wanted are among those printed, in order; a line may be the beginning of a wider one."""
    lines = iter(printed.splitlines())
    return all(any(want.strip() in line for line in lines) for want in wanted)


def test_no_reason_is_out_of_date() -> None:
    for page, start in NOT_RUN:
        assert any(line.startswith(start) for block in blocks(read(page)) for line in block.text.splitlines()), start
    for start, test in ELSEWHERE.items():
        assert (ROOT / test).is_file() or not any(page.startswith(start) for page in pages())
    assert all(any(block.language == "py" for block in blocks(read(page))) for page in SHOWN)


def test_a_wrong_output_is_seen() -> None:
    assert stands_in(["b", "d"], "a b\nc\nd e")
    assert not stands_in(["d", "b"], "a b\nc\nd e")
