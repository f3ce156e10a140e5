"""What a calibration writes: all or none, and over nothing of another one's."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import sim
from calibration.inference.posterior_files import write_posterior
from calibration.inference.saving import LISTED, pictures_and_pages, refuse_another

RECORD = {"scenario": "reference", "world": "reference", "plan": {"points": 8, "processes": 2}, "seconds": 1.0}
TABLES = {"draws": pd.DataFrame({"parameter:aversion": [5.0]}), "fit": pd.DataFrame({"id": ["a"]})}


def state(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_a_posterior_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "posterior"
    (folder / "fit.csv").mkdir(parents=True)
    with pytest.raises(sim.SimError, match=r"fit\.csv: a folder of that name is in the way"):
        write_posterior(folder, TABLES, RECORD)
    assert [path.name for path in folder.iterdir()] == ["fit.csv"]


def test_the_same_calibration_again_is_in_nobodys_way(tmp_path: Path) -> None:
    write_posterior(tmp_path, TABLES, RECORD)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    again = {**RECORD, "plan": {"points": 8, "processes": 4}, "seconds": 2.0}
    write_posterior(tmp_path, TABLES, again)
    assert json.loads(state(tmp_path)["record.json"]) == again and state(tmp_path)["notes.txt"] == "mine"


def test_another_posterior_is_replaced_only_where_that_is_asked_for(tmp_path: Path) -> None:
    write_posterior(tmp_path, TABLES, RECORD)
    before = state(tmp_path)
    other = {**TABLES, "draws": pd.DataFrame({"parameter:aversion": [6.0]})}
    with pytest.raises(sim.SimError, match=r"draws\.csv.* already"):
        write_posterior(tmp_path, other, RECORD)
    with pytest.raises(sim.SimError, match=r"record\.json already"):
        write_posterior(tmp_path, TABLES, {**RECORD, "plan": {"points": 9}})
    assert state(tmp_path) == before
    write_posterior(tmp_path, other, RECORD, force=True)
    assert "6" in state(tmp_path)["draws.csv"]


def test_a_calibration_is_refused_before_it_runs(tmp_path: Path) -> None:
    refuse_another(tmp_path / "record.json", RECORD)
    write_posterior(tmp_path, TABLES, RECORD)
    refuse_another(tmp_path / "record.json", {"scenario": "reference", "plan": {"points": 8, "processes": 1}})
    with pytest.raises(sim.SimError, match=r"made otherwise \(scenario, plan\).*--force"):
        refuse_another(tmp_path / "record.json", {"scenario": "null", "plan": {"points": 9}, "world": "reference"})


def test_pages_are_made_anew_unless_somebody_changed_them(tmp_path: Path) -> None:
    def write(text: str, *, force: bool = False) -> None:
        with pictures_and_pages(tmp_path, force=force) as scratch:
            (scratch / "report.md").write_text(text, encoding="utf-8")

    write("first")
    write("second")
    assert state(tmp_path).keys() == {"report.md", LISTED}
    (tmp_path / "report.md").write_text("second, and a note of mine", encoding="utf-8")
    with pytest.raises(sim.SimError, match=r"report\.md already"):
        write("third")
    assert state(tmp_path)["report.md"] == "second, and a note of mine"
    write("third", force=True)
    assert state(tmp_path)["report.md"] == "third"
