"""Posterior predictive bands over time against the customs figures.

Run as ``python -m calibration.validation.predictive_intervals``.

The model runs at draws of the posterior, to December 2024. For each flow that an office publishes: what the model says
by month or year, its band with discrepancy and measurement error, and the published figure. The year 2021 is met by
construction; to December 2023 figures were fitted (as quarters, halves and years); later ones judge and were not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from calibration.inference.options import common, complain, one_thread, settle

one_thread()

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

import sim  # noqa: E402
from calibration.inference.problem import ModelRuns, model_runs  # noqa: E402
from calibration.inference.saving import pictures_and_pages  # noqa: E402
from calibration.targets.published_series import (  # noqa: E402
    Series,
    on_published_base,
    published_series,
    role_of,
    stated_flows,
)
from calibration.targets.targets import Target, WorldCodes, codes_of, load_targets  # noqa: E402
from calibration.validation.figures import draw_bands  # noqa: E402
from calibration.validation.posterior_runs import (  # noqa: E402
    LAST,
    Outlook,
    blocks_for,
    errors_for,
    outlook,
    published_like,
    read_draws,
)

COLUMNS = (
    "series", "title", "freq", "period", "role", "published_musd", "low_musd", "high_musd", "model_p50", "model_p05",
    "model_p95", "band_p05", "band_p25", "band_p75", "band_p95", "inside_90", "source",
)  # fmt: skip
ENDS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


def bands(seen: Outlook, codes: WorldCodes, target: str, said: Sequence[Target] = (), seed: int = 0) -> pd.DataFrame:
    """Bands of every series over time.

    Args:
        seen: the model at the draws.
        codes: what the world knows.
        target: code of the sanctioned state.
        said: levels that are stated in words, for flows that no office publishes by month.
        seed: of the errors.

    Returns:
        Columns of :data:`COLUMNS`, one row per series and period; musd of the month or year. ``model_*`` is the spread
        of the parameters alone, ``band_*`` has discrepancy and measurement error on top. ``published_musd`` is empty
        where nothing is published; ``low_musd`` and ``high_musd`` hold the interval of a stated figure, per month.
    """
    parts = []
    for number, one in enumerate(seen.series):
        monthly = seen.monthly[:, number]
        if one.musd.empty:
            parts.append(_stated(one, monthly, seen, (codes, target), said))
        else:
            parts.append(_published(one, monthly, seen, (codes, target), seed + number))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _published(
    one: Series, monthly: np.ndarray, seen: Outlook, world: tuple[WorldCodes, str], seed: int
) -> pd.DataFrame:
    model = on_published_base(one, monthly, seen.months)
    rows = [one.target(period) for period in model.columns]
    # A month whose error nobody states has that of the months next to it.
    sd = one.sd.reindex(model.columns).ffill().bfill().to_numpy()
    rows = [replace(row, sd=float(error)) for row, error in zip(rows, sd, strict=True)]
    band = _with_errors(np.log(model.to_numpy()), rows, seen, world, seed)
    # The base year is met by construction: there is nothing to miss.
    band[:, [role_of(period, one.base_year) == "base" for period in model.columns]] = np.nan
    table = _table(one, list(model.columns), model.to_numpy(), band)
    table["published_musd"] = one.musd.reindex(model.columns).to_numpy()
    table["low_musd"] = table["high_musd"] = table["published_musd"]
    table["inside_90"] = _inside(table)
    return table


def _stated(
    one: Series, monthly: np.ndarray, seen: Outlook, world: tuple[WorldCodes, str], said: Sequence[Target]
) -> pd.DataFrame:
    rows = [replace(one.target(month), sd=0.0) for month in seen.months]
    band = _with_errors(np.log(np.maximum(monthly, 1e-6)), rows, seen, world, 0)
    table = _table(one, list(seen.months), monthly, band)
    table["published_musd"] = table["low_musd"] = table["high_musd"] = np.nan
    for row in said:
        if row.measure == "level" and (row.reporter, row.flow, row.partner, row.good) == one.key:
            inside = table["period"].between(*row.period)
            for column, value in (("published_musd", row.value), ("low_musd", row.low), ("high_musd", row.high)):
                table.loc[inside, column] = np.exp(value) / inside.sum()
    table["inside_90"] = _inside(table)
    return table


def _with_errors(
    logs: np.ndarray, rows: Sequence[Target], seen: Outlook, world: tuple[WorldCodes, str], seed: int
) -> np.ndarray:
    shape = errors_for(rows, *world)
    return np.exp(published_like(logs, shape, seen.draws.discrepancy, seed, repeats=20))


def _table(one: Series, periods: list[str], model: np.ndarray, band: np.ndarray) -> pd.DataFrame:
    known = ~np.isnan(band).any(axis=0)
    ends = np.full((len(ENDS), band.shape[1]), np.nan)
    ends[:, known] = np.quantile(band[:, known], ENDS, axis=0)
    alone = np.quantile(model, ENDS, axis=0)
    return pd.DataFrame(
        {
            "series": one.id, "title": one.title, "freq": one.freq, "period": periods,
            "role": [role_of(period, one.base_year) for period in periods],
            "model_p05": alone[0], "model_p50": alone[2], "model_p95": alone[4],
            "band_p05": ends[0], "band_p25": ends[1], "band_p75": ends[3], "band_p95": ends[4], "source": one.source,
        }
    )  # fmt: skip


def _inside(table: pd.DataFrame) -> pd.Series[object]:
    """Whether the published figure lies in its band; empty where either is missing."""
    known = table["published_musd"].notna() & table["band_p05"].notna()
    held = (table["high_musd"] >= table["band_p05"]) & (table["low_musd"] <= table["band_p95"])
    return held.astype(object).where(known, None)


def judged_share(table: pd.DataFrame, role: str) -> float:
    """Share of the published figures of a role that lie in their 90 % band; NaN if there is none."""
    chosen = table[(table["role"] == role) & table["inside_90"].notna()]["inside_90"]
    return float(chosen.astype(bool).mean()) if len(chosen) else float("nan")


def outlook_of(chosen: argparse.Namespace) -> tuple[Outlook, ModelRuns]:
    """The model at the draws of the chosen posterior, with every row and series read off."""
    model = model_runs(chosen.scenario, blocks_for({}, LAST), priors=chosen.priors, allow_code=chosen.allow_code)
    draws = read_draws(chosen.posterior, model.priors)
    model = model_runs(
        chosen.scenario, blocks_for(draws.record, LAST), priors=chosen.priors, allow_code=chosen.allow_code
    )
    every = load_targets(chosen.targets, codes_of(model.case().world))
    model = replace(model, targets=every)
    series = published_series() if chosen.series is None else chosen.series
    series = (*series, *stated_flows(every, series))
    return outlook(model, draws.first(chosen.draws), series, chosen.results / "at-draws", chosen.processes), model


def arguments_of(description: str | None, program: str) -> argparse.ArgumentParser:
    """The options of a command that runs the model at draws of a posterior."""
    parser = common(program, description)
    parser.add_argument("--draws", type=int, default=200, help="draws of the posterior at which the model runs")
    parser.add_argument("--seed", type=int, default=7, help="of discrepancy and measurement errors")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Writes ``bands.csv`` beside the posterior, pictures to the results; 1 if the input is at fault."""
    chosen = arguments_of(__doc__, "python -m calibration.validation.predictive_intervals").parse_args(arguments)
    try:
        settle(chosen)
        seen, model = outlook_of(chosen)
    except sim.SimError as error:
        return complain(error)
    world = model.case().world
    table = bands(seen, codes_of(world), world.states[world.target], model.targets, chosen.seed)
    try:
        with sim.written_file(chosen.posterior / "bands.csv", force=chosen.force) as scratch:
            table.to_csv(scratch, index=False, float_format="%.6g", lineterminator="\n")
        with pictures_and_pages(chosen.results, force=chosen.force) as scratch:
            written = [chosen.results / path.name for path in draw_bands(table, scratch)]
    except sim.SimError as error:
        return complain(error)
    sys.stdout.write("".join(f"{path}\n" for path in written))
    for role in ("fit", "judge"):
        sys.stdout.write(f"{role}: {judged_share(table, role):.0%} of the published figures inside the 90 % band\n")
    sys.stdout.write(f"{chosen.posterior / 'bands.csv'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
