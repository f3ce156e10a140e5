"""What each instrument does to the law, worked out by hand.

Clauses take effect on the first of a month unless a test is about days, so that ages are whole months: none in the
first month, three in the fourth.
"""

from __future__ import annotations

import datetime as dt
from math import log

import numpy as np
import pytest

from sim.common.months import parse_month
from sim.policies.regime import FIELDS, LANE_FIELDS, Regime, free_trade
from sim.policies.schedule import Lawbook
from sim.world import World
from tests.contracts.clauses import clause, shaped

FIRST_OF_JUNE = dt.date(2022, 6, 1)
COALITION, NEUTRAL = 0, 1


def regime_of(world: World, kind: str, month: str = "2022-06", **changes: object) -> Regime:
    """The regime that one clause makes; it takes effect on 1 June 2022 and does not end."""
    dates = {"effective": FIRST_OF_JUNE, "announced": None, "ends": None}
    return shaped(world, clause(kind, **{**dates, **changes}), month)


def lane(regime: Regime, field: str, origin: str, good: str, to: str, through: str = "", brand: int = NEUTRAL) -> float:
    """A field on one lane: the direct road to a destination, or the road through a hub to the target."""
    index = regime.index
    hub = index.state[through] if through else None
    road = next(k for k, road in enumerate(index.roads) if road.hub == hub and road.destination == index.state[to])
    where = np.ravel_multi_index((index.state[origin], brand, index.good[good], road), index.shape)
    return float(regime.lane(field).ravel()[where])


def state(regime: Regime, field: str, code: str) -> float:
    return float(regime.state(field)[regime.index.state[code]])


def cell(regime: Regime, field: str, code: str, good: str) -> float:
    return float(regime.cell(field)[regime.index.state[code], regime.index.good[good]])


def moved(regime: Regime) -> set[str]:
    """Names of the fields that the clause touched."""
    free = free_trade(regime.index)
    return {name for name in FIELDS if (regime._fields[name] != free._fields[name]).any()}


class TestExportBan:
    def test_winds_down_evenly_and_threatens_at_once(self, world):
        # Over four months from 1 June: on average 1/8 of it in June, 3/8 in July, 5/8, 7/8, then all of it.
        for month, part in {"06": 1 / 8, "07": 3 / 8, "08": 5 / 8, "09": 7 / 8, "10": 1.0, "12": 1.0}.items():
            regime = regime_of(world, "export_ban", f"2022-{month}", wind_down_months=4, penalty=0.9)
            assert lane(regime, "banned_share", "EU27", "optics", "RUS") == pytest.approx(0.7 * part), month
            assert lane(regime, "domestic_hazard", "EU27", "optics", "RUS") == 0.9

    def test_a_wind_down_that_ends_within_a_month(self, world):
        # Half a month long: on average over June a quarter of the first half is missing, so 3/4 of the ban.
        regime = regime_of(world, "export_ban", wind_down_months=0.5)
        assert lane(regime, "banned_share", "EU27", "optics", "RUS") == pytest.approx(0.7 * 0.75)

    def test_of_no_wind_down_is_full_on_its_first_day(self, world):
        regime = regime_of(world, "export_ban", effective=dt.date(2022, 6, 16))
        assert lane(regime, "banned_share", "EU27", "optics", "RUS") == pytest.approx(0.7 * 15 / 30)

    def test_months_after_the_wind_down_share_a_regime(self, world):
        book = Lawbook(world, [clause("export_ban", wind_down_months=4, ends=None)])
        regimes = [book.regime(parse_month(month)) for month in ("2022-06", "2022-07", "2022-10", "2023-01")]
        assert len({id(regime) for regime in regimes}) == 3
        assert regimes[2] is regimes[3]


