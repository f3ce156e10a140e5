"""How good forecasts from rolling origins were, and how sure a difference is.

Scores are log points, smaller is better. Beside each forecaster's own spread its median is scored with the spread of
the model's forecast, the same for all: that tells better centres from better spreads. Months next to each other, and
series of one month, are not independent: intervals of a gain draw months in blocks, all series of a month together
(circular blocks, Politis and Romano 1992).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from calibration.targets.simulated_targets import Floats
from calibration.validation.scores import crps

HORIZONS = (1, 3, 6, 12)
BLOCK, REPEATS, INTERVAL = 6, 2000, (0.05, 0.95)
_KEYS = ["horizon", "months"]


def score_origin(
    draws: Mapping[str, Floats], facts: Mapping[tuple[int, int], float], model: str, names: Sequence[str], origin: str
) -> pd.DataFrame:
    """Scores of all forecasters at one origin.

    Args:
        draws: forecaster -> [draw, series, month ahead] logs.
        facts: log of what was published, by (series, months ahead from 1).
        model: the forecaster whose spread all are given.
        names: of the series.
        origin: its month.

    Returns:
        Columns origin, month (of the target), horizon, series, forecaster, median, published, error, crps,
        crps_equal_spread, coverage_50, coverage_90.
    """
    rows = []
    for (series, ahead), fact in facts.items():
        if ahead not in HORIZONS:
            continue
        usual = np.sort(draws[model][:, series, ahead - 1])
        usual = usual - np.median(usual)
        for name, found in draws.items():
            sample = np.sort(found[:, series, ahead - 1])
            median = float(np.median(sample))
            inside = {
                f"coverage_{share}": bool(low <= fact <= high)
                for share, (low, high) in {
                    50: np.quantile(sample, (0.25, 0.75)), 90: np.quantile(sample, (0.05, 0.95))
                }.items()
            }  # fmt: skip
            rows.append({
                "origin": origin, "month": str(pd.Period(origin, "M") + ahead), "horizon": ahead,
                "series": names[series], "forecaster": name, "median": median, "published": fact,
                "error": abs(median - fact), "crps": crps(sample, fact),
                "crps_equal_spread": crps(median + usual, fact), **inside,
            })  # fmt: skip
    return pd.DataFrame(rows)


def by_horizon(detail: pd.DataFrame) -> pd.DataFrame:
    """Means by horizon, year of the month forecast (and both years) and forecaster, best CRPS first."""
    parts = [
        _of(detail.assign(months=detail["month"].str[:4])),
        _of(detail.assign(months="all")),
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values([*_KEYS, "crps"], kind="stable", ignore_index=True)


def _of(detail: pd.DataFrame) -> pd.DataFrame:
    return detail.groupby([*_KEYS, "forecaster"], as_index=False).agg(
        rows=("crps", "size"), mae=("error", "mean"), crps=("crps", "mean"),
        crps_equal_spread=("crps_equal_spread", "mean"), coverage_50=("coverage_50", "mean"),
        coverage_90=("coverage_90", "mean"),
    )  # fmt: skip


def gains(detail: pd.DataFrame, model: str, others: Sequence[str], seed: int = 7) -> pd.DataFrame:
    """What the model's scores are below those of each other forecaster, with 90 % intervals.

    Args:
        detail: from :func:`score_origin`, all origins.
        model: the forecaster.
        others: those it is set against.
        seed: of the blocks.

    Returns:
        Columns horizon, months, other, best (whether it has the lowest CRPS of all others there), and gain, low and
        high, shares of its CRPS, with own spreads and (``_equal_spread``) with the model's.
    """
    rows = []
    for months in ("2023", "2024", "all"):
        part = detail if months == "all" else detail[detail["month"].str[:4] == months]
        for horizon, own in part.groupby("horizon"):
            means = own.groupby("forecaster")["crps"].mean()
            best = means[list(others)].idxmin()
            for other in others:
                row = {"horizon": horizon, "months": months, "other": other, "best": other == best}
                for score, suffix in (("crps", ""), ("crps_equal_spread", "_equal_spread")):
                    ends = _gain(own, score, (model, other), seed)
                    row |= {f"{name}{suffix}": end for name, end in zip(("gain", "low", "high"), ends, strict=True)}
                rows.append(row)
    return pd.DataFrame(rows)


def _gain(own: pd.DataFrame, score: str, pair: tuple[str, str], seed: int) -> tuple[float, float, float]:
    """One less the ratio of two mean scores, and its interval over blocks of months."""
    sums = own[own["forecaster"].isin(pair)].pivot_table(
        index="month", columns="forecaster", values=score, aggfunc="sum"
    )
    table = sums[list(pair)].to_numpy()
    length = min(BLOCK, len(table))
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, len(table), (REPEATS, -(-len(table) // length)))
    chosen = (starts[:, :, None] + np.arange(length)).reshape(REPEATS, -1)[:, : len(table)] % len(table)
    drawn = table[chosen].sum(axis=1)
    low, high = np.quantile(1.0 - drawn[:, 0] / drawn[:, 1], INTERVAL)
    whole = table.sum(axis=0)
    return float(1.0 - whole[0] / whole[1]), float(low), float(high)
