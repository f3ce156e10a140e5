"""The tables that a run of a very small world prints beside the others: every number of every month.

Such a world is there to be worked out by hand, so that the screen has what the hand computes, to four places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.report.table import Column, Table

if TYPE_CHECKING:
    from sim.report.plots.run_view import View

_MOST_ROWS, _MOST_MONTHS = 12, 6
_PLACES = 4
_VIA = "via "
# Columns whose cells have a plain name.
_NAMED = ("origin", "destination", "reporter", "partner", "good")


class _Shown(NamedTuple):
    """A table of results: what it holds, what its rows are of, the value shown and its unit."""

    table: str
    keys: tuple[str, ...]
    value: str
    title: str
    unit: str


_SHOWN = (
    _Shown("flows", ("origin", "destination", "route"), "volume_musd", "Flows", "million USD at base-year prices"),
    _Shown("prices", ("destination", "brand_origin"), "price_index", "Prices of brands", "base year = 1"),
    _Shown("recorded", ("reporter", "flow", "partner"), "value_musd", "Customs records", "million USD"),
)


def monthly(view: View) -> list[Table]:
    """Flows, prices and customs records by month, with the policies.

    None where they would fill more than a screen, or where bands say that one draw alone is not to be read.
    """
    run = view.policy
    if len(run.months) > _MOST_MONTHS or view.bands is not None or len(view.goods) > 1:
        return []
    tables = [_by_month(view, shown) for shown in _SHOWN]
    return [] if any(len(table.frame) > _MOST_ROWS for table in tables) else tables


def _by_month(view: View, shown: _Shown) -> Table:
    """A value by what it is of (rows) and month (columns)."""
    rows = getattr(view.policy, shown.table)
    sums = rows.pivot_table(index=list(shown.keys), columns="month", values=shown.value, aggfunc="sum", observed=True)
    lines = [
        (
            *(_word(view, key, str(cell)) for key, cell in zip(shown.keys, place, strict=True)),
            *(f"{number:.{_PLACES}f}" for number in line),
        )
        for place, line in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    named = (Column(key.replace("_", " "), wrap=False) for key in shown.keys)
    columns = (*named, *(Column(str(month), right=True) for month in sums.columns))
    return Table.of(columns, lines, f"{shown.title} by month, {shown.unit}")


def _word(view: View, key: str, cell: str) -> str:
    """A cell in words: states by name, routes by the name of their hub."""
    if key in _NAMED:
        return view.name(cell)
    return f"{_VIA}{view.name(cell.removeprefix(_VIA))}" if cell.startswith(_VIA) else cell
