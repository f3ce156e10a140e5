"""Each behaviour rests without law, moves under it, and is gone when its parameter says so."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.model.kernels.intermediaries import Moment, Prospects

# Parameter, the value that switches the behaviour off, and the array of the record that it alone moves.
SWITCHES = [
    ("announcement_speed", 0.0, "word"),
    ("law_speed", 0.0, "law"),
    ("payment_entry", 0.0, "agents"),
    ("components_limit", 0.0, "as_parts"),
    ("front_loading", 0.0, "stocks"),
]


@pytest.mark.parametrize(("parameter", "off", "array"), SWITCHES)
def test_a_behaviour_moves_under_law_and_not_when_switched_off(reference, paired, parameter, off, array):
    assert getattr(paired.policy.source.record, array).max() > 0.0
    without = reference.with_changes(parameters={parameter: off}).run().source.record
    assert np.abs(getattr(without, array)).max() == 0.0


def test_without_law_every_behaviour_rests(paired):
    """Drivers of demand alone, war included, are no reason to speak, legislate, refuse, hide or hoard."""
    record = paired.baseline.source.record
    for array in ("word", "law", "agents", "as_parts", "stocks", "provoked", "banned", "threat", "pressure"):
        assert np.abs(getattr(record, array)).max() == 0.0, array
    assert (record.resolve == 1.0).all()


def test_last_legs_stay_where_intermediaries_do_not_choose(reference, paired):
    """The intermediaries' own legs are compared: what arrives by each also depends on what its hub can carry."""
    apart = []
    for case in (reference.with_changes(parameters={"onward_response": 0.0}), reference):
        model = case.model()
        usual, furthest = model.constants.hubs.exit_hub_shares, 0.0
        for _ in range(case.scenario.months.count):
            model.step()
            furthest = max(furthest, np.abs(model.state.transit.exit_hub_shares - usual).max())
        apart.append(furthest)
    assert apart[0] < 1e-12
    assert apart[1] > 0.1
    moved = paired.policy.source.record.onward
    usual = paired.baseline.source.record.onward
    apart = [1.0 - np.einsum("mhgh->", each) / each.sum() for each in (moved, usual)]
    assert apart[0] != pytest.approx(apart[1], rel=1e-3)


def test_what_is_bought_ahead_is_put_aside_and_used_later(reference):
    model = reference.with_changes(months={"first": "2023-07", "last": "2023-12", "run_from": "2023-07"}).model()
    base, markets = model.base, model.state.markets
    abroad = base.origin[:, None] != base.destination[None, :]
    seen = 0.0
    for _ in range(6):
        before = markets.stocks.copy()
        model.step()
        delivered = (model.state.shipments.delivered * abroad).sum()
        assert markets.arrivals.sum() + markets.stocks.sum() - before.sum() == pytest.approx(delivered, rel=1e-12)
        assert markets.stocks.min() >= 0.0
        seen = max(seen, markets.stocks.max())
    assert 0.0 < markets.stocks.max() < seen  # bought ahead of the licences of September, and partly used by December


@pytest.mark.parametrize(
    ("parameter", "weak", "strong"),
    [("law_speed", 0.0, 0.2), ("union_checks", 0.0, 1.0), ("vigilance", 0.0, 4.0), ("weight_pressure", 0.0, 5.0)],
)
def test_stricter_hubs_let_less_pass(reference, parameter, weak, strong):
    """Priority goods of coalition brands through all hubs fall as any of the hubs' checks grows."""
    passed = []
    for value in (weak, strong):
        flows = reference.with_changes(parameters={parameter: value}).run().to_target()
        mine = (flows["route"] != "direct") & (flows["good"] == "high_priority") & (flows["month"] >= "2023-06")
        passed.append(flows[mine]["volume_musd"].sum())
    assert passed[1] < passed[0]


def test_resolve_gives_way_only_beyond_the_limit(reference, paired):
    assert (paired.policy.source.record.resolve == 1.0).all()
    soft = reference.with_changes(parameters={"pain_limit": 0.002}).run().source
    members = np.asarray(soft.world.is_coalition)
    assert soft.record.resolve[-1, members].min() < 1.0
    assert (soft.record.resolve[:, ~members] == 1.0).all()
    assert soft.record.effort[-1, members].mean() < paired.policy.source.record.effort[-1, members].mean()


def test_intelligence_errs_in_sampled_mode_only(reference):
    line = {
        "id": "line", "kind": "red_line", "by": ["coalition"], "towards": ["RUS"], "against": ["CHN"],
        "goods": ["machinery"], "effective": "2022-03-01", "strength": 2.0, "multiple": 1.6, "source": "a test",
    }  # fmt: skip
    case = reference.with_changes(policies=[line], months={"last": "2023-12"})
    runs = {}
    for mode in ("expected", "sampled"):
        for noise in (0.0, 1.0):
            chosen = case.with_changes(agents={"mode": mode}, parameters={"intelligence_noise": noise})
            runs[mode, noise] = chosen.run().source.record.provoked
    np.testing.assert_array_equal(runs["expected", 0.0], runs["expected", 1.0])
    assert not np.array_equal(runs["sampled", 0.0], runs["sampled", 1.0])


