"""Numbers and tables of the page of answers, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.plots.studies import signed, unit_of


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def number(metric: str, value: float) -> str:
    """A value of a metric; shares as per cent."""
    return f"{100.0 * value:.3g} %" if unit_of(metric) == "share" else f"{value:,.4g}"


def change(metric: str, value: float) -> str:
    """A change of a metric; of shares in points."""
    return f"{100.0 * value:+.3g} points" if unit_of(metric) == "share" else signed(value)


def with_interval(metric: str, row: Mapping[Any, Any]) -> str:
    """Mean and the interval in brackets, if there is one."""
    low, high = row["low"], row["high"]
    mean = number(metric, row["mean"])
    return mean if low == high else f"{mean} [{number(metric, low)}, {number(metric, high)}]"


def interval_of(row: Mapping[Any, Any], name: str) -> str:
    """A change with its interval, if there is one."""
    said = signed(row[name])
    return said if row["low"] == row["high"] else f"{said} [{signed(row['low'])}, {signed(row['high'])}]"
