"""How good forecasts were: mean absolute error, CRPS and coverage, row by row and over all.

Errors and CRPS are log points, smaller is better; coverage is how often the central 50 % and 90 % held the figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from calibration.targets.simulated_targets import Floats, observed
from calibration.targets.targets import Target
from calibration.validation.event_forecasts import Judgement, judge_paths

COVERED = (0.5, 0.9)


def scores(targets: Sequence[Target], forecasts: Mapping[str, Floats]) -> pd.DataFrame:
    """Row by row, how good each forecast was.

    Where the figure is an interval, the point of it nearest to the forecast's median counts.

    Args:
        targets: rows.
        forecasts: [draw, row] in logs by forecaster; NaN where it has nothing to say.

    Returns:
        Columns id, series, forecaster, published, median, error (absolute), crps, coverage_50, coverage_90; log points.
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
                    "series": f"{target.reporter} to {target.partner}, {target.good}",
                    "forecaster": name,
                    "published": target.value,
                    "median": median,
                    "error": abs(median - fact),
                    "crps": crps(sample, fact),
                    **{f"coverage_{100.0 * share:.0f}": _covers(sample, share, fact) for share in COVERED},
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
        Indexed by forecaster (and ``by``): rows, mae, crps, coverage_50, coverage_90.
    """
    answered = table.groupby("id")["forecaster"].nunique()
    common = table[table["id"].isin(answered[answered == table["forecaster"].nunique()].index)]
    keys = ["forecaster"] if by is None else [by, "forecaster"]
    return common.groupby(keys, sort=False).agg(
        rows=("id", "size"), mae=("error", "mean"), crps=("crps", "mean"),
        coverage_50=("coverage_50", "mean"), coverage_90=("coverage_90", "mean"),
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
            ["series", "forecaster", "rows", "mae", "crps", "coverage_50", "coverage_90"]
        ],
        "scores_by_row": detail,
        "judgements": judge_paths(asked, paths),
    }
