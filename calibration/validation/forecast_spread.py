"""How far forecasts spread: a forecaster's own record of errors, or the draws of the posterior.

A forecaster of points spreads by the errors that it made, in the same way, on the same months one and two years
earlier. The posterior brings draws of its own: parameters, discrepancy and measurement error, as the fit had them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibration.targets.simulated_targets import Floats
from calibration.targets.targets import Target, WorldCodes
from calibration.validation.benchmark_forecasts import Forecaster, published, years_back
from calibration.validation.posterior_runs import Outlook, errors_for, published_like

DRAWS = 199
YEARS_BACK = (1, 2)


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
                errors.setdefault((target.reporter, target.partner), []).append(past.value - past_point)
    pooled = [error for many in errors.values() for error in many]
    levels = (np.arange(DRAWS) + 0.5) / DRAWS
    found = np.empty((DRAWS, len(targets)))
    for row, target in enumerate(targets):
        own = np.asarray(errors.get((target.reporter, target.partner)) or pooled or [0.0])
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
    return published_like(alone(seen, targets), shape, seen.draws.discrepancy, seed)


def alone(seen: Outlook, targets: Sequence[Target]) -> Floats:
    """What the model says at each draw, [draw, row] logs: parameters alone, without any error."""
    place = {row.id: number for number, row in enumerate(seen.targets)}
    return seen.found[:, [place[row.id] for row in targets]]
