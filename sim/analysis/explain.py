"""What moved a number of a run away from the world without policy, in paired runs and tables that add up to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from sim.analysis.attribution import members, players_of, switched_off
from sim.analysis.explained_metric import ExplainedMetric, address_of_question
from sim.analysis.frozen_responses import RESPONSES, frozen
from sim.analysis.shapley import Coalition, coalitions_of, in_full, shares
from sim.common.accessors import Accessor
from sim.common.errors import SimError, nearest
from sim.common.months import format_month, month_of
from sim.common.progress import Progress, watched
from sim.common.renamed import hint
from sim.experiments.runner import make_runs
from sim.rules.user_rules import refuse_unshared
from sim.simulation.simulation import Case, load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.analysis.shapley import Share
    from sim.policies import Policy
    from sim.simulation.results import Results

BY = ("clause", "kind")
# Without random draws, and fast: a question takes a few hundred runs.
FAST: Mapping[str, Any] = {"mode": "expected", "exporters": 2_000}
ORDERS = 4
LAW, LAW_WORDS = "law", "the law, and the routes that exporters then choose, with nobody else responding"
NUMBERS = ("effect", "error", "lowest", "highest")


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a number of a run differs from that of the world without policy.

    Attributes:
        case: the case that was run, up to the last month asked about.
        metric: what was asked about.
        with_policy: its amount under the whole package, in the unit ``metric.unit``.
        without: its amount in the paired run without any clause.
        clauses: a row per clause (or kind): what it is, its effect, Monte Carlo error, lowest and highest effect met,
            share of the change; the effects add up to the change.
        actors: the law with nobody responding, then what each group's response adds; adds up to the same change.
        left_out: clauses not yet announced by the last month asked about, which cannot matter.
        orders: pairs of orders drawn; 0 where all coalitions were worked out.
        runs: how many runs it took.
        pair: the run with the whole package and the run without it, for a closer look.

    Example:
        >>> import sim
        >>> why = sim.explain("classroom", "deliveries_volume@2022-03")
        >>> bool(abs(why.clauses["effect"].sum() - why.change) < 1e-9)
        True
    """

    case: Case
    metric: ExplainedMetric
    with_policy: float
    without: float
    clauses: pd.DataFrame
    actors: pd.DataFrame
    left_out: list[str]
    orders: int
    runs: int
    pair: tuple[Results, Results]
    words = Accessor("Sentences to quote, made from the numbers.")

    @property
    def flow(self) -> ExplainedMetric:
        """The name that ``metric`` had before."""
        hint("`Explanation.flow`", "`Explanation.metric`")
        return self.metric

    @property
    def change(self) -> float:
        """With policy less without."""
        return self.with_policy - self.without

    def __repr__(self) -> str:
        return f"<Explanation of {self.metric.words}, {self.metric.span}: {self.change:+.4g} {self.metric.unit}>"


def explain(  # noqa: PLR0913 (each is asked for by its name)
    case: Case | str,
    metric: str | None = None,
    *,
    by: str = "clause",
    orders: int = ORDERS,
    agents: Mapping[str, Any] | None = FAST,
    workers: int = 1,
    progress: Progress | bool | None = None,
    **asked: Any,
) -> Explanation:
    """Which clauses, states, firms and intermediaries moved a number of a run, and by how much.

    Args:
        case: a case, a scenario file, or the name of a shipped scenario.
        metric: address of the number (see :mod:`sim.scenario.metric_address`), such as
            ``deliveries_volume[drones,from_CHN]@2023-09``; without months, the last twelve that are run.
        by: whether the first table has a row per ``clause`` or per ``kind`` of clause.
        orders: pairs of an order of the clauses and its reverse; six clauses or fewer are worked out in full.
        agents: changes to the case's agents; None takes them as they are.
        workers: processes; 1 for none beside this one. The numbers do not depend on it.
        progress: called after each run with (runs done, runs in all); False for no bar in a notebook.
        **asked: the same in words of before, with a hint: ``month``, ``good``, ``origin``, ``route``, ``destination``,
            ``brand_origin``, ``measure``.

    Raises:
        SimError: an unknown name, a month that is not run, a number that is not defined in every run, fewer than one
            order, or a case that cannot be run.

    Example:
        >>> import sim
        >>> sim.explain("classroom", "deliveries_volume@2022-03").clauses["clause"].tolist()
        ['ban-half']
    """
    whole = case if isinstance(case, Case) else load(case)
    if by not in BY:
        raise SimError(f"unknown grouping '{by}'; {nearest(by, BY)}")
    if workers > 1:
        refuse_unshared(whole.rules)
    if orders < 1:
        raise SimError(f"{orders} orders: expected at least 1")
    if metric is None or asked:
        if metric is not None:
            raise SimError(f"the metric and '{next(iter(asked))}': write all of it into the address of the metric")
        metric = address_of_question(asked)
    one = ExplainedMetric.of(metric, whole.world, whole.scenario.months)
    # What comes after the last month asked about is not run: the model never looks ahead of its month.
    short = whole.with_changes(months={"last": format_month(one.last)}, agents=dict(agents or {}))
    known = {clause.id: month_of(clause.announced or clause.effective) for clause in short.scenario.policies}
    early = [clause for clause in short.scenario.policies if known[clause.id] <= one.last]
    kept = {clause.id for clause in early}
    left_out = [clause.id for clause in whole.scenario.policies if clause.id not in kept]
    with watched(progress, f"Why: {one.words}", "runs") as step:
        return _explained(_Question(short, one, early, left_out, by, orders), workers, step)


