"""What is wrong with all files is said at once, with file, line and column; nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from customs_paths import BACI, COMEXT_HEADER, DATA, MAPPING, comtrade

from sim.common.errors import FaultList
from sim.world.customs_data import import_files


def faults(paths: list[Path], mapping: Path = MAPPING) -> str:
    with pytest.raises(FaultList) as caught:
        import_files(paths, mapping)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ({"primaryValue": "NaN"}, "read 'NaN', expected a plain finite number"),
        ({"primaryValue": "1e999"}, "expected a plain finite number"),
        ({"primaryValue": ""}, "read '', expected a plain finite number"),
        ({"primaryValue": "1.234,5"}, "has 48 cells, expected 47"),
        ({"primaryValue": "-5"}, "read -5, expected a value of 0 or more"),
        ({"flowCode": "XR"}, "unknown code 'XR'; did you mean 'X'?"),
        ({"reporterCode": "CHN"}, "read 'CHN', expected a number of the UN"),
        ({"partner2Code": "KAZ"}, "read 'KAZ', expected a number of the UN"),
        ({"period": "21"}, "read '21', expected a year such as 2021"),
        ({"freqCode": "M", "period": "202113"}, "read '202113', expected a month such as 202112"),
        ({"freqCode": "Q"}, "unknown code 'Q'"),
        ({"cmdCode": "10121"}, "a leading zero is lost"),
        ({"cmdCode": "101", "aggrLevel": "²"}, "a leading zero is lost"),
        ({"primaryValue": "١٠"}, "read '١٠', expected a plain finite number"),
        ({"primaryValue": "1e308"}, "read 1e308, expected at most 1e+15: ten times what the world produces in a year"),
        ({"period": "٢٠٢١"}, "read '٢٠٢١', expected a year such as 2021"),
        ({"cmdCode": "101", "aggrLevel": "4"}, "a leading zero is lost"),
        ({"cmdCode": "8471", "aggrLevel": "6"}, "read '8471', expected 6 digits, as aggrLevel says"),
        ({"typeCode": "A"}, "the columns are shifted by one"),
    ],
)
def test_comtrade_cell(tmp_path: Path, cell: dict[str, str], told: str) -> None:
    path = comtrade(tmp_path / "bad.csv", [{}, {"partnerCode": "842", **cell}])
    said = faults([path])
    assert told in said
    assert f"{path}:3:" in said


def test_decimal_comma_is_no_trailing_comma(tmp_path: Path) -> None:
    path = comtrade(tmp_path / "bad.csv", [{"isAggregate": "true", "primaryValue": "1,5"}])
    assert "has 48 cells, expected 47" in faults([path])


def test_caret_stands_below_the_cell(tmp_path: Path) -> None:
    path = comtrade(tmp_path / "bad.csv", [{"flowCode": "Y"}])
    with pytest.raises(FaultList) as caught:
        import_files([path], MAPPING)
    (fault,) = caught.value.faults
    assert fault.where == "flowCode"
    assert fault.source_line[fault.column - 1] == "Y"


def test_contradicting_rows_are_named_with_both_places(tmp_path: Path) -> None:
    first = comtrade(tmp_path / "first.csv", [{}, {"primaryValue": "2000000"}])
    said = faults([first])
    assert f"{first}:3: export of 156 with 643 in 2021, all goods: read 2 million USD, but line 2 has 1" in said
    one, other = (
        comtrade(tmp_path / name, [{"primaryValue": value}]) for name, value in (("a.csv", "1"), ("b.csv", "3"))
    )
    assert f"but {one}:2 has 1e-06" in faults([one, other])


def test_all_faults_of_all_files_and_the_mapping_at_once(tmp_path: Path) -> None:
    bad = comtrade(tmp_path / "bad.csv", [{"primaryValue": "x"}, {"flowCode": "Y"}])
    dat = tmp_path / "full_202112.dat"
    dat.write_text(COMEXT_HEADER + "\nDE,RU,Z,84271010,1,1,1,1,1,1,3,1,NO_SU,202199,-1,1,1,0\n", encoding="utf-8")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("bas_year: 2021\ngoods: {a: 84}\nstates: {A: {un: [0]}, B: {eurostatt: X}}\n", encoding="utf-8")
    said = faults([bad, dat, tmp_path / "nowhere.csv"], mapping)
    for told in (
        "read 'x', expected a plain finite number", "unknown code 'Y'", "nowhere.csv: cannot be read",
        "unknown code 'Z'", "unknown code '3'", "read '202199', expected a month", "read -1, expected a value of 0",
        "unknown key 'bas_year'; did you mean 'base_year'?", "base_year: is missing", "0 is the world",
        "unknown scheme 'eurostatt'; did you mean 'eurostat'?",
    ):  # fmt: skip
        assert told in said, told
    assert "11 faults" in said


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"7z\xbc\xaf\x27\x1c", "is an archive; unpack it"),
        (b"\xff\xfet\x00,\x00", "is UTF-16 text; save it as UTF-8"),
        (b"a,b,c\n1,2,3\n", "is no customs file that is known here"),
        (b"Classification,Year,Trade Value (US$)\n", "it comes from the old UN Comtrade"),
        (b"t\ti\tj\tk\tv\tq\n", "separated by tabs or semicolons"),
        (b"t,i,j,k,v,q,w\n", "unknown column 'w'"),
        (b"t,i,j,k,q\n", "column 'v' is missing"),
        (b"t,i,j,k,v,v\n", "column 'v' stands twice"),
        (b"t,i,j,k,v,q\n2021,156,643,10121,5,1\n", "a leading zero is lost"),
        (b"t,i,j,k,v,q\n2021,USA,643,010121,5,1\n", "read 'USA', expected a number"),
        (b"t,i,j,k,v,q\n2021,156,643,010121\n", "has 4 cells, expected 6"),
        (b"t,i,j,k,v,q\n2021,156,643,0101\x0021,4,1\n", "holds a zero byte"),
        (b'{"count": 1, "data": [{"period": "2021"', "is no JSON"),
        (b'{"count": 3, "data": [], "error": ""}', "says 3 records, holds 0: the answer is cut"),
        (b'{"error": "Quota exceeded"}', "answered with an error: Quota exceeded"),
        (b'{"data": [{"period": "2021", "valu": 3}]}', "unknown field 'valu'"),
        (b'{"data": [7]}', "holds something that is no record"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_file_that_cannot_be_read(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert told in faults([path])


def test_a_row_with_an_end_of_line_inside_is_told(tmp_path: Path) -> None:
    """A carriage return before a cell in quotes, which Python's reader of CSV takes for the end of a line."""
    path = comtrade(tmp_path / "odd.csv", [{}])
    path.write_bytes(path.read_bytes() + b'A\rB,"C"\n')
    with pytest.raises(FaultList, match=r"odd\.csv:3: .*cells"):
        import_files([path], MAPPING)


