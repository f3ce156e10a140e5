"""Where goods come from and through which hubs, on a map centred on the target, before and after."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Polygon
from matplotlib.patheffects import withStroke

from sim.metrics.route_flows import FROM_HUB
from sim.metrics.title_numbers import AFTER, BEFORE
from sim.report.plots.labels import PLAIN, fitted, scale, width_of
from sim.report.plots.outlines import all_rings, projected, rings_of, source
from sim.report.plots.run_view import headings, look, sentence, through_hubs
from sim.report.plots.style import (
    COALITION,
    INK,
    MUTED,
    NEUTRAL,
    SMALL,
    Plate,
    above,
    frame,
    key,
    nothing_to_show,
    stamp,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from sim.report.plots.run_view import Source, View
    from sim.world import World

    Floats = NDArray[np.float64]

_THROUGH, _SEEN = "#7b3294", 0.85
_LAND, _BORDER = "#f1efea", "#c9c4ba"
_MEMBER, _HUB, _TARGET = "#dbe7f3", "#f6dfc9", "#c3beb4"
_LEAST, _BROADEST = 0.004, 14.0  # smallest share of the largest that is drawn; line width of the largest, points
_DISC = 15.0  # diameter of the disc of the largest hub, points
_NAME = 1.5  # inches that the name of a state may take
_HALO = (withStroke(linewidth=2.0, foreground="white", alpha=0.8),)


def draw(origin: Source, figure: Figure) -> pd.DataFrame:
    """Draws both maps; returns the legs behind them, all of them."""
    view = look(origin)
    table, contrast, world = view.banded("flow_map"), view.contrast, view.world
    unit, _ = scale(float(table["value_musd"].sum()))
    period = f" in {contrast.after}" if contrast is not None and contrast.same_months else ""
    subtitle = (
        f"Deliveries to {view.target_name}{period}, {unit}; width of a line and area of a disc as the amount; "
        "distances and directions from the centre are true"
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
    plate = key(figure, plate, [*entries, ("through hubs: to the hub and from it", _THROUGH, "-")])
    largest = float(table["value_musd"].max())
    passing = table[table["leg"] == FROM_HUB].groupby(["side", "from"])["value_musd"].sum()
    scales = largest, float(passing.max()) if len(passing) else 0.0
    plate = _key_of_sizes(figure, plate, scales)
    half = (plate.right - plate.left - 0.02) / 2
    said = [fitted(one, half * float(figure.get_figwidth()), SMALL + 1, "bold", most=2) for one in headings(view)]
    head = 0.06 + 0.15 * max(len(lines) for lines, _ in said)
    tall = plate.top - plate.bottom - head / float(figure.get_figheight())
    for number, (side, (lines, size)) in enumerate(zip(("before", "after"), said, strict=True)):
        axes = figure.add_axes((plate.left + number * (half + 0.02), plate.bottom, half, tall))
        above(axes, lines, 4.0, {"size": size, "weight": "bold", "color": INK, "gid": "heading"})
        _draw_map(axes, view, world, table[table["side"] == side], scales)
    return table


def _key_of_sizes(figure: Figure, plate: Plate, scales: tuple[float, float]) -> Plate:
    """A line that says how much lines and discs of some sizes are; tells what is left for the maps."""
    width, height = (float(side) for side in figure.get_size_inches())
    x, y = plate.left * width, plate.top * height - 0.08
    looks: dict[str, Any] = {"size": SMALL, "color": INK, "va": "center_baseline", "gid": "key"}
    largest, most = scales
    for size in (1.0, 5.0, 20.0):
        amount = _round(largest / size)
        ends = [x / width, (x + 0.24) / width]
        broad = _BROADEST * amount / largest
        line = Line2D(ends, [y / height] * 2, color=MUTED, linewidth=broad, solid_capstyle="butt")
        figure.add_artist(line)
        text = _amount(amount)
        figure.text((x + 0.3) / width, y / height, text, **looks, **PLAIN)
        x += 0.55 + width_of(text, SMALL)
    for size in (1.0, 5.0) if most > 0.0 else ():
        amount = _round(most / size)
        disc = Line2D(
            [(x + 0.12) / width], [y / height], marker="o", markersize=_diameter(amount, most), color=_THROUGH,
            markeredgecolor="white", markeredgewidth=0.5, linestyle="", alpha=_SEEN,
        )  # fmt: skip
        figure.add_artist(disc)
        text = f"{_amount(amount)} through a hub"
        figure.text((x + 0.3) / width, y / height, text, **looks, **PLAIN)
        x += 0.55 + width_of(text, SMALL)
    return replace(plate, top=(y - 0.17) / height)


def _amount(musd: float) -> str:
    unit, size = scale(musd)
    return f"{musd / size:g} {unit}"


def _round(amount: float) -> float:
    """The next lower of 1, 2, 5 times a power of ten."""
    size = 10.0 ** math.floor(math.log10(amount))
    return max(step * size for step in (1.0, 2.0, 5.0) if step * size <= amount * (1.0 + 1e-9))


def _diameter(amount: float, most: float) -> float:
    """Of a disc, points: its area is as the amount."""
    return _DISC * math.sqrt(amount / most)


def _draw_map(axes: Axes, view: View, world: World, rows: pd.DataFrame, scales: tuple[float, float]) -> None:
    centre = float(world.longitude[world.target]), float(world.latitude[world.target])
    degrees = np.column_stack([world.longitude, world.latitude])
    places = dict(zip(world.states, projected(degrees, centre), strict=True))
    located = {code for code, role in zip(world.states, world.role, strict=True) if role != "rest"}
    _draw_land(axes, world, centre)
    largest, most = scales
    shown = rows[(rows["value_musd"] >= _LEAST * largest) & rows["from"].isin(located)]
    for row in shown.sort_values("value_musd").to_dict("records"):
        colour = _THROUGH
        if row["leg"] == "direct":
            colour = COALITION if row["from"] in view.coalition else NEUTRAL
        _draw_leg(axes, (places[row["from"]], places[row["to"]]), colour, float(row["value_musd"]) / largest)
    _frame_map(axes, np.array([places[code] for code in sorted(located)]))
    _draw_places(axes, view, {code: places[code] for code in located}, rows, most)
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


def _draw_places(axes: Axes, view: View, places: Mapping[str, Floats], rows: pd.DataFrame, most: float) -> None:
    """Hubs as discs as large as what goes through them, the target as a point; the larger ones named if room is."""
    passing = rows[rows["leg"] == FROM_HUB].groupby("from")["value_musd"].sum()
    sending = rows[rows["leg"] == "direct"].groupby("from")["value_musd"].sum()
    for hub in sorted(view.hubs, key=lambda code: -float(passing.get(code, 0.0))):  # the small on the large
        size = _diameter(float(passing.get(hub, 0.0)), most) if most > 0.0 else 0.0
        axes.plot(
            *places[hub], "o", color=_THROUGH, markersize=max(1.5, size), markeredgecolor="white",
            markeredgewidth=0.5, zorder=4, alpha=_SEEN,
        )  # fmt: skip
    axes.plot(*places[view.policy.target], "o", color=INK, markersize=4.5, zorder=5)
    ranked = passing.add(sending, fill_value=0.0).sort_values(ascending=False, kind="stable").index
    low, high = axes.get_xlim(), axes.get_ylim()
    figure = axes.get_figure(root=True)
    assert figure is not None
    per_inch = (low[1] - low[0]) / (axes.get_position().width * float(figure.get_size_inches()[0]))
    taken: list[tuple[float, float, float, float]] = []
    for code in [view.policy.target, *(name for name in ranked if name in places)]:
        (lines, letters), (x, y) = fitted(view.name(code), _NAME, SMALL - 1, most=2), places[code]
        broad = max(width_of(line, letters) for line in lines) * per_inch
        tall = 1.15 * len(lines) * letters / 72 * per_inch
        off = 0.05 * per_inch
        if most > 0.0 and code in view.hubs:
            off += _diameter(float(passing.get(code, 0.0)), most) / 2 / 72 * per_inch
        up = off + tall / 2
        for left, middle in (
            (x + off, y), (x - off - broad, y), (x - broad / 2, y - up), (x - broad / 2, y + up),
            (x + off, y + up), (x + off, y - up),
        ):  # fmt: skip
            box = left, middle - tall / 2, left + broad, middle + tall / 2
            clear = all(box[0] > c or box[2] < a or box[1] > d or box[3] < b for a, b, c, d in taken)
            if clear and low[0] < box[0] and box[2] < low[1] and high[0] < box[1] and box[3] < high[1]:
                taken.append(box)
                axes.text(
                    left, middle, "\n".join(lines), size=letters, color=INK, va="center", gid="place", zorder=6,
                    linespacing=1.0, path_effects=list(_HALO), **PLAIN,
                )  # fmt: skip
                break
