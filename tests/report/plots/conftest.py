"""A toy comparison, drawn by many tests."""

from __future__ import annotations

import pytest

import sim
from sim.simulation.comparison import Comparison
from tests.report.plots.toys import toy_case


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Three states, one good, two months."""
    return sim.compare(toy_case(tmp_path_factory.mktemp("toys")))
