"""Turns the arrays of a run into tidy tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.common.months import format_month, parse_month
from sim.model.kernels.settlement import unseen_by_hub
from sim.model.records import ORDER_STATUS, STOPPED, UNSOLD
from sim.policies.regime import HEADQUARTERS
from sim.world.schema import EVERYTHING, LUMPED

if TYPE_CHECKING:
    from sim.common.arrays import Floats
    from sim.model.baseline import Baseline
    from sim.model.history import Record
    from sim.world import World


@dataclass(frozen=True, eq=False)
class RunArrays:
    """What the tables of one run are built from."""

    world: World
    base: Baseline
    record: Record
    first_month: int
    fob_share: float
    misdeclared: float
    ghost: float

    @property
    def months(self) -> list[str]:
        """The run's months as text."""
        return [format_month(self.first_month + m) for m in range(len(self.record.log_price))]


def build_tables(run: RunArrays, name: str) -> pd.DataFrame:
    """One table of a run, by its name in :data:`sim.simulation.results.TABLES`."""
    builders: dict[str, Callable[[RunArrays], pd.DataFrame]] = {
        "flows": _flows, "orders": _orders, "recorded": _recorded, "prices": _prices, "hubs": _hubs, "states": _states,
        "network": _network, "transit": _transit,
    }  # fmt: skip
    return builders[name](run)


def condensed(run: RunArrays) -> dict[str, pd.DataFrame]:
    """The tables that time series are made of, small enough to be built for many runs.

    ``flows`` holds deliveries to the target only, without prices; ``recorded`` all goods summed up.
    ``prices``, ``hubs``, ``states`` and ``network`` are whole.
    """
    whole = {name: build_tables(run, name) for name in ("prices", "hubs", "states", "network")}
    return {"flows": _to_target(run), "recorded": _recorded(run, whole_goods=_series_of_all_goods(run)), **whole}


def _to_target(run: RunArrays) -> pd.DataFrame:
    """Deliveries to the target by month, good, origin, brand and road."""
    base, world, roads = run.base, run.world, run.record.fate.shape[3]
    delivered = run.record.delivered[:, :, :roads]
    abroad = base.origin[:, None] != base.destination[None, :roads]
    month, kind, road = np.nonzero((delivered > 0.0) & abroad)
    quantity = delivered[month, kind, road]
    value = quantity * prices_of(run, month, kind, road)[1]
    shape = len(run.months), len(world.goods), len(world.states), len(HEADQUARTERS), roads
    cell = np.ravel_multi_index((month, base.good[kind], base.origin[kind], base.headquarters[kind], road), shape)
    used = np.flatnonzero(np.bincount(cell, minlength=int(np.prod(shape))))
    m, good, origin, brand, way = np.unravel_index(used, shape)
    sums = {
        "volume_musd": quantity,
        "value_musd": value,
        "recorded_musd": recorded_under_own_name(run, (month, kind, road), value),
    }
    keys = {
        "month": _labels(run.months, m),
        "good": _labels(world.goods, good),
        "origin": _labels(world.states, origin),
        "brand_origin": _labels(HEADQUARTERS, brand),
        "route": _labels(_road_names(run), base.hub[way] + 1),
        "destination": _labels(world.states, base.destination[way]),
    }
    return pd.DataFrame(keys | {name: np.bincount(cell, weights=column)[used] for name, column in sums.items()})


def _labels(names: list[str] | tuple[str, ...], positions: Any) -> pd.Index[str]:
    """Labels as text: categories do not survive grouping and joining as people expect."""
    return pd.Index(list(names))[np.asarray(positions)]


def _road_names(run: RunArrays) -> list[str]:
    return ["direct", *(f"via {run.world.states[h]}" for h in run.world.hubs)]


def _type_columns(run: RunArrays, month: Any, kind: Any, road: Any) -> dict[str, Any]:
    base, world = run.base, run.world
    return {
        "month": _labels(run.months, month),
        "good": _labels(world.goods, base.good[kind]),
        "origin": _labels(world.states, base.origin[kind]),
        "brand_origin": _labels(HEADQUARTERS, base.headquarters[kind]),
        "route": _labels(_road_names(run), base.hub[road] + 1),
        "destination": _labels(world.states, base.destination[road]),
    }


