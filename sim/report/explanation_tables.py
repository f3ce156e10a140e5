"""What `sim explain` and `sim compare` show: the parts of a change, and the law of two packages side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.analysis.frozen_responses import not_quite_frozen
from sim.analysis.regime_differences import comparable, law_differences
from sim.report.explanation_text import in_words
from sim.report.markdown import markdown
from sim.report.table import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.explain import Explanation
    from sim.simulation.simulation import Case

_MOST_ROWS, _MOST_LAW = 10, 30


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
    rows = [(row.span, row.field.replace("_", " "), str(row.place), row.in_words(0), row.in_words(1)) for row in shown]
    meanings = {row.field: row.meaning for row in shown}
    more = f"... and {len(differences) - len(shown)} more; --all shows them.\n" if len(shown) < len(differences) else ""
    note = more + "\n".join(f"{field.replace('_', ' ')}: {text}" for field, text in meanings.items())
    return Table.of((Column("months", wrap=False), "what", "where", "first", "second"), rows, "The law they make", note)


def explained(told: Explanation) -> list[Table]:
    """The two tables of an explanation: by clause and by who responded; each adds up to the change."""
    return [_parts(told, told.clauses, "By clause"), _parts(told, told.actors, "By who responded")]


def _parts(told: Explanation, parts: pd.DataFrame, title: str) -> Table:
    """Effects with their error and range, the largest first, the small ones as one row, and the sum."""
    rows: list[tuple[object, ...]] = [
        (row.get("label", row[parts.columns[0]]), row["effect"], row["share_of_change"], row.get("error") or None,
         row["lowest"], row["highest"]) for row in parts.head(_MOST_ROWS).to_dict("records")
    ]  # fmt: skip
    rest = parts.iloc[_MOST_ROWS:]
    if len(rest):
        rows.append((f"{len(rest)} others", rest["effect"].sum(), rest["share_of_change"].sum(), None, None, None))
    columns = (
        Column(str(parts.columns[0]), wrap=False), Column("effect", "amount", signed=True),
        Column("of the change", "share"), Column("error", "amount"), Column("lowest", "amount", signed=True),
        Column("highest", "amount", signed=True),
    )  # fmt: skip
    note = ""
    if "what" in parts:
        meaning = "; ".join(f"{row['who']}: {row['what']}" for _, row in parts.iterrows())
        note = f"{meaning}. At their bounds, not off, where frozen: {', '.join(not_quite_frozen())}"
    made = Table.of(columns, rows, f"{title}, {told.metric.unit}", note)
    return made.with_total("all of it", told.change, None, None, None, None)


def explanation_text(told: Explanation) -> str:
    """An explanation as Markdown: the sentences, where parameters come from, then both tables whole."""
    drawn = told.case.drawn
    values = f"draw {drawn.draw} of posterior '{drawn.posterior}' ({drawn.digest[:10]})" if drawn else "the scenario's"
    said = "\n".join(f"* {sentence}" for sentence in in_words(told))
    tables = "\n\n".join(markdown(Table.of_frame(table)) for table in (told.clauses, told.actors))
    about = f"Amounts in {told.metric.unit}. Parameters: {values}."
    return f"# {told.metric.words}, {told.metric.span}\n\n{said}\n\n{about}\n\n{tables}\n"
