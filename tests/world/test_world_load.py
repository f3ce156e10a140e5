"""The loader names every fault with its file, line and column."""

import csv
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.common.csv_tables import read_table, split_line
from sim.common.errors import Fault, FaultList
from sim.common.renamed import OldName
from sim.world import find_world, load_world
from sim.world.distance import great_circle_km
from sim.world.schema import season_columns


def edit(path: Path, change: Callable[[list[str]], None]) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    change(lines)
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")


def set_cell(path: Path, line: int, column: int, text: str) -> None:
    """Replace the plain cell at 1-based line and 0-based column."""

    def change(lines: list[str]) -> None:
        cells = lines[line - 1].split(",")
        cells[column] = text
        lines[line - 1] = ",".join(cells)

    edit(path, change)


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(FaultList) as caught:
        load_world(folder)
    return [f"{Path(f.file).name}:{f.line}:{f.column}: {f.where}: {f.message}" for f in caught.value.faults]


@pytest.mark.parametrize("year", ["٢٠٢١", "３０２１", "3202", "21", "2_021"])
def test_the_base_year_is_a_year(copy: Path, year: str) -> None:
    path = copy / "world.yaml"
    text = path.read_text(encoding="utf-8")
    line = next(number for number, one in enumerate(text.splitlines(), start=1) if one.startswith("base_year:"))
    path.write_text(re.sub("(?m)^base_year: .*$", f"base_year: {year}", text), encoding="utf-8")
    assert f"world.yaml:{line}:12: base_year: '{year}' is no year; expected 1900 to 2099, such as 2021" in faults_of(
        copy
    )


@pytest.mark.parametrize(
    ("file", "line", "column", "cell", "expected"),
    [
        ("baseline.csv", 2, 3, "-1", "baseline.csv:2:24: value_musd_per_year: read -1, expected 0 or more"),
        (
            "baseline.csv",
            2,
            3,
            "nan",
            "baseline.csv:2:24: value_musd_per_year: read 'nan', expected a plain finite number",
        ),
        (
            "baseline.csv",
            2,
            3,
            "1e999",
            "baseline.csv:2:24: value_musd_per_year: read '1e999', expected a plain finite",
        ),
        (
            "baseline.csv",
            2,
            3,
            "1e308",
            "baseline.csv:2:24: value_musd_per_year: read 1e308, expected at most 1e+09: ten",
        ),
        ("baseline.csv", 2, 3, "١", "baseline.csv:2:24: value_musd_per_year: read '١', expected a plain finite number"),
        ("goods.csv", 11, 7, "1e9", "price_elasticity: read 1e9, expected 0 to 500"),
        ("goods.csv", 11, 9, "-1", "home_output_musd_per_year: read -1, expected 0 or more"),
        ("goods.csv", 11, 9, "many", "home_output_musd_per_year: read 'many', expected a plain finite number"),
        ("season.csv", 2, 2, "1e308", "season.csv:2:7: factor: read 1e308, expected 0 to 12"),
        ("baseline.csv", 2, 3, "", "baseline.csv:2:24: value_musd_per_year: read '', expected a plain finite number"),
        ("baseline.csv", 2, 0, "EU72", "baseline.csv:2:1: origin: unknown state 'EU72'; did you mean 'EU27'?"),
        (
            "baseline.csv",
            2,
            2,
            "machines",
            "baseline.csv:2:10: good: unknown good 'machines'; did you mean 'machinery_",
        ),
        ("baseline.csv", 2, 4, "seen", "unknown status 'seen'; expected one of: derived, imputed, observed"),
        ("baseline.csv", 2, 1, "EU27", "is the origin itself"),
        ("states.csv", 3, 2, "ally", "states.csv:3:19: role: unknown role 'ally'"),
        ("states.csv", 3, 4, "91", "latitude: read 91, expected -90 to 90"),
        ("states.csv", 3, 3, "yes", "is_hub: unknown flag 'yes'"),
        ("goods.csv", 1, 0, "kode", "goods.csv:1:1: kode: unknown column 'kode'; did you mean 'code'?"),
        ("season.csv", 2, 2, "3", "season.csv:0:0: factor: 'RUS' has 12 months of mean"),
        ("season.csv", 2, 1, "13", "unknown calendar month '13'"),
        ("reexports.csv", 2, 0, "RUS", "reexports.csv:2:1: hub: unknown hub 'RUS'"),
        ("reexports.csv", 2, 2, "1e9", "exceed the hub's record"),
    ],
)
def test_a_spoilt_cell_is_named(copy: Path, file: str, line: int, column: int, cell: str, expected: str) -> None:
    set_cell(copy / file, line, column, cell)
    assert any(expected in fault for fault in faults_of(copy)), faults_of(copy)


