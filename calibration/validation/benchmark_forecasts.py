"""Who forecasts a held-out figure: naive forecasters, gravity, and what each may look at.

A forecaster knows what was published to the end of the year before, no more. It answers with one point, the logarithm
that the target would be; NaN where it has nothing to say. How far its forecasts spread is told by
:mod:`calibration.validation.forecast_spread`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.optimize import nnls

import sim
from calibration.comparison.gravity import predicted_sales
from calibration.targets.build_targets import SERIES, record_of
from calibration.targets.simulated_targets import Floats, Ledgers, simulated_of
from calibration.targets.targets import FIGURES, Months, Target, count_months, months_of

Forecaster = Callable[[Target], float]
# How firmly the weights of the synthetic control are held to a sum of one, against fits of order one.
_SUM_WEIGHT = 100.0
# Months of a series and of the year before that a mix is fitted on, at least.
_LEAST_MONTHS = 12


# ------------------------------------------------------------------------------------------------- what is known
@lru_cache(maxsize=1)
def monthly() -> dict[tuple[str, str, str], pd.Series[float]]:
    """Every monthly series by the simulated flow it stands for (office, flow, partner), musd; held-out months too."""
    rows = [row for row in sim.csv_records(SERIES) if row["file"] == "customs_monthly"]
    return {(row["reporter"], row["flow"], row["partner"]): record_of(row)["musd"] for row in rows}


@lru_cache(maxsize=1)
def stated_months() -> dict[tuple[str, str, str, str], pd.Series[float]]:
    """Single months that somebody stated of flows without a series, by office, flow, partner and good; musd."""
    table = pd.read_csv(FIGURES / "stated_months.csv")
    keys = ["reporter", "flow", "partner", "good"]
    return {tuple(key): part.set_index("month")["musd"].sort_index() for key, part in table.groupby(keys)}


def published(target: Target) -> pd.Series[float] | None:
    """The monthly series, or the stated months, that a target is a growth of; None if there are none."""
    if target.measure != "growth":
        return None
    if target.good != "all":
        return stated_months().get((target.reporter, target.flow, target.partner, target.good))
    return monthly().get((target.reporter, target.flow, target.partner))


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


# ----------------------------------------------------------------------------------------------- who forecasts it
def _from_path(target: Target, path: Callable[[pd.Series[float], list[str]], Floats]) -> float:
    """Growth on the published base of a path forecast by month; NaN where what it needs was not published."""
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
    own = (target.reporter, target.flow, target.partner)
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
        fields: see :func:`calibration.comparison.gravity.closed_by_month`.
    """
    sales, world = predicted_sales(case, fields), case.world

    def total(target: Target, span: Months) -> float:
        offices = range(len(world.states)) if target.reporter == "all" else _positions(target.reporter, world.states)
        goods = world.good_positions(target.good.split("+"))
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


def of_ledgers(ledgers: Ledgers) -> Forecaster:
    """A run of the model as a forecaster."""
    return lambda target: float(simulated_of(ledgers, [target])[0])
