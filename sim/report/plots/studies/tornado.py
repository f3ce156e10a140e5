"""Tornado: a bar for each thing that moves a metric, the largest on top, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sim.report.numbers import number
from sim.report.plots.labels import PLAIN, width_of
from sim.report.plots.studies.footer import About
from sim.report.plots.style import COALITION, INK, MUTED, NEUTRAL, SMALL, frame, nothing_to_show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 16


def draw(figure: Figure, table: pd.DataFrame, title: str, subtitle: str, about: About) -> pd.DataFrame:
    """Draws the bars.

    Args:
        figure: empty.
        table: columns label, value, low, high; the ends of an interval may be NaN.
        title: the finding.
        subtitle: what the bars are, with the unit.
        about: the study.

    Returns:
        The table, the largest first; the picture has its first rows.
    """
    rows = table.sort_values("value", key=lambda v: -v.abs(), kind="stable").reset_index(drop=True)
    plate = frame(figure, title, subtitle, about.footer())
    if rows.empty or not rows["value"].abs().max() > 0.0:
        nothing_to_show(figure, plate, "Nothing moves it.")
        return rows
    shown = rows.head(MOST)
    width, height = (float(side) for side in figure.get_size_inches())
    broad = max(width_of(str(label), SMALL) for label in shown["label"]) + 0.15
    left, bottom = plate.left + broad / width, plate.bottom + 0.3 / height
    axes = figure.add_axes((left, bottom, plate.right - left - 0.55 / width, plate.top - bottom - 0.08 / height))
    colours = [COALITION if value >= 0.0 else NEUTRAL for value in shown["value"]]
    axes.barh(range(len(shown)), shown["value"], color=colours, height=0.62, zorder=2)
    ends = shown[["low", "high"]].astype(float)
    for place, (low, high) in enumerate(ends.itertuples(index=False)):
        if high > low:
            axes.plot([low, high], [place, place], color=INK, linewidth=1.2, zorder=3)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_yticks(range(len(shown)), [str(label) for label in shown["label"]])
    axes.axvline(0.0, color=MUTED, linewidth=0.8)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.grid(visible=True, axis="x", color="#dcdcdc", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=INK)
    reach = pd.concat([shown["value"], ends["low"], ends["high"], pd.Series([0.0])])
    low, high = float(reach.min()), float(reach.max())
    pad = 0.02 * (high - low)
    axes.set_xlim(low - (pad if low < 0.0 else 0.0), high + pad)
    for place, row in enumerate(shown.to_dict("records")):
        far = max(float(row["value"]), float(row["high"]) if row["high"] == row["high"] else 0.0, 0.0)
        axes.text(far + pad, place, number(row["value"], digits=3), va="center", size=SMALL - 1, color=MUTED, **PLAIN)
    return rows
