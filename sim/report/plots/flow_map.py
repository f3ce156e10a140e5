"""Where goods come from and through which hubs, on a map centred on the target, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import FancyArrowPatch, Polygon

from sim.metrics.title_numbers import AFTER, BEFORE
from sim.report.plots.labels import PLAIN, scale, width_of
from sim.report.plots.outlines import all_rings, projected, rings_of, source
from sim.report.plots.run_view import headings, look, sentence, through_hubs
from sim.report.plots.style import COALITION, INK, MUTED, NEUTRAL, SMALL, frame, key, nothing_to_show, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from sim.report.plots.run_view import Source, View
    from sim.world import World

    Floats = NDArray[np.float64]

_THROUGH = "#7b3294"
_LAND, _BORDER = "#f1efea", "#c9c4ba"
_MEMBER, _HUB, _TARGET = "#dbe7f3", "#f6dfc9", "#c3beb4"
_LEAST, _BROADEST = 0.004, 9.0  # smallest share of all that is drawn; line width of the largest, points


def draw(origin: Source, figure: Figure) -> pd.DataFrame:
    """Draws both maps; returns the legs behind them, all of them."""
    view = look(origin)
    table, contrast, world = view.banded("flow_map"), view.contrast, view.world
    unit, _ = scale(float(table["value_musd"].sum()))
    period = f" in {contrast.after}" if contrast is not None and contrast.same_months else ""
    subtitle = (
        f"Deliveries to {view.target_name}{period}, {unit}; width as the amount; distances and directions from the "
        "centre are true"
    )
    if view.bands is not None:
        subtitle += f"; medians of the draws ({view.bands.part} in the table)"
    known = world is not None and any(rings_of(code) for code in world.states)
    also = source() if known else "A made-up world: it has places, and no borders."
    title = f"Where what reaches {view.target_name} comes from"
    if contrast is not None and (told := view.title_numbers("flow_map")):
        title = sentence(view, through_hubs(view), told[BEFORE].percent(1), told[AFTER].percent(1))
    plate = frame(figure, title, subtitle, stamp(view.policy, view.baseline, also + view.bands_note))
    if contrast is None or world is None or not float(table["value_musd"].sum()) > 0.0:
        nothing_to_show(figure, plate, "Nothing to show: no base year in the run and no counterfactual, or no flow.")
        return table
    entries = [("direct from the coalition", COALITION, "-"), ("direct from others", NEUTRAL, "-")]
    plate = key(figure, plate, [*entries, ("through hubs", _THROUGH, "-")])
    largest = float(table["value_musd"].max())
    half = (plate.right - plate.left - 0.02) / 2
    for number, (side, heading) in enumerate(zip(("before", "after"), headings(view), strict=True)):
        box = plate.left + number * (half + 0.02), plate.bottom, half, plate.top - plate.bottom - 0.045
        axes = figure.add_axes(box)
        axes.set_title(heading, loc="left", size=SMALL + 1, weight="bold", color=INK, pad=4, **PLAIN)
        _draw_map(axes, view, world, table[table["side"] == side].assign(width=lambda t: t["value_musd"] / largest))
    return table


def _draw_map(axes: Axes, view: View, world: World, rows: pd.DataFrame) -> None:
    centre = float(world.longitude[world.target]), float(world.latitude[world.target])
    degrees = np.column_stack([world.longitude, world.latitude])
    places = dict(zip(world.states, projected(degrees, centre), strict=True))
    located = {code for code, role in zip(world.states, world.role, strict=True) if role != "rest"}
    _draw_land(axes, world, centre)
    shown = rows[(rows["width"] >= _LEAST) & rows["from"].isin(located)]
    for row in shown.sort_values("width").to_dict("records"):
        colour = _THROUGH
        if row["leg"] == "direct":
            colour = COALITION if row["from"] in view.coalition else NEUTRAL
        _draw_leg(axes, (places[row["from"]], places[row["to"]]), colour, float(row["width"]))
    _frame_map(axes, np.array([places[code] for code in sorted(located)]))
    _draw_places(axes, view, places, rows, located)
    rest = float(rows[(rows["leg"] == "direct") & ~rows["from"].isin(located)]["value_musd"].sum())
    if rest > 0.0:
        unit, size = scale(rest)
        said = f"not shown: {rest / size:.1f} {unit} from the rest of the world"
        axes.annotate(said, (0.02, 0.02), xycoords="axes fraction", size=SMALL - 1, color=MUTED, gid="note", **PLAIN)


def _draw_land(axes: Axes, world: World, centre: tuple[float, float]) -> None:
    if not any(rings_of(code) for code in world.states):
        return
    fills: Mapping[str, str] = {"coalition": _MEMBER, "target": _TARGET}
    hubs = {world.states[hub] for hub in world.hubs}
    layers = [(ring, _LAND) for ring in all_rings()]
    for code, role in zip(world.states, world.role, strict=True):
        colour = fills.get(role, _HUB if code in hubs else _LAND)
        layers += [(ring, colour) for ring in rings_of(code)]
    for ring, colour in layers:
        outline = projected(ring, centre)
        axes.add_patch(Polygon(outline, closed=True, facecolor=colour, edgecolor=_BORDER, linewidth=0.3, zorder=1))


def _draw_leg(axes: Axes, ends: tuple[Floats, Floats], colour: str, width: float) -> None:
    """An arrow, a little bent where it goes round, so that legs of one route do not cover each other."""
    bend = 0.0 if colour != _THROUGH else 0.12
    start, end = ((float(x), float(y)) for x, y in ends)
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-", connectionstyle=f"arc3,rad={bend}", color=colour, alpha=0.75,
            linewidth=max(0.4, _BROADEST * width), shrinkA=0, shrinkB=0, zorder=3, capstyle="round",
        )
    )  # fmt: skip


def _frame_map(axes: Axes, points: Floats) -> None:
    """Scale equal both ways, all states of the world inside, the panel filled."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(_BORDER)
    axes.set_facecolor("#fbfcfd")
    figure = axes.get_figure(root=True)
    assert figure is not None
    box = axes.get_position()
    width, height = (float(side) for side in figure.get_size_inches())
    shape = float(box.width) * width / (float(box.height) * height)
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2 * 1.12 + 0.02
    across = max(half[0], half[1] * shape)
    axes.set_xlim(middle[0] - across, middle[0] + across)
    axes.set_ylim(middle[1] - across / shape, middle[1] + across / shape)


