"""From whom and by which route, before and after: two flow diagrams on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.patches import Rectangle

from sim.metrics.route_flows import ALL, OTHER_HUBS
from sim.metrics.run_pair import DIRECT
from sim.metrics.title_numbers import AFTER, BEFORE
from sim.report.plots.labels import PLAIN, fitted, scale
from sim.report.plots.ribbons import Places, beside, join, placed
from sim.report.plots.run_view import headings, look, sentence, through_hubs
from sim.report.plots.style import INK, REST_COLOUR, SMALL, SPARE_COLOUR, frame, nothing_to_show, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.report.plots.run_view import Source, View

_LEFT, _MIDDLE, _RIGHT, _WIDE = 3.1, 6.2, 9.4, 0.22  # places along the axis of a panel, which runs from 0 to 10
_NAME = 1.25  # inches that a name and its amount may take
_GAP, _LABELLED = 0.02, 0.012  # shares of the column's height


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws both diagrams; returns the figures behind them."""
    view = look(source)
    shown, contrast = view.banded("flow_diagram"), view.contrast
    table = shown[shown["origin"].ne(ALL) & shown["route"].ne(ALL)]
    unit, size = scale(float(table["value_musd"].sum()))
    period = f" in {contrast.after}" if contrast is not None and contrast.same_months else ""
    subtitle = f"Deliveries to {view.target_name}{period} by origin and route, {unit}, on one scale"
    if view.bands is not None:
        subtitle += f"; medians of the draws ({view.bands.part} in the table)"
    title = f"From whom and by which route {view.target_name} is supplied"
    if contrast is not None and (told := view.title_numbers("flow_diagram")):
        title = sentence(view, through_hubs(view), told[BEFORE].percent(1), told[AFTER].percent(1))
    plate = frame(figure, title, subtitle, stamp(view.policy, view.baseline, view.bands_note.strip()))
    if contrast is None or table.empty:
        nothing_to_show(figure, plate, "Nothing to compare: no base year in the run and no counterfactual, or no flow.")
        return view.behind("flow_diagram", shown)
    scaled = shown.assign(value_musd=shown["value_musd"] / size)
    largest = float(table.groupby("side")["value_musd"].sum().max()) / size
    half = (plate.right - plate.left - 0.01) / 2
    for number, (side, heading) in enumerate(zip(("before", "after"), headings(view), strict=True)):
        place = plate.left + number * (half + 0.01), plate.bottom + 0.01, half, plate.top - plate.bottom - 0.05
        axes = figure.add_axes(place)
        axes.set_axis_off()
        axes.set_xlim(0, 10)
        axes.set_ylim(-_depth(scaled, largest), 0.03 * largest)
        lines, letters = fitted(heading, half * float(figure.get_figwidth()) - 1.4, SMALL + 2, "bold", most=2)
        axes.text(
            _LEFT, 0.012 * largest, "\n".join(lines), size=letters, weight="bold", color=INK, gid="heading", **PLAIN
        )
        _draw_side(axes, view, scaled[scaled["side"] == side], largest)
    return view.behind("flow_diagram", shown)


def _draw_side(axes: Axes, view: View, whole: pd.DataFrame, largest: float) -> None:
    """One diagram; its blocks are as high as the flows drawn into them, and labelled with their own sums."""
    colours: Mapping[str, str] = view.colours | {DIRECT: REST_COLOUR, OTHER_HUBS: SPARE_COLOUR}
    left, middle = (_placed(whole, column, largest) for column in ("origin", "route"))
    rows = whole[whole["origin"].ne(ALL) & whole["route"].ne(ALL)]
    total = float(rows["value_musd"].sum())
    right: Places = {view.policy.target: (0.0, total)}
    for x, places in ((_LEFT, left), (_MIDDLE, middle), (_RIGHT, right)):
        for name, (top, size) in places.items():
            colour = colours.get(name, REST_COLOUR) if places is not right else INK
            axes.add_patch(Rectangle((x, top - size), _WIDE, size, facecolor=colour, linewidth=0, zorder=3))
    flows = rows[["origin", "route", "value_musd"]].itertuples(index=False, name=None)
    join(axes, (_LEFT + _WIDE, _MIDDLE), (left, middle), flows, lambda origin, route: {
        "facecolor": colours[origin], "alpha": 0.55, "zorder": 1 if route == DIRECT else 2})  # fmt: skip
    onward = [(route, view.policy.target, size) for route, (_, size) in middle.items()]
    join(axes, (_MIDDLE + _WIDE, _RIGHT), (middle, right), onward, lambda route, _: {
        "facecolor": colours.get(route, REST_COLOUR), "alpha": 0.55, "zorder": 1})  # fmt: skip
    for column, places, where in (
        ("origin", left, (_LEFT - 0.1, "right")),
        ("route", middle, (_MIDDLE + _WIDE + 0.1, "left")),
    ):
        other = "route" if column == "origin" else "origin"
        sums = whole[whole[other] == ALL].set_index(column)["value_musd"]
        _label(axes, {name: (_name(view, name), f"{sums[name]:.1f}") for name in places}, places, where, largest)
    axes.text(
        _RIGHT - 0.1, -total / 2, view.target_name, size=SMALL - 0.5, color=INK, rotation=90,
        ha="right", va="center", gid="label", zorder=4, **PLAIN,
    )  # fmt: skip


def _depth(shown: pd.DataFrame, largest: float) -> float:
    """How far down the longest column reaches, gaps counted in."""
    ends = [
        sum(size for _, size in places.values()) + (len(places) - 1) * _GAP * largest
        for _, rows in shown.groupby("side")
        for places in (_placed(rows, "origin", largest), _placed(rows, "route", largest))
    ]
    return max(ends) + 0.01 * largest


def _placed(rows: pd.DataFrame, column: str, largest: float) -> Places:
    flows = rows[rows["origin"].ne(ALL) & rows["route"].ne(ALL)]
    sizes = flows.groupby(column, sort=False)["value_musd"].sum()
    return placed(((str(name), float(size)) for name, size in sizes.items()), _GAP * largest)


def _name(view: View, name: str) -> str:
    return "direct" if name == DIRECT else view.name(name)


def _label(
    axes: Axes, texts: Mapping[str, tuple[str, str]], places: Places, where: tuple[float, str], largest: float
) -> None:
    looks: dict[str, Any] = {"color": INK, "ha": where[1], "va": "center", "zorder": 4}
    for name, y in beside(axes, places, _LABELLED * largest, 0.045 * largest).items():
        said, amount = texts[name]
        lines, size = fitted(f"{said}  {amount}", _NAME, SMALL - 0.5, most=1)
        axes.text(where[0], y, "\n".join(lines), size=size, gid="label", **looks, **PLAIN)
