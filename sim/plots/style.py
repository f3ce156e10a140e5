"""How every figure looks: title and unit on top, horizontal grid, labels on the lines, source and run below.

Nothing here touches pyplot or matplotlib's settings, so figures may be drawn in threads and in notebooks.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from sim.results import Results

INK, MUTED, GRID = "#1a1a1a", "#5c5c5c", "#dcdcdc"
# Blues tell the coalition from everybody else also in grey print and for all common kinds of colour blindness; the
# others are the palettes of Okabe and Ito and of Paul Tol, ordered so that neighbours in a stack differ in lightness.
COALITION_COLOURS = ("#0b3c6f", "#2f74b5", "#6aa9db", "#9fcbea", "#c6e0f3", "#dcebf7")
OTHER_COLOURS = (
    "#d55e00", "#f0b429", "#882255", "#44aa99", "#cc79a7", "#999933",
    "#117733", "#ddcc77", "#aa4499", "#88ccee", "#661100", "#cc6677",
)  # fmt: skip
REST_COLOUR, SPARE_COLOUR, LOST_COLOUR = "#a7a29a", "#cfcac2", "#efece6"
COALITION, NEUTRAL, REFERENCE = "#0b3c6f", "#d55e00", "#1a1a1a"

WIDTH, HEIGHT, DPI = 9.0, 5.6, 150
_TITLE, _SUBTITLE, _FOOTER = 13.5, 10.0, 7.0
SMALL = 8.0
_MARGIN = 0.32
_LINE = 1.28 / 72


@dataclass(frozen=True)
class Plate:
    """Where the panels of a figure may stand, as shares of its width and height."""

    left: float
    right: float
    bottom: float
    top: float


def new_figure(width: float = WIDTH, height: float = HEIGHT) -> Figure:
    """An empty figure on a canvas of its own, inches."""
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def frame(figure: Figure, title: str, subtitle: str, footer: Sequence[str]) -> Plate:
    """Writes title, subtitle and footer, and tells which part of the figure is left for the panels.

    Args:
        figure: the figure.
        title: the finding or the subject, one sentence.
        subtitle: what is shown, with its unit.
        footer: paragraphs below the panels, the source first.
    """
    width, height = (float(side) for side in figure.get_size_inches())
    inner, left = width - 2 * _MARGIN, _MARGIN / width
    figure.add_artist(Line2D([left, 1 - left], [1 - 0.13 / height] * 2, color=COALITION, linewidth=0.8))
    figure.add_artist(Line2D([left, left + 0.5 / width], [1 - 0.13 / height] * 2, color=COALITION, linewidth=4.0))
    y = height - 0.27
    for gid, text, size, weight, colour in (
        ("title", title, _TITLE, "bold", INK),
        ("subtitle", subtitle, _SUBTITLE, "normal", MUTED),
    ):
        lines = _wrapped(text, inner, size, 0.57 if weight == "bold" else 0.505)
        figure.text(left, y / height, "\n".join(lines), size=size, weight=weight, color=colour, va="top", gid=gid)
        y -= len(lines) * size * _LINE + 0.07
    low = [line for paragraph in footer for line in _wrapped(paragraph, inner, _FOOTER, 0.5)]
    figure.text(left, 0.1 / height, "\n".join(low), size=_FOOTER, color=MUTED, va="bottom", gid="footer")
    bottom = (0.1 + len(low) * _FOOTER * _LINE + 0.12) / height
    return Plate(left, 1 - left, bottom, (y - 0.02) / height)


def _wrapped(text: str, width: float, size: float, em: float) -> list[str]:
    """Lines of a text that fit a width in inches, by the mean width of a letter as a share of the font's size."""
    return textwrap.wrap(text, max(20, int(width * 72 / (size * em)))) or [""]


def stamp(policy: Results, baseline: Results | None = None, also: str = "") -> list[str]:
    """The footer: where the figures come from, and which run made them."""
    record = policy.record
    version = record["versions"].get("sanctions-sim", "")
    program = f"sanctions-sim {version}" if version[:1].isdigit() else "sanctions-sim, from a checkout"
    run = (
        f"Scenario “{policy.title}”, {record['months']}; seed {record['seed']}; {record['mode']} mode, "
        f"{record['exporters']:,} exporters; run {record['run_digest'][:10]}"
    )
    if baseline is not None:
        run += f", compared with “{baseline.title}”, run {baseline.record['run_digest'][:10]}"
    return [f"Source: simulation ({program}) on customs figures of the base year. {also}".rstrip(), f"{run}."]


def plain_axes(axes: Axes, unit: str = "", heading: str = "") -> Axes:
    """Horizontal grid only, no frame; the unit above the axis, the heading of a panel above the unit."""
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.grid(visible=True, axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0, labelsize=SMALL, labelcolor=MUTED)
    axes.tick_params(axis="x", which="both", labelsize=SMALL, labelcolor=MUTED, color=MUTED)
    rise = 0.0
    if unit:
        axes.annotate(
            unit, (0, 1), xytext=(0, 3), xycoords="axes fraction", textcoords="offset points",
            size=SMALL - 0.5, color=MUTED, va="bottom", gid="unit",
        )  # fmt: skip
        rise = 13.0
    if heading:
        axes.annotate(
            heading, (0, 1), xytext=(0, 3 + rise), xycoords="axes fraction", textcoords="offset points",
            size=SMALL + 1, weight="bold", color=INK, va="bottom", gid="heading",
        )  # fmt: skip
    return axes


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Moves places apart until neighbours keep a gap, in their order, inside the bounds as far as there is room."""
    order = sorted(range(len(places)), key=lambda position: places[position])
    gap = min(gap, (high - low) / max(1, len(places) - 1)) if len(places) > 1 else gap
    moved = dict.fromkeys(order, 0.0)
    floor = low
    for position in order:
        moved[position] = floor = max(places[position], floor)
        floor += gap
    ceiling = high
    for position in reversed(order):
        moved[position] = ceiling = min(moved[position], ceiling)
        ceiling -= gap
    return [moved[position] for position in range(len(places))]


def nothing_to_show(figure: Figure, plate: Plate, message: str) -> None:
    """Says on the figure why it is empty."""
    axes = figure.add_subplot()
    axes.set_position((plate.left, plate.bottom, plate.right - plate.left, plate.top - plate.bottom))
    axes.set_axis_off()
    axes.text(0.5, 0.5, message, ha="center", va="center", size=12, color=MUTED, gid="message")
