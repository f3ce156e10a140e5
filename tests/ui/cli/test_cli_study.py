"""`sim study`: every question can be asked of a small study's runs, and mistakes are told."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

Sim = Callable[[str], Any]
STUDY = """
title: A ban in the classroom
question: How much does a harder ban keep out?
base: classroom
levers:
  policies.ban-half.strength: [0.2, 0.5, 0.8]
  parameters.diversion_hazard: [0, 1]
uncertainties:
  parameters.aversion: [1, 2, 3]
metrics: [shortfall, "coalition_sales_lost@2022-03", "deliveries_volume[hubs]"]
"""
SWITCHES = """
title: A ban and a closed route
question: Which of the two did it?
base: classroom
changes:
  policies:
    - id: closed
      kind: route_closure
      by: [ALPHA]
      towards: [GAMMA]
      goods: [wares]
      effective: 2022-02-01
      strength: 0.2
      source: made up
levers:
  bans: {moves: [policies.ban-half], values: ["on", "off"]}
  closed: {moves: [policies.closed], values: ["on", "off"]}
uncertainties:
  parameters.aversion: [1, 3]
metrics: [deliveries_volume]
"""
LISTED = """
title: What moves the classroom
question: Which number matters?
base: classroom
uncertainties:
  parameters.aversion: {low: 1, high: 3}
  parameters.diversion_hazard: {low: 0, high: 1}
  parameters.market_entry: {low: 0, high: 0.5}
