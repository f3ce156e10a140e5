from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from calibration.targets.priors import FIGURES, Prior, case_at, load_priors, values_at

PRIORS = load_priors()
HEAD = "address,family,centre,width,group,fitted,source\n"


@pytest.fixture(scope="module")
def case() -> sim.Case:
    return sim.load("reference", posterior="none").with_changes(
        agents={"mode": "expected", "exporters": 1500, "intermediaries": 330}
    )


def test_every_row_has_a_source_and_stands_in_the_scenario(case: sim.Case) -> None:
    assert load_priors(case=case) == PRIORS
    assert len({prior.name for prior in PRIORS}) == len(PRIORS)
    assert all(len(prior.source) > 5 for prior in PRIORS)


@pytest.mark.parametrize("prior", [p for p in PRIORS if p.kind == "parameters"], ids=lambda p: p.name)
def test_a_parameter_is_centred_on_its_default(prior: Prior) -> None:
    declared = sim.PARAMETERS[prior.name]
    assert prior.centre == declared.default
    assert (prior.low, prior.high) == (declared.low, declared.high)


def test_strengths_are_centred_on_the_scenario(case: sim.Case) -> None:
    strengths = {clause.id: clause.strength for clause in case.scenario.policies}
    centres = {
        "drivers": lambda _: 1.0,
        "policies": strengths.get,
        "hub_effects": lambda hub: case.scenario.hub_effects.get(hub, 0.0),
    }
    for prior in PRIORS:
        if prior.kind != "parameters":
            assert prior.centre == centres[prior.kind](prior.name), prior.name


@given(st.floats(-12, 12))
def test_values_stay_inside_the_bounds(z: float) -> None:
    row = values_at(PRIORS, np.full((1, len(PRIORS)), z))[0]
    for prior, value in zip(PRIORS, row, strict=True):
        assert prior.low <= value <= prior.high, prior.name


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: p.name)
def test_values_rise_and_spread_as_declared(prior: Prior) -> None:
    values = prior.value(np.linspace(-3, 3, 61))
    assert np.all(np.diff(values) > 0)
    # Truncation moves the middle a little; the declared width is that of the law before it.
    assert prior.value(0.0) == pytest.approx(prior.centre, rel=0.05)
    if prior.family == "lognormal" and prior.high > 20 * prior.centre:
        free = replace(prior, low=0.0)
        assert free.value(1.0) / free.value(0.0) == pytest.approx(np.exp(prior.width), rel=1e-3)


def test_extreme_points_make_scenarios_that_load(case: sim.Case) -> None:
    for z in (-4.0, 4.0):
        values = {prior.name: float(prior.value(z)) for prior in PRIORS}
        changed = case_at(case, values, PRIORS)
        assert changed.scenario.parameters["hub_pool"] == pytest.approx(values["hub_pool"])


def test_values_land_where_they_belong(case: sim.Case) -> None:
    values = {prior.name: prior.centre for prior in PRIORS}
    values.update({"hub_pool": 0.4, "exit": 0.9, "payments-freeze": 2.0})
    changed = case_at(case, values, PRIORS).scenario
    assert changed.parameters["hub_pool"] == 0.4
    assert next(c.strength for c in changed.policies if c.id == "exit") == 0.9
    before, after = (next(d for d in s.as_data()["drivers"] if d["id"] == "payments-freeze")["path"]
                     for s in (case.scenario, changed))  # fmt: skip
    for month, level in before.items():
        assert float(after[month]) == pytest.approx(float(level) ** 2)


def test_the_centre_is_the_scenario_itself(case: sim.Case) -> None:
    short = case.with_changes(months={"last": "2022-06"})
    at_centre = case_at(short, {prior.name: prior.centre for prior in PRIORS}, PRIORS).run()
    assert np.array_equal(at_centre.source.record.delivered, short.run().source.record.delivered)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("parameters.nonsense,lognormal,1,0.5,g,yes,a source", "no number of a scenario"),
        ("parameters.hub_pool,lognormal,1,0.5,g,yes,", "no source"),
        ("parameters.hub_pool,lognormal,9,0.5,g,yes,a source", "between 0 and 5"),
        ("parameters.hub_pool,lognormal,one,0.5,g,yes,a source", "must be numbers"),
        ("parameters.hub_pool,lognormal,nan,0.5,g,yes,a source", "finite"),
        ("parameters.hub_pool,lognormal,1,0,g,yes,a source", "width must lie between"),
        ("parameters.hub_pool,gaussian,1,0.5,g,yes,a source", "unknown family"),
        ("somewhere.hub_pool,lognormal,1,0.5,g,yes,a source", "is no input; expected parameters.NAME"),
        ("parameters.hub_pool,lognormal,1,0.5,g,maybe,a source", "unknown fitted"),
        ("policies.no-clause.strength,lognormal,1,0.5,g,yes,a source", "no clause"),
        ("drivers.no-driver.size,lognormal,1,0.5,g,yes,a source", "no driver"),
    ],
)
def test_faults_are_told(tmp_path: Path, case: sim.Case, row: str, said: str) -> None:
    table = tmp_path / "priors.csv"
    table.write_text(HEAD + row + "\n" + "parameters.aversion,lognormal,6,x,g,yes,s\n", encoding="utf-8")
    with pytest.raises(sim.FaultList) as caught:
        load_priors(table, case)
    assert said in str(caught.value)
    assert "aversion" in str(caught.value)


def test_a_table_of_before_reads_the_same(tmp_path: Path) -> None:
    row = "aversion,parameter,lognormal,6.0,0.35,law,yes,a source\nexit,strength,lognormal,0.75,0.3,law,no,a source\n"
    (tmp_path / "priors.csv").write_text("name,place,family,centre,width,group,fitted,source\n" + row, encoding="utf-8")
    with pytest.warns(FutureWarning, match="'parameter:aversion' is an old name"):
        found = load_priors(tmp_path / "priors.csv")
    assert [prior.address for prior in found] == ["parameters.aversion", "policies.exit.strength"]


def test_a_name_twice_is_a_fault(tmp_path: Path) -> None:
    table = tmp_path / "priors.csv"
    lines = FIGURES.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(sim.FaultList, match="twice"):
        load_priors(table)
