"""A month built again from docs/odd.md alone, in plain numpy, gives what the model gives.

Each phase is worked out from the state that it found, by the formulas of section 7; none of the model's rules or loops
is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from sim.model.kernels.settlement import DELIVERED, DENIED, HELD, ORDERED, REFUSED, SEIZED, STOPPED, UNSOLD
from sim.model.phases.states import intermediaries_to_list
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
        "announced_policy": old.announced_policy + v.word_speed * (as_law(wanted(asked, 0)) - old.announced_policy),
        "enacted_law": old.enacted_law + v.law_speed * (as_law(wanted(asked, against)) - old.enacted_law),
        "enforcement_effort": old.enforcement_effort
        + v.effort_speed * (wanted(asked, against) - old.enforcement_effort),
        "state_protection": 1 - np.exp(-v.weight_shield * old.recent_listings * near),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(getattr(new, name)[third], value[third], err_msg=name, **CLOSE)


def test_hubs_and_agents(month):
    model, old, new = month.at("price_transit")
    c = model.constants
    v, hubs, usual = model.values, c.routes.hub_states, c.hubs.exit_hub_shares
    pull = usual * np.exp(-v.onward_response * (old.log_markup[:, None] + old.transit_cost)).T[None]
    legs = old.exit_hub_shares + v.tie_turnover * (pull / pull.sum(axis=2, keepdims=True) - old.exit_hub_shares)
    np.testing.assert_allclose(new.exit_hub_shares, legs, **CLOSE)
    transit, checks = model.regime.cell("transit_ban")[hubs], c.states.border_checks[hubs][:, None]
    effort, usual_effort = old.enforcement_effort[hubs][:, None], c.states.usual_effort[hubs][:, None]
    forbidden = 1 - (1 - transit) * (1 - old.enacted_law[hubs][:, None] * old.controlled)
    stop = forbidden * effort * checks
    passes = (1 - stop) * old.capacity_share[:, None]
    passes = passes * np.exp(-v.vigilance * old.controlled * positive(effort - usual_effort) * checks)
    assert stop.max() > 0.1
    np.testing.assert_allclose(new.transit_cost, -np.log(passes), **CLOSE)
    np.testing.assert_allclose(new.passed_share, np.einsum("hgj,jg->hg", legs, passes), **CLOSE)
    np.testing.assert_allclose(new.stopped_share, np.einsum("hgj,jg->hg", legs, stop), **CLOSE)
    np.testing.assert_allclose(new.entry_cost, np.einsum("hgj,j->hg", legs, old.log_markup), **CLOSE)
    refused = new.payment_refusals
    grown = old.payment_intermediaries + np.minimum(1, v.agent_entry * refused) * (1 - old.payment_intermediaries)
    np.testing.assert_allclose(
        new.payment_intermediaries, np.where(refused > 0, grown, old.payment_intermediaries * (1 - v.leaving)), **CLOSE
    )
    assert refused.max() > 0.1


def test_prospects_of_every_road(month):
    model, old, new = month.at("evaluate_routes")
    c = model.constants
    v, base, lane = model.values, model.base, model.regime.lane
    o, g, hub = base.origin, base.good, base.hub
    n, through = c.routes.target_routes, hub >= 0
    to_target = np.arange(len(hub)) < n
    aversion, exposure, reputation = (x[:, None] for x in (c.types.aversion, c.types.exposure, c.types.reputation))
    banned, effort = new.banned_as_shipped, old.enforcement_effort[o][:, None]
    own_law = ((old.enacted_law[o] * old.controlled[g])[:, None] > 0) & to_target
    home = np.where(own_law, 1.0, lane("domestic_hazard"))
    open_ = (1 - lane("shield")) * (1 - old.state_protection[o][:, None])
    abroad = lane("foreign_hazard") * old.enforcement_effort[c.states.members].mean() * open_
    checks = np.where(to_target, c.states.border_checks[o][:, None], 1.0)
    hidden = v.hidden_road * np.maximum(home * effort, abroad)
    hidden = hidden + (1 - hidden) * lane("pledge_hazard") * effort
    hazard = np.where(
        through, np.maximum(hidden, lane("declared_hazard") * effort), np.maximum(home * effort * checks, abroad)
    )
    threat = old.believed_hazard * open_
    name = lane("reputation") * (1 + v.exit_herding * new.peer_exit_share[o][:, None])
    payer = np.where(through, c.routes.hub_states[hub], o[:, None])
    cost = lane("payment_fee") + lane("tariff") - lane("promotion")
    cost = cost + v.delay_cost * new.licence_as_shipped * lane("licence_delay_months")
    cost = cost + np.log(1 + v.agent_fee) * lane("payment_refusal") * old.payment_intermediaries[payer]
    cost = cost + np.where(through, old.entry_cost[hub][:, g].T, 0.0)
    kept = (1 - lane("closure")) * np.where(through, old.passed_share[hub][:, g].T, 1.0)
    price = old.log_price[base.destination][:, base.headquarters, g].T
    market = np.exp(v.price_response * base.price_elasticity[:, None] * (price - cost))

    def road_pull(market):
        lawful = 1 - banned + banned * np.exp(-aversion * hazard)
        return market * lawful * np.exp(-exposure * threat - reputation * name)

    shut = (1 - kept * road_pull(1.0))[:, :1] * (base.weight[:, :1] + base.background[:, :1] > 0)
    used = base.weight > 0
    direct = np.divide(base.weight[:, :1], base.weight, out=np.zeros_like(base.weight), where=used)
    gain = np.where(through & used, c.hubs.opening[hub] * shut * direct, 0.0)
    market = market * (1 + gain) ** v.similarity
    for row, expected in enumerate((market * kept, banned, hazard, threat, name)):
        np.testing.assert_allclose(new.prospects[:, row][used], expected[used], err_msg=str(row), **CLOSE)
    np.testing.assert_allclose(new.diverted_share[used], (1 - 1 / (1 + gain))[used], **CLOSE)
    bad = banned * aversion * hazard + exposure * threat + reputation * name - np.log(np.maximum(kept, 1e-9))
    end = v.contract_end + (1 - v.contract_end) * v.tie_break * np.where(through, old.lost_ties[hub], 0.0)
    ending = end + (1 - end) * (1 - np.exp(-v.reopening * positive(bad - old.last_disutility)))
    np.testing.assert_allclose(new.contract_end_odds[used], ending[used], **CLOSE)
    appetite = old.background_activity + ending * (kept * road_pull(market) - old.background_activity)
    behind = base.background > 0
    np.testing.assert_allclose(new.background_activity[behind], appetite[behind], **CLOSE)
    assert banned.max() > 0.5 and gain.max() > 0.1 and threat.max() > 0.1 and behind.any()


def test_choices_of_every_row(month):
    model, old, new = month.at("choose_routes")
    c = model.constants
    v, n, columns = model.values, c.routes.target_routes, model.exporter_columns
    kind = np.repeat(np.arange(len(model.base.volume)), np.diff(columns.start))
    market, banned, hazard, threat, name, _, b = np.moveaxis(old.prospects[kind], 1, 0)
    aversion, exposure, reputation = (
        x.astype(float)[:, None] for x in (columns.aversion, columns.exposure, columns.reputation)
    )
    s, loyal = v.similarity, np.exp(v.loyalty)
    for listed in (0, 1):
        p = market * (1 - banned + banned * np.exp(-aversion * hazard))
        p = p * np.exp(-exposure * (1 - listed) * threat - reputation * name)
        p = p * np.exp(-listed * c.logit.loss_if_listed)
        within = p[:, :n] ** (1 / s)
        total = b[:, :n].sum(axis=1, keepdims=True)
        m = np.divide((b[:, :n] * within).sum(axis=1, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
        scale = np.divide(m**s, m, out=np.zeros_like(m), where=m > 0)
        weight = np.concatenate([b[:, :n] * within * scale, b[:, n:] * p[:, n:]], axis=1)
        ended = old.spread[:, listed] * old.contract_end_odds[kind]
        # Odds of road k for a firm on road j: its own road counts exp(loyalty) times.
        share = ended / (weight.sum(axis=1, keepdims=True) + (loyal - 1) * weight)
        moved = share.sum(axis=1, keepdims=True) * weight + share * (loyal - 1) * weight
        np.testing.assert_allclose(new.spread[:, listed], old.spread[:, listed] - ended + moved, rtol=1e-7, atol=1e-12)
        assert listed == 0 or ended.max() > 0


def test_fates_of_every_order(month):
    model, old, new = month.at("clear_borders")
    c = model.constants
    v, base, lane = model.values, model.base, model.regime.lane
    o, g, hub = base.origin, base.good, base.hub
    through = hub >= 0
    m, a = (x[g][:, None] for x in (c.goods.military_sensitivity, c.goods.ambiguity))
    effort, activity = old.enforcement_effort[o][:, None], old.demand_multiplier[base.destination][:, g].T
    ordered = old.contracted * activity * (1 + v.front_loading * lane("coming"))
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
        assert np.abs(expected).max() > 0, fate
        np.testing.assert_allclose(new.order_status[fate], expected, err_msg=str(fate), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(new.cleared, onward - refused - seized - stopped, rtol=1e-8, atol=1e-9)


def test_houses(month):
    model, old, new = month.at("trade_through_hubs")
    c = model.constants
    v, houses, base = model.values, model.intermediary_columns, model.base
    entered = np.zeros((len(model.world.hubs), len(model.world.goods)))
    for k in np.flatnonzero(base.hub >= 0):
        np.add.at(entered[base.hub[k]], base.good, old.contracted[:, k])
    consigned = np.einsum("hg,hgj->j", entered, old.exit_hub_shares)
    room = 1 + model.regime.state("hub_room")[c.routes.hub_states]
    capacity = np.bincount(houses.hub, weights=houses.capacity * old.status_shares[:, 1]) * room
    fullness = consigned / capacity
    np.testing.assert_allclose(new.capacity_utilisation, fullness, **CLOSE)
    np.testing.assert_allclose(new.capacity_share, np.minimum(1, 1 / fullness), **CLOSE)
    now = v.markup * np.exp(v.markup_slope * (np.minimum(fullness / v.hub_fullness, 4) - 1))
    np.testing.assert_allclose(new.log_markup, np.log((1 + now) / (1 + v.markup)), **CLOSE)
    relative = (fullness / v.hub_fullness)[houses.hub]
    firms = np.bincount(houses.hub, weights=houses.detection_odds * old.status_shares[:, 1]) * houses.represents
    listing = np.minimum(1, intermediaries_to_list(model)[houses.hub] * houses.detection_odds / firms[houses.hub])
    opening = np.minimum(1, v.entry * positive(relative - 1))
    closing = np.minimum(1, v.leaving * positive(1 - relative)) * (1 - listing)
    back = 1 - np.exp(-1 / v.return_delay)
    dormant, open_, listed = old.status_shares.T
    expected = np.stack(
        [
            dormant * (1 - opening) + open_ * closing,
            open_ * (1 - closing - listing) + dormant * opening + listed * back,
            listed * (1 - back) + open_ * listing,
        ],
        axis=1,
    )
    np.testing.assert_allclose(new.status_shares, expected, **CLOSE)


def test_arrivals_and_prices(month):
    model, old, new = month.at("settle")
    c = model.constants
    v, base = model.values, model.base
    unsold_share = np.einsum("hgj,j->hg", old.exit_hub_shares, 1 - old.capacity_share)
    unsold = np.where(base.hub >= 0, old.cleared * unsold_share[base.hub][:, base.good].T, 0.0)
    np.testing.assert_allclose(new.order_status[UNSOLD], unsold, **CLOSE)
    ahead = v.front_loading * model.regime.lane("coming")
    stocked = new.order_status[DELIVERED] * ahead / (1 + ahead)
    arrivals = v.stock_use * old.stocks
    for t, k in np.ndindex(base.flow.shape):
        d = base.destination[k]
        if d != base.origin[t]:
            arrivals[d, base.headquarters[t], base.good[t]] += new.order_status[DELIVERED][t, k] - stocked[t, k]
    np.testing.assert_allclose(new.arrivals, arrivals, rtol=1e-8, atol=1e-9)

    model, old, new = month.at("adjust_prices")
    c = model.constants
    watched = c.markets.price_adjusting
    usual = c.markets.imports[watched]
    price, activity = old.log_price[watched], old.demand_multiplier[watched]
    share = usual / usual.sum(axis=1, keepdims=True)
    power = 1 - v.brand_substitution
    index = np.log((share * np.exp(power * price)).sum(axis=1)) / power
    driver = activity * old.war_demand[watched] * (1 - old.import_substitution[watched])
    wanted = (
        usual
        * driver[:, None]
        * np.exp(-v.demand_elasticity * index[:, None] - v.brand_substitution * (price - index[:, None]))
    )
    own = v.demand_elasticity * share + v.brand_substitution * (1 - share)
    pad = 0.02 * usual * activity[:, None]
    gap = np.log((wanted + pad) / (old.arrivals[watched] + pad))
    moved = price + gap * (1 - np.exp(-v.price_speed * own)) / own
    near = np.abs(gap) < np.log(4)
    assert near.mean() > 0.9 and np.abs(gap).max() > 0.05
    np.testing.assert_allclose(new.log_price[watched][near], moved[near], atol=1e-3)
    room = v.substitution_limit - old.import_substitution[watched]
    replaced = old.import_substitution[watched] + np.minimum(room, v.substitution_speed * positive(index))
    np.testing.assert_allclose(new.import_substitution[watched], replaced, **CLOSE)


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
    shown = shown + v.listing_fear * share + (old.triggered_threat * coalition)[where]
    shown = shown + v.overcompliance * old.new_controls * c.goods.coalition_share[g][:, None]
    believed = old.believed_hazard[:, :n]
    expected = believed + np.where(shown > believed, v.learning, v.forgetting) * (shown - believed)
    np.testing.assert_allclose(new.believed_hazard[:, :n], expected, **CLOSE)
    risk = c.types.exposure * expected[:, 0]
    np.testing.assert_allclose(new.labels, c.goods.ambiguity[g] * (1 - np.exp(-v.label_response * risk)), **CLOSE)
    own = old.recent_listings * (1 - v.forgetting) + old.state_listed_share
    own[c.routes.hub_states] += old.listed_now
    np.testing.assert_allclose(new.recent_listings, own, **CLOSE)
    assert shown.max() > 0.1