def _flows(run: RunArrays) -> pd.DataFrame:
    record, base = run.record, run.base
    abroad = base.origin[:, None] != base.destination[None, :]
    month, kind, road = np.nonzero((record.delivered > 0.0) & abroad)
    quantity = record.delivered[month, kind, road]
    log_price, fob = prices_of(run, month, kind, road)
    table = pd.DataFrame(_type_columns(run, month, kind, road))
    table["volume_musd"] = quantity
    table["value_musd"] = quantity * fob
    table["price_index"] = np.exp(log_price)
    table["recorded_musd"] = recorded_under_own_name(run, (month, kind, road), quantity * fob)
    return table


def prices_of(run: RunArrays, month: Any, kind: Any, road: Any) -> tuple[Any, Any]:
    """Log price against the base year where a road ends, and the part of it on the exporter's invoice as a factor."""
    base = run.base
    log_price = run.record.log_price[month, base.destination[road], base.headquarters[kind], base.good[kind]]
    return log_price, np.exp(run.fob_share * log_price)


def recorded_under_own_name(run: RunArrays, where: tuple[Any, Any, Any], value: Any) -> Any:
    """Value on record at the origin's office under the true destination and good: none of what goes through hubs."""
    month, kind, road = where
    to_target = road < run.record.banned.shape[2]
    banned, as_parts = np.zeros_like(value), np.zeros_like(value)
    cells = month[to_target], kind[to_target], road[to_target]
    banned[to_target], as_parts[to_target] = run.record.banned[cells], run.record.as_parts[cells]
    disguised = run.misdeclared * banned * (run.base.good[kind] != run.world.catch_all)
    return np.where(run.base.hub[road] >= 0, 0.0, value * (1.0 - as_parts) * (1.0 - disguised))


def _orders(run: RunArrays) -> pd.DataFrame:
    fate = run.record.fate
    month, kind, road = np.nonzero(np.abs(fate).max(axis=1) > 0.0)
    table = pd.DataFrame(_type_columns(run, month, kind, road))
    for position, name in enumerate(ORDER_STATUS):
        table[f"{name}_volume_musd"] = fate[month, position, kind, road]
    return table[table["origin"] != table["destination"]].reset_index(drop=True)


def re_exports(run: RunArrays) -> Floats:
    """What each state's office has on record as passed on, musd of the month, (month, state, destination, good)."""
    world, record = run.world, run.record
    hubs = np.asarray(world.hubs, dtype=np.int64)
    passed: Floats = np.zeros_like(record.exports)
    passed[:, hubs, world.target] += record.reexports
    passed[:, hubs[:, None], hubs[None, :]] += record.passed_on
    return passed


def _series_of_all_goods(run: RunArrays) -> bool:
    """Whether no published series of the world is about some of the goods."""
    return all(figure.good == EVERYTHING for figure in run.world.published_figures)


def _recorded(run: RunArrays, *, whole_goods: bool = False) -> pd.DataFrame:
    """What every office has in its ledger, and what it publishes of it: when, and under which heading."""
    record, tables = run.record, []
    for flow, values, office in (
        ("export", record.exports, 1),
        ("import", record.imports, 2),
        ("re-export", re_exports(run), 1),
    ):
        shown = values.sum(axis=3, keepdims=True) if whole_goods else values
        tables.append(_records_of(run, flow, shown, office))
    return pd.concat(tables, ignore_index=True)


def _records_of(run: RunArrays, flow: str, values: Any, office_axis: int) -> pd.DataFrame:
    """One kind of record, with whether and in which month its office publishes it."""
    world = run.world
    goods = world.goods if values.shape[3] == len(world.goods) else ("all",)
    cells = np.nonzero(values > 0.0)
    offices = cells[office_axis]
    lag = np.asarray(world.publication_lag, dtype=np.int64)
    every = [run.first_month + m for m in range(len(run.months) + int(lag.max(initial=0)))]
    names = [format_month(month) for month in every]
    last = np.array([parse_month(until) if until else every[-1] for until in world.publishes_until])
    published = run.first_month + cells[0] <= last[offices]
    # An office that does not tell re-exports apart lumps them in with its own exports.
    lumps = np.array([habit in LUMPED for habit in world.reexport_habit], dtype=bool)
    heading = np.where((flow == "re-export") & lumps[offices], "export", flow)
    return pd.DataFrame(
        {
            "month": _labels(run.months, cells[0]),
            "reporter": _labels(world.states, offices),
            "flow": flow,
            "partner": _labels(world.states, cells[3 - office_axis]),
            "good": _labels(goods, cells[3]),
            "value_musd": values[cells],
            "published": published,
            "reported_flow": np.where(published, heading, ""),
            "release_month": np.where(published, _labels(names, cells[0] + lag[offices]), ""),
        }
    )


