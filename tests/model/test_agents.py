"""Agents as Mesa users expect them, on top of columns."""

from __future__ import annotations

import gc
import weakref

import mesa
import numpy as np
import pytest

from sim.common.renamed import OldName
from sim.model.agents import Exporter, Intermediary, State
from sim.model.model import SanctionsModel


@pytest.fixture(scope="module")
def model(sampled):
    # Late enough, and with enough firms, for some of them to go by intermediaries.
    model = sampled.with_changes(months={"first": "2022-08"}, agents={"exporters": 6000}).model()
    for _ in range(6):
        model.step()
    return model


def test_one_exporter_can_be_looked_at(model):
    firm = model.exporters[17]
    assert isinstance(firm, Exporter) and isinstance(firm, mesa.Agent)
    assert firm.origin in model.world.states and firm.good in model.world.goods
    assert firm.headquarters in ("coalition", "neutral")
    assert firm.size > 0 and firm.represents > 0
    assert firm.shares.sum() == 1.0
    weights = firm.route_weights()
    assert weights.sum() == pytest.approx(1.0) and (weights >= 0).all() and len(weights) == len(model.base.routes)
    assert repr(firm).startswith("<Exporter 17:")
    assert model.exporters[-1].row == len(model.exporters) - 1
    with pytest.raises(IndexError):
        model.exporters[len(model.exporters)]


def test_columns_and_objects_say_the_same(model):
    for name in model.exporters.columns:
        column = model.exporters.get(name)
        for row in (0, 17, len(model.exporters) - 1):
            value = getattr(model.exporters[row], name)
            if name == "route":
                value = model.base.routes.index(value)
            if name == "intermediary":
                value = -1 if value is None else value.row
            assert column[row] == value, name
    for name in model.intermediaries.columns:
        column = model.intermediaries.get(name)
        for row in (0, len(model.intermediaries) - 1):
            assert column[row] == getattr(model.intermediaries[row], name), name
    with pytest.raises(AttributeError, match="no column 'colour'"):
        model.exporters.get("colour")


def test_states_show_what_they_say_write_and_do(model):
    governments = model.state.governments
    for name in (
        "announced_policy",
        "enacted_law",
        "enforcement_effort",
        "state_protection",
        "triggered_threat",
        "resolve",
        "payment_intermediaries",
        "firms_listed",
    ):
        assert list(model.states.get(name)) == getattr(governments, name).tolist(), name
    for name in ("pressure", "threat", "leverage", "courting", "commitment"):
        assert list(model.states.get(name)) == model.regime.state(name).tolist(), name
    third = next(state for state in model.states if state.role == "third" and state.announced_policy > 0.0)
    said, wrote, did = third.announced_policy, third.enacted_law, third.enforcement_effort
    assert f"announced {said:.2f}, enacted {wrote:.2f}, effort {did:.2f}" in repr(third)


def test_exporter_and_intermediary_know_each_other(model):
    tied = np.flatnonzero(model.exporters.get("intermediary") >= 0)
    assert len(tied) > 20
    for row in tied[:50]:
        firm = model.exporters[int(row)]
        assert row in firm.intermediary.customers and firm.intermediary.hub == model.world.states[firm.route.hub]
        assert f"by intermediary {firm.intermediary.row} to" in repr(firm)
    direct = next(firm for firm in model.exporters if firm.route.hub is None)
    assert direct.intermediary is None and "by intermediary" not in repr(direct)
    assert sum(one.customer_count for one in model.intermediaries) == len(tied)
    busy = model.intermediaries[int(np.argmax(model.intermediaries.get("customer_count")))]
    assert f"{len(busy.customers)} customers" in repr(busy) and busy.customer_count == len(busy.customers) > 0