def test_a_column_is_read_under_its_old_name(copy: Path) -> None:
    now = load_world(copy).enforcement_effort
    edit(copy / "states.csv", lambda lines: lines.__setitem__(0, lines[0].replace("enforcement_effort", "effort_2021")))
    with pytest.warns(OldName, match="'enforcement_effort'"):
        then = load_world(copy).enforcement_effort
    assert np.array_equal(now, then)


def test_all_faults_of_all_files_are_reported_together(copy: Path) -> None:
    set_cell(copy / "baseline.csv", 2, 3, "-1")
    set_cell(copy / "baseline.csv", 9, 3, "x")
    set_cell(copy / "season.csv", 4, 1, "0")
    found = faults_of(copy)
    assert [fault.split(":")[0:2] for fault in found[:2]] == [["baseline.csv", "2"], ["baseline.csv", "9"]]
    assert any(fault.startswith("season.csv:4") for fault in found)


def test_a_repeated_row_is_named_with_its_first(copy: Path) -> None:
    edit(copy / "baseline.csv", lambda lines: lines.insert(2, lines[1]))
    assert any("baseline.csv:3:1: origin: repeats line 2" in fault for fault in faults_of(copy))


def test_missing_rows_are_counted(copy: Path) -> None:
    edit(copy / "baseline.csv", lambda lines: lines.pop(1))
    assert any("1 rows are missing (write 0 for no trade): EU27, USA, high_priority" in f for f in faults_of(copy))


@pytest.mark.parametrize(
    "file", ["states.csv", "goods.csv", "baseline.csv", "reexports.csv", "season.csv", "world.yaml"]
)
def test_a_missing_file_is_named(copy: Path, file: str) -> None:
    (copy / file).unlink()
    assert any(fault.startswith(f"{file}:0:0") and "cannot be read" in fault for fault in faults_of(copy))


def test_an_unknown_or_missing_column_stops_that_table(copy: Path) -> None:
    edit(copy / "states.csv", lambda lines: lines.__setitem__(0, lines[0].replace("alignment", "alinement")))
    found = faults_of(copy)
    assert any("unknown column 'alinement'; did you mean 'alignment'?" in fault for fault in found)
    assert any("column 'alignment' is missing" in fault for fault in found)


def test_a_short_row_and_an_open_quote_are_named(copy: Path) -> None:
    edit(copy / "season.csv", lambda lines: lines.__setitem__(1, "RUS,1"))
    edit(copy / "season.csv", lambda lines: lines.__setitem__(2, 'RUS,2,1,"open'))
    found = faults_of(copy)
    assert any("season.csv:2:0: has 2 cells, expected 4" in fault.replace(": : ", ": ") for fault in found)
    assert any("double quote at column 9 is not closed" in fault for fault in found)


def test_text_that_is_not_utf8_is_refused(copy: Path) -> None:
    (copy / "season.csv").write_bytes(b"destination,calendar_month,factor,source\nRUS,1,1,\xff\n")
    assert any("is not UTF-8" in fault for fault in faults_of(copy))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("title:", "titel:", "key 'titel' is unknown; did you mean 'title'?"),
        ('target: "RUS"', 'target: "UKR"', "names 'UKR'"),
        ('base_year: "2021"', "base_year: last", "is no year"),
        ('["UKR"]', '["UKX"]', "other_buyers names 'UKX'; did you mean 'UKR'?"),
        ("currency:", "currency: {a: b}\nx:", "read a mapping of keys, expected a text"),
        ("notes:", "notes: [", "not valid YAML"),
        ('["UKR"]', "[[UKR]]", "read a list, expected a text or a list of texts"),
    ],
)
def test_settings_are_checked(copy: Path, old: str, new: str, expected: str) -> None:
    path = copy / "world.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert any(expected in fault for fault in faults_of(copy)), faults_of(copy)


