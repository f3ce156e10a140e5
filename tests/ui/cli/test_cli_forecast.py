"""`sim forecast` as a user types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

Sim = Callable[[str], Any]
CLAUSE = """\
extends: reference
title: Harder on banks
agents: {exporters: 1000, intermediaries: 200}
policies:
  - {id: banks-more, kind: secondary_banks, by: [USA], towards: [RUS], against: [CHN], effective: 2024-03-01,
     strength: 0.6, source: a test}
"""
FEW = "extends: reference\ntitle: few\nagents: {exporters: 1000, intermediaries: 200}\n"


def test_and_if_this_clause_comes_next_month(sim: Sim, tmp_path: Path) -> None:
    (tmp_path / "few.yaml").write_text(FEW, encoding="utf-8")
    (tmp_path / "clause.yaml").write_text(CLAUSE, encoding="utf-8")
    line = "forecast few.yaml clause.yaml --published-by 2024-02 --to 2024-06 --draws 2 --out outlook"
    said = sim(line)
    assert said.status == 0, said.err
    assert "by the end of 2024-02" in said.out and "Change with “Harder on banks”" in said.out
    assert sorted(path.name for path in (tmp_path / "outlook").iterdir()) == [
        "fan_chart.csv", "fan_chart.png", "forecast.csv"
    ]  # fmt: skip
    table = pd.read_csv(tmp_path / "outlook" / "forecast.csv")
    assert {"month", "reporter", "partner", "good", "low", "median", "high", "change_median"} <= set(table.columns)
    assert "90 %" not in said.out and "around 2 draws" in said.out
    assert "known to 2023-12 only" not in said.out, "of what was out by February 2024 that is among the newest"
    (tmp_path / "outlook" / "forecast.csv").write_text("mine", encoding="utf-8")
    again = sim(line + " --posterior nowhere")
    assert again.status == 2 and "outlook has" in again.err  # before the posterior is looked for, let alone a run
    assert (tmp_path / "outlook" / "forecast.csv").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("forecast nowhere.yaml", "no file and no shipped scenario"),
        ("forecast classroom", "has a monthly series"),
        ("forecast reference --published-by 202x", "published_by: '202x' is not a month"),
        ("forecast reference --to 2023-01", "every month to 2023-01 is published already"),
        ("forecast reference --published-by 2018-03", "a forecast needs 12"),
        ("forecast reference red-line", "different worlds"),
        ("forecast reference --draws 9999", "9999 draws asked for"),
        ("forecast reference --posterior nowhere", "cannot be read"),
        ("forecast reference --published-by 2099-01", "published_by: 2099-01 is in the future"),
        ("forecast reference --published-by 2023-06 --to 2023-04", "to: 2023-04 lies before published_by, 2023-06"),
        ("forecast reference --figures nowhere.csv", "cannot be read"),
    ],
)
def test_a_mistake_is_told_before_anything_runs(sim: Sim, tmp_path: Path, line: str, words: str) -> None:
    said = sim(line + " --out out")
    assert said.status == 2 and words in said.err and "Traceback" not in said.err
    assert not (tmp_path / "out").exists()
