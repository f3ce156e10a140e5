"""The figures of a run in the order of the targets, and how far they are from what was published.

Each target is a sum over a block of a run's ledgers. Of a run that was read from disk they are added up once from its
tables, which hold a million rows; of a run that was just made the cells of the blocks are read where they stand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from calibration.targets.run_cells import RunCells, bought_by, cells_of
from calibration.targets.targets import BRANDS, FLOWS, LEAST_MUSD, LEDGERS, Months, Target, count_months, months_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ledgers:
    """The ledgers of a run as dense arrays, musd of the month.

    Attributes:
        months, states, goods: what the axes stand for. coalition: codes. groups: group of goods and their codes.
        recorded: [flow, month, office, partner, good], flows as in :data:`calibration.targets.targets.FLOWS`.
        true: [straight or through a hub, month, origin, destination, brand, good].
        bought: [at the buyers' prices or at those of the base year, month, destination, brand, good].
    """

    months: list[str]
    states: list[str]
    goods: list[str]
    coalition: list[str]
    recorded: Floats
    true: Floats
    bought: Floats
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)


def ledgers_of(run: sim.Results, *, with_true: bool = True) -> Ledgers:
    """Adds a run up, from its arrays where it was just made, from its tables where it was read from disk.

    Args:
        run: a run.
        with_true: whether what really went where, and its prices, are wanted as well; without it the arrays are empty.
    """
    if not isinstance(run.source, Path):
        source, cells = run.source, cells_of(run)
        true, bought = (_true(source), _bought(source)) if with_true else (np.empty(0), np.empty(0))
        axes = cells.months, cells.states, cells.goods, cells.coalition
        return Ledgers(*axes, _recorded(source), true, bought, cells.groups)
    months, states, goods = _months(run), list(run.record["offices"]), sorted(run.recorded["good"].unique())
    recorded, true, bought = _from_tables(run, (months, states, goods), with_true=with_true)
    groups = run.record.get("good_groups") or {}
    return Ledgers(months, states, goods, list(run.record["coalition"]), recorded, true, bought, groups)


def _months(run: sim.Results) -> list[str]:
    first, last = str(run.record["months"]).split(" to ")
    return months_of((first, last))


def _recorded(source: Any) -> Floats:
    world, record = source.world, source.record
    hubs = np.asarray(world.hubs)
    ledgers = np.zeros((len(FLOWS), *record.exports.shape))
    ledgers[0], ledgers[2] = record.exports, record.imports.transpose(0, 2, 1, 3)
    ledgers[1][:, hubs, world.target] += record.reexports
    ledgers[1][:, hubs[:, None], hubs[None, :]] += record.passed_on
    return ledgers


def _true(source: Any) -> Floats:
    world, record, base = source.world, source.record, source.base
    states, goods, routes = len(world.states), len(world.goods), len(base.hub)
    # Types are (origin, headquarters, good) in this order; routes add up by destination and whether by a hub.
    ends = np.zeros((routes, 2, states))
    ends[np.arange(routes), (base.hub >= 0).astype(np.int64), base.destination] = 1.0
    sent = record.delivered.reshape(-1, routes) @ ends.reshape(routes, -1)
    sent = sent.reshape(-1, states, len(BRANDS), goods, 2, states).transpose(4, 0, 1, 5, 2, 3)
    found: Floats = sent * np.exp(source.fob_share * record.log_price)[None, :, None]
    found[:, :, np.arange(states), np.arange(states)] = 0.0  # sales at home
    return found


def _bought(source: Any) -> Floats:
    volume = np.stack([bought_by(source, state) for state in range(len(source.world.states))], axis=1)
    return np.stack([volume * np.exp(source.record.log_price), volume])


def _from_tables(run: sim.Results, axes: tuple[list[str], ...], *, with_true: bool) -> tuple[Floats, Floats, Floats]:
    months, states, goods = axes

    def place(column: pd.Series[str], names: Sequence[str]) -> NDArray[np.int64]:
        return np.asarray(pd.Categorical(column, categories=list(names)).codes, dtype=np.int64)

    table = run.recorded
    where = (
        place(table["flow"], FLOWS), place(table["month"], months), place(table["reporter"], states),
        place(table["partner"], states), place(table["good"], goods),
    )  # fmt: skip
    shape = len(FLOWS), len(months), len(states), len(states), len(goods)
    recorded = _sum_into(shape, where, table["value_musd"].to_numpy())
    if not with_true:
        return recorded, np.empty(0), np.empty(0)
    flows = run.flows
    hub = (flows["route"] != "direct").to_numpy().astype(np.int64)
    on = (
        hub, place(flows["month"], months), place(flows["origin"], states), place(flows["destination"], states),
        place(flows["brand_origin"], BRANDS), place(flows["good"], goods),
    )  # fmt: skip
    shape_true = 2, len(months), len(states), len(states), len(BRANDS), len(goods)
    at = ["month", "destination", "brand_origin", "good"]
    index = run.prices.set_index(at)["price_index"].reindex(pd.MultiIndex.from_frame(flows[at]), fill_value=1.0)
    volume = flows["volume_musd"].to_numpy()
    place_bought = on[1], on[3], on[4], on[5]
    shape_bought = len(months), len(states), len(BRANDS), len(goods)
    bought = np.stack([_sum_into(shape_bought, place_bought, v) for v in (volume * index.to_numpy(), volume)])
    return recorded, _sum_into(shape_true, on, flows["value_musd"].to_numpy()), bought


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
    at_hand = not isinstance(run.source, Path)
    return simulated_of(cells_of(run) if at_hand else ledgers_of(run), targets)


def simulated_of(ledgers: Ledgers | RunCells, targets: Sequence[Target]) -> Floats:
    """As :func:`simulated`, of a run that is already added up, or of its cells."""
    groups = tuple((name, tuple(codes)) for name, codes in ledgers.groups.items())
    axes = (tuple(ledgers.months), tuple(ledgers.states), tuple(ledgers.goods), tuple(ledgers.coalition), groups)
    cells, starts, logs = _cells(tuple(targets), axes)
    total = np.zeros(len(starts))
    for (block, places), flows in zip(cells, (ledgers.recorded, ledgers.true, ledgers.bought), strict=True):
        if len(block):
            chosen = flows.reshape(-1)[places] if isinstance(flows, np.ndarray) else flows(places)
            total += np.bincount(block, weights=chosen, minlength=len(starts))
    log_total = np.log(np.maximum(total, LEAST_MUSD))
    found: Floats = np.bincount(starts, weights=logs * log_total, minlength=len(targets))
    return found - np.array([_log_months(target) for target in targets])


def _log_months(target: Target) -> float:
    """Growth compares means of a month, not sums of spans of unequal length."""
    if target.measure == "ratio" or target.base is None or target.ledger == "price":
        return 0.0
    return math.log(count_months(target.period) / count_months(target.base))


@lru_cache(maxsize=8)
def _cells(targets: tuple[Target, ...], axes: tuple[tuple[Any, ...], ...]) -> tuple[Any, Any, Any]:
    """Which cells of a run's ledgers each target adds up.

    A target is a sum of logarithms of block sums: of its period, less those of its base or of its denominator.

    Returns:
        For each ledger, by cell, the block and the place in the flattened ledger; the target of each block, its sign.

    Raises:
        sim.SimError: a target lies outside the run's months.
    """
    months = axes[0]
    inside = [all(months[0] <= a and b <= months[-1] for a, b in (t.period, t.base or t.period)) for t in targets]
    if not all(inside):
        outside = ", ".join(t.id for t, within in zip(targets, inside, strict=True) if not within)
        raise sim.SimError(f"the run covers {months[0]} to {months[-1]}, not {outside}")
    cells: dict[str, list[NDArray[np.int64]]] = {ledger: [] for ledger in LEDGERS}
    owner, sign = [], []
    for number, target in enumerate(targets):
        blocks = [(target.period, 0, 1.0)]
        if target.ledger == "price" and target.base is not None:  # unit values: value over volume
            blocks += [(target.period, 1, -1.0), (target.base, 0, -1.0), (target.base, 1, 1.0)]
        elif target.measure == "ratio":
            blocks.append((target.period, 1, -1.0))
        elif target.base is not None:
            blocks.append((target.base, 0, -1.0))
        for span, side, weight in blocks:
            places = _block(target, span, side, axes)
            block = np.full(len(places), len(owner))
            cells[target.ledger].append(np.stack([block, places]))
            owner.append(number)
            sign.append(weight)
    none = np.empty((2, 0), dtype=np.int64)
    joined = (np.concatenate(part, axis=1) if part else none for part in cells.values())
    return tuple((block, places) for block, places in joined), np.array(owner, dtype=np.int64), np.array(sign)


def _block(target: Target, span: Months, side: int, axes: tuple[tuple[Any, ...], ...]) -> NDArray[np.int64]:
    """Places of a block in its flattened ledger; side 1 is the denominator."""
    months, states, goods, coalition, groups = axes

    def chosen(text: str, known: Sequence[str]) -> list[int]:
        part = text.split("/")[-1 if side else 0]
        if part == "all":
            return list(range(len(known)))
        codes = coalition if part == "coalition" and known is states else part.split("+")
        return [known.index(code) for code in codes]

    when = range(months.index(span[0]), months.index(span[1]) + 1)
    flows, kinds = chosen(target.flow, FLOWS), good_places(target.good.split("/")[-1 if side else 0], goods, groups)
    offices, partners = chosen(target.reporter, states), chosen(target.partner, states)
    brands = chosen(target.brand or "all", BRANDS)
    if target.ledger == "price":
        shape: tuple[int, ...] = (2, len(months), len(states), len(BRANDS), len(goods))
        grid = np.ix_([side], when, offices, brands, kinds)
    elif target.ledger == "recorded":
        shape = (len(FLOWS), len(months), len(states), len(states), len(goods))
        grid = np.ix_(flows, when, offices, partners, kinds)
    else:
        shape = (2, len(months), len(states), len(states), len(BRANDS), len(goods))
        grid = np.ix_(flows, when, offices, partners, brands, kinds)
    return np.ravel_multi_index(np.broadcast_arrays(*grid), shape).reshape(-1)


def good_places(text: str, goods: Sequence[str], groups: Mapping[str, Sequence[str]] | Iterable[Any]) -> list[int]:
    """Positions of the goods that a field names: codes or groups joined by ``+``, or ``all``."""
    return [goods.index(code) for code in sim.codes_named(text.split("+"), goods, dict(groups))]


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
