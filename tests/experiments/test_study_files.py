"""Study files: what they say when they are right, and everything that is wrong at once when they are not.

Every file in `bad/` is wrong in the way its neighbour `.faults` says: `line:column | where | message`, all of them; a
message may end in `...`. A fault in another file starts with that file's name.
"""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import yaml
from study_toys import HEAD, HERE, TOY, toy

import sim
from sim.common.errors import FaultList
from sim.experiments import load_study, parse_study, plan_of, shipped_studies
from sim.experiments.factors import Bound
from sim.experiments.json_schema import study_schema

FILES = sorted((HERE / "bad").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_file_gets_exactly_the_faults_beside_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    with pytest.raises(FaultList) as caught:
        load_study(file.name)
    found = []
    for fault in caught.value.faults:
        place = f"{fault.line}:{fault.column}"
        place = place if fault.file == file.name else f"{Path(fault.file).name}:{place}"
        found.append(f"{place} | {fault.where} | {fault.message}")
    assert found == file.with_suffix(".faults").read_text(encoding="utf-8").splitlines()


def test_every_expectation_has_its_file() -> None:
    assert {path.stem for path in (HERE / "bad").glob("*.faults")} == {path.stem for path in FILES}


def test_a_file_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(FaultList, match="no file and no shipped study"):
        load_study("no-such-study")


@pytest.mark.parametrize("name", shipped_studies())
def test_shipped_studies_load(name: str) -> None:
    assert len(plan_of(load_study(name))) > 1


def test_the_base_is_the_scenario_with_its_changes() -> None:
    scenario = toy().base.scenario
    assert scenario.agents.exporters == 100
    assert scenario.agents.mode == "sampled"
    assert scenario.months.count == 12
    assert [clause.id for clause in scenario.policies] == [c.id for c in sim.load_scenario("red-line").policies]


def test_a_case_in_memory_can_be_the_base() -> None:
    case = sim.load("red-line", posterior="none").with_changes(agents={"exporters": 90, "intermediaries": 60})
    study = parse_study("\n".join(line for line in TOY.replace("replicates: 2", "").splitlines()
                                  if not line.startswith(("changes", "  agents", "months"))), base=case)  # fmt: skip
    assert study.base is case


def test_the_study_of_the_page_loads() -> None:
    page = (HERE.parents[1] / "docs" / "studies.md").read_text(encoding="utf-8")
    study = parse_study(page.partition("```yaml\n")[2].partition("```")[0], "page.yaml")
    assert len(plan_of(study)) == 3 * 2 * 8 * 4 + 8 * 4


def bound(text: str) -> Bound:
    return toy(
        HEAD + f"levers: {{parameters.aversion: {text}}}\ndesign: {{sobol: 4}}\nmetrics: [deliveries_volume]"
    ).levers[0]


@pytest.mark.parametrize(
    ("text", "at", "value"),
    [
        ("{low: 2, high: 10}", 0.25, 4.0),
        ("{low: 1, high: 16, distribution: log_uniform}", 0.5, 4.0),
        ("{low: 0, high: 10, distribution: triangular, peak: 5}", 0.5, 5.0),
        ("{low: 0, high: 10, distribution: triangular, peak: 0}", 0.75, 5.0),
        ("{low: 0, high: 10, distribution: normal, peak: 5, spread: 2}", 0.5, 5.0),
        ("[3, 5, 8]", 0.34, 5.0),
        ("[3, 5, 8]", 0.999999, 8.0),
    ],
)
def test_a_quantile_of_a_factor(text: str, at: float, value: float) -> None:
    assert bound(text).at([at]) == [pytest.approx(value)]


@pytest.mark.parametrize(
    "text",
    [
        "{low: 2, high: 10, distribution: triangular, peak: 3}",
        "{low: 2, high: 10, distribution: normal, peak: 3, spread: 4}",
        "{low: 2, high: 10, distribution: log_uniform}",
    ],
)
def test_quantiles_rise_from_end_to_end(text: str) -> None:
    values = bound(text).at(list(np.linspace(0.0, 1.0 - 1e-12, 201)))
    assert all(2.0 <= float(value) <= 10.0 for value in values)
    assert np.all(np.diff(np.array(values, dtype=float)) >= 0.0)
    assert math.isclose(float(values[0]), 2.0)
    assert math.isclose(float(values[-1]), 10.0, rel_tol=1e-4)


def test_levels_of_a_range_are_even_with_both_ends() -> None:
    assert bound("{low: 2, high: 10, levels: 5}").levels() == (2.0, 4.0, 6.0, 8.0, 10.0)
    assert bound("{low: 1, high: 16, levels: 3, distribution: log_uniform}").levels() == pytest.approx((1, 4, 16))


def test_the_schema_takes_what_the_loader_takes() -> None:
    schema = study_schema()
    said = yaml.safe_load(TOY)
    assert set(said) <= set(schema["properties"])
    assert set(schema["required"]) == {"title", "question", "base", "metrics"}
    assert "parameters.aversion" in schema["properties"]["levers"]["properties"]
    assert "posterior" in schema["properties"]["uncertainties"]["properties"]
    references = {text.split('"')[0] for text in str(schema).split("#/$defs/")[1:]}
    assert {name.split("'")[0] for name in references} <= set(schema["$defs"])


def test_a_grid_that_no_number_can_count_is_too_large() -> None:
    """Two to the power of two thousand is more than a float holds; it once ended in a traceback."""
    levers = "".join(f"  p{at}: [1, 2]\n" for at in range(2_000))
    with pytest.raises(FaultList, match=r"is too large; about 1e\+602 runs, expected at most 1,000,000"):
        parse_study(f"title: T\nquestion: Q\nbase: classroom\nmetrics: [deliveries_volume]\nlevers:\n{levers}")


def many(text: str, count: int = 4_000) -> str:
    return ", ".join(text.format(at) for at in range(count))


@pytest.mark.parametrize(
    "line",
    [
        f"metrics: [{many('reachinx{0}', 900)}]",
        f"levers: {{x: {{moves: [{many('parameters.aversiox{0}', 900)}], values: [1, 2]}}}}",
        f"levers: {{parameters.aversion: [{many('x{0}')}]}}",
        f"levers: {{{many('parameters.aversiox{0}: [1, 2]')}}}",
        f"design: {{listed: [{many('{{parameters.aversiox{0}: 1}}')}]}}",
        f"design: {{listed: [{many('{{parameters.aversion: x{0}}}')}]}}",
        f"changes: {{{many('policiex{0}: 1')}}}",
        many("lever{0}: 1", 4_000).replace(", ", "\n"),
    ],
    ids=lambda line: line[:24],
)
def test_a_long_study_is_checked_soon(line: str) -> None:
    whole = {
        "title": "T",
        "question": "Q",
        "base": "classroom",
        "metrics": "[deliveries_volume]",
        "levers": "{parameters.aversion: [1, 2]}",
    }
    rest = "\n".join(f"{key}: {said}" for key, said in whole.items() if key != line.partition(":")[0])
    parse_study("\n".join(f"{key}: {said}" for key, said in whole.items()))  # what is read once is no part of it
    started = time.process_time()
    with pytest.raises(FaultList) as caught:
        parse_study(f"{rest}\n{line}")
    assert time.process_time() - started < 2.0
    assert len(str(caught.value)) < 50_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "parameters.learning\n0.3\n" + "x" * 200_000 + "\n",
            r"points\.csv:3: is no CSV from here on: a cell has more",
        ),
        ("parameters.learning\n0.3,0.4\n", r"points\.csv:2:1: has 2 cells, expected 1"),
        ("parameters.learning\n\n\n", r"points\.csv:1:1: has no points; expected a header"),
        ("parameters.learning,b\n0.3,x\n", r"points\.csv:1:1: design.listed\[0\].b: unknown factor 'b'"),
        ('parameters.learning\n0.3\n" "\n', r"points\.csv:3:1: parameters.learning: is empty"),
    ],
)
def test_a_table_of_points_that_is_no_table_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    study = tmp_path / "study.yaml"
    uncertain = "uncertainties: {parameters.learning: {low: 0.2, high: 0.8}}\ndesign: {listed: points.csv}\n"
    study.write_text(f"{HEAD}{uncertain}metrics: [deliveries_volume]\n", encoding="utf-8")
    with pytest.raises(FaultList, match=told) as caught:
        load_study(study)
    assert len(caught.value.faults) == 1