def test_json_faults_name_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    text = (
        (DATA / "comtrade_api.json")
        .read_text(encoding="utf-8")
        .replace('"primaryValue": 2500000.0', '"primaryValue": NaN')
    )
    path.write_text(text, encoding="utf-8")
    column = text.splitlines()[2].index('"primaryValue"') + 1
    assert f"{path}:3:{column}: primaryValue: read 'NaN'" in faults([path])


def test_code_that_the_country_table_lacks(tmp_path: Path) -> None:
    table = tmp_path / "country_codes_V202301.csv"
    table.write_text(
        "country_code,country_name,country_iso2,country_iso3\n156,China,CN,CHN\n643,R,RU,RUS\n842,U,US,USA\n"
    )
    path = tmp_path / BACI
    path.write_text("t,i,j,k,v,q\n2021,840,643,010121,5,1\n")
    assert "unknown code '840' of the country table; did you mean '842'?" in faults([path, table])


def test_year_without_a_rate(tmp_path: Path) -> None:
    path = tmp_path / "full_201512.dat"
    path.write_text(COMEXT_HEADER + "\nDE,RU,E,84271010,1,1,1,1,1,1,2,1,NO_SU,201512,5,5,1,0\n", encoding="utf-8")
    assert "the mapping has no rate of the euro for 2015" in faults([path])


def test_no_state_of_the_mapping_in_any_row(tmp_path: Path) -> None:
    path = comtrade(tmp_path / "a.csv", [{"reporterCode": "36", "partnerCode": "554"}])
    assert "no row has two states of the mapping; see the codes that are in the files: 36, 554" in faults([path])


def test_a_file_full_of_faults_is_cut_short(tmp_path: Path) -> None:
    path = comtrade(tmp_path / "a.csv", [{"primaryValue": "x"}] * 300)
    said = faults([path])
    assert "has 100 more faults like these" in said
    assert "201 faults" in said


def test_a_file_named_twice() -> None:
    assert "is named twice" in faults([DATA / BACI, DATA / BACI])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"8542"', '"854x"', "read '854x', expected a code of 2 to 8 digits"),
        ('"8542"', '"85"', "'chips' has the code 85 already"),
        ('animals: "01"', 'animals: "*"', "'animals' has everything else (*) already"),
        ("un: [842]", "un: [156]", "the code 156 belongs to 'EAST' already"),
        ('"1.18"', '"11.8"', "read 11.8, expected dollars per euro"),
        ('"1.18"', '"NaN"', "read 'NaN', expected a plain finite number"),
        ('base_year: "2021"', "base_year: then", "base_year: 'then' is no year; expected 1900 to 2099"),
        ('base_year: "2021"', "base_year: ٢٠٢١", "base_year: '٢٠٢١' is no year"),
        ("goods:", "judge_from: 2024-1\ngoods:", "judge_from: '2024-1' is not a month"),
        ("goods:", "fit_from: '2_019'\ngoods:", "fit_from: '2_019' is no year"),
        ('"2021": "1.18"', '"٢٠٢١": "1.18"', "'٢٠٢١' is no year"),
        ('"2021": "1.18"', '"2021": "١.18"', "read '١.18', expected a plain finite number"),
        ("goods:", "prefer: [bacci]\ngoods:", "unknown kind of file 'bacci'; did you mean 'baci'?"),
        ("goods:", "totals: sum\ngoods:", "unknown choice 'sum'; did you mean 'summed'?"),
    ],
)
def test_mapping(tmp_path: Path, old: str, new: str, told: str) -> None:
    mapping = tmp_path / "mapping.yaml"
    text = MAPPING.read_text(encoding="utf-8")
    assert old in text
    mapping.write_text(text.replace(old, new), encoding="utf-8")
    said = faults([DATA / "comtrade_annual.csv"], mapping)
    assert told in said
    assert f"{mapping}:" in said


def test_mapping_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read" in faults([DATA / "comtrade_annual.csv"], tmp_path / "none.yaml")
