"""What `sim world show` tells: how much of the world was seen, and how its totals compare with the published ones."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.common.arrays import Floats
from sim.common.csv_cells import AMOUNT, text
from sim.common.csv_tables import Column as CsvColumn
from sim.common.csv_tables import read_table
from sim.common.errors import Fault
from sim.common.months import MONTHS_PER_YEAR
from sim.common.package_data import shipped
from sim.report.numbers import Kind
from sim.report.table import Column, Table
from sim.world.load import find_world
from sim.world.schema import PAIR_COLUMNS, STATUSES
from sim.world.world import Codes, World

_BILLION = 1000.0


@dataclass(frozen=True)
class Audit:
    """The tables of the audit, values in billion US dollars a year.

    Attributes:
        totals: By state: exports and imports of the baseline, FOB; beside the published ones (imports CIF) where the
            world keeps totals by pair (pairs.csv), for only such a world means all trade, and where the shipped
            figures have a table for the base year.
        seen: Share of value by status, for all flows, for what reaches the target, and for what its hubs buy; once by
            pair of states (where pairs.csv is there) and once by cell.
        towards_target: By origin: record, own goods, goods passing it as a hub, status of the pair.
        goods: By good: what reaches the target, directly and through hubs.
        onward: By pair of hubs: what goes through both to the target, and as shares of what enters the first and of
            what leaves the second; no rows where the world has no such route.
    """

    totals: pd.DataFrame
    seen: pd.DataFrame
    towards_target: pd.DataFrame
    goods: pd.DataFrame
    onward: pd.DataFrame


def audit(world: World, folder_or_name: str | None = None) -> Audit:
    """Return the audit of a world.

    Args:
        world: The world.
        folder_or_name: Where it was loaded from; with it, the standing of the pair totals is read from pairs.csv.
    """
    pair_status = _pair_status(world, folder_or_name) if folder_or_name is not None else None
    totals = _totals(world, all_trade=pair_status is not None)
    tables = totals, _seen(world, pair_status), _towards_target(world, pair_status), _goods(world)
    return Audit(*tables, _onward(world))


def audit_tables(world: World, folder_or_name: str | None = None) -> list[str | Table]:
    """Return the audit as it is told: what the world is, then one table after the other."""
    found = audit(world, folder_or_name)
    reaches = f"What reaches {world.state_names[world.target]}"
    told: list[str | Table] = [
        f"{world.title}, {len(world.states)} states, {len(world.goods)} goods, digest {world.digest[:12]}",
        _table(found.seen.rename_axis("flows"), "Share of the value by how it is known", "share"),
        _table(found.totals, "Totals, billion USD"),
        _table(found.goods, f"{reaches}, by good, billion USD"),
        _table(found.towards_target, f"{reaches}, by origin, billion USD"),
    ]
    if len(found.onward):
        told.append(_table(found.onward.rename_axis(["enters", "leaves"]), "What passes two hubs, million USD"))
    return told


def _table(data: pd.DataFrame, title: str, kind: Kind = "money") -> Table:
    columns: dict[str, str | Column] = {}
    for name in map(str, data.columns):
        if pd.api.types.is_numeric_dtype(data[name]):
            head = name.removesuffix("_busd").removesuffix("_musd").replace("_", " ")
            columns[name] = Column(head, "share" if name.startswith(("of_", "hub_share")) else kind)
    return Table.of_frame(data, title, columns=columns)


def _totals(world: World, *, all_trade: bool) -> pd.DataFrame:
    """Return exports and imports by state, beside the published totals where the world means all trade."""
    recorded = world.recorded_musd * MONTHS_PER_YEAR / _BILLION
    table = pd.DataFrame(
        {"exports": recorded.sum(axis=(1, 2)), "imports": recorded.sum(axis=(0, 2))},
        index=pd.Index(world.states, name="state"),
    )
    if not all_trade:
        return table
    columns = (
        CsvColumn("state", text),
        CsvColumn("exports_musd", AMOUNT),
        CsvColumn("imports_musd", AMOUNT, optional=True),
    )
    credit = (CsvColumn("source", text), CsvColumn("quality", text))
    path = shipped(f"calibration/figures/state_totals_{world.base_year}.csv")
    rows = read_table(path, (*columns, *credit), ("state",), []).rows
    published = {row.text("state"): row for row in rows}
    for name in ("exports", "imports"):
        cells = [published[code].text(f"{name}_musd") if code in published else "" for code in world.states]
        table[f"published_{name}"] = [float(cell) / _BILLION if cell else np.nan for cell in cells]
    table["quality"] = [published[code].text("quality") if code in published else "" for code in world.states]
    return table


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


def _goods(world: World) -> pd.DataFrame:
    direct = world.direct_musd[:, world.target].sum(axis=0) * MONTHS_PER_YEAR / _BILLION
    through = world.through_musd.sum(axis=(0, 1)) * MONTHS_PER_YEAR / _BILLION
    table = {"direct_busd": direct, "through_hubs_busd": through, "hub_share": through / (direct + through)}
    return pd.DataFrame(table, index=pd.Index(world.goods, name="good"))


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


def _pair_status(world: World, folder_or_name: str) -> Codes | None:
    """Return [S, S] indices into STATUSES from pairs.csv, or None where the world has no such file."""
    path = find_world(folder_or_name) / "pairs.csv"
    faults: list[Fault] = []
    table = read_table(path, PAIR_COLUMNS, ("origin", "destination"), faults)
    if faults:
        return None
    status = np.zeros((len(world.states), len(world.states)), dtype=np.int8)
    at = {code: index for index, code in enumerate(world.states)}
    for row in table.rows:
        status[at[row.text("origin")], at[row.text("destination")]] = STATUSES.index(row.text("status"))
    return status
