"""What moved trade from outside belongs to the world: a scenario from scratch has it, or leaves it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import sim
from sim.common.errors import FaultList
from sim.common.package_data import shipped

HEAD = "title: t\nquestion: q\nsources: [thought experiment]\nmonths: {first: 2021-01, last: 2024-12}\n"
WORLD = shipped("scenarios/worlds/classroom")
RISE = "{id: rise, what: macro, destination: GAMMA, path: {2022-02: 1.5}, source: made up}"


def of(text: str) -> sim.Scenario:
    return sim.parse_scenario(HEAD + text)


def test_a_scenario_from_scratch_loses_nothing() -> None:
    """The same law, written into a new file, is the same scenario: drivers by the world, effects of hubs by the fit."""
    reference = sim.load_scenario("reference")
    law = reference.resolved_yaml().split("policies:\n")[1]
    fresh = of(f"policies:\n{law}")
    assert fresh.episode == "war-of-2022"
    assert fresh.drivers == reference.drivers
    assert fresh.policies == reference.policies
    drawn = [sim.load_posterior().apply_draw(one, sim.load_world("reference"))[0] for one in (fresh, reference)]
    assert drawn[0].hub_effects == drawn[1].hub_effects != {}
    assert drawn[0].drivers == drawn[1].drivers != reference.drivers


def test_it_is_taken_by_name_or_left_or_changed_by_id() -> None:
    every = of("").drivers
    assert len(every) > 20
    assert of("episode: war-of-2022\n").drivers == every
    none = of("episode: none\n")
    assert (none.drivers, none.episode) == ((), "")
    less = of(
        "drivers:\n  - {id: payments-freeze, enabled: false}\n  - {id: real-income, path: {2022-04: 0.9}}\n"
    ).drivers
    assert {one.id for one in every} - {one.id for one in less} == {"payments-freeze"}
    assert next(one for one in less if one.id == "real-income").multiplier(12 * 2022 + 5) == 0.9


def test_it_is_inherited_and_left_above() -> None:
    assert sim.parse_scenario("extends: reference\nepisode: none\n").drivers == ()
    assert sim.parse_scenario("extends: 'null'\n").drivers == ()


def test_a_resolved_scenario_takes_nothing_on_top() -> None:
    for one in (of("episode: none\n"), of("drivers: [{id: real-income, enabled: false}]\n"), of("")):
        again = sim.parse_scenario(one.resolved_yaml())
        assert again == one
        assert again.digest == one.digest


def test_drivers_of_an_episode_outside_the_months_are_no_fault() -> None:
    assert sim.parse_scenario(HEAD.replace("2024-12", "2021-06")).months.count == 6


def own_world(folder: Path, *texts: str) -> str:
    place = folder / "mine"
    (place / "episodes").mkdir(parents=True)
    for path in WORLD.iterdir():
        (place / path.name).write_bytes(path.read_bytes())
    for number, text in enumerate(texts):
        (place / "episodes" / f"first-{number}.yaml").write_text(text, encoding="utf-8")
    return f"world: {place}\n"


def test_a_world_of_ones_own_has_its_own(tmp_path: Path) -> None:
    world = own_world(tmp_path, f"title: A rise\ndrivers: [{RISE}]\n")
    assert [one.id for one in of(world).drivers] == ["rise"]


def test_of_several_one_is_chosen(tmp_path: Path) -> None:
    world = own_world(tmp_path, f"drivers: [{RISE}]\n", "drivers: []\n")
    assert of(world).drivers == ()
    assert [one.id for one in of(f"{world}episode: first-0\n").drivers] == ["rise"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("episode: war-of-2023\n", "unknown episode 'war-of-2023'; did you mean 'war-of-2022'?"),
        ("episode: [none]\n", "unknown episode"),
        ("world: classroom\nepisode: war-of-2022\n", "its world has none; leave the line out"),
    ],
)
def test_a_name_that_is_none_is_a_fault_with_its_place(said: str, told: str) -> None:
    with pytest.raises(FaultList) as caught:
        of(said)
    assert told in str(caught.value)
    assert caught.value.faults[0].line >= 5


def test_faults_of_an_episode_stand_in_its_file(tmp_path: Path) -> None:
    world = own_world(tmp_path, f"titel: A rise\ndrivers: [{RISE.replace('GAMMA', 'GAMA')}]\n")
    with pytest.raises(FaultList) as caught:
        of(world)
    said = str(caught.value)
    assert "first-0.yaml:1:1" in said and "did you mean 'title'" in said
    assert "first-0.yaml:2:" in said and "GAMMA" in said


def test_a_file_that_puts_another_world_under_a_scenario_keeps_its_drivers(tmp_path: Path) -> None:
    """A world built from figures of one's own has no episodes; the scenario that it is put under has."""
    world = tmp_path / "mine"
    shutil.copytree(shipped("scenarios/worlds/reference"), world, ignore=shutil.ignore_patterns("episodes"))
    for name, file in (("above", "extends: reference"), ("twice", "extends: above.yaml")):
        (tmp_path / f"{name}.yaml").write_text(f"{file}\nworld: {world}\n")
        assert sim.load_scenario(tmp_path / f"{name}.yaml").drivers == sim.load_scenario("reference").drivers
    (tmp_path / "named.yaml").write_text(f"extends: reference\nworld: {world}\nepisode: war-of-2022\n")
    with pytest.raises(FaultList, match=r"named.yaml:3:10: episode: unknown episode 'war-of-2022'"):
        sim.load_scenario(tmp_path / "named.yaml")
