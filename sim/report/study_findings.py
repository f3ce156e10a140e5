"""What runs say: summary, sensitivity, discovery and search of a study; attribution and leaks of a package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure

from sim.analysis.pareto import after_best_reply, pareto_front, regrets
from sim.analysis.summaries import summary
from sim.report.finding import TALL, Drawn, Finding, about, bars_of, points_of, program, setting_text
from sim.report.numbers import signed_number
from sim.report.plots.studies import About, front, heat_map, response, unit_of, words_of

if TYPE_CHECKING:
    from sim.analysis.attribution import Attribution
    from sim.analysis.discovery import Discovery
    from sim.analysis.evasion import Leaks
    from sim.experiments.folder import StudyRuns


def summed_up(
    study: StudyRuns, metrics: Sequence[str] = (), against: Mapping[str, object] | None = None
) -> list[Finding]:
    """Means with intervals at each setting of the levers, response curves, and heat maps of two levers.

    Raises:
        SimError: as :func:`sim.analysis.summaries.summary`.
    """
    points, levers = points_of(study), list(study.levers)
    chosen = list(metrics) or list(study.metrics)
    table = summary(points, levers, chosen, against)
    said = about(study, points)
    usual = table.loc[0, levers].to_dict() if against is None else against
    setting = ", ".join(f"{name} {setting_text(usual[name])}" for name in levers)
    title = f"{study.title}: mean [{said.part}], and paired change against {setting or 'itself'}"
    found = [Finding("summary", title, table, brief=_brief(table, levers))]
    numeric = [name for name in levers if pd.api.types.is_numeric_dtype(points[name])]
    if len(levers) <= 2 and numeric and len(points[numeric[0]].unique()) > 1:
        order = [*numeric, *(name for name in levers if name not in numeric)]
        draw = _responding(table, order, said)
        found.append(Finding("response", f"{study.title}: response curves", table, draw=draw, height=TALL, told=False))
    if len(levers) == 2:
        for number, metric in enumerate(chosen, start=1):
            rows = table[table["metric"] == metric]
            mapped = _mapped(rows, levers, said)
            title = f"{words_of(metric)} by {' and '.join(levers)}"
            found.append(Finding(f"heat_map_{number}", title, rows, draw=mapped, told=False))
    return found


def _brief(table: pd.DataFrame, levers: Sequence[str]) -> pd.DataFrame:
    """Means and changes with their intervals in one column each."""
    short: pd.DataFrame = table[[*levers, "metric"]].copy()
    for name, low, high in (("mean", "low", "high"), ("change", "change_low", "change_high")):
        short[name] = list(zip(table[name], table[low], table[high], strict=True))
    return short


def _responding(table: pd.DataFrame, levers: Sequence[str], said: About) -> Drawn:
    return lambda figure: response.draw(figure, table, levers, said)


def _mapped(rows: pd.DataFrame, levers: Sequence[str], said: About) -> Drawn:
    return lambda figure: heat_map.draw(figure, rows, levers, said)


def moved_by(study: StudyRuns, points: pd.DataFrame, indices: pd.DataFrame) -> list[Finding]:
    """Sensitivity as a table, and a tornado for each metric."""
    size = "total" if "total" in indices else "effect"
    what = "share of variance, total index" if size == "total" else "mean absolute effect over the input's range"
    found = [Finding("sensitivity", f"{study.title}: {what}", indices)]
    for number, (metric, rows) in enumerate(indices.groupby("metric", sort=False), start=1):
        bars = pd.DataFrame(
            {"label": rows["input"], "value": rows[size], "low": rows[f"{size}_low"], "high": rows[f"{size}_high"]}
        )
        top = str(rows["input"].iloc[0])
        unit = what if size == "total" else f"{what}, {unit_of(str(metric))}"
        texts = f"{top} moves {words_of(str(metric))} most", f"{unit}; lines: 95 % interval"
        draw = bars_of(bars, texts, about(study, points))
        found.append(Finding(f"tornado_{number}", texts[0], rows, (f"{texts[0]}.",), draw, told=False))
    return found


def met_where(found: Discovery) -> Finding:
    """Boxes of scenario discovery in sentences, with their numbers."""
    return Finding("discovery", f"Where {found.outcome}", found.table(), found.sentences)


def searched(study: StudyRuns, wanted: Mapping[str, str], evader: Sequence[str] = ()) -> list[Finding]:
    """The Pareto front with regrets, and its picture where there are two objectives or more.

    Args:
        study: the runs.
        wanted: metric: more or less; the evader works against the first.
        evader: levers that the evader chooses once it knows the policy.

    Raises:
        SimError: as :func:`sim.analysis.pareto.pareto_front`.
    """
    points, levers = points_of(study), list(study.levers)
    replied: tuple[str, ...] = ()
    if evader:
        points = after_best_reply(points, levers, evader, next(iter(wanted.items())))
        levers = [name for name in levers if name not in evader]
        replied = (f"After the evader's best reply, {_most_chosen(points, evader)}.",)
    fronted = pareto_front(points, levers, wanted)
    regretted = regrets(points, levers, wanted)
    best = fronted[fronted["on_front"]]
    said = (*replied, f"{len(best)} of {len(fronted)} policies are dominated by no other.")
    objectives = list(wanted)
    draw: Drawn | None = None
    if len(objectives) >= 2:
        gain = next((name for name in objectives if wanted[name] == "more"), objectives[0])
        cost = next(name for name in objectives if name != gain)
        footer = about(study, points)

        def draw(figure: Figure) -> pd.DataFrame:
            return front.draw(figure, fronted, levers, (cost, gain), footer)

    return [
        Finding("pareto", f"{study.title}: policies that no other dominates", best, said, draw),
        Finding("regret", f"{study.title}: behind the best policy for each world", regretted),
    ]


def _most_chosen(points: pd.DataFrame, evader: Sequence[str]) -> str:
    """The reply that was best most often."""
    counts = points.groupby(list(evader), sort=False).size().sort_values(ascending=False, kind="stable")
    first = counts.index[0] if isinstance(counts.index[0], tuple) else (counts.index[0],)
    reply = ", ".join(f"{name} {setting_text(value)}" for name, value in zip(evader, first, strict=True))
    return f"most often {reply} ({counts.iloc[0] / counts.sum():.0%} of {counts.sum():,} policies and worlds)"


def attributed(told: Attribution, title: str, worlds: int) -> list[Finding]:
    """Effects by player and metric, totals that they add up to, and a tornado for each metric."""
    found = [
        Finding(
            "attribution", f"{title}: effect of each, mean over {worlds} worlds, adding up to the change", told.table
        ),
        Finding("attribution_totals", f"{title}: without any of them, with all, change", told.totals),
    ]
    changes = dict(zip(told.totals["metric"], told.totals["change"], strict=True))
    for place, (metric, rows) in enumerate(told.table.groupby("metric", sort=False), start=1):
        name = str(metric)
        bars = rows.rename(columns={"player": "label", "effect": "value"})[["label", "value", "low", "high"]]
        largest = max(rows.to_dict("records"), key=lambda row: abs(row["effect"]))
        change = changes[name]
        part = f"{largest['player']} made {signed_number(largest['effect'])} of the change of {signed_number(change)}"
        said = f"{part[:1].upper()}{part[1:]} in {words_of(name)}"
        below = About(title, told.runs, worlds, program())
        subtitle = f"Shapley values, {unit_of(name)}; lines: {below.part}"
        draw = bars_of(bars, (said, subtitle), below)
        found.append(Finding(f"attribution_{place}", said, rows, (f"{said}.",), draw, told=False))
    return found


def leaking(found: Leaks, title: str, worlds: int) -> list[Finding]:
    """What still arrives, what closing each way does, the evader's replies, with tornadoes."""
    arrives = found.arriving.iloc[0]
    closed, reply = found.closing.iloc[0], found.replies.iloc[0]
    said = About(title, found.runs, worlds, program())
    first = (
        f"Of what still arrives, {arrives['share']:.0%} is {arrives['good']}, {arrives['way']}.",
        f"Of all ways, closing what comes {closed['way']} would do most: {signed_number(closed['change'])} "
        f"{unit_of(found.metric)}, or {closed['kept_out']:.0%} of what it carried; the rest comes another way.",
        f"The evader's best reply is {reply['reply']}: {signed_number(reply['gain'])} {unit_of(found.metric)}, "
        f"{reply['share_of_arriving']:.1%} of what arrives.",
    )
    closing = found.closing.rename(columns={"way": "label", "change": "value"})
    replies = found.replies.rename(columns={"reply": "label", "gain": "value"})
    unit = f"Change of {words_of(found.metric)}, {unit_of(found.metric)}; lines: {said.part}"
    return [
        Finding("still_arriving", f"{title}: what still arrives", found.arriving, first),
        Finding("closing", f"{title}: one way closed at a time, against the package as it is", found.closing,
                draw=bars_of(closing, ("What closing one way would do", unit), said)),
        Finding("replies", f"{title}: what the evader could do, against the package as it is", found.replies,
                draw=bars_of(replies, ("What the evader could do", unit), said), height=TALL),
    ]  # fmt: skip
