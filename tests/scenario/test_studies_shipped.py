"""The studies that ship: every one loads, is small, and asks a question that the page answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.experiments import load_study, plan_of, shipped_studies

ROOT = Path(__file__).resolve().parents[2]
MOST_RUNS, MOST_EXPORTERS = 3_000, 3_000


def test_there_are_studies() -> None:
    assert len(shipped_studies()) >= 5


@pytest.mark.parametrize("name", shipped_studies())
def test_a_shipped_study_is_small_and_told_of(name: str) -> None:
    study = load_study(name)
    scenario = study.base.scenario
    assert len(plan_of(study)) <= MOST_RUNS
    assert scenario.agents.exporters <= MOST_EXPORTERS and scenario.agents.mode == "expected"
    assert study.file.leaks or (study.levers and study.uncertainties and len(study.file.metrics) >= 2)
    page = (ROOT / "docs" / "studies-answers.md").read_text(encoding="utf-8")
    assert f"## {study.file.title}" in page and f"images/studies/{name}.png" in page
    assert (ROOT / "docs" / "images" / "studies" / f"{name}.png").is_file()