ROW = {"one sign": "1\n", "no number": "x\n", "sound": ".5\n", "two cells": "1,\n", "endless": '"x\n', "blank": "\n"}


@pytest.mark.parametrize("row", ROW)
def test_a_table_of_points_of_one_megabyte_is_checked_in_two_seconds(tmp_path: Path, row: str) -> None:
    rows = ROW[row] * (990_000 // len(ROW[row]))
    uncertain = "uncertainties: {parameters.learning: {low: 0.2, high: 0.8}}\ndesign: {listed: points.csv}\n"
    (tmp_path / "study.yaml").write_text(f"{HEAD}{uncertain}metrics: [deliveries_volume]\n", encoding="utf-8")
    (tmp_path / "points.csv").write_text("parameters.learning\n.5\n", encoding="utf-8")
    load_study(tmp_path / "study.yaml")  # what is read once is no part of it
    (tmp_path / "points.csv").write_text(f"parameters.learning\n{rows}", encoding="utf-8")
    started = time.process_time()
    with nullcontext() if row == "sound" else pytest.raises(FaultList) as caught:
        assert len(plan_of(load_study(tmp_path / "study.yaml")).points) == rows.count("\n")
    assert time.process_time() - started < 2.0
    assert caught is None or len(str(caught.value)) < 20_000


SMALL = ", ".join(f"{at / 10_000:g}" for at in range(1, 10_000))
DISTINCT = {
    "of a range": ("{low: 0.2, high: 0.8}", (f".{at:06d}" for at in range(240_000, 364_000))),
    "of ten thousand values": (f"[{SMALL}]", (f"{at % 9_999 + 1}e-4" for at in range(140_000))),
    "none of ten thousand values": (f"[{SMALL}]", (f"{at}e-9" for at in range(1, 100_000))),
}


@pytest.mark.parametrize("kind", DISTINCT)
def test_a_megabyte_of_distinct_points_is_planned_in_two_seconds(tmp_path: Path, kind: str) -> None:
    values, cells = DISTINCT[kind]
    uncertain = f"uncertainties: {{parameters.learning: {values}}}\ndesign: {{listed: points.csv}}\n"
    (tmp_path / "study.yaml").write_text(f"{HEAD}{uncertain}metrics: [deliveries_volume]\n", encoding="utf-8")
    (tmp_path / "points.csv").write_text("\n".join(["parameters.learning", *cells]) + "\n", encoding="utf-8")
    toy()  # what is read once is no part of it
    started = time.process_time()
    with pytest.raises(FaultList) if kind.startswith("none") else nullcontext() as caught:
        plan = plan_of(load_study(tmp_path / "study.yaml"))
        assert len(plan.keys) == len(plan.points) + len(plan.worlds)
    assert time.process_time() - started < 2.0
    assert caught is None or len(caught.value.faults) == 1_000


def test_points_may_end_their_lines_in_any_way(tmp_path: Path) -> None:
    uncertain = "uncertainties: {parameters.learning: {low: 0.2, high: 0.8}}\ndesign: {listed: points.csv}\n"
    for end in ("\n", "\r\n", "\r"):
        (tmp_path / "points.csv").write_bytes(end.join(["parameters.learning", "0.3", "0.4", ""]).encode())
        (tmp_path / "study.yaml").write_text(f"{HEAD}{uncertain}metrics: [deliveries_volume]\n", encoding="utf-8")
        assert len(plan_of(load_study(tmp_path / "study.yaml")).points) == 2
