"""Figures for paper: their width, with letters of a size that is still read, with or without title and source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from matplotlib.collections import Collection, PathCollection
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.text import Annotation, Text

from sim.common.errors import SimError, nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Format = Literal["png", "pdf", "svg"]
FORMATS: tuple[Format, ...] = get_args(Format)
WIDTH = 9.0  # inches, for which figures are laid out
_UNITS = {"mm": 1 / 25.4, "cm": 1 / 2.54, "in": 1.0}
_LEAST, _MOST = 1.5, 20.0  # inches
# Letters of 8 points are not made smaller than 5.6: of what is narrower the layout is narrower, too.
_LEAST_SCALE = 0.7
_LEAST_SIZE = 5.0  # points, of any letter


@dataclass(frozen=True)
class Paper:
    """How a figure is to be written.

    Attributes:
        format: of its file; text stays text in ``pdf`` and ``svg``.
        width: inches.
        plain: whether title, subtitle, source and the line above are left out, as journals want it.
    """

    format: Format = "png"
    width: float = WIDTH
    plain: bool = False

    @property
    def width_mm(self) -> float:
        """Width in millimetres."""
        return self.width / _UNITS["mm"]

    @property
    def scale(self) -> float:
        """How much smaller letters and lines are than on the screen."""
        return min(1.0, max(self.width / WIDTH, _LEAST_SCALE))

    def layout(self, height: float) -> tuple[float, float]:
        """Width and height that the figure is laid out for, inches, before it is made smaller."""
        return self.width / self.scale, height


def paper(width: str | float | None = None, *, format: str = "png", plain: bool = False) -> Paper:
    """How a figure is to be written, from what a user says.

    Args:
        width: such as ``89mm``, ``8.9cm``, ``3.5in``, or inches; the width on the screen by default.
        format: ``png``, ``pdf`` or ``svg``.
        plain: whether title and source are left out.

    Raises:
        SimError: another format, or what is no width of paper.
    """
    if format not in FORMATS:
        raise SimError(f"unknown format '{format}'; {nearest(format, FORMATS)}")
    inches = WIDTH if width is None else _inches(width)
    if not _LEAST <= inches <= _MOST:
        raise SimError(f"width {width}: expected {_LEAST / _UNITS['mm']:.0f}mm to {_MOST / _UNITS['mm']:.0f}mm")
    return Paper(format, inches, plain)


def _inches(width: str | float) -> float:
    if not isinstance(width, str):
        return float(width)
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(mm|cm|in)\s*", width)
    if found is None:
        raise SimError(f"width '{width}': expected a number with mm, cm or in, such as 89mm")
    return float(found[1]) * _UNITS[found[2]]


def shrink(figure: Figure, scale: float) -> None:
    """Makes a figure smaller as a whole: paper, letters, lines, marks and the distances between them."""
    if scale == 1.0:
        return
    figure.draw_without_rendering()  # so that every tick and its label is there
    wide, high = (float(side) for side in figure.get_size_inches())
    figure.set_size_inches(wide * scale, high * scale)
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.labelpad *= scale
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                tick.set_pad(tick.get_pad() * scale)  # type: ignore[func-returns-value, operator]
    for one in figure.findobj():
        if isinstance(one, Text):
            _shrink_text(one, scale)
        elif isinstance(one, Line2D):
            one.set(
                linewidth=one.get_linewidth() * scale, markersize=one.get_markersize() * scale,
                markeredgewidth=one.get_markeredgewidth() * scale,
            )  # fmt: skip
        elif isinstance(one, Patch):
            one.set_linewidth(one.get_linewidth() * scale)
            if isinstance(one, FancyArrowPatch):
                one.set_mutation_scale(one.get_mutation_scale() * scale)
        elif isinstance(one, Collection):
            one.set_linewidth((np.atleast_1d(one.get_linewidth()) * scale).tolist())
            if isinstance(one, PathCollection):
                one.set_sizes(one.get_sizes() * scale**2)


def _shrink_text(text: Text, scale: float) -> None:
    size = float(text.get_fontsize())
    text.set_fontsize(max(size * scale, min(size, _LEAST_SIZE)))
    if isinstance(text, Annotation) and text.anncoords == "offset points":
        x, y = text.xyann
        text.xyann = (x * scale, y * scale)
