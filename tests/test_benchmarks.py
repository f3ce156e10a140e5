"""Benchmarks are run by hand, so only these tests tell that a name is gone or a yardstick out of date."""

import importlib
import pkgutil

import pytest

import benchmarks
import sim
from benchmarks import in_c, lost_runs, objects, pairing, phases, replay, studies
from sim.experiments import parse_study, plan_of
from sim.model.kernels import Loops, route_choice
from tests.month import PHASES

MODULES = [found.name for found in pkgutil.iter_modules(benchmarks.__path__)]
LISTING = {"kind": "entity_listing", "by": ["USA"], "towards": ["RUS"], "firms_in": ["third"], "who": "exporters",
           "effective": "2021-03-01", "source": "made up"}  # fmt: skip
LISTINGS = [
    {**LISTING, "id": "the-most-suspect", "strength": 2000, "every_month": True},
    {**LISTING, "id": "the-largest", "strength": 40, "select": "largest"},
]


@pytest.fixture(scope="module")
def case():
    """Law that listed firms of either choice feel, and sixteen months of it."""
    loaded = sim.load("reference", posterior="none").with_changes(policies=LISTINGS, months={"last": "2022-04"})
    return loaded.with_changes(agents={"exporters": 2000, "mode": "sampled"})


@pytest.fixture(scope="module")
def tape(case):
    return replay.tape(case)


@pytest.mark.parametrize("name", MODULES)
def test_each_benchmark_imports_and_reads_its_options(name, monkeypatch, capsys):
    if name == "app":
        pytest.importorskip("playwright")
    module = importlib.import_module(f"benchmarks.{name}")
    if not hasattr(module, "main"):  # a yardstick that others use
        return
    monkeypatch.setattr("sys.argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 0
    assert "--help" in capsys.readouterr().out


def test_the_month_by_phase_is_that_of_the_model():
    assert phases.PHASES == PHASES
    assert set(phases.LOOPS) <= set(vars(Loops({})))


def test_a_replay_of_the_models_own_choice_ends_where_the_run_did(tape):
    for choose in (route_choice.choose, route_choice.choose_parallel):
        assert (tape.play(choose) == tape.last_route).all()


@pytest.mark.skipif(in_c.compiler() is None, reason="no C compiler on this machine")
@pytest.mark.parametrize("threads", [1, 2])
def test_c_in_strict_arithmetic_sends_every_firm_where_the_model_does(tape, threads):
    assert (tape.play(in_c.build(in_c.STRICT, threads)) == tape.last_route).all()


def test_firms_enter_leave_and_are_listed_on_the_tape(tape):
    """Else the replays above would say nothing about the three kinds of firms."""
    choices = [month.arguments["choices"] for month in tape.months]
    assert max(month.entering.max() for month in choices) > 0.0
    assert max(month.leaving.max() for month in choices) > 0.0
    assert sum(len(month.newly_listed) for month in tape.months) > 100


def test_objects_given_the_same_draws_do_as_the_columns_do(case):
    alike, listings = objects.agreement(case)
    assert (alike, listings) == (1.0, 0)


def test_a_race_moves_participants_and_rows_as_the_model_counts_them(case):
    model = case.model()
    model.loops.choose = model.loops.choose_parallel = pairing.choose_by_race
    for _ in range(case.scenario.months.count):
        model.step()
    counted = model.exporter_columns.rows_by_route(len(model.base.routes))
    assert (model.rows_on_route == counted).all()


@pytest.mark.parametrize("parameters", [True, False])
def test_the_study_that_is_timed_can_be_planned(parameters, recwarn):
    assert len(plan_of(studies.study(4, parameters=parameters)).points) == 4
    assert not [str(one.message) for one in recwarn]


def test_the_study_that_is_killed_can_be_planned(recwarn):
    some = parse_study(lost_runs.STUDY.format(packages=2, replicates=lost_runs.REPLICATES), "killed.yaml")
    assert len(plan_of(some).points) == 4
    assert not [str(one.message) for one in recwarn]


def test_the_law_that_speed_changes_is_a_strength():
    base = sim.load("reference", posterior="none").scenario.policies[0]
    assert 0.0 <= base.strength <= 1.0


def test_the_clause_that_app_moves_is_one_of_the_reference_scenario():
    app = pytest.importorskip("benchmarks.app", exc_type=ImportError)
    assert app.CLAUSE in {policy.id for policy in sim.load("reference", posterior="none").scenario.policies}