def test_two_targets_or_a_hub_that_is_the_target_are_refused(copy: Path) -> None:
    def change(lines: list[str]) -> None:
        for index, line in enumerate(lines):
            if line.startswith("RUS,"):
                lines[index] = line.replace("target,0", "target,1")
            if line.startswith("UKR,"):
                lines[index] = line.replace("buyer", "target")

    edit(copy / "states.csv", change)
    found = faults_of(copy)
    assert any("cannot be a hub" in fault for fault in found)
    assert any("has 2 targets, expected exactly one" in fault for fault in found)


def test_an_unknown_world_suggests_a_known_one() -> None:
    with pytest.raises(FaultList, match="did you mean 'reference'"):
        load_world("referense")
    with pytest.raises(FaultList, match="no such folder"):
        load_world("nowhere/at/all")


def test_blank_lines_and_windows_line_ends_read_alike(copy: Path) -> None:
    before = load_world(copy)
    path = copy / "season.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")
    after = load_world(copy)
    np.testing.assert_array_equal(before.season, after.season)
    assert before.digest != after.digest


@given(st.text(alphabet="AB,\"'1.x\t\r é\ufeff", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_rows_or_faults(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "season.csv"
    path.write_text("destination,calendar_month,factor,source\n" + text, encoding="utf-8", newline="")
    faults: list[Fault] = []
    table = read_table(path, season_columns(["A", "B"]), ("destination", "calendar_month"), faults)
    assert all(fault.line > 1 for fault in faults)
    assert bool(table.rows or faults) == bool(text.strip())


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("a,b", [("a", 1), ("b", 3)]),
        ('"a,b",c', [("a,b", 2), ("c", 7)]),
        ('x,"say ""no""",', [("x", 1), ('say "no"', 4), ("", 16)]),
        ("", [("", 1)]),
    ],
)
def test_lines_split_with_their_columns(line: str, cells: list[tuple[str, int]]) -> None:
    assert split_line(line) == (cells, "")


@pytest.mark.parametrize(
    ("addition", "expected"),
    [
        ("a: &a [x,x]\nb: [*a,*a]\n", "world.yaml:{1}:5: '*a' repeats a value by alias"),
        ("a: " + "[" * 100_000, "world.yaml:{0}:15: nested more than 12 deep"),
        ("a: !!python/name:os.system\n", "world.yaml:{0}:4: the tag '!!python/name:os.system' is not used here"),
        ('title: "again"\n', "world.yaml:{0}:1: duplicate key 'title'"),
        ('a: "\\ud800"\n', "world.yaml:{0}:7: this escape has no meaning"),
        ("a: " + "x" * 1_000_000, "world.yaml:0:0: is larger than 1 MB"),
    ],
    ids=lambda text: text[:12],
)
def test_the_settings_go_through_the_strict_reader(copy: Path, addition: str, expected: str) -> None:
    """A few hundred bytes of aliases once took five gigabytes; deep nesting and odd escapes ended in tracebacks."""
    path = copy / "world.yaml"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    path.write_text("\n".join(kept) + "\n" + addition, encoding="utf-8")
    started = time.process_time()
    found = [fault.replace(": : ", ": ") for fault in faults_of(copy)]
    assert any(fault.startswith(expected.format(len(kept) + 1, len(kept) + 2)) for fault in found), found
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("baseline.csv", lambda lines: [lines[0], *["x"] * 300_000], "1,000 faults or more"),
        ("baseline.csv", lambda lines: [lines[0], *(f"X{at},YY,zz,1,observed,s" for at in range(30_000))], "or more"),
        ("baseline.csv", lambda _: ["x," * 400_000], "has 400,001 columns, expected 7"),
        (
            "states.csv",
            lambda lines: [lines[0], *(lines[1].replace("ALPHA", f"S{at}") for at in range(2_000))],
            "faults",
        ),
        ("season.csv", lambda lines: [lines[0], '"a""' * 200_000], "double quote"),
    ],
)
def test_a_nasty_table_is_told_in_two_seconds(
    tmp_path: Path, file: str, change: Callable[[list[str]], list[str]], said: str
) -> None:
    folder = Path(shutil.copytree(find_world("classroom"), tmp_path / "world"))
    path = folder / file
    path.write_text("\n".join(change(path.read_text(encoding="utf-8").splitlines())), encoding="utf-8")
    started = time.process_time()
    with pytest.raises(FaultList) as caught:
        load_world(folder)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 50_000
    assert time.process_time() - started < 2.0


