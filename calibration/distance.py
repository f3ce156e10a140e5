"""The figures of a run in the order of the targets, and how far they are from what was published.

A run's tables hold a million rows; here they become two dense arrays once, and each target is a sum over a block.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from calibration.targets import BRANDS, FLOWS, LEAST_MUSD, Months, Target

Floats = NDArray[np.float64]
# Half-width of the central 90 % of a normal law, in standard deviations.
NORMAL_90 = 1.6449


@dataclass(frozen=True, eq=False)
class Books:
    """Both ledgers of a run as dense arrays, musd of the month.

    Attributes:
        months, states, goods: what the axes stand for. coalition: codes.
        recorded: [flow, month, office, partner, good], flows as in :data:`calibration.targets.FLOWS`.
        true: [straight or through a hub, month, origin, destination, brand, good].
    """

    months: list[str]
    states: list[str]
    goods: list[str]
    coalition: list[str]
    recorded: Floats
    true: Floats


def books_of(run: sim.Results, *, with_true: bool = True) -> Books:
    """Adds a run up, from its arrays where it was just made, from its tables where it was read from disk.

    Args:
        run: a run.
        with_true: whether the true ledger is wanted as well; without it the array is empty.
    """
    months, states = _months(run), list(run.record["offices"])
    if isinstance(run.source, Path):
        goods = sorted(run.recorded["good"].unique())
        recorded, true = _from_tables(run, (months, states, goods), with_true=with_true)
    else:
        goods = list(run.source.world.goods)
        recorded, true = _recorded(run.source), _true(run.source) if with_true else np.empty(0)
    return Books(months, states, goods, list(run.record["coalition"]), recorded, true)


def _months(run: sim.Results) -> list[str]:
    first, last = str(run.record["months"]).split(" to ")
    return [str(month) for month in pd.period_range(first, last, freq="M")]


def _recorded(source: Any) -> Floats:
    world, record = source.world, source.record
    hubs = np.asarray(world.hubs)
    books = np.zeros((len(FLOWS), *record.exports.shape))
    books[0], books[2] = record.exports, record.imports.transpose(0, 2, 1, 3)
    books[1][:, hubs, world.target] += record.reexports
    books[1][:, hubs[:, None], hubs[None, :]] += record.passed_on
    return books


def _true(source: Any) -> Floats:
    world, record, base = source.world, source.record, source.base
    month, kind, road = np.nonzero(record.delivered > 0.0)
    abroad = base.origin[kind] != base.destination[road]
    month, kind, road = month[abroad], kind[abroad], road[abroad]
    destination, brand, good = base.destination[road], base.headquarters[kind], base.good[kind]
    price = np.exp(source.fob_share * record.log_price)[month, destination, brand, good]
    where = (base.hub[road] >= 0).astype(np.int64), month, base.origin[kind], destination, brand, good
    shape = 2, len(record.delivered), len(world.states), len(world.states), len(BRANDS), len(world.goods)
    return _sum_into(shape, where, record.delivered[month, kind, road] * price)


def _from_tables(run: sim.Results, axes: tuple[list[str], ...], *, with_true: bool) -> tuple[Floats, Floats]:
    months, states, goods = axes

    def place(column: pd.Series[str], names: Sequence[str]) -> NDArray[np.int64]:
        return np.asarray(pd.Categorical(column, categories=list(names)).codes, dtype=np.int64)

    table = run.recorded
    where = (
        place(table["flow"], FLOWS), place(table["month"], months), place(table["office"], states),
        place(table["partner"], states), place(table["good"], goods),
    )  # fmt: skip
    shape = len(FLOWS), len(months), len(states), len(states), len(goods)
    recorded = _sum_into(shape, where, table["value_musd"].to_numpy())
    if not with_true:
        return recorded, np.empty(0)
    flows = run.flows
    hub = (flows["road"] != "direct").to_numpy().astype(np.int64)
    on = (
        hub, place(flows["month"], months), place(flows["origin"], states), place(flows["destination"], states),
        place(flows["headquarters"], BRANDS), place(flows["good"], goods),
    )  # fmt: skip
    shape_true = 2, len(months), len(states), len(states), len(BRANDS), len(goods)
    return recorded, _sum_into(shape_true, on, flows["value_musd"].to_numpy())


def _sum_into(shape: tuple[int, ...], where: tuple[Any, ...], values: Any) -> Floats:
    flat = np.ravel_multi_index(where, shape)
    return np.bincount(flat, weights=values, minlength=int(np.prod(shape))).reshape(shape)


# ----------------------------------------------------------------------------------------------------- comparing
def simulated(run: sim.Results, targets: Sequence[Target]) -> Floats:
    """What a run says to each target, in logs.

    Args:
        run: a run that covers the targets' months.
        targets: rows.

    Returns:
        [row] log growth per month on the base, log level in musd, or log ratio.

    Raises:
        sim.SimError: a target lies outside the run's months.
    """
    books = books_of(run, with_true=any(target.ledger == "true" for target in targets))
    return simulated_of(books, targets)


def simulated_of(books: Books, targets: Sequence[Target]) -> Floats:
    """As :func:`simulated`, of a run that is already added up."""
    outside = [t.id for t in targets if not all(_inside(books, span) for span in (t.period, t.base or t.period))]
    if outside:
        raise sim.SimError(f"the run covers {books.months[0]} to {books.months[-1]}, not {', '.join(outside)}")
    return np.array([_simulated(books, target) for target in targets])


def _inside(books: Books, span: Months) -> bool:
    return books.months[0] <= span[0] and span[1] <= books.months[-1]


def _simulated(books: Books, target: Target) -> float:
    if target.measure == "ratio":
        return _log_total(books, target, target.period, 0) - _log_total(books, target, target.period, 1)
    level = _log_total(books, target, target.period, 0)
    if target.base is None:
        return level
    return level - _log_total(books, target, target.base, 0) - math.log(_count(target.period) / _count(target.base))


def _log_total(books: Books, target: Target, span: Months, side: int) -> float:
    """Log of the sum over a block of a ledger; side 1 is the denominator."""
    first, last = books.months.index(span[0]), books.months.index(span[1]) + 1
    states, goods = books.states, books.goods

    def chosen(text: str, known: Sequence[str]) -> list[int]:
        part = text.split("/")[-1 if side else 0]
        if part == "all":
            return list(range(len(known)))
        codes = books.coalition if part == "coalition" and known is states else part.split("+")
        return [known.index(code) for code in codes]

    offices, partners = chosen(target.office, states), chosen(target.partner, states)
    flows, kinds = chosen(target.flow, FLOWS), chosen(target.good, goods)
    if target.ledger == "recorded":
        block = books.recorded[:, first:last][np.ix_(flows, range(last - first), offices, partners, kinds)]
    else:
        brands = chosen(target.brand or "all", BRANDS)
        block = books.true[:, first:last][np.ix_(flows, range(last - first), offices, partners, brands, kinds)]
    return math.log(max(float(block.sum()), LEAST_MUSD))


def _count(span: Months) -> int:
    (y0, m0), (y1, m1) = ((int(part) for part in month.split("-")) for month in span)
    return 12 * (y1 - y0) + m1 - m0 + 1


def observed(targets: Sequence[Target]) -> tuple[Floats, Floats, Floats]:
    """Low, high and standard deviation of the measurement, [row], in logs; infinite where a side is open."""
    rows = np.array([(t.low, t.high, t.sd) for t in targets], dtype=np.float64).reshape(-1, 3)
    return rows[:, 0], rows[:, 1], rows[:, 2]


def residuals(found: Floats, targets: Sequence[Target]) -> Floats:
    """Simulated less published: 0 within the interval, else the signed distance to its nearer end, log points.

    Args:
        found: [..., row] from :func:`simulated`.
        targets: the rows.
    """
    low, high, _ = observed(targets)
    away: Floats = np.maximum(found - high, 0.0) - np.maximum(low - found, 0.0)
    return away


def log_likelihood(
    found: Floats, targets: Sequence[Target], discrepancy: float | Floats, *, freedom: float | None = 4.0
) -> Floats:
    """Log density of each row, given what was simulated.

    Student's t keeps one wrong figure from deciding: with 4 degrees of freedom a row ten deviations off costs as much
    as one at four does under a normal law. The scale is measurement error and what the model leaves out, together.

    Args:
        found: [..., row] from :func:`simulated`.
        targets: the rows; none may be a judge.
        discrepancy: of the model, log points, for all rows or by row.
        freedom: degrees of freedom; None for a normal law.

    Returns:
        [..., row].

    Raises:
        ValueError: a judged row, which must never be fitted.
    """
    judged = [t.id for t in targets if t.role == "judge"]
    if judged:
        raise ValueError(f"rows that judge may not enter a likelihood: {', '.join(judged)}")
    scale = np.hypot(observed(targets)[2], discrepancy)
    away = residuals(found, targets) / scale
    if freedom is None:
        return -0.5 * away**2 - np.log(scale) - 0.5 * math.log(2.0 * math.pi)
    constant = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - 0.5 * math.log(freedom * math.pi)
    return constant - 0.5 * (freedom + 1) * np.log1p(away**2 / freedom) - np.log(scale)


def fit_table(found: Floats, targets: Sequence[Target], discrepancy: float) -> pd.DataFrame:
    """Target by target: published, simulated, missed by.

    Args:
        found: [row] from :func:`simulated`.
        targets: the rows.
        discrepancy: of the model, log points.

    Returns:
        Columns id, role, value, low, high, simulated, miss (log points from the interval), inside (the interval),
        inside_90 (within the central 90 % of a normal law of measurement error and discrepancy around the interval).
    """
    miss = residuals(found, targets)
    table = pd.DataFrame({name: [getattr(t, name) for t in targets] for name in ("id", "role", "value", "low", "high")})
    table["simulated"], table["miss"], table["inside"] = found, miss, miss == 0.0
    table["inside_90"] = np.abs(miss) <= NORMAL_90 * np.hypot(observed(targets)[2], discrepancy)
    return table
