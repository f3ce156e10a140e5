"""A month built again from docs/odd.md alone, in plain numpy, gives what the model gives.

Each phase is worked out from the state that it found, by the formulas of section 7; none of the model's rules or loops
is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from sim.model.phases.states import intermediaries_to_list
from sim.model.records import DENIED, HELD, ORDERED, REFUSED, SEIZED, STOPPED, UNSOLD
from sim.policies.regime import COALITION_BRAND
from tests.month import PHASES
from tests.pages.reading import DOCS

MONTHS = 36  # the one after them is built again: January 2024, with the order on banks in force
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def positive(x):
    return np.maximum(x, 0.0)


def growth(now, usual):
    return np.log((now + 0.001) / (usual + 0.001))


@pytest.fixture(scope="module")
def month(reference) -> Iterator[SimpleNamespace]:
    """The model after three years, with what its work held before each phase of the month that follows."""
    model = reference.model()
    for _ in range(MONTHS):
        model.step()
    model.month, model.elapsed = model.month + 1, model.elapsed + 1
    before, after = {}, {}
    for phase in PHASES:
        before[phase.__name__] = held(model)
        phase(model)
        after[phase.__name__] = held(model)
    return SimpleNamespace(model=model, before=before, after=after, at=lambda p: (model, before[p], after[p]))


def held(model) -> SimpleNamespace:
    """A copy of all that changes."""
    state, intermediaries = model.state, model.intermediary_columns
    arrays = {"prospects": state.prospects.copy(), "new_controls": state.new_controls}
    for group in (*vars(state).values(), intermediaries):
        if hasattr(group, "_asdict"):
            arrays |= {name: np.copy(value) for name, value in group._asdict().items()}
    # What is kept for the routes to the target alone stands with the others as they are: under the law as written.
    lanes = model.base.flow.shape
    routes = model.constants.routes.target_routes
    written = {"banned_as_shipped": "banned_share", "licence_as_shipped": "licence_share"}
    for name, value in arrays.items():
        if np.shape(value) == (lanes[0], routes):
            whole = model.regime.lane(written[name]).copy() if name in written else np.zeros(lanes)
            whole[:, :routes] = value
            arrays[name] = whole
    arrays["delivered"] = state.shipments.delivered
    return SimpleNamespace(**arrays, spread=model.exporter_columns.spread.copy())


def test_the_page_promises_no_less():
    assert "built again without reading the code" in " ".join((DOCS / "odd.md").read_text(encoding="utf-8").split())


def test_words_law_and_effort(month):
    model, old, new = month.at("set_enforcement")
    c = model.constants
    v, law, usual_trade, usual_military = (
        model.values,
        model.regime.state,
        c.states.usual_trade,
        c.states.usual_military_trade,
    )
    states = c.states
    third, base, alignment, exposure = states.decides, states.usual_effort, states.alignment, states.exposure
    members = states.members
    coalition = (old.resolve * c.states.exports)[members].sum() / c.states.exports[members].sum()
    near = positive(alignment) + law("commitment")
    gained = positive(old.trade - usual_trade)
    courted = law("courting") + v.courting * gained / gained[third].sum()
    visible = positive(growth(old.military_trade @ old.controlled, usual_military @ old.controlled))
    threat = law("threat") + old.triggered_threat * coalition
    asked = v.weight_pressure * law("pressure") * (1 - v.cheap_talk * old.announced_policy) + v.weight_leverage * law(
        "leverage"
    )
    asked += exposure * (v.weight_threat * threat + v.weight_visible * visible + v.weight_listing * old.recent_listings)
    against = v.weight_gain * positive(growth(old.trade, usual_trade)) + v.weight_alignment * near
    against += v.weight_courting * courted

    def wanted(push, pull):
        return 1 / (1 + (1 - base) / base * np.exp(-positive(push - pull)))

    def as_law(effort):
        return (effort - base) / (1 - base)

    assert third.any() and (asked[third] > 0).any()
    expected = {
        "announced_policy": old.announced_policy
        + v.announcement_speed * (as_law(wanted(asked, 0)) - old.announced_policy),
        "enacted_law": old.enacted_law + v.law_speed * (as_law(wanted(asked, against)) - old.enacted_law),
        "enforcement_effort": old.enforcement_effort
        + v.effort_speed * (wanted(asked, against) - old.enforcement_effort),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(getattr(new, name)[third], value[third], err_msg=name, **CLOSE)


def compliance(capacity, effort):
    return capacity + (1 - capacity) * effort


def test_hubs_and_payment_intermediaries(month):
    model, old, new = month.at("price_transit")
    c = model.constants
    v, hubs, usual = model.values, c.routes.hub_states, c.hubs.exit_hub_shares
    weight = usual * np.exp(-v.onward_response * (old.log_markup[:, None] + old.transit_cost)).T[None]
    wanted = weight / weight.sum(axis=2, keepdims=True)
    shares = old.exit_hub_shares + v.onward_turnover * (wanted - old.exit_hub_shares)
    np.testing.assert_allclose(new.exit_hub_shares, shares, **CLOSE)
    checks, capacity = c.states.border_checks[hubs][:, None], c.states.law_capacity[hubs][:, None]
    effort, usual_effort = old.enforcement_effort[hubs][:, None], c.states.usual_effort[hubs][:, None]
    by_type = len(model.world.states), 2, len(model.world.goods)
    banned, hazard = (
        model.regime.lane(name)[:, 0].reshape(by_type)[hubs, 1] for name in ("banned_share", "domestic_hazard")
    )
    own_ban = banned * np.minimum(1, hazard)
    allowed = (1 - model.regime.cell("transit_ban")[hubs]) * (1 - own_ban)
    stop = (1 - allowed * (1 - old.enacted_law[hubs][:, None] * old.controlled)) * compliance(capacity, effort * checks)
    passes = (1 - stop) * old.capacity_share[:, None]
    passes = passes * np.exp(-v.vigilance * old.controlled * positive(effort - usual_effort) * checks)
    assert stop.max() > 0.1
    np.testing.assert_allclose(new.transit_cost, -np.log(passes), **CLOSE)
    np.testing.assert_allclose(new.passed_share, np.einsum("hgj,jg->hg", shares, passes), **CLOSE)
    np.testing.assert_allclose(new.stopped_share, np.einsum("hgj,jg->hg", shares, stop), **CLOSE)
    np.testing.assert_allclose(new.entry_cost, np.einsum("hgj,j->hg", shares, old.log_markup), **CLOSE)
    carried, refused = old.payment_intermediaries, new.payment_refusals
    carried = np.where(refused > 0, carried + v.payment_entry * (1 - carried), carried * (1 - v.payment_entry))
    np.testing.assert_allclose(new.payment_intermediaries, carried, **CLOSE)
    assert refused.max() > 0.1


def route_weight(market, banned, deterrence, threat, name):
    """Of a firm; deterrence is aversion times hazard, threat and name times its own sensitivity."""
    sold = market * (1 - banned) + np.minimum(market, 1) * banned * np.exp(-deterrence)
    return sold * np.exp(-threat - name)


def test_prospects_of_every_route(month):
    model, old, new = month.at("evaluate_routes")
    c = model.constants
    v, base, lane = model.values, model.base, model.regime.lane
    o, g, hub = base.origin, base.good, base.hub
    n, through = c.routes.target_routes, hub >= 0
    to_target = np.arange(len(hub)) < n
    aversion, exposure, reputation = (x[:, None] for x in (c.types.aversion, c.types.exposure, c.types.reputation))
    banned, effort, capacity = new.banned_as_shipped, old.enforcement_effort, c.states.law_capacity
    at_border, abroad_law = (
        -np.log(np.maximum(1 - compliance(capacity, enforced), 0.001)) / v.aversion
        for enforced in (effort * c.states.border_checks, effort)
    )
    own = abroad_law[o][:, None]
    own_law = ((old.enacted_law[o] * old.controlled[g])[:, None] > 0) & to_target
    home = np.where(own_law, 1.0, lane("domestic_hazard"))
    open_ = 1 - lane("shield")
    abroad = lane("foreign_hazard") * effort[c.states.members].mean() * open_
    hidden = v.diversion_hazard * np.maximum(home * own, abroad) + lane("pledge_hazard") * own
    direct = np.maximum(home * np.where(to_target, at_border[o][:, None], own), abroad)
    hazard = np.where(through, np.maximum(hidden, lane("declared_hazard") * own), direct)
    threat = old.believed_hazard * open_
    name = lane("reputation") * (1 + v.exit_herding * new.peer_exit_share[o][:, None])
    name = name * np.where(through, v.distributor_watch, 1.0)
    payer = np.where(through, c.routes.hub_states[hub], o[:, None])
    carried = old.payment_intermediaries[payer]
    cost = lane("payment_fee") + lane("tariff") - lane("promotion")
    cost = cost + v.delay_cost * new.licence_as_shipped * lane("licence_delay_months")
    cost = cost + np.log(1 + v.payment_fee) * lane("payment_refusal") * carried
    cost = cost + np.where(through, old.entry_cost[hub][:, g].T, 0.0)
    failing = lane("payment_refusal") * (1 - carried)
    kept = 1 - lane("closure")
    price = old.expected_price[base.destination][:, base.headquarters, g].T
    overlap, sold = model.world.basket_overlap, model.world.direct_musd[:, base.destination[0]].sum(axis=1)
    among = np.average(overlap[c.states.members], weights=sold[c.states.members])
    closeness = np.minimum(overlap / among, 1)[o] ** v.overlap_response
    price = np.where(np.arange(len(hub)) == 0, price * closeness[:, None], price)
    market = np.exp(v.price_response * base.price_elasticity[:, None] * (price - cost))

    used = (base.weight > 0) & ~through
    part = base.weight * banned
    chosen_by = hazard - np.log((1 - part) / (1 - part * np.exp(-aversion * hazard))) / aversion
    for row, expected in enumerate((market * kept, banned, chosen_by, threat, name)):
        np.testing.assert_allclose(new.prospects[:, row][used], expected[used], err_msg=str(row), **CLOSE)
    np.testing.assert_allclose(new.prospects[:, 5], np.where(through, 0.0, base.weight), **CLOSE)

    released = kept * route_weight(1.0, banned, aversion * hazard, 0.0, reputation * name)
    behind = (base.flow > 0) & through
    passing = cost + v.detection * threat - np.log((1 - failing) * old.passed_share[hub][:, g].T)
    np.testing.assert_allclose(new.released[behind], released[behind], **CLOSE)
    np.testing.assert_allclose(new.passing_cost[behind], passing[behind], **CLOSE)

    usual, share = old.usual, old.share
    margin = (price - cost - exposure * threat + np.log(1 - failing))[:, 0]

    def wanted(margin):
        gain = usual * np.exp(v.participation_spread * margin)
        return gain / (1 - usual + gain)

    losing = positive(share - wanted(margin + v.sunk_cost))
    lost = positive(share - wanted(margin) - losing)
    leaving = (v.market_exit * losing + v.contract_end * lost) / share
    gap = positive(wanted(margin + np.log(released[:, 0])) - share)
    outside = np.where(share < 1, 1 - share, 1.0)
    entering = np.minimum(1, v.market_entry * (share + v.first_contact)) * gap / outside
    could = used[:, 0] & (o != base.destination[0])
    np.testing.assert_allclose(new.leaving[could], leaving[could], **CLOSE)
    np.testing.assert_allclose(new.entering[could], entering[could], rtol=1e-9, atol=1e-11)
    assert leaving[could].max() > 0.01 and entering[could].max() > 1e-3

    bad = banned * aversion * hazard + exposure * threat + reputation * name - np.log(np.maximum(kept, 1e-9))
    ending = 1 - np.exp(-v.reopening * positive(bad - old.last_disutility))
    ending = v.contract_end + (1 - v.contract_end) * ending
    np.testing.assert_allclose(new.contract_end_odds[used], ending[used], **CLOSE)
    wanted_by_mean = route_weight(market, banned, aversion * hazard, exposure * threat, reputation * name)
    activity = old.background_activity + ending * (kept * kept * wanted_by_mean - old.background_activity)
    background = (base.background > 0) & ~through
    np.testing.assert_allclose(new.background_activity[background], activity[background], **CLOSE)
    assert banned.max() > 0.5 and threat.max() > 0.1 and background.any() and behind.any()


def test_what_intermediaries_buy(month):
    model, old, new = month.at("pass_on")
    c = model.constants
    v, base, usual = model.values, model.base, c.hubs.passed_on
    known, cost, free = np.zeros(usual.shape), np.zeros(usual.shape), np.zeros(usual.shape)
    lanes = [(t, k) for t, k in zip(*np.nonzero(base.flow), strict=True) if base.hub[k] >= 0]
    for t, k in lanes:
        at, weight = (base.hub[k], base.headquarters[t], base.good[t]), np.sqrt(base.flow[t, k] * base.flow[t, 0])
        known[at] += weight
        cost[at] += weight * old.passing_cost[t, k]
        free[at] += weight * old.released[t, k]
    some = np.where(known > 0, known, 1.0)
    price = old.expected_price[model.world.target] - old.log_markup[:, None, None]
    margin = price - cost / some + np.log(np.where(known > 0, free / some, 1.0)) - v.passing_cost
    weight = np.where(known > 0, c.hubs.tilt * np.exp(v.passing_response * margin), 0.0)
    total = weight.sum(axis=(1, 2), keepdims=True)
    mix = old.mix + v.onward_turnover * (weight / total - old.mix)
    np.testing.assert_allclose(new.mix, mix, **CLOSE)
    np.testing.assert_allclose(new.margin, np.log(total[:, 0, 0]) / v.passing_response, **CLOSE)
    held, room = model.intermediary_columns, model.regime.state("hub_room")[c.routes.hub_states]
    capacity = v.hub_utilisation * np.bincount(held.hub, weights=held.capacity * old.status_shares[:, 1]) * (1 + room)
    before = usual.sum(axis=(1, 2))
    for t, k in lanes:
        at = base.hub[k], base.headquarters[t], base.good[t]
        bought = base.flow[t, k] * min(1, capacity[at[0]] / before[at[0]])
        part = np.sqrt(base.flow[t, k] * base.flow[t, 0]) / some[at]
        bought += positive(capacity - before)[at[0]] * mix[at] * part
        now = bought / base.flow[t, k]
        assert new.background_activity[t, k] == pytest.approx(now * old.released[t, k], rel=1e-8)
        assert new.diverted_share[t, k] == pytest.approx(positive(1 - 1 / now), rel=1e-8, abs=1e-12)
    assert (capacity / before).max() > 1.5


def test_choices_of_every_row(month):
    model, old, new = month.at("choose_routes")
    c = model.constants
    columns = model.exporter_columns
    kind = np.repeat(np.arange(len(model.base.volume)), np.diff(columns.start))
    market, banned, hazard, threat, name, base_weight = np.moveaxis(old.prospects[kind], 1, 0)
    aversion, exposure, reputation = (
        x.astype(float)[:, None] for x in (columns.aversion, columns.exposure, columns.reputation)
    )
    entering, leaving = old.entering[kind][:, None], old.leaving[kind][:, None]
    participants, listed, outsiders = old.spread[:, 0], old.spread[:, 1], old.spread[:, 2]
    entrants = entering[:, 0] * outsiders.sum(axis=1)
    leavers = leaving[:, 0] * participants.sum(axis=1)
    stay = participants * (1 - leaving), listed, outsiders * (1 - entering)
    join = entrants, 0.0, leavers
    for status in range(3):
        weight = base_weight * route_weight(market, banned, aversion * hazard, exposure * threat, reputation * name)
        if status == 1:
            left = weight * np.exp(-c.loss_if_listed)
            left[np.arange(len(kind)), c.home[kind]] += (weight - left).sum(axis=1)
            weight = left
        elif status == 2:
            weight[:, 0] = 0.0
        ended = stay[status] * old.contract_end_odds[kind]
        odds = weight / weight.sum(axis=1, keepdims=True)
        spread = stay[status] - ended + (ended.sum(axis=1) + join[status])[:, None] * odds
        np.testing.assert_allclose(new.spread[:, status], spread, rtol=1e-9, atol=1e-12, err_msg=str(status))
        assert ended.max() > 0
    rows = np.diff(columns.start)
    share = np.bincount(kind, weights=new.spread[:, :2].sum(axis=(1, 2)), minlength=len(rows))[rows > 0]
    np.testing.assert_allclose(new.share[rows > 0], np.minimum(1, share / rows[rows > 0]), **CLOSE)
    assert entrants.max() > 1e-4 and leavers.max() > 1e-3


def test_fates_of_every_order(month):
    model, old, new = month.at("clear_borders")
    c = model.constants
    v, base, lane = model.values, model.base, model.regime.lane
    o, g, hub = base.origin, base.good, base.hub
    through = hub >= 0
    m, a = (x[g][:, None] for x in (c.goods.military_sensitivity, c.goods.ambiguity))
    effort, activity = old.enforcement_effort[o][:, None], old.demand_multiplier[base.destination][:, g].T
    supply = model.drivers.supply_multiplier[model.elapsed][o, g][:, None]
    ordered = old.contracted * activity * supply * (1 + v.front_loading * lane("coming"))
    applied = ordered * old.licence_as_shipped
    waiting, delay = old.licence_queue + applied, lane("licence_delay_months")
    with np.errstate(divide="ignore"):
        decided = waiting * np.where(delay > 0, 1 - np.exp(-1 / delay), 1.0)
    caught, civil, military = v.declaration_detected * effort, lane("licence_odds_civil"), lane("licence_odds_military")
    lying = v.false_declaration * positive(1 - military / ((1 - caught) * civil))
    odds = (1 - m) * civil + m * (a * lying * (1 - caught) * civil + (1 - a * lying) * military)
    onward = ordered - applied + decided * odds
    payer = np.where(through, c.routes.hub_states[hub], o[:, None])
    refused = onward * (
        1 - (1 - lane("payment_refusal") * (1 - old.payment_intermediaries[payer])) * (1 - lane("closure"))
    )
    banned = old.banned_as_shipped
    part = banned * np.exp(-old.legal_deterrence) / (1 - banned + banned * np.exp(-old.legal_deterrence))
    campaign = model.regime.state("inspection")[o][:, None]
    straight = ~through & (np.arange(len(hub)) < c.routes.target_routes)
    checks = np.where(straight, c.states.border_checks[o][:, None], 1.0)
    seized = (onward - refused) * part * v.seizure * effort * (1 - (1 - v.inspection) * (1 - campaign)) * checks
    evading = np.where(through, np.maximum(part, old.diverted_share), 0.0)
    tracking = model.regime.cell("tracking")[c.routes.hub_states[hub]][:, g].T
    stopped = (onward - refused - seized) * (1 - v.ghost * evading * (1 - tracking)) * old.stopped_share[hub][:, g].T
    stopped = np.where(through, stopped, 0.0)
    fates = {
        ORDERED: ordered, DENIED: decided * (1 - odds), HELD: waiting - decided - old.licence_queue, REFUSED: refused,
        SEIZED: seized, STOPPED: stopped,
    }  # fmt: skip
    for fate, expected in fates.items():
        to_target = expected[:, : c.routes.target_routes]
        assert np.abs(to_target).max() > 0, fate
        np.testing.assert_allclose(new.order_status[fate], to_target, err_msg=str(fate), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(new.cleared, onward - refused - seized - stopped, rtol=1e-8, atol=1e-9)


def test_intermediaries(month):
    model, old, new = month.at("trade_through_hubs")
    c = model.constants
    v, held, base = model.values, model.intermediary_columns, model.base
    entered = np.zeros(len(model.world.hubs))
    for k in np.flatnonzero(base.hub >= 0):
        entered[base.hub[k]] += old.contracted[:, k].sum()
    room = 1 + model.regime.state("hub_room")[c.routes.hub_states]
    capacity = np.bincount(held.hub, weights=held.capacity * old.status_shares[:, 1]) * room
    utilisation = entered / capacity
    np.testing.assert_allclose(new.capacity_utilisation, utilisation, **CLOSE)
    np.testing.assert_allclose(new.capacity_share, np.minimum(1, 1 / utilisation), **CLOSE)
    now = v.markup * np.exp(v.hub_crowding * (old.use - c.hubs.usual_use))
    np.testing.assert_allclose(new.log_markup, np.log((1 + now) / (1 + v.markup)), **CLOSE)
    firms = np.bincount(held.hub, weights=held.detection_odds * old.status_shares[:, 1]) * held.represents
    listing = np.minimum(1, intermediaries_to_list(model)[held.hub] * held.detection_odds / firms[held.hub])
    margin = np.maximum(old.margin, np.minimum(old.margin + v.passing_cost, 0))

    def wanted(margin):
        gain = c.hubs.usual_use * np.exp(v.intermediary_spread * margin)
        return gain / (1 - c.hubs.usual_use + gain)

    pace = np.minimum(1, v.intermediary_entry * (old.use + v.first_contact))
    opening = (pace * positive(wanted(margin) - old.use) / (1 - old.use))[held.hub]
    stay = wanted(margin + v.sunk_cost)
    losing = positive(old.use - stay)
    lost = positive(old.use - wanted(margin) - losing)
    closing = ((v.intermediary_exit * losing + v.contract_end * lost) / old.use)[held.hub] * (1 - listing)
    in_trade = old.use + np.bincount(held.hub, weights=old.status_shares[:, 2]) / np.bincount(held.hub)
    giving_up = positive(1 - stay / in_trade)[held.hub]
    back = 1 - np.exp(-1 / v.return_delay)
    dormant, open_, listed = old.status_shares.T
    expected = np.stack(
        [
            dormant * (1 - opening) + open_ * closing + listed * back * giving_up,
            open_ * (1 - closing - listing) + dormant * opening + listed * back * (1 - giving_up),
            listed * (1 - back) + open_ * listing,
        ],
        axis=1,
    )
    np.testing.assert_allclose(new.status_shares, expected, **CLOSE)
    use = np.bincount(held.hub, weights=held.capacity * expected[:, 1]) / np.bincount(held.hub, weights=held.capacity)
    np.testing.assert_allclose(new.use, use, **CLOSE)


def test_arrivals_and_prices(month):
    model, old, new = month.at("settle")
    c = model.constants
    v, base = model.values, model.base
    unsold_share = np.einsum("hgj,j->hg", old.exit_hub_shares, 1 - old.capacity_share)
    unsold = np.where(base.hub >= 0, old.cleared * unsold_share[base.hub][:, base.good].T, 0.0)
    np.testing.assert_allclose(new.order_status[UNSOLD], unsold[:, : c.routes.target_routes], **CLOSE)
    ahead = v.front_loading * model.regime.lane("coming")
    stocked = new.delivered * ahead / (1 + ahead)
    arrivals = v.stock_use * old.stocks
    for t, k in np.ndindex(base.flow.shape):
        d = base.destination[k]
        if d != base.origin[t]:
            arrivals[d, base.headquarters[t], base.good[t]] += new.delivered[t, k] - stocked[t, k]
    np.testing.assert_allclose(new.arrivals, arrivals, rtol=1e-8, atol=1e-9)

    model, old, new = month.at("clear_markets")
    c = model.constants
    adjusting, military = c.markets.price_adjusting, c.goods.military_sensitivity
    usual = c.markets.imports[adjusting] * old.demand_multiplier[adjusting][:, None]
    replaced, both = old.import_substitution[adjusting], usual.sum(axis=1)
    wanted = both * old.war_demand[adjusting] * (1 - replaced) + 0.02 * both
    supplied = usual[:, COALITION_BRAND]
    came = np.divide(
        old.arrivals[adjusting][:, COALITION_BRAND], supplied, out=np.ones_like(supplied), where=supplied > 0
    )
    made = c.markets.home_output[adjusting] * old.demand_multiplier[adjusting]
    wanted += made * np.clip(1 - came, 0, 1)
    assert (made * (1 - came)).max() > 0
    arrived = old.arrivals[adjusting].sum(axis=1) + 0.02 * both
    index = np.log(wanted / arrived) / (v.demand_elasticity ** (1 - military) * v.military_elasticity**military)
    part = (old.arrivals[adjusting] + 0.02 * usual) / arrived[:, None]
    price = index[:, None] - np.log(part / (usual / both[:, None])) / v.brand_substitution
    price = np.clip(price, -np.log(v.price_ceiling), np.log(v.price_ceiling))
    sold = usual > 0
    np.testing.assert_allclose(new.log_price[adjusting][sold], price[sold], **CLOSE)
    expected = old.expected_price[adjusting]
    expected = expected + v.expectation_speed * (price - expected)
    np.testing.assert_allclose(new.expected_price[adjusting][sold], expected[sold], **CLOSE)
    replaced = replaced + np.minimum(v.substitution_limit - replaced, v.substitution_speed * positive(index))
    np.testing.assert_allclose(new.import_substitution[adjusting], replaced, **CLOSE)
    assert np.abs(price[sold]).max() > 0.1


def test_beliefs_and_labels(month):
    model, old, new = month.at("update_beliefs")
    c = model.constants
    v, base, lane = model.values, model.base, model.regime.lane
    o, g, hub, n = base.origin, base.good, base.hub, c.routes.target_routes
    through, members = hub[:n] >= 0, c.states.members
    coalition = (old.resolve * c.states.exports)[members].sum() / c.states.exports[members].sum()
    here = (1 - v.listing_near) * old.listed_share[o, g] + v.listing_near * old.state_listed_share[o]
    share = np.where(through, old.listed_now[hub[:n]], here[:, None])
    where = np.where(through, c.routes.hub_states[hub[:n]], o[:, None])
    shown = lane("secondary_threat")[:, :n] + v.anticipation * lane("secondary_announced")[:, :n]
    near = np.where(c.states.decides, positive(c.states.alignment) + model.regime.state("commitment"), 0)
    shown = shown + v.listing_fear * share / (1 + v.weight_shield * share * near[where])
    shown = shown + (old.triggered_threat * coalition)[where]
    shown = shown + v.overcompliance * old.new_controls * c.goods.coalition_share[g][:, None]
    believed = old.believed_hazard[:, :n]
    expected = believed + np.where(shown > believed, v.learning, v.forgetting) * (shown - believed)
    np.testing.assert_allclose(new.believed_hazard[:, :n], expected, **CLOSE)
    risk = c.types.exposure * expected[:, 0]
    np.testing.assert_allclose(new.labels, c.goods.ambiguity[g] * (1 - np.exp(-v.label_response * risk)), **CLOSE)
    own = old.recent_listings * (1 - v.forgetting) + old.state_listed_share
    passed, at_hubs = np.zeros(len(old.listed_now)), c.routes.hub_states
    for k in np.flatnonzero(hub >= 0):
        passed[hub[k]] += old.delivered[:, k].sum()
    own[at_hubs] += old.listed_now * passed / np.maximum(old.trade[at_hubs], passed)
    np.testing.assert_allclose(new.recent_listings, own, **CLOSE)
    asked_of_state = v.weight_shield * old.state_listed_share * near
    np.testing.assert_allclose(new.state_protection, asked_of_state / (1 + asked_of_state), **CLOSE)
    assert shown.max() > 0.1