class TestLicensingRule:
    def test_is_lenient_towards_the_target_on_direct_roads_only(self, world):
        regime = regime_of(world, "licensing_rule", fidelity=0.5, leniency=0.75, lenient_towards=("target",))
        assert lane(regime, "licence_share", "CHN", "drones", "RUS") == pytest.approx(0.6 * 0.5 * 0.25)
        assert lane(regime, "licence_share", "CHN", "drones", "RUS", through="KAZ") == pytest.approx(0.6 * 0.5)
        assert lane(regime, "licence_share", "CHN", "drones", "KAZ") == pytest.approx(0.6 * 0.5)
        assert lane(regime, "licence_odds_military", "CHN", "drones", "RUS") == 0.1

    def test_is_lenient_towards_a_hub_on_the_roads_through_it(self, world):
        regime = regime_of(world, "licensing_rule", leniency=0.5, lenient_towards=("KAZ",))
        assert lane(regime, "licence_share", "CHN", "drones", "RUS") == 0.6
        assert lane(regime, "licence_share", "CHN", "drones", "RUS", through="KAZ") == 0.3
        assert lane(regime, "licence_share", "CHN", "drones", "KAZ") == 0.3

    def test_of_full_leniency_asks_for_nothing_there(self, world):
        regime = regime_of(world, "licensing_rule", leniency=1.0, lenient_towards=("target",))
        assert lane(regime, "licence_share", "CHN", "drones", "RUS") == 0.0
        assert lane(regime, "licence_delay_months", "CHN", "drones", "RUS") == 0.0

    def test_leniency_towards_whom_the_rule_does_not_bind_changes_nothing(self, world):
        strict = regime_of(world, "licensing_rule")
        lenient = regime_of(world, "licensing_rule", leniency=0.5, lenient_towards=("ARM",))
        np.testing.assert_array_equal(strict.lane("licence_share"), lenient.lane("licence_share"))


class TestEntityListing:
    @pytest.mark.parametrize(("select", "field"), [("suspects", "exporters_listed"), ("largest", "largest_listed")])
    def test_lists_exporters_of_its_goods_once(self, world, select, field):
        regime = regime_of(world, "entity_listing", select=select)
        assert moved(regime) == {field}
        assert cell(regime, field, "CHN", "optics") == cell(regime, field, "HKG", "optics") == 7.0
        assert regime.cell(field).sum() == 14.0
        assert moved(regime_of(world, "entity_listing", "2022-07", select=select)) == set()

    def test_every_month_by_its_days(self, world):
        changes = {"every_month": True, "ends": dt.date(2022, 9, 15)}
        assert (
            cell(regime_of(world, "entity_listing", "2022-08", **changes), "exporters_listed", "CHN", "optics") == 7.0
        )
        assert (
            cell(regime_of(world, "entity_listing", "2022-09", **changes), "exporters_listed", "CHN", "optics") == 3.5
        )

    def test_lists_houses_of_a_hub(self, world):
        regime = regime_of(world, "entity_listing", who="traders", goods=("all",))
        assert moved(regime) == {"traders_listed"}
        assert state(regime, "traders_listed", "HKG") == 7.0

    def test_names_change_nothing(self, world):
        names = tuple(f"Firm {number}" for number in range(7))
        named = regime_of(world, "entity_listing", firms_in=("CHN",), names=names)
        plain = regime_of(world, "entity_listing", firms_in=("CHN",))
        np.testing.assert_array_equal(named.cell("exporters_listed"), plain.cell("exporters_listed"))


class TestDesignationBudget:
    def test_is_shared_equally_among_those_who_make_it(self, world):
        regime = regime_of(world, "designation_budget")
        assert moved(regime) == {"exporter_budget", "in_reach"}
        assert state(regime, "exporter_budget", "USA") == state(regime, "exporter_budget", "EU27") == 4.5
        assert regime.state("exporter_budget").sum() == 9.0
        third = {code for code, role in zip(world.states, world.role, strict=True) if role == "third"}
        assert {world.states[i] for i in np.flatnonzero(regime.state("in_reach") == 1.0)} == third

    def test_of_traders_and_of_part_of_a_month(self, world):
        regime = regime_of(world, "designation_budget", who="traders", by=("USA",), effective=dt.date(2022, 6, 21))
        assert state(regime, "trader_budget", "USA") == pytest.approx(3.0)
        assert state(regime, "in_reach", "CHN") == 1.0


