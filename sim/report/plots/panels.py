"""Small multiples: a grid of panels that leaves room for headings and scales."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.report.plots.style import Plate

# Inches; the head holds a heading of two lines, or one line and a unit.
_HEAD, _GAP_ACROSS, _GAP_DOWN, _SCALE, _TICKS = 0.4, 0.5, 0.28, 0.32, 0.22  # inches


def rows_of_panels(count: int) -> int:
    """How many rows so many panels take."""
    return math.ceil(count / _columns(count))


def _columns(count: int) -> int:
    return {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 3}.get(count, 4)


def panels(figure: Figure, plate: Plate, count: int, *, columns: int | None = None, head: float = _HEAD) -> list[Axes]:
    """Panels in reading order, in as few rows as keep them broad enough.

    Args:
        figure: the figure, on which its frame stands already.
        plate: the part of the figure that is free.
        count: how many panels.
        columns: how many side by side, by their number if left out.
        head: inches above each panel for what is written there.
    """
    columns = columns or _columns(count)
    rows = math.ceil(count / columns)
    width, height = (float(side) for side in figure.get_size_inches())
    left, right = plate.left + _SCALE / width, plate.right
    bottom, top = plate.bottom + _TICKS / height, plate.top - head / height
    across, down = _GAP_ACROSS / width, (_GAP_DOWN + head) / height
    broad = (right - left - across * (columns - 1)) / columns
    tall = (top - bottom - down * (rows - 1)) / rows
    made = []
    for position in range(count):
        row, column = divmod(position, columns)
        made.append(
            figure.add_axes((left + column * (broad + across), top - (row + 1) * tall - row * down, broad, tall))
        )
    return made