def test_rows_that_are_missing_are_counted_and_not_listed(tmp_path: Path) -> None:
    """A thousand states once made a list of nine million rows."""
    folder = Path(shutil.copytree(find_world("classroom"), tmp_path / "world"))
    path = folder / "states.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join([*lines, *(lines[1].replace("ALPHA", f"S{at}") for at in range(1_000))]), encoding="utf-8"
    )
    started = time.process_time()
    with pytest.raises(FaultList) as caught:
        load_world(folder)
    assert "1005000 rows are missing (write 0 for no trade): ALPHA, S0, wares; " in str(caught.value)
    assert time.process_time() - started < 4.0


TRAITS = ("rule_of_law", "startup_days", "target_distance_km", "common_language", "basket_overlap")


def test_traits_that_a_world_does_not_have_read_neutral(copy: Path) -> None:
    path = copy / "states.csv"
    assert all(np.all(np.isfinite(getattr(load_world(copy), trait))) for trait in TRAITS)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [{name: cell for name, cell in row.items() if name not in TRAITS} for row in csv.DictReader(stream)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    old = load_world(copy)
    assert set(old.rule_of_law) == {0.0}
    assert set(old.startup_days) == {10.0}
    assert set(old.common_language) == {0.0}
    assert set(old.basket_overlap) == {1.0}
    places = great_circle_km(old.latitude, old.longitude)[old.target]
    np.testing.assert_allclose(old.target_distance_km, places)


def test_plants_need_parts_that_the_target_buys(copy: Path) -> None:
    set_cell(copy / "goods.csv", 11, 6, "0")  # no coalition brand makes drones
    set_cell(copy / "goods.csv", 11, 9, "5")
    (fault,) = faults_of(copy)
    assert (
        fault.startswith("goods.csv:11:")
        and "home_output_musd_per_year: plants with an output of 5 have no parts" in fault
    )
    assert "'RUS' imports no 'drones' of coalition brands in baseline.csv" in fault


@pytest.mark.parametrize("cell", ["0", ""])
def test_no_output_of_plants_is_that_of_a_world_without_the_column(tmp_path: Path, cell: str) -> None:
    shutil.copytree(find_world("classroom"), tmp_path / "own")
    edit(
        tmp_path / "own" / "goods.csv",
        lambda lines: lines.__setitem__(
            slice(0, 2),
            [
                lines[0].replace(",source", ",home_output_musd_per_year,source"),
                lines[1].replace(",stylised", f",{cell},stylised"),
            ],
        ),
    )
    assert (
        load_world(tmp_path / "own").home_output_musd.tolist()
        == load_world("classroom").home_output_musd.tolist()
        == [0.0]
    )


def group_column(folder: Path, cells: dict[str, str]) -> None:
    """Give the goods of a copy a column of groups."""
    table = pd.read_csv(folder / "goods.csv", dtype=str, keep_default_na=False)
    table["groups"] = [cells.get(code, "") for code in table["code"]]
    table.to_csv(folder / "goods.csv", index=False, lineterminator="\n")


def test_a_group_stands_for_its_goods(copy: Path) -> None:
    group_column(copy, {"drones": "arms;flying", "body_armour": "arms"})
    world = load_world(copy)
    named = {name: [world.goods[place] for place in places] for name, places in world.good_groups.items()}
    assert named["arms"] == ["body_armour", "drones"]
    assert named["flying"] == ["drones"]
    assert world.good_positions(["arms", "drones"]) == sorted(world.good_groups["arms"])
    assert world.good_positions(["all"]) == list(range(len(world.goods)))


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("drones", "'drones' is the code of a good; give the group another name"),
        ("arms;1", "'1' is the control tier; give the group another name"),
        ("RUS", "'RUS' is the code of a state; give the group another name"),
        ("all", "'all' is the word for all goods; give the group another name"),
        ("arms;;x", "read 'arms;;x', expected names between semicolons"),
        ("arms;arms", "names 'arms' twice"),
    ],
)
def test_a_group_needs_a_name_of_its_own(copy: Path, cell: str, said: str) -> None:
    group_column(copy, {"drones": cell})
    found = [fault for fault in faults_of(copy) if ": groups: " in fault]
    assert len(found) == 1
    assert found[0].startswith("goods.csv:")
    assert said in found[0]
