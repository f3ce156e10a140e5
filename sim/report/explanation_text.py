"""An explanation in sentences that can be quoted: nothing is said that its tables do not hold."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.explained_metric import names_of
from sim.common.months import format_month
from sim.report.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from sim.analysis.explain import Explanation

_NAMED = 3  # clauses named after the first; states and hubs named in one sentence
_WORTH = 0.03  # of the largest effect: what is smaller is summed up
_MATTERS = 0.05  # of the flow: a hub or an origin with less is not spoken of
_SEEN = 0.01  # change of an effort or of a price below which nothing is said
_WIDE = 0.3  # spread of a clause's effect over orders, against the effect, that is worth saying
_LONGEST_SOURCE = 200  # characters; the table has it whole
# Columns of the table of states, in words.
_DEEDS = {
    "enforcement_effort": "Enforcement effort",
    "enacted_law": "Share of controlled goods under a law of their own",
    "triggered_threat": "Threat for red lines crossed, log points,",
}
_NOUGHT = 1e-9  # share of the flow: rounding


def in_words(told: Explanation) -> list[str]:
    """The sentences, the size of the change first and how sure it is last."""
    first = _size(told)
    if told.clauses.empty or _is_nothing(told):
        return [first, *_left_out(told)]
    said = [first, *_roads(told), *_clauses(told), _actors(told)]
    said += [*_governments(told), *_houses(told), *_prices(told)]
    return [*said, " ".join([_certainty(told), *_left_out(told)])]


def amount(value: float, signed: bool = False) -> str:
    """An amount with about three digits."""
    return number(value, "amount", signed=signed)


def _is_nothing(told: Explanation) -> bool:
    return abs(told.change) <= _NOUGHT * max(abs(told.with_policy), abs(told.without))


def _size(told: Explanation) -> str:
    metric, unit = told.metric, told.metric.unit
    change, usual = told.change, told.without
    about = f"{metric.words}, {metric.span}: {amount(told.with_policy)} {unit}"
    if _is_nothing(told):
        return f"{about}, the same with the package and without it."
    relative = f" ({100.0 * change / usual:+,.0f} %)" if usual > 0 and change / usual < 10.0 else ""
    times = f" ({told.with_policy / usual:,.0f} times as much)" if usual > 0 and not relative else ""
    moved = f"{amount(change, signed=True)}{relative or times}"
    return f"{about} under the package, {amount(usual)} without any clause: a change of {moved}."


def _roads(told: Explanation) -> list[str]:
    """The change by route, where there is more than one; the routes add up to the change."""
    moved = {route: ours - usual for route, (ours, usual) in _by_route(told).items()}
    if len(moved) < 2:
        return []
    least = _MATTERS * max(abs(change) for change in moved.values())
    ordered = sorted((route for route in moved if abs(moved[route]) >= least), key=lambda route: -abs(moved[route]))
    names = names_of(told.case.world)
    parts = [
        f"{f'through {names[route]}' if route else 'directly'} {amount(moved[route], signed=True)}"
        for route in ordered[: 1 + _NAMED]
    ]
    rest = sum(change for route, change in moved.items() if route not in ordered[: 1 + _NAMED])
    return [f"By route: {', '.join(parts)}, the others {amount(rest, signed=True)}."]


def _by_route(told: Explanation) -> dict[str, tuple[float, float]]:
    """The flow with and without policy by the hub it goes through, under an empty name what goes directly."""
    parts = told.metric.by_route()
    return {route: (part.measured(told.pair[0]), part.measured(told.pair[1])) for route, part in parts.items()}


def _on_the_way(told: Explanation) -> tuple[list[str], list[str]]:
    """Origins and hubs that carry a part of it worth speaking of, with or without policy, or the states it is about."""
    least = _MATTERS * max(told.with_policy, told.without)
    hubs = [hub for hub, pair in _by_route(told).items() if hub and max(pair) >= least]
    alone = told.metric.by_origin()
    origins = [origin for origin, part in alone.items() if max(part.measured(run) for run in told.pair) >= least]
    return [*origins, *told.metric.states()], hubs


def _clauses(told: Explanation) -> list[str]:
    """The largest clause with its law and source, the next ones, and the rest as a sum."""
    table = told.clauses
    worth = table[table["effect"].abs() >= _WORTH * table["effect"].abs().max()]
    top, rest = worth.iloc[0], table.drop(worth.index[: 1 + _NAMED])
    said = [f"Most of it is {_who(told, top)}: {_effect(top)}{_range(top)}{_share(top)}.{_source(top)}"]
    if not _same_sign(top["effect"], told.change):
        said = [
            f"The largest effect, {_who(told, top)}, goes the other way: {_effect(top)}{_range(top)}.{_source(top)}"
        ]
    elif top["share_of_change"] < 0.5:
        said = [f"The largest part is {_who(told, top)}: {_effect(top)}{_range(top)}{_share(top)}.{_source(top)}"]
    following = [f"{_briefly(row)} {_effect(row)}" for _, row in worth.iloc[1 : 1 + _NAMED].iterrows()]
    if following:
        said.append(f"Next: {'; '.join(following)}.")
    if len(rest):
        said[-1] += f" The other {len(rest)} together: {amount(rest['effect'].sum(), signed=True)}."
    return said


def _who(told: Explanation, row: pd.Series) -> str:
    if "clauses" in row:
        return f"{row['kind']} ({row['clauses']} clause{'s' if row['clauses'] != 1 else ''})"
    names = names_of(told.case.world)
    by = ", ".join(names.get(one, one) for one in row["by"].split(", "))
    known = f"announced {row['announced']}, " if row["announced"] < row["effective"] else ""
    ended = f" to {row['ends']}" if row["ends"] is not None and row["ends"] == row["ends"] else ""
    return f"'{row['label']}' ({row['kind']} by {by}, {known}in force from {row['effective']}{ended})"


def _briefly(row: pd.Series) -> str:
    return f"{row['kind']}" if "clauses" in row else f"'{row['label']}' ({row['kind']}, {row['effective']})"


def _effect(row: pd.Series) -> str:
    # An error that would read as nought is not worth its place.
    shown = amount(row["effect"], signed=True)
    return f"{shown} ± {amount(row['error'])}" if row["error"] >= 0.0005 else shown


def _range(row: pd.Series) -> str:
    """Between what its effect lies, where it hangs on what else is in force."""
    low, high = float(row["lowest"]), float(row["highest"])
    if high - low < _WIDE * abs(row["effect"]):
        return ""
    return f" ({amount(low, signed=True)} to {amount(high, signed=True)} by what else is in force)"


def _share(row: pd.Series) -> str:
    return f", {100.0 * row['share_of_change']:.0f} % of the change"


def _source(row: pd.Series) -> str:
    if "source" not in row:
        return ""
    text = shorten(str(row["source"]), _LONGEST_SOURCE, placeholder=" ...")
    return f" Source: {text}{'' if text.endswith('.') else '.'}"


def _actors(told: Explanation) -> str:
    """What the law does alone, and who made it more or less."""
    rows = {row["who"]: float(row["effect"]) for _, row in told.actors.iterrows()}
    law = rows.pop("law")
    small = _WORTH * max(abs(value) for value in (law, *rows.values()))
    parts = [
        f"{who} {amount(value, signed=True)}"
        for who, value in sorted(rows.items(), key=lambda pair: -abs(pair[1])) if abs(value) >= small
    ]  # fmt: skip
    rest = sum(value for value in rows.values() if abs(value) < small)
    if len(parts) < len(rows):
        parts.append(f"the others {amount(rest, signed=True)}")
    alone = f"With nobody responding but by choice of route, the law alone changes it by {amount(law, signed=True)}"
    return f"{alone}; the responses add: {', '.join(parts)}."


def _governments(told: Explanation) -> list[str]:
    """Efforts of the states on the way that moved most, and their exporters that were listed."""
    last, (origins, hubs) = format_month(told.metric.last), _on_the_way(told)
    tables = [run.states[run.states["month"] == last].set_index("state") for run in told.pair]
    there = list(dict.fromkeys((*origins, *hubs)))
    names = names_of(told.case.world)
    said = []
    for column, what in _DEEDS.items():
        ours, usual = (table.loc[there, column] for table in tables)
        parts = [f"{names[code]} {ours[code]:.2f} against {usual[code]:.2f}" for code in _largest(ours - usual, _SEEN)]
        if parts:
            said.append(f"{what} in {last} against that without policy: {', '.join(parts)}.")
    listed = tables[0].loc[origins, "firms_listed"]
    hit = [f"{listed[code]:.0f} of {names[code]}" for code in _largest(listed, 0.5)]
    if hit:
        said.append(f"Exporters listed by then: {', '.join(hit)}.")
    return said


def _houses(told: Explanation) -> list[str]:
    """Intermediaries of the hubs on the way: open, listed, and what they add to the price."""
    last, (_, hubs) = format_month(told.metric.last), _on_the_way(told)
    tables = [run.hubs[run.hubs["month"] == last].set_index("hub").loc[hubs] for run in told.pair]
    opened, usual = (table["active_firms"] for table in tables)
    markup = np.expm1(tables[0]["log_markup_change"] - tables[1]["log_markup_change"])
    names, struck = names_of(told.case.world), tables[0]["firms_listed"]
    said = []
    for code in _largest(opened - usual, 0.5):
        listed = f", {struck[code]:.0f} listed" if struck[code] >= 0.5 else ""
        dearer = f", price through it {100.0 * markup[code]:+.1f} %" if abs(markup[code]) > _SEEN else ""
        said.append(f"{names[code]} {opened[code]:.0f} against {usual[code]:.0f}{listed}{dearer}")
    return [f"Intermediaries open in {last} against those without policy: {'; '.join(said)}."] if said else []


def _prices(told: Explanation) -> list[str]:
    """Price at the destination against that without policy, the average of the months."""
    metric, means = told.metric, []
    if len(metric.goods) > 1 or len(metric.destinations) > 1:  # a mean price of these would say little
        return []
    for run in told.pair:
        table = run.prices
        here = table[
            table["month"].between(format_month(metric.first), format_month(metric.last))
            & table["destination"].isin(metric.destinations)
            & table["good"].isin(metric.goods)
            & table["brand_origin"].isin(metric.brands)
        ]
        means.append(here.groupby("brand_origin", sort=False)["price_index"].mean())
    dearer = (means[0] / means[1] - 1.0).dropna()
    if len(dearer) == 0 or dearer.abs().max() <= _SEEN:
        return []
    parts = [f"{brand} brands {100.0 * change:+.0f} %" for brand, change in dearer.items()]
    return [f"Price there against the run without policy: {', '.join(parts)}."]


def _certainty(told: Explanation) -> str:
    agents = told.case.scenario.agents
    if not told.orders:
        how = "all combinations of the clauses"
    elif told.orders == 1:
        how = "one random order of the clauses and its reverse, too few to say how sure they are"
    else:
        how = f"{told.orders} random orders of the clauses and their reverses; ± is the standard error over these"
    luck = (
        ""
        if agents.mode == "expected"
        else f" One seed ({told.case.scenario.seed}): effects include its draws of firms."
    )
    return (
        f"Effects are means over {how}; they add up to the change. {told.runs} paired runs with {agents.exporters:,} "
        f"exporters in {agents.mode} mode.{luck}"
    )


def _left_out(told: Explanation) -> list[str]:
    if not told.left_out:
        return []
    n = len(told.left_out)
    return [f"Left out: {n} clause{'s' if n > 1 else ''} not yet announced in {format_month(told.metric.last)}."]


def _largest(moved: pd.Series, least: float) -> Sequence[str]:
    """Names of the largest entries by size, those of some size only."""
    some = moved[moved.abs() >= least]
    return [str(name) for name in some.abs().sort_values(ascending=False, kind="stable").index[:_NAMED]]


def _same_sign(a: float, b: float) -> bool:
    return (a > 0) == (b > 0)
