"""What runs of a package's variants say: attribution and leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.finding import TALL, Finding, bars_of, program
from sim.report.plots.studies import About, signed, unit_of, words_of

if TYPE_CHECKING:
    from sim.analysis.attribution import Attribution
    from sim.analysis.evasion import Leaks


def attributed(told: Attribution, title: str, worlds: int) -> list[Finding]:
    """Effects by player and metric, totals that they add up to, and a tornado for each metric."""
    found = [
        Finding(
            "attribution", f"{title}: effect of each, mean over {worlds} worlds, adding up to the change", told.table
        ),
        Finding("attribution_totals", f"{title}: without, with, change", told.totals),
    ]
    changes = dict(zip(told.totals["metric"], told.totals["change"], strict=True))
    for number, (metric, rows) in enumerate(told.table.groupby("metric", sort=False), start=1):
        name = str(metric)
        bars = rows.rename(columns={"player": "label", "effect": "value"})[["label", "value", "low", "high"]]
        largest = max(rows.to_dict("records"), key=lambda row: abs(row["effect"]))
        change = changes[name]
        part = f"{largest['player']} made {signed(largest['effect'])} of the change of {signed(change)}"
        said = f"{part[:1].upper()}{part[1:]} in {words_of(name)}"
        subtitle = f"Shapley values, {unit_of(name)}; lines: 90 % of worlds"
        draw = bars_of(bars, (said, subtitle), About(title, told.runs, worlds, program()))
        found.append(Finding(f"attribution_{number}", said, rows, (f"{said}.",), draw, told=False))
    return found


def leaking(found: Leaks, title: str, worlds: int) -> list[Finding]:
    """What still arrives, what closing each way does, the evader's replies, with tornadoes."""
    arrives = found.arriving.iloc[0]
    closed, reply = found.closing.iloc[0], found.replies.iloc[0]
    said = About(title, found.runs, worlds, program())
    first = (
        f"Of what still arrives, {arrives['share']:.0%} is {arrives['good']}, {arrives['way']}.",
        f"Of all ways, closing what comes {closed['way']} would do most: {signed(closed['change'])} "
        f"{unit_of(found.metric)}, or {closed['kept_out']:.0%} of what it carried; the rest comes another way.",
        f"The evader's best reply is {reply['reply']}: {signed(reply['gain'])} {unit_of(found.metric)}, "
        f"{reply['share_of_arriving']:.1%} of what arrives.",
    )
    closing = found.closing.rename(columns={"way": "label", "change": "value"})
    replies = found.replies.rename(columns={"reply": "label", "gain": "value"})
    unit = f"Change of {words_of(found.metric)}, {unit_of(found.metric)}; lines: 90 % of worlds"
    return [
        Finding("still_arriving", f"{title}: what still arrives", found.arriving, first),
        Finding("closing", f"{title}: one way closed at a time", found.closing,
                draw=bars_of(closing, ("What closing one way would do", unit), said)),
        Finding("replies", f"{title}: what the evader could do", found.replies,
                draw=bars_of(replies, ("What the evader could do", unit), said), height=TALL),
    ]  # fmt: skip