class TestCurrencyBan:
    def test_refuses_less_and_costs_more_as_contracts_switch(self, world):
        # 0.6 of 0.4 is refused at first; after three months of a half-life of three, half of that, and half pays 2 %.
        for month, left in {"06": 1.0, "09": 0.5, "12": 0.25}.items():
            regime = regime_of(world, "currency_ban", f"2022-{month}", switch_months=3)
            for origin, through in (("CHN", ""), ("EU27", "TUR"), ("USA", "")):
                refused = lane(regime, "payment_refusal", origin, "optics", "RUS", through)
                assert refused == pytest.approx(0.24 * left), (month, origin)
                fee = lane(regime, "payment_fee", origin, "optics", "RUS", through)
                assert fee == pytest.approx(0.24 * (1 - left) * log(1.02)), (month, origin)

    def test_in_other_markets_the_currency_still_clears(self, world):
        regime = regime_of(world, "currency_ban", "2022-09")
        assert lane(regime, "payment_refusal", "CHN", "optics", "TUR") == 0.0
        assert lane(regime, "payment_refusal", "CHN", "drones", "RUS") == 0.0


class TestNoReExportClause:
    def test_acts_through_hubs_only(self, world):
        regime = regime_of(world, "no_re_export_clause", effective=dt.date(2022, 6, 16))
        assert moved(regime) == {"pledge_hazard"}
        for hub in ("KAZ", "TUR"):
            for brand in (COALITION, NEUTRAL):
                assert lane(regime, "pledge_hazard", "EU27", "optics", "RUS", hub, brand) == pytest.approx(0.15)
        assert lane(regime, "pledge_hazard", "EU27", "optics", "RUS") == 0.0
        assert lane(regime, "pledge_hazard", "EU27", "optics", "KAZ") == 0.0
        assert lane(regime, "pledge_hazard", "CHN", "optics", "RUS", "KAZ") == 0.0


@pytest.mark.parametrize(
    "kind",
    ["no_re_export_clause", "transit_tracking", "transit_ban", "logistics_hub", "parallel_imports", "red_line"],
)
def test_what_works_through_hubs_is_idle_where_it_is_not_aimed_at_the_target(world, kind):
    assert moved(regime_of(world, kind)) != set()
    assert moved(regime_of(world, kind, towards=("KAZ",))) == set()


def test_transit_tracking_shows_what_its_fidelity_leaves(world):
    regime = regime_of(world, "transit_tracking")
    assert moved(regime) == {"tracking"}
    assert cell(regime, "tracking", "KAZ", "optics") == pytest.approx(0.35)
    assert regime.cell("tracking").sum() == pytest.approx(0.35)


def test_an_inspection_campaign_fades(world):
    for month, left in {"06": 0.2, "09": 0.1, "12": 0.05}.items():
        regime = regime_of(world, "inspection_campaign", f"2022-{month}", half_life_months=3)
        assert moved(regime) == {"inspection"}
        assert state(regime, "inspection", "TUR") == pytest.approx(left)
    mid = regime_of(world, "inspection_campaign", effective=dt.date(2022, 6, 16))
    assert state(mid, "inspection", "TUR") == pytest.approx(0.2 * 0.5)


class TestTariff:
    def test_is_paid_at_the_border_of_those_who_levy_it(self, world):
        regime = regime_of(world, "tariff")
        assert moved(regime) == {"tariff", "leverage"}
        for seller in ("IND", "CHN"):
            assert lane(regime, "tariff", seller, "vehicles_2022", "USA") == pytest.approx(log(1.25))
            assert lane(regime, "tariff", seller, "vehicles_2022", "RUS") == 0.0
            assert state(regime, "leverage", seller) == 2.0
        assert lane(regime, "tariff", "IND", "optics", "USA") == 0.0
        assert lane(regime, "tariff", "USA", "vehicles_2022", "IND") == 0.0

    def test_presses_a_little_while_it_is_under_review(self, world):
        under_review = {"announced": dt.date(2022, 4, 16), "effective": dt.date(2022, 6, 16), "review": 0.25}
        april, may, june = (regime_of(world, "tariff", f"2022-0{month}", **under_review) for month in (4, 5, 6))
        assert state(april, "leverage", "IND") == pytest.approx(2.0 * 0.25 * 0.5)
        assert state(may, "leverage", "IND") == pytest.approx(2.0 * 0.25)
        assert moved(may) == {"leverage"}
        assert state(june, "leverage", "IND") == pytest.approx(2.0 * (0.5 + 0.25 * 0.5))
        assert lane(june, "tariff", "IND", "vehicles_2022", "USA") == pytest.approx(log(1.25) / 2)

    def test_presses_nobody_where_it_is_not_about_the_target(self, world):
        assert moved(regime_of(world, "tariff", towards=("USA",))) == {"tariff"}

    def test_nobody_taxes_its_own_goods(self, world):
        regime = regime_of(world, "tariff", by=("USA", "EU27"), against=("all",))
        assert lane(regime, "tariff", "USA", "vehicles_2022", "USA") == 0.0
        assert lane(regime, "tariff", "EU27", "vehicles_2022", "USA") == pytest.approx(log(1.25))
        assert lane(regime, "tariff", "USA", "vehicles_2022", "EU27") == pytest.approx(log(1.25))


