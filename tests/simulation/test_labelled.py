"""Tables as arrays with names, and chains for ArviZ: what is read back is what the tables hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim


@pytest.fixture(scope="module")
def pair() -> sim.Comparison:
    return sim.compare("classroom", progress=False)


def test_what_is_missing_is_named(pair: sim.Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("sim.common.labelled.import_module", missing)
    with pytest.raises(sim.SimError, match=r"needs 'xarray': pip install 'sanctions-sim\[exchange\]'"):
        pair.policy.to_xarray()
    with pytest.raises(sim.SimError, match="needs 'arviz_base'"):
        sim.load_posterior().to_inferencedata()


def test_tables_of_a_run(pair: sim.Comparison) -> None:
    pytest.importorskip("xarray")
    run = pair.policy
    flows = run.to_xarray()
    assert set(flows.sizes) == {"month", "good", "origin", "brand_origin", "route"}
    assert float(flows["value_musd"].sum()) == pytest.approx(run.to_target()["value_musd"].sum())
    assert flows["value_musd"].attrs["units"].startswith("million USD") and flows.attrs["title"] == run.title
    prices = run.to_xarray("prices")["price_index"]
    row = run.prices.iloc[-1]
    where = {name: row[name] for name in ("destination", "brand_origin", "good")}
    assert float(prices.sel(month=row["month"], **where).squeeze()) == row["price_index"]
    for table in ("orders", "recorded", "hubs", "states", "network", "transit"):
        assert run.to_xarray(table).sizes["month"] == len(run.months)
    both = pair.to_xarray()
    assert both["run"].to_numpy().tolist() == ["policy", "baseline"]
    assert float(both["value_musd"].sel(run="baseline").sum()) == pytest.approx(
        pair.baseline.to_target()["value_musd"].sum()
    )
    with pytest.raises(sim.SimError, match="unknown table 'flow'; did you mean 'flows'"):
        run.to_xarray("flow")


def test_samples_and_studies() -> None:
    pytest.importorskip("xarray")
    keys = ["figure", "series", "period", "column"]
    index = pd.MultiIndex.from_tuples(
        [("deliveries", s, p, "value_musd") for s in ("a", "b") for p in ("2022", "2023")], names=keys
    )
    record = {"posterior": "mine", "digest": "x", "mode": "expected", "exporters": 10}
    ensemble = sim.Ensemble(pd.DataFrame(np.arange(12.0).reshape(4, 3), index=index, columns=[0, 5, 7]), record)
    found = ensemble.to_xarray("deliveries")["value_musd"]
    assert float(found.sel(series="b", period="2022", draw=5)) == 7.0
    runs = pd.DataFrame([
        {"point": at, "status": "done", "a": a, "b": b, "world": 0, "replicate": 0, "gain": 10.0 * a + b}
        for at, (a, b) in enumerate([(0, 1), (0, 2), (1, 1), (1, 2)])
    ])  # fmt: skip
    study = sim.StudyRuns("mine", "?", ("a", "b"), (), ("gain",), 4, runs)
    grid = study.to_xarray()["gain"]
    assert float(grid.sel(a=1, b=2).squeeze()) == 12.0
    apart = runs.assign(a=[0.1, 0.2, 0.3, 0.4], b=[0.5, 0.1, 0.2, 0.9], world=[0, 1, 2, 3])
    by_run = sim.StudyRuns("mine", "?", ("a", "b"), (), ("gain",), 4, apart).to_xarray()
    assert by_run["gain"].dims == ("run",) and by_run["a"].to_numpy().tolist() == [0.1, 0.2, 0.3, 0.4]


def test_chains_go_to_arviz() -> None:
    pytest.importorskip("arviz_base")
    posterior = sim.load_posterior()
    found = posterior.to_inferencedata()
    table = pd.read_csv(Path(posterior.path).parent / "chains.csv")
    chains = found["posterior"]["parameters.sunk_cost"]
    assert chains.dims[:2] == ("chain", "draw") and chains.size == len(table)
    last = table[(table["chain"] == 1) & (table["draw"] == table["draw"].max())]["parameters.sunk_cost"].iloc[0]
    assert float(chains.sel(chain=1).to_numpy()[-1]) == last
