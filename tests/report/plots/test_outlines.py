"""Borders on the map: every state of the reference world is known or a point, and stands where it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path

import sim
from sim.report.plots.outlines import all_rings, projected, rings_of

TOO_SMALL = {"HKG", "SGP"}  # for outlines at 1:110 million


def test_capitals_stand_inside_their_own_borders() -> None:
    world = sim.load_world("reference")
    for code, role, place in zip(
        world.states, world.role, zip(world.longitude, world.latitude, strict=True), strict=True
    ):
        if role == "rest" or code in TOO_SMALL:
            assert rings_of(code) == []
            continue
        near = [place, *[(place[0] + dx, place[1] + dy) for dx in (-0.6, 0.6) for dy in (-0.6, 0.6)]]
        assert any(Path(ring).contains_points(near).any() for ring in rings_of(code)), code


def test_borders_are_degrees() -> None:
    rings = all_rings()
    assert len(rings) > 200
    points = np.vstack(rings)
    assert points[:, 0].min() >= -180.0 and points[:, 0].max() <= 180.0 and abs(points[:, 1]).max() <= 90.0


@given(east=st.floats(-180, 180), north=st.floats(-89, 89), centre=st.tuples(st.floats(-180, 180), st.floats(-89, 89)))
def test_distances_from_the_centre_are_true(east: float, north: float, centre: tuple[float, float]) -> None:
    (x, y), (zero, nil) = projected(np.array([[east, north], list(centre)]), centre)
    assert abs(zero) < 1e-6 and abs(nil) < 1e-6
    a, b = np.radians([east, north]), np.radians(centre)
    half = np.sin((a[1] - b[1]) / 2) ** 2 + np.cos(a[1]) * np.cos(b[1]) * np.sin((a[0] - b[0]) / 2) ** 2
    away = 2 * np.arcsin(np.sqrt(min(1.0, half)))  # haversine
    assert np.hypot(x, y) == pytest.approx(min(away, 2.2), abs=1e-5)
