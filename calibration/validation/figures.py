"""Pictures of what a calibration is worth: ranks of the truth, bands over time, figures that were left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from calibration.inference.figures import BLUE, GREY, ORANGE, RED, save


def draw_ranks(table: pd.DataFrame, path: Path) -> None:
    """Histograms of the truth's rank, one per parameter, with the range that chance allows (99 %)."""
    bins = [name for name in table.columns if name.startswith("bin_")]
    usual = float(table["sets"].iloc[0]) / len(bins)
    reach = 2.576 * np.sqrt(usual * (1.0 - 1.0 / len(bins)))
    figure = Figure(figsize=(2.2 * len(table), 2.2), layout="constrained")
    for one, (_, row) in zip(np.atleast_1d(figure.subplots(1, len(table), sharey=True)), table.iterrows(), strict=True):
        one.bar(np.arange(len(bins)), row[bins].astype(float), color=BLUE, width=1.0, edgecolor="white")
        one.axhspan(usual - reach, usual + reach, color=GREY, alpha=0.3)
        one.set_title(f"{row['parameter']}\n50 %: {row['coverage_50']:.2f}, 90 %: {row['coverage_90']:.2f}", fontsize=8)
        one.set(xticks=[], xlabel="rank of the truth")
    save(figure, path)


# ------------------------------------------------------------------------------------------------ bands over time
_COLUMNS, _PER_PAGE = 4, 24


def draw_bands(table: pd.DataFrame, folder: Path) -> list[Path]:
    """Small multiples of every published flow over time, a few pages of them, each with the table behind it as CSV.

    Args:
        table: from :func:`calibration.validation.predictive_intervals.bands`.
        folder: where ``bands-1.png``, ``bands-1.csv`` and so on go.

    Returns:
        The files written.
    """
    names = list(dict.fromkeys(table["series"]))
    # A flow by month is read at a glance, one by year is a few points: months first.
    names.sort(key=lambda name: table.loc[table["series"] == name, "freq"].iloc[0] == "A")
    written = []
    for page, first in enumerate(range(0, len(names), _PER_PAGE), start=1):
        part = table[table["series"].isin(names[first : first + _PER_PAGE])]
        picture, behind = folder / f"bands-{page}.png", folder / f"bands-{page}.csv"
        _bands_page(part, names[first : first + _PER_PAGE], picture)
        part.to_csv(behind, index=False, float_format="%.6g", lineterminator="\n")
        written += [picture, behind]
    return written


def _bands_page(table: pd.DataFrame, names: Sequence[str], path: Path) -> None:
    columns = min(_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(3.2 * columns, 2.1 * rows + 0.6), layout="constrained")
    panels = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for one, name in zip(panels, names, strict=False):
        _band(one, table[table["series"] == name])
    for one in panels[len(names) :]:
        one.remove()
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=8, frameon=False)
    title = "Published figures and the model at draws of the posterior, million USD (log scale)"
    figure.suptitle(f"{title}\nshaded: held out from the fit; red: outside the 90 % band", fontsize=10)
    save(figure, path)


def _band(one: Any, part: pd.DataFrame) -> None:
    time = part["period"].map(_year_of).to_numpy(dtype=float)
    step = 1.0 / 12.0 if part["freq"].iloc[0] == "M" else 1.0
    known = part["band_p05"].notna().to_numpy()
    for low, high, depth, label in (
        ("band_p05", "band_p95", 0.18, "90 % band"),
        ("band_p25", "band_p75", 0.30, "50 % band"),
    ):
        one.fill_between(time[known], part[low][known], part[high][known], color=BLUE, alpha=depth, lw=0, label=label)
    one.plot(time, part["model_p50"], color=BLUE, lw=1.2, label="model, median")
    outside = (part["inside_90"].map(lambda held: held is False or held == 0).to_numpy()) & known
    colours = np.where(outside, RED, "black")
    if (part["low_musd"] < part["high_musd"]).any():
        said = part["published_musd"].notna().to_numpy()
        high = np.minimum(part["high_musd"].to_numpy(dtype=float), 10.0 * part["published_musd"].to_numpy(dtype=float))
        one.vlines(time[said], part["low_musd"][said], high[said], colors=colours[said], lw=1.0)
    one.scatter(time, part["published_musd"], c=colours, s=5 if step < 1.0 else 16, zorder=3, label="published")
    judged = part["role"] == "judge"
    if judged.any():
        one.axvspan(time[judged.to_numpy()].min() - step / 2, time.max() + step / 2, color=GREY, alpha=0.18, lw=0)
    one.set_yscale("log")
    one.set_xlim(time.min() - step / 2, time.max() + step / 2)
    one.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
    one.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    one.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1.0 else f"{value:g}"))
    one.yaxis.set_minor_formatter(NullFormatter())
    one.tick_params(labelsize=6)
    one.set_title(part["title"].iloc[0], fontsize=8)


