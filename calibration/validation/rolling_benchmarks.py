"""Who forecasts a month of a series beside the model: each knows what was published by the origin, no more.

A forecaster answers with draws of the logarithm of every month of the year after the origin. Those of one series are
points with the spread of their own errors at the same distance, with either sign; the automatic method and the
regression bring laws of their own. Gravity gets the same treatment as the model: its path is carried on by the same
state-space model (:meth:`sim.Forecast.at`), so that what differs is the path.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

import sim
from calibration.comparison.gravity import flows_of
from calibration.comparison.hat_algebra import new_equilibrium
from calibration.targets.simulated_targets import Floats
from calibration.targets.targets import FIGURES, month_number

AHEAD, YEAR = 12, 12
LEVELS = (np.arange(199) + 0.5) / 199
# Factors on the world's trade elasticities among which the months known choose.
ELASTICITIES = (0.25, 0.5, 1.0, 2.0)
# First month of the regression's second regime.
WAR = "2022-03"
Known = Sequence["pd.Series[float]"]
Flow = Sequence[str]
Point = Callable[[Floats, int], float]


def distances(known: pd.Series[float], origin: str) -> list[int]:
    """From the last month known to each of the twelve months after the origin."""
    lag = month_number(origin) - month_number(str(known.index[-1]))
    return [lag + ahead for ahead in range(1, AHEAD + 1)]


# ------------------------------------------------------------------------------------------------- from one series
def last_month(logs: Floats, distance: int) -> float:
    """The last month known goes on."""
    return float(logs[-1])


def same_month_last_year(logs: Floats, distance: int) -> float:
    """The last known month of the same name."""
    return float(logs[-1 + distance - YEAR * -(-distance // YEAR)])


def by_points(point: Point, known: Known, origin: str) -> Floats:
    """Points with the spread of their own errors at the same distance: [draw, series, month ahead]."""
    found = np.empty((len(LEVELS), len(known), AHEAD))
    for place, series in enumerate(known):
        logs = np.log(series.to_numpy(dtype=float))
        for ahead, distance in enumerate(distances(series, origin)):
            ends = range(YEAR, len(logs) - distance + 1)
            errors = np.array([logs[end - 1 + distance] - point(logs[:end], distance) for end in ends] or [0.0])
            spread = np.quantile(np.concatenate([errors, -errors]), LEVELS)
            found[:, place, ahead] = point(logs, distance) + spread
    return found


def automatic(known: Known, origin: str) -> Floats:
    """Exponential smoothing of the logarithms in state-space form, trend and season chosen by AICc.

    Hyndman, Koehler, Ord and Snyder (2008); additive errors, so that the law of what is to come is normal.
    """
    found = np.empty((len(LEVELS), len(known), AHEAD))
    for place, series in enumerate(known):
        logs = pd.Series(np.log(series.to_numpy(dtype=float)), pd.PeriodIndex(series.index, freq="M"))
        best = min((_smoothed(logs, **form) for form in _FORMS), key=lambda fit: float(fit.aicc))
        steps = distances(series, origin)
        law = best.get_prediction(start=len(logs), end=len(logs) + max(steps) - 1)
        mean, sd = np.asarray(law.predicted_mean), np.sqrt(np.asarray(law.forecast_variance))
        at = np.array(steps) - 1
        found[:, place] = mean[at] + ndtri(LEVELS)[:, None] * sd[at]
    return found


_FORMS = [
    {"trend": trend, "damped_trend": trend is not None, "seasonal": season, "seasonal_periods": season and YEAR}
    for trend in (None, "add") for season in (None, "add")
]  # fmt: skip


def _smoothed(logs: pd.Series[float], **form: object):  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a form that fits badly loses by its AICc
        return ETSModel(logs, error="add", **form).fit(disp=False)


# ------------------------------------------------------------------------------------------------ from all series
def hub_dummies(known: Known, groups: Sequence[str], origin: str) -> Floats:
    """A regression: each series' own level, a level of its group since March 2022, and the calendar month.

    Args:
        known: the series.
        groups: what each is: coalition to the target, to a hub, a hub to the target and so on.
        origin: the month of the forecast.

    Returns:
        [draw, series, month ahead]: what it says, with the spread of the series' own residuals of the last year.
    """
    names = sorted(set(groups))

    def row(place: int, month: int) -> Floats:
        later = month >= month_number(WAR)
        group = later * np.eye(len(names))[names.index(groups[place])]
        return np.concatenate([np.eye(len(known))[place], group, np.eye(YEAR)[month % YEAR]])

    months = [[month_number(str(month)) for month in series.index] for series in known]
    design = np.array([row(place, month) for place, own in enumerate(months) for month in own])
    logs = np.log(np.concatenate([series.to_numpy(dtype=float) for series in known]))
    effects = np.linalg.lstsq(design, logs, rcond=None)[0]
    left = logs - design @ effects
    found, start = np.empty((len(LEVELS), len(known), AHEAD)), 0
    for place, series in enumerate(known):
        errors = left[start : start + len(series)][-YEAR:]
        start += len(series)
        spread = np.quantile(np.concatenate([errors, -errors]), LEVELS)
        for ahead in range(AHEAD):
            found[:, place, ahead] = row(place, month_number(origin) + ahead + 1) @ effects + spread
    return found


# ------------------------------------------------------------------------------------------------------- gravity
def gravity_paths(case: sim.Case, flows: Sequence[Flow], factor: float) -> Floats:
    """What structural gravity says of each flow by month, musd: [flow, month].

    Exact hat algebra on the same world under the law of each month: lines that are banned and payments that are refused
    are closed, and who leaves for its name's sake sells less by that many log points.

    Args:
        case: the scenario whose law and world are used.
        flows: reporter, flow and partner of each series.
        factor: on the world's trade elasticities.
    """
    world, base, solved = case.world, flows_of(case), {}
    model, brand = case.model(), case.world.coalition_hq_share
    found = np.empty((len(flows), case.scenario.months.count))
    for month in range(found.shape[1]):
        model.step()
        kept = np.ones_like(world.recorded_musd)
        for name in ("banned_share", "payment_refusal", "reputation"):
            lanes = model.regime.lane(name)[:, 0].reshape(len(world.states), 2, len(world.goods))
            left = np.exp(-lanes) if name == "reputation" else 1.0 - lanes
            kept[:, world.target] *= brand * left[:, 0] + (1.0 - brand) * left[:, 1]
        kept[world.target, world.target] = 1.0
        if (key := kept.tobytes()) not in solved:
            solved[key] = new_equilibrium(base, factor * world.price_elasticity, kept)[0]
        found[:, month] = [_sold(solved[key], flow, world) for flow in flows]
    return found


def _sold(sales: Floats, flow: Flow, world: sim.World) -> float:
    """Sales of a flow's exporter to its importer, all goods, musd a month."""
    reporter, kind, partner = flow[:3]
    at = world.states.index(partner)
    if reporter == "all":
        return float(sales[:, at].sum() - sales[at, at].sum()) / YEAR
    other = world.states.index(reporter)
    return float((sales[at, other] if kind == "import" else sales[other, at]).sum()) / YEAR


