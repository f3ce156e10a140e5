"""Policies against each other: which are not dominated, and how much each can be regretted over draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.summaries import known_columns, refuse_nan, spread_of, units_of
from sim.common.arrays import Floats, Mask
from sim.common.errors import SimError, nearest

WANTED = ("more", "less")


def pareto_front(table: pd.DataFrame, inputs: Sequence[str], wanted: Mapping[str, str]) -> pd.DataFrame:
    """Mean outcome of every policy, and which no other one dominates.

    A policy dominates another if it is at least as good in every objective and better in one.

    Args:
        table: of runs, the same draws and replicates for every policy.
        inputs: levers; a policy is a setting of all of them.
        wanted: metric: ``more`` or ``less``.

    Returns:
        A row per policy: inputs; for each objective its mean, ``<metric>_low`` and ``<metric>_high`` (ends of its
        spread, see :mod:`sim.common.spread`); ``on_front``; ``front_share``, the share of draws in which no policy
        dominates it.

    Raises:
        SimError: unknown columns or words, or runs without a number.
    """
    objectives = list(_signs(wanted))
    refuse_nan(table, objectives, inputs)
    rows = []
    for key, runs in table.groupby(list(inputs), sort=False, dropna=False):
        row = dict(zip(inputs, key, strict=True))
        for metric in objectives:
            spread = spread_of(runs[metric].to_numpy(float))
            row |= {metric: spread["mean"], f"{metric}_low": spread["low"], f"{metric}_high": spread["high"]}
        rows.append(row)
    front = pd.DataFrame(rows)
    front["on_front"] = undominated(_scores(front, wanted))
    front["front_share"] = _share_of_draws(table, front, list(inputs), wanted)
    return front


def undominated(scores: Floats) -> Mask:
    """Which rows no other row dominates; more is better in every column."""
    others, own = scores[None, :, :], scores[:, None, :]
    dominates = np.all(others >= own, axis=2) & np.any(others > own, axis=2)
    best: Mask = np.logical_not(np.any(dominates, axis=1))
    return best


def regrets(table: pd.DataFrame, inputs: Sequence[str], wanted: Mapping[str, str]) -> pd.DataFrame:
    """How far each policy is behind the best one for the draw, objective by objective.

    Returns:
        A row per policy and objective: inputs, ``metric``, ``mean_regret``, ``max_regret`` (in the metric's unit, never
        negative), ``best_share`` (of draws in which no policy does better).

    Raises:
        SimError: unknown columns or words, runs without a number, policies with other draws.
    """
    signs = _signs(wanted)
    refuse_nan(table, list(signs), inputs)
    units = units_of(table)
    rows = []
    for metric, sign in signs.items():
        wide = _wide(table, inputs, units, metric) * sign
        behind = wide.max(axis=1).to_numpy()[:, None] - wide.to_numpy()
        for position, policy in enumerate(wide.columns):
            own = behind[:, position]
            named = dict(zip(inputs, policy, strict=True))
            numbers = {"mean_regret": float(own.mean()), "max_regret": float(own.max())}
            rows.append({**named, "metric": metric, **numbers, "best_share": float((own == 0.0).mean())})
    return pd.DataFrame(rows)


def after_best_reply(
    table: pd.DataFrame, levers: Sequence[str], evader: Sequence[str], objective: tuple[str, str]
) -> pd.DataFrame:
    """What is left of each policy once the evader has chosen its levers, world by world, with the policy known.

    Args:
        table: of runs, every policy with every reply for the same draws and replicates.
        levers: all of them.
        evader: those that the evader chooses.
        objective: metric that the evader makes as bad as it can, and ``more`` or ``less`` as the policy wants it.

    Returns:
        The rows of the replies chosen, one for each policy, draw and replicate; of equal replies the first.

    Raises:
        SimError: an evader's lever that is none of the levers, or all of them; runs without a number.
    """
    for name in evader:
        if name not in levers:
            raise SimError(f"the evader's lever '{name}' is none of the study's; {nearest(name, levers)}")
    policy = [name for name in levers if name not in evader]
    if not policy:
        raise SimError("the evader has all levers, so there is no policy left to compare")
    metric, word = objective
    sign = _signs({metric: word})[metric]
    refuse_nan(table, [metric], levers)
    score = table[metric] * sign
    chosen = score.groupby([table[name] for name in [*policy, *units_of(table)]], sort=False, dropna=False).idxmin()
    left: pd.DataFrame = table.loc[chosen]
    return left


def _signs(wanted: Mapping[str, str]) -> dict[str, float]:
    if not wanted:
        raise SimError("no objective; expected METRIC=more or METRIC=less, such as shortfall=more")
    for metric, word in wanted.items():
        if word not in WANTED:
            raise SimError(f"objective '{metric}={word}': {nearest(word, WANTED)}")
    return {metric: 1.0 if word == "more" else -1.0 for metric, word in wanted.items()}


def _scores(table: pd.DataFrame, wanted: Mapping[str, str]) -> Floats:
    signs = _signs(wanted)
    scores: Floats = table[known_columns(table, list(signs))].to_numpy(float) * np.array(list(signs.values()))
    return scores


def _wide(table: pd.DataFrame, inputs: Sequence[str], units: Sequence[str], metric: str) -> pd.DataFrame:
    """A row per draw, a column per policy (a tuple of its levers)."""
    policies: Any = list(zip(*(table[name] for name in inputs), strict=True))
    keyed = table.assign(_policy=policies, _alone=0)
    index = list(units) or ["_alone"]
    if keyed.duplicated(["_policy", *index]).any():
        raise SimError(f"several runs of one policy have the same {' and '.join(units) or 'setting'}")
    wide = keyed.set_index([*index, "_policy"])[metric].unstack("_policy")
    if wide.isna().any(axis=None):
        raise SimError("policies were run with other draws or replicates, so they cannot be compared draw by draw")
    return wide


def _share_of_draws(table: pd.DataFrame, front: pd.DataFrame, inputs: list[str], wanted: Mapping[str, str]) -> Floats:
    """Share of draws in which each policy of the front table is dominated by none."""
    units, signs = units_of(table), _signs(wanted)
    policies: list[Any] = [*front[inputs].itertuples(index=False, name=None)]
    wide = [
        _wide(table, inputs, units, metric).reindex(columns=policies).to_numpy() * sign
        for metric, sign in signs.items()
    ]
    by_draw = np.stack(wide, axis=2)  # (draw, policy, objective)
    share: Floats = np.mean([undominated(scores) for scores in by_draw], axis=0)
    return share
