"""Agents as Mesa users expect them, on top of columns."""

from __future__ import annotations

import gc
import weakref

import mesa
import numpy as np
import pytest

from sim.agents import Exporter, Intermediary, State
from sim.model import SanctionsModel


@pytest.fixture(scope="module")
def model(sampled):
    model = sampled.with_changes(months={"first": "2022-02"}).model()
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
    pulls = firm.pulls()
    assert pulls.sum() == pytest.approx(1.0) and (pulls >= 0).all() and len(pulls) == len(model.base.roads)
    assert repr(firm).startswith("<Exporter 17:")
    assert model.exporters[-1].row == len(model.exporters) - 1
    with pytest.raises(IndexError):
        model.exporters[len(model.exporters)]


def test_columns_and_objects_say_the_same(model):
    for name in model.exporters.columns:
        column = model.exporters.get(name)
        for row in (0, 17, len(model.exporters) - 1):
            value = getattr(model.exporters[row], name)
            if name == "road":
                value = model.base.roads.index(value)
            assert column[row] == value, name
    for name in model.intermediaries.columns:
        column = model.intermediaries.get(name)
        for row in (0, len(model.intermediaries) - 1):
            assert column[row] == getattr(model.intermediaries[row], name), name
    with pytest.raises(AttributeError, match="no column 'colour'"):
        model.exporters.get("colour")


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
        agent_reporters={"effort": "effort"},
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
    hub.effort = 0.9
    model.step()
    assert 0.5 < hub.effort < 0.9  # it moves back part-way, month by month
    with pytest.raises(ValueError, match="share of 0 to 1"):
        hub.effort = 1.5


def test_an_exporter_steps_by_its_own_luck(sampled):
    model = sampled.with_changes(months={"first": "2022-02"}).model()
    model.step()
    before = model.columns.road.copy()
    model.elapsed += 1
    moved = [row for row in range(300) if model.exporters[row].contract_ends()]
    for row in range(300):
        model.exporters[row].step()
    changed = np.flatnonzero(before != model.columns.road)
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
