"""Published designs on simulated records: the estimator is that of the textbooks, and finds what was put in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

import sim
from calibration.targets.simulated_targets import Ledgers, ledgers_of
from calibration.validation import published_designs as designs
from calibration.validation.fixed_effects import coefficients, without_means

FEW = {"exporters": 1000, "intermediaries": 200, "mode": "expected"}


def test_fixed_effects_are_dummies() -> None:
    """An unbalanced panel, two kinds of groups, two regressors: as ordinary least squares with a dummy for each."""
    rng = np.random.default_rng(1)
    firm, month = rng.integers(0, 12, 200), rng.integers(0, 9, 200)
    regressors = rng.normal(size=(200, 2)) + firm[:, None] / 6.0
    outcome = (
        regressors @ [0.7, -1.3] + rng.normal(size=12)[firm] + rng.normal(size=9)[month] + 0.1 * rng.normal(size=200)
    )
    found = coefficients(outcome, regressors, [firm, month])
    dummies = np.column_stack([regressors, np.eye(12)[firm], np.eye(9)[month][:, 1:]])
    assert np.allclose(found, sm.OLS(outcome, dummies).fit().params[:2], atol=1e-6)
    left = without_means(outcome[:, None], [firm, month])
    assert all(abs(left[firm == one].mean()) < 1e-6 for one in range(12))


@pytest.fixture(scope="module")
def world() -> sim.World:
    return sim.load_world("reference")


@pytest.fixture(scope="module")
def still() -> Ledgers:
    """A world that stands still: every coefficient is nil on it."""
    return ledgers_of(sim.load("null", posterior="none").with_changes(agents=FEW, months={"last": "2023-12"}).run())


def of_kind(world: sim.World, ledgers: Ledgers, kind: str) -> list[designs.Design]:
    return [one for one in designs.load_designs(world, ledgers.months) if one.kind == kind]


@pytest.mark.parametrize("kind", ["flows", "classes", "firms", "prices"])
def test_a_world_that_stands_still_has_no_effects(world: sim.World, still: Ledgers, kind: str) -> None:
    for one in of_kind(world, still, kind):
        assert designs.DESIGNS[kind](still, one) == pytest.approx(0.0, abs=0.01), one.id


def test_an_effect_that_is_put_in_is_found(world: sim.World, still: Ledgers) -> None:
    """Half of what the coalition sells of goods under control is taken away since the war, and a fifth of the rest."""
    recorded = still.recorded.copy()
    banned, free = of_kind(world, still, "flows")[:2]
    for one, left in ((banned, 0.5), (free, 0.8)):
        cells = np.ix_([0], one.since, one.origins, one.partners, one.goods)
        recorded[cells] *= left
    put_in = replace(still, recorded=recorded)
    assert designs.flows(put_in, banned) == pytest.approx(-50.0, abs=0.1)
    assert designs.flows(put_in, free) == pytest.approx(-20.0, abs=0.1)
    classes = of_kind(world, still, "classes")[0]
    assert designs.classes(put_in, classes) == pytest.approx(100.0 * (0.5 / 0.8 - 1.0), abs=0.1)


def test_what_never_arrives(world: sim.World, still: Ledgers) -> None:
    (one,) = of_kind(world, still, "mirror")
    recorded = still.recorded.copy()
    recorded[np.ix_([0], one.since, one.origins, one.partners, one.goods)] *= 3.0
    recorded[np.ix_([2], one.since, one.partners, one.origins, one.goods)] *= 2.0
    ratio = recorded[2][np.ix_(one.before, one.partners, one.origins, one.goods)].sum() / (
        recorded[0][np.ix_(one.before, one.origins, one.partners, one.goods)].sum()
    )
    assert designs.mirror(replace(still, recorded=recorded), one) == pytest.approx(100.0 * (1.0 - ratio / 2.0), abs=0.5)


def test_what_is_rerouted_and_replaced(world: sim.World, still: Ledgers) -> None:
    rerouted, replaced = of_kind(world, still, "rerouted")[0], of_kind(world, still, "replaced")[0]
    true, target = still.true.copy(), rerouted.partners[0]
    coalition = rerouted.brand
    lost = true[0][np.ix_(rerouted.since, rerouted.origins, [target], [coalition], rerouted.goods)].sum() * 0.5
    true[np.ix_([0], rerouted.since, rerouted.origins, [target], [coalition], rerouted.goods)] *= 0.5
    months, at = len(rerouted.since), rerouted.origins[0]
    true[1, rerouted.since, at, target, coalition, rerouted.goods[0]] += 0.2 * lost / months
    true[1, rerouted.since, at, target, 1 - coalition, rerouted.goods[0]] += 0.3 * lost / months
    put_in = replace(still, true=true)
    assert designs.rerouted(put_in, rerouted) == pytest.approx(20.0, abs=0.5)
    assert designs.replaced(put_in, replaced) == pytest.approx(30.0, abs=0.5)


def test_the_table_says_what_is_met(world: sim.World, still: Ledgers) -> None:
    some = designs.load_designs(world, still.months)
    found = np.zeros((5, len(some)))
    table = designs.table_of(some, found).set_index("id")
    assert not table.loc["B2-coalition-banned", "held"] and table.loc["C3-free", "held"]
    assert table.loc["B21-coalition", "held"] and table.loc["B21-neutral", "held"]
    effects = {row["id"] for row in sim.csv_records(designs.FIGURES / "measured_effects.csv")}
    assert {one.effect for one in some} <= effects
