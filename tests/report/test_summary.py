"""A summary to hand on: what the screen shows, read back from each kind of file."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.report.latex import latex
from sim.report.plots.run_view import look
from sim.report.run_tables import run_tables
from sim.report.summary import save_summary, summary_of
from sim.report.table import Column, Table


@pytest.fixture(scope="module")
def pair() -> sim.Comparison:
    return sim.compare("classroom", progress=False)


BANDED = Table.of(
    ("state", Column("value", "money"), Column("of all", "share"), "inside"),
    [("=cmd()", (2.0, 1.0, 3.0), 0.25, "yes"), ("B & C_1", float("nan"), 0.5, "no")],
    "Trade of 50 % of all, billion USD", "a note",
)  # fmt: skip


def test_csv_has_every_cell_with_its_unit_and_what_ran(pair: sim.Comparison, tmp_path: Path) -> None:
    path = pair.save_summary(tmp_path / "mine.csv")
    text = path.read_text(encoding="utf-8")
    assert "# scenario: The classroom" in text and "# seed: 1\n" in text and "# program: sanctions-sim" in text
    table = pd.read_csv(io.StringIO(text), comment="#")
    told = run_tables(look(pair))
    assert list(dict.fromkeys(table["table"])) == [one.title for one in told]
    row = table[table["table"].str.startswith("Deliveries") & (table["column"] == "with")].iloc[0]
    arrived = pair.policy.to_target()["value_musd"].sum() / 1e3
    assert (row["value"], row["unit"]) == (pytest.approx(arrived, rel=1e-6), "billion USD")
    change = table[table["column"] == "change"].iloc[0]
    (deliveries,) = (one for one in told if one.title == change["table"])
    at = list(deliveries.frame.columns).index("change")
    assert (change["unit"], change["text"]) == ("percent", deliveries.texts()[0][at])


def test_a_band_has_three_numbers_and_words_none(pair: sim.Comparison, tmp_path: Path) -> None:
    summary = summary_of(pair, [BANDED])
    table = pd.read_csv(save_summary(summary, tmp_path / "a.csv"), comment="#")
    first = table[table["table"] == BANDED.title].set_index(["row", "column"])
    assert first.loc[("=cmd()", "value"), ["value", "low", "high"]].tolist() == [2.0, 1.0, 3.0]
    assert first.loc["=cmd()", "of all"]["unit"] == "share of 1"
    assert first.loc["=cmd()", "inside"]["text"] == "yes" and pd.isna(first.loc["=cmd()", "inside"]["value"])


def test_a_workbook_has_numbers_as_numbers_and_text_as_text(pair: sim.Comparison, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    summary = summary_of(pair, [BANDED])
    path = save_summary(summary, tmp_path / "mine.xlsx")
    book = openpyxl.load_workbook(path)
    facts = {row[0]: row[1] for row in book["What ran"].iter_rows(values_only=True)}
    assert facts["scenario"] == pair.policy.title and facts["seed"] == "1"
    rows = list(book[book.sheetnames[1]].iter_rows(values_only=True))
    assert rows[2] == ("state", "value", "value: low", "value: high", "of all", "inside")
    assert rows[3] == ("=cmd()", 2, 1, 3, 0.25, "yes") and rows[4][:2] == ("B & C_1", None)
    assert book[book.sheetnames[1]].cell(4, 1).data_type == "s", "no formula"
    (name,) = (one for one in book.sheetnames if str(book[one].cell(1, 1).value).startswith("Deliveries"))
    whole = pd.read_excel(path, sheet_name=name, header=2, engine="openpyxl")
    assert whole["with"][0] == pytest.approx(pair.policy.to_target()["value_musd"].sum() / 1e3, rel=1e-6)
    with zipfile.ZipFile(path) as packed:
        assert {one.date_time[0] for one in packed.infolist()} == {1980}
        assert packed.read("docProps/core.xml").count(b"1980-01-01T00:00:00Z") == 2, "the same run gives the same bytes"


def test_latex_is_escaped_and_a_row_has_every_cell(pair: sim.Comparison, tmp_path: Path) -> None:
    text = latex(BANDED)
    assert r"\caption{Trade of 50 \% of all, billion USD}" in text and r"B \& C\_1 & -- & 50.0 \% & no \\" in text
    assert r"\begin{tabular}{lrrl} \toprule" in text and "a note" in text
    assert r"$-$7.0 \%" in pair.save_summary(tmp_path / "mine.tex").read_text(encoding="utf-8")


def test_what_cannot_be_is_one_message(pair: sim.Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(sim.SimError, match=r"written as .xlsx, .csv or .tex"):
        pair.save_summary(tmp_path / "mine.docx")
    (tmp_path / "mine.csv").write_text("my own", encoding="utf-8")
    with pytest.raises(sim.SimError, match="--force replaces it"):
        pair.save_summary(tmp_path / "mine.csv")
    assert pair.policy.save_summary(tmp_path / "mine.csv", force=True).read_text(encoding="utf-8").startswith("# ")
    monkeypatch.setattr("sim.report.workbook.find_spec", lambda name: None)
    with pytest.raises(sim.SimError, match=r"needs 'openpyxl': pip install 'sanctions-sim\[exchange\]'"):
        pair.save_summary(tmp_path / "mine.xlsx")
    assert not (tmp_path / "mine.xlsx").exists()
