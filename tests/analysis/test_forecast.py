"""Forecasts: what is published is assimilated with its lag, the model carries on, another scenario stands beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.common.months import parse_month
from sim.metrics.newer_months import with_newer_months
from sim.report.notebook import page_of
from tests.posteriors import write_posterior

FEW = {"exporters": 1000, "intermediaries": 200}
WHOLE = ("CHN", "export+re-export", "RUS", "all")
CLAUSE = {
    "id": "banks-more", "kind": "secondary_banks", "by": ["USA"], "towards": ["RUS"], "against": ["CHN"],
    "effective": "2024-03-01", "strength": 0.6, "source": "a test",
}  # fmt: skip


@pytest.fixture(scope="module")
def case() -> sim.Case:
    return sim.load("reference", posterior="none").with_changes(agents=FEW)


@pytest.fixture(scope="module")
def posterior(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_posterior(
        tmp_path_factory.mktemp("posterior"), {"parameters.aversion": [4.0, 5.0, 6.0]}, scenario="reference"
    )


@pytest.fixture(scope="module")
def ahead(case: sim.Case, posterior: Path) -> sim.Forecast:
    goods = [(*WHOLE[:3], good) for good in case.world.goods]
    harder = case.with_changes(policies=[*case.scenario.as_data()["policies"], CLAUSE], title="harder")
    return sim.forecast(
        case, harder, published_by="2023-12", to="2024-06", flows=[*goods, ("KAZ", "export", "RUS", "all")], draws=3,
        posterior=posterior, progress=False,
    )  # fmt: skip


def place(ahead: sim.Forecast, name: str) -> int:
    return [one.name for one in ahead.series].index(name)


def test_offices_publish_with_a_lag(ahead: sim.Forecast) -> None:
    last = {one.name: known.index[-1] for one, known in zip(ahead.series, ahead.known, strict=True)}
    assert last["chn-rus"] == "2023-11"
    assert last["eu-rus"] == "2023-10"
    assert last["all-rus"] == "2023-07"
    table = ahead.table
    assert table.groupby("name")["month"].min()["China to Russia"] == "2023-12"
    assert set(table["month"]) <= set(ahead.months) and table["month"].max() == "2024-06"


def test_what_is_published_stands_as_it_is(ahead: sim.Forecast) -> None:
    for at, known in enumerate(ahead.known):
        inside = [month for month in known.index if month in ahead.months]
        shown = ahead.paths[:, :, at, [ahead.months.index(month) for month in inside]]
        assert np.allclose(shown, known[inside].to_numpy())


def test_what_came_later_is_not_assimilated(ahead: sim.Forecast) -> None:
    at = place(ahead, "chn-rus")
    later = ahead.table[ahead.table["name"] == "China to Russia"].set_index("month")
    assert later["published_musd"].dropna().to_dict() == ahead.series[at].musd["2023-12":"2024-06"].to_dict()
    assert not np.allclose(later["median"], later["published_musd"])


def test_forecasts_begin_where_the_published_months_end(ahead: sim.Forecast) -> None:
    """Not where the model stands: Armenia's imports from the Emirates are twice what the model has."""
    at = place(ahead, "arm-from-are")
    last, step = float(ahead.known[at].iloc[-1]), ahead.months.index("2023-11")
    run = float(np.median(ahead.simulated[0, :, at, step]))
    forecast = float(np.median(ahead.paths[0, :, at, step]))
    assert abs(np.log(forecast / last)) < abs(np.log(run / last))


def test_intervals_widen(ahead: sim.Forecast) -> None:
    rows = ahead.table[ahead.table["name"] == "European Union to Russia"]
    width = np.log(rows["high"] / rows["low"]).to_numpy()
    assert width[-1] > 1.3 * width[0]
    assert (rows["low"] < rows["median"]).all() and (rows["median"] < rows["high"]).all()


def test_another_scenario_differs_by_its_clause_only(ahead: sim.Forecast) -> None:
    rows = ahead.table[ahead.table["name"] == "China to Russia"].set_index("month")
    assert (rows.loc[:"2024-02", ["change_low", "change_high"]] == 0.0).all(axis=None)
    assert (rows.loc["2024-03":, "change_high"] < 0.0).all()


def test_goods_add_up_to_what_is_published(ahead: sim.Forecast) -> None:
    parts = [at for at, flow in enumerate(ahead.flows) if flow[:3] == WHOLE[:3] and flow.good != "all"]
    assert np.allclose(ahead.paths[:, :, parts].sum(axis=2), ahead.paths[:, :, place(ahead, "chn-rus")])
    # What nobody publishes is less sure.
    table = ahead.table.set_index(["name", "month"])
    width = np.log(table["high"] / table["low"])
    assert width["China to Russia, Drones", "2024-06"] > width["China to Russia", "2024-06"]
    assert width["Kazakhstan to Russia", "2024-01"] > width["European Union to Kazakhstan", "2024-01"]


