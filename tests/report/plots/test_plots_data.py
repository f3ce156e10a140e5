"""What stands behind the figures adds up to the tables of the run, and the files appear whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.common.package_data import shipped
from sim.metrics.customs_series import SERIES, customs_series
from sim.metrics.run_pair import run_pair
from sim.metrics.supplier_matching import GONE, NEW, matched
from sim.report.plots import FIGURES, save_all
from sim.simulation.comparison import Comparison

Sums = dict[str, tuple[float, float]]


def _by_run(pair: Comparison, table: pd.DataFrame) -> Sums:
    drawn = table.groupby("run")["value_musd"].sum()
    runs = {"policy": pair.policy, "baseline": pair.baseline}
    return {name: (drawn[name], run.to_target()["value_musd"].sum()) for name, run in runs.items()}


def _replaced(pair: Comparison, table: pd.DataFrame) -> Sums:
    contrast = run_pair(pair).contrast
    assert contrast is not None
    drawn = table["volume_musd"]
    return {
        "before": (drawn[table["before"] != NEW].sum(), contrast.first["volume_musd"].sum()),
        "after": (drawn[table["after"] != GONE].sum(), contrast.second["volume_musd"].sum()),
    }


def _prices(pair: Comparison, table: pd.DataFrame) -> Sums:
    prices = pair.policy.prices
    there = prices[prices["destination"] == pair.policy.target]
    return {"index": (table["price_index"].sum(), there["price_index"].sum()), "rows": (len(table), len(there))}


def _hubs(pair: Comparison, table: pd.DataFrame) -> Sums:
    flows, books = pair.policy.to_target(), pair.policy.recorded
    return {
        "true": (table["through_musd"].sum(), flows[flows["route"] != "direct"]["value_musd"].sum()),
        "recorded": (
            table["recorded_musd"].sum(),
            books[(books["flow"] == "re-export") & (books["partner"] == pair.policy.target)]["value_musd"].sum(),
        ),
    }


def _recorded(pair: Comparison, table: pd.DataFrame) -> Sums:
    flows, books = pair.policy.to_target(), pair.policy.recorded
    towards = books[(books["flow"] == "export") & books["partner"].isin(run_pair(pair).hubs)]
    towards = towards[towards["reporter"] != pair.policy.target]
    parts = table[["recorded_musd", "declared_to_hubs_musd", "other_code_musd"]].to_numpy().sum()
    return {
        "true": (table["true_musd"].sum(), flows["value_musd"].sum()),
        "recorded": (table["recorded_musd"].sum(), flows["recorded_musd"].sum()),
        "parts": (parts, table["true_musd"].sum()),
        "hubs": (table["to_hubs_musd"].sum(), towards["value_musd"].sum()),
    }


def _diagram(pair: Comparison, table: pd.DataFrame) -> Sums:
    contrast = run_pair(pair).contrast
    assert contrast is not None
    by_side = table.groupby("side")["value_musd"].sum()
    first, second = contrast.first["value_musd"], contrast.second["value_musd"]
    hubs = table[(table["side"] == "after") & (table["route"] != "direct")]["value_musd"].sum()
    through = second[contrast.second["route"] != "direct"].sum()
    return {
        "before": (by_side["before"], first.sum()),
        "after": (by_side["after"], second.sum()),
        "hubs": (hubs, through),
    }


def _map(pair: Comparison, table: pd.DataFrame) -> Sums:
    contrast = run_pair(pair).contrast
    assert contrast is not None
    after = table[table["side"] == "after"].groupby("leg")["value_musd"].sum()
    through = contrast.second["route"] != "direct"
    quantity = contrast.second["value_musd"]
    return {
        "direct": (after["direct"], quantity[~through].sum()),
        "in": (after["to the hub"], quantity[through].sum()),
        "out": (after["from the hub"], quantity[through].sum()),
    }


def _goods_by_hub(pair: Comparison, table: pd.DataFrame) -> Sums:
    sums = table.groupby("run")["value_musd"].sum()
    runs = {"policy": pair.policy, "baseline": pair.baseline}
    flows = {name: run.to_target() for name, run in runs.items()}
    return {name: (sums[name], rows[rows["route"] != "direct"]["value_musd"].sum()) for name, rows in flows.items()}


def _customs(pair: Comparison, table: pd.DataFrame) -> Sums:
    # The first series of the table, recomputed by hand from the ledgers.
    row = pd.read_csv(shipped("calibration/figures") / SERIES, dtype=str).iloc[0]
    books = pair.policy.recorded
    chosen = books[
        (books["reporter"] == row["reporter"])
        & (books["partner"] == row["partner"])
        & books["flow"].isin(row["flow"].split(";"))
    ]
    return {row["id"]: (table[table["series"] == row["id"]]["simulated_musd"].sum(), chosen["value_musd"].sum())}


SUMS: dict[str, Callable[[Comparison, pd.DataFrame], Sums]] = {
    "flows_by_origin": _by_run,
    "flows_by_route": _by_run,
    "who_replaced_whom": _replaced,
    "flow_diagram": _diagram,
    "flow_map": _map,
    "goods_by_hub": _goods_by_hub,
    "price_premium": _prices,
    "hub_reexports": _hubs,
    "recorded_and_true": _recorded,
    "simulated_and_customs": _customs,
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_table_adds_up_to_the_run(paired: Comparison, tmp_path: Path, name: str) -> None:
    save_all(paired, tmp_path, [name])
    table = pd.read_csv(tmp_path / f"{name}.csv")
    for part, (drawn, whole) in SUMS[name](paired, table).items():
        assert drawn == pytest.approx(whole, rel=1e-9), part
        assert whole > 0.0


def test_every_figure_is_written_with_its_table(toys: Comparison, tmp_path: Path) -> None:
    written = save_all(toys, tmp_path / "new" / "folder")
    assert [path.name for path in written] == [f"{name}.{end}" for name in FIGURES for end in ("png", "csv")]
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(
        path.name for path in written
    )
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written if path.suffix == ".png")


def test_writing_again_replaces_and_gives_the_same_bytes(toys: Comparison, tmp_path: Path) -> None:
    names = ["flows_by_origin", "price_premium"]
    first = {path.name: path.read_bytes() for path in save_all(toys, tmp_path, names)}
    assert {path.name: path.read_bytes() for path in save_all(toys, tmp_path, names)} == first
    assert len(list(tmp_path.iterdir())) == len(first)


def test_a_file_in_the_way_is_a_mistake_of_the_user(toys: Comparison, tmp_path: Path) -> None:
    (tmp_path / "figures").write_text("mine", encoding="utf-8")
    with pytest.raises(sim.SimError, match="cannot write"):
        save_all(toys, tmp_path / "figures")
    assert (tmp_path / "figures").read_text(encoding="utf-8") == "mine"


def test_a_drawing_that_fails_leaves_the_old_file(
    toys: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = (path for path in save_all(toys, tmp_path, ["flows_by_route"]) if path.suffix == ".csv")
    before = old.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(sim.SimError, match="No space left"):
        save_all(toys, tmp_path, ["flows_by_route"])
    assert old.read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def sales(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["good", "origin", "route", "volume_musd"])


def test_losses_meet_the_own_detour_first_and_then_the_winners_in_proportion() -> None:
    before = sales([("wares", "A", "direct", 100.0), ("wares", "B", "direct", 50.0), ("wares", "C", "direct", 10.0)])
    after = sales(
        [
            ("wares", "A", "direct", 30.0),
            ("wares", "A", "via B", 20.0),
            ("wares", "B", "direct", 70.0),
            ("wares", "C", "direct", 15.0),
        ]
    )
    table = matched(before, after).set_index(["origin_before", "origin_after", "through_hub_after"])
    quantity = table["volume_musd"]
    assert quantity["A", "A", False] == 30.0
    assert quantity["A", "A", True] == 20.0
    assert quantity["A", "B", False] == pytest.approx(20.0)
    assert quantity["A", "C", False] == pytest.approx(5.0)
    assert quantity["A", GONE, False] == pytest.approx(25.0)
    assert quantity["B", "B", False] == 50.0
    assert NEW not in quantity.index.get_level_values(0)


def test_gains_in_one_good_do_not_make_up_for_losses_in_another() -> None:
    before = sales([("wares", "A", "direct", 10.0)])
    after = sales([("tools", "B", "direct", 10.0)])
    table = matched(before, after)
    assert set(zip(table["origin_before"], table["origin_after"], strict=True)) == {("A", GONE), (NEW, "B")}


def test_every_series_of_the_table_finds_its_figures(paired: Comparison) -> None:
    rows = pd.read_csv(shipped("calibration/figures") / SERIES, dtype=str)
    assert len(rows) >= 4
    assert rows["id"].is_unique
    assert rows.notna().all().all()
    found = {series.name: series for series in customs_series(run_pair(paired))}
    assert list(found) == list(rows["id"])
    for series in found.values():
        assert series.table.index.is_unique
        assert series.table["published_musd"].notna().sum() >= 3
        assert not series.table.loc[series.table.index > "2023-12", "used_for_fitting"].any()


def test_euros_are_changed_at_the_rate_of_their_year(paired: Comparison) -> None:
    folder = shipped("calibration/figures")
    rows = pd.read_csv(folder / SERIES, dtype=str)
    row = rows[(rows["unit"] == "meur") & (rows["where_freq"] == "A")].iloc[0]
    figures = pd.read_csv(folder / row["figure_file"])
    for column in (name for name in rows.columns if name.startswith("where_")):
        figures = figures[figures[column.removeprefix("where_")] == row[column]]
    rate = pd.read_csv(folder / "exchange_rates.csv").set_index("year")["usd_per_eur"][2022]
    expected = figures.set_index(figures["period"].astype(int))["value"][2022] * rate / 12
    found = {series.name: series for series in customs_series(run_pair(paired))}[row["id"]]
    assert found.table.loc["2022", "published_musd"] == pytest.approx(expected)
