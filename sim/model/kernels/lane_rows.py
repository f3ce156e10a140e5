"""Rows of lanes: the routes to the target of all goods of one state and headquarters, side by side.

Types are sorted by origin, headquarters and good, so that a table (type, route) is one of (origin and headquarters,
good, route). A step on such a row is plain arithmetic on a few hundred numbers: it vectorises, where twelve would not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.common.compilation import inlined

if TYPE_CHECKING:
    from sim.common.arrays import Floats


@inlined
def gather(table: Floats, first: int, row: Floats) -> None:
    """Fills a row, (good, route to the target), with those columns of a table from type ``first`` on, (type, route)."""
    for g in range(row.shape[0]):
        for k in range(row.shape[1]):
            row[g, k] = table[first + g, k]


@inlined
def scatter(row: Floats, first: int, table: Floats) -> None:
    """Puts a row, (good, route to the target), into those columns of a table from type ``first`` on, (type, route)."""
    for g in range(row.shape[0]):
        for k in range(row.shape[1]):
            table[first + g, k] = row[g, k]


@inlined
def repeat(by_type: Floats, first: int, row: Floats) -> None:
    """Fills a row, (good, route to the target), with what the types from ``first`` on are, (type,)."""
    for g in range(row.shape[0]):
        for k in range(row.shape[1]):
            row[g, k] = by_type[first + g]