_NOBODY: Coalition = frozenset()


class _Question(NamedTuple):
    """What is asked of a case, which of its clauses can matter, and how they are credited."""

    case: Case
    metric: ExplainedMetric
    early: list[Policy]
    left_out: list[str]
    by: str
    orders: int


def _explained(asked: _Question, workers: int, progress: Progress) -> Explanation:
    case, metric, early, left_out, by, orders = asked
    players = players_of(case.scenario.model_copy(update={"policies": tuple(early)}), by)
    package, names, everybody = members(players, frozenset(players)), sorted(players), frozenset(RESPONSES)
    coalitions, groups = coalitions_of(names, orders), coalitions_of(sorted(everybody), 1)
    runs = [(members(players, some), _NOBODY) for some in coalitions]
    # The effect of the law in a world where only some respond: both runs of a pair lack the same responses.
    runs += [(clauses, everybody - some) for some in groups for clauses in (package, _NOBODY)]
    wanted = list(dict.fromkeys(runs))
    made: dict[tuple[Coalition, Coalition], tuple[float, Results | None]] = {}
    for place, one in make_runs(partial(_run_of, asked), wanted, workers=workers):
        made[wanted[place]] = one
        progress(len(made), len(wanted))

    amount = {key: measured for key, (measured, _) in made.items()}
    outcome = {some: amount[members(players, some), _NOBODY] for some in coalitions}
    paired = {some: amount[package, everybody - some] - amount[_NOBODY, everybody - some] for some in groups}
    change = paired[everybody]
    pair = made[package, _NOBODY][1], made[_NOBODY, _NOBODY][1]
    assert pair[0] is not None and pair[1] is not None
    return Explanation(
        case, metric, amount[package, _NOBODY], amount[_NOBODY, _NOBODY],
        _clause_table(early, by, shares(names, orders, outcome), change), _actor_table(paired, change),
        left_out, 0 if in_full(names, orders) else orders, len(made), (pair[0], pair[1]),
    )  # fmt: skip


def _run_of(asked: _Question, run: tuple[Coalition, Coalition]) -> tuple[float, Results | None]:
    """The number under some clauses with some groups frozen; the run itself where nobody is, to look at."""
    clauses, still = run
    results = _results(asked, clauses, still)
    usual = None
    if asked.metric.paired:
        usual = _results(asked, _NOBODY, still) if clauses else results
    whole = not clauses or len(clauses) == len(asked.early)
    return asked.metric.measured(results, usual), results if whole and not still else None


def _results(asked: _Question, clauses: Coalition, still: Coalition) -> Results:
    off = switched_off(clause.id for clause in asked.case.scenario.policies if clause.id not in clauses)
    values = {**off, **{f"parameters.{name}": value for name, value in frozen(still).items()}}
    return asked.case.with_values(values).run()


def _clause_table(early: Sequence[Policy], by: str, found: Mapping[str, Share], change: float) -> pd.DataFrame:
    rows: dict[str, dict[str, Any]] = {}
    for clause in early:
        if by == "kind":
            held = rows.setdefault(clause.kind, {"kind": clause.kind, "clauses": 0})
            held["clauses"] += 1
            continue
        rows[clause.id] = {
            "clause": clause.id, "label": clause.label or clause.id, "kind": clause.kind, "by": ", ".join(clause.by),
            "announced": clause.announced or clause.effective, "effective": clause.effective, "ends": clause.ends,
            "source": clause.source,
        }  # fmt: skip
    columns = [
        by,
        *(("label", "kind", "by", "announced", "effective", "ends", "source") if by == "clause" else ("clauses",)),
    ]
    return _table([(rows[name], share) for name, share in found.items()], columns, change)


def _actor_table(paired: Mapping[frozenset[str], float], change: float) -> pd.DataFrame:
    """What the law does when nobody responds, and what each group's response adds to that."""
    alone = paired[_NOBODY]
    found = shares(sorted(RESPONSES), 1, paired)
    law = pd.DataFrame({"who": [LAW], "what": [LAW_WORDS], "effect": [alone], "lowest": [alone], "highest": [alone]})
    rows = [({"who": group, "what": RESPONSES[group][0]}, share) for group, share in found.items()]
    law["share_of_change"] = alone / change if change else math.nan
    return pd.concat([law, _table(rows, ["who", "what"], change).drop(columns="error")], ignore_index=True)


def _table(rows: Sequence[tuple[dict[str, Any], Share]], columns: Sequence[str], change: float) -> pd.DataFrame:
    """Rows with their shares in the change, the largest effect first."""
    ordered = sorted(rows, key=lambda row: (-abs(row[1].effect), str(row[0][columns[0]])))
    table = pd.DataFrame([{**held, **share._asdict()} for held, share in ordered], columns=[*columns, *NUMBERS])
    table["share_of_change"] = table["effect"] / change if change else math.nan
    return table
