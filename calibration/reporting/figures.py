"""Pictures of a calibration: fit with bands, corner of the parameters learnt best, prior against posterior widths."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from calibration.inference.posterior_fit import Fit
from calibration.targets.priors import Prior

BLUE, GREY, RED = "#2a6f97", "#9aa0a6", "#c1121f"


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
    one.set_yticklabels(table["name"], fontsize=7)
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
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    figure.savefig(path, dpi=130, metadata={"Software": ""})


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
ORANGE = "#d55e00"


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
