"""What every policy instrument promises, swept over the registry: a new one is tested unasked."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.lawbook import Lawbook, lane_index
from sim.months import parse_month
from sim.policies import INSTRUMENTS, Policy
from sim.regime import CELL_FIELDS, FIELDS, LANE_FIELDS, Regime, free_trade

COMMON = {"id": "clause", "effective": dt.date(2022, 5, 17), "ends": dt.date(2023, 4, 20), "source": "a test"}
EXAMPLES: dict[str, dict[str, object]] = {
    "null_policy": {"by": ("USA",), "towards": ("RUS",), "strength": 1.0},
    "export_ban": {
        "by": ("EU27", "USA"), "towards": ("RUS",), "goods": ("optics",), "strength": 0.7, "subsidiaries": 0.4,
    },
    "licensing_rule": {"by": ("CHN",), "towards": ("RUS", "KAZ"), "goods": ("drones",), "strength": 0.6},
    "entity_listing": {
        "by": ("USA",), "towards": ("RUS",), "firms_in": ("HKG", "CHN"), "who": "exporters", "goods": ("optics",),
        "strength": 7.0,
    },
    "secondary_traders": {
        "by": ("USA",), "towards": ("RUS",), "against": ("CHN",), "goods": ("optics",), "strength": 0.8,
        "announced": dt.date(2022, 4, 2),
    },
    "secondary_banks": {"by": ("USA",), "towards": ("RUS",), "against": ("TUR", "ARE"), "strength": 0.4},
    "corporate_exit": {"by": ("coalition",), "towards": ("RUS",), "goods": ("vehicles",), "strength": 1.3},
    "diplomatic_pressure": {"by": ("EU27",), "towards": ("RUS",), "against": ("GEO",), "strength": 0.9},
    "transit_ban": {"by": ("TUR",), "towards": ("RUS",), "goods": ("optics",), "strength": 0.8, "fidelity": 0.5},
    "designation_budget": {
        "by": ("USA", "EU27"), "towards": ("RUS",), "against": ("third",), "who": "exporters", "strength": 9.0,
    },
    "currency_ban": {
        "by": ("USA",), "towards": ("RUS",), "goods": ("optics",), "strength": 0.6, "invoiced_share": 0.4,
    },
    "no_re_export_clause": {"by": ("EU27",), "towards": ("RUS",), "goods": ("optics",), "strength": 0.3},
    "transit_tracking": {"by": ("KAZ",), "towards": ("RUS",), "goods": ("optics",), "strength": 0.7, "fidelity": 0.5},
    "inspection_campaign": {"by": ("TUR",), "towards": ("RUS",), "strength": 0.2},
    "tariff": {
        "by": ("USA",), "towards": ("RUS",), "against": ("IND", "CHN"), "goods": ("vehicles",), "strength": 0.25,
        "leverage": 2.0, "announced": dt.date(2022, 4, 2),
    },
    "blocking_law": {"by": ("CHN",), "towards": ("RUS",), "goods": ("drones",), "strength": 0.4},
    "retaliation": {
        "by": ("RUS",), "towards": ("RUS",), "against": ("EU27",), "goods": ("other",), "strength": 0.01, "rate": 0.3,
    },
    "route_closure": {
        "by": ("EU27",), "towards": ("RUS",), "through": ("KAZ",), "origins": ("EU27", "GBR"), "goods": ("vehicles",),
        "strength": 0.6,
    },
    "trade_promotion": {"by": ("CHN",), "towards": ("RUS",), "goods": ("machinery",), "strength": 0.1},
    "logistics_hub": {"by": ("KAZ",), "towards": ("RUS",), "goods": ("machinery",), "strength": 0.1, "capacity": 0.5},
    "supply_commitment": {"by": ("RUS",), "towards": ("RUS",), "partners": ("CHN", "IND"), "strength": 0.3},
    "price_cap": {"by": ("coalition",), "towards": ("RUS",), "strength": 0.25, "coverage": 0.4},
    "parallel_imports": {"by": ("RUS",), "towards": ("RUS",), "goods": ("vehicles",), "strength": 0.1},
    "partner_courting": {"by": ("RUS",), "towards": ("RUS",), "partners": ("KGZ",), "strength": 1.5},
    "red_line": {
        "by": ("USA",), "towards": ("RUS",), "against": ("CHN",), "goods": ("optics",), "strength": 1.2,
        "multiple": 3.0,
    },
}  # fmt: skip
# These act at the border of those who make them, and not where the goods they are about go.
AT_HOME = ("tariff", "retaliation")


def clause(kind: str, **changes: object) -> Policy:
    return INSTRUMENTS[kind](**{**COMMON, **EXAMPLES[kind], **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world():
    return sim.load_world("reference")


def shaped(world, policy: Policy, month: str) -> Regime:
    regime = free_trade(lane_index(world))
    policy.shape(regime, parse_month(month))
    return regime


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
            for name in ("banned_share", "licence_share", "payment_refusal", "closure", "transit_ban"):
                assert regime._fields[name].min() >= 0.0 and regime._fields[name].max() <= 1.0, name

    def test_months_of_equal_signature_have_equal_regimes(self, world, kind):
        policy = clause(kind)
        seen: dict[tuple[float, ...], Regime] = {}
        for month in range(parse_month("2022-01"), parse_month("2023-12")):
            regime = free_trade(lane_index(world))
            policy.shape(regime, month)
            known = seen.setdefault(policy.signature(month), regime)
            assert not any(len(where) for where in touched(known, regime).values()), month

    def test_round_trip_through_yaml(self, kind):
        scenario = sim.load("null").scenario.with_changes(policies=[clause(kind)])
        again = sim.parse_scenario(scenario.resolved_yaml())
        assert again == scenario and again.digest == scenario.digest

    def test_says_what_it_is(self, kind):
        instrument = INSTRUMENTS[kind]
        assert (instrument.__doc__ or "").strip()
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


@given(strength=st.floats(0.0, 1.0), harder=st.floats(0.0, 1.0))
@settings(max_examples=30, deadline=None)
def test_a_stronger_clause_never_frees_a_lane(strength, harder):
    world = sim.load_world("reference")
    weak, strong = sorted((strength, harder))
    for kind in ("export_ban", "licensing_rule", "secondary_banks", "transit_ban"):
        low, high = (shaped(world, clause(kind, strength=s), "2022-09") for s in (weak, strong))
        for name in ("banned_share", "licence_share", "payment_refusal", "transit_ban"):
            assert (high._fields[name] >= low._fields[name] - 1e-15).all(), (kind, name)


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
