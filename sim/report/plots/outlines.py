"""Borders of countries, and where a map puts them: distances and directions from its centre are true."""

from __future__ import annotations

import json
from functools import lru_cache
from math import radians
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.common.package_data import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_FILE = "scenarios/maps/outlines.json"
_FARTHEST = 2.2  # radians from the centre; what lies beyond is drawn at that distance


@lru_cache(maxsize=1)
def _shipped_outlines() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(shipped(_FILE).read_text(encoding="utf-8"))
    return data


def source() -> str:
    """Where the borders come from."""
    return "Borders: Natural Earth 1:110m (public domain)."


def rings_of(code: str) -> list[Floats]:
    """Borders of a state or group of states by its code, each (point, 2), degrees east and north; none if unknown."""
    data = _shipped_outlines()
    members = data["groups"].get(code, [code])
    return [np.array(ring).reshape(-1, 2) for member in members for ring in data["rings"].get(member, [])]


def all_rings() -> list[Floats]:
    """Borders of all countries."""
    return [np.array(ring).reshape(-1, 2) for rings in _shipped_outlines()["rings"].values() for ring in rings]


def projected(degrees: Floats, centre: tuple[float, float]) -> Floats:
    """Azimuthal equidistant projection (Snyder, Map Projections, USGS Professional Paper 1395, 1987, ch. 25).

    Args:
        degrees: east and north, (point, 2).
        centre: east and north, degrees.

    Returns:
        (point, 2), radians of the great circle from the centre.
    """
    east, north = np.radians(degrees[:, 0]) - radians(centre[0]), np.radians(degrees[:, 1])
    middle = radians(centre[1])
    cosine = np.sin(middle) * np.sin(north) + np.cos(middle) * np.cos(north) * np.cos(east)
    away = np.minimum(np.arccos(np.clip(cosine, -1.0, 1.0)), _FARTHEST)
    x = np.cos(north) * np.sin(east)
    y = np.cos(middle) * np.sin(north) - np.sin(middle) * np.cos(north) * np.cos(east)
    length = np.hypot(x, y)
    scale = np.divide(away, length, out=np.zeros_like(away), where=length > 0.0)
    return np.column_stack([x * scale, y * scale])
