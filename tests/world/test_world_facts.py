"""The tables of facts: tidy, sourced, and with the held-out period kept apart."""

import csv

import pytest
from world_paths import FIGURES

from sim.world import World
from sim.world.build.facts import Facts

TABLES = sorted(path.name for path in FIGURES.glob("*.csv"))
# They choose rows of other tables, where the sources stand, and hold no figure of their own.
CHOICES = ("target_series.csv", "published_designs.csv")
CUSTOMS = ("customs_annual", "customs_monthly", "customs_by_chapter", "customs_sanctioned_lines")


def rows(name: str) -> list[dict[str, str]]:
    with (FIGURES / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("name", TABLES)
def test_every_row_names_its_source(name: str) -> None:
    found = rows(name)
    assert found
    assert name in CHOICES or all(row["source"].strip() for row in found)
    assert all(None not in row.values() and None not in row for row in found)


@pytest.mark.parametrize("name", TABLES)
def test_the_readme_describes_every_table(name: str) -> None:
    assert f"`{name}`" in (FIGURES / "README.md").read_text(encoding="utf-8")


def test_figures_from_2024_are_never_fitted(facts: Facts) -> None:
    for name in CUSTOMS:
        for row in facts.tables[name]:
            assert (row.text("role") == "judge") == (row.text("period") >= "2024"), (name, row.line)


def test_customs_figures_are_not_negative(facts: Facts) -> None:
    for name in CUSTOMS:
        assert all(row.number("value") >= 0 for row in facts.tables[name])
        assert not any("UNUSABLE" in row.source_line for row in facts.tables[name])


def test_the_listed_good_is_the_high_priority_list(world: World) -> None:
    codes = [row["hs6_code"] for row in rows("high_priority_list.csv")]
    assert len(codes) == len(set(codes)) == 50
    assert {row["tier"] for row in rows("high_priority_list.csv")} == {"1", "2", "3A", "3B", "4A", "4B"}
    listed = [index for index, tier in enumerate(world.control_tier) if tier]
    assert world.hs_codes[listed[0]].split(";") == codes


def test_stated_intervals_name_their_conflicts() -> None:
    by_id = {row["id"]: row for row in rows("stated_intervals.csv")}
    ceramics = by_id["said-ceramics-rus-a"]
    assert (ceramics["low"], ceramics["high"]) == ("60", "69")
    assert ceramics["conflict_with"] == "said-ceramics-rus-b"
    assert all(float(row["low"]) <= float(row["high"]) for row in by_id.values() if row["low"] and row["high"])


def test_chapters_are_not_split_beyond_one(facts: Facts) -> None:
    totals: dict[str, float] = {}
    for row in facts.tables["chapter_split"]:
        key = row.text("origin") + row.text("chapter")
        totals[key] = totals.get(key, 0.0) + row.number("share")
    assert all(total <= 1 + 1e-6 for total in totals.values())
    assert totals["CHN84"] == pytest.approx(1.0)
    assert totals["84"] == pytest.approx(1.0)
    assert totals["85"] == pytest.approx(1.0)
