"""What is told of a world, as one text."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.markdown import markdown
from sim.report.table import Table


def as_text(told: Sequence[str | Table]) -> str:
    """Texts and tables, one after the other."""
    return "\n".join(markdown(part) if isinstance(part, Table) else part for part in told)