def _network(run: RunArrays) -> pd.DataFrame:
    """Deliveries through hubs by the hub they entered and the hub they left."""
    world, passed = run.world, run.record.onward
    month, entry, good, leaving = np.nonzero(passed > 0.0)
    hubs = [world.states[h] for h in world.hubs]
    return pd.DataFrame(
        {
            "month": _labels(run.months, month),
            "good": _labels(world.goods, good),
            "entry": _labels(hubs, entry),
            "exit": _labels(hubs, leaving),
            "volume_musd": passed[month, entry, good, leaving],
        }
    )


def _transit(run: RunArrays) -> pd.DataFrame:
    """Goods sent to the target through hubs by origin and the hub they entered: who met them, what became of them."""
    record, base, world = run.record, run.base, run.world
    roads = record.shipped.shape[2]
    abroad = (base.origin[:, None] != base.destination[None, :roads]) & (base.hub[None, :roads] >= 0)
    where = month, kind, road = np.nonzero((record.shipped > 0.0) & abroad)
    hub, good = base.hub[road], base.good[kind]
    fob = np.exp(run.fob_share * record.log_price[month, world.target, base.headquarters[kind], good])
    evading = record.evading[where]
    unseen = unseen_by_hub.py_func(run.ghost, evading, record.tracking[month, hub, good])
    sent, arrived = record.shipped[where] * fob, record.delivered[where] * fob
    keys = {
        "month": _labels(run.months, month),
        "good": _labels(world.goods, good),
        "origin": _labels(world.states, base.origin[kind]),
        "hub": _labels([world.states[h] for h in world.hubs], hub),
    }
    values = {
        "sent_musd": sent,
        "stopped_musd": record.fate[month, STOPPED, kind, road] * fob,
        "unsold_musd": record.fate[month, UNSOLD, kind, road] * fob,
        "arrived_musd": arrived,
        "ghost_transit_sent_musd": sent * unseen,
        "ghost_transit_arrived_musd": arrived * unseen,
        "evading_arrived_musd": arrived * (1.0 - unseen) * evading,
    }
    table = pd.DataFrame(keys | values)
    # Coalition and neutral brands stand together: no officer writes down whose brand it is.
    return table.groupby(list(keys), sort=False, as_index=False).sum()


def _prices(run: RunArrays) -> pd.DataFrame:
    world, record = run.world, run.record
    watched = [s for s, role in enumerate(world.role) if role in ("target", "buyer")]
    cells = np.indices((len(run.months), len(watched), 2, len(world.goods))).reshape(4, -1)
    month, destination, brand, good = cells[0], np.asarray(watched)[cells[1]], cells[2], cells[3]
    return pd.DataFrame(
        {
            "month": _labels(run.months, month),
            "destination": _labels(world.states, destination),
            "brand_origin": _labels(HEADQUARTERS, brand),
            "good": _labels(world.goods, good),
            "price_index": np.exp(record.log_price[month, destination, brand, good]),
            "stock_volume_musd": record.stocks[month, destination, brand, good],
            "demand_multiplier": record.activity[month, destination, good],
            "war_demand": record.need[month, destination, good],
            "import_substitution_share": record.replaced[month, destination, good],
        }
    )


def _hubs(run: RunArrays) -> pd.DataFrame:
    month, hub = np.indices((len(run.months), len(run.world.hubs))).reshape(2, -1)
    table = {"month": _labels(run.months, month), "hub": _labels([run.world.states[h] for h in run.world.hubs], hub)}
    names = ("capacity_utilisation", "log_markup_change", "capacity_share", "active_firms", "firms_listed", "reentries")
    columns = {name: run.record.hubs[month, position, hub] for position, name in enumerate(names)}
    return pd.DataFrame(table | columns)


def _states(run: RunArrays) -> pd.DataFrame:
    month, state = np.indices(run.record.effort.shape).reshape(2, -1)
    table = {"month": _labels(run.months, month), "state": _labels(run.world.states, state)}
    record = run.record
    columns = {
        "announced_policy": record.word, "enacted_law": record.law, "enforcement_effort": record.effort,
        "pressure": record.pressure, "threat": record.threat, "triggered_threat": record.provoked,
        "resolve": record.resolve, "payment_intermediaries": record.agents, "firms_listed": record.firms_listed,
    }  # fmt: skip
    return pd.DataFrame(table | {name: values[month, state] for name, values in columns.items()})
