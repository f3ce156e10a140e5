"""Where in the space of inputs an outcome is met: boxes found by PRIM or CART (ema_workbench), told in sentences.

PRIM: Friedman and Fisher, Statistics and Computing 9 (1999) 123; as scenario discovery: Bryant and Lempert,
Technological Forecasting and Social Change 77 (2010) 34. CART: Breiman et al., Classification and Regression Trees,
1984.
"""

from __future__ import annotations

import inspect
import operator
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from sim.analysis.summaries import known_columns, refuse_nan
from sim.common.errors import SimError, nearest
from sim.common.parsing import plain_number

with warnings.catch_warnings():  # it warns of optional back ends that are not installed
    warnings.simplefilter("ignore")
    from ema_workbench.analysis.cart import CART
    from ema_workbench.analysis.prim import Prim

METHODS = ("prim", "cart")
_CONDITION = re.compile(r"\s*(?P<metric>.+?)\s*(?P<sign><=|>=|<|>)\s*(?P<number>\S+)\s*")
_SIGNS: Mapping[str, tuple[Any, str]] = {
    ">": (operator.gt, "is above"), ">=": (operator.ge, "is at least"), "<": (operator.lt, "is below"),
    "<=": (operator.le, "is at most"),
}  # fmt: skip
LEAST_COVERAGE = 0.5  # of the cases; what holds fewer is told as weak
LEAST_MASS = 0.05  # a box of fewer runs says little

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Box:
    """A part of the space of inputs.

    Attributes:
        limits: input: (low, high), both included, or the values of an input that is no number; only what the box
            narrows down.
        runs: runs inside. hits: of them those where the outcome is met.
        coverage: share of all hits that are inside. density: share of the runs inside that are hits.
    """

    limits: Mapping[str, tuple[float, float] | tuple[str, ...]]
    runs: int
    hits: int
    coverage: float
    density: float


@dataclass(frozen=True, eq=False)
class Discovery:
    """Where an outcome is met.

    Attributes:
        outcome: the condition, in words.
        runs: in all. hits: where it is met.
        boxes: the clearest first.
        sentences: the same, to quote.

    Example:
        >>> import pandas as pd, sim
        >>> runs = pd.DataFrame({"effort": range(100), "shortfall": range(100)})
        >>> found = sim.discover(runs, ["effort"], "shortfall >= 80")
        >>> list(found.boxes[0].limits)
        ['effort']
    """

    outcome: str
    runs: int
    hits: int
    boxes: tuple[Box, ...]
    sentences: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """A row per box and input that it narrows down."""
        rows = [
            {"box": number, "input": name, "low": limits[0], "high": limits[-1], **_numbers(box)}
            for number, box in enumerate(self.boxes, start=1)
            for name, limits in box.limits.items()
        ]
        return pd.DataFrame(rows, columns=["box", "input", "low", "high", "runs", "hits", "coverage", "density"])


def _numbers(box: Box) -> dict[str, float]:
    return {name: getattr(box, name) for name in ("runs", "hits", "coverage", "density")}


def discover(
    table: pd.DataFrame, inputs: Sequence[str], condition: str, *, method: str = "prim", density: float = 0.75
) -> Discovery:
    """Finds where a condition on a metric is met.

    Args:
        table: of runs.
        inputs: columns of levers and uncertainties.
        condition: such as ``shortfall > 0.3``.
        method: ``prim`` peels one box; ``cart`` splits into leaves, of which those of enough density are kept.
        density: share of hits wanted in a box.

    Raises:
        SimError: an unknown method or column, a condition that cannot be read or is met in no run or in all, runs
            without a number.

    Example:
        >>> import pandas as pd, sim
        >>> runs = pd.DataFrame({"effort": range(100), "shortfall": range(100)})
        >>> sim.discover(runs, ["effort"], "shortfall >= 80").sentences[0]
        'In 20% of all 100 runs shortfall is at least 80.'
    """
    if method not in METHODS:
        raise SimError(f"unknown method '{method}'; {nearest(method, METHODS)}")
    if not 0.0 <= density <= 1.0:
        raise SimError(f"density {density:g}: expected a share from 0 to 1")
    met, outcome = _met(table, condition, inputs)
    space = table[known_columns(table, inputs)].reset_index(drop=True)
    space = space.astype(dict.fromkeys(space.select_dtypes("number").columns, float))
    whole = {name: _extent(space[name]) for name in inputs}
    raw = _prim(space, met, density) if method == "prim" else _cart(space, met)
    boxes = [_box(space, met, limits, whole) for limits in raw]
    kept = [box for box in boxes if box.limits and box.density >= density] or [
        box for box in sorted(boxes, key=lambda box: -box.density)[:1] if box.limits
    ]
    kept = sorted(kept, key=lambda box: (-box.coverage, -box.density))
    return Discovery(
        outcome, len(table), int(met.sum()), tuple(kept), tuple(_sentences(outcome, met, kept, whole, density))
    )


def _met(table: pd.DataFrame, condition: str, inputs: Sequence[str]) -> tuple[Mask, str]:
    parts = _CONDITION.fullmatch(condition)
    number = plain_number(parts["number"]) if parts else None
    if parts is None or number is None:
        raise SimError(
            f"'{condition}' is not a condition; expected METRIC > NUMBER (or >=, <, <=), such as shortfall > 0.3"
        )
    metric = parts["metric"]
    refuse_nan(table, [metric], inputs)
    compare, words = _SIGNS[parts["sign"]]
    met: Mask = np.asarray(compare(table[metric].to_numpy(float), number))
    if met.all() or not met.any():
        low, high = table[metric].min(), table[metric].max()
        runs = "every run" if met.all() else "no run"
        raise SimError(
            f"'{condition}' is met in {runs}, so there is nothing to tell apart; it goes from {low:g} to {high:g}"
        )
    return met, f"{metric} {words} {number:g}"


