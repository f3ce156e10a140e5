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
    for phase in (
        "read_law", "weigh_threats", "set_efforts", "designate_exporters", "post_demand", "weigh_hubs", "look_ahead",
        "choose_roads", "clear_borders", "trade_through_hubs", "settle", "move_prices", "keep_ledgers", "learn",
    ):  # fmt: skip
        before[phase] = held(model)
        getattr(model, phase)()
        after[phase] = held(model)
    return SimpleNamespace(model=model, before=before, after=after, at=lambda p: (model, before[p], after[p]))


def held(model) -> SimpleNamespace:
    """A copy of all that changes."""
    arrays = {name: np.copy(value) for name, value in vars(model.work).items()}
    houses = {name: np.copy(getattr(model.houses, name)) for name in ("mass", "generation", "listed_now", "lost_ties")}
    return SimpleNamespace(**arrays, **houses, spread=model.columns.spread.copy())


def test_the_page_promises_no_less():
    assert "built again without reading the code" in " ".join((DOCS / "odd.md").read_text(encoding="utf-8").split())


def test_words_law_and_effort(month):
    model, old, new = month.at("set_efforts")
    v, law, usual_trade, usual_military = model.values, model.regime.state, *model._usual
    third, base, alignment, exposure = model.layout.deciding
    members = model.layout.members
    coalition = (old.resolve * model.layout.exports)[members].sum() / model.layout.exports[members].sum()
    near = positive(alignment) + law("commitment")
    gained = positive(old.trade - usual_trade)
    courted = law("courting") + v.courting * gained / gained[third].sum()
    visible = positive(growth(old.military @ old.watched, usual_military @ old.watched))
    threat = law("threat") + old.provoked * coalition
    asked = v.weight_pressure * law("pressure") * (1 - v.cheap_talk * old.word) + v.weight_leverage * law("leverage")
    asked += exposure * (v.weight_threat * threat + v.weight_visible * visible + v.weight_listing * old.own_listed)
    against = v.weight_gain * positive(growth(old.trade, usual_trade)) + v.weight_alignment * near
    against += v.weight_courting * courted

    def wanted(push, pull):
        return 1 / (1 + (1 - base) / base * np.exp(-positive(push - pull)))

    def as_law(effort):
        return (effort - base) / (1 - base)

    assert third.any() and (asked[third] > 0).any()
    expected = {
        "word": old.word + v.word_speed * (as_law(wanted(asked, 0)) - old.word),
        "law": old.law + v.law_speed * (as_law(wanted(asked, against)) - old.law),
        "effort": old.effort + v.effort_speed * (wanted(asked, against) - old.effort),
        "cover": 1 - np.exp(-v.weight_shield * old.own_listed * near),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(getattr(new, name)[third], value[third], err_msg=name, **CLOSE)


def test_hubs_and_agents(month):
    model, old, new = month.at("weigh_hubs")
    v, hubs, usual = model.values, model.layout.hub_states, model.layout.onward
    pull = usual * np.exp(-v.onward_response * (old.log_markup[:, None] + old.obstacle)).T[None]
    legs = old.legs + v.tie_turnover * (pull / pull.sum(axis=2, keepdims=True) - old.legs)
    np.testing.assert_allclose(new.legs, legs, **CLOSE)
    transit, checks = model.regime.cell("transit_ban")[hubs], model.layout.checks[hubs][:, None]
    effort, usual_effort = old.effort[hubs][:, None], model.layout.deciding[1][hubs][:, None]
    forbidden = 1 - (1 - transit) * (1 - old.law[hubs][:, None] * old.watched)
    stop = forbidden * effort * checks
    passes = (1 - stop) * old.carried[:, None]
    passes = passes * np.exp(-v.vigilance * old.watched * positive(effort - usual_effort) * checks)
    assert stop.max() > 0.1
    np.testing.assert_allclose(new.obstacle, -np.log(passes), **CLOSE)
    np.testing.assert_allclose(new.hub_kept, np.einsum("hgj,jg->hg", legs, passes), **CLOSE)
    np.testing.assert_allclose(new.hub_stopped, np.einsum("hgj,jg->hg", legs, stop), **CLOSE)
    np.testing.assert_allclose(new.hub_cost, np.einsum("hgj,j->hg", legs, old.log_markup), **CLOSE)
    refused = new.refused
    grown = old.agents + np.minimum(1, v.agent_entry * refused) * (1 - old.agents)
    np.testing.assert_allclose(new.agents, np.where(refused > 0, grown, old.agents * (1 - v.leaving)), **CLOSE)
    assert refused.max() > 0.1


def test_prospects_of_every_road(month):
    model, old, new = month.at("look_ahead")
    v, base, lane = model.values, model.base, model.regime.lane
    o, g, hub = base.origin, base.good, base.hub
    n, through = model.layout.target_roads, hub >= 0
    to_target = np.arange(len(hub)) < n
    aversion, exposure, reputation = (
        x[:, None] for x in (model.means.aversion, model.means.exposure, model.means.reputation)
    )
    banned, effort = new.shipped[0], old.effort[o][:, None]
    own_law = ((old.law[o] * old.watched[g])[:, None] > 0) & to_target
    home = np.where(own_law, 1.0, lane("domestic_hazard"))
    open_ = (1 - lane("shield")) * (1 - old.cover[o][:, None])
    abroad = lane("foreign_hazard") * old.effort[model.layout.members].mean() * open_
    checks = np.where(to_target, model.layout.checks[o][:, None], 1.0)
    hidden = v.hidden_road * np.maximum(home * effort, abroad)
    hidden = hidden + (1 - hidden) * lane("pledge_hazard") * effort
    hazard = np.where(
        through, np.maximum(hidden, lane("declared_hazard") * effort), np.maximum(home * effort * checks, abroad)
    )
    threat = old.believed * open_
    name = lane("reputation") * (1 + v.exit_herding * new.left[o][:, None])
    payer = np.where(through, model.layout.hub_states[hub], o[:, None])
    cost = lane("payment_fee") + lane("tariff") - lane("promotion")
    cost = cost + v.delay_cost * new.shipped[1] * lane("licence_delay_months")
    cost = cost + np.log(1 + v.agent_fee) * lane("payment_refusal") * old.agents[payer]
    cost = cost + np.where(through, old.hub_cost[hub][:, g].T, 0.0)
    kept = (1 - lane("closure")) * np.where(through, old.hub_kept[hub][:, g].T, 1.0)
    price = old.log_price[base.destination][:, base.headquarters, g].T
    market = np.exp(v.price_response * base.response[:, None] * (price - cost))

    def road_pull(market):
        lawful = 1 - banned + banned * np.exp(-aversion * hazard)
        return market * lawful * np.exp(-exposure * threat - reputation * name)

    shut = (1 - kept * road_pull(1.0))[:, :1] * (base.pull[:, :1] + base.background[:, :1] > 0)
    used = base.pull > 0
    direct = np.divide(base.pull[:, :1], base.pull, out=np.zeros_like(base.pull), where=used)
    gain = np.where(through & used, model.layout.opening[hub] * shut * direct, 0.0)
    market = market * (1 + gain) ** v.similarity
    for row, expected in enumerate((market * kept, banned, hazard, threat, name)):
        np.testing.assert_allclose(new.prospects[:, row][used], expected[used], err_msg=str(row), **CLOSE)
    np.testing.assert_allclose(new.diverted[used], (1 - 1 / (1 + gain))[used], **CLOSE)
    bad = banned * aversion * hazard + exposure * threat + reputation * name - np.log(np.maximum(kept, 1e-9))
    end = v.contract_end + (1 - v.contract_end) * v.tie_break * np.where(through, old.lost_ties[hub], 0.0)
    ending = end + (1 - end) * (1 - np.exp(-v.reopening * positive(bad - old.worse)))
    np.testing.assert_allclose(new.ending[used], ending[used], **CLOSE)
    appetite = old.appetite + ending * (kept * road_pull(market) - old.appetite)
    behind = base.background > 0
    np.testing.assert_allclose(new.appetite[behind], appetite[behind], **CLOSE)
    assert banned.max() > 0.5 and gain.max() > 0.1 and threat.max() > 0.1 and behind.any()


def test_choices_of_every_row(month):
    model, old, new = month.at("choose_roads")
    v, n, columns = model.values, model.layout.target_roads, model.columns
    kind = np.repeat(np.arange(len(model.base.volume)), np.diff(columns.start))
    market, banned, hazard, threat, name, _, b = np.moveaxis(old.prospects[kind], 1, 0)
    aversion, exposure, reputation = (
        x.astype(float)[:, None] for x in (columns.aversion, columns.exposure, columns.reputation)
    )
    s, loyal = v.similarity, np.exp(v.loyalty)
    for listed in (0, 1):
        p = market * (1 - banned + banned * np.exp(-aversion * hazard))
        p = p * np.exp(-exposure * (1 - listed) * threat - reputation * name)
        p = p * np.exp(-listed * model.layout.closed_to_listed)
        within = p[:, :n] ** (1 / s)
        total = b[:, :n].sum(axis=1, keepdims=True)
        m = np.divide((b[:, :n] * within).sum(axis=1, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
        scale = np.divide(m**s, m, out=np.zeros_like(m), where=m > 0)
        weight = np.concatenate([b[:, :n] * within * scale, b[:, n:] * p[:, n:]], axis=1)
        ended = old.spread[:, listed] * old.ending[kind]
        # Odds of road k for a firm on road j: its own road counts exp(loyalty) times.
        share = ended / (weight.sum(axis=1, keepdims=True) + (loyal - 1) * weight)
        moved = share.sum(axis=1, keepdims=True) * weight + share * (loyal - 1) * weight
        np.testing.assert_allclose(new.spread[:, listed], old.spread[:, listed] - ended + moved, rtol=1e-7, atol=1e-12)
        assert listed == 0 or ended.max() > 0


def test_fates_of_every_order(month):
    model, old, new = month.at("clear_borders")
    v, base, lane = model.values, model.base, model.regime.lane
    o, g, hub = base.origin, base.good, base.hub
    through = hub >= 0
    m, a = (x[g][:, None] for x in (model.layout.sensitivity, model.layout.ambiguity))
    effort, activity = old.effort[o][:, None], old.activity[base.destination][:, g].T
    ordered = old.flow * activity * (1 + v.front_loading * lane("coming"))
    applied = ordered * old.shipped[1]
    waiting, delay = old.queue + applied, lane("licence_delay_months")
    with np.errstate(divide="ignore"):
        decided = waiting * np.where(delay > 0, 1 - np.exp(-1 / delay), 1.0)
    caught, civil, military = v.declaration_detected * effort, lane("licence_odds_civil"), lane("licence_odds_military")
    lying = v.false_declaration * positive(1 - military / ((1 - caught) * civil))
    odds = (1 - m) * civil + m * (a * lying * (1 - caught) * civil + (1 - a * lying) * military)
    onward = ordered - applied + decided * odds
    payer = np.where(through, model.layout.hub_states[hub], o[:, None])
    refused = onward * (1 - (1 - lane("payment_refusal") * (1 - old.agents[payer])) * (1 - lane("closure")))
    banned = old.shipped[0]
    part = banned * np.exp(-old.fear) / (1 - banned + banned * np.exp(-old.fear))
    campaign = model.regime.state("inspection")[o][:, None]
    straight = ~through & (np.arange(len(hub)) < model.layout.target_roads)
    checks = np.where(straight, model.layout.checks[o][:, None], 1.0)
    seized = (onward - refused) * part * v.seizure * effort * (1 - (1 - v.inspection) * (1 - campaign)) * checks
    evading = np.where(through, np.maximum(part, old.diverted), 0.0)
    tracking = model.regime.cell("tracking")[model.layout.hub_states[hub]][:, g].T
    stopped = (onward - refused - seized) * (1 - v.ghost * evading * (1 - tracking)) * old.hub_stopped[hub][:, g].T
    stopped = np.where(through, stopped, 0.0)
    fates = {
        ORDERED: ordered, DENIED: decided * (1 - odds), HELD: waiting - decided - old.queue, REFUSED: refused,
        SEIZED: seized, STOPPED: stopped,
    }  # fmt: skip
    for fate, expected in fates.items():
        assert np.abs(expected).max() > 0, fate
        np.testing.assert_allclose(new.fate[fate], expected, err_msg=str(fate), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(new.passing, onward - refused - seized - stopped, rtol=1e-8, atol=1e-9)


def test_houses(month):
    model, old, new = month.at("trade_through_hubs")
    v, houses, base = model.values, model.houses, model.base
    entered = np.zeros((len(model.world.hubs), len(model.world.goods)))
    for k in np.flatnonzero(base.hub >= 0):
        np.add.at(entered[base.hub[k]], base.good, old.flow[:, k])
    consigned = np.einsum("hg,hgj->j", entered, old.legs)
    room = 1 + model.regime.state("hub_room")[model.layout.hub_states]
    capacity = np.bincount(houses.hub, weights=houses.capacity * old.mass[:, 1]) * room
    fullness = consigned / capacity
    np.testing.assert_allclose(new.fullness, fullness, **CLOSE)
    np.testing.assert_allclose(new.carried, np.minimum(1, 1 / fullness), **CLOSE)
    now = v.markup * np.exp(v.markup_slope * (np.minimum(fullness / v.hub_fullness, 4) - 1))
    np.testing.assert_allclose(new.log_markup, np.log((1 + now) / (1 + v.markup)), **CLOSE)
    relative = (fullness / v.hub_fullness)[houses.hub]
    firms = np.bincount(houses.hub, weights=houses.hiding * old.mass[:, 1]) * houses.represents
    listing = np.minimum(1, model.traders_to_list()[houses.hub] * houses.hiding / firms[houses.hub])
    opening = np.minimum(1, v.entry * positive(relative - 1))
    closing = np.minimum(1, v.leaving * positive(1 - relative)) * (1 - listing)
    back = 1 - np.exp(-1 / v.return_delay)
    dormant, open_, listed = old.mass.T
    expected = np.stack(
        [
            dormant * (1 - opening) + open_ * closing,
            open_ * (1 - closing - listing) + dormant * opening + listed * back,
            listed * (1 - back) + open_ * listing,
        ],
        axis=1,
    )
    np.testing.assert_allclose(new.mass, expected, **CLOSE)


def test_arrivals_and_prices(month):
    model, old, new = month.at("settle")
    v, base = model.values, model.base
    unsold_share = np.einsum("hgj,j->hg", old.legs, 1 - old.carried)
    unsold = np.where(base.hub >= 0, old.passing * unsold_share[base.hub][:, base.good].T, 0.0)
    np.testing.assert_allclose(new.fate[UNSOLD], unsold, **CLOSE)
    ahead = v.front_loading * model.regime.lane("coming")
    stocked = new.fate[DELIVERED] * ahead / (1 + ahead)
    arrivals = v.stock_use * old.stocks
    for t, k in np.ndindex(base.flow.shape):
        d = base.destination[k]
        if d != base.origin[t]:
            arrivals[d, base.headquarters[t], base.good[t]] += new.fate[DELIVERED][t, k] - stocked[t, k]
    np.testing.assert_allclose(new.arrivals, arrivals, rtol=1e-8, atol=1e-9)

    model, old, new = month.at("move_prices")
    watched = model.layout.watched
    usual = model._market[watched]
    price, activity = old.log_price[watched], old.activity[watched]
    share = usual / usual.sum(axis=1, keepdims=True)
    power = 1 - v.brand_substitution
    index = np.log((share * np.exp(power * price)).sum(axis=1)) / power
    driver = activity * old.need[watched] * (1 - old.replaced[watched])
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
    room = v.substitution_limit - old.replaced[watched]
    replaced = old.replaced[watched] + np.minimum(room, v.substitution_speed * positive(index))
    np.testing.assert_allclose(new.replaced[watched], replaced, **CLOSE)


def test_beliefs_and_labels(month):
    model, old, new = month.at("learn")
    v, base, lane = model.values, model.base, model.regime.lane
    o, g, hub, n = base.origin, base.good, base.hub, model.layout.target_roads
    through, members = hub[:n] >= 0, model.layout.members
    coalition = (old.resolve * model.layout.exports)[members].sum() / model.layout.exports[members].sum()
    here = (1 - v.listing_near) * old.listed_here[o, g] + v.listing_near * old.listed_near[o]
    share = np.where(through, old.listed_now[hub[:n]], here[:, None])
    where = np.where(through, model.layout.hub_states[hub[:n]], o[:, None])
    shown = lane("secondary_threat")[:, :n] + v.anticipation * lane("secondary_announced")[:, :n]
    shown = shown + v.listing_fear * share + (old.provoked * coalition)[where]
    shown = shown + v.overcompliance * old.alarm * model.layout.branded[g][:, None]
    believed = old.believed[:, :n]
    expected = believed + np.where(shown > believed, v.learning, v.forgetting) * (shown - believed)
    np.testing.assert_allclose(new.believed[:, :n], expected, **CLOSE)
    risk = model.means.exposure * expected[:, 0]
    np.testing.assert_allclose(new.labels, model.layout.ambiguity[g] * (1 - np.exp(-v.label_response * risk)), **CLOSE)
    own = old.own_listed * (1 - v.forgetting) + old.listed_near
    own[model.layout.hub_states] += old.listed_now
    np.testing.assert_allclose(new.own_listed, own, **CLOSE)
    assert shown.max() > 0.1
