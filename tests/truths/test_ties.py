"""Truths of the ties of exporters to trading houses: who is tied, for how long, and what a lost house takes with it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.model.kernels.intermediaries import DORMANT, LISTED, OPEN
from sim.model.kernels.ties import first_ties, tie

BEFORE_CHOICES = (
    "read_law", "weigh_threats", "set_efforts", "designate_exporters", "post_demand", "weigh_hubs", "look_ahead",
)  # fmt: skip
AFTER_CHOICES = ("clear_borders", "trade_through_hubs", "settle", "move_prices", "keep_ledgers", "learn")


def begin_month(model):
    model.month += 1
    model.elapsed += 1
    for phase in BEFORE_CHOICES:
        getattr(model, phase)()


def end_month(model):
    for phase in AFTER_CHOICES:
        getattr(model, phase)()


def hub_of_rows(model):
    return model.base.hub[model.columns.road]


def crowded(case, **parameters):
    """Many firms, a hundred houses a hub, half a year into the boom of the hubs."""
    model = case.with_changes(
        agents={"exporters": 120_000, "intermediaries": 1100}, months={"first": "2022-08"}, parameters=parameters
    ).model()
    for _ in range(6):
        model.step()
    return model


def test_every_firm_on_a_hub_road_has_a_house_that_was_open_there(sampled):
    """Followed through two years of churn, with so few houses that a hub may be without one."""
    model = sampled.with_changes(
        agents={"exporters": 20_000, "intermediaries": 33}, months={"first": "2022-03"},
        parameters={"entry": 0.5, "leaving": 0.8},
    ).model()  # fmt: skip
    houses, columns = model.houses, model.columns
    met = without = 0
    for _ in range(24):
        begin_month(model)
        is_open = houses.mass[:, OPEN] == 1.0
        served = np.bincount(houses.hub[is_open], minlength=len(model.world.hubs)) > 0
        model.choose_roads()
        hub = hub_of_rows(model)
        assert (columns.house[hub < 0] == 0).all()
        tied = columns.house > 0
        np.testing.assert_array_equal(houses.hub[columns.house[tied] - 1], hub[tied])
        # A house that is not open any more has lost its customers before they choose: the others are open.
        assert is_open[columns.house[tied] - 1].all()
        fresh = (hub >= 0) & (columns.since == model.elapsed)
        np.testing.assert_array_equal(columns.house[fresh] > 0, served[hub[fresh]])
        met, without = met + int(tied.sum()), without + int((~served[hub[fresh]]).sum())
        end_month(model)
    assert met > 1000 and without > 0


@pytest.mark.parametrize("turnover", [0.0, 0.15, 1.0])
def test_ties_last_as_long_as_contracts(sampled, turnover):
    """Kept over a month: what does not end, and of what is renewed on the same road what stays or comes back."""
    model = crowded(sampled, tie_turnover=turnover)
    houses, columns = model.houses, model.columns
    kept = expected = spread = rows = 0.0
    for _ in range(3):
        begin_month(model)
        tied = np.flatnonzero(columns.house > 0)
        house, capacity = columns.house.copy(), houses.capacity * houses.mass[:, OPEN]
        share = capacity / np.bincount(houses.hub, weights=capacity, minlength=len(model.world.hubs))[houses.hub]
        for row in tied:
            if houses.gone[house[row]]:
                continue
            firm = model.exporters[int(row)]
            ends = model.work.ending[firm.type, columns.road[row]]
            same = firm.pulls()[columns.road[row]] * (1.0 - turnover + turnover * share[house[row] - 1])
            odds = 1.0 - ends + ends * same
            expected, spread = expected + odds, spread + odds * (1.0 - odds)
        model.choose_roads()
        kept += int((columns.house[tied] == house[tied]).sum())
        rows += len(tied)
        end_month(model)
    assert rows > 2000 and 0.7 * rows < kept < rows
    assert abs(kept - expected) < 4.0 * np.sqrt(spread)


def test_a_listed_house_loses_its_customers(sampled):
    model = crowded(sampled)
    busiest = int(np.argmax(model.intermediaries.get("customer_count")))
    customers = model.intermediaries[busiest].customers
    assert len(customers) > 5
    model.houses.mass[busiest] = np.eye(3)[LISTED]
    model.houses.gone[busiest + 1] = True
    begin_month(model)
    model.choose_roads()
    assert model.intermediaries[busiest].customer_count == 0
    assert (model.columns.since[customers] == model.elapsed).all()
    # They go to other houses of the hub, to other roads, to other markets.
    found = model.columns.house[customers]
    assert (found > 0).any() and len(np.unique(found)) > 1


def test_where_ties_break_no_contract_the_loss_of_houses_ends_none(sampled):
    """Two models of the same luck; in one every house has just gone: the same contracts end, on the same roads."""
    models = [crowded(sampled, tie_break=0.0) for _ in range(2)]
    tied = models[0].columns.house > 0
    models[1].houses.gone[1:] = True
    for model in models:
        begin_month(model)
        model.choose_roads()
    a, b = (model.columns for model in models)
    np.testing.assert_array_equal(a.since, b.since)
    np.testing.assert_array_equal(a.road, b.road)
    assert (a.since[tied] < models[0].elapsed).any() and (a.since[tied] == models[0].elapsed).any()


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_contracts_end_with_houses_as_often_as_expected_mode_says(sampled, share):
    """Expected mode ends contracts by the share of open capacity lost; drawn houses end as many, on average."""
    model = crowded(sampled, tie_break=share)
    houses, columns, rng = model.houses, model.columns, np.random.default_rng(5)
    tied = np.flatnonzero(columns.house > 0)
    kind = np.searchsorted(columns.start, tied, side="right") - 1
    begin_month(model)
    is_open = houses.mass[:, OPEN] == 1.0
    total = np.bincount(houses.hub[is_open], weights=houses.capacity[is_open], minlength=len(model.world.hubs))
    by_loop, by_rate, by_odds = [], [], []
    before = {name: getattr(columns, name).copy() for name in ("road", "since", "house")}
    rows_on_road = model.rows_on_road.copy()
    for _ in range(300):
        model.elapsed += 1  # other luck
        lost = is_open & (rng.random(len(houses)) < 0.2)
        houses.gone[1:] = lost
        model.expected = True  # only for what expected mode would make of the same losses
        houses.lost_ties[:] = np.bincount(houses.hub[lost], weights=houses.capacity[lost], minlength=len(total)) / total
        model.look_ahead()
        by_rate.append(model.work.ending[kind, columns.road[tied]].sum())
        model.expected = False
        model.look_ahead()
        usual = model.work.ending[kind, columns.road[tied]]
        by_odds.append((usual + (1.0 - usual) * share * houses.gone[columns.house[tied]]).sum())
        model.choose_roads()
        by_loop.append((columns.since[tied] == model.elapsed).sum())
        for name, values in before.items():
            getattr(columns, name)[:] = values
        model.rows_on_road[:] = rows_on_road
    assert np.mean(by_rate) > 1.15 * usual.sum(), "the losses end contracts"
    # Of one's own house; and of the hub's mean, which cannot know that houses just opened have few customers yet.
    for told, bias, most in ((by_odds, 0.0, 0.02), (by_rate, 0.02, 0.06)):
        gap = np.array(by_loop) - np.array(told)
        error = gap.std() / np.sqrt(len(gap))
        assert abs(gap.mean()) - bias * np.mean(told) < 3.5 * error < most * np.mean(told)


@pytest.mark.parametrize("fullness", [0.35, 1.4])
def test_drawn_houses_are_lost_at_the_rate_of_expected_mode(reference, fullness):
    """Same fullness, same rules: capacity lost to closing and to listing is the same share, within noise."""
    lost, expected = {}, {}
    for mode, into in (("sampled", lost), ("expected", expected)):
        model = reference.with_changes(agents={"mode": mode, "intermediaries": 44_000}).model()
        model.step()
        houses, values = model.houses, model.values
        if mode == "sampled":  # as many open houses of all sizes as in a boom: the noise is that of thousands
            houses.mass[:] = np.eye(3)[np.where(np.arange(len(houses)) % 2, OPEN, DORMANT)]
        hubs = (
            np.full(len(model.world.hubs), fullness), values.hub_fullness, np.full(len(model.world.hubs), 10.0),
            houses.represents, houses.listed_now, houses.lost_ties,
        )  # fmt: skip
        columns = (
            houses.hub, houses.capacity, houses.hiding, houses.mass, houses.generation, houses.since, houses.gone,
        )  # fmt: skip
        is_open = houses.mass[:, OPEN].copy()
        listing = np.minimum(1.0, 10.0 / (np.bincount(houses.hub, weights=is_open) * houses.represents))
        model.loops.trade_month(np.uint64(77), 1, mode == "expected", columns, hubs, model._numbers)
        if mode == "sampled":
            np.testing.assert_array_equal(houses.gone[1:], (is_open == 1.0) & (houses.mass[:, OPEN] == 0.0))
        closing = values.leaving * max(0.0, 1.0 - fullness / values.hub_fullness)
        into["rate"] = houses.lost_ties.copy()
        into["rule"] = listing + (1.0 - listing) * closing
    np.testing.assert_allclose(expected["rate"], expected["rule"], rtol=1e-9)
    assert lost["rate"].mean() == pytest.approx(lost["rule"].mean(), rel=0.15)


def test_open_houses_are_met_in_proportion_to_what_they_can_carry():
    rng = np.random.default_rng(3)
    capacity = rng.lognormal(size=60)
    capacity[::4] = 0.0  # not open
    hub_of_house = np.repeat([0, 1, 2], 20)
    capacity[40:] = 0.0  # nobody is open in the third hub
    first = np.array([0, 20, 40, 60])
    reach = np.concatenate([np.cumsum(capacity[a:b]) for a, b in pairwise(first)])
    rows = 90_000
    road = np.repeat([0, 1, 2, 3], rows // 4)
    hub = np.array([-1, 0, 1, 2])
    house = np.zeros(rows, dtype=np.int32)
    ties = np.zeros(61, dtype=bool), False, 1.0, 0.15, hub, first, reach
    first_ties(np.uint64(9), np.array([0, rows]), road, ties, house)
    assert (house[road == 0] == 0).all() and (house[road == 3] == 0).all()
    for place in (0, 1):
        mine = house[road == place + 1] - 1
        assert (hub_of_house[mine] == place).all()
        wanted = capacity[hub_of_house == place]
        wanted = wanted / wanted.sum() * len(mine)
        counts = np.bincount(mine, minlength=60)[hub_of_house == place]
        assert (counts[wanted == 0.0] == 0).all()
        there = wanted > 0.0
        chi_square = ((counts[there] - wanted[there]) ** 2 / wanted[there]).sum()
        assert chi_square < 35.0  # 14 degrees of freedom: exceeded once in a thousand draws


@pytest.mark.parametrize("turnover", [0.05, 0.3])
def test_a_renewed_contract_changes_house_as_often_as_ties_turn_over(turnover):
    capacity = np.array([1.0, 5.0, 2.0, 2.0])
    gone = np.zeros(5, dtype=bool)
    gone[4] = True
    ties = gone, True, 1.0, turnover, np.array([0]), np.array([0, 4]), np.cumsum(capacity)
    draws = (np.arange(20_000) + 0.5) / 20_000
    found = np.array([tie(draw, 0, 2, True, ties) for draw in draws])
    met = np.bincount(found, minlength=5)[1:] / len(draws)
    np.testing.assert_allclose(met, turnover * capacity / 10.0 + (1.0 - turnover) * np.eye(4)[1], atol=2e-4)
    for house, same_road in ((2, False), (4, True), (0, True)):  # another road, a house that is gone, none before
        found = np.array([tie(draw, 0, house, same_road, ties) for draw in draws])
        np.testing.assert_allclose(np.bincount(found, minlength=5)[1:] / len(draws), capacity / 10.0, atol=2e-4)


def test_a_crowd_of_customers_follows_capacity(sampled):
    """In a run too: the larger half of a hub's open houses has about its share of the capacity as customers."""
    model = crowded(sampled)
    houses, customers = model.houses, model.intermediaries.get("customer_count")
    expected = found = rows = 0.0
    for hub in range(len(model.world.hubs)):
        mine = np.flatnonzero((houses.hub == hub) & (houses.mass[:, OPEN] == 1.0))
        if len(mine) < 10 or customers[mine].sum() < 50:
            continue
        large = mine[np.argsort(houses.capacity[mine])[len(mine) // 2 :]]
        expected += customers[mine].sum() * houses.capacity[large].sum() / houses.capacity[mine].sum()
        found, rows = found + customers[large].sum(), rows + customers[mine].sum()
    assert rows > 300 and found / rows > 0.6
    assert found == pytest.approx(expected, rel=0.15)