def with_income(paths: Floats, months: Sequence[str], flows: Sequence[Flow], origin: str) -> Floats:
    """Gravity's flows in proportion to the importer's GDP, as it was known at the origin: of the year before, held."""
    table = pd.read_csv(FIGURES / "gdp_annual.csv").set_index(["state", "year"])["value"]
    last = int(origin[:4]) - 1
    found = paths.copy()
    for place, flow in enumerate(flows):
        buyer = flow[0] if flow[1] == "import" else flow[2]
        for at, month in enumerate(months):
            year = min(int(month[:4]), last)
            known = [(buyer, y) for y in range(year, 2020, -1) if (buyer, y) in table.index]
            if known and (buyer, 2021) in table.index:
                found[place, at] *= table[known[0]] / table[(buyer, 2021)]
    return found


def best_elasticity(candidates: Sequence[Floats], known: Known, months: Sequence[str]) -> int:
    """Which of gravity's paths is nearest to the months known, in growth on the base year's mean."""
    misses = []
    for paths in candidates:
        miss = 0.0
        for place, series in enumerate(known):
            inside = [month for month in months if month in series.index]
            at = [months.index(month) for month in inside]
            gap = np.log(series[inside].to_numpy(dtype=float) / paths[place, at])
            base = [n for n, month in enumerate(inside) if month[:4] == months[0][:4]]
            miss += float(np.mean((gap - gap[base].mean()) ** 2))
        misses.append(miss)
    return int(np.argmin(misses))
