"""Targets: the table is what the command builds, every fault is found, and a run is added up right."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from calibration.targets import build_targets
from calibration.targets.run_cells import ARRAYS
from calibration.targets.simulated_targets import (
    ledgers_of,
    observed,
    residuals,
    simulated,
    simulated_of,
)
from calibration.targets.targets import (
    COLUMNS,
    FIT_UNTIL,
    TARGETS,
    Target,
    WorldCodes,
    codes_of,
    load_targets,
    of_role,
)

CODES = WorldCodes(
    ("AAA", "BBB", "CCC"), ("nuts", "bolts"), hubs=("BBB",), coalition=("AAA",), groups={"metal": ("bolts", "nuts")}
)
GOOD = {
    "id": "one", "period": "2022", "base": "2021", "ledger": "recorded", "reporter": "AAA", "flow": "export",
    "partner": "CCC", "good": "all", "brand": "all", "measure": "growth", "value": "0.5", "low": "0.4", "high": "0.6",
    "sd_log": "0.02", "unit": "log_ratio", "source": "somewhere", "quality": "exact", "conflict_with": "",
    "role": "fit",
}  # fmt: skip
LEVEL = {"measure": "level", "base": ""}


def written(tmp_path: Path, *rows: dict[str, str]) -> Path:
    path = tmp_path / "targets.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows([{**GOOD, **row} for row in rows])
    return path


def faults(tmp_path: Path, *rows: dict[str, str]) -> list[sim.Fault]:
    with pytest.raises(sim.FaultList) as caught:
        load_targets(written(tmp_path, *rows), CODES)
    return list(caught.value.faults)


@pytest.fixture(scope="module")
def targets() -> tuple[Target, ...]:
    return load_targets(TARGETS, codes_of(sim.load("reference", posterior="none").world))


@pytest.fixture(scope="module")
def run() -> sim.Results:
    return sim.load("reference", posterior="none").with_changes(agents={"mode": "expected", "exporters": 1500}).run()


# ------------------------------------------------------------------------------------------------------ the table
def test_the_table_is_what_the_command_builds() -> None:
    assert TARGETS.read_text(encoding="utf-8") == build_targets.build()


def test_no_row_that_may_be_fitted_sees_what_is_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other figures for 2024 change the rows that judge, and nothing else."""
    before = pd.read_csv(TARGETS, dtype=str, keep_default_na=False)
    real = build_targets._table.__wrapped__

    def other_future(name: str) -> pd.DataFrame:
        table = real(name)
        table.loc[table["period"] > FIT_UNTIL, "musd"] *= 3.0
        return table

    monkeypatch.setattr(build_targets, "_table", other_future)
    series = sim.csv_records(build_targets.SERIES)
    after = pd.DataFrame([row for one in series for row in build_targets._rows_of(one)])
    both = before.merge(after, on="id", suffixes=("", "_after"))
    moved = both[both["value"] != both["value_after"]]
    assert len(both) == len(after)
    assert set(moved["role"]) == {"judge"} and len(moved) == 36


def test_the_table_holds_enough_and_keeps_roles_apart(targets: tuple[Target, ...]) -> None:
    assert 60 <= len(of_role(targets, "fit")) <= 170 and len(of_role(targets, "judge")) >= 36
    assert all(target.period[1] <= FIT_UNTIL for target in of_role(targets, "fit"))
    assert all(target.period[0] > FIT_UNTIL for target in of_role(targets, "judge"))


def test_conflicting_figures_enter_as_intervals(targets: tuple[Target, ...]) -> None:
    by_id = {target.id: target for target in targets}
    assert np.exp([by_id["drones-rus"].low, by_id["drones-rus"].high]) == pytest.approx([14.5, 100.0])
    assert np.expm1([by_id["ceramics-rus"].low, by_id["ceramics-rus"].high]) == pytest.approx([0.60, 0.69])
    assert by_id["ceramics-rus"].conflict_with == ("ceramics-rus-b",) and by_id["ceramics-rus-b"].role == "context"


def test_growth_in_dollars_follows_from_euros_and_rates(targets: tuple[Target, ...]) -> None:
    turkey = next(target for target in targets if target.id == "eu-tur-2023")
    assert turkey.value == pytest.approx(math.log(111428.6 * 1.0813 / (79128.4 * 1.1827)), abs=1e-4)