def test_the_same_runs_at_another_date(ahead: sim.Forecast, case: sim.Case, posterior: Path) -> None:
    earlier = ahead.at("2023-05")
    assert earlier.simulated is ahead.simulated
    alone = sim.forecast(case, published_by="2023-05", to="2024-06", draws=3, posterior=posterior, progress=False)
    assert np.array_equal(alone.paths[0], earlier.paths[0, :, : len(alone.series)])
    with pytest.raises(sim.SimError, match="a forecast needs 12"):
        ahead.at("2019-03")


def test_nothing_is_left_to_forecast(case: sim.Case, posterior: Path) -> None:
    with pytest.raises(sim.SimError, match="every month to 2023-06 is published already"):
        sim.forecast(case, to="2023-06", posterior=posterior, progress=False)
    with pytest.raises(sim.SimError, match="published_by: '2023' is not a month"):
        sim.forecast(case, published_by="2023", posterior=posterior, progress=False)
    with pytest.raises(sim.SimError, match="different worlds"):
        sim.forecast(case, "red-line", posterior=posterior, progress=False)
    with pytest.raises(sim.SimError, match="unknown state 'KAS'; did you mean 'KAZ'"):
        sim.forecast(case, flows=[("KAS", "export", "RUS", "all")], posterior=posterior, progress=False)


def test_what_a_reader_should_know_of_the_months_is_noted(ahead: sim.Forecast, tmp_path: Path) -> None:
    """Months on hand that are old, series that end early, newer months that came out later."""
    late = ahead.at("2024-06")
    assert not [note for note in late.notes if "came out" in note]
    stale = replace(ahead, published_by=None, today="2026-11", months=(*ahead.months, "2026-12"))
    assert any("the newest month on hand is 2024-12" in note for note in stale.notes)
    (early,) = (
        note for note in stale.notes if note.startswith("known to 2023-12 only, and forecast 12 months further")
    )
    assert "European Union to Russia" in early and "China to Russia" not in early
    beyond = replace(ahead, published_by="2025-12")
    assert any("nothing on hand came out after 2025-05" in note for note in beyond.notes)
    path = tmp_path / "new.csv"
    path.write_text("period,reporter,flow,exporter,importer,value,unit\n2025-01,CHN,export,CHN,RUS,9000,musd\n")
    series = with_newer_months(ahead.series, path, sim.load_world("reference"), "2026-11")
    known = replace(ahead, series=series, published_by="2024-12")
    assert [note for note in known.notes if "2025-01 of China to Russia came out after 2024-12" in note]


def test_newer_months_move_the_forecast(case: sim.Case, posterior: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    new.write_text(
        "period,reporter,flow,exporter,importer,value,unit\n2024-12,CHN,export,CHN,RUS,11300,musd\n"
        + "".join(f"2025-{month:02d},CHN,export,CHN,RUS,30000,musd\n" for month in (1, 2, 3)),
        encoding="utf-8",
    )
    options = {"to": "2025-06", "draws": 2, "posterior": posterior, "progress": False}
    old = sim.forecast(case, **options)
    moved = sim.forecast(case, figures=new, today="2025-05", **options)
    at = place(moved, "chn-rus")
    assert moved.known[at].index[-1] == "2025-03" and old.known[at].index[-1] == "2024-12"
    last = moved.months.index("2025-06")
    assert np.median(moved.paths[0, :, at, last]) > 1.5 * np.median(old.paths[0, :, at, last])


def test_the_picture_shows_what_was_known_and_what_came(ahead: sim.Forecast) -> None:
    picture = ahead.plot.fan_chart()
    table = picture.table
    assert len(picture.axes) == len(ahead.series)
    one = table[table["series"] == "chn-rus"].set_index("month")
    assert one["known_musd"].last_valid_index() == "2023-11" and one["came_musd"].first_valid_index() == "2023-12"
    assert one["median"].first_valid_index() == "2023-12"
    assert pd.notna(one.at["2024-06", "other_high"]) and parse_month(one.index[-1]) == parse_month("2024-12")


def test_a_notebook_shows_the_tables(ahead: sim.Forecast) -> None:
    page = page_of(ahead)
    assert "European Union to Russia" in page and "Change with “harder”" in page