def test_listings_near_by_frighten_and_are_forgotten(reference):
    """Beliefs jump with a listing in the state, more in its own good, and fade."""
    listing = {
        "id": "few", "kind": "entity_listing", "by": ["USA"], "towards": ["RUS"], "firms_in": ["IND"],
        "who": "exporters", "goods": ["electrical_2022"], "effective": "2022-03-01", "strength": 40, "source": "a test",
    }  # fmt: skip
    case = reference.without_policies().with_changes(policies=[listing])
    model = case.model()
    here = model.world.states.index("IND")
    mine = {good: (model.base.origin == here) & (model.base.good == g) for g, good in enumerate(model.world.goods)}
    goods, path = ("electrical_2022", "machinery_2022"), []
    for _ in range(30):
        model.step()
        path.append([model.state.outlook.believed_hazard[mine[good], 0].max() for good in goods])
    electrical, machinery = np.array(path).T
    assert electrical.max() > machinery.max() > 0.0
    assert electrical[-1] < 0.5 * electrical.max()
    alone = case.with_changes(parameters={"listing_near": 0.0}).model()
    for _ in range(16):
        alone.step()
    assert alone.state.outlook.believed_hazard[mine["machinery_2022"], 0].max() == 0.0


@pytest.mark.parametrize("mode", ["expected", "sampled"])
def test_a_listed_intermediary_comes_back_only_where_the_trade_pays(reference, mode):
    returned = []
    for margin in (0.0, -10.0):
        model = reference.with_changes(agents={"mode": mode, "intermediaries": 2200}).model()
        held = model.intermediary_columns
        held.status_shares[:] = [0.0, 0.0, 1.0]
        model.state.passed_on.margin[:] = margin
        nobody, usual = np.zeros(len(model.world.hubs)), np.full(len(model.world.hubs), 1.0 - 1e-9)
        prospects = Prospects(model.state.passed_on.margin, nobody, usual, nobody)
        model.loops.turn_over(prospects, Moment(np.uint64(1), 1, mode == "expected"), model.parameters, held)
        np.testing.assert_allclose(held.status_shares.sum(axis=1), 1.0)
        left = 1.0 - held.status_shares[:, 2].mean()
        assert left == pytest.approx(1.0 - np.exp(-1.0 / model.values.return_delay), abs=0.03)
        returned.append(held.status_shares[:, 1].mean() / left)
    assert returned == pytest.approx([1.0, 0.0])


def test_a_state_keeps_off_its_firms_what_listings_spread_and_nothing_else(reference):
    """However strong its protection, listings never make its firms bolder than they were without any."""
    threat = {"id": "warn", "kind": "secondary_traders", "by": ["USA"], "towards": ["RUS"], "against": ["CHN"],
              "goods": ["all"], "effective": "2022-03-01", "strength": 1, "source": "a test"}  # fmt: skip
    listing = {"id": "few", "kind": "entity_listing", "by": ["USA"], "towards": ["RUS"], "firms_in": ["CHN"],
               "who": "exporters", "effective": "2022-03-01", "strength": 300, "every_month": True,
               "source": "a test"}  # fmt: skip
    case = reference.without_policies().with_changes(
        months={"first": "2022-02", "last": "2022-12", "run_from": "2022-02"}
    )
    china = case.world.states.index("CHN")
    sold, covered = [], []
    for laws, shield in (([threat], 0.0), ([threat, listing], 0.0), ([threat, listing], 100.0)):
        changed = case.with_changes(policies=laws, parameters={"weight_shield": shield})
        flows = changed.run().to_target()
        model, protection = changed.model(), []
        for _ in range(case.scenario.months.count):
            model.step()
            protection.append(model.state.governments.state_protection[china])
        sold.append(flows[(flows["origin"] == "CHN") & (flows["route"] == "direct")]["volume_musd"].sum())
        covered.append(max(protection))
    assert covered[:2] == [0.0, 0.0] and covered[2] > 0.3
    assert sold[1] < sold[2] < sold[0]


def test_the_largest_firms_are_listed_first():
    listing = {
        "id": "top", "kind": "entity_listing", "by": ["USA"], "towards": ["RUS"], "firms_in": ["CHN"],
        "who": "exporters", "select": "largest", "goods": ["drones"], "effective": "2022-01-10", "strength": 2,
        "source": "a test",
    }  # fmt: skip
    case = sim.load("reference", posterior="none").without_policies().with_changes(
        policies=[listing], agents={"exporters": 20_000}, months={"first": "2022-01", "last": "2022-02"}
    )  # fmt: skip
    model = case.model()
    before = model.exporters.get("route").copy()
    model.step()
    mine = (model.exporters.get("good") == "drones") & (model.exporters.get("origin") == "CHN")
    at_target = mine & model.constants.ends_at_target[before]
    listed, size = model.exporters.get("listed"), model.exporters.get("size")
    assert listed[at_target].any()
    assert not listed[~mine].any()
    assert size[listed].min() >= size[at_target & ~listed].max()


def test_a_ban_binds_firms_that_never_thought_of_the_target(reference):
    """The ban that names another destination stops what is sold there for its own use, by whomever."""
    hub = {
        "id": "hub-too", "kind": "export_ban", "by": ["coalition"], "towards": ["KAZ"], "goods": ["optics"],
        "effective": "2022-01-10", "strength": 0.9, "source": "a test",
    }  # fmt: skip
    runs = [
        case.run().flows
        for case in (reference.without_policies().with_changes(policies=[hub]), reference.without_policies())
    ]
    sold = [
        flows[
            (flows["destination"] == "KAZ") & (flows["good"] == "optics") & (flows["origin"] == "EU27")
            & (flows["month"] >= "2023-06")
        ]["volume_musd"].sum()
        for flows in runs
    ]  # fmt: skip
    assert sold[0] < 0.3 * sold[1]