def test_a_blocking_law_shields_every_firm_of_the_state_on_every_road(world):
    regime = regime_of(world, "blocking_law")
    assert moved(regime) == {"shield"}
    for brand in (COALITION, NEUTRAL):
        for through in ("", "KAZ"):
            assert lane(regime, "shield", "CHN", "drones", "RUS", through, brand) == 0.4
    assert lane(regime, "shield", "CHN", "drones", "USA") == 0.0
    assert lane(regime, "shield", "IND", "drones", "RUS") == 0.0


def test_retaliation_hurts_and_taxes(world):
    regime = regime_of(world, "retaliation", effective=dt.date(2022, 6, 16))
    assert moved(regime) == {"retaliation", "tariff"}
    assert state(regime, "retaliation", "EU27") == pytest.approx(0.005)
    assert regime.state("retaliation").sum() == pytest.approx(0.005)
    assert lane(regime, "tariff", "EU27", "essentials", "RUS") == pytest.approx(log(1.3) / 2)
    assert lane(regime, "tariff", "EU27", "essentials", "RUS", "KAZ") == 0.0
    assert moved(regime_of(world, "retaliation", rate=0.0)) == {"retaliation"}


class TestRouteClosure:
    def test_through_named_hubs(self, world):
        regime = regime_of(world, "route_closure")
        assert moved(regime) == {"closure"}
        assert lane(regime, "closure", "GBR", "vehicles_2022", "RUS", "KAZ") == 0.6
        assert lane(regime, "closure", "GBR", "vehicles_2022", "RUS", "TUR") == 0.0
        assert lane(regime, "closure", "GBR", "vehicles_2022", "RUS") == 0.0
        assert lane(regime, "closure", "CHN", "vehicles_2022", "RUS", "KAZ") == 0.0

    def test_of_direct_roads_where_no_hub_is_named(self, world):
        regime = regime_of(world, "route_closure", through=(), origins=("all",))
        assert lane(regime, "closure", "CHN", "vehicles_2022", "RUS") == 0.6
        assert lane(regime, "closure", "CHN", "vehicles_2022", "RUS", "KAZ") == 0.0


@pytest.mark.parametrize(
    ("kind", "helped", "not_helped"),
    [
        ("trade_promotion", [("CHN", "", NEUTRAL), ("CHN", "", COALITION)], [("CHN", "KAZ", NEUTRAL), ("IND", "", 1)]),
        ("logistics_hub", [("CHN", "KAZ", NEUTRAL), ("EU27", "KAZ", COALITION)], [("CHN", "", 1), ("CHN", "TUR", 1)]),
        (
            "parallel_imports",
            [("EU27", "KAZ", COALITION), ("CHN", "TUR", COALITION)],
            [("EU27", "", COALITION), ("EU27", "KAZ", NEUTRAL)],
        ),
    ],
)
def test_what_promotes_takes_a_share_of_the_cost_off(world, kind, helped, not_helped):
    regime = regime_of(world, kind, goods=("machinery_2022",), effective=dt.date(2022, 6, 16))
    for origin, through, brand in helped:
        found = lane(regime, "promotion", origin, "machinery_2022", "RUS", through, brand)
        assert found == pytest.approx(-log(0.9) / 2), (origin, through, brand)
    for origin, through, brand in not_helped:
        assert lane(regime, "promotion", origin, "machinery_2022", "RUS", through, brand) == 0.0, (
            origin,
            through,
            brand,
        )
    assert (regime.lane("promotion") >= 0.0).all()


def test_a_logistics_hub_adds_room_for_the_days_it_is_open(world):
    assert state(regime_of(world, "logistics_hub"), "hub_room", "KAZ") == 0.5
    half = regime_of(world, "logistics_hub", effective=dt.date(2022, 6, 16))
    assert state(half, "hub_room", "KAZ") == 0.25
    assert moved(regime_of(world, "logistics_hub", capacity=0.0)) == {"promotion"}


