"""Policies by what they achieve and what they cost, with those that no other one dominates joined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.report.numbers import cell
from sim.report.plots.labels import PLAIN
from sim.report.plots.studies.footer import About, unit_of, words_of
from sim.report.plots.style import COALITION, INK, MUTED, SMALL, frame, key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_APART = 130.0, 26.0  # dots across and up between labels


def draw(
    figure: Figure, table: pd.DataFrame, levers: Sequence[str], axes_of: tuple[str, str], about: About
) -> pd.DataFrame:
    """Draws the policies.

    Args:
        figure: empty.
        table: rows of :func:`sim.analysis.pareto.pareto_front`.
        levers: that make a policy.
        axes_of: metric along the axis (a cost) and metric upwards (a gain).
        about: the study.

    Returns:
        The table.
    """
    x, y = axes_of
    front = table[table["on_front"]].sort_values(x)
    title = f"{len(front)} of {len(table)} policies are dominated by no other"
    subtitle = f"{_big(words_of(y))} ({unit_of(y)}) against {words_of(x)} ({unit_of(x)}); lines: {about.part}"
    plate = frame(figure, title, subtitle, about.footer("Labels: " + ", ".join(levers) + "."))
    plate = key(figure, plate, [("dominated by none", COALITION, "-"), ("dominated", "#b5b5b5", "-")])
    width, height = (float(side) for side in figure.get_size_inches())
    left, bottom = plate.left + 0.7 / width, plate.bottom + 0.5 / height
    axes = figure.add_axes((left, bottom, plate.right - left - 0.3 / width, plate.top - bottom - 0.1 / height))
    for rows, colour, level in ((table[~table["on_front"]], "#b5b5b5", 2), (front, COALITION, 4)):
        spans = [rows[f"{x}_low"], rows[f"{x}_high"], rows[f"{y}_low"], rows[f"{y}_high"]]
        axes.hlines(rows[y], spans[0], spans[1], color=colour, linewidth=0.6, alpha=0.6, zorder=level - 1)
        axes.vlines(rows[x], spans[2], spans[3], color=colour, linewidth=0.6, alpha=0.6, zorder=level - 1)
        axes.plot(rows[x], rows[y], "o", color=colour, markersize=5, zorder=level)
    axes.plot(front[x], front[y], color=COALITION, linewidth=1.0, alpha=0.5, zorder=3)
    _label(axes, front, levers, axes_of)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(visible=True, color="#dcdcdc", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED)
    axes.set_xlabel(f"{words_of(x)}, {unit_of(x)}", size=SMALL, color=INK)
    axes.set_ylabel(f"{words_of(y)}, {unit_of(y)}", size=SMALL, color=INK)
    return table


def _label(axes: Axes, front: pd.DataFrame, levers: Sequence[str], axes_of: tuple[str, str]) -> None:
    """The levers of policies on the front, where there is room beside the point."""
    x, y = axes_of
    axes.autoscale_view()  # else points are not where they will be drawn
    to_points = axes.transData
    taken: list[tuple[float, float]] = []
    for row in front.to_dict("records"):
        across, up = (float(part) for part in to_points.transform((row[x], row[y])))
        if all(abs(across - a) > _APART[0] or abs(up - b) > _APART[1] for a, b in taken):
            taken.append((across, up))
            text = ", ".join(cell(row[name]) for name in levers)
            looks: dict[str, Any] = {"size": SMALL - 1, "color": INK, "ha": "right"}
            axes.annotate(text, (row[x], row[y]), xytext=(-5, 4), textcoords="offset points", **looks, **PLAIN)


def _big(text: str) -> str:
    return text[:1].upper() + text[1:]
