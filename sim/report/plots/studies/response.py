"""Response curves: how a metric moves with a lever, one line per value of a second one, with bands over worlds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.report.numbers import cell
from sim.report.plots.panels import panels
from sim.report.plots.studies.footer import About, unit_of, words_of
from sim.report.plots.style import COALITION_COLOURS, INK, OTHER_COLOURS, SMALL, frame, key, plain_axes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LINES = 6
_BELOW = 0.2  # inches for the name of the lever
_COLOURS = (COALITION_COLOURS[0], OTHER_COLOURS[0], OTHER_COLOURS[3], OTHER_COLOURS[2], OTHER_COLOURS[1], "#777777")


def draw(figure: Figure, table: pd.DataFrame, levers: Sequence[str], about: About) -> pd.DataFrame:
    """Draws a panel per metric.

    Args:
        figure: empty.
        table: rows of :func:`sim.analysis.summaries.summary`.
        levers: the lever along the axis, and one that tells lines apart if there are two; numbers, not names.
        about: the study.

    Returns:
        The rows that are drawn.
    """
    x, *rest = levers
    second = rest[0] if rest else None
    metrics = list(dict.fromkeys(table["metric"]))
    values = [None] if second is None else sorted(table[second].unique())
    shown = (
        values if len(values) <= MOST_LINES else [values[round(i)] for i in np.linspace(0, len(values) - 1, MOST_LINES)]
    )
    title = f"{_said(words_of(metrics[0]))} by {_said(x, small=True)}"
    subtitle = f"Mean over worlds by {x}; bands: {about.part}"
    plate = frame(figure, title, subtitle, about.footer())
    if second is not None:
        styles = [(f"{second} {cell(value)}", colour, "-") for value, colour in zip(shown, _COLOURS, strict=False)]
        plate = key(figure, plate, styles)
    plate = replace(plate, bottom=plate.bottom + _BELOW / float(figure.get_size_inches()[1]))
    drawn: list[pd.DataFrame] = []
    for metric, axes in zip(metrics, panels(figure, plate, len(metrics), head=0.56), strict=True):
        plain_axes(axes, unit_of(metric), _said(words_of(metric)))
        for value, colour in zip(shown, _COLOURS, strict=False):
            rows = table[(table["metric"] == metric) & ((table[second] == value) if second else True)].sort_values(x)
            _curve(axes, rows, x, colour)
            drawn.append(rows)
        axes.set_xlabel(x, size=SMALL, color=INK)
    behind: pd.DataFrame = pd.concat(drawn, ignore_index=True)
    return behind


def _curve(axes: Axes, rows: pd.DataFrame, x: str, colour: str) -> None:
    places = rows[x].to_numpy(float)
    if (rows["high"] > rows["low"]).any():
        axes.fill_between(places, rows["low"], rows["high"], color=colour, alpha=0.15, linewidth=0)
    axes.plot(places, rows["mean"], color=colour, linewidth=1.6, marker="o", markersize=3.0)


def _said(text: str, *, small: bool = False) -> str:
    return text if small else text[:1].upper() + text[1:]
