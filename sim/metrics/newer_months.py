"""Newer months in a file of the user's: laid over what is there, or refused with every fault at once.

The file has the columns of ``customs_monthly.csv`` that say which figure it is (period, reporter, flow, exporter,
importer, good), value and unit; the others may be there. A month that is there already must say the same.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.common.csv_cells import AMOUNT, month, one_of, text
from sim.common.csv_tables import Column, Row, Table, read_table
from sim.common.errors import Fault, FaultList, nearest
from sim.common.months import format_month, parse_month
from sim.metrics.customs_series import EURO
from sim.metrics.published_months import EVERYTHING, KEY, MONTHS, in_dollars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.metrics.published_months import PublishedSeries
    from sim.world import World

DOLLARS = "musd"
_COLUMNS = (
    Column("period", month), Column("reporter", text), Column("flow", text), Column("exporter", text),
    Column("importer", text), Column("good", text, optional=True, default=EVERYTHING), Column("value", AMOUNT),
    Column("unit", one_of((DOLLARS, EURO), "unit")),
    *(Column(name, text, optional=True, default="")
      for name in ("freq", "basis", "source", "quality", "conflict", "role")),
)  # fmt: skip
# Two figures of a month that differ by less are one, rounded; share.
_ROUNDING = 0.002


def with_newer_months(
    series: Sequence[PublishedSeries], path: str | Path, world: World, today: str
) -> tuple[PublishedSeries, ...]:
    """The series with the months of a file.

    Args:
        series: what is known, see :func:`.published_months.published_series`.
        path: the file.
        world: says which offices publish, until when and how late.
        today: the month that it is; nothing can have been published of later ones.

    Raises:
        FaultList: everything that is wrong with the file: a month that says something else than what is there, a
            series that no office publishes, a gap, a month that is not over; then nothing of it is taken.
    """
    faults: list[Fault] = []
    table = read_table(Path(path), _COLUMNS, ("period", *KEY), faults)
    by_key = {one.key: one for one in series}
    fresh: dict[tuple[str, ...], list[Row]] = {}
    readable = len(table.rows)
    for place, row in enumerate((*table.rows, *table.faulty)):
        if not row.values.keys() >= set(KEY):  # what they are cannot be read, which is told already
            continue
        key = tuple(row.text(name) for name in KEY)
        before = len(faults)
        if key not in by_key:
            table.blame(row, *_not_published(key, by_key, world))
            _check_value(table, row)
            continue
        _check(table, row, by_key[key], today)
        if len(faults) == before and place < readable:
            fresh.setdefault(key, []).append(row)
    for key, rows in fresh.items():
        _no_gap(table, rows, by_key[key])
    if not table.rows and not faults:
        table.blame(None, "", "has no months, only a header")
    if faults:
        raise FaultList(faults)
    return tuple(_joined(one, fresh.get(one.key, [])) for one in series)


def _not_published(
    key: tuple[str, ...], known: dict[tuple[str, ...], PublishedSeries], world: World
) -> tuple[str, str]:
    """The column at fault, and why no office publishes such a series."""
    office = key[0]
    if office in world.states and (until := world.publishes_until[world.states.index(office)]):
        return (
            "reporter",
            f"the office of {office} publishes nothing after {until}, so there can be no newer month of it",
        )
    for place, name in enumerate(KEY):
        there = sorted({other[place] for other in known if other[:place] == key[:place]})
        if key[place] not in there:
            words = " ".join(f"{n} {value}" for n, value in zip(KEY[:place], key, strict=False))
            return (
                name,
                f"no office publishes a series of {name} '{key[place]}'{words and f' with {words}'}; "
                + nearest(key[place], there),
            )
    raise AssertionError(key)  # then the key is known


def _check(table: Table, row: Row, one: PublishedSeries, today: str) -> None:
    """Notes what is wrong with one month of a series that is published."""
    period, over = str(row.values.get("period", "")), parse_month(today) - one.lag
    if period and parse_month(period) > over:
        message = (
            f"{period} is in the future of this series: it is {today} and the office publishes a month "
            f"{one.lag} later, so {format_month(over)} is the last that there can be"
        )
        table.blame(row, "period", message)
    if _check_value(table, row) or not row.values.keys() >= {"period", "value", "unit"}:
        return
    if np.isnan(dollars := _dollars(row)):
        table.blame(row, "unit", f"the rate of the euro in {period} is not known; give the value in {DOLLARS}")
    elif period in one.musd.index and abs(dollars / one.musd[period] - 1.0) > _ROUNDING:
        where = f"calibration/figures/{MONTHS}:{one.lines[period]}" if period in one.lines else "the file"
        message = (
            f"read {dollars:,.1f} {DOLLARS} for {period}, for which {where} has {one.musd[period]:,.1f}; "
            "take the month out, or correct the one that is wrong"
        )
        table.blame(row, "value", message)


def _check_value(table: Table, row: Row) -> bool:
    """Notes a value that is none of a month; whether there was something to note."""
    if wrong := "value" in row.values and row.number("value") <= 0.0:
        table.blame(row, "value", f"read {row.number('value'):g}, expected more than 0: nil has no logarithm")
    return wrong


def _dollars(row: Row) -> float:
    unit, period = (pd.Series([row.text(name)]) for name in ("unit", "period"))
    return float(in_dollars(pd.Series([row.number("value")]), unit, period).iloc[0])


def _no_gap(table: Table, rows: list[Row], one: PublishedSeries) -> None:
    """Notes each month that follows on a gap."""
    there = {parse_month(period) for period in one.musd.index}
    first = min(there)
    for row in sorted(rows, key=lambda row: row.text("period")):
        this = parse_month(row.text("period"))
        if this > first and this - 1 not in there:
            last = max(month for month in there if month < this)
            message = (
                f"a gap: {format_month(last)} is the last month before {format_month(this)} in the series "
                f"'{one.name}'; months are missing between them"
            )
            table.blame(row, "period", message)
        elif this < first:
            table.blame(row, "period", f"before {format_month(first)}, the first month of the series '{one.name}'")
        there.add(this)


def _joined(one: PublishedSeries, rows: list[Row]) -> PublishedSeries:
    new = pd.Series({row.text("period"): _dollars(row) for row in rows if row.text("period") not in one.musd.index})
    return replace(one, musd=pd.concat([one.musd, new.astype(float)]).sort_index()) if len(new) else one
