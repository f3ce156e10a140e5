"""Tables as Markdown."""

from __future__ import annotations

from sim.report.table import Table


def markdown(table: Table) -> str:
    """A table as Markdown, without a line break at its end.

    Cells are Markdown of their own (names in backticks, links); what would end a cell or a line is escaped. A row that
    sums up the others is bold.

    Example:
        >>> import sim
        >>> print(sim.markdown(sim.Table.of(("good", "share"), [("drones", (0.5, 0.25, 0.75))])))
        | good | share |
        | --- | ---: |
        | drones | 0.50 [0.25, 0.75] |
    """
    rules = ["---:" if right else "---" for right in table.to_the_right()]
    rows = table.texts()
    if table.total:
        rows[-1] = [f"**{text}**" if text else "" for text in rows[-1]]
    lines = [" | ".join(map(_inside, row)) for row in (table.heads, rules, *rows)]
    above = [f"**{_inside(table.title)}**", ""] if table.title else []
    below = ["", table.note] if table.note else []
    return "\n".join([*above, *(f"| {line} |" for line in lines), *below])


def _inside(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|") or " "
