"""Rules as functions of numbers: bounds, limits and directions that hold for every number a run can meet."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.rules.enforcement import banned_part_shipped, compliance, law_hazard, licence_odds, wanted_effort
from sim.rules.evasion import components_share, false_use, label
from sim.rules.expectations import believed_hazard, contracts_ended_early
from sim.rules.governments import red_line_crossed, resolve, state_protection, wanted_law
from sim.rules.intermediation import (
    exit_hub_weight,
    hub_markup,
    intermediary_margin,
    passing_weight,
    payment_workaround,
)
from sim.rules.participation import entry_odds, exit_odds, wanted_participation
from sim.rules.pricing import brand_price, clearing_index
from sim.rules.route_choice import market_weight, route_weight

shares = st.floats(0.0, 1.0)
points = st.floats(0.0, 20.0)
many = settings(max_examples=300, deadline=None)


@given(ambiguity=shares, risk=points, more=points, response=st.floats(0.0, 10.0))
@many
def test_labels_hide_no_more_than_ambiguity_allows_and_more_under_risk(ambiguity, risk, more, response):
    plain, blurred = label(ambiguity, risk, response), label(ambiguity, risk + more, response)
    assert 0.0 <= plain <= blurred <= ambiguity * (1 + 1e-12)
    assert label(0.0, risk, response) == 0.0
    assert label(ambiguity, risk, 0.0) == 0.0


@given(ready=shares, caught=shares, civil=shares, military=shares, worse=shares)
@many
def test_nobody_lies_for_nothing(ready, caught, civil, military, worse):
    lying = false_use(ready, caught, civil, military)
    assert 0.0 <= lying <= ready
    assert false_use(ready, caught, civil, max(military, civil)) == 0.0
    assert false_use(ready, caught, civil, military * worse) >= lying - 1e-12
    assert false_use(ready, min(1.0, caught + worse), civil, military) <= lying + 1e-12


@given(ready=shares, caught=shares, civil=shares, military=shares, use=shares, ambiguity=shares)
@many
def test_lying_never_lowers_the_odds_of_a_licence(ready, caught, civil, military, use, ambiguity):
    lying = false_use(ready, caught, civil, military)
    odds = [licence_odds(use, ambiguity, share, caught, civil, military) for share in (0.0, lying)]
    assert 0.0 <= odds[0] <= odds[1] + 1e-12
    assert odds[1] <= 1.0 + 1e-12


@given(gain=st.floats(-5.0, 20.0), more=points, cost=st.floats(0.0, 5.0), limit=shares)
@many
def test_goods_go_as_components_only_where_it_pays(gain, more, cost, limit):
    share = components_share(gain, cost, limit)
    assert 0.0 <= share <= limit
    assert share == 0.0 or gain > cost
    assert components_share(gain + more, cost, limit) >= share


@given(response=st.floats(0.0, 20.0), cost=st.floats(-1.0, 1.0), obstacle=points, more=points)
@many
def test_a_harder_last_leg_never_draws_more(response, cost, obstacle, more):
    assert exit_hub_weight(response, cost, obstacle + more) <= exit_hub_weight(response, cost, obstacle)
    assert exit_hub_weight(response, 0.0, 0.0) == 1.0


@given(carried=shares, entry=shares, faster=shares)
@many
def test_refused_payments_find_another_way_month_by_month(carried, entry, faster):
    later = payment_workaround(carried, entry)
    assert carried * (1 - 1e-15) <= later <= 1.0 + 1e-15
    assert payment_workaround(carried, max(entry, faster)) >= later
    assert payment_workaround(carried, 0.0) == carried


@given(growth=st.floats(-5.0, 5.0), line=st.floats(-2.0, 5.0), nearer=points)
@many
def test_no_red_line_is_crossed_short_of_the_line(growth, line, nearer):
    crossed = red_line_crossed(growth, line)
    assert 0.0 <= crossed <= 1.0
    assert (crossed == 0.0) == (growth <= line)
    assert red_line_crossed(growth, line - nearer) >= crossed


@given(pain=st.floats(0.0, 1.0), limit=st.floats(1e-4, 1.0), worse=shares)
@many
def test_resolve_is_full_up_to_the_limit_and_falls_beyond(pain, limit, worse):
    firm = resolve(pain, limit)
    assert 0.0 < firm <= 1.0
    assert (firm == 1.0) == (pain <= limit)
    assert resolve(pain + worse, limit) <= firm


@given(base=st.floats(0.01, 0.99), wanted=shares)
@many
def test_law_is_wanted_as_far_as_effort_rises(base, wanted):
    higher = base + (1.0 - base) * wanted
    assert wanted_law(base, higher) == pytest.approx(wanted, abs=1e-9)
    assert wanted_law(base, base) == 0.0


@given(listed=shares, alignment=st.floats(-1.0, 1.0), weight=st.floats(0.0, 100.0))
@many
def test_only_aligned_states_protect_their_firms(listed, alignment, weight):
    protected = state_protection(listed, alignment, weight)
    assert 0.0 <= protected <= 1.0
    assert alignment > 0.0 or protected == 0.0


histories = st.lists(st.tuples(shares, shares), min_size=1, max_size=8)


@given(
    months=histories, alignment=st.floats(-1.0, 2.0), weight=st.floats(0.0, 100.0), learning=shares, forgetting=shares
)
@many
def test_more_listings_frighten_no_less_however_strong_the_protection(months, alignment, weight, learning, forgetting):
    """In no month: neither a longer list of that month nor one of a month before takes from the fear."""
    few = many_more = 0.0
    for listed, added in months:
        more = listed + (1.0 - listed) * added
        shown = [share * (1.0 - state_protection(share, alignment, weight)) for share in (listed, more)]
        few = believed_hazard(few, shown[0], learning, forgetting)
        many_more = believed_hazard(many_more, shown[1], learning, forgetting)
        assert few <= many_more + 1e-12


# ------------------------------------------------------------------------------------------------- who sells there
parts = st.floats(0.001, 0.999)
margins = st.floats(-5.0, 5.0)


@given(usual=parts, margin=margins, better=points, spread=st.floats(0.0, 30.0))
@many
def test_more_firms_want_to_sell_where_it_pays_more_and_as_many_as_ever_where_nothing_changed(
    usual, margin, better, spread
):
    wanted = wanted_participation(usual, margin, spread)
    assert 0.0 <= wanted <= 1.0
    assert wanted_participation(usual, min(margin + better, 5.0), spread) >= wanted - 1e-12
    assert wanted_participation(usual, 0.0, spread) == pytest.approx(usual, abs=1e-15)
    assert (wanted >= usual * (1 - 1e-12)) if margin >= 0.0 else (wanted <= usual * (1 + 1e-12))


@given(
    inside=parts, wanted=shares, more=shares, pace=st.floats(0.0, 3.0), contact=shares, exit_pace=shares, lost=shares
)
@many
def test_firms_enter_or_leave_towards_what_is_wanted_and_never_past_it(
    inside, wanted, more, pace, contact, exit_pace, lost
):
    entering = entry_odds(inside, wanted, pace, contact)
    leaving = exit_odds(inside, wanted, wanted + more, exit_pace, lost)
    assert 0.0 <= entering <= 1.0 + 1e-12 and 0.0 <= leaving <= 1.0
    assert entering == 0.0 or leaving == 0.0
    after = inside + (1.0 - inside) * entering - inside * leaving
    assert min(inside, wanted) - 1e-12 <= after <= max(inside, wanted) + 1e-12
    assert entry_odds(inside, inside, pace, contact) == exit_odds(inside, inside, inside, exit_pace, lost) == 0.0


@given(inside=parts, more=shares, wanted=shares, pace=st.floats(0.0, 1.0), contact=shares, further=shares)
@many
def test_entry_needs_contacts(inside, more, wanted, pace, contact, further):
    """Of the same gap a larger part is closed the more peers sell there, and none where nobody is known."""
    closed = [
        entry_odds(share, wanted, pace, contact) * (1.0 - share) / (wanted - share)
        for share in (inside, inside + more * (0.999 - inside))
        if wanted - share > 1e-6
    ]
    assert closed == pytest.approx(sorted(closed), abs=1e-9)
    assert entry_odds(0.0, wanted, pace, 0.0) == 0.0
    assert entry_odds(inside, wanted, pace, min(1.0, contact + further)) >= entry_odds(inside, wanted, pace, contact)


# ------------------------------------------------------------------------------------------------------ which route
@given(response=st.floats(0.0, 20.0), price=margins, cost=margins, more=points)
@many
def test_a_route_draws_more_where_it_pays_more(response, price, cost, more):
    weight = market_weight(response, price, cost)
    assert weight > 0.0
    assert market_weight(response, price + more, cost) >= weight
    assert market_weight(response, price, cost + more) <= weight
    assert market_weight(response, price, price) == 1.0


@given(banned=shares, more=shares, aversion=points, hazard=points, fear=points, threat=points, name=points, cost=points)
@many
def test_law_threat_and_shame_only_take_weight_off_a_route(banned, more, aversion, hazard, fear, threat, name, cost):
    weight = route_weight(1.0, banned, aversion, hazard, fear, threat, name, cost)
    assert 0.0 <= weight <= 1.0
    assert route_weight(1.0, 0.0, aversion, hazard, fear, 0.0, name, 0.0) == 1.0
    worse = (
        (min(1.0, banned + more), aversion, hazard, fear, threat, name, cost),
        (banned, aversion + more, hazard, fear, threat, name, cost),
        (banned, aversion, hazard + more, fear, threat, name, cost),
        (banned, aversion, hazard, fear + more, threat, name, cost),
        (banned, aversion, hazard, fear, threat + more, name, cost),
        (banned, aversion, hazard, fear, threat, name + more, cost),
        (banned, aversion, hazard, fear, threat, name, cost + more),
    )
    assert all(route_weight(1.0, *one) <= weight * (1 + 1e-12) for one in worse)
    # What the market pays draws the free lines; of the banned ones it draws no more, and less where it pays less.
    rest = aversion, hazard, fear, threat, name, cost
    assert weight * (1 - 1e-12) <= route_weight(2.0, banned, *rest) <= 2.0 * weight * (1 + 1e-12)
    assert route_weight(2.0, 0.0, *rest) == pytest.approx(2.0 * route_weight(1.0, 0.0, *rest))
    assert route_weight(2.0, 1.0, *rest) == pytest.approx(route_weight(1.0, 1.0, *rest))
    assert route_weight(0.5, banned, *rest) == pytest.approx(0.5 * weight)


@given(worse=points, more=points, reopening=st.floats(0.0, 5.0))
@many
def test_bad_news_ends_a_share_of_contracts(worse, more, reopening):
    ended = contracts_ended_early(worse, reopening)
    assert 0.0 <= ended <= 1.0
    assert contracts_ended_early(worse + more, reopening) >= ended
    assert contracts_ended_early(0.0, reopening) == contracts_ended_early(worse, 0.0) == 0.0


@given(believed=points, shown=points, learning=shares, forgetting=shares)
@many
def test_what_is_believed_lies_between_what_was_and_what_is_shown(believed, shown, learning, forgetting):
    after = believed_hazard(believed, shown, learning, forgetting)
    assert min(believed, shown) - 1e-12 <= after <= max(believed, shown) + 1e-12


# ------------------------------------------------------------------------------------------------------ law of states
@given(capacity=shares, effort=shares, more=shares)
@many
def test_own_law_binds_by_capacity_at_least_and_wholly_at_full_effort(capacity, effort, more):
    obeying = compliance(capacity, effort)
    assert capacity * (1 - 1e-12) <= obeying <= 1.0 + 1e-12
    assert compliance(capacity, min(1.0, effort + more)) >= obeying - 1e-12
    assert compliance(min(1.0, capacity + more), effort) >= obeying - 1e-12
    assert compliance(capacity, 1.0) == pytest.approx(1.0) and compliance(capacity, 0.0) == capacity


@given(complying=shares, aversion=st.floats(0.1, 20.0))
@many
def test_the_mean_firm_gives_up_just_what_complies(complying, aversion):
    kept = math.exp(-aversion * law_hazard(complying, aversion))
    assert kept == pytest.approx(max(1.0 - complying, 0.001), rel=1e-6)
    assert law_hazard(complying, 0.0) == 0.0 and law_hazard(0.0, aversion) == 0.0


@given(banned=shares, fear=points, more=points)
@many
def test_of_what_is_shipped_no_more_is_banned_than_of_what_there_is(banned, fear, more):
    shipped = banned_part_shipped(banned, fear)
    assert 0.0 <= shipped <= banned * (1 + 1e-12)
    assert banned_part_shipped(banned, fear + more) <= shipped * (1 + 1e-12) or banned == 1.0
    assert banned_part_shipped(banned, 0.0) == pytest.approx(banned)


@given(base=st.floats(0.01, 0.99), push=points, more=points, pull=points)
@many
def test_effort_never_falls_below_that_of_the_base_year(base, push, more, pull):
    wanted = wanted_effort(base, push, pull)
    assert base * (1 - 1e-12) <= wanted <= 1.0
    assert wanted_effort(base, push + more, pull) >= wanted - 1e-12
    assert wanted_effort(base, push, pull + more) <= wanted + 1e-12
    assert wanted_effort(base, 0.0, pull) == pytest.approx(base)


# ------------------------------------------------------------------------------------------------------ intermediaries
@given(margin=margins, better=points, cost=shares)
@many
def test_a_hub_grows_by_what_earns_the_detour_and_shrinks_only_by_a_loss(margin, better, cost):
    counted = intermediary_margin(margin, cost)
    assert intermediary_margin(margin + better, cost) >= counted
    assert intermediary_margin(-cost, cost) == pytest.approx(0.0, abs=1e-12)
    assert counted == (margin if margin > 0.0 else min(margin + cost, 0.0))


@given(usual=st.floats(0.01, 0.99), now=shares, margin=margins, spread=points, sunk=shares, pace=shares)
@many
def test_who_has_entered_stays_at_margins_at_which_nobody_enters(usual, now, margin, spread, sunk, pace):
    wanted, stay = wanted_participation(usual, margin, spread), wanted_participation(usual, margin + sunk, spread)
    leaves = exit_odds(now, wanted, stay, pace, 0.0)
    assert leaves == 0.0 or now > stay
    assert entry_odds(now, wanted, pace, 0.02) == 0.0 or leaves == 0.0
    assert leaves <= exit_odds(now, wanted, stay, pace, 0.1) <= 1.0


@given(markup=shares, use=shares, fuller=shares, usual=shares, slope=st.floats(0.0, 5.0))
@many
def test_a_fuller_hub_asks_more_and_one_as_full_as_ever_the_same(markup, use, fuller, usual, slope):
    assert hub_markup(markup, usual, usual, slope) == markup
    assert hub_markup(markup, min(1.0, use + fuller), usual, slope) >= hub_markup(markup, use, usual, slope) >= 0.0


@given(response=st.floats(0.0, 20.0), margin=margins, better=points)
@many
def test_intermediaries_turn_to_what_pays(response, margin, better):
    assert passing_weight(response, margin + better) >= passing_weight(response, margin) > 0.0
    assert passing_weight(response, 0.0) == passing_weight(0.0, margin) == 1.0


# -------------------------------------------------------------------------------------------------------------- prices
volumes = st.floats(1e-3, 1e6)


@given(arrived=volumes, more=points, wanted=volumes, elasticity=st.floats(0.05, 5.0))
@many
def test_a_market_that_gets_less_pays_more_and_at_that_price_wants_what_came(arrived, more, wanted, elasticity):
    index = clearing_index(arrived, wanted, elasticity)
    assert clearing_index(arrived + more, wanted, elasticity) <= index
    assert clearing_index(arrived, wanted + more, elasticity) >= index
    assert wanted * math.exp(-elasticity * index) == pytest.approx(arrived, rel=1e-6)
    assert clearing_index(arrived, arrived, elasticity) == 0.0


@given(index=margins, usual=parts, part=parts, substitution=st.floats(0.3, 10.0))
@many
def test_brands_share_the_volume_and_keep_it(index, usual, part, substitution):
    """Two brands: the prices at which buyers take the parts that there are leave the index, and so the volume."""
    prices = [brand_price(index, here, then, substitution) for here, then in ((part, usual), (1.0 - part, 1.0 - usual))]
    inclusive = sum(
        then * math.exp(-substitution * (price - index))
        for then, price in zip((usual, 1.0 - usual), prices, strict=True)
    )
    assert inclusive == pytest.approx(1.0, rel=1e-6)
    assert brand_price(index, usual, usual, substitution) == pytest.approx(index, abs=1e-12)
    assert (prices[0] >= prices[1]) == (part * (1.0 - usual) <= usual * (1.0 - part)) or prices[0] == pytest.approx(
        prices[1], abs=1e-9
    )
