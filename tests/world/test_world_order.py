"""The order of rows in files decides nothing: not the world, not its digest, not a run."""

import dataclasses
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from world_paths import REFERENCE

import sim
from sim.simulation.results import Results
from sim.world import World, load_world

SCENARIO = """title: A ban of the listed good
question: Does the order of rows decide anything?
sources: [made up]
world: {world}
months: {{first: 2022-01, last: 2022-03}}
seed: 5
agents: {{exporters: 1500, intermediaries: 330, mode: {mode}}}
policies:
  - id: ban
    kind: export_ban
    by: [coalition]
    towards: [RUS]
    goods: [high_priority]
    effective: 2022-02-01
    strength: 0.9
    source: made up
"""


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped world with the rows of every table in another order."""
    folder = Path(shutil.copytree(REFERENCE, tmp_path_factory.mktemp("order") / "shuffled"))
    draw = random.Random(11)
    for path in sorted(folder.glob("*.csv")):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        before = list(rows)
        draw.shuffle(rows)
        assert rows != before, path.name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8", newline="\n")
    return folder


def fields_of(world: World) -> Iterator[tuple[str, object]]:
    return ((field.name, getattr(world, field.name)) for field in dataclasses.fields(world))


def test_states_and_goods_stand_in_the_order_of_the_alphabet(world: World) -> None:
    assert list(world.states) == sorted(world.states)
    assert list(world.goods) == sorted(world.goods)
    assert list(world.hubs) == sorted(world.hubs)


def test_another_order_of_rows_gives_the_same_world(shuffled: Path, world: World) -> None:
    other = dict(fields_of(load_world(shuffled)))
    for name, value in fields_of(world):
        if isinstance(value, np.ndarray):
            assert value.dtype == other[name].dtype, name
            assert value.tobytes() == other[name].tobytes(), name
        else:
            assert value == other[name], name


@pytest.mark.parametrize("mode", ["sampled", "expected"])
def test_another_order_of_rows_gives_the_same_run(shuffled: Path, tmp_path: Path, mode: str) -> None:
    def run(world: Path | str) -> Results:
        path = tmp_path / "ban.yaml"
        path.write_text(SCENARIO.format(world=world, mode=mode), encoding="utf-8")
        return sim.load(path, posterior="none").run()

    usual, other = run("reference"), run(shuffled)
    assert usual.flows.equals(other.flows)
    assert usual.recorded.equals(other.recorded)
    # The rows of the shipped table are not in that order themselves, or this would show nothing.
    codes = [line.split(",")[0] for line in (REFERENCE / "states.csv").read_text(encoding="utf-8").splitlines()[1:]]
    assert codes != sorted(codes)