def test_a_supply_commitment_is_built_up_and_then_stands(world):
    # Over two months: on average a quarter in June, three quarters in July, then all of it.
    for month, part in {"06": 0.25, "07": 0.75, "08": 1.0, "11": 1.0}.items():
        regime = regime_of(world, "supply_commitment", f"2022-{month}", build_up_months=2)
        assert moved(regime) == {"commitment"}
        assert state(regime, "commitment", "CHN") == state(regime, "commitment", "IND") == pytest.approx(0.3 * part)
        assert state(regime, "commitment", "RUS") == 0.0
    book = Lawbook(world, [clause("supply_commitment", build_up_months=2, ends=None)])
    assert book.regime(parse_month("2022-08")) is book.regime(parse_month("2023-08"))


def test_a_price_cap_fades_to_its_lasting_part(world):
    # A quarter off 0.4 of exports, of which 0.2 lasts and the rest halves every three months.
    for month, part in {"2022-06": 1.0, "2022-09": 0.2 + 0.8 / 2, "2022-12": 0.2 + 0.8 / 4, "2042-12": 0.2}.items():
        regime = regime_of(world, "price_cap", month, evasion_months=3, lasting=0.2)
        assert moved(regime) == {"revenue_loss"}
        assert state(regime, "revenue_loss", "RUS") == pytest.approx(0.25 * 0.4 * part), month
        assert np.count_nonzero(regime.state("revenue_loss")) == 1


def test_courting_and_pressure_fade_alike(world):
    same = {"strength": 1.5, "half_life_months": 3}
    for month, left in {"06": 1.5, "09": 0.75, "12": 0.375}.items():
        favour = regime_of(world, "partner_courting", f"2022-{month}", **same)
        visit = regime_of(world, "diplomatic_pressure", f"2022-{month}", against=("KGZ",), **same)
        assert moved(favour) == {"courting"}
        assert state(favour, "courting", "KGZ") == state(visit, "pressure", "KGZ") == pytest.approx(left)


def test_the_nearest_red_line_and_the_worst_threat_hold(world):
    regime = regime_of(world, "red_line")
    assert moved(regime) == {"red_line", "red_line_threat"}
    assert cell(regime, "red_line", "CHN", "optics") == 3.0
    assert cell(regime, "red_line_threat", "CHN", "optics") == 1.2
    assert np.isinf(cell(regime, "red_line", "CHN", "drones")) and np.isinf(cell(regime, "red_line", "IND", "optics"))
    clause("red_line", id="nearer", multiple=2.0, strength=0.5).shape(regime, parse_month("2022-06"))
    clause("red_line", id="farther", multiple=9.0, strength=0.1).shape(regime, parse_month("2022-06"))
    assert cell(regime, "red_line", "CHN", "optics") == 2.0
    assert cell(regime, "red_line_threat", "CHN", "optics") == 1.2


def test_corporate_exit_grows_to_full_and_then_stands(world):
    for month, part in {"06": 0.5, "07": 1.0, "09": 1.0}.items():
        regime = regime_of(world, "corporate_exit", f"2022-{month}", months_to_full=2)
        direct = lane(regime, "reputation", "EU27", "vehicles_2022", "RUS", brand=COALITION)
        assert direct == pytest.approx(1.3 * part), month
        assert lane(regime, "reputation", "CHN", "vehicles_2022", "RUS", brand=COALITION) == pytest.approx(0.4 * direct)
        hidden = lane(regime, "reputation", "EU27", "vehicles_2022", "RUS", "KAZ", brand=COALITION)
        assert hidden == pytest.approx(0.3 * direct)
    book = Lawbook(world, [clause("corporate_exit", ends=None)])
    assert book.regime(parse_month("2022-08")) is book.regime(parse_month("2023-08"))


def test_a_group_stands_for_its_states(world):
    by_group = regime_of(world, "no_re_export_clause", by=("coalition",))
    members = tuple(code for code, role in zip(world.states, world.role, strict=True) if role == "coalition")
    one_by_one = regime_of(world, "no_re_export_clause", by=members)
    assert len(members) > 1
    for name in LANE_FIELDS:
        np.testing.assert_array_equal(by_group._fields[name], one_by_one._fields[name])
