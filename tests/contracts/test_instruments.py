"""What every policy instrument promises, swept over the registry: a new one is tested unasked."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import sim
from sim.common.months import parse_month
from sim.policies import INSTRUMENTS
from sim.policies.regime import CELL_FIELDS, FIELDS, LANE_FIELDS, Regime, free_trade
from sim.policies.schedule import Lawbook, lane_index
from tests.contracts.clauses import EXAMPLES, clause, shaped

# Fields that are shares, and those that law lowers.
SHARES = (
    "banned_share", "licence_share", "licence_odds_civil", "licence_odds_military", "payment_refusal", "closure",
    "shield", "pledge_hazard", "commitment", "revenue_loss", "inspection", "transit_ban", "tracking",
)  # fmt: skip
FALLING = ("licence_odds_civil", "licence_odds_military", "red_line")
# These act at the border of those who make them, and not where the goods they are about go.
AT_HOME = ("tariff", "retaliation")


def touched(a: Regime, b: Regime) -> dict[str, np.ndarray]:
    return {name: np.flatnonzero(a._fields[name] != b._fields[name]) for name in FIELDS}


def test_the_sweep_is_not_empty_and_complete():
    assert set(EXAMPLES) == set(INSTRUMENTS)
    assert len(INSTRUMENTS) >= 25


@pytest.mark.parametrize("kind", sorted(INSTRUMENTS))
class TestEveryInstrument:
    def test_is_idle_outside_its_window(self, world, kind):
        for month in ("2021-01", "2022-03", "2023-05", "2024-12"):
            changed = touched(shaped(world, clause(kind), month), free_trade(lane_index(world)))
            assert not any(len(where) for where in changed.values()), (month, changed)

    def test_does_something_inside_it(self, world, kind):
        changed = touched(shaped(world, clause(kind), "2022-05"), free_trade(lane_index(world)))
        assert any(len(where) for where in changed.values()) == (kind != "null_policy")

    def test_of_no_strength_leaves_every_bit(self, world, kind):
        changed = touched(shaped(world, clause(kind, strength=0.0), "2022-08"), free_trade(lane_index(world)))
        assert not any(len(where) for where in changed.values())

    def test_switched_off_leaves_every_bit(self, world, kind):
        changed = touched(shaped(world, clause(kind, enabled=False), "2022-08"), free_trade(lane_index(world)))
        assert not any(len(where) for where in changed.values())

    def test_keeps_to_its_own_goods_and_destinations(self, world, kind):
        policy = clause(kind)
        index = lane_index(world)
        changed = touched(shaped(world, policy, "2022-08"), free_trade(index))
        goods = index.goods(policy.goods)
        ends = set(index.states(policy.by if kind in AT_HOME else policy.towards))
        for name in LANE_FIELDS:
            _, _, good, road = np.unravel_index(changed[name], index.shape)
            assert set(good) <= set(goods), name
            assert {index.roads[k].destination for k in road} <= ends, name
        for name in CELL_FIELDS:
            assert set(changed[name] % len(world.goods)) <= set(goods), name

    def test_stays_inside_the_bounds_of_what_it_shapes(self, world, kind):
        for month in ("2022-05", "2022-12", "2023-04"):
            regime = shaped(world, clause(kind), month)
            for name in SHARES:
                assert regime._fields[name].min() >= 0.0 and regime._fields[name].max() <= 1.0, name

    @pytest.mark.parametrize(("weak", "strong"), [(0.0, 0.2), (0.2, 0.5)])
    def test_the_stronger_never_does_less(self, world, kind, weak, strong):
        low, high = (shaped(world, clause(kind, strength=strength), "2022-09") for strength in (weak, strong))
        for name in FIELDS:
            less, more = low._fields[name], high._fields[name]
            if name in FALLING:
                less, more = more, less
            assert (more >= less).all(), name

    def test_months_of_equal_signature_have_equal_regimes(self, world, kind):
        policy = clause(kind)
        seen: dict[tuple[float, ...], Regime] = {}
        for month in range(parse_month("2022-01"), parse_month("2023-12")):
            regime = free_trade(lane_index(world))
            policy.shape(regime, month)
            known = seen.setdefault(policy.signature(month), regime)
            assert not any(len(where) for where in touched(known, regime).values()), month

    def test_round_trip_through_yaml(self, kind):
        scenario = sim.load("null", posterior="none").scenario.with_changes(policies=[clause(kind)])
        again = sim.parse_scenario(scenario.resolved_yaml())
        assert again == scenario and again.digest == scenario.digest

    def test_says_what_it_is(self, kind):
        instrument = INSTRUMENTS[kind]
        assert (instrument.__doc__ or "").strip()
        assert kind == "null_policy" or "    Form" in (instrument.__doc__ or ""), (
            f"{kind}: say where its form comes from"
        )
        for name, field in instrument.model_fields.items():
            assert field.description or name == "kind", f"{kind}.{name}"

    @pytest.mark.parametrize("other", sorted(INSTRUMENTS))
    def test_commutes_with_every_other(self, world, kind, other):
        first, second = clause(kind), clause(other, id="other", effective=dt.date(2022, 6, 3))
        regimes = []
        for order in ((first, second), (second, first)):
            regime = free_trade(lane_index(world))
            for policy in order:
                policy.shape(regime, parse_month("2022-09"))
            regimes.append(regime)
        for name in FIELDS:
            np.testing.assert_allclose(regimes[0]._fields[name], regimes[1]._fields[name], rtol=1e-13, atol=1e-15)


def test_disjoint_clauses_do_not_touch_each_others_lanes(world):
    optics, drones = clause("export_ban"), clause("export_ban", id="b", goods=("drones",))
    month = "2022-09"
    alone, both = shaped(world, optics, month), shaped(world, optics, month)
    drones.shape(both, parse_month(month))
    mine = lane_index(world).lanes(("all",), ("optics",), ("all",))
    for name in LANE_FIELDS:
        np.testing.assert_array_equal(alone._fields[name][mine], both._fields[name][mine])


def test_a_partner_exemption_opens_the_partners_lane_and_its_neighbours(world):
    index = lane_index(world)
    bound = shaped(world, clause("licensing_rule", towards=("all",)), "2022-09").lane("licence_share")
    exempt = shaped(world, clause("licensing_rule", towards=("all",), exempt=("RUS",)), "2022-09").lane("licence_share")
    origin = index.lanes(("CHN",), ("drones",), ("RUS",), headquarters=1, through=())
    road = np.unravel_index(origin, index.shape)[3][0]
    row = int(origin[0] // index.shape[3])
    assert bound[row, road] > 0 and exempt[row, road] == 0.0
    hubs = [k for k, r in enumerate(index.roads) if r.hub is not None]
    assert (exempt[row, hubs] == bound[row, hubs]).all() and bound[row, hubs].max() > 0


def test_the_lawbook_forgets_an_expired_clause(world):
    book = Lawbook(world, [clause("export_ban")])
    before, after = book.regime(parse_month("2022-01")), book.regime(parse_month("2024-01"))
    assert before is after
