"""Another user's figures, from customs files to a posterior; and every fault of them at once, with nothing fitted."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from calibration.__main__ import main
from calibration.targets.targets import COLUMNS, FIGURES, codes_of, load_targets
from calibration.targets.user_data import prepare
from sim.world.customs_data.comtrade import COLUMNS as COMTRADE

ROOT = Path(__file__).resolve().parents[3]
CHINA, TURKEY, KAZAKHSTAN, RUSSIA, JAPAN = "156", "792", "398", "643", "392"
BILLION = 1e9
# Small enough for seconds: the flow of a command, not a posterior that anybody should use.
SMALL = (
    "--points", "16", "--about", "16", "--wave", "8", "--steps", "450", "--chains", "4",
    "--exporters", "1500", "--intermediaries", "40", "--processes", "1",
)  # fmt: skip


def comtrade(path: Path, rows: list[dict[str, object]]) -> Path:
    """A file of UN Comtrade with its 47 columns; what a row leaves out is what a plain row has."""
    plain = {
        "typeCode": "C", "freqCode": "A", "period": "2021", "reporterCode": CHINA, "flowCode": "X",
        "partnerCode": RUSSIA, "partner2Code": "0", "classificationCode": "H5", "cmdCode": "TOTAL",
        "customsCode": "C00", "mosCode": "0", "motCode": "0", "primaryValue": "1000000",
    }  # fmt: skip
    lines = [",".join(str({**plain, **row}.get(name, "")) for name in COMTRADE) for row in rows]
    path.write_text("\n".join([",".join(COMTRADE), *lines]) + "\n", encoding="utf-8")
    return path


def yearly(reporter: str, partner: str, values: dict[int, float], flow: str = "X") -> list[dict[str, object]]:
    return [
        {
            "reporterCode": reporter, "partnerCode": partner, "period": year, "primaryValue": value * BILLION,
            "flowCode": flow,
        }
        for year, value in values.items()
    ]  # fmt: skip


def monthly(reporter: str, partner: str, values: dict[int, float]) -> list[dict[str, object]]:
    """Twelve even months a year."""
    return [
        {
            "reporterCode": reporter, "partnerCode": partner, "freqCode": "M", "period": f"{year}{month:02d}",
            "primaryValue": value * BILLION / 12,
        }
        for year, value in values.items() for month in range(1, 13)
    ]  # fmt: skip


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    """A folder as the page tells users to make it, with the mapping of the reference world."""
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy(FIGURES / "import_mapping.yaml", folder / "mapping.yaml")
    for name in ("exchange_rates.csv", "good_facts.csv"):
        shutil.copy(FIGURES / name, folder)
    rows = [
        *yearly(CHINA, RUSSIA, {2021: 70.0, 2022: 77.0, 2023: 112.0, 2024: 116.0}),
        *yearly(KAZAKHSTAN, CHINA, {2021: 8.2, 2022: 11.0}, flow="M"),
        *monthly(TURKEY, RUSSIA, {2021: 5.8, 2022: 9.3}),
        *yearly(TURKEY, RUSSIA, {2021: 5.8, 2022: 9.3}),
        *yearly(JAPAN, RUSSIA, {2022: 4.0}),
    ]
    comtrade(folder / "comtrade.csv", rows)
    return folder


def statements(folder: Path, rows: list[dict[str, str]]) -> None:
    plain = {
        "period": "2022", "base": "2021", "ledger": "recorded", "reporter": "CHN", "flow": "export+re-export",
        "partner": "RUS", "good": "drones", "brand": "all", "measure": "growth", "value": "50", "low": "50",
        "high": "50", "sd_log": "0.1", "unit": "percent", "source": "own survey", "quality": "stated", "role": "fit",
    }  # fmt: skip
    with (folder / "targets.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows([{**plain, **row} for row in rows])


def test_series_of_the_files_become_targets(figures: Path) -> None:
    own = prepare(figures, "reference")
    world = sim.load(own.scenario, posterior="none").world
    rows = {row.id: row for row in load_targets(own.targets, codes_of(world))}
    year = rows["chn-export-rus-all-2022"]
    assert (year.reporter, year.flow, year.ledger, year.role) == ("CHN", "export+re-export", "recorded", "fit")
    assert year.value == pytest.approx(np.log(77.0 / 70.0), abs=1e-4)
    assert "comtrade.csv" in year.source and year.quality == "as reported"
    # An import is compared with the importer's record, by origin.
    assert (rows["kaz-import-chn-all-2022"].flow, rows["kaz-import-chn-all-2022"].partner) == ("import", "CHN")
    # Quarters are fitted, and the year that they add up to is context.
    quarters = [name for name in rows if name.startswith("tur-export-rus-all-2022-")]
    assert len(quarters) == 4 and {rows[name].role for name in quarters} == {"fit"}
    assert rows["tur-export-rus-all-2022"].role == "context"
    # What was held out judges; what has no base year says so and is no target.
    assert rows["chn-export-rus-all-2024"].role == "judge"
    assert not any(name.startswith("jpn") for name in rows)
    assert "no targets: the base year 2021 or a later period is not in the files" in own.account


def test_the_world_has_the_base_year_of_the_files(figures: Path) -> None:
    world = sim.load(prepare(figures, "reference").scenario, posterior="none").world
    china, turkey = (world.states.index(code) for code in ("CHN", "TUR"))
    assert world.recorded_musd[china, world.target].sum() == pytest.approx(70_000 / 12, rel=1e-6)
    assert world.recorded_musd[turkey, world.target].sum() == pytest.approx(5_800 / 12, rel=1e-6)


def test_own_statements_come_before_the_files(figures: Path) -> None:
    statements(figures, [{"id": "mine", "good": "all", "value": "12", "low": "8", "high": "15"}])
    own = prepare(figures, "reference")
    rows = {row.id: row for row in load_targets(own.targets, codes_of(sim.load(own.scenario, posterior="none").world))}
    assert rows["mine"].high == pytest.approx(np.log(1.15))
    assert "chn-export-rus-all-2022" not in rows
    assert "no target: targets.csv has one for the same flow and months" in own.account


def test_the_same_folder_gives_the_same_world(figures: Path, tmp_path: Path) -> None:
    one, two = (prepare(figures, "reference", tmp_path / name) for name in ("one", "two"))
    assert one.targets.read_bytes() == two.targets.read_bytes()
    assert (
        sim.load(one.scenario, posterior="none").world.digest == sim.load(two.scenario, posterior="none").world.digest
    )


def few_free(folder: Path, free: int) -> list[str]:
    """Puts a table of priors into a folder with the shipped values, of which only the first may move; says which."""
    priors = pd.read_csv(FIGURES / "priors.csv", dtype=str, keep_default_na=False)
    named = priors.index[priors["fitted"] == "yes"]
    priors.loc[named[free:], "fitted"] = "no"
    priors.to_csv(folder / "priors.csv", index=False)
    return list(priors.loc[named[:free], "address"])


def test_a_posterior_from_customs_files(figures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    free = few_free(figures, 5)
    assert main(["--figures", str(figures), *SMALL]) == 0
    said = capsys.readouterr()
    assert "figure of all goods" in said.out and "no targets: the base year" in said.out
    posterior, results = figures / "out" / "posterior", figures / "out" / "results"
    fit = pd.read_csv(posterior / "fit.csv")
    assert set(fit["id"]) == {
        "chn-export-rus-all-2022", "chn-export-rus-all-2023", "kaz-import-chn-all-2022",
        *(f"tur-export-rus-all-2022-{month:02d}" for month in (1, 4, 7, 10)),
    }  # fmt: skip
    learnt = pd.read_csv(posterior / "summary.csv").set_index("address")["identified"]
    assert set(learnt.index[learnt != "not fitted"]) == set(free)
    draws = pd.read_csv(posterior / "draws.csv")
    assert np.isfinite(draws.to_numpy()).all() and len(draws) > 0
    assert len(pd.read_csv(posterior / "discrepancy.csv")) == len(draws)
    record = json.loads((posterior / "record.json").read_text(encoding="utf-8"))
    assert record["targets"] == len(fit)
    page = (results / "report.html").read_text(encoding="utf-8")
    assert "UN Comtrade" in page and 'src="data:image/png;base64,' in page


def test_every_fault_is_told_and_nothing_is_written(figures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    comtrade(figures / "negative.csv", [{"primaryValue": "-3"}, {"primaryValue": "nan"}, {"period": "21"}])
    (figures / "cut.json").write_text('{"elapsedTime": "1", "count": 3, "data": [{"period": "2021"', encoding="utf-8")
    (figures / "letter.csv").write_text("dear sir,please find\n1,2\n", encoding="utf-8")
    statements(
        figures,
        [
            {"id": "nowhere", "reporter": "ATLANTIS"},
            {"id": "no-flow", "reporter": "RUS"},
            {"id": "unit", "unit": "tonnes"},
            {"id": "nan", "value": "nan"},
            {"id": "negative", "value": "-200", "low": "-200", "high": "-200"},
            {"id": "twice", "good": "ceramics"},
            {"id": "again", "good": "ceramics", "value": "80", "low": "80", "high": "80"},
        ],
    )
    assert main(["--figures", str(figures), *SMALL]) == 1
    told = capsys.readouterr().err
    for part in (
        "read -3, expected a value of 0 or more", "nan", "read '21'", "cut.json", "letter.csv", "is no customs file",
        "unknown reporter 'ATLANTIS'", "is the reporter itself: no flow of the world",
        "a growth in 'tonnes' does not convert", "'nan' is no number", "is not positive: it has no logarithm",
        "contradicts 'twice'",
    ):  # fmt: skip
        assert part in told, part
    assert "Traceback" not in told
    assert not (figures / "out").exists()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "mapping.yaml").unlink(), "mapping.yaml"),
        (lambda folder: (folder / "comtrade.csv").unlink(), "holds no customs file"),
        (lambda folder: shutil.rmtree(folder), "cannot be read"),
        (lambda folder: comtrade(folder / "comtrade.csv", yearly(CHINA, RUSSIA, {2021: 70.0})), "nothing to fit"),
        (lambda folder: (folder / "priors.csv").write_text("name,place\n", encoding="utf-8"), "priors.csv"),
    ],
)
def test_a_folder_that_lacks_something(figures: Path, spoil, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(figures)
    assert main(["--figures", str(figures), *SMALL]) == 1
    told = capsys.readouterr().err
    assert said in told and "Traceback" not in told


def test_the_shipped_posterior_is_never_written_over(figures: Path) -> None:
    shipped = ROOT / "calibration" / "posterior"
    before = sorted((path.name, path.stat().st_mtime_ns) for path in shipped.glob("*"))
    (figures / "mapping.yaml").write_text("base_year: 21\n", encoding="utf-8")
    assert main(["--figures", str(figures), *SMALL]) == 1
    assert before == sorted((path.name, path.stat().st_mtime_ns) for path in shipped.glob("*"))
