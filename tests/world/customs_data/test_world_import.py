"""From customs files to a world: the command, the mapping that is shipped, and the build behind it."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
from customs_paths import ALL_FILES, DATA, MAPPING, ROOT, comtrade, figures

from sim.common.errors import FaultList, SimError
from sim.ui import cli
from sim.world import load_world
from sim.world.build import build_world
from sim.world.build.facts import read_facts
from sim.world.customs_data import import_files
from sim.world.customs_data.code_mapping import read_mapping

FIGURES = ROOT / "calibration" / "figures"
SHIPPED = FIGURES / "import_mapping.yaml"


def command(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["sim", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_command_writes_tables_and_prints_the_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(DATA / name) for name in ALL_FILES]
    assert (
        command(monkeypatch, "world", "import", *files, "--mapping", str(MAPPING), "--out", str(tmp_path / "own")) == 0
    )
    said = capsys.readouterr().out
    written = {path.name for path in (tmp_path / "own").iterdir()}
    assert written == {
        "customs_annual.csv", "customs_monthly.csv", "good_cells_2021.csv", "reexports_seen.csv",
        "import_report.txt", "import_report.csv",
    }  # fmt: skip
    assert (tmp_path / "own" / "import_report.txt").read_text(encoding="utf-8").splitlines()[0] in said
    assert "dropped: trade within a union of the mapping" in said
    assert all(str(tmp_path / "own" / name) in said for name in written)


def test_command_with_a_fault_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = comtrade(tmp_path / "bad.csv", [{"primaryValue": "-1"}])
    assert (
        command(monkeypatch, "world", "import", str(bad), "--mapping", str(MAPPING), "--out", str(tmp_path / "o")) == 2
    )
    told = capsys.readouterr()
    assert "read -1, expected a value of 0 or more" in told.err
    assert "Traceback" not in told.err
    assert not (tmp_path / "o").exists()


def test_shipped_mapping_names_every_state_and_good_of_the_reference_world() -> None:
    book, facts = read_mapping(SHIPPED), read_facts(FIGURES)
    named = {state for _, state in book.members}
    assert named | {facts.settings.texts["rest"]} == set(facts.states)
    assert {len(book.members[scheme, "EU27"]) for scheme in ("un", "eurostat")} == {27}
    assert set(book.goods.taken.values()) | {book.goods.rest} == set(facts.goods)
    assert book.goods.rest == facts.goods[-1]
    with (FIGURES / "exchange_rates.csv").open(encoding="utf-8", newline="") as stream:
        assert book.rates == {row["year"]: float(row["usd_per_eur"]) for row in csv.DictReader(stream)}


def test_own_figures_reach_the_world(tmp_path: Path) -> None:
    """Laid over the shipped figures, an import gives a world that has the values that were read."""
    rows = [
        {"reporterCode": "156", "partnerCode": "643", "primaryValue": "70000000000"},
        {"reporterCode": "156", "partnerCode": "643", "cmdCode": "69", "primaryValue": "234000000"},
        {"reporterCode": "392", "partnerCode": "410", "primaryValue": "55000000000"},
        {"reporterCode": "392", "partnerCode": "410", "cmdCode": "8806", "primaryValue": "7000000"},
    ]
    imported = import_files([comtrade(tmp_path / "mine.csv", rows)], SHIPPED).onto(FIGURES)
    (tmp_path / "own").mkdir()
    imported.write(tmp_path / "own")
    assert {path.name for path in FIGURES.iterdir()} - {"README.md"} <= {
        path.name for path in (tmp_path / "own").iterdir()
    }
    build_world(tmp_path / "own", tmp_path / "world")
    load_world(tmp_path / "world")
    with (tmp_path / "world" / "pairs.csv").open(encoding="utf-8", newline="") as stream:
        pairs = {(row["origin"], row["destination"]): row for row in csv.DictReader(stream)}
    with (tmp_path / "world" / "baseline.csv").open(encoding="utf-8", newline="") as stream:
        cells = {(row["origin"], row["destination"], row["good"]): row for row in csv.DictReader(stream)}
    for (origin, destination), musd in {("CHN", "RUS"): 70000.0, ("JPN", "KOR"): 55000.0}.items():
        row = next(iter(value for key, value in pairs.items() if key == (origin, destination)))
        assert row["status"] == "observed"
        assert "mine.csv" in row["source"]
        assert float(row[next(name for name in row if "musd" in name)]) == pytest.approx(musd, rel=1e-6)
    # A chapter that holds several classes of one good is the figure of the group, split by the pair's mix.
    classes = [cells["CHN", "RUS", f"ceramics_{name}"] for name in ("free", "2022")]
    assert all("mine.csv" in row["source"] and "split" in row["source"] for row in classes)
    value = next(name for name in classes[0] if "musd" in name)
    assert sum(float(row[value]) for row in classes) == pytest.approx(234.0, rel=1e-5)
    drones = cells["JPN", "KOR", "drones"]
    assert float(drones[next(name for name in drones if "musd" in name)]) == pytest.approx(7.0, rel=1e-6)
    assert "mine.csv" in drones["source"]


def test_tables_are_what_the_builder_reads(tmp_path: Path) -> None:
    """Every table that is written passes the strict reader of the facts."""
    own = Path(shutil.copytree(FIGURES, tmp_path / "own"))
    imported = import_files([DATA / name for name in ALL_FILES], MAPPING)
    with pytest.raises(SimError, match=r"customs_annual\.csv.* already.*--force"):
        imported.write(own)
    imported.write(own, force=True)
    facts = read_facts(own)
    assert len(facts.tables["customs_annual"]) == len(figures(imported))
    assert {row.text("exporter") for row in facts.tables["good_cells_2021"]} == {"EAST", "STEPPE", "UNION", "WEST"}


def test_laying_over_replaces_the_same_figure_and_keeps_the_rest(tmp_path: Path) -> None:
    rows = [
        {"reporterCode": "51", "partnerCode": "784", "freqCode": "M", "period": "201901", "primaryValue": "2000000"}
    ]
    imported = import_files([comtrade(tmp_path / "mine.csv", rows)], SHIPPED).onto(FIGURES)
    old = (FIGURES / "customs_monthly.csv").read_text(encoding="utf-8").splitlines()
    new = imported.tables["customs_monthly.csv"].splitlines()
    gone = [line for line in old if line not in new]
    assert [line.split(",")[:7] for line in gone] == [["2019-01", "M", "ARM", "export", "ARM", "ARE", "all"]]
    assert [line.split(",")[:8] for line in new if line not in old] == [[*gone[0].split(",")[:7], "2"]]
    assert imported.tables["customs_annual.csv"] == (FIGURES / "customs_annual.csv").read_text(encoding="utf-8")
    assert "replaced: figures of the folder laid under, now those of the files" in imported.account.text()


def test_folder_that_cannot_be_laid_under(tmp_path: Path) -> None:
    imported = import_files([comtrade(tmp_path / "mine.csv", [{}])], MAPPING)
    with pytest.raises(FaultList, match="cannot be read"):
        imported.onto(tmp_path / "nowhere")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "customs_annual.csv").write_text("period,value\n", encoding="utf-8")
    with pytest.raises(FaultList, match="has other columns"):
        imported.onto(tmp_path / "other")


def test_mapping_in_the_page_can_be_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "own-figures.md").read_text(encoding="utf-8")
    block = next(iter(re.findall(r"^```yaml\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)))
    for name in ("exchange_rates.csv", "good_facts.csv"):
        shutil.copy(FIGURES / name, tmp_path)
    (tmp_path / "mapping.yaml").write_text(block, encoding="utf-8")
    assert read_mapping(tmp_path / "mapping.yaml").members["eurostat", "EU27"] == ("AT", "BE", "FR")


def test_tables_that_may_be_a_header_only(tmp_path: Path) -> None:
    own = Path(shutil.copytree(FIGURES, tmp_path / "own"))
    for name in ("pair_records_2021.csv", "customs_sanctioned_lines.csv"):
        path = own / name
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert read_facts(own).tables["pair_records_2021"] == []
