"""Pictures of a calibration: how well figures are met, what is learnt, how parameters move together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import sim
from calibration.inference.posterior_fit import Fit
from calibration.targets.priors import Prior

# A calibration is a program of its own: its pictures are the same whatever the user's settings are.
matplotlib.rcdefaults()

BLUE, GREY, RED, ORANGE = "#2a6f97", "#9aa0a6", "#c1121f", "#d55e00"


def draw_fit(fit: pd.DataFrame, path: Path) -> None:
    """Every target with its band: data as dots, bands as bars, by group; red where the data lie outside."""
    groups = list(dict.fromkeys(fit["group"]))
    figure = Figure(figsize=(11.0, 2.0 + 0.17 * len(fit)), layout="constrained")
    axes = figure.subplots(len(groups), 1, height_ratios=[max(3, (fit["group"] == g).sum()) for g in groups])
    for one, name in zip(np.atleast_1d(axes), groups, strict=True):
        part = fit[fit["group"] == name].iloc[::-1]
        place = np.arange(len(part))
        # Growth in logs and levels in musd do not share an axis: all is shown against the model's median.
        middle = part["model"].to_numpy()
        one.barh(
            place, part["band_p95"] - part["band_p05"], left=part["band_p05"] - middle, color=BLUE, alpha=0.25,
            height=0.8, label="90 % band",
        )  # fmt: skip
        one.barh(
            place, part["model_p95"] - part["model_p05"], left=part["model_p05"] - middle, color=BLUE, alpha=0.6,
            height=0.4, label="parameters alone",
        )  # fmt: skip
        colours = np.where(part["inside"], "black", RED)
        one.hlines(place, np.maximum(part["low"], -99) - middle, np.minimum(part["high"], 99) - middle, colors=colours)
        one.scatter(part["data"] - middle, place, c=colours, s=12, zorder=3, label="figure")
        one.scatter(part["before"] - middle, place, marker="x", c=GREY, s=14, zorder=2, label="prior centre")
        one.axvline(0.0, color=GREY, lw=0.6)
        reach = 1.1 * float(np.max(np.abs(np.stack([part[c] - middle for c in ("band_p05", "band_p95", "data")]))))
        one.set(yticks=place, xlim=(-reach, reach), title=name, xlabel="log points from the model's median")
        one.set_yticklabels(part["id"], fontsize=6)
    np.atleast_1d(axes)[0].legend(loc="upper right", fontsize=7)
    save(figure, path)


def draw_widths(summary: pd.DataFrame, path: Path) -> None:
    """Where each posterior lies in its prior, in the prior's standard deviations; narrow at the top."""
    table = summary.sort_values("width_ratio", ascending=False)
    figure = Figure(figsize=(8.0, 1.0 + 0.22 * len(table)), layout="constrained")
    one = figure.subplots()
    place = np.arange(len(table))
    one.barh(place, 2 * 1.645, left=-1.645, color=GREY, alpha=0.25, height=0.8, label="prior, 90 %")
    one.barh(
        place, 3.29 * table["width_ratio"], left=table["moved"] - 1.645 * table["width_ratio"], color=BLUE, alpha=0.7,
        height=0.5, label="posterior, 90 %",
    )  # fmt: skip
    one.set(yticks=place, xlabel="standard deviations of the prior from its centre")
    one.set_yticklabels(table["address"], fontsize=7)
    one.legend(loc="lower right", fontsize=7)
    save(figure, path)


def draw_corner(fit: Fit, priors: Sequence[Prior], path: Path, most: int = 8) -> None:
    """Pairs of the parameters that the figures say most about; histograms with the prior behind them."""
    chosen = np.argsort(fit.chain.points.std(axis=0))[:most]
    draws = fit.chain.thinned(4000, 0)[0]
    values = {k: priors[k].value(draws[:, k]) for k in chosen}
    before = np.random.default_rng(0).standard_normal(20_000)
    figure = Figure(figsize=(1.5 * most, 1.5 * most), layout="constrained")
    axes = figure.subplots(most, most)
    for row, first in enumerate(chosen):
        for column, second in enumerate(chosen):
            one = axes[row, column]
            one.tick_params(labelsize=5)
            if column > row:
                one.set_axis_off()
            elif column == row:
                one.hist(priors[first].value(before), bins=60, density=True, color=GREY, alpha=0.4)
                one.hist(values[first], bins=40, density=True, color=BLUE, alpha=0.7)
                one.set_yticks([])
            else:
                one.hist2d(values[second], values[first], bins=36, cmap="Blues")
            if row == most - 1:
                one.set_xlabel(priors[second].name, fontsize=7)
            if column == 0 and row:
                one.set_ylabel(priors[first].name, fontsize=7)
    save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Writes a picture; the same picture gives the same bytes."""
    FigureCanvasAgg(figure)
    with sim.written_file(path) as scratch:
        figure.savefig(scratch, format="png", dpi=130, metadata={"Software": ""})
