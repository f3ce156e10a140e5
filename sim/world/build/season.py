"""How the target's demand moves over the calendar year, from months before any measure.

Method: ratio to the centred twelve-month mean (2 x 12 moving average, the classical decomposition); the six months at
either end, which have no centred mean, are compared with the nearest full twelve months. Of each calendar month the
median over the years is taken, so that one odd year (the shutdown of 2020) does not set it, and the twelve are scaled
to mean 1. The series named in the settings are averaged with equal weight: the estimate over all partners shows demand
as a whole, the partner's own record shows the trough around its new year.
"""

from collections.abc import Sequence

import numpy as np

from sim.common.arrays import Floats
from sim.common.csv_tables import Row
from sim.common.months import MONTHS_PER_YEAR, format_month, parse_month
from sim.world.build.facts import Facts

_ALL_GOODS = "all"
_IMPORT = "import"


def season_factors(facts: Facts) -> tuple[Floats, str]:
    """Return the season of the target's demand [12] and the source of its series; flat where none is named.

    Raises:
        ValueError: If there are too few months.
    """
    if not facts.settings.lists["season_exporters"]:
        return np.ones(MONTHS_PER_YEAR), "assumption: no season, since world_build.yaml names no series for it"
    months, factors, credits = _months(facts), [], []
    for exporter in facts.settings.lists["season_exporters"]:
        rows = _rows(facts, exporter)
        start = parse_month(months[0]) % MONTHS_PER_YEAR
        factors.append(seasonal_ratios([facts.musd(rows[month]) for month in months], start))
        credits.append(f"{exporter}: {rows[months[0]].text('source')}")
    mean = np.mean(factors, axis=0)
    source = f"ratio to the centred 12-month mean, {months[0]} to {months[-1]}, mean of {' and '.join(credits)}"
    return np.asarray(mean / mean.mean(), dtype=np.float64), source


def missing_months(facts: Facts, exporter: str) -> list[str]:
    """Return the months of the season that a series towards the target lacks."""
    rows = _rows(facts, exporter)
    return [month for month in _months(facts) if month not in rows]


def _months(facts: Facts) -> list[str]:
    texts = facts.settings.texts
    first, last = parse_month(texts["season_first_month"]), parse_month(texts["season_last_month"])
    return [format_month(month) for month in range(first, last + 1)]


def _rows(facts: Facts, exporter: str) -> dict[str, Row]:
    """Return what an exporter sold the target by month, all goods together."""
    return {
        row.text("period"): row
        for row in facts.tables["customs_monthly"]
        if (row.text("exporter"), row.text("importer")) == (exporter, facts.settings.texts["target"])
        and row.text("good") == _ALL_GOODS
        and row.text("flow") != _IMPORT
    }


def seasonal_ratios(values: Sequence[float], start: int) -> Floats:
    """Return the median ratio to the centred twelve-month mean, by calendar month [12], scaled to mean 1.

    Args:
        values: Monthly values, at least 24 of them, any unit.
        start: Calendar month of the first value, 0 to 11.

    Raises:
        ValueError: If there are too few months.
    """
    ratios = ratios_to_mean(values)
    calendar = (start + np.arange(len(ratios))) % MONTHS_PER_YEAR
    medians = np.array([np.median(ratios[calendar == month]) for month in range(MONTHS_PER_YEAR)])
    return np.asarray(medians / medians.mean(), dtype=np.float64)


def ratios_to_mean(values: Sequence[float]) -> Floats:
    """Return the ratio of each month to the centred twelve-month mean: the series without its trend.

    Args:
        values: Monthly values, at least 24 of them, any unit.

    Raises:
        ValueError: If there are too few months.

    Example:
        >>> import sim
        >>> steady = sim.ratios_to_mean(range(100, 136))
        >>> bool(abs(steady[6:-6] - 1).max() < 1e-9)
        True
    """
    half = MONTHS_PER_YEAR // 2
    if len(values) < 2 * MONTHS_PER_YEAR:
        raise ValueError(f"{len(values)} months are too few for a season, expected at least {2 * MONTHS_PER_YEAR}")
    series = np.asarray(values, dtype=np.float64)
    weights = np.concatenate(([0.5], np.ones(MONTHS_PER_YEAR - 1), [0.5])) / MONTHS_PER_YEAR
    centred = np.convolve(series, weights, mode="valid")
    first, last = series[:MONTHS_PER_YEAR].mean(), series[-MONTHS_PER_YEAR:].mean()
    level = np.concatenate((np.full(half, first), centred, np.full(half, last)))
    return np.asarray(series / level, dtype=np.float64)
