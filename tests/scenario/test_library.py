"""Every shipped scenario that names a mechanism does what it says: with the mechanism, and no more without it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.mechanism_test import Shown, show_mechanism, without_mechanism
from sim.common.months import format_month
from sim.scenario import load_scenario, shipped_scenarios
from sim.simulation.simulation import Case

SMALL = {"exporters": 1500, "intermediaries": 330}
WITH_MECHANISM = [name for name in shipped_scenarios() if load_scenario(name).mechanism is not None]


def small(name: str) -> Case:
    """The scenario with few rows, up to the last month of which it expects anything.

    Where the mechanism is noise itself it has the rows that it asks for: few rows are another noise on top.
    """
    case = sim.load(name, posterior="none")
    last = max((one.months.last for one in case.scenario.expected_outcomes), default=case.scenario.months.last)
    agents = SMALL if case.scenario.agents.mode == "expected" else {}
    return case.with_changes(agents=agents, months={"last": format_month(last)})


@lru_cache(maxsize=2)
def run_of(name: str) -> Shown:
    return show_mechanism(small(name))


def silenced(case: Case) -> Case:
    """The case with the mechanism's clauses still there, of strength nil, and its drivers and parameters at rest."""
    mechanism, data = case.scenario.mechanism, case.scenario.as_data()
    assert mechanism is not None
    clauses = [clause for clause in data["policies"] if clause["id"] in mechanism.clauses]
    nil: list[dict[str, Any]] = [clause | {"strength": 0} for clause in clauses]
    for clause in nil:
        if clause.get("names"):  # a listing by name has as many firms as names
            clause["names"] = []
    still = [
        driver | ({"path": dict.fromkeys(driver["path"], 1.0)} if "path" in driver else {"enabled": False})
        if driver["id"] in mechanism.clauses
        else driver
        for driver in data["drivers"]
    ]
    return case.with_changes(
        policies=nil, parameters=mechanism.without, drivers=still, mechanism=None, expected_outcomes=[]
    )


def test_there_are_scenarios_with_a_mechanism() -> None:
    assert WITH_MECHANISM


@pytest.mark.parametrize("name", WITH_MECHANISM)
class TestEveryScenario:
    def test_expects_something_that_the_mechanism_moves(self, name: str) -> None:
        outcomes = load_scenario(name).expected_outcomes
        assert any(one.expect != "stays" for one in outcomes), "nothing could show that the mechanism does anything"
        assert len({one.what for one in outcomes}) == len(outcomes)

    def test_shows_what_it_says(self, name: str) -> None:
        seen = run_of(name)
        assert seen.holds, "\n" + seen.table.to_string()
        assert len(seen.table) == len(load_scenario(name).expected_outcomes)

    def test_shows_nothing_once_the_mechanism_is_silent(self, name: str) -> None:
        """Leaving the clauses out and setting them to nothing is the same, to the last bit."""
        off, nil = run_of(name).comparison.baseline.source.record, silenced(small(name)).run().source.record
        for array in off.names():
            np.testing.assert_array_equal(getattr(off, array), getattr(nil, array), err_msg=array)

    def test_balances_its_books(self, name: str) -> None:
        """Truth 2, in every scenario: orders end somewhere, nothing is negative, recorded + hidden = true."""
        run = run_of(name).comparison.policy.source
        record, world = run.record, run.world
        np.testing.assert_allclose(record.fate[:, 1:].sum(axis=1), record.fate[:, 0], rtol=1e-9, atol=1e-9)
        for array in ("delivered", "exports", "imports", "reexports", "passed_on", "hidden", "exported", "stocks"):
            assert getattr(record, array).min() >= 0.0, array
        np.testing.assert_allclose(record.exports.sum(axis=(2, 3)), record.exported.sum(axis=2), rtol=1e-9, atol=1e-9)
        shown = record.exports[:, :, world.target] - record.borrowed + record.hidden
        assert shown.min() >= -1e-9

    def test_switched_off_names_no_mechanism_any_more(self, name: str) -> None:
        case = small(name)
        mechanism, off = case.scenario.mechanism, without_mechanism(case).scenario
        assert mechanism is not None
        assert off.mechanism is None
        assert off.expected_outcomes == ()
        acting = {entry.id for entry in (*off.policies, *off.drivers)}
        assert not acting & set(mechanism.clauses)
        assert len(acting) == len(case.scenario.policies) + len(case.scenario.drivers) - len(mechanism.clauses)
        assert {key: off.parameters[key] for key in mechanism.without} == mechanism.without
        assert (off.months, off.agents, off.seed) == (
            case.scenario.months, case.scenario.agents, case.scenario.seed,
        )  # fmt: skip
