"""Plans: which runs a study has, and that it can grow without losing one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_toys import HEAD, TOY, toy

from sim.experiments import Study, plan_of
from sim.experiments.designs import latin_hypercube, sobol
from sim.simulation.posterior import load_posterior

LEVERS = (
    HEAD
    + "levers: {policies.embargo.strength: {low: 0, high: 1}, parameters.aversion: {low: 3, high: 9}}\n"
    + "metrics: [deliveries_volume]\n"
)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 60), st.integers(1, 5), st.integers(0, 2**32))
def test_a_latin_hypercube_has_one_point_in_each_bin(points: int, factors: int, seed: int) -> None:
    cube = latin_hypercube(points, factors, seed)
    assert cube.shape == (points, factors)
    for column in cube.T:
        assert sorted(np.floor(column * points).astype(int)) == list(range(points))


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 30), st.integers(1, 4), st.integers(0, 2**32))
def test_a_latin_hypercube_of_twice_the_points_keeps_the_first(points: int, factors: int, seed: int) -> None:
    assert np.array_equal(latin_hypercube(2 * points, factors, seed)[:points], latin_hypercube(points, factors, seed))


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 4))
def test_a_sobol_sequence_of_more_points_keeps_the_first(some: int, more: int, factors: int) -> None:
    few, many = sorted((some, more))
    assert np.array_equal(sobol(many, factors, 3)[:few], sobol(few, factors, 3))


def test_factors_of_a_hypercube_are_not_tied_to_each_other() -> None:
    cube = latin_hypercube(512, 4, 1)
    between = np.corrcoef(cube.T) - np.eye(4)
    assert np.abs(between).max() < 0.15  # 3 standard errors of 512 points


def test_every_package_meets_every_world_with_every_luck() -> None:
    study = toy()
    plan = plan_of(study)
    table = plan.table()
    points = table[table["point"] >= 0]
    assert len(plan) == len(table) == 3 * 2 * 2 * 2 + 2 * 2
    assert len(points.drop_duplicates(["package", "world", "replicate"])) == len(points) == 24
    assert set(table["seed"]) == {1, 2}
    assert (table.groupby("replicate")["seed"].nunique() == 1).all()
    compared = table[table["point"] < 0]
    assert sorted(zip(compared["world"], compared["replicate"], strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert compared["policies.embargo.strength"].isna().all()
    assert (compared["policies.line-for-arms"] == "").all()
    assert len(set(plan.keys)) == len(plan)


def test_all_factors_together_have_one_package_and_one_world_a_point() -> None:
    study = toy(HEAD + "levers: {parameters.aversion: {low: 3, high: 9}}\n"
                "uncertainties: {parameters.learning: {low: 0.1, high: 0.9}}\n"
                "design: {latin_hypercube: 8}\nmetrics: [deliveries_volume]")  # fmt: skip
    table = plan_of(study).table()
    points = table[table["point"] >= 0].sort_values("point")
    assert points["point"].tolist() == list(range(8))
    assert points["parameters.aversion"].nunique() == points["parameters.learning"].nunique() == 8
    assert len(table) == 16  # a world for each point, so each has its own run without policy


def test_worlds_that_are_alike_share_what_they_are_compared_with() -> None:
    study = toy(HEAD + "levers: {parameters.aversion: [3, 6]}\nuncertainties: {parameters.learning: [0.1, 0.9]}\n"
                "design: grid\nmetrics: [deliveries_volume]")  # fmt: skip
    table = plan_of(study).table()
    assert (table["point"] >= 0).sum() == 4
    assert (table["point"] < 0).sum() == 2


def test_listed_points_keep_their_order_and_repetitions_share_a_run() -> None:
    study = toy(
        LEVERS
        + "design: {listed: [{parameters.aversion: 4}, {policies.embargo.strength: 0.5}, {parameters.aversion: 4}]}\n"
    )
    plan = plan_of(study)
    points = plan.table()[lambda table: table["point"] >= 0].sort_values("point")
    assert points["parameters.aversion"].tolist() == [4.0, 6.0, 4.0]
    assert len(plan) == 4
    assert len(set(plan.keys)) == 3


def keys(study: Study) -> set[str]:
    return set(plan_of(study).keys)


@pytest.mark.parametrize(
    ("few", "many"),
    [
        ("{latin_hypercube: 6}", "{latin_hypercube: 12}"),
        ("{latin_hypercube: 6}", "{latin_hypercube: 24}"),
        ("{sobol: 5}", "{sobol: 9}"),
        ("{listed: [{parameters.aversion: 4}]}", "{listed: [{parameters.aversion: 5}, {parameters.aversion: 4}]}"),
    ],
)
def test_a_design_that_grows_keeps_its_runs(few: str, many: str) -> None:
    before, after = keys(toy(LEVERS, design=few)), keys(toy(LEVERS, design=many))
    assert before < after


def test_replicates_and_levels_grow_too() -> None:
    assert keys(toy()) < keys(toy(replicates=3))
    text = HEAD + "levers: {parameters.aversion: {low: 3, high: 9, levels: LEVELS}}\ndesign: grid\nmetrics: [shortfall]"
    assert keys(toy(text.replace("LEVELS", "3"))) < keys(toy(text.replace("LEVELS", "5")))


def test_a_key_depends_on_what_acts_and_on_nothing_else() -> None:
    assert keys(toy()) == keys(toy(title="Another", question="Another?"))
    for change in ({"metrics": "[deliveries_volume]"}, {"months": "{first: 2022-01, last: 2022-11}"}):
        assert not keys(toy()) & keys(toy(**change))
    # The second replicate of one seed is the first of the next.
    assert (
        len(keys(toy(TOY.replace("mode: sampled}", "mode: sampled}\n  seed: 2"))) & keys(toy())) == len(keys(toy())) / 2
    )


def test_compared_with_the_base_or_a_package() -> None:
    plan = plan_of(toy(compare_with="base"))
    compared = plan.table()[lambda table: table["point"] < 0]
    base = {clause.id: clause.strength for clause in plan.study.base.scenario.policies}
    assert (compared["policies.embargo.strength"] == base["embargo"]).all()
    assert (compared["policies.line-for-arms"] == "on").all()
    other = plan_of(toy(compare_with="{policies.embargo.strength: 0.6}"))
    assert (other.table()[lambda table: table["point"] < 0]["policies.embargo.strength"] == 0.6).all()
    # What is compared with is a point as well, and made once.
    assert len(set(other.keys)) == len(other) - 4


def test_worlds_from_the_posterior(tmp_path) -> None:
    lines = ["parameters.learning,parameters.aversion", *(f"0.{k},{k}" for k in range(1, 8))]
    (tmp_path / "draws.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = HEAD + "levers: {policies.embargo.strength: [0.2, 0.9]}\nmetrics: [deliveries_volume]\n"
    text += "uncertainties: {posterior: {draws: N, file: F}}"
    text = text.replace("F}", f"{tmp_path}}}")
    few, many = plan_of(toy(text.replace("N", "3"))), plan_of(toy(text.replace("N", "6")))
    assert len(few.worlds) == 3
    assert few.worlds[0].draw == 0
    assert list(many.worlds)[:3] == list(few.worlds)
    assert set(few.keys) < set(many.keys)
    assert load_posterior(tmp_path).count == 7