# -------------------------------------------------------------------------------------------------------- faults
@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        ({"reporter": "AAB"}, "reporter", "did you mean 'AAA'"),
        ({"partner": "AAA"}, "partner", "no flow of the world"),
        ({"good": "nutz"}, "good", "did you mean 'nuts'"),
        ({"flow": "re-export"}, "flow", "is no hub"),
        ({"flow": "smuggling"}, "flow", "unknown flow"),
        ({"ledger": "true", "flow": "import"}, "flow", "no imports"),
        ({"brand": "coalition"}, "brand", "no customs office"),
        ({"unit": "tonnes"}, "unit", "does not convert"),
        ({**LEVEL, "unit": "meur", "period": "1950"}, "unit", "no single exchange rate"),
        ({"value": "nan"}, "value", "is no number"),
        ({"low": "x"}, "low", "is no number"),
        ({"high": "inf"}, "high", "is not finite"),
        ({**LEVEL, "unit": "musd", "value": "-3", "low": "-3", "high": "-3"}, "value", "not positive"),
        ({"unit": "percent", "value": "-100", "low": "-100", "high": "0"}, "value", "not positive"),
        ({"value": "0.9"}, "value", "does not lie"),
        ({"sd_log": "0"}, "sd_log", "positive"),
        ({"sd_log": "-1"}, "sd_log", "positive"),
        ({"role": "fitted"}, "role", "did you mean 'fit'"),
        ({"measure": "share"}, "measure", "unknown measure"),
        ({"ledger": "black"}, "ledger", "unknown ledger"),
        ({"period": "2022-13"}, "period", "is no YYYY"),
        ({"period": "2022-05:2022-02"}, "period", "ends before"),
        ({"base": ""}, "base", "is no YYYY"),
        ({"period": "2024"}, "role", "held out"),
        ({"role": "judge"}, "role", "may have been fitted"),
        ({"measure": "ratio", "base": "", "unit": "ratio"}, "measure", "a/b"),
        ({"partner": "BBB/CCC"}, "partner", "only a ratio"),
        ({"source": ""}, "source", "is empty"),
        ({"conflict_with": "two"}, "conflict_with", "no other row"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_named(tmp_path: Path, change: dict[str, str], where: str, said: str) -> None:
    found = faults(tmp_path, change)
    assert any(f.line == 2 and f.where == where and said in f.message for f in found), [str(f) for f in found]


def test_all_faults_come_at_once_with_their_lines(tmp_path: Path) -> None:
    found = faults(tmp_path, {"unit": "tonnes"}, {"id": "two", "good": "nutz"}, {"id": "three", "value": "nan"})
    assert [(f.line, f.where) for f in found] == [(2, "unit"), (3, "good"), (4, "value")]


def test_doubles_and_contradictions_must_be_declared(tmp_path: Path) -> None:
    other = {"id": "two", "value": "0.9", "low": "0.9", "high": "0.9"}
    assert "contradicts 'one' on line 2" in faults(tmp_path, {}, other)[0].message
    assert "repeats 'one' on line 2" in faults(tmp_path, {}, {"id": "two"})[0].message
    assert "only one of them" in faults(tmp_path, {}, {**other, "conflict_with": "one"})[0].message
    assert "stands on line 2" in faults(tmp_path, {}, {"good": "nuts"})[0].message
    kept = load_targets(written(tmp_path, {}, {**other, "conflict_with": "one", "role": "context"}), CODES)
    assert [target.id for target in kept] == ["one", "two"]


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\xff\xfe\x00id")
    with pytest.raises(sim.FaultList, match="is not UTF-8 text"):
        load_targets(bad, CODES)
    bad.write_text("id,period\nx,2022\n")
    with pytest.raises(sim.FaultList, match="the column is missing"):
        load_targets(bad, CODES)
    with pytest.raises(sim.FaultList, match="has no rows"):
        load_targets(written(tmp_path), CODES)
    bad.write_text(",".join(COLUMNS) + '\n"' + "x" * 200_000)
    with pytest.raises(sim.FaultList, match=r"bad.csv:2: is no CSV from here on: a cell has more than 131,072"):
        load_targets(bad, CODES)


def test_units_convert(tmp_path: Path) -> None:
    level = {**LEVEL, "value": "2", "low": "", "high": "", "unit": "beur"}
    rows = load_targets(written(tmp_path, level), CODES, {"2022": 1.05})
    assert rows[0].value == pytest.approx(math.log(2100.0)) and math.isinf(rows[0].low) and math.isinf(rows[0].high)
    percent = {"value": "-61", "low": "-61", "high": "-61", "unit": "percent"}
    assert load_targets(written(tmp_path, percent), CODES)[0].value == pytest.approx(math.log(0.39))


# ------------------------------------------------------------------------------------------------------ distances
def test_arrays_and_tables_add_up_to_the_same(run: sim.Results, tmp_path: Path) -> None:
    made, opened = ledgers_of(run), ledgers_of(sim.Results.open(run.save(tmp_path)))
    assert made.goods == opened.goods and made.states == opened.states and made.months == opened.months
    assert np.allclose(made.recorded, opened.recorded, rtol=1e-12, atol=1e-12)
    assert np.allclose(made.true, opened.true, rtol=1e-9, atol=1e-12)


def test_cells_that_are_read_where_they_stand_are_those_of_the_ledgers(
    run: sim.Results, targets: tuple[Target, ...]
) -> None:
    assert {target.ledger for target in targets} >= {"recorded", "true"}
    assert simulated(run, targets) == pytest.approx(simulated_of(ledgers_of(run), targets), rel=1e-12, abs=1e-12)


def test_a_run_that_keeps_what_targets_read_says_the_same(run: sim.Results, targets: tuple[Target, ...]) -> None:
    lean = (
        sim.load("reference", posterior="none")
        .with_changes(agents={"mode": "expected", "exporters": 1500})
        .run(kept=ARRAYS)
    )
    assert np.array_equal(simulated(lean, targets), simulated(run, targets))
    with pytest.raises(AttributeError, match="the run did not keep 'fate'"):
        _ = lean.orders


def test_a_target_is_the_sum_that_it_names(run: sim.Results, targets: tuple[Target, ...]) -> None:
    by_id = {target.id: target for target in targets}
    ledgers = run.recorded[(run.recorded["reporter"] == "TUR") & (run.recorded["partner"] == "RUS")]
    ledgers = ledgers[ledgers["flow"].isin(["export", "re-export"])].groupby("month")["value_musd"].sum()
    growth = math.log(ledgers["2022-04":"2022-06"].sum() / ledgers["2021-04":"2021-06"].sum())
    flows = run.flows[(run.flows["destination"] == "RUS") & (run.flows["good"] == "high_priority")]
    flows = flows[flows["month"].between("2023-01", "2023-12") & (flows["brand_origin"] == "coalition")]
    home = flows[flows["origin"].isin(run.record["coalition"]) & (flows["route"] == "direct")]
    share = math.log(home["value_musd"].sum() / flows["value_musd"].sum())
    found = simulated(run, [by_id["tur-rus-2022-q2"], by_id["priority-brands-sent-home"]])
    assert found == pytest.approx([growth, share], rel=1e-9)


def test_growth_is_per_month(targets: tuple[Target, ...]) -> None:
    """A world that stands still grows by nothing, whatever the length of the spans."""
    still = sim.load("null", posterior="none").with_changes(agents={"mode": "expected", "exporters": 1500}).run()
    uneven = next(target for target in targets if target.id == "chn-early")
    rows = [replace(uneven, reporter="EU27", partner="USA"), *(t for t in targets if t.measure == "growth")]
    yearly = [t for t in rows if t.period[0][5:] == (t.base or ("", ""))[0][5:] or t.partner == "USA"]
    assert np.abs(simulated_of(ledgers_of(still), yearly)).max() < 1e-9


def test_months_outside_the_run_are_refused(run: sim.Results, targets: tuple[Target, ...]) -> None:
    late = replace(targets[0], period=("2026-01", "2026-12"))
    with pytest.raises(sim.SimError, match=late.id):
        simulated(run, [late])


def test_distance_from_an_interval(targets: tuple[Target, ...]) -> None:
    fit = of_role(targets, "fit")
    low, high, _ = observed(fit)
    inside = np.clip(np.zeros(len(fit)), low, high)
    assert (residuals(inside, fit) == 0.0).all()
    finite = np.isfinite(high)
    assert residuals(np.where(finite, high + 0.3, inside), fit)[finite] == pytest.approx(0.3)
