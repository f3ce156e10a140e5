"""What single cells cannot show: roles, missing rows, trade inside a state, re-exports above the record."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice

from sim.common.csv_tables import Row, Table
from sim.common.errors import Fault, nearest
from sim.common.good_groups import ALL, group_names
from sim.common.months import MONTHS_PER_YEAR
from sim.world import schema

_MEAN_TOLERANCE = 1e-4
_SUM_TOLERANCE = 1e-9
_NAMED_FAULTS = 3


@dataclass(frozen=True)
class WorldTables:
    """The tables of a world, read but not yet arrays; `faults` collects what is wrong with any of them."""

    settings: Mapping[str, str | tuple[str, ...]]
    states: Table
    goods: Table
    baseline: Table
    reexports: Table
    onward: Table
    pairs: Table
    season: Table
    totals: Table
    published: Table
    members: Table
    faults: list[Fault]


def check_tables(tables: WorldTables) -> None:
    """Note what single cells cannot show: roles, missing rows, flows to oneself, re-exports above the record."""
    _check_roles(tables)
    check_hubs(tables.states)
    check_goods(tables.goods, {row.text("code") for row in tables.states.rows})
    _check_baseline(tables)
    _check_home_output(tables)
    _check_reexports(tables)
    _check_onward(tables.onward)
    _check_published(tables.published)
    totals: dict[str, list[float]] = {}
    for row in tables.season.rows:
        totals.setdefault(row.text("destination"), []).append(row.number("factor"))
    for code, factors in totals.items():
        if len(factors) != MONTHS_PER_YEAR or abs(sum(factors) / MONTHS_PER_YEAR - 1.0) > _MEAN_TOLERANCE:
            mean = sum(factors) / len(factors)
            tables.season.blame(
                None, "factor", f"'{code}' has {len(factors)} months of mean {mean:.6g}, expected 12 of mean 1"
            )


def _check_published(table: Table) -> None:
    """Note series that say of one row what they do not say of another, or mix years and months."""
    first: dict[str, Row] = {}
    for row in table.rows:
        one = first.setdefault(row.text("series"), row)
        for name in ("title", "reporter", "flow", "partner", "good"):
            if row.text(name) != one.text(name):
                before = f"line {one.line} of series '{row.text('series')}' has '{one.text(name)}'"
                table.blame(row, name, f"read '{row.text(name)}', but {before}")
        if len(row.text("period")) != len(one.text("period")):
            table.blame(row, "period", f"a series has years or months, and line {one.line} has {one.text('period')}")


def check_hubs(table: Table) -> None:
    """Note hubs that cannot be any, of a table of states."""
    for row in table.rows:
        if row.text("is_hub") == "1" and row.text("role") in ("target", "rest"):
            table.blame(row, "is_hub", f"a state with the role {row.text('role')} cannot be a hub")


def _check_roles(tables: WorldTables) -> None:
    table, settings = tables.states, tables.settings
    targets = [row for row in table.rows if row.text("role") == "target"]
    if len(targets) != 1:
        table.blame(None, "role", f"has {len(targets)} targets, expected exactly one")
    elif settings["target"] != targets[0].text("code"):
        table.blame(targets[0], "role", f"is the target here, but {schema.SETTINGS} names '{settings['target']}'")
    codes = [row.text("code") for row in table.rows]
    for code in settings["other_buyers"]:
        if code not in codes:
            table.blame(None, "", f"{schema.SETTINGS}: other_buyers names '{code}'; {nearest(code, codes)}")


def check_goods(goods: Table, states: Collection[str]) -> None:
    """Note parts that are no good, and groups that have no name of their own, of a table of goods."""
    codes = [row.text("code") for row in goods.rows]
    for row in goods.rows:
        code, parts = row.text("code"), row.text("parts")
        if parts == code:
            goods.blame(row, "parts", "is the good itself; leave the cell empty where a good is not shipped as parts")
        elif parts and parts not in codes:
            goods.blame(row, "parts", f"unknown good '{parts}'; {nearest(parts, codes)}")

    _check_groups(goods, states)


def _check_groups(goods: Table, states: Collection[str]) -> None:
    """Note groups without a name, twice in a cell, or with a name that means something else where goods are named."""
    codes = {row.text("code") for row in goods.rows}
    tiers = {row.text("control_tier") for row in goods.rows} - {""}
    for row in goods.rows:
        names = group_names(row.text("groups"))
        for name in dict.fromkeys(names):
            if not name:
                goods.blame(row, "groups", f"read '{row.text('groups')}', expected names between semicolons")
            elif names.count(name) > 1:
                goods.blame(row, "groups", f"names '{name}' twice")
            kinds = ((codes, "code of a good"), (tiers, "control tier"), (states, "code of a state"))
            taken = [what for known, what in kinds if name in known]
            if taken or name == ALL:
                what = f"the {taken[0]}" if taken else "the word for all goods"
                goods.blame(row, "groups", f"'{name}' is {what}; give the group another name")


def _check_onward(onward: Table) -> None:
    """Note routes from a hub to itself, and hubs that would have more from other hubs than they pass on."""
    totals: dict[str, float] = {}
    for row in onward.rows:
        second = row.text("second")
        if row.text("first") == second:
            onward.blame(row, "second", "is the first hub itself; a route through two hubs needs two")
        totals[second] = totals.get(second, 0.0) + row.number("share")
        if totals[second] > 1.0 + _SUM_TOLERANCE:
            onward.blame(row, "share", f"brings what '{second}' has from other hubs to {totals[second]:g}, above 1")


def _check_baseline(tables: WorldTables) -> None:
    codes = [row.text("code") for row in tables.states.rows]
    goods = [row.text("code") for row in tables.goods.rows]
    found = {(row.text("origin"), row.text("destination"), row.text("good")) for row in tables.baseline.rows}
    for row in tables.baseline.rows:
        if row.text("origin") == row.text("destination"):
            tables.baseline.blame(
                row, "destination", "is the origin itself; trade inside a state is not part of the world"
            )
    # Counted and not listed: a thousand states make millions of rows.
    missing = len(codes) * (len(codes) - 1) * len(goods) - len(found)
    if missing and not tables.faults:
        every = ((o, d, g) for o in codes for d in codes for g in goods if o != d)
        shown = "; ".join(", ".join(key) for key in islice((key for key in every if key not in found), _NAMED_FAULTS))
        tables.baseline.blame(None, "", f"{missing} rows are missing (write 0 for no trade): {shown}")


def _check_home_output(tables: WorldTables) -> None:
    """Note plants in the target that have no parts to work with: it buys none of the good from coalition brands."""
    target = tables.settings["target"]
    brands = {row.text("code") for row in tables.states.rows if row.number("coalition_hq_share") > 0.0}
    supplied = {
        row.text("good")
        for row in tables.baseline.rows
        if row.text("destination") == target
        and row.text("origin") in brands
        and row.number("value_musd_per_year") > 0.0
    }
    for row in tables.goods.rows:
        brand, output = row.number("coalition_brand_share"), row.number("home_output_musd_per_year")
        if output > 0.0 and (brand == 0.0 or row.text("code") not in supplied):
            message = (
                f"plants with an output of {output:g} have no parts: '{target}' imports no '{row.text('code')}' of "
                "coalition brands in baseline.csv; leave the cell empty"
            )
            tables.goods.blame(row, "home_output_musd_per_year", message)


def _check_reexports(tables: WorldTables) -> None:
    target = str(tables.settings["target"])
    record = {
        (row.text("origin"), row.text("good")): row.number("value_musd_per_year")
        for row in tables.baseline.rows
        if row.text("destination") == target
    }
    for row in tables.reexports.rows:
        value, most = row.number("value_musd_per_year"), record.get((row.text("hub"), row.text("good")))
        if most is not None and value > most:
            message = f"re-exports of {value:g} exceed the hub's record of {most:g} towards the target"
            tables.reexports.blame(row, "value_musd_per_year", message)
