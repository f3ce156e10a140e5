"""Which clause did what to a metric: Shapley values over paired runs, with intervals over posterior draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import pandas as pd

from sim.analysis.shapley import Coalition, coalitions_of, in_full, shares
from sim.analysis.summaries import refuse_nan, spread_of, units_of
from sim.analysis.variants import ALONE, Variant, Work, measure_variants, refuse_undefined
from sim.common.errors import SimError, nearest
from sim.scenario import Scenario
from sim.simulation.inputs import OFF, ON, Setting
from sim.simulation.simulation import Case

BY = ("clause", "kind", "by")


@dataclass(frozen=True, eq=False)
class Attribution:
    """What each clause, or group of clauses, contributed to metrics.

    Attributes:
        table: a row per metric and player: ``effect`` (mean over cases), ``low`` and ``high`` (of the cases, see
            :mod:`sim.common.spread`), ``error`` (standard error over cases and orders), ``share`` of the whole change.
            For each metric the effects add up to the change.
        totals: a row per metric: ``without`` any clause, ``with_package``, ``change``, ``low`` and ``high`` of the
            change.
        players: ids of the clauses that each player stands for.
        orders: pairs of orders drawn; 0 where all coalitions were worked out.
        runs: how many runs it took.
    """

    table: pd.DataFrame
    totals: pd.DataFrame
    players: Mapping[str, tuple[str, ...]]
    orders: int
    runs: int


def players_of(scenario: Scenario, by: str, groups: Mapping[str, Sequence[str]] | None = None) -> dict[str, Coalition]:
    """Clauses in groups that join or stay away together.

    Args:
        scenario: whose package it is.
        by: ``clause`` for each on its own, ``kind`` of instrument, ``by`` for the states whose law it is.
        groups: names of groups of one's own, with ids of clauses; clauses in none of them go by ``by``.

    Raises:
        SimError: an unknown grouping or id, or an id in two groups.
    """
    if by not in BY:
        raise SimError(f"unknown grouping '{by}'; {nearest(by, BY)}")
    ids = [clause.id for clause in scenario.policies]
    grouped: dict[str, str] = {}
    for name, members in (groups or {}).items():
        for member in members:
            if member not in ids:
                raise SimError(f"group '{name}': unknown clause '{member}'; {nearest(member, ids)}")
            if member in grouped:
                raise SimError(f"clause '{member}' is in two groups, '{grouped[member]}' and '{name}'")
            grouped[member] = name
    names = {clause.id: _name(clause.id, clause.kind, clause.by, by) for clause in scenario.policies}
    found: dict[str, Coalition] = {}
    for name in ids:
        player = grouped.get(name, names[name])
        found[player] = found.get(player, frozenset()) | {name}
    return found


def _name(clause: str, kind: str, by: Sequence[str], grouping: str) -> str:
    return {"clause": clause, "kind": kind, "by": "+".join(by)}[grouping]


def attribute(
    cases: Sequence[Case],
    metrics: Sequence[str],
    players: Mapping[str, Coalition],
    *,
    orders: int = 4,
    work: Work = ALONE,
) -> Attribution:
    """Each player's Shapley value in metrics, over the package of the cases.

    Args:
        cases: the same package under several posterior draws or seeds; one will do, without an interval.
        metrics: names; each must be a number without any clause, too.
        players: see :func:`players_of`.
        orders: pairs of an order and its reverse; few players are worked out in full.
        work: how the runs are made.

    Raises:
        SimError: no clause, a metric that is not a number for some combination of clauses.
    """
    if not players:
        raise SimError("the package has no clause, so nothing can be attributed")
    names = sorted(players)
    wanted = coalitions_of(names, orders)
    package = members(players, frozenset(players))
    variants = [
        Variant("+".join(sorted(some)) or "none", switched_off(package - members(players, some))) for some in wanted
    ]
    found = measure_variants(cases, variants, metrics, work)
    refuse_undefined(
        found, metrics, "with these clauses", "attribution needs one that is defined with and without each"
    )
    values = {metric: found[metric].to_numpy(float).reshape(len(cases), len(wanted)) for metric in metrics}
    outcomes = {metric: [dict(zip(wanted, row, strict=True)) for row in by_case] for metric, by_case in values.items()}
    held = {name: tuple(sorted(players[name])) for name in names}
    return _attribution(names, outcomes, orders, held)


def members(players: Mapping[str, Coalition], some: Coalition) -> Coalition:
    """The clauses of a coalition of players."""
    return frozenset().union(*(players[one] for one in some))


def switched_off(clauses: Iterable[str]) -> dict[str, Setting]:
    """The values that switch clauses off."""
    return {f"policies.{name}": OFF for name in sorted(clauses)}


def attribute_switches(table: pd.DataFrame, switches: Sequence[str], metrics: Sequence[str]) -> Attribution:
    """The same from runs that were made: a study whose levers switch groups of clauses on and off, in a full grid.

    Args:
        table: of runs, every combination of ``on`` and ``off`` for every draw and replicate.
        switches: the levers.
        metrics: columns.

    Raises:
        SimError: a lever that is no switch, a combination that was not run, or runs without a number.
    """
    refuse_nan(table, metrics, switches)
    for name in switches:
        if other := sorted(set(map(str, table[name])) - {ON, OFF}):
            raise SimError(f"lever '{name}' is no switch: it takes the value '{other[0]}', expected on and off")
    names, units = sorted(switches), units_of(table)
    outcomes: dict[str, list[dict[Coalition, float]]] = {metric: [] for metric in metrics}
    for _, runs in table.groupby(units, sort=True) if units else [((), table)]:
        met = [frozenset(name for name in names if row[name] == ON) for row in runs[names].to_dict("records")]
        if len(set(met)) != 2 ** len(names) or len(met) != len(set(met)):
            raise SimError(
                f"{len(set(met))} of {2 ** len(names)} combinations of {len(names)} switches were run, each should be "
                "once; attribution needs a full grid of the levers"
            )
        for metric in metrics:
            outcomes[metric].append(dict(zip(met, runs[metric].to_numpy(float), strict=True)))
    return _attribution(names, outcomes, len(names) * 2 ** len(names), {name: (name,) for name in names})


def _attribution(
    names: list[str],
    outcomes: Mapping[str, Sequence[Mapping[Coalition, float]]],
    orders: int,
    players: Mapping[str, tuple[str, ...]],
) -> Attribution:
    """Shapley values of outcomes, by metric and case."""
    effects, totals, runs = [], [], 0
    for metric, by_case in outcomes.items():
        found = [shares(names, orders, outcome) for outcome in by_case]
        whole = np.array([outcome[frozenset(names)] for outcome in by_case])
        none = np.array([outcome[frozenset()] for outcome in by_case])
        runs = sum(len(outcome) for outcome in by_case)
        spread = spread_of(whole - none)
        for name in names:
            own = spread_of(np.array([one[name].effect for one in found]))
            drawn = float(np.mean([one[name].error for one in found]))
            effects.append(
                {
                    "metric": metric, "player": name, "effect": own["mean"], "low": own["low"], "high": own["high"],
                    "error": _both(own["error"], drawn),
                    "share": own["mean"] / spread["mean"] if spread["mean"] else nan,
                }
            )  # fmt: skip
        totals.append(
            {
                "metric": metric, "without": float(none.mean()), "with_package": float(whole.mean()),
                "change": spread["mean"], "low": spread["low"], "high": spread["high"],
            }
        )  # fmt: skip
    drawn_orders = 0 if in_full(names, orders) else orders
    return Attribution(pd.DataFrame(effects), pd.DataFrame(totals), players, drawn_orders, runs)


def _both(over_cases: float, over_orders: float) -> float:
    """Standard errors of two independent causes; one that is not known from a single case or pair is left out."""
    known = [error for error in (over_cases, over_orders) if np.isfinite(error)]
    return sqrt(sum(error**2 for error in known)) if known else nan
