"""Rules as functions of numbers: bounds, limits and directions that hold for every number a run can meet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.rules.enforcement import licence_odds
from sim.rules.evasion import false_use, label, wanted_parts
from sim.rules.governments import cover, offence, resolve, wanted_law
from sim.rules.network import agents_next, onward_pull

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
def test_goods_go_as_parts_only_where_it_pays(gain, more, cost, limit):
    share = wanted_parts(gain, cost, limit)
    assert 0.0 <= share <= limit
    assert share == 0.0 or gain > cost
    assert wanted_parts(gain + more, cost, limit) >= share


@given(response=st.floats(0.0, 20.0), cost=st.floats(-1.0, 1.0), obstacle=points, more=points)
@many
def test_a_harder_last_leg_never_pulls_more(response, cost, obstacle, more):
    assert onward_pull(response, cost, obstacle + more) <= onward_pull(response, cost, obstacle)
    assert onward_pull(response, 0.0, 0.0) == pytest.approx(1.0)


@given(carried=shares, refused=shares, entry=st.floats(0.0, 5.0), leaving=shares)
@many
def test_agents_carry_a_share_of_what_is_refused(carried, refused, entry, leaving):
    later = agents_next(carried, refused, entry, leaving)
    assert 0.0 <= later <= 1.0
    if refused == 0.0:
        assert later == carried * (1.0 - leaving)
    else:
        assert later >= carried


@given(growth=st.floats(-5.0, 5.0), line=st.floats(-2.0, 5.0), nearer=points)
@many
def test_no_offence_short_of_the_line(growth, line, nearer):
    taken = offence(growth, line)
    assert 0.0 <= taken <= 1.0
    assert (taken == 0.0) == (growth <= line)
    assert offence(growth, line - nearer) >= taken


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
def test_only_aligned_states_cover_their_firms(listed, alignment, weight):
    covered = cover(listed, alignment, weight)
    assert 0.0 <= covered <= 1.0
    assert alignment > 0.0 or covered == 0.0
