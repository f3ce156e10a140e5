"""Worlds drawn within the errors of the base year's figures."""

import dataclasses

import numpy as np
import pytest

import sim
from sim.world import World
from sim.world.draws import REEXPORTS, drawn_world
from sim.world.hub_flows import LARGEST_THROUGH_SHARE
from sim.world.schema import STATUSES


@pytest.fixture(scope="module")
def drawn(world: World) -> list[World]:
    return [drawn_world(world, seed) for seed in range(200)]


def test_the_mean_of_the_draws_is_near_the_world(world: World, drawn: list[World]) -> None:
    mean = np.mean([one.recorded_musd.sum() for one in drawn])
    assert mean == pytest.approx(world.recorded_musd.sum(), rel=0.02)
    pair = np.mean([one.recorded_musd.sum(axis=2) for one in drawn], axis=0)
    seen = (world.pair_sd_log > 0) & (world.pair_sd_log < 0.1)
    np.testing.assert_allclose(pair[seen], world.recorded_musd.sum(axis=2)[seen], rtol=0.1)


def test_pairs_move_by_their_own_errors(world: World, drawn: list[World]) -> None:
    others = [index for index in range(len(world.states)) if index != world.target]
    apart = world.recorded_musd.sum(axis=2)[:, others] > 0
    logs = np.log([one.recorded_musd.sum(axis=2)[:, others][apart] for one in drawn[:100]])
    found, said = logs.std(axis=0), world.pair_sd_log[:, others][apart]
    assert np.median(found / said) == pytest.approx(1.0, abs=0.05)


def test_the_targets_imports_of_each_good_are_kept(world: World, drawn: list[World]) -> None:
    for one in drawn[:20]:
        kept = one.recorded_musd[:, one.target].sum(axis=0)
        np.testing.assert_allclose(kept, world.recorded_musd[:, world.target].sum(axis=0), rtol=1e-9)
        arrived = one.direct_musd[:, one.target].sum() + one.through_musd.sum()
        assert arrived == pytest.approx(one.recorded_musd[:, one.target].sum(), rel=1e-9)


def test_nothing_is_negative_and_nothing_is_open_to_writing(drawn: list[World]) -> None:
    for one in drawn[:20]:
        for name in ("recorded_musd", "direct_musd", "through_musd", "onward"):
            array = getattr(one, name)
            assert np.all(array >= 0)
            assert np.all(np.isfinite(array))
            assert not array.flags.writeable
        assert np.all(np.einsum("ssg->sg", one.recorded_musd) == 0)


def test_a_seed_gives_one_world(world: World, drawn: list[World]) -> None:
    again = drawn_world(world, 3)
    for field in dataclasses.fields(world):
        one, other = getattr(again, field.name), getattr(drawn[3], field.name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other, field.name)
        else:
            assert one == other, field.name
    assert len({one.digest for one in (world, *drawn)}) == 1 + len(drawn)


def test_a_world_without_errors_of_its_own_has_those_of_its_statuses() -> None:
    small = sim.load_world("classroom")
    assert not small.pair_sd_log.any()
    apart = small.recorded_musd > 0
    assert set(small.flow_sd_log[apart]) <= {0.05, 0.15, 0.7}
    assert not np.array_equal(drawn_world(small, 1).recorded_musd, small.recorded_musd)


def test_parts_are_drawn_alone_and_as_in_the_whole(world: World) -> None:
    """What is drawn of one status is drawn the same beside others, and nothing else moves where nothing ties them."""
    others = np.arange(len(world.states)) != world.target
    for code, status in enumerate(STATUSES):
        one = drawn_world(world, 5, [status])
        moved = ~np.isclose(one.recorded_musd, world.recorded_musd, rtol=1e-12, atol=0)[:, others]
        pairs = world.pair_status[:, others] == code
        # A share that moves moves the others of its pair.
        drawn = pairs | (world.flow_status[:, others] == code).any(axis=2)
        assert moved[drawn].any(axis=1).mean() > 0.9, status
        assert not moved[~drawn].any(), status
    nothing = drawn_world(world, 5, [])
    np.testing.assert_allclose(nothing.direct_musd, world.direct_musd, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(nothing.through_musd, world.through_musd, rtol=1e-9, atol=1e-12)
    assert nothing.digest != world.digest


def test_reexport_shares_move_within_their_bounds_and_nothing_else(world: World) -> None:
    left = np.array([drawn_world(world, seed, [REEXPORTS]).leaving_musd for seed in range(60)])
    record = world.recorded_musd[list(world.hubs), world.target]
    assert np.all(left <= LARGEST_THROUGH_SHARE * record * (1 + 1e-6))
    # Far from the bounds the odds are the share, so its log moves by its error.
    small = (world.leaving_musd > 0) & (world.leaving_musd < 0.05 * record)
    spread = np.log(left[:, small]).std(axis=0) / world.reexport_sd_log[small]
    assert np.median(spread) == pytest.approx(1.0, abs=0.15)
    one = drawn_world(world, 1, [REEXPORTS])
    np.testing.assert_allclose(one.recorded_musd, world.recorded_musd, rtol=1e-12)


def test_a_world_without_totals_by_pair_draws_flow_by_flow() -> None:
    small = sim.load_world("grain")
    draws = np.array([drawn_world(small, seed).recorded_musd.sum(axis=2) for seed in range(40)])
    others = np.arange(len(small.states)) != small.target
    apart = small.recorded_musd.sum(axis=2)[:, others] > 0
    assert np.all(np.log(draws[:, :, others][:, apart]).std(axis=0) > 0.02)
