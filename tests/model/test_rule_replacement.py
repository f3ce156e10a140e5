"""A student replaces one rule with plain Python and runs it at scale."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.model.kernels.block_weights import BLOCK
from sim.rules import RULES
from sim.rules.route_choice import route_weight


def fearless(market, banned_share, aversion, legal_hazard, exposure, secondary_hazard, reputation, reputation_cost):
    return market


def same_as_shipped(
    market, banned_share, aversion, legal_hazard, exposure, secondary_hazard, reputation, reputation_cost
):
    return route_weight(
        market, banned_share, aversion, legal_hazard, exposure, secondary_hazard, reputation, reputation_cost
    )


@pytest.mark.parametrize("mode", ["expected", "sampled"])
def test_firms_without_fear_go_on_selling(reference, mode):
    case = reference.with_changes(agents={"mode": mode}, months={"first": "2022-01", "last": "2022-08"})

    def from_coalition(run):
        flows = run.to_target()
        return flows[flows["origin"].isin(run.record["coalition"]) & (flows["route"] == "direct")]["volume_musd"].sum()

    bold = case.with_rules(route_weight=fearless).run()
    assert from_coalition(bold) > 1.3 * from_coalition(case.run())
    assert bold.record["rules_replaced"] == {"route_weight": f"{__name__}:fearless"}


def test_a_rule_that_says_the_same_gives_the_same(reference):
    case = reference.with_changes(months={"first": "2022-01", "last": "2022-04"})
    a, b = case.run().source.record, case.with_rules(route_weight=same_as_shipped).run().source.record
    np.testing.assert_allclose(a.delivered, b.delivered, rtol=1e-12)


def timid(market, banned_share, aversion, legal_hazard, exposure, secondary_hazard, reputation, reputation_cost):
    """Firms differ even where no law bites: the loops' shortcut for the shipped rule must not hold."""
    return market * (1.0 + aversion)


@pytest.mark.parametrize(("rule", "differ"), [(timid, True), (None, False)])
def test_a_rule_may_tell_firms_apart_where_no_law_bites(sampled, rule, differ):
    case = sampled.with_changes(months={"last": "2021-03"})
    model = (case.with_rules(route_weight=rule) if rule else case).model()
    model.step()
    weight = np.zeros((len(model.base.routes), BLOCK), dtype=np.float32)
    trait = np.zeros((5, BLOCK), dtype=np.float32)
    trait[0, :2] = 1.0, 5.0  # two firms of one type and block that differ in fear only
    kind = model.exporters[0].type
    loss, home = model.constants.loss_if_listed, model.constants.home[kind]
    model.loops.block_weights(2, trait, model.state.prospects[kind], loss, home, weight)
    assert (weight[-1, 0] != weight[-1, 1]) == differ


@pytest.mark.parametrize(("rule", "moves"), [(timid, True), (None, False)])
def test_so_may_it_move_firms_that_would_never_sell_to_a_price_adjusting_market(reference, rule, moves):
    case = reference.without_policies()
    model = (case.with_rules(route_weight=rule) if rule else case).model()
    model.step()
    chosen = (model.base.background > 0.0) & (model.base.hub < 0)  # what goes through hubs is passed on, not chosen
    activity = model.state.outlook.background_activity[chosen]
    assert (activity > 1.0).all() if moves else (activity == 1.0).all()


def test_a_rule_of_the_month_can_be_replaced_too(reference):
    case = reference.with_changes(months={"first": "2022-01", "last": "2023-06"})

    def unmoved(base, push, pull):
        return base

    run = case.with_rules(wanted_effort=unmoved).run()
    assert run.states.groupby("state")["enforcement_effort"].std().max() == 0.0


def test_faults_name_what_is_wrong(reference):
    with pytest.raises(sim.FaultList, match=r"unknown rule 'route_weigt'; did you mean 'route_weight'\?"):
        reference.with_rules(route_weigt=fearless)
    with pytest.raises(sim.FaultList, match=r"takes \(market\); the rule takes \(market, banned_share"):
        reference.with_rules(route_weight=lambda market: market)


def test_every_rule_is_plain_python_with_a_docstring_and_compiles():
    assert len(RULES) >= 12
    for name, rule in RULES.items():
        assert rule.py_func.__doc__, name
