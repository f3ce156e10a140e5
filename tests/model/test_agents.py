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
    model = sampled.with_changes(months={"first": "2022-08", "run_from": "2022-08"}, agents={"exporters": 6000}).model()
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


def test_the_trading_network_is_what_hubs_buy_and_from_whom(model):
    """One row for each kind of supplier and hub; together they are all that goes through hubs this month."""
    table, base = model.trading_network(), model.base
    assert not table.duplicated(["origin", "headquarters", "good", "hub"]).any() and (table["volume_musd"] > 0.0).all()
    through = model.state.shipments.contracted[:, base.hub >= 0].sum()
    assert table["volume_musd"].sum() == pytest.approx(through)
    states = np.asarray(model.world.states)
    for hub, rows in table.groupby("hub"):
        mine = [k for k, road in enumerate(base.routes) if road.hub is not None and states[road.hub] == hub]
        assert rows["volume_musd"].sum() == pytest.approx(model.state.shipments.contracted[:, mine].sum())
        assert rows["intermediaries"].nunique() == 1 and rows["intermediaries"].iloc[0] > 0.0
    assert {"CHN", "EU27"} <= set(table["origin"]) and set(table["headquarters"]) == {"coalition", "neutral"}


def test_the_trading_network_is_there_in_expected_mode_too(reference):
    model = reference.model()
    model.step()
    table = model.trading_network()
    assert table["volume_musd"].sum() == pytest.approx(model.base.flow[:, model.base.hub >= 0].sum())


def test_who_does_not_consider_the_target_does_not_sell_there(model):
    """And some who consider it sell elsewhere for now."""
    on_target = model.exporters.get("route") == 0
    inside = model.exporters.get("participates")
    assert inside[on_target].all() and (inside & ~on_target).sum() > 0 and (~inside).any()
    outsider = model.exporters[int(np.flatnonzero(~inside)[0])]
    assert not outsider.participates and outsider.route_weights()[0] == 0.0
    kind = model.exporters[int(np.flatnonzero(inside)[0])].type
    rows = model.exporter_columns.start[kind], model.exporter_columns.start[kind + 1]
    assert model.state.participation.share[kind] == pytest.approx(inside[slice(*rows)].mean())


def test_what_a_listed_firm_loses_stays_at_home(model):
    """Its odds of selling to the target, or to anybody outside the coalition, are what they were."""
    members = np.asarray(model.world.is_coalition, dtype=bool)[model.base.destination]
    for row in np.flatnonzero(model.exporters.get("origin") == "CHN")[:40:7]:
        firm, held = model.exporters[int(row)], model.exporter_columns.listed
        was, home = held[row], model.constants.home[firm.type]
        odds = []
        for listed in (0, 1):
            held[row] = listed
            odds.append(firm.route_weights())
        held[row] = was
        lost = (odds[0] - odds[1])[members]
        np.testing.assert_allclose(
            lost, odds[0][members] * (1 - np.exp(-model.values.listing_loss)), rtol=1e-3, atol=1e-7
        )
        assert odds[1][home] - odds[0][home] == pytest.approx(lost.sum(), rel=1e-3, abs=1e-6)
        others = ~members & (np.arange(len(members)) != home)
        np.testing.assert_allclose(odds[0][others], odds[1][others], rtol=1e-4, atol=1e-7)


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
    model = sampled.with_changes(months={"first": "2022-02", "last": "2022-06", "run_from": "2022-02"}).model()
    hub = next(state for state in model.states if state.code == "TUR")
    hub.enforcement_effort = 0.9
    model.step()
    assert 0.5 < hub.enforcement_effort < 0.9  # it moves back part-way, month by month
    with pytest.raises(ValueError, match="share of 0 to 1"):
        hub.enforcement_effort = 1.5


def test_agents_answer_to_the_old_names_of_what_they_hold(model):
    exporter, intermediary, state = model.exporters[17], model.intermediaries[0], model.states[3]
    for agent, old, new in (
        (exporter, "road", "route"), (intermediary, "hiding", "detection_odds"),
        (intermediary, "generation", "reentries"), (state, "word", "announced_policy"),
        (state, "cover", "state_protection"),
    ):  # fmt: skip
        with pytest.warns(OldName, match=f"'{new}'"):
            assert getattr(agent, old) == getattr(agent, new), old
    assert model.exporters.get("road").tolist() == model.exporters.get("route").tolist()
    with pytest.warns(OldName, match="'chooses'"):
        assert exporter.contract_ends() == exporter.chooses()
    for agent, gone in ((exporter, "house"), (exporter, "intermediary"), (intermediary, "exited")):
        with pytest.raises(AttributeError, match=f"there is no .* '{gone}' any more: .*trading_network"):
            getattr(agent, gone)
    state.effort = 0.25  # written, not put beside
    assert state.enforcement_effort == 0.25 == model.state.governments.enforcement_effort[state.position]


def test_an_exporter_steps_by_its_own_luck(sampled):
    model = sampled.with_changes(months={"first": "2022-02", "run_from": "2022-02"}).model()
    model.step()
    before = model.exporter_columns.route.copy()
    model.elapsed += 1
    moved = [row for row in range(300) if model.exporters[row].chooses()]
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
    case = sampled.with_changes(months={"first": "2022-02", "last": "2022-02", "run_from": "2022-02"})
    model = SanctionsModel(case.scenario, case.world)
    model.step()
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
