"""What a scenario is about: each outcome that it expects month by month, with the mechanism and without."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.mechanism_test import series
from sim.common.months import format_month, month_of
from sim.report.names import clause_name, spoken
from sim.report.plots.labels import fitted, percent, scale
from sim.report.plots.panels import panels
from sim.report.plots.run_view import look
from sim.report.plots.style import (
    COALITION,
    INK,
    LOST_COLOUR,
    MUTED,
    NEUTRAL,
    SMALL,
    above,
    frame,
    inches,
    key,
    nothing_to_show,
    plain_axes,
    stamp,
)
from sim.report.plots.timeline import highest, line, month_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.analysis.mechanism_test import Shown
    from sim.scenario import ExpectedOutcome

# Inches. The head holds three lines of what to look at, the figures seen, and the unit.
_HEAD, _ROW, _AROUND, _COLUMNS = 0.86, 2.5, 1.9, 2
_COLUMNS_OF_TABLE = ("outcome", "what", "metric", "unit", "month", "counts", "with", "without")
_MONEY = "musd"


def height_of(shown: Shown) -> float:
    """Height of the figure in inches, by its number of panels."""
    return _AROUND + _ROW * max(1, math.ceil(len(shown.scenario.expected_outcomes) / _COLUMNS))


def data(shown: Shown) -> pd.DataFrame:
    """Every expected outcome month by month: outcome (from 1), what, metric, unit, month, counts, with, without."""
    pieces = []
    for number, outcome in enumerate(shown.scenario.expected_outcomes, start=1):
        pair = {
            name: series(run, outcome)
            for name, run in (("with", shown.comparison.policy), ("without", shown.comparison.baseline))
        }
        table = pd.DataFrame(pair).rename_axis("month").reset_index()
        inside = {format_month(month) for month in outcome.months.range()}
        table["counts"] = table["month"].isin(inside)
        unit = outcome.address.metric.unit
        pieces.append(table.assign(outcome=number, what=outcome.what, metric=outcome.metric, unit=unit))
    table = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=_COLUMNS_OF_TABLE)
    return table[list(_COLUMNS_OF_TABLE)]


def draw(shown: Shown, figure: Figure) -> pd.DataFrame:
    """Draws one panel per expected outcome; returns the figures behind it."""
    scenario, pair = shown.scenario, shown.comparison
    assert scenario.mechanism is not None
    table, seen = data(shown), shown.table
    subtitle = "By month, with the mechanism and without it; changes are between the means of the shaded months"
    footer = [*stamp(pair.policy, pair.baseline), _switch(shown)]
    plate = frame(figure, scenario.mechanism.shows, subtitle, footer)
    if table.empty:
        nothing_to_show(figure, plate, "The scenario expects nothing in these months")
        return table
    starts = _starts(shown)
    keys = [
        ("With the mechanism", COALITION, "-"),
        ("Without it", INK, ":"),
        ("Months that count", LOST_COLOUR, "area"),
    ]
    plate = key(figure, plate, keys + ([("A clause of it starts", MUTED, (0, (3, 2)))] if starts else []))
    columns = min(_COLUMNS, len(scenario.expected_outcomes))
    made = panels(figure, plate, len(scenario.expected_outcomes), columns=columns, head=_HEAD)
    for number, (axes, outcome) in enumerate(zip(made, scenario.expected_outcomes, strict=True)):
        rows = table[table["outcome"] == number + 1].set_index("month")
        _panel(axes, outcome, rows, starts)
        _heading(axes, outcome, seen.iloc[number])
    return table


def _panel(axes: Axes, outcome: ExpectedOutcome, rows: pd.DataFrame, starts: list[int]) -> None:
    """Both lines of an outcome, its months shaded, the first days of the mechanism marked."""
    unit = outcome.address.metric.unit
    most = float(rows[["with", "without"]].abs().to_numpy().max())
    named, size = scale(most) if unit.startswith(_MONEY) else ("", 1.0)
    plain_axes(axes, unit.replace(_MONEY, named))
    both = rows[["with", "without"]] / size
    month_axis(axes, list(rows.index))
    low, high = axes.get_xlim()
    half = 0.5 if outcome.months.count == 1 else 0.0
    axes.axvspan(outcome.months.first - half, outcome.months.last + half, color=LOST_COLOUR, linewidth=0, zorder=0)
    for month in starts:
        if low < month < high:
            axes.axvline(month, color=MUTED, linewidth=0.6, linestyle=(0, (3, 2)), zorder=1)
    line(axes, both["without"], INK, ":")
    line(axes, both["with"], COALITION)
    least, top = float(both.to_numpy().min()), float(both.to_numpy().max())
    if unit.endswith("base year = 1"):
        pad = 0.05 * max(top - least, 0.02)
        axes.set_ylim(min(1.0, least) - pad, max(1.0, top) + pad)
    elif least < 0.0:
        pad = 0.06 * (top - least)
        axes.set_ylim(least - pad, max(0.0, top) + pad)
        axes.axhline(0.0, color=MUTED, linewidth=0.8)
    else:
        highest(axes, top)


def _heading(axes: Axes, outcome: ExpectedOutcome, seen: pd.Series[Any]) -> None:
    """What to look at, and under it what was seen and whether that was expected."""
    share = float(seen["change_percent"]) / 100.0
    change = percent(share, 1, signed=True) if np.isfinite(share) else "from nothing"
    told = f"{change} (expected: {seen['expected']}){'' if seen['holds'] else ', DOES NOT HOLD'}"
    width = inches(axes)[0]
    colour = COALITION if seen["holds"] else NEUTRAL
    lines, size = fitted(told, width, SMALL, most=1)
    above(axes, lines, 16.0, {"size": size, "color": colour, "gid": "seen"})
    lines, size = fitted(outcome.what, width, SMALL + 0.5, "bold", most=3)
    above(axes, lines, 28.0, {"size": size, "weight": "bold", "color": INK, "gid": "heading"})


def _starts(shown: Shown) -> list[int]:
    """Months in which a clause or a driver of the mechanism first acts, in order."""
    scenario = shown.scenario
    names = scenario.mechanism.clauses if scenario.mechanism else ()
    months = {month_of(clause.effective) for clause in scenario.policies if clause.id in names}
    months |= {min(driver.path) for driver in scenario.drivers if driver.id in names and driver.path}
    return sorted(months)


def _switch(shown: Shown) -> str:
    """What is gone, or set otherwise, in the run without the mechanism; the last line of the footer."""
    scenario = shown.scenario
    assert scenario.mechanism is not None
    since = {
        clause.id: f"{clause_name(clause, look(shown.comparison).name)} ({clause.effective})"
        for clause in scenario.policies
    }
    gone = [since.get(name, spoken(name)) for name in scenario.mechanism.clauses]
    parts = [f"no {', no '.join(gone)}"] if gone else []
    parts += [f"{name} = {value:g}" for name, value in scenario.mechanism.without.items()]
    return f"Without the mechanism: {'; '.join(parts)}."
