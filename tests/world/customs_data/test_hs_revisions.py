"""One trade that stands by several revisions of the Harmonised System counts once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from customs_paths import MAPPING, comtrade, figures
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.common.errors import FaultList
from sim.world.customs_data import Imported, import_files

CHIPS = ("2021", "export", "EAST", "NORTH", "chips")
ALL = (*CHIPS[:4], "all")
# The same trade in chips, by a code that each revision has and the others lack.
LINE = {"H0": "854211", "H5": "854231", "H6": "854239"}


def both(code: str, **more: str) -> list[dict[str, str]]:
    """A row over all goods and one line of chips."""
    return [
        {"classificationCode": code, "primaryValue": "5000000", **more},
        {"classificationCode": code, "cmdCode": LINE[code], **more},
    ]


def chosen(tmp_path: Path, text: str) -> Path:
    """The mapping with a line more."""
    path = tmp_path / "mapping.yaml"
    path.write_text(MAPPING.read_text(encoding="utf-8") + f"{text}\n", encoding="utf-8")
    return path


def baci(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("\n".join(["t,i,j,k,v,q", *rows]) + "\n", encoding="utf-8")
    return path


def of_two(tmp_path: Path, rows: Sequence[dict[str, str]], mapping: Path = MAPPING) -> Imported:
    return import_files([comtrade(tmp_path / "a.csv", rows)], mapping)


def test_the_newest_of_two_counts_and_the_other_is_told(tmp_path: Path) -> None:
    imported = of_two(tmp_path, [*both("H0"), *both("H5")])
    assert figures(imported)[CHIPS] == 1
    assert figures(imported)[ALL] == 5
    told = 'double counting avoided,"by HS92, and HS17 has the same trade (`revision` chooses)",2,6'
    assert f"a.csv,{told}" in imported.account.table()


def test_the_offices_own_revision_comes_before_the_newest(tmp_path: Path) -> None:
    rows = [*both("H5", isOriginalClassification="True"), *both("H6", isOriginalClassification="False")]
    assert "by HS22, and HS17 has the same trade" in of_two(tmp_path, rows).account.text()


def test_the_revision_of_all_years_comes_before_that_of_one(tmp_path: Path) -> None:
    rows = [*both("H5", isOriginalClassification="True"), *both("H0"), *both("H0", period="2022")]
    imported = of_two(tmp_path, rows)
    assert "by HS17, and HS92 has the same trade" in imported.account.text()
    assert figures(imported)[CHIPS] == figures(imported)[("2022", *CHIPS[1:])] == 1


@pytest.mark.parametrize("text", ["revision: HS92", "revision: H0", "revision: [HS12, HS92]"])
def test_the_mapping_chooses(tmp_path: Path, text: str) -> None:
    rows = [*both("H5", isOriginalClassification="true"), *both("H0")]
    imported = of_two(tmp_path, rows, chosen(tmp_path, text))
    assert "by HS17, and HS92 has the same trade" in imported.account.text()
    assert figures(imported)[CHIPS] == 1


def test_unknown_revision_of_the_mapping(tmp_path: Path) -> None:
    mapping = chosen(tmp_path, "revision: HS71")
    with pytest.raises(FaultList, match=rf"{mapping}:\d+:11: revision: unknown revision 'HS71'; did you mean 'HS17'"):
        of_two(tmp_path, both("H5"), mapping)


def test_a_row_over_all_goods_by_one_revision_serves_the_codes_of_another(tmp_path: Path) -> None:
    imported = of_two(tmp_path, [both("H5")[0], both("H0")[1]])
    assert figures(imported) == {ALL: 5, CHIPS: 1}
    assert "has the same trade" not in imported.account.text()


def test_totals_that_differ_between_revisions_are_no_contradiction(tmp_path: Path) -> None:
    rows = [*both("H5"), {**both("H0")[0], "primaryValue": "5000001"}]
    assert figures(of_two(tmp_path, rows))[ALL] == 5


def test_parts_without_a_whole_by_two_revisions(tmp_path: Path) -> None:
    rows = [{**row, "motCode": "2100"} for code in ("H5", "H0") for row in both(code)]
    with pytest.raises(FaultList, match="4 rows, 12 million USD, dropped: single mode of transport, without a row"):
        of_two(tmp_path, rows)


def test_offices_and_years_each_have_their_own_revision(tmp_path: Path) -> None:
    imported = of_two(tmp_path, [*both("H5"), *both("H6", period="2022"), *both("H0", reporterCode="842")])
    assert sorted(figures(imported).values()) == [1, 1, 1, 5, 5, 5]


def test_two_releases_of_baci(tmp_path: Path) -> None:
    old = baci(tmp_path, "BACI_HS92_Y2021_V202301.csv", "2021,156,643,854211,100,1", "2021,156,643,870323,50,9")
    new = baci(tmp_path, "BACI_HS17_Y2021_V202301.csv", "2021,156,643,854231,100,1", "2021,156,643,870323,50,9")
    imported = import_files([old, new], MAPPING)
    assert figures(imported)[CHIPS] == 0.1
    assert figures(imported)[ALL] == 0.15
    assert imported.account.rows(old.name, "double counting avoided") == 2
    assert imported.account.rows(new.name, "kept") == 2


def test_a_release_of_baci_without_its_name(tmp_path: Path) -> None:
    renamed = baci(tmp_path, "baci.csv", "2021,156,643,854211,100,1")
    new = baci(tmp_path, "BACI_HS17_Y2021_V202301.csv", "2021,156,643,854231,100,1")
    assert figures(import_files([renamed], MAPPING))[CHIPS] == 0.1
    with pytest.raises(FaultList, match=rf"baci.csv: the file's name does not say the revision .*{new} has 2021"):
        import_files([renamed, new], MAPPING)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(["H0", "H5", "H6"]), unique=True, min_size=1), st.booleans())
def test_the_same_trade_by_any_number_of_revisions_is_one_trade(
    tmp_path_factory: pytest.TempPathFactory, codes: list[str], own: bool
) -> None:
    rows = [row for code in codes for row in both(code, isOriginalClassification=str(own and code == codes[0]))]
    found = figures(of_two(tmp_path_factory.mktemp("revisions"), rows))
    assert found == {ALL: 5, CHIPS: 1}
