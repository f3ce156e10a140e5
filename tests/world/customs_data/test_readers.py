"""Each format is read as its office writes it, tricky rows included."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from customs_paths import ALL_FILES, BACI, COUNTRIES, DATA, MAPPING, comtrade, figures, taken

from sim.world.customs_data import import_files
from sim.world.customs_data.comtrade import COLUMNS

WHOLE = ("2021", "export", "EAST", "NORTH")


def test_the_made_files_have_the_columns_of_the_formats() -> None:
    header = (DATA / "comtrade_annual.csv").read_bytes().decode("latin-1").splitlines()[0]
    assert tuple(header.split(",")) == COLUMNS
    assert len(COLUMNS) == 47
    record = json.loads((DATA / "comtrade_api.json").read_text(encoding="utf-8"))["data"][0]
    assert tuple(record) == COLUMNS
    assert len((DATA / "full_202112.dat").read_text(encoding="utf-8").splitlines()[0].split(",")) == 18
    assert len((DATA / "nc201912.dat").read_text(encoding="utf-8").splitlines()[0].split(",")) == 19


def test_comtrade_takes_each_figure_once() -> None:
    found = figures(taken("comtrade_annual.csv"))
    goods = {key[-1]: value for key, value in found.items() if key[:4] == WHOLE}
    # 85 stands at 300, of which 8542 are 120; 84 once and not by mode of transport; TOTAL stands twice in the file.
    assert goods == {"all": 1000, "animals": 5, "chips": 120, "electrical": 180, "machinery": 400, "other": 200}


def test_comtrade_world_is_a_row_of_its_own() -> None:
    found = figures(taken("comtrade_annual.csv"))
    assert found["2021", "export", "EAST", "WLD", "all"] == 3000
    assert ("2021", "export", "UNION", "WLD", "all") not in found


def test_comtrade_imports_are_by_origin() -> None:
    found = figures(taken("comtrade_annual.csv"))
    assert found["2021", "import", "EAST", "NORTH", "all"] == 1100
    assert not [key for key in found if key[1:4] == ("import", "STEPPE", "NORTH")]


def test_comtrade_reexports_stand_apart_with_their_share() -> None:
    imported = taken("comtrade_annual.csv", "comtrade_api.json")
    assert figures(imported)["2021", "export", "PORT", "NORTH", "all"] == 50
    rows = [line.split(",") for line in imported.tables["reexports_seen.csv"].splitlines()[1:]]
    assert [(row[2], row[4], float(row[5]), float(row[7])) for row in rows] == [
        ("PORT", "all", 48, 0.96), ("STEPPE", "chips", 2, 0.8),
    ]  # fmt: skip


def test_json_and_csv_of_the_same_records_give_the_same(tmp_path: Path) -> None:
    records = json.loads((DATA / "comtrade_api.json").read_text(encoding="utf-8"))["data"]
    rows = [
        {name: "" if value is None else str(value) for name, value in record.items() if not isinstance(value, bool)}
        for record in records
    ]
    same = comtrade(tmp_path / "same.csv", rows)
    assert figures(import_files([same], MAPPING)) == figures(taken("comtrade_api.json"))


def test_months_and_a_byte_order_mark() -> None:
    found = figures(taken("comtrade_monthly.csv"), "customs_monthly.csv")
    assert [found[f"2022-{month:02d}", "export", "EAST", "NORTH", "all"] for month in (1, 12)] == [81, 92]
    assert found["2022-07", "export", "EAST", "NORTH", "animals"] == 0.4


def test_baci_is_in_thousands_and_keeps_codes_as_text() -> None:
    found = figures(taken(BACI, COUNTRIES))
    goods = {key[-1]: value for key, value in found.items() if key[:4] == WHOLE}
    assert goods == pytest.approx({"all": 296.8005, "animals": 4.8005, "chips": 112, "other": 180})
    # 9999AA is a code; the state whose two letters are NA is a state; a missing value is none.
    assert found["2021", "export", "WEST", "NORTH", "other"] == pytest.approx(0.01)
    assert found["2021", "export", "EAST", "COAST", "chips"] == pytest.approx(0.03025)
    assert found["2021", "export", "UNION", "NORTH", "all"] == pytest.approx(51)


def test_comext_adds_procedures_and_members_and_keeps_secrets_out_of_goods() -> None:
    found = figures(taken("full_202112.dat"), "customs_monthly.csv")
    goods = {key[-1]: value for key, value in found.items() if key[:4] == ("2021-12", "export", "UNION", "NORTH")}
    # 39 million euros in the TOTAL rows at 1.18; 85XXXXXX may hold chips; 72XXXXXX can only be other goods.
    assert goods == pytest.approx(
        {"all": 39 * 1.18, "animals": 0.5 * 1.18, "chips": 7 * 1.18, "machinery": 28 * 1.18, "other": 2 * 1.18}
    )
    assert found["2021-12", "export", "UNION", "COAST", "all"] == pytest.approx(0.3 * 1.18)
    assert not [key for key in found if "UNION" == key[2] == key[3]]


def test_comext_year_and_old_columns() -> None:
    imported = taken("full_202152.dat", "nc201912.dat")
    assert figures(imported)["2021", "export", "UNION", "NORTH", "all"] == pytest.approx(32000 * 1.18)
    months = figures(imported, "customs_monthly.csv")
    # Procedure 4 is over all procedures.
    assert months["2019-12", "export", "UNION", "NORTH", "animals"] == pytest.approx(0.75 * 1.12)
    assert months["2019-12", "export", "UNION", "COAST", "all"] == pytest.approx(0.2 * 1.12)


def test_order_of_files_decides_nothing() -> None:
    forth, back = taken(*ALL_FILES), taken(*reversed(ALL_FILES))
    assert forth.tables == back.tables
    assert forth.account.table() == back.account.table()
