"""The commands on faulty tables: every fault at once, exit code 1, nothing run and nothing written."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from calibration.__main__ import main
from calibration.reporting.__main__ import main as reporting
from calibration.targets.targets import COLUMNS
from calibration.validation import forecasts, leave_out, predictive_intervals, sampled_mode

ROW = {
    "id": "row", "period": "2022", "base": "2021", "ledger": "recorded", "reporter": "CHN", "flow": "export",
    "partner": "RUS", "good": "all", "brand": "all", "measure": "growth", "value": "5", "low": "5", "high": "5",
    "sd_log": "0.1", "unit": "percent", "source": "somebody", "quality": "stated", "conflict_with": "", "role": "fit",
}  # fmt: skip
PRIOR = {
    "address": "parameters.aversion", "family": "lognormal", "centre": "6", "width": "0.3", "group": "law",
    "fitted": "yes", "source": "test",
}  # fmt: skip


def write(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def asked(tmp_path: Path, *more: str) -> list[str]:
    return ["--posterior", str(tmp_path / "posterior"), "--results", str(tmp_path / "results"), *more]


# What is wrong with a row of targets, and what is said of it.
FAULTS = {
    "no flow of the world": ({"reporter": "ATLANTIS"}, "unknown reporter 'ATLANTIS'"),
    "no good of the world": ({"good": "unobtainium"}, "unknown good 'unobtainium'"),
    "the office itself": ({"reporter": "RUS"}, "no flow of the world"),
    "a state that re-exports nothing": ({"reporter": "JPN", "flow": "re-export"}, "is no hub"),
    "a unit": ({"unit": "tonnes"}, "does not convert"),
    "not a number": ({"value": "NaN"}, "is no number"),
    "less than nothing": ({"value": "-101", "low": "-101", "high": "-101"}, "is not positive"),
    "an error of nil": ({"sd_log": "0"}, "is no error of measurement"),
    "held out": ({"period": "2024-03", "base": "2023-03"}, "held out after"),
    "an empty interval": ({"low": "9"}, "does not lie from low"),
    "no source": ({"source": ""}, "is empty"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_target_is_told_and_nothing_runs(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, said = FAULTS[name]
    table = write(tmp_path / "targets.csv", COLUMNS, [ROW | {"id": "good", "good": "ceramics"}, {**ROW, **change}])
    assert main(asked(tmp_path, "--targets", str(table))) == 1
    told = capsys.readouterr()
    assert said in told.err and f"{table}:3" in told.err
    assert "Traceback" not in told.err and "runs over the prior" not in told.err
    assert not (tmp_path / "posterior").exists() and not (tmp_path / "results").exists()


@pytest.mark.parametrize(("value", "said"), [("5", "repeats 'row'"), ("80", "contradicts 'row'")])
def test_a_second_row_needs_a_declared_conflict(
    value: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = {**ROW, "id": "again", "value": value, "low": value, "high": value}
    table = write(tmp_path / "targets.csv", COLUMNS, [ROW, again])
    assert main(asked(tmp_path, "--targets", str(table))) == 1
    assert said in capsys.readouterr().err
    # Declared, it is a conflict; but two rows on one flow cannot both be fitted.
    write(table, COLUMNS, [ROW, {**again, "conflict_with": "row"}])
    assert main(asked(tmp_path, "--targets", str(table))) == 1
    assert "only one of them can be fitted" in capsys.readouterr().err


def test_faults_of_targets_and_priors_come_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = write(tmp_path / "targets.csv", COLUMNS, [{**ROW, "unit": "tonnes"}, {**ROW, "id": "b", "value": "x"}])
    priors = write(
        tmp_path / "priors.csv", tuple(PRIOR), [{**PRIOR, "address": "parameters.averison"}, {**PRIOR, "width": "-1"}]
    )
    assert main(asked(tmp_path, "--targets", str(targets), "--priors", str(priors))) == 1
    told = capsys.readouterr().err
    for part in ("'tonnes' does not convert", "'x' is no number", "averison", "width", "4 faults"):
        assert part in told, part


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the column is missing"),
        ("name,place\n", "the column is missing"),
        (",".join(PRIOR) + "\n", "has no rows"),
        (",".join(PRIOR) + "\n" + ",".join({**PRIOR, "fitted": "no"}.values()) + "\n", "nothing would be free to fit"),
    ],
)
def test_priors_that_free_nothing(text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "priors.csv").write_text(text, encoding="utf-8")
    assert main(asked(tmp_path, "--priors", str(tmp_path / "priors.csv"))) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("which", ["targets", "priors"])
@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00broken"])
def test_a_table_that_cannot_be_read(
    which: str, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"{which}.csv"
    if content is not None:
        path.write_bytes(content)
    assert main(asked(tmp_path, f"--{which}", str(path))) == 1
    told = capsys.readouterr().err
    assert ("cannot be read" in told or "is not UTF-8" in told) and "Traceback" not in told


def test_an_unknown_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(tmp_path, "--scenario", "refrence")) == 1
    assert "did you mean" in capsys.readouterr().err


@pytest.mark.parametrize("command", [predictive_intervals.main, forecasts.main, sampled_mode.main, reporting])
def test_a_command_without_a_posterior_says_what_makes_one(
    command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(asked(tmp_path)) == 1
    told = capsys.readouterr().err
    assert "make calibrate" in told and "Traceback" not in told


def test_leaving_out_takes_the_same_care(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write(tmp_path / "targets.csv", COLUMNS, [{**ROW, "unit": "tonnes"}])
    assert leave_out.main(asked(tmp_path, "--targets", str(table))) == 1
    assert "does not convert" in capsys.readouterr().err


def test_forecasts_are_of_the_shipped_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert forecasts.main(asked(tmp_path, "--figures", str(tmp_path))) == 1
    assert "shipped series" in capsys.readouterr().err
