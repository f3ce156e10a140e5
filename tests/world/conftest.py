"""The shipped world and the facts it is built from, read once."""

import shutil
from pathlib import Path

import pytest
from world_paths import FIGURES, REFERENCE

from sim.world import World, load_world
from sim.world.build.facts import Facts, read_facts


@pytest.fixture(scope="session")
def world() -> World:
    return load_world("reference")


@pytest.fixture(scope="session")
def facts() -> Facts:
    return read_facts(FIGURES)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped world that a test may spoil."""
    return Path(shutil.copytree(REFERENCE, tmp_path / "copy"))
