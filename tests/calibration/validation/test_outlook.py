"""The outlook: law to autumn 2026 leaves earlier months alone, rows are by pair and good, nobody looks ahead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from calibration.validation import outlook

FEW = {"exporters": 1000, "intermediaries": 200, "mode": "expected"}
SHIPPED = Path(__file__).resolve().parents[3] / "calibration" / "posterior"


@pytest.fixture(scope="module")
def made() -> sim.Forecast:
    case = sim.load(outlook.SCENARIO, posterior="none").with_changes(agents=FEW)
    flows = [("KAZ", "export+re-export", "RUS", good) for good in ("all", *case.world.goods)]
    return sim.forecast(case, to="2025-03", flows=flows, draws=1, progress=False)


def test_months_before_the_new_law_are_those_of_the_reference() -> None:
    runs = [
        sim.load(name, posterior="none")
        .with_changes(agents=FEW, months={"last": "2024-12"}, without=without)
        .run()
        .to_target()
        for name, without in (("reference", []), (outlook.SCENARIO, _later(outlook.SCENARIO)))
    ]
    early = [run[run["month"] < "2024-12"].reset_index(drop=True) for run in runs]
    assert np.array_equal(early[0]["value_musd"], early[1]["value_musd"])
    assert len(runs[0]) and set(runs[0]["month"]) == set(runs[1]["month"])


def _later(name: str) -> list[str]:
    """Clauses that begin after 2024: a run to its end refuses those that are never in force."""
    return [clause.id for clause in sim.load(name, posterior="none").scenario.policies if clause.effective.year > 2024]


def test_rows_are_by_month_pair_and_good(made: sim.Forecast) -> None:
    flows = [flow for flow in made.flows if flow.reporter == "KAZ"]
    table = outlook.outlook_table(made, [tuple(flow) for flow in flows])
    assert table["month"].min() == "2025-01" and len(table) == 3 * len(flows)
    assert (table["low"] <= table["median"]).all() and (table["median"] <= table["high"]).all()


def test_nobody_looks_ahead(made: sim.Forecast) -> None:
    outlook.refuse_to_look_ahead(made)
    late = replace(made.series[0], musd=pd.concat([made.series[0].musd, pd.Series({"2025-01": 1.0})]))
    with pytest.raises(sim.SimError, match="figures after 2024-12 are known of eu-rus"):
        outlook.refuse_to_look_ahead(replace(made, series=(late, *made.series[1:])))


def test_what_ships_is_every_pair_and_good() -> None:
    table = pd.read_csv(SHIPPED / outlook.TABLE)
    world = sim.load_world("reference")
    flows = outlook.flows_of(world)
    assert len(table) == 24 * len(flows) == len(table.drop_duplicates(["month", "reporter", "partner", "good"]))
    assert (table["month"].min(), table["month"].max()) == (outlook.FIRST, outlook.LAST)
    assert table[["low", "median", "high"]].notna().all(axis=None)