def _extent(values: pd.Series[Any]) -> tuple[Any, ...]:
    if pd.api.types.is_numeric_dtype(values):
        return float(values.min()), float(values.max())
    return tuple(sorted(map(str, values.unique())))


def _prim(space: pd.DataFrame, met: Mask, density: float) -> list[Mapping[str, Any]]:
    """The box on PRIM's path with the most coverage among those dense enough, or else the densest."""
    # Until its version 3 the library wanted a threshold of density; the box is chosen below.
    wanted = {"threshold": 0.0} if "threshold" in inspect.signature(Prim).parameters else {}
    peeler = Prim(space, met.astype(int), peel_alpha=0.05, mass_min=LEAST_MASS, **wanted)
    path = peeler.find_box()
    steps = path.peeling_trajectory
    # Of outcomes that are 0 or 1 the mean is the density, and coverage grows with mean times size.
    enough = steps[steps["mean"] >= density]
    best = (enough["mean"] * enough["n"]).idxmax() if len(enough) else steps["mean"].idxmax()
    return [_limits(path.box_lims[int(best)], space)]


class _Tree(CART):  # type: ignore[misc]
    """CART whose ties fall the same way in every run."""

    def build_tree(self) -> None:
        self.clf = DecisionTreeClassifier(min_samples_leaf=max(2, int(self.mass_min * len(self.x))), random_state=0)
        self.clf.fit(self._x, self.y)


def _cart(space: pd.DataFrame, met: Mask) -> list[Mapping[str, Any]]:
    # The library loses which side of a split by category a leaf is on, so categories go in as columns of 0 and 1.
    columns = {
        (name, value): values.eq(value).astype(float) if value is not None else values
        for name, values in space.items()
        for value in ([None] if pd.api.types.is_numeric_dtype(values) else sorted(values.unique()))
    }
    flat = pd.DataFrame({str(number): values for number, values in enumerate(columns.values())})
    tree = _Tree(flat, met.astype(int), mass_min=LEAST_MASS)
    tree.build_tree()
    return [_with_categories(_limits(box, flat), list(columns)) for box in tree.boxes]


def _with_categories(flat: Mapping[str, Any], columns: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    """Limits on columns of 0 and 1 as the categories that they leave."""
    limits: dict[str, Any] = {}
    for (name, value), (low, high) in zip(columns, flat.values(), strict=True):
        if value is None:
            limits[name] = low, high
        elif high >= 1.0:
            only, left = limits.get(name, (False, ()))
            if low > 0.0:
                limits[name] = True, (value,)
            elif not only:
                limits[name] = False, (*left, value)
    return {name: found[1] if isinstance(found[0], bool) else found for name, found in limits.items()}


def _limits(box: pd.DataFrame, space: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in space.columns:
        low, high = box[name].iloc[0], box[name].iloc[1]
        found[name] = tuple(sorted(map(str, low))) if isinstance(low, set) else (float(low), float(high))
    return found


def _box(space: pd.DataFrame, met: Mask, limits: Mapping[str, Any], whole: Mapping[str, Any]) -> Box:
    inside = np.ones(len(space), dtype=bool)
    narrow: dict[str, Any] = {}
    for name, found in limits.items():
        if isinstance(found[0], str):
            within = space[name].astype(str).isin(found).to_numpy()
        else:
            within = space[name].between(*found).to_numpy()
        if not within.all():
            inside &= within
            # A limit that cuts nothing off is that of all runs.
            narrow[name] = found if isinstance(found[0], str) else _cut(found, whole[name])
    hits = int(met[inside].sum())
    runs = int(inside.sum())
    return Box(narrow, runs, hits, hits / int(met.sum()), hits / runs if runs else 0.0)


def _cut(found: tuple[float, float], whole: tuple[float, float]) -> tuple[float, float]:
    return max(found[0], whole[0]), min(found[1], whole[1])


def _sentences(outcome: str, met: Mask, boxes: Sequence[Box], whole: Mapping[str, Any], wanted: float) -> list[str]:
    said = [f"In {met.mean():.0%} of all {len(met):,} runs {outcome}."]
    for box in boxes:
        where = _joined([_words(name, limits, whole[name]) for name, limits in box.limits.items()])
        said.append(
            f"In {box.coverage:.0%} of the cases in which {outcome}, {where}; where that holds, {outcome} in "
            f"{box.density:.0%} of {box.runs:,} runs."
        )
    covered = sum(box.coverage for box in boxes)
    if boxes and covered < LEAST_COVERAGE:
        left = "the box leaves" if len(boxes) == 1 else "the boxes leave"
        said.append(f"Weak: {left} out {1.0 - covered:.0%} of these cases, which come about in other ways.")
    if thin := [box for box in boxes if box.density < wanted]:
        said.append(
            f"Weak: {max(box.density for box in thin):.0%} of the runs inside are such, {wanted:.0%} were wanted."
        )
    if not boxes:
        said.append("No part of the space of inputs tells these cases from the others.")
    return said


def _words(name: str, limits: tuple[Any, ...], whole: tuple[Any, ...]) -> str:
    if isinstance(limits[0], str):
        return f"{name} is {' or '.join(limits)}"
    (low, high), (least, most) = limits, whole
    if low <= least:
        return f"{name} is at most {high:.3g}"
    if high >= most:
        return f"{name} is at least {low:.3g}"
    return f"{name} is between {low:.3g} and {high:.3g}"


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
