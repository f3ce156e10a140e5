"""What of a world's base year was observed, derived or imputed: by pair of states, and by good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from sim.common.months import MONTHS_PER_YEAR
from sim.report.plots.labels import PLAIN, fitted, width_of
from sim.report.plots.style import INK, MUTED, SMALL, Plate, frame, key
from sim.world.schema import STATUSES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.common.arrays import Floats
    from sim.world import World

# Dark to light as what is known becomes less, in grey print too.
COLOURS = dict(zip(STATUSES, ("#0b3c6f", "#6aa9db", "#d55e00"), strict=True))
_GOOD_NAME, _STATE_NAME = 2.3, 1.3  # inches that the name of a good or a state may take
_BUSD = MONTHS_PER_YEAR / 1000.0
_SMALLEST = 0.12  # side of the square of the smallest pair, as a share of its cell
_SETS = ("all flows", "towards the target", "towards the hubs")


def pairs(figure: Figure, world: World) -> pd.DataFrame:
    """Draws a square for each pair of states, exporters downwards; returns what is behind it, USD bn a year.

    A pair has the colour of its total; where the world has no totals by pair, that of most of its value.
    """
    value = world.recorded_musd.sum(axis=2) * _BUSD
    codes = np.arange(len(STATUSES))
    by_status = np.stack([np.where(world.flow_status == code, world.recorded_musd, 0.0).sum(axis=2) for code in codes])
    status = np.where(world.pair_status >= 0, world.pair_status, by_status.argmax(axis=0))
    shares = [100.0 * value[status == code].sum() / value.sum() for code in codes]
    title = f"Pair by pair {shares[0]:.0f}\u00a0% of the value was observed and {shares[2]:.0f}\u00a0% is imputed"
    subtitle = f"Exports of {world.base_year} by exporter (downwards) and importer (across); area by the root of value"
    plate = _framed(figure, world, title, subtitle)
    order = np.argsort(-(value.sum(axis=0) + value.sum(axis=1)), kind="stable")
    axes = _grid(figure, plate, [_short(world.state_names[place]) for place in order])
    largest = float(value.max())
    rows = []
    for row, origin in enumerate(order):
        for column, destination in enumerate(order):
            busd = float(value[origin, destination])
            if busd > 0:
                name = STATUSES[int(status[origin, destination])]
                side = max(_SMALLEST, 0.96 * np.sqrt(np.sqrt(busd / largest)))
                axes.add_patch(
                    Rectangle(
                        (column + 0.5 - side / 2, row + 0.5 - side / 2), side, side, color=COLOURS[name], linewidth=0
                    )
                )
                error = float(world.pair_sd_log[origin, destination])
                rows.append((world.states[origin], world.states[destination], busd, name, error))
    return pd.DataFrame(rows, columns=["exporter", "importer", "value_busd", "status", "sd_log"])


def goods(figure: Figure, world: World) -> pd.DataFrame:
    """Draws bars of the shares by status for each good, in three panels; returns what is behind them."""
    table = _goods_table(world)
    all_flows = table[table["flows"] == _SETS[0]]
    imputed, value = (all_flows[name].to_numpy(float) for name in ("imputed", "value_busd"))
    known = 100.0 * (1.0 - float(imputed @ value / value.sum()))
    title = f"By good {known:.0f}\u00a0% of the value is observed or derived"
    subtitle = f"Share of the value of {world.base_year} by how it is known, good by good; largest on top"
    plate = _framed(figure, world, title, subtitle)
    width, height = (float(side) for side in figure.get_size_inches())
    left, head = plate.left + (_GOOD_NAME + 0.15) / width, 0.3 / height
    gap = 0.25 / width
    broad = (plate.right - left - 2 * gap) / len(_SETS)
    names = [str(name) for name in all_flows["good"]]
    called = dict(zip(world.goods, world.good_names, strict=True))
    for place, flows in enumerate(_SETS):
        axes = figure.add_axes((left + place * (broad + gap), plate.bottom, broad, plate.top - plate.bottom - head))
        here = table[table["flows"] == flows].set_index("good").loc[names]
        start = np.zeros(len(names))
        for status in STATUSES:
            share = here[status].to_numpy(float)
            axes.barh(np.arange(len(names)), share, 0.78, start, color=COLOURS[status])
            start += np.nan_to_num(share)
        _bare(axes)
        axes.set_xlim(0, 1)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xticks([])
        axes.set_yticks(np.arange(len(names)), [""] * len(names))
        for row, name in enumerate(names if place == 0 else ()):
            lines, size = fitted(_short(called[name]), _GOOD_NAME, SMALL, most=1)
            axes.text(
                -0.03, row, "\n".join(lines), size=size, color=MUTED, ha="right", va="center", gid="label", **PLAIN
            )
        axes.set_title(flows, size=SMALL + 1, weight="bold", color=INK, loc="left", gid="heading", **PLAIN)
    return table


def _goods_table(world: World) -> pd.DataFrame:
    rows = []
    places = dict(zip(_SETS, (range(len(world.states)), [world.target], world.hubs), strict=True))
    for good in np.argsort(-world.recorded_musd.sum(axis=(0, 1)), kind="stable"):
        for flows, to in places.items():
            value, status = world.recorded_musd[:, list(to), good], world.flow_status[:, list(to), good]
            rows.append((flows, world.goods[good], float(value.sum()) * _BUSD, *_shares(value, status)))
    return pd.DataFrame(rows, columns=["flows", "good", "value_busd", *STATUSES])


def _shares(value: Floats, status: np.ndarray) -> list[float]:
    total = float(value.sum())
    return [float(value[status == code].sum()) / total if total > 0 else np.nan for code in range(len(STATUSES))]


def _framed(figure: Figure, world: World, title: str, subtitle: str) -> Plate:
    plate = frame(figure, title, subtitle, [f"Source: {world.title}, digest {world.digest[:10]}."])
    return key(figure, plate, [(name, colour, "area") for name, colour in COLOURS.items()])


def _grid(figure: Figure, plate: Plate, names: list[str]) -> Axes:
    """A square of cells, named above and on the left."""
    width, height = (float(side) for side in figure.get_size_inches())
    size = min(SMALL - 1, 170.0 / len(names))
    said = [fitted(name, _STATE_NAME, size, most=2) for name in names]
    room = max((width_of(line, letters) for lines, letters in said for line in lines), default=0.0) + 0.08
    left, top = plate.left + room / width, plate.top - room / height
    side = min((plate.right - left) * width, (top - plate.bottom) * height)
    axes = figure.add_axes((left, top - side / height, side / width, side / height))
    _bare(axes)
    axes.set_xlim(0, len(names))
    axes.set_ylim(len(names), 0)
    axes.set_facecolor("#f4f4f4")
    axes.set_xticks([])
    axes.set_yticks([])
    for place, (lines, letters) in enumerate(said):
        looks: dict[str, Any] = {"size": letters, "color": MUTED, "gid": "label", "linespacing": 1.0}
        axes.text(-0.2, place + 0.5, "\n".join(lines), ha="right", va="center", **looks, **PLAIN)
        axes.text(place + 0.5, -0.2, "\n".join(lines), ha="center", va="bottom", rotation=90, **looks, **PLAIN)
    return axes


def _short(name: str) -> str:
    """A name without what stands in brackets."""
    return name.split(" (")[0]


def _bare(axes: Axes) -> None:
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED)
