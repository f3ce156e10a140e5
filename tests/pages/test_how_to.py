"""The examples of docs/how-to do what the recipes say."""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import sim
from calibration.targets.build_targets import STATEMENTS
from calibration.targets.targets import codes_of, load_targets
from sim.metrics import METRICS
from sim.report.plots import FIGURES, FigureKind, figure, save_all
from sim.world import load_world
from tests.pages.reading import DOCS, ROOT, blocks
from tests.report.plots.test_plots_figures import check_writing

HOW_TO = DOCS / "how-to"
RECIPES = sorted(path.stem for path in HOW_TO.glob("*.md") if path.stem != "README")


def page(name: str) -> str:
    return (HOW_TO / f"{name}.md").read_text(encoding="utf-8")


def marked(name: str, mark: str) -> dict[str, str]:
    """Blocks of a recipe whose first line is a remark such as `# file: sim/x.py`, by what it names."""
    found = re.findall(rf"^```\w+\n# {mark}: (\S+)\n(.*?)^```$", page(name), flags=re.MULTILINE | re.DOTALL)
    assert found, f"{name}.md has no block marked `# {mark}:`"
    return dict(found)


def plain(name: str) -> list[str]:
    """Blocks of Python of a recipe that name no place in the tree."""
    return [block for block in blocks(page(name), "python") if not re.match(r"# (file|entry):", block)]


def run_blocks(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **known: object) -> dict[str, object]:
    """Runs the plain blocks of a recipe, one after the other in one namespace, in a folder."""
    monkeypatch.chdir(folder)
    for block in plain(name):
        exec(compile(block, f"{name}.md", "exec"), known)
    return known


def test_the_list_of_recipes_is_complete():
    assert set(re.findall(r"\]\(([\w-]+)\.md\)", page("README"))) == set(RECIPES)


@pytest.mark.parametrize("name", ["README", *RECIPES])
def test_a_recipe_names_what_exists(name):
    text = page(name)
    named = re.findall(r"`((?:sim|tests|docs|calibration|scenarios)/[\w./-]+)`", text)
    made = re.findall(r"# file: (\S+)", text)
    assert [place for place in named if place not in made and not (ROOT / place).exists()] == []
    assert name == "README" or "## Automatic tests" in text


