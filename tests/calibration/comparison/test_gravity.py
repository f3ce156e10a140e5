"""Gravity: exact hat algebra adds up, and bans move its prediction the right way."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from calibration.comparison.gravity import closed_by_month, predicted_sales
from calibration.comparison.hat_algebra import new_equilibrium
from calibration.targets.simulated_targets import Floats

ELASTICITY = np.array([2.0, 4.8, 7.3])


@pytest.fixture
def flows() -> Floats:
    flows = np.random.default_rng(1).uniform(0.1, 10.0, (5, 5, 3))
    flows[1, 2, 0] = 0.0
    return flows


def test_no_shock_changes_nothing(flows: Floats) -> None:
    after, price = new_equilibrium(flows, ELASTICITY, np.ones_like(flows))
    assert after == pytest.approx(flows, abs=1e-12) and price == pytest.approx(1.0, abs=1e-12)


def test_after_a_shock_everything_adds_up(flows: Floats) -> None:
    kept = np.ones_like(flows)
    kept[0, 3], kept[1, 3, 1] = 0.2, 0.0
    after, price = new_equilibrium(flows, ELASTICITY, kept)
    made, spent = flows.sum(axis=1), flows.sum(axis=0)
    assert after.sum(axis=1) == pytest.approx(price * made, rel=1e-8)
    deficit = spent.sum(axis=1) - made.sum(axis=1)
    assert after.sum(axis=(0, 2)) == pytest.approx((price * made).sum(axis=1) + deficit, rel=1e-8)
    # Expenditure shares of the goods stay.
    assert after.sum(axis=0) / after.sum(axis=(0, 2))[:, None] == pytest.approx(
        spent / spent.sum(axis=1)[:, None], rel=1e-8
    )
    assert after[1, 3, 1] == 0.0 and (after[0, 3] < flows[0, 3]).all()
    assert (after[2, 3] > flows[2, 3]).all()
    assert after.sum() == pytest.approx(flows.sum())


def test_a_cost_that_all_share_changes_no_share(flows: Floats) -> None:
    after, _ = new_equilibrium(flows, ELASTICITY, np.full_like(flows, 0.5))
    assert after == pytest.approx(flows, abs=1e-9)


def test_two_symmetric_states_have_a_known_solution() -> None:
    """By symmetry prices stay, so the change of a share is that of its pull over the mean pull."""
    flows = np.array([[3.0, 1.0], [1.0, 3.0]])[:, :, None]
    kept = np.array([[1.0, 0.5], [0.5, 1.0]])[:, :, None]
    after, _ = new_equilibrium(flows, np.array([4.0]), kept)
    assert after[:, 0, 0] == pytest.approx([3.0 / 0.875, 0.5 / 0.875])


def test_arrays_that_do_not_fit_are_not_stretched(flows: Floats) -> None:
    with pytest.raises(ValueError, match=r"kept \(5, 5, 1\) do not fit"):
        new_equilibrium(flows, ELASTICITY, np.ones((5, 5, 1)))


def test_an_origin_that_can_sell_nowhere_has_no_equilibrium(flows: Floats) -> None:
    kept = np.ones_like(flows)
    kept[0] = 0.0
    with pytest.raises(ArithmeticError, match="nowhere"):
        new_equilibrium(flows, ELASTICITY, kept)


def test_bans_move_the_prediction_the_right_way() -> None:
    case = sim.load("reference", posterior="none").with_changes(agents={"mode": "expected", "exporters": 1500})
    closed, sales = closed_by_month(case), predicted_sales(case)
    states = case.world.states
    eu, china, target = states.index("EU27"), states.index("CHN"), case.world.target
    assert closed["2021-06"].max() == 0.0 and closed["2023-06"][eu].max() > 0.5
    before = case.world.recorded_musd[:, target]
    # Months, not years: 67.5 bn USD in 2021 by the office of the largest supplier.
    assert sales["2021-06"][china].sum() == pytest.approx(67_500 / 12, rel=0.02)
    assert np.delete(sales["2021-06"], target, axis=0) == pytest.approx(np.delete(before, target, axis=0), abs=1e-6)
    assert sales["2023-06"][eu].sum() < before[eu].sum() and sales["2023-06"][china].sum() > before[china].sum()
