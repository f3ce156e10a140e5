"""A foreign format that is known is named with what to do, and that works; a refusal is told in the gateway's words."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from customs_paths import DATA, MAPPING, comtrade, figures

from sim.common.errors import FaultList
from sim.world.customs_data import import_files

ONE = {
    "period": "2021",
    "reporterCode": 156,
    "flowCode": "X",
    "partnerCode": 643,
    "cmdCode": "TOTAL",
    "primaryValue": 2e6,
}


def told(path: Path) -> str:
    with pytest.raises(FaultList) as caught:
        import_files([path], MAPPING)
    return str(caught.value)


def workbook() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"statusCode": 401, "message": "No key."}', "error: 401: No key.; ask again with your subscription key"),
        (b'{"statusCode": 429, "message": "Try in 1 s."}', "error: 429: Try in 1 s.; too many requests: wait"),
        (b'{"error": "Quota exceeded"}', "error: Quota exceeded"),
        (b'{"title": "Bad", "status": 400, "detail": "period"}', "error: 400: period: Bad"),
        (b'{"count": 0, "data": [], "error": ""}', "holds no record: its source has nothing for what was asked"),
        (b'{"count": "\xc2\xb2", "data": [], "error": ""}', "holds no record"),
        (b"[]", "holds no record"),
        (b'{"elapsedTime": "1"}', "has no list 'data'"),
        (b"pfCode,yr,rtCode,TradeValue\nH5,2021,792,1\n", "old UN Comtrade; download it again from version 1"),
        (b'{"validation": {}, "dataset": [{"rtCode": 792}]}', "old UN Comtrade; download it again from version 1"),
        (b'"","type_code","cmd_code","primary_value"\n', "the R package comtradr renames the columns"),
        (b",period,cmdCode,primaryValue\n0,2021,TOTAL,1\n", "its first column has no name: row numbers"),
        (b"Unnamed: 0,t,i,j,k,v,q\n", "its first column has no name: row numbers"),
        (b"freq,reporter,flow,indicators\\TIME_PERIOD\t2020 \n", "a table of Eurostat's (TSV); take the bulk file"),
        (b"DATAFLOW,LAST UPDATE,freq,TIME_PERIOD,OBS_VALUE\n", "SDMX-CSV"),
        (b'{"version":"2.0","class":"dataset","id":["freq"]}', "is JSON-stat"),
        (b'{"dataSets": [], "structure": {}}', "is SDMX-JSON"),
        (b'[["CTY_CODE","ALL_VAL_MO"],["4621","1"]]', "the US Census Bureau's interface"),
        (b'{"period":{"0":"2021"}}', "is written column by column"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "is a workbook of Excel (.xls), which is not read"),
        (workbook(), "is a workbook of a table program, which is not read"),
        (b"<html><table><tr><td>Yil</td></tr></table></html>", "is a web page, or one saved as .xls, which is not "
         "read, and says \u201cYil\u201d"),
        (b'"period,cmdCode,primaryValue\n2021,TOTAL,1\n', "is no customs file that is known here"),
        (b"<?xml version='1.0'?><Workbook/>", "is XML, which is not read"),
    ],
)  # fmt: skip
def test_what_it_is_and_what_to_do(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "foreign"
    path.write_bytes(content)
    said = told(path)
    assert words in said
    assert said.startswith(str(path))
    assert "1 fault" in said


def test_thousand_ecu_is_never_taken_for_euros(tmp_path: Path) -> None:
    path = tmp_path / "nc200201.dat"
    path.write_text("DECLARANT,PARTNER,PRODUCT_NC,FLOW,STAT_REGIME,PERIOD,VALUE_1000ECU,QUANTITY_TON\n")
    said = told(path)
    assert "VALUE_1000ECU is in thousands" in said
    assert "did you mean" not in said


def test_an_unknown_column_is_not_taken_for_one_in_another_unit(tmp_path: Path) -> None:
    header = (DATA / "full_202112.dat").read_text(encoding="utf-8").splitlines()[0]
    path = tmp_path / "full_202112.dat"
    path.write_text(header.replace("QUANTITY_KG", "QUANTITY_TON").replace("FLOW", "FLOWS") + "\n", encoding="utf-8")
    said = told(path)
    assert "unknown column 'QUANTITY_TON'" in said
    assert "QUANTITY_KG" not in said.split("QUANTITY_TON'; ")[1].split("\n")[0]
    assert "did you mean 'FLOW'?" in said


def test_what_comtradr_is_told_to_do_works(tmp_path: Path) -> None:
    """The header of the R package, renamed as the message says, is the header of UN Comtrade."""
    text = comtrade(tmp_path / "a.csv", [{}]).read_text(encoding="utf-8")
    header, rest = text.split("\n", 1)
    snake = [re.sub(r"(?<=[a-z0-9])([A-Z]+)", r"_\1", name).lower() for name in header.split(",")]
    back = [re.sub("_(.)", lambda found: found.group(1).upper(), name) for name in snake]
    (tmp_path / "b.csv").write_text(",".join(back) + "\n" + rest, encoding="utf-8")
    assert list(figures(import_files([tmp_path / "b.csv"], MAPPING)).values()) == [1]
    (tmp_path / "c.csv").write_text(",".join(snake) + "\n" + rest, encoding="utf-8")
    assert 'gsub("_(.)", "\\\\U\\\\1", names(x), perl = TRUE)' in told(tmp_path / "c.csv")


def test_what_json_lines_are_told_to_do_works(tmp_path: Path) -> None:
    lines = [json.dumps(ONE), json.dumps({**ONE, "flowCode": "M"})]
    path = tmp_path / "a.json"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert "join the lines by commas and put them between [ and ]" in told(path)
    path.write_text(f"[{','.join(lines)}]", encoding="utf-8")
    assert sorted(figures(import_files([path], MAPPING)).values()) == [2, 2]


def test_json_in_latin_1_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps({"count": 1, "data": [{**ONE, "reporterDesc": "Türkiye"}], "error": ""}, ensure_ascii=False),
        encoding="latin-1",
    )
    imported = import_files([path], MAPPING)
    assert list(figures(imported).values()) == [2]
    assert "is no UTF-8 text" in imported.account.text()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            {"customsCode": "C01"},
            "dropped: single customs procedure, without a row over all; ask again with customsCode C00",
        ),
        ({"classificationCode": "SS"}, "dropped: classified by SS, not by the Harmonised System; ask again for codes"),
        ({"typeCode": "S"}, "dropped: services"),
        ({"partnerCode": "490"}, "dropped: partner is no state of the mapping"),
    ],
)
def test_a_file_of_which_nothing_is_kept_says_why(tmp_path: Path, row: dict[str, str], why: str) -> None:
    """Alone, or beside one that is sound."""
    nothing = comtrade(tmp_path / "a.csv", [row, {**row, "flowCode": "M"}])
    sound = comtrade(tmp_path / "b.csv", [{"reporterCode": "842"}])
    assert f"{nothing}: gives no figure: 2 rows, 2 million USD, {why}" in told(nothing)
    with pytest.raises(FaultList, match=re.escape(f"{nothing}: gives no figure")):
        import_files([nothing, sound], MAPPING)


def test_a_file_whose_rows_stand_in_another_one_is_no_fault(tmp_path: Path) -> None:
    first, again = comtrade(tmp_path / "a.csv", [{}]), comtrade(tmp_path / "b.csv", [{}])
    assert list(figures(import_files([first, again], MAPPING)).values()) == [1]


def test_an_import_without_any_table_says_why(tmp_path: Path) -> None:
    said = told(comtrade(tmp_path / "a.csv", [{"flowCode": "RM"}]))
    assert "a.csv: gives no figure: 1 row, 1 million USD, double counting avoided: re-imports, in the imports" in said


@pytest.mark.parametrize("value", ["1e308", "1000000000000001"])
def test_a_flow_above_all_that_is_produced(tmp_path: Path, value: str) -> None:
    path = comtrade(tmp_path / "a.csv", [{}, {"flowCode": "M", "primaryValue": value}])
    assert re.search(rf"a.csv:3:\d+: primaryValue: read {value}, expected at most 1e\+15", told(path))


def test_a_table_of_row_numbers_is_read_back_without_them(tmp_path: Path) -> None:
    path = comtrade(tmp_path / "a.csv", [{}])
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    (tmp_path / "b.csv").write_text(
        "\n".join(",".join(["" if n == 0 else str(n - 1), *row]) for n, row in enumerate(rows))
    )
    assert "index=False" in told(tmp_path / "b.csv")
