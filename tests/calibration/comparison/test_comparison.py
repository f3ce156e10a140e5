"""The comparison: each model answers what it is asked, tables and page are those of today."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from calibration.comparison import full_stop, historical_law, network_model
from calibration.comparison.__main__ import FOLDER, PAGE, RECORD, ask, cases, made_of, main, write
from calibration.comparison.network_model import SECTORS, STATES, Network
from calibration.comparison.page import page, read
from calibration.inference.options import POSTERIOR

STALE = "stale: run make compared"
WITHOUT = network_model.missing()
installed = pytest.mark.skipif(WITHOUT is not None, reason=str(WITHOUT))


@pytest.fixture(scope="module")
def stop() -> sim.Case:
    return cases()[0]


@pytest.fixture(scope="module")
def history() -> sim.Case:
    return cases()[1].with_changes(months={"last": historical_law.LAST})


@pytest.fixture(scope="module")
def asked(history: sim.Case) -> tuple:
    return historical_law.rows(history)


@pytest.fixture(scope="module")
def model() -> Network:
    return Network.open()


@pytest.fixture(scope="module")
def kept():
    return read(FOLDER, json.loads((FOLDER / RECORD).read_text(encoding="utf-8")))


def close(column: pd.Series, expected: object) -> bool:
    """To what the files round off, and to what another C library may move."""
    return np.allclose(column.to_numpy(dtype=float), np.asarray(expected, dtype=float), 1e-4, 1e-4, equal_nan=True)


# ------------------------------------------------------------------------------------------------------ is it current
def test_what_the_page_was_made_of_is_what_there_is(kept) -> None:
    now = made_of(kept.record["draws"], None)
    assert {name: kept.record[name] for name in now if name != "network"} == {
        name: value for name, value in now.items() if name != "network"
    }, STALE


def test_the_page_is_made_of_the_tables(kept) -> None:
    assert page(kept, pd.read_csv(POSTERIOR / "scores.csv")) == PAGE.read_text(encoding="utf-8"), STALE
    assert all((FOLDER / name).exists() for name in ("full_stop.png", "law.png"))


def test_gravity_says_what_the_tables_say(kept, stop: sim.Case, history: sim.Case, asked: tuple) -> None:
    answer = full_stop.gravity(stop)
    assert close(kept.whole["gravity"], pd.Series(answer.whole).reindex(kept.whole.index)), STALE
    assert all(close(kept.states[name], answer.states[name]) for name in answer.states), STALE
    assert list(kept.law.index) == [row.id for row in asked], STALE
    assert close(kept.law["gravity"], historical_law.gravity(asked, history)), STALE
    assert close(kept.law["gravity_told"], historical_law.gravity_told(asked, history)), STALE


def test_the_agents_say_what_the_tables_say(kept, stop: sim.Case, history: sim.Case, asked: tuple) -> None:
    answer = full_stop.agents_at(stop.with_posterior())
    assert close(kept.whole["agents_representative"], pd.Series(answer.whole).reindex(kept.whole.index)), STALE
    assert close(kept.states["agents_made_busd_representative"], answer.states["agents_made_busd"]), STALE
    found = historical_law.agents(asked, history, draws=1)
    assert close(kept.law["agents_representative"], found["agents"]), STALE
    assert close(kept.law["agents_prior"], found["agents_prior"]), STALE


def test_published_is_what_the_table_of_targets_says(kept, asked: tuple) -> None:
    assert close(kept.law["published"], [row.value for row in asked])
    assert {row.period[0][:4] for row in asked} == set(historical_law.YEARS)
    known = kept.law["published"]
    # Almost half of the EU's sales gone in a year; and a ninefold rise to Kyrgyzstan in two.
    assert np.exp(known["eu-rus-2022"]) == pytest.approx(0.549, abs=0.001)
    assert np.exp(known["eu-kgz-2023"]) == pytest.approx(9.5, abs=0.1)


# --------------------------------------------------------------------------------------------------------- full stop
def test_what_is_lost_is_what_is_not_sold(stop: sim.Case) -> None:
    """By value at given prices gravity's sales by state add up to its whole; the agents' do by quantity."""
    answer = full_stop.agents_at(stop.with_posterior())
    pair = sim.compare(stop.with_posterior())
    base = pair.baseline.to_target()
    base = base[base["month"] >= full_stop.FIRST]["volume_musd"].sum() / 1e3
    assert answer.states["agents_made_busd"].sum() == pytest.approx(answer.whole["arrives"] / 100.0 * base)
    coalition = [code for code, member in zip(stop.world.states, stop.world.is_coalition, strict=True) if member]
    assert (answer.states.loc[coalition, "agents_record_busd"] < 0.0).all()
    assert 0.0 < answer.whole["around"] < 100.0 and answer.whole["price"] > 0.0


def test_gravity_lets_nothing_of_the_coalition_through(stop: sim.Case) -> None:
    answer = full_stop.gravity(stop)
    world = stop.world
    sold = world.recorded_musd[:, world.target].sum(axis=1) * 12e-3
    assert answer.states["gravity_busd"][world.is_coalition].to_numpy() == pytest.approx(-sold[world.is_coalition])
    assert answer.whole["direct"] == pytest.approx(-100.0)
    third = ~world.is_coalition & (np.arange(len(world.states)) != world.target)
    assert (answer.states["gravity_busd"][third] > 0.0).all()
    assert answer.states.at[world.states[world.target], "gravity_real_percent"] < 0.0


def test_draws_are_told_by_their_middle(stop: sim.Case) -> None:
    one = full_stop.Answer({"arrives": -1.0}, pd.DataFrame({"base_busd": [1.0], "agents_made_busd": [0.0]}, ["AAA"]))
    two = full_stop.Answer({"arrives": -3.0}, pd.DataFrame({"base_busd": [1.0], "agents_made_busd": [2.0]}, ["AAA"]))
    whole, states = full_stop.over_draws([one, two])
    assert whole.loc["arrives"].to_dict() == pytest.approx(
        {"agents": -2.0, "agents_low": -2.9, "agents_high": -1.1, "agents_representative": -1.0}
    )
    assert states.loc["AAA", "agents_made_busd"] == 1.0 and states.loc["AAA", "agents_made_busd_high"] == 1.9


# ---------------------------------------------------------------------------------------------------- law as it was
def test_gravity_is_told_one_figure_and_meets_it(history: sim.Case, asked: tuple) -> None:
    found = dict(zip((row.id for row in asked), historical_law.gravity_told(asked, history), strict=True))
    for row in asked:
        if row.reporter == "EU27" and row.partner == "RUS" and row.good == "all":
            assert found[row.id] == pytest.approx(row.value, abs=1e-4)
    rows = [row for row in asked if row.partner != "RUS"]
    with pytest.raises(sim.SimError, match="no fall of EU27's sales"):
        historical_law.gravity_told(rows, history)


def test_a_miss_is_a_mean_distance() -> None:
    table = pd.DataFrame({name: [0.1, -0.3] for name in historical_law.MODELS})
    table["group"], table["published"] = list(historical_law.GROUPS[:2]), [0.2, 0.1]
    table["network"] = [0.2, np.nan]
    found = historical_law.misses(table).set_index("group")
    assert found.at["all figures", "gravity"] == pytest.approx(25.0)
    assert found.at["all figures", "no_change"] == pytest.approx(15.0)
    assert np.isnan(found.at["all figures", "network"])
    assert found.at["all that the network model answers", "network"] == 0.0


# ------------------------------------------------------------------------------------------- the package, its absence
def test_the_maps_name_what_there_is(stop: sim.Case) -> None:
    with STATES.open(encoding="utf-8", newline="") as stream:
        states = {row["state"]: row["icio"].split() for row in csv.DictReader(stream)}
    assert set(states) == set(stop.world.states)
    codes = [code for many in states.values() for code in many]
    assert len(codes) == len(set(codes)) and len(states["EU27"]) == 27
    with SECTORS.open(encoding="utf-8", newline="") as stream:
        goods = {good for row in csv.DictReader(stream) for good in row["goods"].split()}
    assert set(sim.codes_named(sorted(goods), stop.world.goods, stop.world.codes_by_group)) == set(stop.world.goods)


@pytest.mark.parametrize(("found", "said"), [(None, "is not installed"), ("9.9.9", "9.9.9 is installed; this page")])
def test_it_says_why_the_package_is_left_out(monkeypatch: pytest.MonkeyPatch, found: str | None, said: str) -> None:
    monkeypatch.setattr(network_model, "version_of", lambda: found)
    assert said in str(network_model.missing())
    with pytest.raises(sim.SimError, match=said):
        Network.open()


def test_page_and_pictures_do_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_model, "version_of", lambda: None)
    write(ask(2, None), tmp_path / "made", tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "The network model was left out of this page: sanction-simulator is not installed (pip install" in text
    assert "nan" not in text and "{" not in text
    assert {path.name for path in (tmp_path / "made").iterdir()} == {
        "full_stop.csv", "full_stop_states.csv", "law.csv", "misses.csv", "record.json", "full_stop.png", "law.png",
    }  # fmt: skip


def test_a_mistake_is_told_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setattr(network_model, "version_of", lambda: None)
    monkeypatch.setattr("calibration.comparison.__main__.missing", network_model.missing)
    assert main(["--draws", "0", "--folder", str(tmp_path), "--page", str(tmp_path / "page.md")]) == 1
    told = capsys.readouterr().err.splitlines()
    assert told[-1] == "0 draws asked for; a band needs one at least" and "without the network model" in told[0]
    assert not list(tmp_path.iterdir())


@installed
def test_the_package_says_what_the_tables_say(kept, stop: sim.Case, history: sim.Case, asked: tuple, model) -> None:
    answer = full_stop.network(model, stop)
    assert kept.record["network"]["version"] == network_model.version_of(), STALE
    assert close(kept.whole["network"], pd.Series(answer.whole).reindex(kept.whole.index)), STALE
    assert all(close(kept.states[name], answer.states[name]) for name in answer.states), STALE
    assert close(kept.law["network"], historical_law.network(asked, history, model)), STALE


@installed
def test_what_the_package_delivers_adds_up_to_its_output(model: Network, stop: sim.Case) -> None:
    """What sectors deliver to industries everywhere and to final demand is what they make."""
    found = model.solve({("CHN", "C26"): 1.0, ("TUR", "C29"): 0.5}, "RUS")
    states = [state for state in stop.world.states if model.members(state)]
    bench, result = model.bench, found.result
    delivered = sum(model._delivered(found, state) for state in states)
    made = delivered.ravel() + result["kappa_eff"][0] * bench.z
    assert made == pytest.approx(result["s_omega"][0], rel=1e-6, abs=1e-3)
    assert (model.output_change(found, ["RUS"]) < 0.0).all() and np.isnan(model.output_change(found, ["KGZ"])).all()


@installed
def test_sectors_are_found_by_group_as_by_the_groups_goods(model: Network, stop: sim.Case) -> None:
    world = stop.world
    groups = ("electrical", "high_priority", "machinery", "vehicles")
    codes = sim.codes_named(groups, world.goods, world.codes_by_group)
    assert model.sectors_of(world, groups) == model.sectors_of(world, codes) == ("C26", "C27", "C28", "C29")
    assert set(model.sectors_of(world, ["all"])) == set(model.goods_sectors)
    # A sector makes drones, but what else it makes is more than they are; and part of a group is not the group.
    assert model.sectors_of(world, ["drones"]) == model.sectors_of(world, codes[:1]) == ()


@installed
def test_a_restriction_closes_what_it_says(model: Network) -> None:
    nothing = model.solve({("CHN", "C26"): 0.0}, "RUS")
    assert model.sales(nothing, ["CHN", "EU27"], "RUS") == pytest.approx(model.sales(None, ["CHN", "EU27"], "RUS"))
    everything = model.solve({("GBR", sector): 1.0 for sector in model.goods_sectors}, "RUS", leakage=0.0)
    assert model.sales(everything, ["GBR"], "RUS") == pytest.approx([0.0], abs=1e-6)
    assert np.isnan(model.sales(None, ["GBR"], "RUS", ())).all()
