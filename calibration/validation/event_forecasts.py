"""Two named judgements of 2024: the dip after the bank order of December 2023, and the fall of the hubs.

``figures/judgements.csv`` says which judged rows each is read off. ``fall``: did the mean growth of the rows fall below
nil, and how far? ``trough``: which of the months was the lowest? A forecaster answers with draws of whole paths: it may
be sure of a fall and unsure of its month. Scores: probability given to what happened, and CRPS (log points) or, for the
month, the ranked probability score (Epstein 1969); smaller is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import sim
from calibration.targets.simulated_targets import Floats
from calibration.targets.targets import FIGURES, Target

JUDGEMENTS = FIGURES / "judgements.csv"
MEASURES = ("fall", "trough")
# Months of one path closer than this are equally low, log points.
_TIE = 1e-9


@dataclass(frozen=True)
class Judgement:
    """One question that 2024 answered.

    Attributes:
        id: unique name.
        event: the question in words.
        measure: ``fall`` or ``trough``.
        rows: judged targets it is read off, months in order.
        source: where the answer was published.
    """

    id: str
    event: str
    measure: str
    rows: tuple[Target, ...]
    source: str


def load_judgements(targets: Sequence[Target], path: Path = JUDGEMENTS) -> tuple[Judgement, ...]:
    """Reads the table.

    Args:
        targets: all rows; those that are named must be held out.
        path: the table.

    Raises:
        FaultList: an unknown measure, a row that is not there, or one that is not held out.
    """
    known = {target.id: target for target in targets}
    faults, found = [], []
    for line, row in enumerate(sim.csv_records(path), start=2):
        names = row["rows"].split(";")
        problems = [f"no target '{name}'" for name in names if name not in known]
        problems += [f"'{n}' is not held out: its role is {known[n].role}" for n in names if n in known and
                     known[n].role != "judge"]  # fmt: skip
        if row["measure"] not in MEASURES:
            problems.append(f"unknown measure '{row['measure']}', expected {' or '.join(MEASURES)}")
        faults += [sim.Fault(str(path), line, 0, row["id"], problem) for problem in problems]
        if not problems:
            rows = tuple(known[name] for name in names)
            found.append(Judgement(row["id"], row["event"], row["measure"], rows, row["source"]))
    if faults:
        raise sim.FaultList(faults)
    return tuple(found)


def judge_paths(asked: Sequence[Judgement], paths: Mapping[str, Mapping[str, Floats]]) -> pd.DataFrame:
    """How each forecaster answered each question.

    Args:
        asked: the questions.
        paths: forecaster -> question -> [draw, row] logs; NaN or nothing where it is silent.

    Returns:
        Columns judgement, measure, forecaster, published, predicted, right (the most probable answer is what
        happened; for a month, within one), p_right (probability given to it), error (log points, or months), score.
        Silent forecasters have a row with ``right`` false and no numbers: they did not forecast it.
    """
    rows = []
    for one in asked:
        facts = np.array([target.value for target in one.rows])
        for name, given in paths.items():
            draws = given.get(one.id)
            silent = draws is None or not np.isfinite(draws).all()
            answer = _SILENT if draws is None or silent else (
                _fall(draws, one.rows) if one.measure == "fall" else _trough(draws, facts, one.rows)
            )  # fmt: skip
            rows.append({"judgement": one.id, "measure": one.measure, "forecaster": name, **answer})
    return pd.DataFrame(rows)


_SILENT = {"published": None, "predicted": None, "right": False, "p_right": None, "error": None, "score": None}


def _fall(draws: Floats, rows: Sequence[Target]) -> dict[str, object]:
    fact = float(np.mean([row.value for row in rows]))
    sample = np.sort(draws.mean(axis=1))
    middle = float(np.median(sample))
    likely = float(np.mean((sample < 0.0) == (fact < 0.0)))
    spread = float(np.abs(sample - fact).mean() - 0.5 * _gini(sample))
    return {
        "published": round(fact, 4), "predicted": round(middle, 4), "right": bool(middle * fact > 0.0),
        "p_right": likely, "error": abs(middle - fact), "score": spread,
    }  # fmt: skip


def _gini(ordered: Floats) -> float:
    """Mean distance of two draws of a sorted sample."""
    n = len(ordered)
    return float((ordered * (2.0 * np.arange(1, n + 1) - n - 1.0)).sum()) * 2.0 / n**2


def _trough(draws: Floats, facts: Floats, rows: Sequence[Target]) -> dict[str, object]:
    chance = lowest_month(draws)
    happened = int(np.argmin(facts))
    below = np.cumsum(chance)
    likely = int(np.argmax(chance))
    middle = int(np.searchsorted(below, 0.5 - _TIE))
    # A path without a lowest month says nothing about the month.
    says = chance.max() > 1.5 / len(chance)
    return {
        "published": rows[happened].period[0], "predicted": rows[likely].period[0] if says else "no month",
        "right": bool(says and abs(likely - happened) <= 1), "p_right": float(chance[happened]),
        "error": float(abs(middle - happened)),
        "score": float(np.sum((below - (np.arange(len(chance)) >= happened)) ** 2)),
    }  # fmt: skip


def lowest_month(draws: Floats) -> Floats:
    """Probability that each month is the lowest; months of a path that are equally low share theirs.

    Args:
        draws: [draw, month] logs.
    """
    low = draws <= draws.min(axis=1, keepdims=True) + _TIE
    chance: Floats = (low / low.sum(axis=1, keepdims=True)).mean(axis=0)
    return chance


def ahead_of(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Question by question: was a forecaster right, and was its score better than every other's?

    Args:
        table: from :func:`judge_paths`.
        name: the forecaster.

    Returns:
        Columns judgement, right, score, best_other (name), best_other_score, ahead.
    """
    found = []
    for judgement, part in table.groupby("judgement", sort=False):
        own = part[part["forecaster"] == name].iloc[0]
        others = part[~part["forecaster"].str.startswith(("posterior", "model"))].dropna(subset=["score"])
        best = others.sort_values("score").iloc[0] if len(others) else None
        found.append(
            {
                "judgement": judgement, "right": own["right"], "score": own["score"],
                "best_other": "none answers" if best is None else best["forecaster"],
                "best_other_score": None if best is None else best["score"],
                "ahead": bool(own["right"] and (best is None or own["score"] < best["score"])),
            }
        )  # fmt: skip
    return pd.DataFrame(found)
