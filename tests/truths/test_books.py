"""Truth 2: books balance each month; nothing is negative; recorded and hidden make up what is true."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.records import DELIVERED, ORDER_STATUS, ORDERED


@pytest.fixture(params=["expected", "sampled"])
def run(request, paired, drawn):
    return paired.policy if request.param == "expected" else drawn


def test_every_order_ends_somewhere(run):
    fate = run.source.record.fate
    rest = fate[:, DELIVERED:].sum(axis=1)
    np.testing.assert_allclose(rest, fate[:, ORDERED], rtol=1e-9, atol=1e-9)
    met = ["seized", "stopped", "refused"]  # few firms meet no rare one
    if run.record["mode"] == "expected":
        # Intermediaries buy no more than they can carry, so that nothing is left unsold.
        met = [name for name in ORDER_STATUS if name != "unsold"]
    for name in met:
        assert np.abs(fate[:, ORDER_STATUS.index(name)]).sum() > 0, name


def test_nothing_is_negative(run):
    record = run.source.record
    held = ORDER_STATUS.index("held")
    for position in range(len(ORDER_STATUS)):
        if position != held:  # held is the change of a queue
            assert record.fate[:, position].min() >= -1e-12, ORDER_STATUS[position]
    assert record.fate[:, held].cumsum(axis=0).min() >= -1e-9  # the queue itself
    for name in ("delivered", "exports", "imports", "reexports", "hidden", "exported"):
        assert getattr(record, name).min() >= 0.0, name


def test_firms_ship_what_they_have(run):
    """Rows keep their whole trade: what is not sold on one road is sold on another or at home."""
    base = run.source.base
    assert base.flow.sum(axis=1) == pytest.approx(base.volume + base.background.sum(axis=1))
    assert base.background.min() >= 0.0 and base.volume.min() >= 0.0


def test_origins_record_all_that_left_under_some_name(run):
    record = run.source.record
    np.testing.assert_allclose(record.exports.sum(axis=(2, 3)), record.exported.sum(axis=2), rtol=1e-9)


def test_recorded_and_hidden_make_up_the_true_exports_to_the_target(run):
    record, world, base = run.source.record, run.source.world, run.source.base
    target_roads = record.fate.shape[3]
    fob = np.exp(run.source.fob_share * record.log_price[:, world.target])[:, base.headquarters, base.good]
    true = np.zeros((len(record.effort), len(world.states), len(world.goods)))
    value = (record.shipped * fob[:, :, None]).sum(axis=2)
    for t in np.flatnonzero(base.origin != world.target):
        true[:, base.origin[t], base.good[t]] += value[:, t]
    # What stands under a good's own code, less what is another good, and what stands elsewhere.
    recorded = record.exports[:, :, world.target, :] - record.borrowed
    np.testing.assert_allclose(recorded + record.hidden, true, rtol=1e-9, atol=1e-9)
    assert record.hidden.sum() > 0 and record.borrowed.sum() > 0 and target_roads == 1 + len(world.hubs)
    assert record.as_parts.max() > 0.0


def test_goods_passed_on_between_hubs_leave_one_and_enter_the_other(run):
    record = run.source.record
    delivered = record.delivered
    base, world = run.source.base, run.source.world
    for hub in range(len(world.hubs)):
        mine = delivered[:, :, base.hub == hub].sum(axis=2)
        by_good = np.stack([mine[:, base.good == g].sum(axis=1) for g in range(len(world.goods))], axis=1)
        np.testing.assert_allclose(record.onward[:, hub].sum(axis=2), by_good, rtol=1e-9, atol=1e-12)
    apart = record.onward.sum() - np.einsum("mhgh->", record.onward)
    assert apart > 0.0


def test_the_table_of_flows_says_the_same_as_the_arrays(run):
    flows, record, base = run.flows, run.source.record, run.source.base
    abroad = base.origin[:, None] != base.destination[None, :]
    assert flows["volume_musd"].sum() == pytest.approx((record.delivered * abroad).sum())
    assert (flows["recorded_musd"] <= flows["value_musd"] * (1 + 1e-12)).all()
