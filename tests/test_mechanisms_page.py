"""docs/mechanisms.md tells of every shipped scenario and of every mechanism of the source documents."""

from __future__ import annotations

import pytest

import sim
from calibration.reporting.mechanism_page import PAGE, facts, names, page, rows_of, section

TEXT = PAGE.read_text(encoding="utf-8")


def test_every_mechanism_of_the_documents_is_shown_by_a_scenario():
    shown = {row for name in names() for row in rows_of(name)}
    rows = set(facts()["id"])
    assert rows == {f"M{number}" for number in range(1, 26)}
    assert rows <= shown
    assert all(row in rows for row in shown)


@pytest.mark.parametrize("name", names())
def test_the_page_has_the_outcomes_of_the_file(name):
    scenario = sim.load_scenario(name)
    assert f"[{name}](../scenarios/{name}.yaml)" in TEXT
    for one in scenario.expected_outcomes:
        assert f"| {one.what} | {one.metric} |" in TEXT, "run make library"
    assert "**no**" not in TEXT


def test_a_page_is_made_of_what_was_run():
    case = sim.load("red-line", posterior="none").with_changes(
        months={"last": "2023-06"}, agents={"exporters": 300, "intermediaries": 40}
    )
    made = page({"red-line": section("red-line", sim.show_mechanism(case))})
    assert made.count("[red-line](") == len(rows_of("red-line"))
    assert "| what is expected |" in made