design: {listed: points.csv}
metrics: [deliveries_volume]
"""
LEAKS = """
title: Leaks of the classroom
question: Which way is open?
base: classroom
leaks: {goods: [wares], best: 2}
uncertainties: {parameters.aversion: [1, 3]}
metrics: [deliveries_volume]
"""
BOUNDS = "parameters.aversion=1:3 parameters.diversion_hazard=0:1 parameters.market_entry=0:0.5"


@pytest.fixture
def swept(sim: Sim) -> Callable[[str, str], str]:
    """Sweeps a study in the empty folder; gives the folder of its runs."""

    def sweep(name: str, text: str) -> str:
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
        said = sim(f"sweep {name}.yaml --workers 1 --out {name}")
        assert said.status == 0, said.err
        return name

    return sweep


def test_summary_and_search(sim: Sim, swept: Callable[[str, str], str]) -> None:
    folder = swept("ban", STUDY)
    said = sim(f"study summary {folder} --out told")
    assert said.status == 0, said.err
    names = sorted(path.name for path in Path("told").iterdir())
    pairs = [
        f"{stem}.{end}" for stem in ("heat_map_1", "heat_map_2", "heat_map_3", "response") for end in ("csv", "png")
    ]
    assert names == [*pairs, "summary.csv"]
    table = pd.read_csv("told/summary.csv")
    assert len(table) == 3 * 2 * 3 and set(table["runs"]) == {3}
    against = sim(
        f"study summary {folder} --against policies.ban-half.strength=0.5,parameters.diversion_hazard=1 "
        "--metric shortfall --out b"
    )
    assert against.status == 0 and "0.5" in against.out
    zero = (
        pd.read_csv("b/summary.csv")
        .set_index(["policies.ban-half.strength", "parameters.diversion_hazard"])
        .loc[(0.5, 1.0)]
    )
    assert zero["change"] == 0.0 and zero["change_error"] == 0.0
    found = sim(
        f"study pareto {folder} --objective shortfall=more --objective coalition_sales_lost@2022-03=less --out s"
    )
    assert found.status == 0 and "policies are dominated by no other." in found.out
    reply = sim(
        f"study pareto {folder} --objective shortfall=more --objective coalition_sales_lost@2022-03=less "
        "--adversary parameters.diversion_hazard"
    )
    assert (
        reply.status == 0
        and "best reply, most often parameters.diversion_hazard 0 (100% of 9 policies and worlds)" in reply.out
    )
    assert {path.name for path in Path("s").iterdir()} == {"pareto.png", "pareto.csv", "regret.csv"}


def test_discover_speaks_in_sentences(sim: Sim, swept: Callable[[str, str], str]) -> None:
    folder = swept("ban", STUDY)
    said = sim(f"study discover {folder} --where 'shortfall > 0.1' --method cart --out d")
    assert said.status == 0, said.err
    assert "of all 18 runs shortfall is above 0.1." in said.out and "where that holds" in said.out
    assert Path("d/discovery.csv").exists()


def test_attribution_of_switches_adds_up(sim: Sim, swept: Callable[[str, str], str]) -> None:
    folder = swept("parts", SWITCHES)
    said = sim(f"study attribute {folder} --out a")
    assert said.status == 0, said.err
    table, totals = pd.read_csv("a/attribution.csv"), pd.read_csv("a/attribution_totals.csv")
    assert table["effect"].sum() == pytest.approx(totals["change"].iloc[0])
    assert "of the change of" in said.out and Path("a/attribution_1.png").exists()


def test_attribution_and_leaks_of_a_scenario(sim: Sim) -> None:
    said = sim("study attribute classroom --by clause --exporters 10 --metric deliveries_volume@2022-02")
    assert said.status == 0, said.err
    assert "Ban-half made" in said.out
    leak = sim("study evasion classroom --exporters 10 --best 0 --out l")
    assert leak.status == 0, leak.err
    assert "Of what still arrives," in leak.out and "best reply is" in leak.out
    assert {"closing.png", "closing.csv", "replies.png", "replies.csv", "still_arriving.csv"} == {
        path.name for path in Path("l").iterdir()
    }


def test_a_study_of_leaks_is_swept_asked_and_told_of(sim: Sim) -> None:
    Path("leaks.yaml").write_text(LEAKS, encoding="utf-8")
    checked = sim("sweep leaks.yaml --check")
    assert (
        "leaks of wares, counted in deliveries_volume; the best 2 replies in pairs" in checked.out
        and checked.status == 0
    )
    assert not Path("results").exists()
    planned = re.search(r"(\d+) runs in the first round, at most (\d+) ", sim("sweep leaks.yaml --dry-run").out)
    assert planned and not Path("results").exists()
    swept = sim("sweep leaks.yaml --workers 1")
    assert swept.status == 0, swept.err
    told = swept.out[swept.out.index("Of what still arrives,") :].rstrip()
    parts = list(Path("results/studies/leaks").rglob("*.parquet"))
    kept = sum(len(pd.read_parquet(part)) for part in parts)
    assert int(planned[1]) <= kept + 1 <= int(planned[1]) + int(planned[2]), "all but the run that tells what arrives"
    asked = sim("study evasion leaks.yaml --out l")
    assert asked.out.startswith(told) and len(list(Path("l").iterdir())) == 5
    assert list(Path("results/studies/leaks").rglob("*.parquet")) == parts, "no run is made again"
    page = sim("study report leaks.yaml --out page.md --workers 1 --draws 0")
    assert page.status == 0, page.err
    text = Path("page.md").read_text(encoding="utf-8")
    assert "## Leaks of the classroom" in text and "images/studies/leaks.png" in text
    assert "2 worlds drawn from the prior" in text and "| the evader's reply |" in text
    for line, said in {
        "study evasion leaks.yaml --good wares": "--good: leaks.yaml is a study and says so itself",
        "sweep leaks.yaml --dask local": "--dask: a search for leaks is made here",
    }.items():
        refused = sim(line)
        assert refused.status == 2 and said in refused.err


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_a_sampled_design_goes_through_a_study_and_back(
    sim: Sim, swept: Callable[[str, str], str], method: str
) -> None:
    made = sim(f"study design {method} {BOUNDS} --samples 4 --out points.csv")
    assert made.status == 0, made.err
    folder = swept("listed", LISTED)
    said = sim(f"study sensitivity {folder} {method} {BOUNDS} --samples 4 --out s")
    assert said.status == 0, said.err
    table = pd.read_csv("s/sensitivity.csv").set_index("input")
    size = table["total" if method == "sobol" else "effect"]
    assert size["parameters.aversion"] > 0.0 and size["parameters.market_entry"] == pytest.approx(0.0, abs=1e-12), (
        "nobody enters in the classroom"
    )
    assert Path("s/tornado_1.png").exists()
    other = sim(f"study sensitivity {folder} {method} {BOUNDS} --samples 4 --seed 2")
    assert other.status == 2 and "are not those of this design" in other.err


def test_a_page_of_answers(sim: Sim) -> None:
    Path("ban.yaml").write_text(STUDY, encoding="utf-8")
    Path("parts.yaml").write_text(SWITCHES, encoding="utf-8")
    Path("three.yaml").write_text(
        STUDY.replace("uncertainties:", "  parameters.exit_herding: [0, 1]\nuncertainties:"), encoding="utf-8"
    )
    said = sim("study report ban.yaml parts.yaml --out page.md --results r --workers 1")
    assert said.status == 0, said.err
    page = Path("page.md").read_text(encoding="utf-8")
    for part in (
        "## A ban in the classroom", "*How much does a harder ban keep out?*", "worlds drawn from the prior",
        "| 0.8 | 1 |",
        "From policies.ban-half.strength 0.2 to 0.8, with parameters.diversion_hazard at 1: shortfall +",
        "images/studies/ban.png",
        "## A ban and a closed route", "| **all together** |", "images/studies/parts.png",
    ):  # fmt: skip
        assert part in page, part
    assert "are beaten by none" not in page, "diversion_hazard is no choice of policy"
    assert {path.name for path in Path("images/studies").iterdir()} == {
        f"{name}.{end}" for name in ("ban", "parts") for end in ("csv", "png")
    }
    refused = sim("study report three.yaml --out three.md --results r --workers 1")
    assert refused.status == 2 and "has 3 levers" in refused.err and not Path("three.md").exists()


def test_metrics_are_listed_with_their_brackets(sim: Sim) -> None:
    said = sim("list metrics")
    assert said.status == 0
    assert "hub_share" in said.out and "[words]" in said.out and "yes" in said.out


def test_a_missing_extra_is_named(sim: Sim, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "SALib" or name == "sim.analysis.sensitivity"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    said = sim("study design sobol a=0:1 --out p.csv")
    assert said.status == 2 and "sanctions-sim[studies]" in said.err and "Traceback" not in said.err


def test_mistakes(sim: Sim, swept: Callable[[str, str], str]) -> None:
    folder = swept("ban", STUDY)
    for line, said in {
        "study summary nowhere": "is no folder of a study",
        f"study summary {folder} --metric shortfal": "did you mean 'shortfall'?",
        f"study summary {folder} --against parameters.diversion_hazrd=1": "did you mean 'parameters.diversion_hazard'?",
        f"study summary {folder} --against parameters.diversion_hazard=1": "no value for the lever 'policies.ban",
        f"study summary {folder} --against parameters.diversion_hazard=3,policies.ban-half.strength=0.2": "not run at",
        f"study pareto {folder} --objective shortfall": "expected METRIC=more or METRIC=less",
        f"study pareto {folder} --objective shortfall=mor": "did you mean 'more'?",
        f"study pareto {folder} --objective shortfall=more --adversary parameters.diversion_hazrd": "did you mean",
        f"study discover {folder} --where 'shortfall'": "is not a condition",
        f"study attribute {folder}": "is no switch",
        "study attribute classrom": "did you mean 'classroom'?",
        "study attribute null --exporters 100": "no clause",
        "study evasion classroom --metric deliveries_volum --exporters 10": "did you mean 'deliveries_volume'?",
        "study evasion classroom --good warez --exporters 10": "did you mean 'wares'?",
        "study design sobol a=1 --out p.csv": "expected INPUT=LOW:HIGH",
        "study design sobol a=0:1 --samples 3 --out p.csv": "a power of two",
        "study report no-such-study": "there is no file and no shipped study",
    }.items():
        found = sim(line)
        assert found.status == 2, line
        assert said in found.err.replace("\n", " "), (line, found.err)
        assert "Traceback" not in found.err
    assert not Path("p.csv").exists()
