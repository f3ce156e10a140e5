"""A user's newer months: all that is wrong is said at once, with its place, and nothing of it is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.metrics.newer_months import with_newer_months
from sim.metrics.published_months import PublishedSeries, published_series

HEADER = "period,reporter,flow,exporter,importer,value,unit\n"
BAD = {
    "2024-12,CHN,export,CHN,RUS,9999,musd": (28, "read 9,999.0 musd for 2024-12, for which calibration/figures/"),
    "2025-02,CHN,export,CHN,RUS,9000,musd": (1, "a gap: 2024-12 is the last month before 2025-02"),
    "2025-01,RUS,import,CHN,RUS,9000,musd": (9, "the office of RUS publishes nothing after 2022-01"),
    "2025-01,KAZ,export,KAZ,RUS,900,musd": (9, "no office publishes a series of reporter 'KAZ'"),
    "2025-01,TUR,export,TUR,RSU,900,musd": (24, "did you mean 'RUS'?"),
    "2030-01,TUR,export,TUR,RUS,900,musd": (1, "2030-01 is in the future of this series"),
    "2025-01,TUR,export,TUR,RUS,0,musd": (28, "expected more than 0"),
    "2025-13,TUR,export,TUR,RUS,1,musd": (1, "there is no month 2025-13"),
    "2024-01,EU27,export,EU27,RUS,3000,mio": (35, "unknown unit 'mio'"),
    "2026-01,EU27,export,EU27,KAZ,3000,meur": (35, "the rate of the euro in 2026-01 is not known"),
    "2018-12,TUR,export,TUR,RUS,500,musd": (1, "before 2019-01, the first month of the series 'tur-rus'"),
}


@pytest.fixture(scope="module")
def world() -> sim.World:
    return sim.load_world("reference")


@pytest.fixture(scope="module")
def series(world: sim.World) -> tuple[PublishedSeries, ...]:
    return published_series(world)


def test_every_fault_at_once(world: sim.World, series: tuple[PublishedSeries, ...], tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text(HEADER + "\n".join(BAD), encoding="utf-8")
    with pytest.raises(sim.FaultList) as found:
        with_newer_months(series, path, world, "2026-11")
    faults = {fault.line: fault for fault in found.value.faults}
    assert len(found.value.faults) == len(BAD) and {fault.file for fault in found.value.faults} == {str(path)}
    for line, (column, words) in enumerate(BAD.values(), start=2):
        assert words in faults[line].message and faults[line].column == column, line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no header row"),
        (HEADER, "has no months"),
        ("period,state\n", "unknown column"),
        (HEADER + "2025-01,CHN,export,CHN,RUS,9000,musd\n" * 2, "repeats line 2"),
        (HEADER + "2025-01,CHN,export,CHN,RUS,1e40,musd\n", "expected at most"),
    ],
)
def test_what_is_no_table_of_months(
    world: sim.World, series: tuple[PublishedSeries, ...], tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "new.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(sim.FaultList, match=words):
        with_newer_months(series, path, world, "2026-11")


def test_an_unknown_reporter_and_a_bad_value_of_one_line_are_told_together(
    world: sim.World, series: tuple[PublishedSeries, ...], tmp_path: Path
) -> None:
    path = tmp_path / "new.csv"
    path.write_text(HEADER + "2025-01,CHM,export,CHN,RUS,-5,mio\n2025-01,CHM,export,CHN,RUS,0,musd\n", encoding="utf-8")
    with pytest.raises(sim.FaultList) as found:
        with_newer_months(series, path, world, "2026-11")
    told = [(fault.line, fault.where) for fault in found.value.faults]
    assert told == [(2, "reporter"), (2, "value"), (2, "unit"), (3, "reporter"), (3, "value")]


@pytest.mark.parametrize(("mark", "words"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_named(
    world: sim.World, series: tuple[PublishedSeries, ...], tmp_path: Path, mark: str, words: str
) -> None:
    path = tmp_path / "new.csv"
    path.write_text(HEADER.replace(",", mark) + "2025-01,CHN,export,CHN,RUS,9000,musd\n", encoding="utf-8")
    with pytest.raises(sim.FaultList, match=f"cells are parted by {words}") as found:
        with_newer_months(series, path, world, "2026-11")
    assert len(found.value.faults) == 1


def test_good_months_are_laid_over(world: sim.World, series: tuple[PublishedSeries, ...], tmp_path: Path) -> None:
    """In any order, in euro where the rate is known, with a month that is there already and rounded."""
    path = tmp_path / "new.csv"
    rows = ["2025-02,CHN,export,CHN,RUS,9100,musd", "2025-01,CHN,export,CHN,RUS,9000,musd",
            "2024-12,CHN,export,CHN,RUS,11301,musd", "2024-01,EU27,export,EU27,RUS,2500,meur"]  # fmt: skip
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    made = {one.name: one.musd for one in with_newer_months(series, path, world, "2026-11")}
    assert made["chn-rus"]["2024-12":].to_dict() == {"2024-12": 11300.0, "2025-01": 9000.0, "2025-02": 9100.0}
    assert 2600.0 < made["eu-rus"]["2024-01"] < 2800.0
    assert made["tur-rus"].equals(next(one.musd for one in series if one.name == "tur-rus"))


def test_a_series_is_published_with_its_lag(series: tuple[PublishedSeries, ...]) -> None:
    one = next(one for one in series if one.name == "eu-rus")
    assert one.known("2023-06").index[-1] == "2023-04" and one.known(None).index[-1] == "2023-12"


def test_a_world_without_series_says_so() -> None:
    with pytest.raises(sim.SimError, match="has a monthly series"):
        published_series(sim.load_world("classroom"))
