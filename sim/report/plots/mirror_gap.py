"""The records of two customs offices of one flow, the truth between them, and what makes up the gap."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.metrics.mirror_gap import PARTS, Pair, mirror_gap
from sim.metrics.title_numbers import CHANGE, MIRRORED, RECORDED, mirror_numbers
from sim.report.plots.labels import scale
from sim.report.plots.panels import panels
from sim.report.plots.run_view import look
from sim.report.plots.style import COALITION, INK, MUTED, NEUTRAL, frame, key, plain_axes, stamp
from sim.report.plots.timeline import band, hatch, line, month_axis, positions, top_of
from sim.simulation.intervals import MIRROR

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.report.plots.run_view import Source, View
    from sim.report.plots.style import Plate

# Of the palettes in the style, lightest for what is dull (freight), so that what somebody hid stands out.
COLOURS = {
    "freight": "#cfcac2", "unrecorded": "#882255", "ghost": "#f0b429", "other_codes": "#44aa99",
    "by_origin": "#6aa9db", "stopped": "#117733", "unsold": "#999933",
}  # fmt: skip
SILENT = "#eeece8"
_DOTS, _DASHES = ":", "--"
_UPPER = 0.46  # of the height that is left for panels


def draw(source: Source, figure: Figure, pair: Pair) -> pd.DataFrame:
    """Draws both records and the truth above, the gap and its parts below; returns the figures behind it.

    Raises:
        SimError: a state or good that the run does not have, or a state with itself.
    """
    view = look(source)
    table = mirror_gap(view.policy, pair)
    shown = view.beside(MIRROR, table, [str(name) for name in table if str(name).endswith("_musd")])
    exporter, importer = view.name(pair.exporter), view.name(pair.importer)
    goods = "All goods" if pair.good is None else view.name(pair.good)
    subtitle = f"{goods} in both offices' books; USD a month, exports FOB, imports CIF, prices of the month"
    told = bool((shown["importer_publishes"] & shown["exporter_publishes"]).all())
    silence = "" if told else " Grey: months that an office does not publish."
    footer = stamp(view.policy, also=_what_is_true(view, pair) + silence + view.bands_note)
    plate = frame(figure, _title(view, pair, shown), subtitle + view.shaded("shaded, gap hatched"), footer)
    cut = plate.bottom + (1.0 - _UPPER) * (plate.top - plate.bottom)
    rows = shown.set_index("month")
    _draw_records(figure, replace(plate, bottom=cut), view, rows, (exporter, importer))
    _draw_gap(figure, replace(plate, top=cut), view, rows)
    return shown


def _draw_records(figure: Figure, plate: Plate, view: View, rows: pd.DataFrame, names: tuple[str, str]) -> None:
    exporter, importer = names
    passes = bool(rows["reexports_musd"].gt(0.0).any())
    told = bool(rows["importer_publishes"].all())
    lumped = ", published as one" if passes and rows["reexports_under"].eq("export").any() else ""
    keys = [
        ("True", INK, "-"),
        (f"{exporter} records as exports{' and re-exports' if passes else ''}{lumped}", COALITION, "-"),
        *([("of it own exports", COALITION, _DASHES)] if passes else []),
        (f"{importer} records as imports", NEUTRAL, "-"),
        *([] if told else [("as it would, had it gone on publishing", NEUTRAL, _DOTS)]),
    ]
    (axes,) = panels(figure, key(figure, plate, keys), 1)
    amounts = rows[["true_musd", "recorded_musd", "exports_musd", "mirror_musd"]]
    most = top_of(rows, "true_musd", "recorded_musd", "exports_musd", "mirror_musd")
    unit, size = scale(most)
    plain_axes(axes, f"{unit} a month", "Records and truth")
    amounts = amounts / size
    _shade_silence(axes, rows)
    for name, colour in (("true", INK), ("recorded", COALITION), ("mirror", NEUTRAL)):
        band(axes, rows, f"{name}_musd", colour, size)
    line(axes, amounts["true_musd"], INK, width=2.8)  # it shows on both sides of a record that is true
    line(axes, amounts["recorded_musd"], COALITION)
    if passes:
        line(axes, amounts["exports_musd"], COALITION, _DASHES, 1.1)
    published = rows["importer_publishes"]
    line(axes, amounts["mirror_musd"].where(published), NEUTRAL)
    if not told:
        # The two stretches meet in the last month that is published.
        silent = ~published | ~published.shift(-1, fill_value=True)
        line(axes, amounts["mirror_musd"].where(silent), NEUTRAL, _DOTS)
    top = 1.06 * most / size
    axes.set_ylim(0.0, top if top > 0.0 else 1.0)
    month_axis(axes, view.months)


def _draw_gap(figure: Figure, plate: Plate, view: View, rows: pd.DataFrame) -> None:
    parts = rows[[f"{part}_musd" for part in PARTS]].rename(columns=lambda name: name.removesuffix("_musd"))
    largest = float(parts.abs().max().max())
    # What is too thin to be seen is not explained; the table has it.
    seen = [part for part in PARTS if float(parts[part].abs().max()) > 0.01 * largest]
    keys = [
        ("Gap: imports on record less exports on record", INK, "-"),
        *((PARTS[p], COLOURS[p], "area") for p in seen),
    ]
    (axes,) = panels(figure, key(figure, plate, keys), 1)
    unit, size = scale(largest)
    plain_axes(axes, f"{unit} a month", "What makes up the gap")
    parts, gap = parts[seen] / size, rows["gap_musd"] / size
    _shade_silence(axes, rows)
    low, high = _stack_signed(axes, parts)
    hatch(axes, rows, "gap_musd", size)
    ends = rows.filter(regex="^gap_musd") / size
    low, high = min(low, float(ends.min().min())), max(high, float(ends.max().max()))
    line(axes, gap, INK)
    axes.axhline(0.0, color=MUTED, linewidth=0.8)
    room = 0.06 * (high - low)
    axes.set_ylim(low - room if low < 0.0 else 0.0, high + room if high > low else 1.0)
    month_axis(axes, view.months)


def _stack_signed(axes: Axes, parts: pd.DataFrame) -> tuple[float, float]:
    """Stacks what widens the gap upwards and what narrows it downwards; returns the lowest and highest point."""
    x = positions(list(parts.index))
    ends = [0.0, 0.0]
    for side, sign in enumerate((-1.0, 1.0)):
        floor = np.zeros(len(x))
        for part in parts.columns:
            top = floor + sign * np.maximum(sign * parts[part].to_numpy(), 0.0)
            if len(x) > 1:
                axes.fill_between(x, floor, top, color=COLOURS[str(part)], linewidth=0)
            else:
                axes.bar(x, top - floor, bottom=floor, color=COLOURS[str(part)], width=0.5)
            floor = top
        ends[side] = float(floor.min() if sign < 0.0 else floor.max())
    return ends[0], ends[1]


def _shade_silence(axes: Axes, rows: pd.DataFrame) -> None:
    """Greys the months that one of the two offices does not publish."""
    silent = ~(rows["importer_publishes"] & rows["exporter_publishes"])
    x = np.array(positions(list(rows.index)))[silent.to_numpy()]
    if len(x):
        axes.axvspan(x[0] - 0.5, x[-1] + 0.5, color=SILENT, linewidth=0, zorder=0)


def _title(view: View, pair: Pair, shown: pd.DataFrame) -> str:
    name, months = view.last_stretch
    exporter, importer = view.name(pair.exporter), view.name(pair.importer)
    told = view.told(MIRROR, mirror_numbers(view, shown))
    if not told:
        return f"Nothing is on record from {exporter} to {importer}"
    seen = "" if shown.loc[shown["month"].isin(months), "importer_publishes"].all() else " (unpublished)"
    records = f"{told[RECORDED].money()} in the exporter's record, {told[MIRRORED].money()} in the importer's{seen}"
    change = f", {told[CHANGE].percent(signed=True)}" if CHANGE in told else ""
    return f"{exporter} to {importer} in {name}: {records}{change}"


def _what_is_true(view: View, pair: Pair) -> str:
    """What counts as true for the pair, and what the grey stretch is."""
    exporter, importer, target = view.name(pair.exporter), view.name(pair.importer), view.target_name
    said = [f"True: what left {exporter} with {importer} as its next stop, FOB: own goods sold there"]
    if pair.importer in view.hubs:
        said.append(f"own goods consigned there that are meant for {target}, in ghost transit too")
    if pair.exporter in view.hubs and (pair.importer in view.hubs or pair.importer == view.policy.target):
        said.append(f"goods of others that its houses passed on to {importer}")
    text = "; ".join(said) + "."
    if pair.importer == view.policy.target:
        text += f" Own goods that went by way of other hubs are true for the pair of the last hub and {target}."
    return text
