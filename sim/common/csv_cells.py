"""What a cell of a table holds: each reader turns its text into a value, or says with ValueError what was expected."""

import math
from collections.abc import Callable, Iterable

from sim.common.errors import nearest
from sim.common.months import parse_month, parse_year
from sim.common.parsing import PLAIN_NUMBER

Value = str | float
Reader = Callable[[str], Value]
# About ten times what the world produces in a year, million US dollars: no flow of goods is worth more.
MOST_MUSD = 1e9


def text(cell: str) -> str:
    """Read any text that is not blank."""
    if not cell.strip():
        raise ValueError("is blank; expected some text")
    return cell


def number(cell: str) -> float:
    """Read a plain finite decimal number."""
    if not PLAIN_NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
        raise ValueError(f"read '{cell}', expected a plain finite number, such as 12.5")
    return float(cell)


def between(low: float, high: float) -> Reader:
    """Return a reader of numbers from `low` to `high`, both included."""

    def read(cell: str) -> float:
        value = number(cell)
        if not low <= value <= high:
            raise ValueError(
                f"read {cell}, expected {f'{low:g} or more' if high == math.inf else f'{low:g} to {high:g}'}"
            )
        return value

    return read


def amount(most: float) -> Reader:
    """Return a reader of amounts from 0; `most` is ten times the world's product, in the unit of the column."""

    def read(cell: str) -> float:
        value = number(cell)
        if value < 0:
            raise ValueError(f"read {cell}, expected 0 or more")
        if value > most:
            raise ValueError(f"read {cell}, expected at most {most:g}: ten times what the world produces in a year")
        return value

    return read


def whole(low: int, high: int) -> Reader:
    """Return a reader of whole numbers from `low` to `high`, both included."""
    inside = between(low, high)

    def read(cell: str) -> Value:
        value = inside(cell)
        if value != int(value):
            raise ValueError(f"read {cell}, expected a whole number from {low} to {high}")
        return value

    return read


def one_of(names: Iterable[str], what: str) -> Reader:
    """Return a reader of texts among `names`; `what` says what they name, such as `state`."""
    known = tuple(names)
    among = frozenset(known)

    def read(cell: str) -> str:
        if cell not in among:
            raise ValueError(f"unknown {what} '{cell}'; {nearest(cell, known)}")
        return cell

    return read


def month(cell: str) -> str:
    """Read a month YYYY-MM."""
    parse_month(cell)
    return cell


def year(cell: str) -> str:
    """Read a year YYYY."""
    parse_year(cell)
    return cell


def period(cell: str) -> str:
    """Read a year YYYY or a month YYYY-MM."""
    return month(cell) if "-" in cell else year(cell)


SHARE = between(0.0, 1.0)
AMOUNT = amount(MOST_MUSD)
