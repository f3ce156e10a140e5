"""Truths 3 and 4: what does nothing changes no bit; the same seed gives the same result, whoever computes it."""

from __future__ import annotations

import datetime as dt

import numba
import numpy as np
import pandas as pd
import pytest

import sim
from sim.model.history import Record
from sim.model.model import SanctionsModel
from sim.model.phases import firms
from sim.policies.instruments.null_policy import NullPolicy
from tests.goods import goods_of
from tests.month import begin_month, end_month


def assert_same_bits(a: Record, b: Record) -> None:
    for name in a.names():
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


def null_clause() -> NullPolicy:
    return NullPolicy(
        id="nothing", by=("all",), towards=("all",), effective=dt.date(2022, 5, 17), strength=1.0, source="no law"
    )


@pytest.mark.parametrize("mode", ["expected", "sampled"])
def test_a_policy_that_does_nothing_changes_no_bit(reference, mode):
    case = reference.with_changes(agents={"mode": mode}, months={"last": "2022-12"})
    with_nothing = case.with_changes(policies=[null_clause()])
    assert_same_bits(case.run().source.record, with_nothing.run().source.record)


@pytest.mark.parametrize("mode", ["expected", "sampled"])
def test_clauses_of_no_strength_change_no_bit(reference, mode):
    case = reference.with_changes(agents={"mode": mode}, months={"last": "2022-12"})
    nil = [clause.model_copy(update={"strength": 0.0}) for clause in case.scenario.policies]
    emptied = case.with_changes(policies=nil)
    assert_same_bits(case.without_policies().run().source.record, emptied.run().source.record)


def test_same_seed_same_bits_and_another_seed_others(sampled, drawn):
    again = sampled.run()
    assert_same_bits(drawn.source.record, again.source.record)
    other = sampled.with_changes(seed=2).run()
    assert not np.array_equal(drawn.source.record.delivered, other.source.record.delivered)


@pytest.mark.parametrize("mode", ["expected", "sampled"])
def test_threads_do_not_matter(mode):
    case = sim.load("reference", posterior="none").with_changes(
        agents={"exporters": 20_000, "mode": mode}, months={"first": "2022-01", "last": "2022-06"}
    )
    runs, threads = [], numba.get_num_threads()
    try:
        for count in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(count)
            runs.append(case.run().source.record)
    finally:
        numba.set_num_threads(threads)
    assert_same_bits(*runs)


def test_a_late_start_is_a_late_window(reference):
    """The effect of a month does not hang on the first month that is told; where the run begins is said by name."""
    whole = reference.with_changes(months={"last": "2022-12"})
    late = whole.with_changes(months={"first": "2022-09"})
    all_months, few = sim.compare(whole), sim.compare(late)
    assert (few.policy.months, few.policy.record["run_from"]) == ([f"2022-{m:02d}" for m in (9, 10, 11, 12)], "2021-01")
    for run, part in ((all_months.policy, few.policy), (all_months.baseline, few.baseline)):
        for name in ("flows", "orders", "recorded", "prices", "hubs", "states"):
            held = getattr(run, name)
            pd.testing.assert_frame_equal(
                pd.DataFrame(held[held["month"] >= "2022-09"]).reset_index(drop=True), pd.DataFrame(getattr(part, name))
            )
    fresh = sim.compare(late.with_changes(months={"run_from": "2022-09"}))
    assert fresh.policy.record["run_from"] == "2022-09"
    changes = [one.summary()["change_percent"].iloc[0] for one in (few, fresh)]
    assert abs(changes[0] - changes[1]) > 0.5, "a run that begins then has done nothing of the law before"


def test_objects_and_columns_take_the_same_routes(sampled):
    """Months of choices, every firm stepped as an object, against the compiled loop."""
    restless = sampled.with_changes(
        agents={"exporters": 6000},
        months={"first": "2022-08", "run_from": "2022-08"},
        parameters={"market_entry": 1.0, "market_exit": 0.8},
    )
    columns, objects = restless.model(), restless.model()
    for _ in range(5):
        columns.step()
        objects.step()
    moved, crossed = 0, {0: 0, 1: 0}
    for _ in range(4):
        for model in (columns, objects):
            begin_month(model)
        held = objects.exporter_columns
        before, inside = held.route.copy(), held.participates.copy()
        firms.choose_routes(columns)
        objects.exporters.shuffle_do("step")
        firms.sum_rows(objects)
        for name in ("route", "since", "listed", "participates"):
            a, b = getattr(held, name), getattr(columns.exporter_columns, name)
            np.testing.assert_array_equal(a, b, err_msg=name)
        np.testing.assert_array_equal(objects.rows_on_route, columns.rows_on_route)
        np.testing.assert_array_equal(objects.state.shipments.contracted, columns.state.shipments.contracted)
        moved += int((before != held.route).sum())
        for now in crossed:
            crossed[now] += int(((inside != held.participates) & (held.participates == now)).sum())
        for model in (columns, objects):
            end_month(model)
    assert moved > 0
    assert min(crossed.values()) > 0, "no firm entered the target's market, or none left it"


def test_the_order_of_clauses_and_drivers_in_the_file_does_not_matter(reference):
    case = reference.with_changes(months={"last": "2022-12"})
    scenario = case.scenario
    turned = scenario.model_copy(
        update={"policies": tuple(reversed(scenario.policies)), "drivers": tuple(reversed(scenario.drivers))}
    )
    a = case.run().source.record
    b = SanctionsModel(turned, case.world)
    for _ in range(scenario.months.count):
        b.step()
    np.testing.assert_array_equal(a.delivered[-1], b.state.shipments.delivered)


def test_a_firm_meets_the_same_luck_whatever_the_law(sampled):
    """Firms that a clause on another good cannot reach stay where they are, bit for bit, until prices meet."""
    only = [clause.id for clause in sampled.scenario.policies if clause.id != "ban-special-first"]
    # New law frightens sellers of other goods too; here only what it says may matter.
    with_ban = sampled.with_changes(
        without=only,
        months={"first": "2022-02", "last": "2022-04", "run_from": "2022-02"},
        parameters={"overcompliance": 0.0},
    )
    a, b = with_ban.model(), with_ban.without_policies().model()
    for _ in range(3):
        a.step()
        b.step()
    named = goods_of(sampled, next(c for c in sampled.scenario.policies if c.id == "ban-special-first"))
    touched = np.isin(a.exporters.get("good"), named)
    assert touched.any() and not touched.all()
    np.testing.assert_array_equal(a.exporter_columns.route[~touched], b.exporter_columns.route[~touched])
    assert (a.exporter_columns.route[touched] != b.exporter_columns.route[touched]).any()
