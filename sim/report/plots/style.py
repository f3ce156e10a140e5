"""How every figure looks: title and unit on top, horizontal grid, labels on the lines, source and run below.

Figures are drawn and written with matplotlib's own defaults, whatever the user's settings are (a file ``matplotlibrc``,
a style of a notebook); those are as they were afterwards. Nothing here touches pyplot, and one thread draws at a time.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from threading import RLock
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.report.plots.labels import PLAIN, balanced, fitted, width_of, wrapped
from sim.report.plots.paper import WIDTH, Paper, shrink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from sim.simulation.results import Results

INK, MUTED, GRID = "#1a1a1a", "#5c5c5c", "#dcdcdc"
# Blues tell the coalition from everybody else also in grey print and for all common kinds of colour blindness; the
# others are the palettes of Okabe and Ito and of Paul Tol, ordered so that neighbours in a stack differ in lightness.
COALITION_COLOURS = ("#0b3c6f", "#2f74b5", "#6aa9db", "#9fcbea", "#7f9fc4", "#b9cfe2")
OTHER_COLOURS = (
    "#d55e00", "#f0b429", "#882255", "#44aa99", "#cc79a7", "#999933",
    "#117733", "#ddcc77", "#aa4499", "#88ccee", "#661100", "#cc6677", "#777777",
)  # fmt: skip
REST_COLOUR, SPARE_COLOUR, LOST_COLOUR = "#a7a29a", "#cfcac2", "#efece6"
COALITION, NEUTRAL, REFERENCE = "#0b3c6f", "#d55e00", "#1a1a1a"

HEIGHT, DPI = 5.6, 150
_TITLE, _SUBTITLE, _FOOTER = 13.5, 10.0, 7.0
SMALL = 8.0
_MARGIN = 0.32
_SHOWN = 90  # dots of a screen to the inch
_LINE = 1.28 / 72
_LEADING = 1.15  # from line to line above a panel, against the size of the letters
_USUAL_LINES = (
    3,
    2,
    5,
)  # of title, subtitle and footer; a figure of more grows by them, so that its panels do not shrink


# Which window system there is, and what dates are counted from, is not for a figure to say.
_DEFAULTS = {name: value for name, value in matplotlib.rcParamsDefault.items() if name not in ("backend", "date.epoch")}
# Text of a vector picture stays text, and the same figure gives the same bytes.
_DEFAULTS |= {"pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "sanctions-sim"}
_ONE_AT_A_TIME = RLock()  # matplotlib's settings are the process's


SCREEN = Paper()


@dataclass(frozen=True)
class Plate:
    """Where the panels of a figure may stand, as shares of its width and height."""

    left: float
    right: float
    bottom: float
    top: float


class Picture(Figure):
    """A figure that a notebook shows by itself: it belongs to no window, and pyplot knows nothing of it.

    Attributes:
        table: the data behind it, once it is drawn.
        plain: whether it has no title and no source.
        caption: what these would say of a plain one.
    """

    table: pd.DataFrame
    plain: bool = False
    caption: str = ""

    def savefig(self, fname: Any, **options: Any) -> None:
        """Writes it, whatever matplotlib's settings are; see :meth:`matplotlib.figure.Figure.savefig`."""
        with own_style():
            super().savefig(fname, **options)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Its picture, and how wide it is shown: on a screen of fine grain two dots stand for one."""
        file = BytesIO()
        self.savefig(file, format="png", dpi=DPI)
        return file.getvalue(), {"width": round(float(self.get_figwidth()) * _SHOWN)}


@contextmanager
def own_style() -> Iterator[None]:
    """Matplotlib's defaults in place of the user's settings; whatever makes or writes a figure happens within it."""
    with _ONE_AT_A_TIME, matplotlib.rc_context(_DEFAULTS):
        yield


def drawn(
    draw: Callable[[Figure], pd.DataFrame], height: float = HEIGHT, paper: Paper = SCREEN
) -> tuple[Picture, pd.DataFrame]:
    """A figure of so many inches before it is fitted to its paper, and the table behind it that drawing it gave."""
    with own_style():
        made = new_figure(*paper.layout(height))
        made.plain = paper.plain
        made.table = draw(made)
        shrink(made, paper.scale)
        return made, made.table


def new_figure(width: float = WIDTH, height: float = HEIGHT) -> Picture:
    """An empty figure on a canvas of its own, inches."""
    figure = Picture(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def frame(figure: Figure, title: str, subtitle: str, footer: Sequence[str]) -> Plate:
    """Writes title, subtitle and footer, and tells which part of the figure is left for the panels.

    Whatever they say is written whole; a figure that they take much of grows.

    Args:
        figure: the figure.
        title: the finding or the subject, one sentence.
        subtitle: what is shown, with its unit.
        footer: paragraphs below the panels, the source first.
    """
    width, height = (float(side) for side in figure.get_size_inches())
    inner, left = inner_width(figure), _MARGIN / width
    if isinstance(figure, Picture) and figure.plain:
        figure.caption = "\n".join([f"{title}.", f"{subtitle}.", *footer])
        return Plate(left, 1 - left, 0.12 / height, 1 - 0.12 / height)
    above = [
        ("title", balanced(title, inner, _TITLE, "bold"), _TITLE, "bold", INK),
        ("subtitle", balanced(subtitle, inner, _SUBTITLE), _SUBTITLE, "normal", MUTED),
    ]
    low = [line for paragraph in footer for line in wrapped(paragraph, inner, _FOOTER)]
    blocks = [(len(lines), size) for _, lines, size, _, _ in above] + [(len(low), _FOOTER)]
    height += sum(max(0, n - usual) * size * _LINE for (n, size), usual in zip(blocks, _USUAL_LINES, strict=True))
    figure.set_figheight(height)
    figure.add_artist(Line2D([left, 1 - left], [1 - 0.13 / height] * 2, color=COALITION, linewidth=0.8))
    figure.add_artist(Line2D([left, left + 0.5 / width], [1 - 0.13 / height] * 2, color=COALITION, linewidth=4.0))
    y = height - 0.27
    for gid, lines, size, weight, colour in above:
        figure.text(
            left, y / height, "\n".join(lines), size=size, weight=weight, color=colour, va="top", gid=gid, **PLAIN
        )
        y -= len(lines) * size * _LINE + 0.07
    figure.text(left, 0.1 / height, "\n".join(low), size=_FOOTER, color=MUTED, va="bottom", gid="footer", **PLAIN)
    bottom = (0.1 + len(low) * _FOOTER * _LINE + 0.12) / height
    return Plate(left, 1 - left, bottom, (y - 0.02) / height)


def inner_width(figure: Figure) -> float:
    """Width between the margins of a figure, inches."""
    return float(figure.get_figwidth()) - 2 * _MARGIN


def key(figure: Figure, plate: Plate, entries: Sequence[tuple[str, str, Any]]) -> Plate:
    """Writes a line of keys under the subtitle, and tells what is left for the panels.

    Args:
        figure: the figure.
        plate: what its frame left.
        entries: text, colour and line style (``area`` for a patch) of each.
    """
    width, height = (float(side) for side in figure.get_size_inches())
    x, y = plate.left * width, plate.top * height - 0.12
    for said, colour, style in entries:
        lines = wrapped(said, (plate.right - plate.left) * width - 0.3, SMALL)
        broad = 0.3 + max(width_of(line, SMALL) for line in lines)
        if x > plate.left * width and x + broad > plate.right * width:
            x, y = plate.left * width, y - 0.17
        sample = Line2D([x / width, (x + 0.24) / width], [y / height] * 2, color=colour, linewidth=1.8)
        sample.set_solid_capstyle("butt")
        if style == "area":
            sample.set_linewidth(7.0)
        else:
            sample.set_linestyle(style)
        figure.add_artist(sample)
        looks: dict[str, Any] = {"size": SMALL, "color": INK, "va": "center_baseline", "gid": "key"}
        for rank, text in enumerate(lines):
            figure.text((x + 0.3) / width, (y - 0.15 * rank) / height, text, **looks, **PLAIN)
        y -= 0.15 * (len(lines) - 1)
        x += broad + 0.25
    return replace(plate, top=(y - 0.12) / height)


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


def plain_axes(axes: Axes, unit: str = "", heading: str = "", *, detail: str = "", lines: int = 2) -> Axes:
    """Horizontal grid only, no frame; the unit above the axis, the heading of a panel above the unit.

    Args:
        axes: the panel, in its final place.
        unit: unit of the scale.
        heading: name of the panel, in smaller letters where it and the detail would take more lines of the panel's
            width than there may be.
        detail: what tells the panel from others of the same heading; under it in plain letters.
        lines: how many there may be.
    """
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.grid(visible=True, axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    width, height = inches(axes)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4 if height < 1.6 else 6, steps=[1, 2, 5, 10]))
    axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    axes.tick_params(axis="y", length=0, labelsize=SMALL, labelcolor=MUTED)
    axes.tick_params(axis="x", which="both", labelsize=SMALL, labelcolor=MUTED, color=MUTED)
    units, size = fitted(unit, width, SMALL - 0.5, most=1)
    above(axes, units if unit else [], 4.0, {"size": size, "color": MUTED, "gid": "unit"})
    rise, below = 18.0 if unit else 6.0, wrapped(detail, width, SMALL) if detail else []
    rise += (len(units) - 1) * _LEADING * size
    above(axes, below, rise, {"size": SMALL, "color": INK, "gid": "heading"})
    name, size = fitted(heading, width, SMALL + 1, "bold", most=max(1, lines - len(below)))
    rise += len(below) * _LEADING * (SMALL + 1)
    above(axes, name if heading else [], rise, {"size": size, "weight": "bold", "color": INK, "gid": "heading"})
    return axes


def above(axes: Axes, lines: Sequence[str], rise: float, looks: dict[str, Any]) -> None:
    """Writes lines above a panel, the last one so many points above it; on their baselines, so that panels agree."""
    for rank, text in enumerate(reversed(lines)):
        axes.annotate(
            text, (0, 1), xytext=(0, rise + rank * _LEADING * looks["size"]), xycoords="axes fraction",
            textcoords="offset points", va="baseline", **looks, **PLAIN,
        )  # fmt: skip


def inches(axes: Axes) -> tuple[float, float]:
    """Width and height of a panel."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    width, height = (float(side) for side in figure.get_size_inches())
    box = axes.get_position()
    return float(box.width) * width, float(box.height) * height


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
    axes.text(0.5, 0.5, message, ha="center", va="center", size=12, color=MUTED, gid="message", **PLAIN)
