"""Columns of blocks, the bands that join them, and their labels, as in a flow diagram."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from sim.report.plots.style import spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Places = dict[str, tuple[float, float]]  # block -> its upper end and its height


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


def placed(sizes: Iterable[tuple[str, float]], gap: float) -> Places:
    """A column of blocks from zero downwards, with gaps; what has no size has no block."""
    places, top = {}, 0.0
    for name, size in sizes:
        if size > 0.0:
            places[name] = top, size
            top -= size + gap
    return places


def join(
    axes: Axes, ends: tuple[float, float], columns: tuple[Places, Places], flows: Iterable[tuple[str, str, float]],
    looks: Callable[[str, str], Mapping[str, Any]],
) -> None:  # fmt: skip
    """Draws a band for each flow between two columns, one below the other at both blocks.

    Args:
        axes: the panel.
        ends: where bands start and end across.
        columns: the blocks that they start from, and those that they end in.
        flows: block, block and size.
        looks: of the band between two blocks.
    """
    left, right = ({name: top for name, (top, _) in places.items()} for places in columns)
    for start, end, size in flows:
        axes.add_patch(ribbon(ends, (left[start], right[end], size), looks(start, end)))
        left[start] -= size
        right[end] -= size


def beside(axes: Axes, places: Places, least: float, gap: float) -> dict[str, float]:
    """Where labels of blocks of a size stand upwards, moved apart to a gap; the panel has its scale already."""
    large = {name: top - size / 2 for name, (top, size) in places.items() if size >= least}
    return dict(zip(large, spread(list(large.values()), gap, *axes.get_ylim()), strict=True))
