"""The world that contracts are tested in."""

from __future__ import annotations

import pytest

import sim
from sim.world import World


@pytest.fixture(scope="package")
def world() -> World:
    return sim.load_world("reference")
