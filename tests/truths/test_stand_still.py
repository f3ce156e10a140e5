"""Truth 1: with no policy and no war the world stands still at the customs baseline."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.model.baseline import loyal_weights
from tests.conftest import SMALL


def test_every_month_equals_the_customs_baseline(standing):
    record, base = standing.source.record, standing.source.base
    error = np.abs(record.delivered - base.flow) / np.where(base.flow > 0, base.flow, 1.0)
    assert error.max() < 1e-9
    assert base.flow.sum() > 1e5  # a world of no trade would stand still too


def test_deliveries_by_pair_are_the_records_of_the_base_year(standing):
    world, record = standing.source.world, standing.source.record
    hubs = np.array(world.hubs)
    recorded = record.exports[-1] + 0.0
    recorded[hubs, world.target] += record.reexports[-1]
    recorded[hubs[:, None], hubs[None, :]] += record.passed_on[-1]
    usual = world.direct_musd + 0.0
    usual[:, hubs] += world.through_musd
    entered = world.through_musd.sum(axis=0)
    chained = entered[:, None, :] * world.onward
    usual[hubs[:, None], hubs[None, :]] += chained
    usual[hubs, world.target] += entered - chained.sum(axis=1) + chained.sum(axis=0)
    np.testing.assert_allclose(recorded, usual, rtol=1e-9)
    assert chained.sum() > 0.0


def test_nothing_else_moves_either(standing):
    record = standing.source.record
    assert np.abs(record.log_price).max() < 1e-9
    assert np.abs(record.effort - record.effort[0]).max() == 0.0
    assert np.abs(record.hubs - record.hubs[0]).max() < 1e-6
    assert record.fate[:, 2:].max() == 0.0  # nothing seized, stopped, refused, denied, held or unsold


def test_season_and_macro_path_scale_flows_and_nothing_else(reference):
    drivers = [d.id for d in reference.scenario.drivers if d.what == "war_need"]
    run = reference.without_policies().with_changes(without=drivers).run()
    record, base, world = run.source.record, run.source.base, run.source.world
    activity = record.activity[:, base.destination][:, :, base.good].transpose(0, 2, 1)
    expected = base.flow * activity
    np.testing.assert_allclose(record.delivered, expected, rtol=1e-9, atol=1e-12)
    assert np.abs(record.log_price).max() < 1e-9
    assert not np.allclose(record.activity[:, world.target], 1.0)


def test_sampled_world_stands_still_within_its_noise():
    case = sim.load("null").with_changes(
        agents={"exporters": 40_000, "intermediaries": 1100}, months={"last": "2021-12"}
    )
    run = case.run()
    world = run.source.world
    flow = run.source.base.flow[:, run.source.base.destination == world.target]
    abroad = run.source.base.origin != world.target
    usual = flow[abroad].sum()
    delivered = run.to_target().groupby("month")["volume_musd"].sum()
    assert np.abs(delivered / usual - 1).max() < 0.08


@given(
    shares=st.lists(st.floats(1e-9, 1.0), min_size=2, max_size=12),
    loyalty=st.floats(0.0, 4.0),
)
@settings(max_examples=200, deadline=None)
def test_loyal_weights_make_the_baseline_a_resting_point(shares, loyalty):
    share = np.array(shares) / np.sum(shares)
    bonus = np.expm1(loyalty)
    pull = loyal_weights(share[None, :], bonus)[0]
    assert pull.sum() == pytest.approx(1.0, abs=1e-12)
    stay_or_move = np.array(
        [(pull + bonus * pull * (np.arange(len(pull)) == last)) / (1 + bonus * pull[last]) for last in range(len(pull))]
    )
    np.testing.assert_allclose(share @ stay_or_move, share, rtol=1e-9, atol=1e-15)


def test_agents_of_the_small_world_are_few():
    assert SMALL["exporters"] < 2000  # the stand-still must not lean on large numbers
