"""Truths 6 and 7: more enforcement never opens a route; clauses commute and keep to their lanes; the losses add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.policies.regime import FIELDS
from sim.policies.schedule import Lawbook
from sim.rules.route_choice import route_weight
from tests.goods import goods_of

numbers = st.floats(0.0, 3.0)
shares = st.floats(0.0, 1.0)


@given(
    base=st.lists(st.floats(0.01, 1.0), min_size=4, max_size=8),
    banned=shares, hazard=shares, more=shares, aversion=st.floats(0.0, 8.0), exposure=numbers, threat=numbers,
    road=st.integers(0, 3), which=st.sampled_from(["banned", "hazard", "threat", "reputation"]),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_more_enforcement_on_a_route_never_raises_its_share(
    base, banned, hazard, more, aversion, exposure, threat, road, which
):
    law = {"banned": banned, "hazard": hazard, "threat": threat, "reputation": 0.2}

    def odds(stricter):
        level = {**law, which: law[which] + stricter}
        weight = np.array(base)
        weight[road] *= route_weight(
            1.0, min(1.0, level["banned"]), aversion, level["hazard"], exposure, level["threat"], 1.0,
            level["reputation"],
        )  # fmt: skip
        return weight / weight.sum()

    before, after = odds(0.0), odds(more)
    assert after[road] <= before[road] * (1 + 1e-9)
    assert (np.delete(after, road) >= np.delete(before, road) * (1 - 1e-9)).all()


def test_clauses_commute(reference):
    policies = list(reference.scenario.policies)
    book, turned = Lawbook(reference.world, policies), Lawbook(reference.world, policies)
    turned.policies = book.policies[::-1]  # past the lawbook's own sorting: the combiners themselves must commute
    for month in (2022 * 12 + 3, 2023 * 12 + 10, 2024 * 12 + 11):
        a, b = book.regime(month), turned.regime(month)
        for field in FIELDS:
            np.testing.assert_allclose(a._fields[field], b._fields[field], rtol=1e-12, atol=1e-15, err_msg=field)


def test_a_stricter_ban_lowers_direct_trade(reference, paired):
    harder = [
        clause.model_copy(update={"penalty": 1.0, "strength": min(1.0, clause.strength * 1.3)})
        for clause in reference.scenario.policies
        if clause.kind == "export_ban"
    ]
    strict = reference.with_changes(policies=harder).run()

    def direct(run):
        flows = run.to_target()
        mine = flows[flows["origin"].isin(run.record["coalition"]) & (flows["route"] == "direct")]
        return mine["volume_musd"].sum()

    assert direct(strict) < direct(paired.policy) < direct(paired.baseline)


def test_each_hub_rule_lowers_what_passes_that_hub(reference, paired):
    for clause in reference.scenario.policies:
        if clause.kind != "transit_ban":
            continue
        without = reference.with_changes(without=[clause.id]).run()
        road = f"via {clause.by[0]}"
        after = str(clause.effective)[:7]
        passed = [
            run.flows[
                (run.flows["route"] == road)
                & (run.flows["month"] > after)
                & run.flows["good"].isin(goods_of(reference, clause))
            ]["volume_musd"].sum()
            for run in (paired.policy, without)
        ]
        assert passed[0] < passed[1], clause.id


def test_the_decomposition_adds_up(paired):
    table = paired.decomposition()
    parts = table[["rerouted", "foreign_subsidiary_supply", "third_country_supply", "net_loss"]].sum(axis=1)
    np.testing.assert_allclose(parts, table["lost_direct"], rtol=1e-9)
    assert (table["lost_direct"] > 0).all() and (table["rerouted"] > 0).all()


def test_the_decomposition_equals_the_change_of_all_deliveries(paired):
    table = paired.decomposition(first="2022-03", last="2024-12")
    flows = [run.to_target() for run in (paired.policy, paired.baseline)]
    change = [f[f["month"] >= "2022-03"]["volume_musd"].sum() / 34 for f in flows]
    assert change[0] - change[1] == pytest.approx(-table["net_loss"].sum())
