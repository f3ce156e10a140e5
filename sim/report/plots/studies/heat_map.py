"""Heat map of two levers: a cell for each pair of values, with the mean of a metric written in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from sim.report.numbers import cell, number
from sim.report.plots.labels import PLAIN
from sim.report.plots.studies.footer import About, unit_of, words_of
from sim.report.plots.style import COALITION, INK, MUTED, SMALL, frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from sim.common.arrays import Floats

_COLOURS = LinearSegmentedColormap.from_list("blues", ["#f4f7fb", "#6aa9db", COALITION])
_FEW, _MANY, _APART = 3, 7, 0.02  # digits; share of the scale from which two cells shall read differently
_DARK = 0.6  # share of the scale from which writing is white


def draw(figure: Figure, table: pd.DataFrame, levers: Sequence[str], about: About) -> pd.DataFrame:
    """Draws the map of the first metric in the table.

    Args:
        figure: empty.
        table: rows of :func:`sim.analysis.summaries.summary`.
        levers: the one across and the one upwards.
        about: the study.

    Returns:
        The rows that are drawn.
    """
    across, up = levers
    metric = str(table["metric"].iloc[0])
    rows = table[table["metric"] == metric]
    grid = rows.pivot_table(index=up, columns=across, values="mean", sort=False)
    if all(pd.api.types.is_numeric_dtype(axis) for axis in (grid.index, grid.columns)):
        grid = grid.sort_index().sort_index(axis=1)
    values = grid.to_numpy(float)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    digits = _digits(values)
    words = words_of(metric)
    title = f"{words[:1].upper()}{words[1:]}: from {number(low, digits=digits)} to {number(high, digits=digits)}"
    subtitle = f"By {across} (across) and {up} (upwards); {unit_of(metric)}, mean over worlds"
    plate = frame(figure, title, subtitle, about.footer())
    width, height = (float(side) for side in figure.get_size_inches())
    left, bottom = plate.left + 0.75 / width, plate.bottom + 0.5 / height
    axes = figure.add_axes((left, bottom, plate.right - left, plate.top - bottom - 0.1 / height))
    spread = high - low if high > low else 1.0
    axes.pcolormesh(np.arange(grid.shape[1] + 1), np.arange(grid.shape[0] + 1), values, cmap=_COLOURS,
                    vmin=low, vmax=low + spread, edgecolors="white", linewidth=1.0)  # fmt: skip
    size = SMALL if grid.size <= 100 else SMALL - 2
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if (value - low) / spread > _DARK else INK
        axes.text(
            column + 0.5,
            row + 0.5,
            number(value, digits=digits),
            ha="center",
            va="center",
            size=size,
            color=colour,
            **PLAIN,
        )
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xticks(np.arange(grid.shape[1]) + 0.5, [cell(value, digits=3) for value in grid.columns])
    axes.set_yticks(np.arange(grid.shape[0]) + 0.5, [cell(value, digits=3) for value in grid.index])
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED)
    axes.set_xlabel(across, size=SMALL, color=INK)
    axes.set_ylabel(up, size=SMALL, color=INK)
    return rows.reset_index(drop=True)


def _digits(values: Floats) -> int:
    """Digits at which cells whose colours differ read differently."""
    known = np.unique(values[np.isfinite(values)])
    far = np.flatnonzero(np.diff(known) > _APART * max(np.ptp(known), 1e-300)) if known.size else np.array([], int)
    for digits in range(_FEW, _MANY):
        if all(number(known[at], digits=digits) != number(known[at + 1], digits=digits) for at in far):
            return digits
    return _MANY
