"""Turns the arrays of a run into tidy tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.engine.settlement import FATES
from sim.months import format_month
from sim.regime import HEADQUARTERS

if TYPE_CHECKING:
    from sim.engine.baseline import Baseline
    from sim.recorder import Record
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

    @property
    def months(self) -> list[str]:
        """The run's months as text."""
        return [format_month(self.first_month + m) for m in range(len(self.record.effort))]


def build_tables(run: RunArrays, name: str) -> pd.DataFrame:
    """One table of a run, by its name in :data:`sim.results.TABLES`."""
    builders: dict[str, Callable[[RunArrays], pd.DataFrame]] = {
        "flows": _flows, "orders": _orders, "recorded": _recorded, "prices": _prices, "hubs": _hubs, "states": _states,
    }  # fmt: skip
    return builders[name](run)


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
        "headquarters": _labels(HEADQUARTERS, base.headquarters[kind]),
        "road": _labels(_road_names(run), base.hub[road] + 1),
        "destination": _labels(world.states, base.destination[road]),
    }


def _flows(run: RunArrays) -> pd.DataFrame:
    record, base = run.record, run.base
    abroad = base.origin[:, None] != base.destination[None, :]
    month, kind, road = np.nonzero((record.delivered > 0.0) & abroad)
    quantity = record.delivered[month, kind, road]
    log_price, fob = prices_of(run, month, kind, road)
    table = pd.DataFrame(_type_columns(run, month, kind, road))
    table["quantity_musd_2021"] = quantity
    table["value_musd"] = quantity * fob
    table["price_index"] = np.exp(log_price)
    table["recorded_musd"] = _recorded_under_own_name(run, (month, kind, road), quantity * fob)
    return table


def prices_of(run: RunArrays, month: Any, kind: Any, road: Any) -> tuple[Any, Any]:
    """Log price against the base year where a road ends, and the part of it on the exporter's invoice as a factor."""
    base = run.base
    log_price = run.record.log_price[month, base.destination[road], base.headquarters[kind], base.good[kind]]
    return log_price, np.exp(run.fob_share * log_price)


def _recorded_under_own_name(run: RunArrays, where: tuple[Any, Any, Any], value: Any) -> Any:
    """Value on record at the origin's office under the true destination and good: none of what goes through hubs."""
    month, kind, road = where
    to_target = road < run.record.banned.shape[2]
    banned = np.zeros_like(value)
    banned[to_target] = run.record.banned[month[to_target], kind[to_target], road[to_target]]
    disguised = run.misdeclared * banned * (run.base.good[kind] != run.world.catch_all)
    return np.where(run.base.hub[road] >= 0, 0.0, value * (1.0 - disguised))


def _orders(run: RunArrays) -> pd.DataFrame:
    fate = run.record.fate
    month, kind, road = np.nonzero(np.abs(fate).max(axis=1) > 0.0)
    table = pd.DataFrame(_type_columns(run, month, kind, road))
    for position, name in enumerate(FATES):
        table[f"{name}_musd_2021"] = fate[month, position, kind, road]
    return table[table["origin"] != table["destination"]].reset_index(drop=True)


def _recorded(run: RunArrays) -> pd.DataFrame:
    world, record, months = run.world, run.record, run.months
    pieces = []
    for flow, array, office_axis in (("export", record.exports, 1), ("import", record.imports, 2)):
        cells = np.nonzero(array > 0.0)
        pieces.append(
            pd.DataFrame(
                {
                    "month": _labels(months, cells[0]),
                    "office": _labels(world.states, cells[office_axis]),
                    "flow": flow,
                    "partner": _labels(world.states, cells[3 - office_axis]),
                    "good": _labels(world.goods, cells[3]),
                    "value_musd": array[cells],
                }
            )
        )
    cells = np.nonzero(record.reexports > 0.0)
    pieces.append(
        pd.DataFrame(
            {
                "month": _labels(months, cells[0]),
                "office": _labels(world.states, np.asarray(world.hubs, dtype=np.int64)[cells[1]]),
                "flow": "re-export",
                "partner": world.states[world.target],
                "good": _labels(world.goods, cells[2]),
                "value_musd": record.reexports[cells],
            }
        )
    )
    table = pd.concat(pieces, ignore_index=True)
    last = {code: until for code, until in zip(world.states, world.publishes_until, strict=True) if until}
    table["published"] = ~(table["month"] > table["office"].map(lambda office: last.get(office, "9999-12")))
    return table


def _prices(run: RunArrays) -> pd.DataFrame:
    world, record = run.world, run.record
    watched = [s for s, role in enumerate(world.role) if role in ("target", "buyer")]
    cells = np.indices((len(run.months), len(watched), 2, len(world.goods))).reshape(4, -1)
    month, destination, brand, good = cells[0], np.asarray(watched)[cells[1]], cells[2], cells[3]
    return pd.DataFrame(
        {
            "month": _labels(run.months, month),
            "destination": _labels(world.states, destination),
            "headquarters": _labels(HEADQUARTERS, brand),
            "good": _labels(world.goods, good),
            "price_index": np.exp(record.log_price[month, destination, brand, good]),
            "activity": record.activity[month, destination, good],
            "need": record.need[month, destination, good],
            "replaced_share": record.replaced[month, destination, good],
        }
    )


def _hubs(run: RunArrays) -> pd.DataFrame:
    month, hub = np.indices((len(run.months), len(run.world.hubs))).reshape(2, -1)
    table = {"month": _labels(run.months, month), "hub": _labels([run.world.states[h] for h in run.world.hubs], hub)}
    names = ("fullness", "log_markup_change", "carried_share", "firms_open", "firms_listed", "returns_so_far")
    columns = {name: run.record.hubs[month, position, hub] for position, name in enumerate(names)}
    return pd.DataFrame(table | columns)


def _states(run: RunArrays) -> pd.DataFrame:
    month, state = np.indices(run.record.effort.shape).reshape(2, -1)
    table = {"month": _labels(run.months, month), "state": _labels(run.world.states, state)}
    names = ("effort", "pressure", "threat", "firms_listed")
    return pd.DataFrame(table | {name: getattr(run.record, name)[month, state] for name in names})
