"""Out of sample: how well were the held-out figures of 2024 foretold? ``python -m calibration.forecasts``.

Every forecaster answers to the same rows, the judged ones, and knows what was published to the end of the year before,
no more. Its spread is its own record: the errors that it made, in the same way, on the same months one and two years
earlier. The posterior brings draws of its own: parameters, discrepancy and measurement error, as the fit had them.
Scores: mean absolute error and CRPS in log points (smaller is better), and how often the central 50 % and 90 % held the
figure. The two named judgements of 2024 are scored apart; see :mod:`calibration.judgements`.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import nnls

import sim
from calibration.bands import arguments_of, outlook_of
from calibration.distance import Books, books_of, observed, simulated_of
from calibration.gravity import predicted_sales
from calibration.judgements import Judgement, ahead_of, judge_paths, load_judgements
from calibration.options import complain, settle
from calibration.posterior_runs import Outlook, errors_for, published_like
from calibration.target_table import SERIES, record_of
from calibration.targets import FIGURES, Months, Target, WorldCodes, codes_of, count_months, months_of

Floats = NDArray[np.float64]
Forecaster = Callable[[Target], float]
DRAWS = 199
COVERED = (0.5, 0.9)
YEARS_BACK = (1, 2)
# How firmly the weights of the synthetic control are held to a sum of one, against fits of order one.
_SUM_WEIGHT = 100.0
# Months of a series and of the year before that a mix is fitted on, at least.
_LEAST_MONTHS = 12
POSTERIOR, ALONE, AS_IT_STANDS = "posterior", "posterior, parameters alone", "model at the prior centres"


# ------------------------------------------------------------------------------------------------- what is known
@lru_cache(maxsize=1)
def monthly() -> dict[tuple[str, str, str], pd.Series[float]]:
    """Every monthly series by the simulated flow it stands for (office, flow, partner), musd; held-out months too."""
    with SERIES.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["file"] == "customs_monthly"]
    return {(row["office"], row["flow"], row["partner"]): record_of(row)["musd"] for row in rows}


@lru_cache(maxsize=1)
def stated_months() -> dict[tuple[str, str, str, str], pd.Series[float]]:
    """Single months that somebody stated of flows without a series, by office, flow, partner and good; musd."""
    table = pd.read_csv(FIGURES / "stated_months.csv")
    keys = ["office", "flow", "partner", "good"]
    return {tuple(key): part.set_index("month")["musd"].sort_index() for key, part in table.groupby(keys)}


def published(target: Target) -> pd.Series[float] | None:
    """The monthly series, or the stated months, that a target is a growth of; None if there are none."""
    if target.measure != "growth":
        return None
    if target.good != "all":
        return stated_months().get((target.office, target.flow, target.partner, target.good))
    return monthly().get((target.office, target.flow, target.partner))


def known(target: Target) -> pd.Series[float] | None:
    """The series to the end of the year before the target: all that a forecaster may look at."""
    series = published(target)
    return None if series is None else series[series.index < f"{target.period[0][:4]}-01"]


def years_back(target: Target, years: int) -> Target | None:
    """The same months so many years earlier with what was published then; None where no month is published."""
    series = published(target)
    if series is None or target.base is None:
        return None
    period, base = _shifted(target.period, -years), _shifted(target.base, -years)
    months = (*months_of(period), *months_of(base))
    if not set(months) <= set(series.index):
        return None
    value = float(np.log(series[months_of(period)].mean() / series[months_of(base)].mean()))
    return replace(
        target, id=f"{target.id}-{years}", period=period, base=base, value=value, low=value, high=value, role="context"
    )


def _shifted(span: Months, years: int) -> Months:
    first, last = (f"{int(month[:4]) + years}{month[4:]}" for month in span)
    return first, last


# ----------------------------------------------------------------------------------------------- who foretells it
def _from_path(target: Target, path: Callable[[pd.Series[float], list[str]], Floats]) -> float:
    """Growth on the published base of a path foretold by month; NaN where what it needs was not published."""
    series = known(target)
    if series is None or target.base is None or series.empty or not set(months_of(target.base)) <= set(series.index):
        return float("nan")
    ahead = path(series, months_of(target.period))
    return float(np.log(np.mean(ahead) / series[months_of(target.base)].mean()))


def no_change(target: Target) -> float:
    """The last month known goes on."""
    return _from_path(target, lambda series, months: np.full(len(months), series.iloc[-1]))


def same_month_last_year(target: Target) -> float:
    """Each month repeats its month of the last year known."""
    return _from_path(
        target, lambda series, months: series.reindex([f"{series.index[-1][:4]}{m[4:]}" for m in months]).to_numpy()
    )


def drift(target: Target) -> float:
    """The last month known, and on with the mean monthly growth of all that is known."""

    def path(series: pd.Series[float], months: list[str]) -> Floats:
        step = np.log(series.iloc[-1] / series.iloc[0]) / (count_months((series.index[0], series.index[-1])) - 1)
        ahead = np.array([count_months((series.index[-1], month)) - 1 for month in months])
        return np.asarray(series.iloc[-1] * np.exp(step * ahead))

    return _from_path(target, path)


def synthetic_control(target: Target) -> float:
    """A mix of the other series a year before, with weights that fitted what is known.

    Abadie, Diamond and Hainmueller (2010) mix donors of the same month; the tables hold no donor for 2024, so that
    donors stand twelve months back: weights are not negative and sum to one, series are scaled to their own means.
    """

    def path(series: pd.Series[float], months: list[str]) -> Floats:
        return _mixed(series, _donors(target), months)

    return _from_path(target, path)


def _donors(target: Target) -> list[pd.Series[float]]:
    end = f"{target.period[0][:4]}-01"
    own = (target.office, target.flow, target.partner)
    return [series[series.index < end] for key, series in monthly().items() if key != own]


def _mixed(series: pd.Series[float], donors: Sequence[pd.Series[float]], months: list[str]) -> Floats:
    before = [_shifted((month, month), -1)[0] for month in series.index]
    fitted = [now for now, then in zip(series.index, before, strict=True) if then in series.index]
    lagged = [_shifted((month, month), -1)[0] for month in fitted]
    if len(fitted) < _LEAST_MONTHS:
        return np.full(len(months), np.nan)
    wanted = {*lagged, *(_shifted((month, month), -1)[0] for month in months)}
    usable = [donor for donor in donors if wanted <= set(donor.index)]
    scale = [donor[lagged].mean() for donor in usable]
    mix = np.column_stack([donor[lagged] / mean for donor, mean in zip(usable, scale, strict=True)])
    level = series[fitted].mean()
    weights, _ = nnls(
        np.vstack([mix, np.full(len(usable), _SUM_WEIGHT)]), np.append(series[fitted].values / level, _SUM_WEIGHT)
    )
    then = [_shifted((month, month), -1)[0] for month in months]
    ahead = [weight * donor[then].values / mean for weight, donor, mean in zip(weights, usable, scale, strict=True)]
    return np.asarray(level * np.sum(ahead, axis=0) / weights.sum())


def gravity(case: sim.Case, fields: Sequence[str] = ("banned_share",)) -> Forecaster:
    """What structural gravity says to the law of each month; nothing but law moves it.

    Args:
        case: the scenario whose law and world are used.
        fields: see :func:`calibration.gravity.closed_by_month`.
    """
    sales, world = predicted_sales(case, fields), case.world

    def total(target: Target, span: Months) -> float:
        offices = range(len(world.states)) if target.office == "all" else _positions(target.office, world.states)
        goods = range(len(world.goods)) if target.good == "all" else _positions(target.good, world.goods)
        return float(np.mean([sales[month][np.ix_(offices, goods)].sum() for month in months_of(span)]))

    def forecast(target: Target) -> float:
        to_target = target.partner == world.states[world.target]
        if not to_target or target.measure == "ratio":
            return float("nan")
        if target.base is None:
            return float(np.log(total(target, target.period) * count_months(target.period)))
        return float(np.log(total(target, target.period) / total(target, target.base)))

    return forecast


def _positions(text: str, known_codes: Sequence[str]) -> list[int]:
    return [known_codes.index(code) for code in text.split("+")]


def of_books(books: Books) -> Forecaster:
    """A run of the model as a forecaster."""
    return lambda target: float(simulated_of(books, [target])[0])


# ------------------------------------------------------------------------------------------------------- spreads
def draws_of(forecaster: Forecaster, targets: Sequence[Target]) -> Floats:
    """Draws around a forecaster's points: its own errors one and two years earlier, with either sign.

    Args:
        forecaster: gives a point in logs, or NaN where it has nothing to say.
        targets: rows.

    Returns:
        [draw, row]; quantiles, so nothing is drawn at random. Rows without a series take the errors of all series.
    """
    errors: dict[tuple[str, str], list[float]] = {}
    for target in targets:
        for years in YEARS_BACK:
            past = years_back(target, years)
            if past is not None and np.isfinite(past_point := forecaster(past)):
                errors.setdefault((target.office, target.partner), []).append(past.value - past_point)
    pooled = [error for many in errors.values() for error in many]
    levels = (np.arange(DRAWS) + 0.5) / DRAWS
    found = np.empty((DRAWS, len(targets)))
    for row, target in enumerate(targets):
        own = np.asarray(errors.get((target.office, target.partner)) or pooled or [0.0])
        if published(target) is None and pooled:
            own = np.asarray(pooled)
        found[:, row] = forecaster(target) + np.quantile(np.concatenate([own, -own]), levels)
    return found


def paths_of(forecaster: Forecaster, rows: Sequence[Target]) -> Floats:
    """Whole paths around a forecaster's points: its own errors of the years before, month by month, with either sign.

    The errors of a year are taken as they came, begun at each month in turn (a circular bootstrap, Politis and Romano
    1992), since errors of months next to each other are alike. Rows without such errors are those of :func:`draws_of`.

    Args:
        forecaster: gives a point in logs.
        rows: months of one flow, in order.

    Returns:
        [draw, row]
    """
    points = np.array([forecaster(row) for row in rows])
    errors = []
    for years in YEARS_BACK:
        past = [years_back(row, years) for row in rows]
        errors.append([np.nan if one is None else one.value - forecaster(one) for one in past])
    whole = [np.array(one) for one in errors if np.isfinite(one).all()]
    if not whole:
        return draws_of(forecaster, rows)
    shifted = [np.roll(one, by) for one in whole for by in range(len(rows))]
    paths: Floats = points + np.concatenate([shifted, np.negative(shifted)])
    return paths


def forecasters_of(case: sim.Case) -> dict[str, Forecaster]:
    """Those that need no posterior: the model as it stands, and those it is judged against."""
    return {
        AS_IT_STANDS: of_books(books_of(case.run())),
        "no change": no_change,
        "same month last year": same_month_last_year,
        "drift": drift,
        "gravity, bans": gravity(case),
        "gravity, bans and banks": gravity(case, ("banned_share", "payment_refusal")),
        "synthetic control": synthetic_control,
    }


def of_posterior(seen: Outlook, targets: Sequence[Target], codes: WorldCodes, target: str, seed: int = 7) -> Floats:
    """Draws of the posterior: parameters, and discrepancy and measurement error on top.

    Args:
        seen: the model at the draws.
        targets: rows, of those that were read off.
        codes: what the world knows.
        target: code of the sanctioned state.
        seed: of the errors.

    Returns:
        [draw, row] logs.
    """
    shape = errors_for(targets, codes, target)
    return published_like(_alone(seen, targets), shape, seen.draws.discrepancy, seed)


def _alone(seen: Outlook, targets: Sequence[Target]) -> Floats:
    place = {row.id: number for number, row in enumerate(seen.targets)}
    return seen.found[:, [place[row.id] for row in targets]]


def answers(
    seen: Outlook, case: sim.Case, asked: Sequence[Judgement], targets: Sequence[Target], seed: int = 7
) -> tuple[dict[str, Floats], dict[str, dict[str, Floats]]]:
    """What every forecaster says to the judged rows, and to the named judgements.

    Args:
        seen: the model at draws of the posterior.
        case: scenario and world.
        asked: the named judgements.
        targets: judged rows.
        seed: of the errors.

    Returns:
        Forecaster -> [draw, row], and forecaster -> judgement -> [draw, row of the judgement].
    """
    world = codes_of(case.world), case.world.states[case.world.target]
    rows: dict[str, Floats] = {
        POSTERIOR: of_posterior(seen, targets, *world, seed), ALONE: _alone(seen, targets)
    }  # fmt: skip
    place = {row.id: number for number, row in enumerate(targets)}
    paths: dict[str, dict[str, Floats]] = {
        name: {one.id: draws[:, [place[row.id] for row in one.rows]] for one in asked} for name, draws in rows.items()
    }
    for name, forecaster in forecasters_of(case).items():
        rows[name] = draws_of(forecaster, targets)
        paths[name] = {
            one.id: paths_of(forecaster, one.rows) if len(one.rows) > 1 else rows[name][:, [place[one.rows[0].id]]]
            for one in asked
        }
    return rows, paths


# -------------------------------------------------------------------------------------------------------- scores
def scores(targets: Sequence[Target], forecasts: Mapping[str, Floats]) -> pd.DataFrame:
    """Row by row, how good each forecast was.

    Where the figure is an interval, the point of it nearest to the forecast's median counts.

    Args:
        targets: rows.
        forecasts: [draw, row] in logs by forecaster; NaN where it has nothing to say.

    Returns:
        Columns id, series, forecaster, published, median, error (absolute), crps, in_50, in_90; log points.
    """
    low, high, _ = observed(targets)
    found = []
    for name, draws in forecasts.items():
        for row, target in enumerate(targets):
            sample = np.sort(draws[:, row])
            if not np.isfinite(sample).all():
                continue
            median = float(np.median(sample))
            fact = float(np.clip(median, low[row], high[row]))
            found.append(
                {
                    "id": target.id,
                    "series": f"{target.office} to {target.partner}, {target.good}",
                    "forecaster": name,
                    "published": target.value,
                    "median": median,
                    "error": abs(median - fact),
                    "crps": crps(sample, fact),
                    **{f"in_{share:.0%}".rstrip("%"): _covers(sample, share, fact) for share in COVERED},
                }
            )
    return pd.DataFrame(found)


def crps(sample: Floats, fact: float) -> float:
    """Continuous ranked probability score of a sorted sample: mean distance to the fact less half the mean spread."""
    n = len(sample)
    spread = float((sample * (2.0 * np.arange(1, n + 1) - n - 1.0)).sum()) / n**2
    return float(np.abs(sample - fact).mean()) - spread


def _covers(sample: Floats, share: float, fact: float) -> bool:
    low, high = np.quantile(sample, [0.5 - share / 2.0, 0.5 + share / 2.0])
    return bool(low <= fact <= high)


def overall(table: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Means by forecaster, over the rows that every forecaster answered.

    Args:
        table: from :func:`scores`.
        by: a further column to tell apart, such as ``series``.

    Returns:
        Indexed by forecaster (and ``by``): rows, mae, crps, in_50, in_90.
    """
    answered = table.groupby("id")["forecaster"].nunique()
    common = table[table["id"].isin(answered[answered == table["forecaster"].nunique()].index)]
    keys = ["forecaster"] if by is None else [by, "forecaster"]
    return common.groupby(keys, sort=False).agg(
        rows=("id", "size"), mae=("error", "mean"), crps=("crps", "mean"),
        in_50=("in_50", "mean"), in_90=("in_90", "mean"),
    )  # fmt: skip


