"""From whom and by which route, before and after: two flow diagrams on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.patches import Rectangle

from sim.metrics.run_pair import DIRECT, OTHER_STATES
from sim.report.plots.labels import PLAIN, percent, scale, width_of
from sim.report.plots.ribbons import Places, beside, join, placed
from sim.report.plots.run_view import headings, look, sentence
from sim.report.plots.style import INK, REST_COLOUR, SMALL, SPARE_COLOUR, frame, nothing_to_show, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.metrics.run_pair import Contrast
    from sim.report.plots.run_view import Source, View

_HUBS = 5
_OTHER_HUBS = "other hubs"
_COLUMNS = ["side", "origin", "route", "volume_musd"]
_LEFT, _MIDDLE, _RIGHT, _WIDE = 3.1, 6.2, 9.4, 0.22  # places along the axis of a panel, which runs from 0 to 10
_GAP, _LABELLED = 0.02, 0.012  # shares of the column's height


def data(source: Source) -> pd.DataFrame:
    """Deliveries to the target: side (before, after), origin or group, route (direct, a hub, other hubs), quantity."""
    view = look(source)
    contrast = view.contrast
    return pd.DataFrame(columns=_COLUMNS) if contrast is None else _flows(view, contrast)


def _flows(view: View, contrast: Contrast) -> pd.DataFrame:
    groups = view.grouped_origins()
    both = pd.concat([contrast.first.assign(side="before"), contrast.second.assign(side="after")])
    route = both["route"].str.removeprefix("via ")
    size = both.groupby(route)["volume_musd"].sum().drop(DIRECT, errors="ignore")
    named = {DIRECT, *map(str, size.nlargest(_HUBS).index)}
    grouped = both.assign(
        origin=both["origin"].map(lambda code: groups.get(code, OTHER_STATES)),
        route=route.where(route.isin(named), _OTHER_HUBS),
    )
    table = grouped.groupby(_COLUMNS[:3], observed=True)["volume_musd"].sum().reset_index()
    origins = list(dict.fromkeys(groups.values()))
    routes = [DIRECT, *(hub for hub in size.sort_values(ascending=False).index if hub in named), _OTHER_HUBS]
    order = {"side": ["before", "after"], "origin": origins, "route": routes}
    return table.sort_values(_COLUMNS[:3], key=lambda names: names.map(order[str(names.name)].index), ignore_index=True)


def draw(source: Source, figure: Figure) -> pd.DataFrame:
    """Draws both diagrams; returns the figures behind them."""
    view = look(source)
    table, contrast = data(view), view.contrast
    unit, size = scale(float(table["volume_musd"].sum()))
    period = f" in {contrast.after}" if contrast is not None and contrast.same_months else ""
    subtitle = f"Deliveries to {view.target_name}{period} by origin and route, {unit} at base-year prices, on one scale"
    title = f"From whom and by which route {view.target_name} is supplied"
    if contrast is not None and not table.empty:
        shares = [_through_hubs(table[table["side"] == side]) for side in ("before", "after")]
        title = sentence(contrast, f"Through hubs to {view.target_name}", *(percent(share, 1) for share in shares))
    plate = frame(figure, title, subtitle, stamp(view.policy, view.baseline))
    if contrast is None or table.empty:
        nothing_to_show(figure, plate, "Nothing to compare: no base year in the run and no counterfactual, or no flow.")
        return table
    shown = table.assign(volume_musd=table["volume_musd"] / size)
    largest = float(shown.groupby("side")["volume_musd"].sum().max())
    half = (plate.right - plate.left - 0.01) / 2
    for number, (side, heading) in enumerate(zip(("before", "after"), headings(contrast), strict=True)):
        place = plate.left + number * (half + 0.01), plate.bottom + 0.01, half, plate.top - plate.bottom - 0.05
        axes = figure.add_axes(place)
        axes.set_axis_off()
        axes.set_xlim(0, 10)
        axes.set_ylim(-_depth(shown, largest), 0.03 * largest)
        axes.text(_LEFT, 0.012 * largest, heading, size=SMALL + 2, weight="bold", color=INK, **PLAIN)
        _draw_side(axes, view, shown[shown["side"] == side], largest)
    return table


def _through_hubs(rows: pd.DataFrame) -> float:
    total = float(rows["volume_musd"].sum())
    through = float(rows[rows["route"] != DIRECT]["volume_musd"].sum())
    return through / total if total > 0.0 else 0.0


def _draw_side(axes: Axes, view: View, rows: pd.DataFrame, largest: float) -> None:
    colours: Mapping[str, str] = view.colours | {DIRECT: REST_COLOUR, _OTHER_HUBS: SPARE_COLOUR}
    left, middle = (_placed(rows, column, largest) for column in ("origin", "route"))
    total = float(rows["volume_musd"].sum())
    right: Places = {view.policy.target: (0.0, total)}
    for x, places in ((_LEFT, left), (_MIDDLE, middle), (_RIGHT, right)):
        for name, (top, size) in places.items():
            colour = colours.get(name, REST_COLOUR) if places is not right else INK
            axes.add_patch(Rectangle((x, top - size), _WIDE, size, facecolor=colour, linewidth=0, zorder=3))
    flows = rows[["origin", "route", "volume_musd"]].itertuples(index=False, name=None)
    join(axes, (_LEFT + _WIDE, _MIDDLE), (left, middle), flows, lambda origin, route: {
        "facecolor": colours[origin], "alpha": 0.55, "zorder": 1 if route == DIRECT else 2})  # fmt: skip
    onward = [(route, view.policy.target, size) for route, (_, size) in middle.items()]
    join(axes, (_MIDDLE + _WIDE, _RIGHT), (middle, right), onward, lambda route, _: {
        "facecolor": colours.get(route, REST_COLOUR), "alpha": 0.55, "zorder": 1})  # fmt: skip
    _label(axes, view, left, (_LEFT - 0.1, "right"), largest)
    _label(axes, view, middle, (_MIDDLE + _WIDE + 0.1, "left"), largest)


def _depth(shown: pd.DataFrame, largest: float) -> float:
    """How far down the longest column reaches, gaps counted in."""
    ends = [
        sum(size for _, size in places.values()) + (len(places) - 1) * _GAP * largest
        for _, rows in shown.groupby("side")
        for places in (_placed(rows, "origin", largest), _placed(rows, "route", largest))
    ]
    return max(ends) + 0.01 * largest


def _placed(rows: pd.DataFrame, column: str, largest: float) -> Places:
    sizes = rows.groupby(column, sort=False)["volume_musd"].sum()
    return placed(((str(name), float(size)) for name, size in sizes.items()), _GAP * largest)


def _label(axes: Axes, view: View, places: Places, where: tuple[float, str], largest: float) -> None:
    for name, y in beside(axes, places, _LABELLED * largest, 0.045 * largest).items():
        text = "straight" if name == DIRECT else view.name(name)
        if width_of(text, SMALL) > 1.0:
            text = name
        axes.text(
            where[0], y, f"{text}  {places[name][1]:.1f}", size=SMALL - 0.5, color=INK, ha=where[1], va="center",
            zorder=4, gid="label", **PLAIN,
        )  # fmt: skip