def test_a_new_instrument_passes_the_contracts(tmp_path: Path):
    """In a copy of the package: the file of the recipe, and nothing else."""
    for part in ("sim", "tests/contracts", "scenarios", "calibration/figures"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests" / "__init__.py").touch()
    ((file, text),) = marked("instrument", "file").items()
    (tmp_path / file).write_text(text, encoding="utf-8")
    scenario = next(block for block in blocks(page("instrument"), "yaml") if "transit_deposit" in block)
    (tmp_path / "deposit.yaml").write_text(scenario, encoding="utf-8")

    def python(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    told = python("-m", "pytest", "tests/contracts", "-k", "transit_deposit", "-q", "-p", "no:cacheprovider")
    assert int(re.search(r"(\d+) passed", told)[1]) > 50
    assert "deposit.yaml: ok" in python("-m", "sim", "check", "deposit.yaml")
    assert "Cost of the deposit" in python("-m", "sim", "list", "instruments", "transit_deposit")
    moved = python(
        "-c",
        "import sim, numpy as np; from sim.policies.schedule import lawbook;"
        "from sim.common.months import parse_month as m;"
        "case = sim.load('deposit.yaml'); held = lawbook(case.world, case.scenario.policies);"
        "print(held.regime(m('2023-05')).lane('tariff').max() - held.regime(m('2022-05')).lane('tariff').max())",
    )
    assert float(moved) == pytest.approx(0.0953, abs=1e-4)  # ln 1.1


def test_a_replaced_rule_changes_what_is_sold(tmp_path, monkeypatch, capsys):
    run_blocks("rule", tmp_path, monkeypatch, __name__="my_rules")
    usual, replaced, record = capsys.readouterr().out.splitlines()
    assert float(replaced) > 1.2 * float(usual)
    assert eval(record) == {"route_weight": "my_rules:all_or_nothing"}
    (tmp_path / "my_rules.py").write_text(plain("rule")[0].partition("\n\n\ncase = ")[0], encoding="utf-8")
    (named,) = blocks(page("rule"), "yaml")
    (tmp_path / "mine.yaml").write_text("title: T\nquestion: Q\nsources: [s]\nextends: reference\n" + named)
    assert sim.load(tmp_path / "mine.yaml", posterior="none").code["route_weight"].function == "all_or_nothing"


def test_a_world_with_another_hub_and_good_runs(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "scenarios" / "worlds" / "classroom", tmp_path / "my-world")
    added = re.findall(r"^```text\n# append: (\S+)\n(.*?)^```$", page("world"), flags=re.MULTILINE | re.DOTALL)
    for file, rows in added:
        table = tmp_path / "my-world" / file
        table.write_text(table.read_text(encoding="utf-8").rstrip("\n") + "\n" + rows, encoding="utf-8")
    assert {file for file, _ in added} == {"states.csv", "goods.csv", "baseline.csv", "reexports.csv"}
    world = load_world(tmp_path / "my-world")
    assert [world.states[hub] for hub in world.hubs] == ["BETA", "DELTA"] and world.goods == ("tools", "wares")
    scenario = next(block for block in blocks(page("world"), "yaml") if "my-world" in block)
    (tmp_path / "two-hubs.yaml").write_text(scenario, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    case = sim.load("two-hubs.yaml", posterior="none")
    still = case.with_changes(without=["ban"]).run().to_target()
    first, last = (still[still["month"] == month]["value_musd"].sum() for month in ("2022-01", "2023-12"))
    assert first == pytest.approx((1200 + 720 + 60 + 240 + 24 + 12) / 12) and last == pytest.approx(first)
    flows = case.run().to_target()
    late = flows[flows["month"] == "2023-12"].groupby("route")["value_musd"].sum()
    early = flows[flows["month"] == "2022-01"].groupby("route")["value_musd"].sum()
    assert set(late.index) == {"direct", "via BETA", "via DELTA"}
    assert late["direct"] < early["direct"] and late["via DELTA"] > early["via DELTA"]


def test_a_target_is_read_and_compared(tmp_path, monkeypatch, capsys):
    header = STATEMENTS.read_text(encoding="utf-8").splitlines()[0]
    ((_, row),) = marked("target", "statement").items()
    (tmp_path / "targets.csv").write_text(f"{header}\n{row}", encoding="utf-8")
    (target,) = load_targets(tmp_path / "targets.csv", codes_of(load_world("reference")))
    assert target.role == "fit" and target.low < target.value < target.high
    assert len(next(csv.reader([row]))) == len(header.split(","))
    run_blocks("target", tmp_path, monkeypatch)
    assert len(capsys.readouterr().out.splitlines()) == 10


def test_a_metric_is_measured(tmp_path, monkeypatch, capsys):
    before = set(METRICS)
    try:
        run_blocks("metric", tmp_path, monkeypatch)
    finally:
        added = set(METRICS) - before
        for name in added:
            del METRICS[name]
    assert added == {"refused_share"}
    numbers = eval(capsys.readouterr().out)
    assert len(numbers) == 2 and all(0.0 < share < 1.0 for share in numbers.values())


def test_a_figure_is_drawn_with_its_table(tmp_path, monkeypatch, paired):
    ((file, text),) = marked("figure", "file").items()
    path = tmp_path / Path(file).name
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("sim.report.plots.lost_orders", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ((_, entry),) = marked("figure", "entry").items()
    entries = eval("{" + entry + "}", {"FigureKind": FigureKind, "lost_orders": module})
    for name, kind in entries.items():
        monkeypatch.setitem(FIGURES, name, kind)
    check_writing(figure("lost_orders", paired)[0])
    picture, table = save_all(paired, tmp_path / "figures", list(entries))
    behind = pd.read_csv(table)
    orders = paired.policy.orders
    for fate in ("refused", "stopped", "seized"):
        whole = orders[f"{fate}_volume_musd"].sum()
        assert behind[f"{fate}_musd"].sum() == pytest.approx(whole) and whole > 0.0
    assert picture.stat().st_size > 10_000


def test_a_back_end_makes_the_runs_that_the_machine_makes(tmp_path, monkeypatch, capsys):
    from sim.experiments import Local, Sweep

    known = run_blocks("back-end", tmp_path, monkeypatch)
    here, there = known["swept"], Sweep(known["study"], tmp_path / "local").run(Local(1))
    assert here.made == there.made == len(there.runs)
    pd.testing.assert_frame_equal(here.runs, there.runs)
