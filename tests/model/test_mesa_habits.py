"""What a user of Mesa expects of the model: collector, seed, batch_run, agents of every kind, verbs of an AgentSet."""

from __future__ import annotations

import mesa
import numpy as np
import pytest

import sim
from sim.model.agents import Exporter, Intermediary, State
from sim.simulation.simulation import Case


@pytest.fixture(scope="module")
def case() -> Case:
    return sim.load("classroom")


def test_a_run_ends_and_was_collected(case: Case) -> None:
    model = case.model()
    model.run_model()
    table = model.datacollector.get_model_vars_dataframe()
    run = case.run()
    arrived = run.to_target().groupby("month")["volume_musd"].sum()
    assert not model.running and list(table["month"]) == run.months
    assert table["deliveries_volume_musd"].tolist() == pytest.approx(arrived.tolist(), rel=1e-6)
    through = run.to_target().query("route != 'direct'").groupby("month")["volume_musd"].sum()
    assert table["via_hubs_volume_musd"].sum() == pytest.approx(through.sum(), rel=1e-6)


def test_batch_run_varies_parameters_and_seeds() -> None:
    found = mesa.batch_run(
        sim.SanctionsModel, {"scenario": "classroom", "aversion": [2.0, 9.0], "seed": [1]}, display_progress=False,
        data_collection_period=1,
    )  # fmt: skip
    assert len(found) == 2 * sim.load("classroom").scenario.months.count
    by_hand = sim.load("classroom").with_changes(parameters={"aversion": 9.0}, seed=1).run()
    mine = [row["deliveries_volume_musd"] for row in found if row["aversion"] == 9.0]
    assert mine == pytest.approx(by_hand.to_target().groupby("month")["volume_musd"].sum().tolist(), rel=1e-6)


def test_seed_and_rng_are_two_names_of_one_thing() -> None:
    assert sim.SanctionsModel("classroom", seed=5).plan.seed == sim.SanctionsModel("classroom", rng=5).plan.seed == 5
    generator = np.random.default_rng(1)
    assert sim.SanctionsModel("classroom", rng=generator).plan.seed != sim.load("classroom").scenario.seed
    with pytest.raises(sim.SimError, match="both"):
        sim.SanctionsModel("classroom", seed=1, rng=1)


def test_agents_of_every_kind_are_selected(case: Case) -> None:
    model = case.model()
    assert len(model.agents.select(agent_type=Exporter)) == len(model.exporters) > 0
    assert len(model.agents.select(agent_type=Intermediary)) == len(model.intermediaries)
    assert len(model.agents.select(agent_type=State)) == len(model.states) == len(case.world.states)
    large = model.agents.select(lambda firm: firm.size > 0.0, at_most=3, agent_type=Exporter)
    assert len(large) == 3
    assert {Exporter, Intermediary, State} <= set(model.agent_types)


def test_a_test_alone_is_asked_of_every_kind(case: Case) -> None:
    model = case.model()
    firms = model.agents.select(lambda agent: isinstance(agent, sim.Exporter))
    assert len(firms) == len(model.exporters) > 0
    whole = len(model.states) + len(model.exporters) + len(model.intermediaries)
    assert len(model.agents.select(lambda agent: True)) == whole
    assert len(model.agents.select(agent_type=mesa.Agent)) == whole
    assert len(model.agents.select(lambda agent: True, at_most=4)) == 4
    assert len(model.agents.select(lambda agent: True, at_most=0.5)) == whole // 2
    assert len(model.agents.select()) == len(model.states)
    with pytest.raises(AttributeError) as found:
        model.agents.select(lambda agent: agent.announced_policy >= 0.0)
    assert "agent_type=sim.State" in found.value.__notes__[0]
    assert len(model.agents.select(lambda one: one.announced_policy >= 0.0, agent_type=sim.State)) == len(model.states)
    with pytest.raises(sim.SimError, match="take what select returns"):
        model.agents.select(lambda agent: True, inplace=True)


def test_a_finished_model_says_so(case: Case) -> None:
    model = case.model()
    model.run_model()
    last = sim.load("classroom").run().months[-1]
    with pytest.raises(sim.SimError, match=f"the run is over: {last} is its last month"):
        model.step()


def test_an_agent_of_the_users_leaves_the_states_alone(case: Case) -> None:
    model = case.model()

    class Observer(mesa.Agent):
        pass

    Observer(model)
    assert len(model.states) == len(case.world.states) and len(model.agents) == len(model.states) + 1
    model.step()
    assert [state.code for state in model.states] == list(case.world.states)


def test_views_have_the_verbs_of_an_agent_set(case: Case) -> None:
    view = case.model().exporters
    sizes = view.get("size")
    assert view.agg("size", [np.min, np.max]) == [sizes.min(), sizes.max()]
    assert view.map(lambda firm: firm.size) == pytest.approx(sizes.tolist())
    seen: list[int] = []
    view.do(lambda firm: seen.append(firm.row))
    view.shuffle_do(lambda firm: seen.append(firm.row))
    assert sorted(seen) == sorted([*range(len(view))] * 2)
    ordered = [firm.size for firm in view.sort("size")]
    assert ordered == sorted(sizes.tolist(), reverse=True)
    groups = view.groupby("good").groups
    assert sum(map(len, groups.values())) == len(view)
    assert len(view.select(filter_func=lambda firm: firm.row < 2).select(lambda firm: firm.row == 1)) == 1
    with pytest.raises(AttributeError):
        view.set("size", 1.0)


def test_what_cannot_be_is_refused(case: Case) -> None:
    model = case.model()
    with pytest.raises(TypeError, match=r"overrides step\(\).*with_rules"):

        class Bold(Exporter):
            def step(self) -> None:
                """Sells come what may."""

    with pytest.raises(sim.SimError, match="cannot be removed"):
        model.exporters[0].remove()
    with pytest.raises(sim.SimError, match="cannot be removed"):
        next(iter(model.states)).remove()
