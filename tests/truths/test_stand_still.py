"""Truth 1: with no policy and no war the world stands still at the customs baseline."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.model.baseline import participants_weights
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
    drivers = [d.id for d in reference.scenario.drivers if d.what in ("war_need", "supply")]
    run = reference.without_policies().with_changes(without=drivers).run()
    record, base, world = run.source.record, run.source.base, run.source.world
    activity = record.activity[:, base.destination][:, :, base.good].transpose(0, 2, 1)
    expected = base.flow * activity
    np.testing.assert_allclose(record.delivered, expected, rtol=1e-9, atol=1e-12)
    assert np.abs(record.log_price).max() < 1e-9
    assert not np.allclose(record.activity[:, world.target], 1.0)


def test_a_supply_driver_scales_what_its_origin_ships_and_lifts_prices():
    path = {"2021-03": 0.5, "2021-04": 1}
    half = {"id": "half", "what": "supply", "origin": "CHN", "path": path, "source": "made up"}
    agents = {"exporters": 2000, "mode": "expected"}
    case = sim.load("null", posterior="none").with_changes(agents=agents, months={"last": "2022-12"}, drivers=[half])
    source = case.run().source
    record, base, world = source.record, source.base, source.world
    china = base.origin == world.states.index("CHN")
    assert np.abs(record.delivered[2][china] - 0.5 * base.flow[china]).max() < 1e-9
    assert np.abs(record.delivered[2][~china] - base.flow[~china]).max() < 1e-9
    price = record.log_price[:, world.target, 1]
    assert np.abs(price[:2]).max() < 1e-9 and price[2].max() > 0.01
    assert np.abs(price[-1]).max() < 0.1 * price.max()  # and all comes back to where it was


def test_sampled_world_stands_still_within_its_noise():
    case = sim.load("null", posterior="none").with_changes(
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
    inside=st.floats(0.02, 1.0),
)
@settings(max_examples=200, deadline=None)
def test_participants_and_the_others_together_make_the_baseline_a_resting_point(shares, inside):
    share = np.array([shares]) / np.sum(shares)
    participation = np.maximum(inside, share[:, 0])  # no fewer than what sells there
    weight = participants_weights(share, participation)
    outside = share[0] - participation * weight[0]
    assert weight.sum() == pytest.approx(1.0, abs=1e-12) and weight.min() >= 0.0
    assert outside[0] == pytest.approx(0.0, abs=1e-15) and outside.min() >= -1e-15
    # The others sell in the proportions of participants, and so choose as they did.
    np.testing.assert_allclose(outside[1:] * weight[0, 1:].sum(), weight[0, 1:] * outside[1:].sum(), atol=1e-12)


def test_the_pool_is_no_more_than_there_is_and_its_participants_sell_all_that_goes_to_the_target(reference):
    base = reference.model().base
    at_target, active = base.flow[:, 0], base.active
    assert base.background.min() >= 0.0 and (base.participation[active] >= base.share[active, 0]).all()
    sold = base.volume * base.participation * base.weight[:, 0]
    np.testing.assert_allclose(sold[active], (at_target - base.background[:, 0])[active], rtol=1e-9)
    assert base.background[active, 0].max() == 0.0  # all who sell there at all are of the pool


def test_agents_of_the_small_world_are_few():
    assert SMALL["exporters"] < 2000  # the stand-still must not lean on large numbers
