"""One record for every table that is told to a person; the screen, Markdown and HTML each have one writer of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.report.numbers import Kind, cell, is_number

# Of kinds of number that have one of their own.
_UNITS: Mapping[Kind, str] = {"share": "share of 1", "change": "percent", "index": "index", "month": "month"}
_BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        head: what stands above it.
        kind: how its numbers are written, see :func:`sim.report.numbers.number`.
        unit: of its numbers; stands in the head, after a comma.
        digits: significant ones of plain numbers.
        signed: whether a gain has a plus sign.
        wrap: whether the screen may break its cells into lines.
        strong: whether its cells stand out, as names do.
        right: whether they stand to the right though they are text.

    Example:
        >>> import sim
        >>> sim.Column("value", "money", "bn USD").title
        'value, bn USD'
    """

    head: str
    kind: Kind = "plain"
    unit: str = ""
    digits: int = 4
    signed: bool = False
    wrap: bool = True
    strong: bool = False
    right: bool = False

    @property
    def title(self) -> str:
        """Head and unit."""
        return f"{self.head}, {self.unit}" if self.unit else self.head


class Spark(NamedTuple):
    """A cell that is a small chart.

    Attributes:
        lines: one or two series of equal length; the second is the one that the first is compared with.
        said: what it shows, for those who cannot see it.
        zero: whether nil is within its height.
    """

    lines: Sequence[Sequence[float]]
    said: str
    zero: bool = True

    def __str__(self) -> str:
        """The first series in blocks, for where nothing can be drawn; a blank where a value is no number."""
        line = np.asarray(self.lines[0], float)
        known = line[np.isfinite(line)]
        if known.size == 0:
            return ""
        low, high = (min(known.min(), 0.0), max(known.max(), 0.0)) if self.zero else (known.min(), known.max())
        steps = (line - low) / (high - low or 1.0) * (len(_BLOCKS) - 1)
        return "".join(_BLOCKS[round(float(step))] if np.isfinite(step) else " " for step in steps)


@dataclass(frozen=True, eq=False)
class Table:
    """A table as it is told: numbers with what it takes to write them.

    Attributes:
        columns: heads, units and formats, one for each column of the frame.
        frame: the cells, as values: text, numbers, days, truths, ``(median, low, high)``, a :class:`Spark`, or None
            for nothing.
        title: above it; empty for none.
        note: below it; empty for none.
        total: whether the last row sums up the others and stands out.
        unit: of the plain numbers of columns that say none, as the title says it.

    Example:
        >>> import sim
        >>> table = sim.Table.of(("year", sim.Column("value", "money", "bn USD")), [("2023", 12.34)])
        >>> print(sim.markdown(table))
        | year | value, bn USD |
        | --- | ---: |
        | 2023 | 12.3 |
    """

    columns: tuple[Column, ...]
    frame: pd.DataFrame = field(repr=False)
    title: str = ""
    note: str = ""
    total: bool = False
    unit: str = ""

    @classmethod
    def of(
        cls, columns: Iterable[str | Column], rows: Iterable[Sequence[object]], title: str = "", note: str = ""
    ) -> Table:
        """A table from rows of cells; a column that is only named is written as its values suggest.

        Raises:
            ValueError: a row has more or fewer cells than there are columns.
        """
        heads = tuple(Column(one) if isinstance(one, str) else one for one in columns)
        lines = list(map(tuple, rows))
        if wrong := next((line for line in lines if len(line) != len(heads)), None):
            raise ValueError(f"a table of {len(heads)} columns has a row of {len(wrong)} cells: {wrong}")
        cells = np.empty((len(lines), len(heads)), object)
        for place, line in enumerate(lines):
            for at, value in enumerate(line):
                cells[place, at] = value
        return cls(heads, pd.DataFrame(cells, columns=[one.head for one in heads], dtype=object), title, note)

    @classmethod
    def of_frame(
        cls, data: pd.DataFrame, title: str = "", *, columns: Mapping[str, str | Column] | None = None, most: int = 0,
        rest: str = "",
    ) -> Table:  # fmt: skip
        """A table from data, with its index where that has a name.

        Args:
            data: the data.
            title: above it.
            columns: heads, or columns, of those that are not headed by their own name; blanks stand for low lines.
            most: rows that are kept; 0 for all. How many are left out is noted.
            rest: what else is said of those that are left out.
        """
        whole = data.reset_index() if any(name is not None for name in data.index.names) else data
        given = columns or {}
        heads = [given.get(str(name), str(name).replace("_", " ")) for name in whole.columns]
        left = len(whole) - most if most else 0
        kept = whole.head(most) if most else whole
        note = f"... and {left:,} more rows{f'; {rest}' if rest else ''}" if left > 0 else ""
        return cls.of(heads, kept.astype(object).itertuples(index=False, name=None), title, note)

    def with_total(self, *row: object) -> Table:
        """The table with a last row that sums up the others."""
        added = Table.of(self.columns, [*self.frame.itertuples(index=False, name=None), row], self.title, self.note)
        return replace(added, total=True, unit=self.unit)

    def unit_of(self, column: Column) -> str:
        """Unit of the numbers of a column, as values: of a share, of one."""
        return column.unit or _UNITS.get(column.kind, self.unit)

    def without_empty(self) -> Table:
        """The table without columns in which nothing stands."""
        kept = [at for at in range(len(self.columns)) if any(line[at] for line in self.texts())]
        return replace(self, columns=tuple(self.columns[at] for at in kept), frame=self.frame.iloc[:, kept])

    @property
    def heads(self) -> list[str]:
        """What stands above each column, with its unit."""
        return [column.title for column in self.columns]

    def values(self) -> list[tuple[object, ...]]:
        """The cells as values, row by row."""
        return list(self.frame.itertuples(index=False, name=None))

    def texts(self) -> list[list[str]]:
        """The cells as text, row by row."""
        return [
            [
                cell(value, one.kind, digits=one.digits, signed=one.signed)
                for value, one in zip(row, self.columns, strict=True)
            ]
            for row in self.values()
        ]

    def to_the_right(self) -> list[bool]:
        """Of each column, whether it stands to the right, as numbers do."""
        columns = ([row[at] for row in self.values() if row[at] is not None] for at in range(len(self.columns)))
        return [one.right or one.kind != "plain" or (bool(held) and all(map(is_number, held)))
                for one, held in zip(self.columns, columns, strict=True)]  # fmt: skip
