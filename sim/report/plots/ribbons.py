"""Bands that join blocks of two columns, as in a flow diagram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path


def ribbon(ends: tuple[float, float], place: tuple[float, float, float], looks: Mapping[str, Any]) -> PathPatch:
    """A band that bends half-way.

    Args:
        ends: where it starts and ends across.
        place: its upper end at the left and at the right, and its height.
        looks: of the patch.
    """
    start, end = ends
    left, right, size = place
    middle = (start + end) / 2
    above = [(start, left), (middle, left), (middle, right), (end, right)]
    below = [(x, y - size) for x, y in reversed(above)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    path = Path(np.array([*above, *below, above[0]]), np.array(codes, dtype=np.uint8))
    return PathPatch(path, linewidth=0, **looks)
