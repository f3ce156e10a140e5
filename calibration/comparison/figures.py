"""The two pictures of the comparison: the full stop, and the law as it was beside what was published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from calibration.comparison.full_stop import WHOLE
from calibration.inference.figures import BLUE, GREY, ORANGE, save

GREEN = "#117733"
# Name of the model's columns, how it is called, colour, marker, height beside the others in a row.
_MODELS = (
    ("agents", "agents, median and 90 % of the draws", BLUE, "o", 0.22),
    ("gravity", "structural gravity", ORANGE, "s", 0.0),
    ("network", "network model, and ends of its ranges of τ and δ", GREEN, "D", -0.22),
)
_SHOWN = {"arrives": "all that arrives", "coalition_made": "made in the coalition", "third_made": "made elsewhere",
          "price": "price in Russia"}  # fmt: skip
_STATES = 12


def draw_full_stop(whole: pd.DataFrame, states: pd.DataFrame, path: Path) -> None:
    """What arrives, in percent, and who sells more or less, in billion USD a year.

    Args:
        whole: by name of :data:`calibration.comparison.full_stop.WHOLE`.
        states: by state.
        path: where to.
    """
    figure = Figure(figsize=(11.0, 5.0), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1.0, 1.25])
    _dots(left, whole.loc[list(_SHOWN)], {"agents": "agents", "gravity": "gravity", "network": "network"})
    left.set_yticks(np.arange(len(_SHOWN))[::-1], list(_SHOWN.values()))
    left.set(title="With the stop, against without", xlabel="percent")
    columns = {"agents": "agents_record_busd", "gravity": "gravity_busd", "network": "network_busd"}
    known = states.dropna(subset=["gravity_busd"])
    part = known.loc[known["gravity_busd"].abs().sort_values(ascending=False).index[:_STATES]]
    part = part.sort_values("gravity_busd", ascending=False)
    _dots(right, part, columns)
    right.set_yticks(np.arange(len(part))[::-1], list(part.index))
    right.set(
        title="Sales to Russia on record, change", xlabel="billion USD a year (network: inputs of industries only)"
    )
    right.set_xscale("symlog", linthresh=1.0)
    right.set_xticks(
        [-100, -30, -10, -3, -1, 0, 1, 3, 10, 30], ["−100", "−30", "−10", "−3", "−1", "0", "1", "3", "10", "30"]
    )
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    figure.suptitle(f"{WHOLE['arrives'].capitalize()}, when the coalition stops all direct sales", fontsize=11)
    save(figure, path)


def _dots(one: Axes, table: pd.DataFrame, columns: dict[str, str]) -> None:
    """One row for each line of a table, a dot for each model that answers it, its range as a bar."""
    place = np.arange(len(table))[::-1]
    for name, label, colour, marker, up in _MODELS:
        column = columns[name]
        if column not in table:
            continue
        if f"{column}_low" in table:
            one.hlines(place + up, table[f"{column}_low"], table[f"{column}_high"], color=colour, lw=4, alpha=0.3)
        one.scatter(table[column], place + up, color=colour, marker=marker, s=26, label=label, zorder=3)
    _finish(one, len(table))


def _finish(one: Axes, rows: int) -> None:
    one.axvline(0.0, color=GREY, lw=0.8)
    one.set_ylim(-0.6, rows - 0.4)
    one.grid(axis="y", color="#eeeeee", lw=6 if rows < 20 else 3)
    one.set_axisbelow(True)
    one.tick_params(labelsize=8)
    for side in ("top", "right", "left"):
        one.spines[side].set_visible(False)
    one.tick_params(axis="y", length=0)


def draw_law(table: pd.DataFrame, path: Path) -> None:
    """Every published figure with what each model says to the law as it was, as a factor on 2021.

    Args:
        table: from :func:`calibration.comparison.historical_law.answers`.
        path: where to.
    """
    groups = list(dict.fromkeys(table["group"]))
    sizes = [int((table["group"] == name).sum()) for name in groups]
    figure = Figure(figsize=(9.0, 1.8 + 0.23 * len(table)), layout="constrained")
    panels: Any = figure.subplots(len(groups), 1, height_ratios=[max(2, size) for size in sizes], sharex=True)
    for one, name in zip(np.atleast_1d(panels), groups, strict=True):
        part = table[table["group"] == name]
        place = np.arange(len(part))[::-1]
        one.hlines(place, np.exp(part["agents_low"]), np.exp(part["agents_high"]), color=BLUE, lw=4, alpha=0.3)
        for column, label, colour, marker in (
            ("agents", "agents, fitted (90 % of the draws)", BLUE, "o"),
            ("gravity", "gravity", ORANGE, "s"),
            ("gravity_told", "gravity, told the fall of the coalition's sales", ORANGE, "x"),
            ("network", "network model", GREEN, "D"),
        ):
            if part[column].notna().any() or name == groups[0]:
                one.scatter(np.exp(part[column]), place, color=colour, marker=marker, s=20, label=label, zorder=3)
        one.scatter(np.exp(part["published"]), place, color="black", marker="|", s=90, label="published", zorder=4)
        one.set_xscale("log")
        one.set_yticks(place, part.index)
        _finish(one, len(part))
        one.axvline(1.0, color=GREY, lw=0.8)
        one.tick_params(axis="y", labelsize=7)
        one.set_title(name, fontsize=9, loc="left")
    last = np.atleast_1d(panels)[-1]
    last.set_xticks([0.2, 0.5, 1, 2, 5, 10, 20], ["0.2", "0.5", "1", "2", "5", "10", "20"])
    last.minorticks_off()
    last.set_xlabel("factor on 2021 (log scale)")
    handles, labels = np.atleast_1d(panels)[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, fontsize=8, frameon=False)
    save(figure, path)
