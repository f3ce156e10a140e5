"""Reads a world from its folder; every fault of all its files is reported at once."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.common.arrays import Floats
from sim.common.countries import members_of
from sim.common.csv_tables import Row, Table, read_table
from sim.common.errors import Fault, FaultList, nearest
from sim.common.good_groups import groups_of
from sim.common.months import MONTHS_PER_YEAR
from sim.common.package_data import shipped
from sim.common.scratch import mend
from sim.world import schema
from sim.world.check import WorldTables, check_tables
from sim.world.distance import great_circle_km
from sim.world.hub_flows import through_hubs
from sim.world.settings import read_settings
from sim.world.world import PublishedFigure, World, headquarters_share

_NONE = -1
_SHIPPED_WORLDS = "scenarios/worlds"


def load_world(folder_or_name: str | Path) -> World:
    """Read a world.

    Args:
        folder_or_name: A folder with the tables, or the name of a shipped world.

    Returns:
        The world, with read-only arrays.

    Raises:
        FaultList: If the folder or a table is missing or faulty; it holds every fault with its file and line.

    Example:
        >>> import sim
        >>> len(sim.load_world("reference").goods)
        20
    """
    folder = find_world(folder_or_name)
    mend(folder)
    tables = _read(folder)
    check_tables(tables)
    if tables.faults:
        raise FaultList(tables.faults)
    world = _assemble(tables, _digest(folder))
    for name in vars(world):
        value = getattr(world, name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return world


def find_world(folder_or_name: str | Path) -> Path:
    """Return the folder of a world given by path or by the name of a shipped one.

    Raises:
        FaultList: If there is neither.
    """
    folder = Path(folder_or_name)
    if folder.is_dir():
        return folder
    if len(folder.parts) == 1:
        worlds = shipped(_SHIPPED_WORLDS)
        known = sorted(path.name for path in worlds.iterdir() if path.is_dir()) if worlds.is_dir() else []
        if folder.name in known:
            return worlds / folder.name
        raise FaultList([Fault(str(folder), 0, 0, "", f"there is no such world; {nearest(str(folder), known)}")])
    raise FaultList([Fault(str(folder), 0, 0, "", "there is no such folder")])


def _read(folder: Path) -> WorldTables:
    faults: list[Fault] = []
    texts, lists = read_settings(folder / schema.SETTINGS, schema.SETTING_TEXTS, schema.SETTING_LISTS, faults)
    states = read_table(folder / "states.csv", schema.STATE_COLUMNS, ("code",), faults)
    goods = read_table(folder / "goods.csv", schema.GOOD_COLUMNS, ("code",), faults)
    if faults:
        # Without sound codes every row of the other tables would look wrong.
        raise FaultList(faults)
    for table in (states, goods):
        table.rows.sort(key=_code)
    codes, kinds = [row.text("code") for row in states.rows], [row.text("code") for row in goods.rows]
    hubs = [row.text("code") for row in states.rows if row.text("is_hub") == "1"]
    flows = schema.baseline_columns(codes, kinds)
    passing = schema.reexport_columns(hubs, kinds)
    baseline = read_table(folder / "baseline.csv", flows, ("origin", "destination", "good"), faults)
    reexports = read_table(folder / "reexports.csv", passing, ("hub", "good"), faults)
    season = read_table(folder / "season.csv", schema.season_columns(codes), ("destination", "calendar_month"), faults)
    onward = Table(folder / schema.ONWARD_TABLE, faults)
    if onward.path.exists():
        onward = read_table(onward.path, schema.onward_columns(hubs), ("first", "second"), faults)
    pairs = Table(folder / schema.PAIR_TABLE, faults)
    if pairs.path.exists():
        pairs = read_table(pairs.path, schema.pair_columns(codes), ("origin", "destination"), faults)
    totals = Table(folder / schema.TOTALS_TABLE, faults)
    if totals.path.exists():
        totals = read_table(totals.path, schema.totals_columns(codes), ("state",), faults)
    published = Table(folder / schema.PUBLISHED_TABLE, faults)
    if published.path.exists():
        named = (*kinds, *groups_of((row.text("code"), row.text("groups")) for row in goods.rows))
        published = read_table(published.path, schema.published_columns(codes, named), ("series", "period"), faults)
    members = Table(folder / schema.MEMBERS_TABLE, faults)
    if members.path.exists():
        members = read_table(members.path, schema.member_columns(codes), ("member",), faults)
    settings: dict[str, str | tuple[str, ...]] = {**{name: str(text) for name, text in texts.items()}, **lists}
    return WorldTables(
        settings,
        states,
        goods,
        baseline,
        reexports,
        onward,
        pairs,
        season,
        totals,
        published,
        members,
        faults,
    )


def _code(row: Row) -> str:
    """Return what states and goods are put in order by, so that the order of rows in a file cannot matter."""
    return row.text("code")


def _digest(folder: Path) -> str:
    """Return the digest of the files; the order of rows does not enter it, since it does not enter the world either."""
    sha = hashlib.sha256()
    more = [name for name in (schema.ONWARD_TABLE, schema.PAIR_TABLE) if (folder / name).exists()]
    for name in (*schema.TABLES, *more):
        header, *rows = (folder / name).read_bytes().split(b"\n")
        sha.update(name.encode() + b"\0" + b"\n".join([header, *sorted(rows)]) + b"\0")
    sha.update(schema.SETTINGS.encode() + b"\0" + (folder / schema.SETTINGS).read_bytes() + b"\0")
    return sha.hexdigest()


def _assemble(tables: WorldTables, digest: str) -> World:
    """Turn sound tables into the arrays of a world."""
    states, goods = tables.states.rows, tables.goods.rows
    at = {row.text("code"): index for index, row in enumerate(states)}
    good_at = {row.text("code"): index for index, row in enumerate(goods)}
    hubs = tuple(index for index, row in enumerate(states) if row.text("is_hub") == "1")
    target = at[str(tables.settings["target"])]
    recorded = np.zeros((len(at), len(at), len(good_at)))
    error, status = np.zeros(recorded.shape), np.zeros(recorded.shape, dtype=np.int8)
    for row in tables.baseline.rows:
        cell = at[row.text("origin")], at[row.text("destination")], good_at[row.text("good")]
        recorded[cell] = row.number("value_musd_per_year") / MONTHS_PER_YEAR
        status[cell] = schema.STATUSES.index(row.text("status"))
        error[cell] = schema.error_of(row.text("status"), row.values["sd_log"])
    pair_error = np.zeros((len(at), len(at)))
    pair_status: NDArray[np.int8] = np.full(pair_error.shape, _NONE, dtype=np.int8)
    for row in tables.pairs.rows:
        pair = at[row.text("origin")], at[row.text("destination")]
        pair_error[pair] = schema.error_of(row.text("status"), row.values["sd_log"])
        pair_status[pair] = schema.STATUSES.index(row.text("status"))
    reexports = np.zeros((len(hubs), len(good_at)))
    passing: NDArray[np.int8] = np.full(reexports.shape, schema.STATUSES.index("imputed"), dtype=np.int8)
    passing_error = np.zeros(reexports.shape)
    for row in tables.reexports.rows:
        spot = hubs.index(at[row.text("hub")]), good_at[row.text("good")]
        reexports[spot] = row.number("value_musd_per_year") / MONTHS_PER_YEAR
        passing[spot] = schema.STATUSES.index(row.text("status"))
        passing_error[spot] = schema.error_of(row.text("status"), row.values["sd_log"])
    season = np.ones((len(at), MONTHS_PER_YEAR))
    for row in tables.season.rows:
        season[at[row.text("destination")], int(row.text("calendar_month")) - 1] = row.number("factor")
    shares = np.zeros((len(hubs), len(hubs)))
    for row in tables.onward.rows:
        shares[hubs.index(at[row.text("first")]), hubs.index(at[row.text("second")])] = row.number("share")
    direct, through, onward = through_hubs(recorded, reexports, shares[:, :, None], hubs, target)
    brand = _numbers(goods, "coalition_brand_share")
    groups = groups_of((row.text("code"), row.text("groups")) for row in goods)
    return World(
        title=str(tables.settings["title"]),
        base_year=int(str(tables.settings["base_year"])),
        states=tuple(at),
        state_names=_texts(states, "name"),
        role=_texts(states, "role"),
        hubs=hubs,
        target=target,
        latitude=_numbers(states, "latitude"),
        longitude=_numbers(states, "longitude"),
        alignment=_numbers(states, "alignment"),
        technology_exposure=_numbers(states, "technology_exposure"),
        finance_exposure=_numbers(states, "finance_exposure"),
        enforcement_effort=_numbers(states, "enforcement_effort"),
        is_coalition=np.array([row.text("role") == "coalition" for row in states]),
        rule_of_law=_numbers(states, "rule_of_law"),
        startup_days=_numbers(states, "startup_days"),
        target_distance_km=_target_distance(states, target),
        common_language=_numbers(states, "common_language"),
        basket_overlap=_numbers(states, "basket_overlap"),
        published_exports_musd=_published(tables, at, "exports_musd_per_year"),
        published_imports_musd=_published(tables, at, "imports_musd_per_year"),
        published_figures=tuple(_figure(row) for row in tables.published.rows),
        customs_union=_texts(states, "customs_union"),
        publishes_until=tuple(row.text("publishes_until") or None for row in states),
        records=_texts(states, "records"),
        publication_lag=np.array([int(row.number("publication_lag_months")) for row in states], dtype=np.int64),
        reexport_habit=_texts(states, "reexport_habit"),
        other_buyers=tuple(tables.settings["other_buyers"]),
        goods=tuple(good_at),
        good_groups={name: tuple(good_at[code] for code in codes) for name, codes in groups.items()},
        good_names=_texts(goods, "name"),
        hs_codes=_texts(goods, "hs_codes"),
        control_tier=_texts(goods, "control_tier"),
        military_sensitivity=_numbers(goods, "military_sensitivity"),
        ambiguity=_numbers(goods, "ambiguity"),
        coalition_brand_share=brand,
        price_elasticity=_numbers(goods, "price_elasticity"),
        parts=np.array([good_at.get(row.text("parts"), _NONE) for row in goods], dtype=np.int64),
        home_output_musd=_numbers(goods, "home_output_musd_per_year") / MONTHS_PER_YEAR,
        recorded_musd=recorded,
        direct_musd=direct,
        through_musd=through,
        onward=onward,
        coalition_hq_share=headquarters_share(_numbers(states, "coalition_hq_share"), brand, recorded.sum(axis=1)),
        season=season,
        flow_status=status,
        flow_sd_log=error,
        pair_sd_log=pair_error,
        pair_status=pair_status,
        reexport_status=passing,
        reexport_sd_log=passing_error,
        members=members_of((row.text("state"), row.text("member")) for row in tables.members.rows),
        digest=digest,
    )


def _target_distance(states: list[Row], target: int) -> Floats:
    """Return the distance of each state to the target [S]: the table's, or that between their places."""
    places = great_circle_km(_numbers(states, "latitude"), _numbers(states, "longitude"))[:, target]
    given = [row.values["target_distance_km"] for row in states]
    return np.array([place if cell == "" else cell for cell, place in zip(given, places, strict=True)], dtype=float)


def _published(tables: WorldTables, at: dict[str, int], name: str) -> tuple[float | None, ...]:
    """Return a column of the published totals by state, None where there is none."""
    known = {row.text("state"): row.number(name) for row in tables.totals.rows if row.values[name] != ""}
    return tuple(known.get(code) for code in at)


def _figure(row: Row) -> PublishedFigure:
    text, fitted = row.text, row.text("used_for_fitting") == schema.FLAGS[1]
    office = text("reporter"), text("flow"), text("partner"), text("good")
    return PublishedFigure(
        text("series"), text("title"), *office, text("period"), row.number("value_musd"), fitted, text("source")
    )


def _texts(rows: list[Row], name: str) -> tuple[str, ...]:
    return tuple(row.text(name) for row in rows)


def _numbers(rows: list[Row], name: str) -> Floats:
    return np.array([row.number(name) for row in rows], dtype=np.float64)
