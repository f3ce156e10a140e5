"""The shipped world agrees with what was published, and its arrays with each other."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world_text import as_text

from sim.report.world_audit import audit, audit_tables
from sim.world import World
from sim.world.build.facts import Facts
from sim.world.hub_flows import LARGEST_THROUGH_SHARE, own_use, split_through
from sim.world.world import headquarters_share

YEAR = 12


def at(world: World, code: str) -> int:
    return world.states.index(code)


def test_the_worlds_shape(world: World) -> None:
    size, goods = len(world.states), len(world.goods)
    assert world.direct_musd.shape == world.recorded_musd.shape == (size, size, goods)
    assert world.through_musd.shape == (size, len(world.hubs), goods)
    assert world.target not in world.hubs
    assert world.is_coalition.sum() == world.role.count("coalition") == 7
    assert {world.states[h] for h in world.hubs} >= {
        "HKG",
        "TUR",
        "ARE",
        "KAZ",
        "KGZ",
        "ARM",
        "BLR",
        "GEO",
        "UZB",
        "SRB",
    }
    assert world.publishes_until[world.target] == "2022-01"
    assert world.base_year == 2021


def test_arrays_are_read_only(world: World) -> None:
    arrays = [v for v in (getattr(world, f.name) for f in dataclasses.fields(world)) if isinstance(v, np.ndarray)]
    assert len(arrays) > 10
    for array in arrays:
        assert not array.flags.writeable
        # Of some states no office publishes a total.
        assert np.all(np.isfinite(array) | np.isnan(array))


def test_every_road_starts_with_a_little_trade(world: World) -> None:
    apart = ~np.eye(len(world.states), dtype=bool)
    assert np.all(world.recorded_musd[apart] > 0)
    assert np.all(world.recorded_musd[~apart] == 0)
    assert np.all(world.direct_musd[apart] >= 0)


def test_what_reaches_the_target_is_its_customs_total(world: World) -> None:
    """293.5 bn USD CIF in 2021, and the European record of 89.2 bn EUR."""
    reached = YEAR * world.recorded_musd[:, world.target].sum()
    assert reached * 1.06 == pytest.approx(293_531.2, rel=1e-5)
    assert YEAR * world.recorded_musd[at(world, "EU27"), world.target].sum() == pytest.approx(
        89_169.3 * 1.1827, rel=1e-4
    )
    assert YEAR * world.recorded_musd[at(world, "CHN"), world.target].sum() == pytest.approx(67_510, rel=1e-5)
    assert YEAR * world.recorded_musd[at(world, "USA"), world.target].sum() == pytest.approx(6_388.3, rel=1e-5)


def test_listed_goods_towards_the_target(world: World) -> None:
    """12.75 bn USD CIF before the war, of which the European record shows EUR 2.15 bn."""
    listed = [index for index, tier in enumerate(world.control_tier) if tier]
    assert len(listed) == 1
    value = YEAR * world.recorded_musd[:, world.target, listed[0]]
    assert value.sum() * 1.06 == pytest.approx(12_755, rel=2e-3)
    assert value[at(world, "EU27")] == pytest.approx(2_152.45 * 1.1827, rel=1e-3)
    assert value[at(world, "ARM")] == pytest.approx(8.7629, rel=1e-3)
    assert value[at(world, "KGZ")] == pytest.approx(7.433, rel=1e-3)


def test_totals_of_states_match_the_published(world: World, facts: Facts) -> None:
    """Where the OECD file holds all exporters the pairs are the total; what is raised is told in world.yaml."""
    raised = {"HKG", "KGZ"}
    for row in facts.tables["state_totals_2021"]:
        index = at(world, row.text("state"))
        if row.text("exports_musd"):
            assert YEAR * world.recorded_musd[index].sum() == pytest.approx(row.number("exports_musd"), rel=1e-4)
        if row.text("imports_musd") and row.text("state") not in raised:
            assert YEAR * world.recorded_musd[:, index].sum() * 1.06 == pytest.approx(
                row.number("imports_musd"), rel=1e-4
            )


def test_goods_that_pass_hubs_stand_in_both_records(world: World) -> None:
    through = world.through_musd
    hubs = list(world.hubs)
    assert np.all(through >= 0)
    assert np.all(through[world.target] == 0)
    assert np.all(through <= LARGEST_THROUGH_SHARE * world.recorded_musd[:, hubs] * (1 + 1e-12))
    for place, hub in enumerate(hubs):
        assert np.all(through[hub, place] == 0)
    arrived = world.direct_musd[:, world.target].sum() + through.sum()
    assert arrived == pytest.approx(world.recorded_musd[:, world.target].sum(), rel=1e-12)
    passed_on = (world.onward * through.sum(axis=0)[:, None]).sum()
    own = (world.recorded_musd[:, hubs] - through).sum() - passed_on
    np.testing.assert_allclose(world.direct_musd[:, hubs].sum(), own, rtol=1e-12)


@given(st.integers(0, 2**32 - 1), st.one_of(st.just(0.0), st.floats(1e-12, 5.0)))
@settings(max_examples=50, deadline=None)
def test_the_split_never_exceeds_its_bounds(seed: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    recorded = rng.lognormal(0, 2, (5, 5, 3))
    recorded[np.arange(5), np.arange(5)] = 0
    hubs, target = (1, 3), 4
    reexports = size * rng.random((2, 3)) * recorded[list(hubs), target]
    reexports = np.minimum(reexports, recorded[list(hubs), target])
    through = split_through(recorded, reexports, hubs, target)
    assert np.all(through <= LARGEST_THROUGH_SHARE * recorded[:, list(hubs)] * (1 + 1e-12))
    assert np.all(through.sum(axis=0) <= reexports * (1 + 1e-12))
    direct = own_use(recorded, through, hubs, target)
    assert np.all(direct >= 0)
    assert direct[:, target].sum() + through.sum() == pytest.approx(recorded[:, target].sum())


def test_season_has_a_trough_and_mean_one(world: World) -> None:
    season = world.season[world.target]
    assert season.mean() == pytest.approx(1.0, abs=1e-6)
    assert season.argmin() == 1
    others = np.delete(world.season, world.target, axis=0)
    assert np.all(others == 1.0)


def test_headquarters_shares(world: World) -> None:
    share = world.coalition_hq_share
    assert np.all((share >= 0) & (share <= 1))
    assert np.all(share[world.is_coalition] == 1)
    exports = world.recorded_musd.sum(axis=1)
    china = at(world, "CHN")
    assert (share[china] @ exports[china]) / exports[china].sum() == pytest.approx(0.16, rel=1e-3)
    flat = headquarters_share(np.array([0.3]), np.array([0.0, 0.0]), np.array([[1.0, 2.0]]))
    np.testing.assert_array_equal(flat, [[0.3, 0.3]])


def test_exposures_follow_the_baseline(world: World) -> None:
    exports = world.recorded_musd.sum(axis=2)
    expected = exports[:, world.is_coalition].sum(axis=1) / exports.sum(axis=1)
    np.testing.assert_allclose(world.finance_exposure, expected, rtol=1e-4)
    assert world.alignment[world.target] == 1
    assert np.all(world.alignment[world.is_coalition] == -1)


def test_the_world_says_how_much_was_seen(world: World) -> None:
    everywhere, target = world.observed_share(), world.observed_share(world.target)
    for shares in (everywhere, target):
        assert sum(shares.values()) == pytest.approx(1.0)
    assert everywhere["imputed"] < 0.6
    assert target["imputed"] < 0.02
    seen = audit(world).seen
    np.testing.assert_allclose(seen.sum(axis=1), 1.0)
    assert seen.loc["towards the target, totals by pair", "observed"] > 0.7


def test_the_audit_reads_as_text(world: World) -> None:
    told = as_text(audit_tables(world))
    for part in ("Share of the value", "published exports", "through hubs", world.digest[:12], "derived"):
        assert part in told
    assert "nan" not in as_text(audit_tables(dataclasses.replace(world, base_year=1999)))
