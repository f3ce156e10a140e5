"""Every row that is read has one fate, and the account says which and why."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from customs_paths import ALL_FILES, DATA, MAPPING, comtrade, figures, taken
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.common.errors import FaultList
from sim.world.customs_data import Imported, import_files
from sim.world.customs_data.hs_codes import read_goods
from sim.world.customs_data.hs_levels import settle
from sim.world.customs_data.import_report import FATES


def lines(imported: Imported) -> dict[tuple[str, str, str], tuple[int, float]]:
    """(file, what, reason) -> rows and musd."""
    rows = csv.DictReader(io.StringIO(imported.account.table()))
    return {(row["file"], row["what"], row["reason"]): (int(row["rows"]), float(row["value_musd"])) for row in rows}


def test_every_row_has_one_fate() -> None:
    account = taken(*ALL_FILES).account
    for name in ALL_FILES:
        assert account.rows(name, "read") == sum(account.rows(name, fate) for fate in FATES) > 0, name


@pytest.mark.parametrize(
    ("what", "reason", "rows", "musd"),
    [
        ("dropped", "trade within a union of the mapping", 1, 999),
        ("dropped", "trade of a state with itself", 1, 11),
        ("dropped", "partner is no state of the mapping", 1, 77),
        ("dropped", "classified by S4, not by the Harmonised System", 1, 8),
        ("dropped", "single mode of transport, without a row over all", 1, 7),
        ("dropped", "all partners of a union's member: trade within the union is in it", 1, 2000),
        ("double counting avoided", "single mode of transport, in the row over all of them", 2, 400),
        ("double counting avoided", "single second partner, in the row over all of them", 2, 90),
        ("double counting avoided", "a heading whose lines are there as well", 3, 425),
        ("double counting avoided", "re-imports, in the imports already", 1, 1),
        ("double counting avoided", "row repeats another one", 1, 1000),
        ("shifted", "what a heading has beyond its lines, given to the heading's good", 1, 180),
        ("dropped code", "partner 490", 1, 77),
    ],
)
def test_comtrade_account(what: str, reason: str, rows: int, musd: float) -> None:
    assert lines(taken("comtrade_annual.csv"))["comtrade_annual.csv", what, reason] == (rows, musd)


def test_a_heading_that_cannot_be_told_apart_is_left_out() -> None:
    imported = taken("comtrade_annual.csv")
    found = figures(imported)
    # Germany has 85 and nobody of its office names 8542: neither good is known for the union.
    assert ("2021", "export", "UNION", "NORTH", "electrical") not in found
    assert ("2021", "export", "UNION", "NORTH", "chips") not in found
    assert found["2021", "export", "UNION", "NORTH", "machinery"] == 240
    assert "no figure of 'electrical': the rows do not suffice" in imported.account.text()


@pytest.mark.parametrize("flow", ["RM", "FM", "DX", "MIP", "XIP", "MOP", "XOP", "MIF", "XIF"])
def test_flows_within_exports_and_imports_are_not_added(tmp_path: Path, flow: str) -> None:
    imported = import_files([comtrade(tmp_path / "a.csv", [{}, {"flowCode": flow, "primaryValue": "400000"}])], MAPPING)
    assert list(figures(imported).values()) == [1]
    assert imported.account.rows("a.csv", "double counting avoided") == 1


def test_without_a_total_all_goods_are_not_guessed(tmp_path: Path) -> None:
    path = comtrade(tmp_path / "a.csv", [{"cmdCode": "84"}, {"cmdCode": "01"}])
    assert set(figures(import_files([path], MAPPING))) == {
        ("2021", "export", "EAST", "NORTH", good) for good in ("animals", "machinery")
    }
    told = tmp_path / "mapping.yaml"
    told.write_text(MAPPING.read_text(encoding="utf-8") + "totals: summed\n", encoding="utf-8")
    assert figures(import_files([path], told))["2021", "export", "EAST", "NORTH", "all"] == 2


def test_one_source_is_preferred_and_the_other_named() -> None:
    names = ("comtrade_annual.csv", "BACI_HS17_Y2021_V202301.csv")
    both = taken(*names)
    assert figures(both)["2021", "export", "EAST", "NORTH", "all"] == 1000
    # What only one of them has comes from that one, and a table never holds one figure twice.
    assert figures(both)["2021", "export", "UNION", "NORTH", "chips"] == 12
    keys = [line.split(",")[:7] for line in both.tables["customs_annual.csv"].splitlines()]
    assert len(keys) == len({tuple(key) for key in keys})
    assert lines(both)["CEPII BACI", "set aside", "figures that UN Comtrade has as well and is preferred for"][0] == 7


def test_preference_is_the_users(tmp_path: Path) -> None:
    told = tmp_path / "mapping.yaml"
    told.write_text(MAPPING.read_text(encoding="utf-8") + "prefer: [baci]\n", encoding="utf-8")
    both = taken("comtrade_annual.csv", "BACI_HS17_Y2021_V202301.csv", mapping=told)
    assert figures(both)["2021", "export", "EAST", "NORTH", "all"] == pytest.approx(296.8005)


def test_a_code_that_no_row_names_is_said_with_the_nearest(tmp_path: Path) -> None:
    told = tmp_path / "mapping.yaml"
    text = MAPPING.read_text(encoding="utf-8").replace("[842]", "[840]").replace('"8542"', '"8549"')
    told.write_text(text, encoding="utf-8")
    said = taken("comtrade_annual.csv", mapping=told).account.text()
    assert "no row names of WEST (un): 840; did you mean '842'?" in said
    assert "no row names 1 of 1 codes of 'chips' (8549): not asked for, or of another revision" in said


def test_a_union_without_a_member_says_so(tmp_path: Path) -> None:
    path = comtrade(tmp_path / "a.csv", [{"reporterCode": "276"}])
    with pytest.raises(FaultList, match="set aside: export of UNION in 2021 without its members 251"):
        import_files([path], MAPPING)
    told = tmp_path / "mapping.yaml"
    told.write_text(MAPPING.read_text(encoding="utf-8") + "unions: partial\n", encoding="utf-8")
    partial = import_files([path], told)
    assert "incomplete: export of UNION in 2021 without its members 251" in partial.account.text()
    assert "sum of 1 of 2 members" in partial.tables["customs_annual.csv"]


def test_a_member_that_trades_with_others_only_is_not_lacking(tmp_path: Path) -> None:
    rows = [{"reporterCode": "276"}, {"reporterCode": "251", "partnerCode": "36"}]
    imported = import_files([comtrade(tmp_path / "a.csv", rows)], MAPPING)
    assert "sum of 2 of 2 members" in imported.tables["customs_annual.csv"]


def test_held_out_months_are_marked(tmp_path: Path) -> None:
    rows = [{"freqCode": "M", "period": period} for period in ("201812", "202312", "202401")]
    table = import_files([comtrade(tmp_path / "a.csv", rows)], MAPPING).tables["customs_monthly.csv"]
    assert [line.rsplit(",", 1)[1] for line in table.splitlines()[1:]] == ["context", "fit", "judge"]


def test_names_of_files_in_two_folders_are_kept_apart(tmp_path: Path) -> None:
    for folder, partner in (("a", "643"), ("b", "842")):
        (tmp_path / folder).mkdir()
        comtrade(tmp_path / folder / "x.csv", [{"partnerCode": partner}])
    account = import_files([tmp_path / "a" / "x.csv", tmp_path / "b" / "x.csv"], MAPPING).account
    assert account.rows(str(tmp_path / "a" / "x.csv"), "read") == 1


GOODS, _ = read_goods({"chips": "8542", "machinery": "84;-8407", "electrical": "85", "cars": "87;8407", "other": "*"})
LEAVES = ("840710", "842710", "847130", "850110", "854231", "854232", "870323", "010121", "720839")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(LEAVES), st.integers(1, 10**6), min_size=1), st.sets(st.integers(0, 2)))
def test_headings_beside_their_lines_change_nothing(values: dict[str, int], levels: set[int]) -> None:
    """A file at any set of levels that holds the lines gives what the lines alone give."""
    alone = settle({code: float(value) for code, value in values.items()}, set(), GOODS)
    nested: dict[str, float] = {code: float(value) for code, value in values.items()}
    for level in levels - {0}:
        for code, value in values.items():
            nested[code[: 2 * level]] = nested.get(code[: 2 * level], 0.0) + value
    seen = {code[:length] for code in nested for length in (2, 4, 6)}
    together = settle(nested, seen, GOODS)
    assert together.goods == pytest.approx(alone.goods)
    assert together.summed == pytest.approx(alone.summed)
    assert not together.vague
    assert set(together.fates) == set(nested)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=6))
def test_values_go_round_without_loss(tmp_path_factory: pytest.TempPathFactory, values: list[int]) -> None:
    """What is written in the format comes back to the ten digits that a table carries."""
    rows = [
        {"period": str(2000 + year), "primaryValue": str(value)} for year, value in enumerate(values)
    ]  # fmt: skip
    path = comtrade(tmp_path_factory.mktemp("round") / "a.csv", rows)
    found = figures(import_files([path], MAPPING))
    assert [found[str(2000 + year), "export", "EAST", "NORTH", "all"] for year in range(len(values))] == pytest.approx(
        [value / 1e6 for value in values], rel=1e-9
    )


def test_data_folder_is_wholly_used() -> None:
    assert {path.name for path in DATA.iterdir()} == {*ALL_FILES, MAPPING.name}
