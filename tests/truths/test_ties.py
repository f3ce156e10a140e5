"""Truths of the ties of exporters to intermediaries: who is tied, for how long, and what a lost one takes along."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.model.kernels.intermediaries import DORMANT, LISTED, OPEN, Moment
from sim.model.kernels.ties import Ties, first_ties, tie
from sim.model.phases.firms import choose_routes, evaluate_routes
from sim.model.population import ExporterColumns
from tests.month import begin_month, end_month


def hub_of_rows(model):
    return model.base.hub[model.exporter_columns.route]


def crowded(case, **parameters):
    """Many firms, a hundred intermediaries a hub, half a year into the boom of the hubs."""
    model = case.with_changes(
        agents={"exporters": 120_000, "intermediaries": 1100}, months={"first": "2022-08"}, parameters=parameters
    ).model()
    for _ in range(6):
        model.step()
    return model


def test_every_firm_on_a_hub_route_has_an_intermediary_that_was_open_there(sampled):
    """Followed through two years of churn, with so few intermediaries that a hub may be without one."""
    model = sampled.with_changes(
        agents={"exporters": 20_000, "intermediaries": 33}, months={"first": "2022-03"},
        parameters={"entry": 0.5, "leaving": 0.8},
    ).model()  # fmt: skip
    intermediaries, columns = model.intermediary_columns, model.exporter_columns
    met = without = 0
    for _ in range(24):
        begin_month(model)
        is_open = intermediaries.status_shares[:, OPEN] == 1.0
        served = np.bincount(intermediaries.hub[is_open], minlength=len(model.world.hubs)) > 0
        choose_routes(model)
        hub = hub_of_rows(model)
        assert (columns.intermediary[hub < 0] == 0).all()
        tied = columns.intermediary > 0
        np.testing.assert_array_equal(intermediaries.hub[columns.intermediary[tied] - 1], hub[tied])
        # A intermediary that is not open any more has lost its customers before they choose: the others are open.
        assert is_open[columns.intermediary[tied] - 1].all()
        fresh = (hub >= 0) & (columns.since == model.elapsed)
        np.testing.assert_array_equal(columns.intermediary[fresh] > 0, served[hub[fresh]])
        met, without = met + int(tied.sum()), without + int((~served[hub[fresh]]).sum())
        end_month(model)
    assert met > 1000 and without > 0


@pytest.mark.parametrize("turnover", [0.0, 0.15, 1.0])
def test_ties_last_as_long_as_contracts(sampled, turnover):
    """Kept over a month: what does not end, and of what is renewed on the same route what stays or comes back."""
    model = crowded(sampled, tie_turnover=turnover)
    intermediaries, columns = model.intermediary_columns, model.exporter_columns
    kept = expected = spread = rows = 0.0
    for _ in range(3):
        begin_month(model)
        tied = np.flatnonzero(columns.intermediary > 0)
        intermediary, capacity = (
            columns.intermediary.copy(),
            intermediaries.capacity * intermediaries.status_shares[:, OPEN],
        )
        share = (
            capacity
            / np.bincount(intermediaries.hub, weights=capacity, minlength=len(model.world.hubs))[intermediaries.hub]
        )
        for row in tied:
            if intermediaries.exited[intermediary[row]]:
                continue
            firm = model.exporters[int(row)]
            ends = model.state.outlook.contract_end_odds[firm.type, columns.route[row]]
            same = firm.route_weights()[columns.route[row]] * (1.0 - turnover + turnover * share[intermediary[row] - 1])
            odds = 1.0 - ends + ends * same
            expected, spread = expected + odds, spread + odds * (1.0 - odds)
        choose_routes(model)
        kept += int((columns.intermediary[tied] == intermediary[tied]).sum())
        rows += len(tied)
        end_month(model)
    assert rows > 2000 and 0.7 * rows < kept < rows
    assert abs(kept - expected) < 4.0 * np.sqrt(spread)


def test_a_listed_intermediary_loses_its_customers(sampled):
    model = crowded(sampled)
    busiest = int(np.argmax(model.intermediaries.get("customer_count")))
    customers = model.intermediaries[busiest].customers
    assert len(customers) > 5
    model.intermediary_columns.status_shares[busiest] = np.eye(3)[LISTED]
    model.intermediary_columns.exited[busiest + 1] = True
    begin_month(model)
    choose_routes(model)
    assert model.intermediaries[busiest].customer_count == 0
    assert (model.exporter_columns.since[customers] == model.elapsed).all()
    # They go to other intermediaries of the hub, to other routes, to other markets.
    found = model.exporter_columns.intermediary[customers]
    assert (found > 0).any() and len(np.unique(found)) > 1


def test_where_ties_break_no_contract_the_loss_of_intermediaries_ends_none(sampled):
    """Two models of the same luck; in one all intermediaries have just gone: the same contracts end."""
    models = [crowded(sampled, tie_break=0.0) for _ in range(2)]
    tied = models[0].exporter_columns.intermediary > 0
    models[1].intermediary_columns.exited[1:] = True
    for model in models:
        begin_month(model)
        choose_routes(model)
    a, b = (model.exporter_columns for model in models)
    np.testing.assert_array_equal(a.since, b.since)
    np.testing.assert_array_equal(a.route, b.route)
    assert (a.since[tied] < models[0].elapsed).any() and (a.since[tied] == models[0].elapsed).any()


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_contracts_end_with_intermediaries_as_often_as_expected_mode_says(sampled, share):
    """Expected mode ends contracts by the share of open capacity lost; drawn intermediaries end as many, on average."""
    model = crowded(sampled, tie_break=share)
    intermediaries, columns, rng = model.intermediary_columns, model.exporter_columns, np.random.default_rng(5)
    tied = np.flatnonzero(columns.intermediary > 0)
    kind = np.searchsorted(columns.start, tied, side="right") - 1
    begin_month(model)
    is_open = intermediaries.status_shares[:, OPEN] == 1.0
    total = np.bincount(
        intermediaries.hub[is_open], weights=intermediaries.capacity[is_open], minlength=len(model.world.hubs)
    )
    by_loop, by_rate, by_odds = [], [], []
    before = {name: getattr(columns, name).copy() for name in ("route", "since", "intermediary")}
    rows_on_route = model.rows_on_route.copy()
    for _ in range(300):
        model.elapsed += 1  # other luck
        lost = is_open & (rng.random(intermediaries.rows) < 0.2)
        intermediaries.exited[1:] = lost
        model.expected = True  # only for what expected mode would make of the same losses
        intermediaries.lost_ties[:] = (
            np.bincount(intermediaries.hub[lost], weights=intermediaries.capacity[lost], minlength=len(total)) / total
        )
        evaluate_routes(model)
        by_rate.append(model.state.outlook.contract_end_odds[kind, columns.route[tied]].sum())
        model.expected = False
        evaluate_routes(model)
        usual = model.state.outlook.contract_end_odds[kind, columns.route[tied]]
        by_odds.append((usual + (1.0 - usual) * share * intermediaries.exited[columns.intermediary[tied]]).sum())
        choose_routes(model)
        by_loop.append((columns.since[tied] == model.elapsed).sum())
        for name, values in before.items():
            getattr(columns, name)[:] = values
        model.rows_on_route[:] = rows_on_route
    assert np.mean(by_rate) > 1.15 * usual.sum(), "the losses end contracts"
    # Of one's own intermediary; and of the hub's mean, which cannot know that those just opened have few customers.
    for told, bias, most in ((by_odds, 0.0, 0.02), (by_rate, 0.02, 0.06)):
        gap = np.array(by_loop) - np.array(told)
        error = gap.std() / np.sqrt(len(gap))
        assert abs(gap.mean()) - bias * np.mean(told) < 3.5 * error < most * np.mean(told)


@pytest.mark.parametrize("fullness", [0.35, 1.4])
def test_drawn_intermediaries_are_lost_at_the_rate_of_expected_mode(reference, fullness):
    """Same fullness, same rules: capacity lost to closing and to listing is the same share, within noise."""
    lost, expected = {}, {}
    for mode, into in (("sampled", lost), ("expected", expected)):
        model = reference.with_changes(agents={"mode": mode, "intermediaries": 44_000}).model()
        model.step()
        intermediaries, values = model.intermediary_columns, model.values
        if mode == "sampled":  # as many open intermediaries of all sizes as in a boom: the noise is that of thousands
            intermediaries.status_shares[:] = np.eye(3)[np.where(np.arange(intermediaries.rows) % 2, OPEN, DORMANT)]
        utilisation = np.full(len(model.world.hubs), fullness)
        to_list, moment = np.full(len(model.world.hubs), 10.0), Moment(np.uint64(77), 1, mode == "expected")
        is_open = intermediaries.status_shares[:, OPEN].copy()
        listing = np.minimum(1.0, 10.0 / (np.bincount(intermediaries.hub, weights=is_open) * intermediaries.represents))
        model.loops.turn_over(utilisation, to_list, moment, model.parameters, intermediaries)
        if mode == "sampled":
            np.testing.assert_array_equal(
                intermediaries.exited[1:], (is_open == 1.0) & (intermediaries.status_shares[:, OPEN] == 0.0)
            )
        closing = values.leaving * max(0.0, 1.0 - fullness / values.hub_fullness)
        into["rate"] = intermediaries.lost_ties.copy()
        into["rule"] = listing + (1.0 - listing) * closing
    np.testing.assert_allclose(expected["rate"], expected["rule"], rtol=1e-9)
    assert lost["rate"].mean() == pytest.approx(lost["rule"].mean(), rel=0.15)


def ties_of(capacity, exited, turnover, hub, first) -> Ties:
    reach = np.concatenate([np.cumsum(capacity[a:b]) for a, b in pairwise(first)])
    return Ties(
        exited, some_exited=bool(exited.any()), break_share=1.0, turnover=turnover, hub=hub, first=first, reach=reach
    )


def test_open_intermediaries_are_met_in_proportion_to_what_they_can_carry():
    rng = np.random.default_rng(3)
    capacity = rng.lognormal(size=60)
    capacity[::4] = 0.0  # not open
    hub_of_intermediary = np.repeat([0, 1, 2], 20)
    capacity[40:] = 0.0  # nobody is open in the third hub
    ties = ties_of(capacity, np.zeros(61, dtype=bool), 0.15, np.array([-1, 0, 1, 2]), np.array([0, 20, 40, 60]))
    rows = 90_000
    route, intermediary = np.repeat([0, 1, 2, 3], rows // 4).astype(np.uint8), np.zeros(rows, dtype=np.int32)
    traits, none = np.zeros(rows, dtype=np.float32), np.zeros(0)
    exporters = ExporterColumns(
        np.array([0, rows]), traits, traits, traits, traits, route, listed=none.astype(np.uint8),
        since=none.astype(np.int16), intermediary=intermediary, spread=none.reshape(0, 2, 4),
    )  # fmt: skip
    first_ties(np.uint64(9), exporters, ties)
    assert (intermediary[route == 0] == 0).all() and (intermediary[route == 3] == 0).all()
    for place in (0, 1):
        mine = intermediary[route == place + 1] - 1
        assert (hub_of_intermediary[mine] == place).all()
        wanted = capacity[hub_of_intermediary == place]
        wanted = wanted / wanted.sum() * len(mine)
        counts = np.bincount(mine, minlength=60)[hub_of_intermediary == place]
        assert (counts[wanted == 0.0] == 0).all()
        there = wanted > 0.0
        chi_square = ((counts[there] - wanted[there]) ** 2 / wanted[there]).sum()
        assert chi_square < 35.0  # 14 degrees of freedom: exceeded once in a thousand draws


@pytest.mark.parametrize("turnover", [0.05, 0.3])
def test_a_renewed_contract_changes_intermediary_as_often_as_ties_turn_over(turnover):
    capacity = np.array([1.0, 5.0, 2.0, 2.0])
    exited = np.zeros(5, dtype=bool)
    exited[4] = True
    ties = ties_of(capacity, exited, turnover, np.array([0]), np.array([0, 4]))
    draws = (np.arange(20_000) + 0.5) / 20_000
    found = np.array([tie(draw, 0, 2, True, ties) for draw in draws])
    met = np.bincount(found, minlength=5)[1:] / len(draws)
    np.testing.assert_allclose(met, turnover * capacity / 10.0 + (1.0 - turnover) * np.eye(4)[1], atol=2e-4)
    for before, same_route in ((2, False), (4, True), (0, True)):  # another route, one that has exited, none before
        found = np.array([tie(draw, 0, before, same_route, ties) for draw in draws])
        np.testing.assert_allclose(np.bincount(found, minlength=5)[1:] / len(draws), capacity / 10.0, atol=2e-4)


def test_a_crowd_of_customers_follows_capacity(sampled):
    """In a run too: the larger half of a hub's open intermediaries has about its share of the capacity as customers."""
    model = crowded(sampled)
    intermediaries, customers = model.intermediary_columns, model.intermediaries.get("customer_count")
    expected = found = rows = 0.0
    for hub in range(len(model.world.hubs)):
        mine = np.flatnonzero((intermediaries.hub == hub) & (intermediaries.status_shares[:, OPEN] == 1.0))
        if len(mine) < 10 or customers[mine].sum() < 50:
            continue
        large = mine[np.argsort(intermediaries.capacity[mine])[len(mine) // 2 :]]
        expected += customers[mine].sum() * intermediaries.capacity[large].sum() / intermediaries.capacity[mine].sum()
        found, rows = found + customers[large].sum(), rows + customers[mine].sum()
    assert rows > 300 and found / rows > 0.6
    assert found == pytest.approx(expected, rel=0.15)
