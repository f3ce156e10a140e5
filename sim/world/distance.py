"""Distances between places on the sphere."""

import numpy as np

from sim.common.arrays import Floats

EARTH_RADIUS_KM = 6371.0


def great_circle_km(latitude: Floats, longitude: Floats) -> Floats:
    """Return the distances [S, S] between points on the sphere in kilometres (haversine formula); degrees in."""
    north, east = np.radians(latitude), np.radians(longitude)
    half = np.sin((north[:, None] - north[None, :]) / 2) ** 2
    half += np.cos(north)[:, None] * np.cos(north)[None, :] * np.sin((east[:, None] - east[None, :]) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), dtype=np.float64)
