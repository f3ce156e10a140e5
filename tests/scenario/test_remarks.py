"""A scenario that runs months of which its world and its drivers know nothing is told so, and runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.report.notebook import page_of
from sim.scenario.remarks import remarks
from sim.simulation.simulation import Case

HEAD = "title: t\nquestion: q\nsources: [thought experiment]\nepisode: none\nagents: {exporters: 600, mode: expected}\n"
BAN = (
    "policies:\n  - {id: ban, kind: export_ban, by: [coalition], towards: [target], goods: [machinery],\n"
    "     effective: 2019-03-01, strength: 0.8, source: thought experiment}\n"
)


def case(months: str, rest: str = "") -> Case:
    return Case(scenario := sim.parse_scenario(f"{HEAD}months: {months}\n{rest}"), sim.load_world(scenario.world))


@pytest.mark.parametrize("name", sim.shipped_scenarios())
def test_no_shipped_scenario_is_odd(name: str) -> None:
    assert sim.load(name, posterior="none").remarks == ()


@pytest.mark.parametrize(("first", "odd"), [("2019-01", True), ("2020-12", True), ("2021-01", False)])
def test_a_run_before_its_world_is_told(first: str, odd: bool) -> None:
    found = case(f"{{first: {first}, last: 2021-06}}")
    assert bool(found.remarks) == odd
    if odd:
        assert found.remarks[0].startswith(f"the run begins in {first}, before 2021, the year whose trade world")
        assert "Warning: the run begins" in page_of(found)


def test_a_run_long_after_all_that_is_said_is_told() -> None:
    growth = "drivers: [{id: growth, what: macro, destination: RUS, source: made up, path: {LAST: 1.1}}]\n"
    assert case("{first: 2021-01, last: 2026-12}").remarks == ()
    (remark,) = case("{first: 2021-01, last: 2027-01}").remarks
    assert remark.startswith("the run goes on to 2027-01, and nothing in world, drivers and clauses")
    assert "after 2021-12" in remark
    assert case("{first: 2021-01, last: 2027-01}", growth.replace("LAST", "2023-05")).remarks == ()
    assert case("{first: 2021-01, last: 2027-01}", BAN.replace("2019", "2023")).remarks == ()


def test_a_season_that_the_world_has_not_is_told() -> None:
    season = "drivers: [{id: season, what: season, destination: RUS, source: made up}]\n"
    found = case("{first: 2021-01, last: 2021-06}", season)
    assert found.remarks == ()
    flat = replace(found.world, season=np.ones_like(found.world.season))
    (remark,) = remarks(found.scenario, flat)
    assert remark == "driver 'season' moves nothing: world 'reference' has no season for RUS"
