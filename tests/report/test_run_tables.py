"""Tables of a run: sums by year, and what they are called where the run has a part of a year."""

from __future__ import annotations

import pytest

import sim
from sim.metrics.mirror_gap import Pair
from sim.report.notebook import page_of
from sim.report.plots.run_view import look
from sim.report.run_tables import deliveries, ledgers, mirror, over_draws
from sim.simulation.comparison import Comparison
from sim.simulation.intervals import Bands
from tests.posteriors import write_posterior

YEARS = ["2022 (Jan-Mar)"]


@pytest.fixture(scope="module")
def partial() -> Comparison:
    return sim.compare(sim.load("classroom").with_changes(months={"last": "2022-03"}))


@pytest.fixture(scope="module")
def bands(tmp_path_factory: pytest.TempPathFactory) -> Bands:
    case = sim.load("classroom").with_changes(months={"last": "2022-03"})
    folder = write_posterior(tmp_path_factory.mktemp("fitted"), {"parameters.aversion": [3.0, 6.0]})
    return sim.ensemble(case, 2, folder, progress=False).bands


def test_tables_by_year_name_a_part_of_a_year(partial: Comparison, bands: Bands) -> None:
    run, tables = partial.policy, []
    tables += [deliveries(look(partial)), deliveries(look(run)), ledgers(look(run)), over_draws(bands)]
    assert [[row[0] for row in table.texts()] for table in tables] == [YEARS] * len(tables)
    told = [row[0].split("\n")[0] for row in mirror(run, Pair("ALPHA", "GAMMA")).texts()]
    assert told == YEARS
    assert not any("a year" in f"{table.title}{table.note}" for table in tables)


def test_pages_by_year_name_a_part_of_a_year(partial: Comparison) -> None:
    for thing in (partial, partial.policy):
        assert "2022 (Jan-Mar)" in str(page_of(thing))


def test_sums_keep_their_years(partial: Comparison) -> None:
    assert list(partial.summary().index) == ["2022"]
