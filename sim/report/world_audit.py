"""What `sim world show` tells: how much of the world was seen, and how its totals compare with the published ones."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.common.arrays import Floats
from sim.common.months import MONTHS_PER_YEAR
from sim.report.numbers import Kind
from sim.report.table import Column, Table
from sim.world.schema import STATUSES
from sim.world.world import Codes, World

_BILLION = 1000.0
_LARGEST = 10


@dataclass(frozen=True)
class Audit:
    """The tables of the audit, values in billion US dollars a year.

    Attributes:
        totals: By state: exports and imports of the baseline, FOB; beside the published ones (imports CIF) where the
            world has any, NaN for a state without.
        seen: Share of value by status, for all flows, for what reaches the target, and for what its hubs buy; once by
            pair of states (where pairs.csv is there) and once by cell.
        towards_target: By origin: record, own goods, goods passing it as a hub, status of the pair.
        goods: By good: what reaches the target, directly and through hubs.
        groups: The same by group of goods, a good being in each of its groups; no rows where the world has no group.
        goods_seen: By good: value of all flows and of those towards the target, and its shares by status.
        imputed: The largest pairs whose total is imputed: value, and standard error in logs.
        onward: By pair of hubs: what goes through both to the target, and as shares of what enters the first and of
            what leaves the second; no rows where the world has no such route.
    """

    totals: pd.DataFrame
    seen: pd.DataFrame
    towards_target: pd.DataFrame
    goods: pd.DataFrame
    groups: pd.DataFrame
    goods_seen: pd.DataFrame
    imputed: pd.DataFrame
    onward: pd.DataFrame


def audit(world: World) -> Audit:
    """Return the audit of a world."""
    pair_status = world.pair_status if (world.pair_status >= 0).any() else None
    tables = _totals(world), _seen(world, pair_status), _towards_target(world, pair_status)
    return Audit(*tables, *_goods(world), _goods_seen(world), _imputed(world), _onward(world))


def audit_tables(world: World) -> list[str | Table]:
    """Return the audit as it is told: what the world is, then one table after the other."""
    found = audit(world)
    reaches = f"What reaches {world.state_names[world.target]}"
    told: list[str | Table] = [
        f"{world.title}, {len(world.states)} states, {len(world.goods)} goods, digest {world.digest[:12]}",
        _table(found.seen.rename_axis("flows"), "Share of the value by how it is known", "share"),
        seen_by_good(found),
        *([_table(found.imputed, "Largest imputed pairs, billion USD")] if len(found.imputed) else []),
        _table(found.totals, "Totals, billion USD"),
        _table(found.goods, f"{reaches}, by good, billion USD"),
        *([_table(found.groups, f"{reaches}, by group of goods, billion USD")] if len(found.groups) else []),
        _table(found.towards_target, f"{reaches}, by origin, billion USD"),
    ]
    if len(found.onward):
        told.append(_table(found.onward.rename_axis(["enters", "leaves"]), "What passes two hubs, million USD"))
    return told


def seen_by_good(found: Audit) -> Table:
    """Return how much of each good was seen, of all flows and of those towards the target."""
    columns: dict[str, str | Column] = {
        "value_busd": Column("value", "money"),
        "to_target_busd": Column("to target", "money"),
    }
    shares = [name for name in map(str, found.goods_seen) if not name.endswith("_busd")]
    columns |= {name: Column(name.replace("_", " "), "share") for name in shares}
    title = "Share of each good's value by how it is known, billion USD"
    return Table.of_frame(found.goods_seen, title, columns=columns)


def _table(data: pd.DataFrame, title: str, kind: Kind = "money") -> Table:
    columns: dict[str, str | Column] = {}
    for name in map(str, data.columns):
        if pd.api.types.is_numeric_dtype(data[name]):
            head = name.removesuffix("_busd").removesuffix("_musd").replace("_", " ")
            share = name.startswith(("of_", "hub_share"))
            columns[name] = Column(head, "share" if share else "index" if name == "sd_log" else kind)
    return Table.of_frame(data, title, columns=columns)


def _totals(world: World) -> pd.DataFrame:
    """Return exports and imports by state, beside the published totals where the world has any."""
    recorded = world.recorded_musd * MONTHS_PER_YEAR / _BILLION
    columns = {"exports": recorded.sum(axis=(1, 2)), "imports": recorded.sum(axis=(0, 2))}
    for name, values in (("exports", world.published_exports_musd), ("imports", world.published_imports_musd)):
        if set(values) != {None}:
            columns[f"published_{name}"] = np.array(values, dtype=float) / _BILLION
    return pd.DataFrame(columns, index=pd.Index(world.states, name="state"))


def _seen(world: World, pair_status: Codes | None) -> pd.DataFrame:
    """Return shares by status for a few sets of destinations; by pair as well where its standing is known."""
    everyone = list(range(len(world.states)))
    sets = {"all flows": everyone, "towards the target": [world.target], "towards the hubs": list(world.hubs)}
    value = world.recorded_musd
    rows = {}
    for name, places in sets.items():
        if pair_status is not None:
            rows[f"{name}, totals by pair"] = _shares(value.sum(axis=2)[:, places], pair_status[:, places])
        rows[f"{name}, by good"] = _shares(value[:, places], world.flow_status[:, places])
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(STATUSES))


def _shares(value: Floats, status: Codes) -> list[float]:
    return [float(value[status == code].sum() / value.sum()) for code in range(len(STATUSES))]


def _towards_target(world: World, pair_status: Codes | None) -> pd.DataFrame:
    record = world.recorded_musd[:, world.target].sum(axis=1) * MONTHS_PER_YEAR / _BILLION
    passing = np.zeros(len(world.states))
    passing[list(world.hubs)] = world.leaving_musd.sum(axis=1) * MONTHS_PER_YEAR / _BILLION
    columns: dict[str, object] = {
        "record_busd": record,
        "own_goods_busd": world.direct_musd[:, world.target].sum(axis=1) * MONTHS_PER_YEAR / _BILLION,
        "passing_as_hub_busd": passing,
    }
    if pair_status is not None:
        columns["status"] = [STATUSES[code] for code in pair_status[:, world.target]]
    table = pd.DataFrame(columns, index=pd.Index(world.states, name="origin")).drop(world.states[world.target])
    return table.sort_values("record_busd", ascending=False)


def _goods_seen(world: World) -> pd.DataFrame:
    """Return value and shares by status of each good, largest first: all flows, then those towards the target."""
    rows = {}
    for good, code in enumerate(world.goods):
        flows, status = world.recorded_musd[:, :, good], world.flow_status[:, :, good]
        parts = [(flows, status), (flows[:, world.target], status[:, world.target])]
        sums = [float(value.sum()) * MONTHS_PER_YEAR / _BILLION for value, _ in parts]
        shares = [_shares(value, known) if value.any() else [np.nan] * len(STATUSES) for value, known in parts]
        rows[code] = [sums[0], *shares[0], sums[1], *shares[1]]
    columns = ["value_busd", *STATUSES, "to_target_busd", *(f"{name}_to_target" for name in STATUSES)]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("good")
    return table.sort_values("value_busd", ascending=False)


def _imputed(world: World) -> pd.DataFrame:
    value = world.recorded_musd.sum(axis=2) * MONTHS_PER_YEAR / _BILLION
    rows = {
        (world.states[o], world.states[d]): {"value_busd": value[o, d], "sd_log": world.pair_sd_log[o, d]}
        for o, d in np.argwhere(world.pair_status == STATUSES.index("imputed"))
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value_busd", "sd_log"]).astype(float)
    table.index = table.index.set_names(["exporter", "importer"]) if len(table) else table.index
    return table.nlargest(_LARGEST, "value_busd")


def _goods(world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what reaches the target by good and by group."""
    direct = world.direct_musd[:, world.target].sum(axis=0) * MONTHS_PER_YEAR / _BILLION
    through = world.through_musd.sum(axis=(0, 1)) * MONTHS_PER_YEAR / _BILLION
    values = np.column_stack([direct, through])
    members = [values[list(places)].sum(axis=0) for places in world.good_groups.values()]
    return _by_road(values, world.goods, "good"), _by_road(np.array(members).reshape(-1, 2), world.good_groups, "group")


def _by_road(values: Floats, names: Iterable[str], what: str) -> pd.DataFrame:
    columns = ["direct_busd", "through_hubs_busd"]
    table = pd.DataFrame(values, columns=columns, index=pd.Index(list(names), name=what, dtype=str))
    return table.assign(hub_share=table["through_hubs_busd"] / table[columns].sum(axis=1))


def _onward(world: World) -> pd.DataFrame:
    entering = world.through_musd.sum(axis=0)
    passing = (world.onward * entering[:, None, :]).sum(axis=2)
    codes = [world.states[hub] for hub in world.hubs]
    rows = {
        (first, second): {
            "musd": passing[i, j] * MONTHS_PER_YEAR,
            "of_what_enters": passing[i, j] / entering[i].sum(),
            "of_what_leaves": passing[i, j] / world.leaving_musd[j].sum(),
        }
        for i, first in enumerate(codes)
        for j, second in enumerate(codes)
        if passing[i, j] > 0
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["musd", "of_what_enters", "of_what_leaves"])
    return table.sort_values("musd", ascending=False)