def _year_of(period: str) -> float:
    """Where a month or year stands on the axis: its middle, in years."""
    return float(period[:4]) + ((int(period[5:]) - 0.5) / 12.0 if len(period) > 4 else 0.5)


# ------------------------------------------------------------------------------------------------------- left out
def draw_hubs_left_out(table: pd.DataFrame, path: Path) -> None:
    """What each hub's figures are said to be without them, beside the whole fit and what was published.

    Args:
        table: ``hubs_left_out`` of :func:`calibration.validation.leave_out.hubs_left_out`.
        path: where to.
    """
    hubs = list(dict.fromkeys(table["hub"]))
    sizes = [max(3, int((table["hub"] == hub).sum())) for hub in hubs]
    figure = Figure(figsize=(9.0, 1.6 + 0.19 * sum(sizes) + 0.5 * len(hubs)), layout="constrained")
    panels = np.atleast_1d(figure.subplots(len(hubs), 1, height_ratios=sizes))
    for one, hub in zip(panels, hubs, strict=True):
        part = table[table["hub"] == hub].iloc[::-1]
        place = np.arange(len(part))
        # Growth and levels share an axis as distances from the published figure.
        middle = np.clip(part["data"].to_numpy(dtype=float), part["low"], part["high"]).to_numpy(dtype=float)
        for name, colour, up, label in (
            ("full", BLUE, 0.17, "all figures"),
            ("left", ORANGE, -0.17, f"without {hub}'s"),
        ):
            one.hlines(
                place + up, part[f"{name}_p05"] - middle, part[f"{name}_p95"] - middle, color=colour, lw=3, alpha=0.35
            )
            one.scatter(
                part[f"{name}_p50"] - middle, place + up, color=colour, s=14, label=label if hub == hubs[0] else ""
            )
        one.hlines(
            place, np.maximum(part["low"] - middle, -9), np.minimum(part["high"] - middle, 9), color="black", lw=1.0
        )  # fmt: skip
        one.scatter(np.zeros(len(part)), place, marker="|", color="black", s=40, zorder=3, label="published")
        ends = part[["full_p05", "full_p95", "left_p05", "left_p95"]].to_numpy() - middle[:, None]
        reach = 1.08 * float(np.abs(ends).max())
        one.set(yticks=place, xlim=(-reach, reach), ylim=(-0.7, len(part) - 0.3), title=hub)
        one.set_yticklabels(part["id"], fontsize=6)
        one.tick_params(axis="x", labelsize=6)
        one.axvline(0.0, color=GREY, lw=0.6)
    panels[-1].set_xlabel("log points from the published figure; median and 90 % band, all errors included")
    handles, _ = panels[0].get_legend_handles_labels()
    figure.legend(handles, ["all figures", "without the hub's own", "published"], loc="outside upper center", ncols=3)
    save(figure, path)


def draw_sources_left_out(table: pd.DataFrame, path: Path, most: int = 24) -> None:
    """How far each source moves each parameter's median when it is left out; the parameters that move most.

    Args:
        table: ``sources_left_out`` of :func:`calibration.validation.leave_out.sources_left_out`.
        path: where to.
        most: parameters shown.
    """
    grid = table.pivot_table(index="parameter", columns="source", values="moved", sort=False)
    grid = grid.loc[grid.abs().max(axis=1).sort_values(ascending=False).index[:most]]
    figure = Figure(figsize=(4.0 + 0.62 * grid.shape[1], 3.0 + 0.24 * len(grid)), layout="constrained")
    one = figure.subplots()
    reach = max(1.0, float(grid.abs().max().max()))
    shown = one.imshow(grid.to_numpy(), cmap="RdBu_r", vmin=-reach, vmax=reach, aspect="auto")
    one.set_xticks(np.arange(grid.shape[1]), grid.columns, rotation=35, ha="right", fontsize=7)
    one.set_yticks(np.arange(len(grid)), grid.index, fontsize=7)
    for row, column in np.argwhere(grid.abs().to_numpy() >= 0.5):
        value = grid.iat[row, column]
        one.text(column, row, f"{value:+.1f}", ha="center", va="center", fontsize=6,
                 color="white" if abs(value) > 0.7 * reach else "black")  # fmt: skip
    bar = figure.colorbar(shown, ax=one, shrink=0.6)
    bar.set_label("move of the median without the source,\nstandard deviations of the whole fit", fontsize=7)
    bar.ax.tick_params(labelsize=6)
    one.set_title("What rests on which source", fontsize=10)
    save(figure, path)