def score_tables(
    targets: Sequence[Target], rows: Mapping[str, Floats], asked: Sequence[Judgement],
    paths: Mapping[str, Mapping[str, Floats]],
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """The tables that are written beside a posterior.

    Returns:
        ``scores`` (by series and, as ``all``, over all rows that every forecaster answered), ``scores_by_row`` and
        ``judgements``.
    """
    detail = scores(targets, rows)
    whole = overall(detail).reset_index().assign(series="all")
    by_series = overall(detail, "series").reset_index()
    return {
        "scores": pd.concat([whole, by_series], ignore_index=True)[
            ["series", "forecaster", "rows", "mae", "crps", "in_50", "in_90"]
        ],
        "scores_by_row": detail,
        "judgements": judge_paths(asked, paths),
    }


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Writes tables as CSV into a folder that is there."""
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.5g", lineterminator="\n")


def main(arguments: list[str] | None = None) -> int:
    """Writes the scores of the posterior and of those it is judged against; 1 if the input is at fault."""
    chosen = arguments_of(__doc__, "python -m calibration.forecasts").parse_args(arguments)
    try:
        if chosen.figures is not None:
            raise sim.SimError("--figures: forecasts are judged on the shipped series, which the naive ones continue")
        settle(chosen)
        seen, model = outlook_of(chosen)
        asked = load_judgements(model.targets)
    except sim.SimError as error:
        return complain(error)
    targets = tuple(row for row in model.targets if row.role == "judge")
    rows, paths = answers(seen, model.case(), asked, targets, chosen.seed)
    tables = score_tables(targets, rows, asked, paths)
    write_tables(chosen.posterior, tables)
    with pd.option_context("display.width", 160, "display.max_rows", None):
        sys.stdout.write(f"{tables['scores'].round(3).to_string(index=False)}\n\n")
        sys.stdout.write(f"{tables['judgements'].round(3).to_string(index=False)}\n\n")
        sys.stdout.write(f"{ahead_of(tables['judgements'], POSTERIOR).round(3).to_string(index=False)}\n")
    sys.stdout.write("".join(f"{chosen.posterior / name}.csv\n" for name in tables))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