def test_the_trading_network_is_one_row_per_tie(model):
    ties = model.trading_network()
    assert len(ties) == (model.exporters.get("intermediary") >= 0).sum() and ties["exporter"].is_unique
    for tie in ties.iloc[:: max(1, len(ties) // 20)].itertuples():
        firm = model.exporters[tie.exporter]
        assert (firm.intermediary.row, firm.intermediary.hub, firm.good, firm.origin) == (
            tie.intermediary,
            tie.hub,
            tie.good,
            tie.origin,
        )
        assert firm.contract_months == model.elapsed - tie.since
        assert tie.value_musd == pytest.approx(firm.represents * firm.size / 12)
    through = (model.state.shipments.contracted - model.base.background)[:, model.base.hub >= 0].sum()
    assert ties["value_musd"].sum() == pytest.approx(through)


def test_no_tie_is_followed_in_expected_mode(reference):
    model = reference.model()
    model.step()
    assert model.exporters[0].intermediary is None and (model.exporters.get("intermediary") == -1).all()
    assert model.trading_network().empty
    assert model.intermediaries[0].customer_count == 0 and not model.intermediaries.get("customer_count").any()


def test_a_contract_may_end_with_its_intermediary(sampled):
    """By hand: the intermediaries of all tied firms are gone; then each contract ends by the share that ends so."""
    for share, everybody in ((1.0, True), (0.0, False)):
        case = sampled.with_changes(
            months={"first": "2022-08"}, parameters={"tie_break": share}, agents={"exporters": 6000}
        )
        model = case.model()
        for _ in range(5):
            model.step()
        tied = np.flatnonzero(model.exporters.get("intermediary") >= 0)
        before = [model.exporters[int(row)].contract_ends() for row in tied]
        model.intermediary_columns.exited[1:] = True
        after = [model.exporters[int(row)].contract_ends() for row in tied]
        assert all(after) if everybody else after == before
        assert len(tied) > 20 and not all(before)


def test_agentset_habits(model):
    drones = model.exporters.select(lambda firm: firm.size > 1.0, good="drones")
    assert len(drones) > 0 and isinstance(drones, mesa.agent.AgentSet)
    assert set(drones.get("good")) == {"drones"} and min(drones.get("size")) > 1.0
    assert model.exporters.agg("size", np.median) > 0
    by_role = model.states.groupby("role").count()
    assert by_role["target"] == 1 and by_role["third"] >= 10
    top = list(model.states.select(lambda s: s.role == "third").sort("sold_to_target_musd", ascending=False))
    assert top[0].sold_to_target_musd >= top[1].sold_to_target_musd
    assert len(model.intermediaries.select(status="open")) > 0
    assert len(model.exporters.select(good="drones", at_most=3)) == 3


def test_datacollector_habits(model):
    collector = mesa.DataCollector(
        model_reporters={"month": "month", "exporters": lambda m: len(m.exporters)},
        agent_reporters={"effort": "enforcement_effort"},
        agenttype_reporters={Intermediary: {"status": "status"}, State: {"code": "code"}},
    )
    collector.collect(model)
    assert collector.get_model_vars_dataframe()["exporters"].iloc[0] == len(model.exporters)
    assert len(collector.get_agent_vars_dataframe()) == len(model.world.states)
    assert len(collector.get_agenttype_vars_dataframe(Intermediary)) == len(model.intermediaries)
    assert set(collector.get_agenttype_vars_dataframe(State)["code"]) == set(model.world.states)


def test_a_state_can_be_moved_by_hand(sampled):
    model = sampled.with_changes(months={"first": "2022-02", "last": "2022-06"}).model()
    hub = next(state for state in model.states if state.code == "TUR")
    hub.enforcement_effort = 0.9
    model.step()
    assert 0.5 < hub.enforcement_effort < 0.9  # it moves back part-way, month by month
    with pytest.raises(ValueError, match="share of 0 to 1"):
        hub.enforcement_effort = 1.5


def test_agents_answer_to_the_old_names_of_what_they_hold(model):
    exporter, intermediary, state = model.exporters[17], model.intermediaries[0], model.states[3]
    for agent, old, new in (
        (exporter, "road", "route"), (exporter, "house", "intermediary"), (intermediary, "hiding", "detection_odds"),
        (intermediary, "gone", "exited"), (state, "word", "announced_policy"), (state, "cover", "state_protection"),
    ):  # fmt: skip
        with pytest.warns(OldName, match=f"'{new}'"):
            assert getattr(agent, old) == getattr(agent, new), old
    assert model.exporters.get("road").tolist() == model.exporters.get("route").tolist()
    state.effort = 0.25  # written, not put beside
    assert state.enforcement_effort == 0.25 == model.state.governments.enforcement_effort[state.position]


def test_an_exporter_steps_by_its_own_luck(sampled):
    model = sampled.with_changes(months={"first": "2022-02"}).model()
    model.step()
    before = model.exporter_columns.route.copy()
    model.elapsed += 1
    moved = [row for row in range(300) if model.exporters[row].contract_ends()]
    for row in range(300):
        model.exporters[row].step()
    changed = np.flatnonzero(before != model.exporter_columns.route)
    assert set(changed) <= set(moved) and len(moved) > 0
    assert all(model.exporters[row].contract_months == 0 for row in moved)


def test_expected_firms_are_not_stepped_one_by_one(reference):
    model = reference.model()
    model.step()
    with pytest.raises(NotImplementedError, match="step the model"):
        model.exporters[0].step()
    assert model.exporters[0].shares.sum() == pytest.approx(1.0)


def test_a_discarded_model_is_freed(sampled):
    """Mesa 3.3 keeps every model whose agents it numbered; a sweep of 10^5 runs must not."""
    case = sampled.with_changes(months={"first": "2022-02", "last": "2022-02"})
    model = SanctionsModel(case.scenario, case.world)
    model.step()
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
