"""Runs that many tests look at, made once."""

from __future__ import annotations

import pytest

import sim
from sim.simulation.comparison import Comparison
from sim.simulation.results import Results
from sim.simulation.simulation import Case

# Two rows for each type of firm; firms that draw must be more, or the rare ones never sell.
SMALL = {"exporters": 1800, "intermediaries": 330}
DRAWN = 8000


@pytest.fixture(scope="session")
def reference() -> Case:
    """The reference package in expected mode with few rows."""
    return sim.load("reference", posterior="none").with_changes(agents={**SMALL, "mode": "expected"})


@pytest.fixture(scope="session")
def sampled(reference: Case) -> Case:
    """The reference package with firms that draw."""
    return reference.with_changes(agents={"mode": "sampled", "exporters": DRAWN})


@pytest.fixture(scope="session")
def paired(reference: Case) -> Comparison:
    """The reference package against no policy."""
    return sim.compare(reference)


@pytest.fixture(scope="session")
def standing() -> Results:
    """No policy and no drivers, expected mode, all 48 months."""
    return sim.load("null", posterior="none").with_changes(agents={**SMALL, "mode": "expected"}).run()


@pytest.fixture(scope="session")
def drawn(sampled: Case) -> Results:
    """The reference package, sampled."""
    return sampled.run()