def _draw_places(axes: Axes, view: View, places: Mapping[str, Floats], rows: pd.DataFrame, located: set[str]) -> None:
    """Hubs and the target as points, the larger ones named where there is room."""
    passing = rows[rows["leg"] == "from the hub"].groupby("from")["value_musd"].sum()
    sending = rows[rows["leg"] == "direct"].groupby("from")["value_musd"].sum()
    for hub in view.hubs:
        axes.plot(
            *places[hub], "o", color=_THROUGH, markersize=3.0, markeredgecolor="white", markeredgewidth=0.5, zorder=4
        )
    axes.plot(*places[view.policy.target], "o", color=INK, markersize=4.5, zorder=5)
    ranked = passing.add(sending, fill_value=0.0).sort_values(ascending=False, kind="stable").index
    low, high = axes.get_xlim(), axes.get_ylim()
    figure = axes.get_figure(root=True)
    assert figure is not None
    per_inch = (low[1] - low[0]) / (axes.get_position().width * float(figure.get_size_inches()[0]))
    taken: list[tuple[float, float, float]] = []
    for code in [view.policy.target, *(name for name in ranked if name in located)]:
        text, (x, y) = view.name(code), places[code]
        broad = width_of(text, SMALL - 1) * per_inch
        tall = 1.15 * (SMALL - 1) / 72 * per_inch
        for start in (x + 0.05 * per_inch, x - 0.05 * per_inch - broad):
            clear = all(abs(y - b) > tall or start > c or start + broad < a for a, b, c in taken)
            if clear and low[0] < start and start + broad < low[1] and high[0] < y - tall and y + tall < high[1]:
                taken.append((start, y, start + broad))
                axes.text(start, y, text, size=SMALL - 1, color=INK, va="center", gid="place", zorder=6, **PLAIN)
                break
