"""What `sim explain` and `sim compare` show: the parts of a change, and the law of two packages side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.table import Table

from sim.analysis.frozen_responses import not_quite_frozen
from sim.analysis.regime_differences import comparable, law_differences
from sim.report.explanation_text import amount, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.analysis.explain import Explanation
    from sim.simulation.simulation import Case

_MOST_ROWS, _MOST_LAW = 10, 30
_LEFT: Mapping[str, Any] = {"title_justify": "left", "caption_justify": "left", "title_style": "bold"}


def law_by_month(first: Case, second: Case, *, whole: bool) -> Table | str:
    """What two packages make of the law, where it differs: when, what, where, in the one and in the other.

    Args:
        first: a case.
        second: another.
        whole: whether every row is shown, however many there are.
    """
    if not comparable(first.world, second.world):
        return "Their worlds differ in states, roles, hubs or goods: their law cannot be laid side by side by month."
    differences = law_differences(first, second)
    if not differences:
        return "They make the same law in every month that both run."
    shown = differences if whole else differences[:_MOST_LAW]
    table = Table(title="The law they make", **_LEFT)
    for name in ("months", "what", "where", "first", "second"):
        table.add_column(name, no_wrap=name == "months", overflow="fold")
    for row in shown:
        table.add_row(row.span, row.field.replace("_", " "), str(row.place), row.in_words(0), row.in_words(1))
    meanings = {row.field: row.meaning for row in shown}
    more = f"... and {len(differences) - len(shown)} more; --all shows them.\n" if len(shown) < len(differences) else ""
    table.caption = more + "\n".join(f"{field.replace('_', ' ')}: {text}" for field, text in meanings.items())
    return table


def explained(told: Explanation) -> list[Table]:
    """The two tables of an explanation: by clause and by who responded; each adds up to the change."""
    return [_parts(told, told.clauses, "By clause"), _parts(told, told.actors, "By who responded")]


def _parts(told: Explanation, parts: pd.DataFrame, title: str) -> Table:
    """Effects with their error and range, the largest first, the small ones as one row, and the sum."""
    label = str(parts.columns[0])
    table = Table(title=f"{title}, {told.flow.unit}", **_LEFT)
    for name in (label, "effect", "of the change", "error", "lowest", "highest"):
        table.add_column(name, justify="left" if name == label else "right", no_wrap=True)
    shown = parts.head(_MOST_ROWS)
    for _, row in shown.iterrows():
        numbers = [amount(row["effect"], signed=True), _share(row["share_of_change"])]
        error = amount(row["error"]) if row.get("error", 0.0) > 0.0 else ""
        ends = [amount(row[name], signed=True) for name in ("lowest", "highest")]
        table.add_row(str(row[label]), *numbers, error, *ends)
    if len(parts) > _MOST_ROWS:
        rest = parts.iloc[_MOST_ROWS:][["effect", "share_of_change"]].sum()
        numbers = [amount(rest["effect"], signed=True), _share(rest["share_of_change"])]
        table.add_row(f"{len(parts) - _MOST_ROWS} others", *numbers, "", "", "")
    table.add_row("all of it", amount(told.change, signed=True), "", "", "", "", style="bold")
    if "what" in parts:
        meaning = "; ".join(f"{row['who']}: {row['what']}" for _, row in parts.iterrows())
        table.caption = f"{meaning}. "
        table.caption += f"At their bounds, not off, where frozen: {', '.join(not_quite_frozen())}"
    return table


def explanation_text(told: Explanation) -> str:
    """An explanation as Markdown: the sentences, where parameters come from, then both tables whole."""
    drawn = told.case.drawn
    values = f"draw {drawn.draw} of posterior '{drawn.posterior}' ({drawn.digest[:10]})" if drawn else "the scenario's"
    said = "\n".join(f"* {sentence}" for sentence in in_words(told))
    tables = "\n\n".join(_markdown(table) for table in (told.clauses, told.actors))
    about = f"Amounts in {told.flow.unit}. Parameters: {values}."
    return f"# {told.flow.words}, {told.flow.span}\n\n{said}\n\n{about}\n\n{tables}\n"


def _markdown(table: pd.DataFrame) -> str:
    def cell(value: object) -> str:
        return f"{value:.6g}" if isinstance(value, float) else str(value).replace("|", "\\|")

    rows = [list(table.columns), ["---"] * len(table.columns), *table.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(cell(value) for value in row)} |" for row in rows)


def _share(share: float) -> str:
    return "" if pd.isna(share) else f"{100.0 * share + 0.0:.1f} %"
