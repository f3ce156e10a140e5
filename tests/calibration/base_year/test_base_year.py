"""The derivation of the base year, on raw files small enough to work out by hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

import sim
from calibration.base_year.__main__ import main
from calibration.base_year.raw import FILES, read_raw
from calibration.base_year.traits import overlap
from calibration.targets.targets import FIGURES


def test_overlap_of_baskets() -> None:
    """Finger and Kreinin: the sum of the lesser shares."""
    first, second = pd.Series({"84": 3.0, "85": 1.0}), pd.Series({"84": 5.0, "87": 5.0})
    assert overlap(first, second) == pytest.approx(0.5)
    assert overlap(first, 7 * first) == pytest.approx(1.0)
    assert overlap(first, pd.Series({"01": 1.0})) == 0.0


def test_missing_files_and_columns_are_all_told(tmp_path: Path) -> None:
    names = list(FILES)
    for name in names[1:]:
        with gzip.open(tmp_path / f"{name}.csv.gz", "wt", encoding="utf-8") as stream:
            stream.write(",".join(FILES[name][1:]) + "\n")
    with pytest.raises(sim.FaultList) as caught:
        read_raw(tmp_path)
    assert len(caught.value.faults) == len(names)
    assert f"{names[0]}.csv.gz" in str(caught.value)


def test_nothing_is_written_where_the_raw_files_are_at_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures"
    figures.mkdir()
    for name in ("state_members.csv", "published_2021.csv", "exchange_rates.csv"):
        (figures / name).write_bytes((FIGURES / name).read_bytes())
    before = sorted(path.name for path in figures.iterdir())
    assert main([str(tmp_path), str(figures)]) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert sorted(path.name for path in figures.iterdir()) == before


def test_shipped_sums_hold_their_recorded_part() -> None:
    table = pd.read_csv(FIGURES / "pair_records_2021.csv")
    assert (table["recorded_musd"] <= table["value_musd"] * (1 + 1e-6)).all()
    assert (table["coverage"].between(0.35, 1)).all()
    both = table.groupby(["exporter", "importer"])["flow"].nunique()
    assert (both == 2).sum() > 50
