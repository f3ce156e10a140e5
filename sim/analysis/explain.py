"""What moved a flow away from the world without policy, in paired runs and in tables that add up to the change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from sim.analysis.flow import Flow, Question, flow_of
from sim.analysis.frozen_responses import RESPONSES, frozen
from sim.analysis.shapley import coalitions_of, in_full, shares
from sim.common.accessors import Accessor
from sim.common.errors import SimError, nearest
from sim.common.months import format_month, month_of
from sim.common.progress import Progress, watched
from sim.simulation.simulation import Case, load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.analysis.shapley import Share
    from sim.policies import Policy
    from sim.simulation.results import Results

BY = ("clause", "kind")
# Without luck, and fast: a question takes a few hundred runs.
FAST: Mapping[str, Any] = {"mode": "expected", "exporters": 2_000}
ORDERS = 4
LAW, LAW_WORDS = "law", "the law, and the roads that exporters then choose, with nobody else responding"
NUMBERS = ("effect", "error", "lowest", "highest")


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a flow differs from that of the world without policy.

    Attributes:
        case: the case that was run, up to the last month asked about.
        flow: what was asked about.
        with_policy: its amount under the whole package, in the unit ``flow.unit``.
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
        >>> why = sim.explain("classroom", month="2022-03")
        >>> bool(abs(why.clauses["effect"].sum() - why.change) < 1e-9)
        True
    """

    case: Case
    flow: Flow
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
    def change(self) -> float:
        """With policy less without."""
        return self.with_policy - self.without

    def __repr__(self) -> str:
        return f"<Explanation of {self.flow.words}, {self.flow.span}: {self.change:+.4g} {self.flow.unit}>"


def explain(
    case: Case | str,
    *,
    by: str = "clause",
    orders: int = ORDERS,
    agents: Mapping[str, Any] | None = FAST,
    progress: Progress | bool | None = None,
    **asked: Unpack[Question],
) -> Explanation:
    """Which clauses, states, firms and trading houses moved a flow, and by how much.

    Args:
        case: a case, a scenario file, or the name of a shipped scenario.
        by: whether the first table has a row per ``clause`` or per ``kind`` of clause.
        orders: pairs of an order of the clauses and its reverse; six clauses or fewer are worked out in full.
        agents: changes to the case's agents; None takes them as they are.
        progress: called after each run with (runs done, runs in all); False for no bar in a notebook.
        **asked: the flow: ``month`` (``YYYY-MM``, or ``YYYY-MM:YYYY-MM`` for an average), and to narrow it down
            ``good`` and ``origin`` (codes or groups, a list or with commas), ``route`` (``direct``, ``hubs``, a hub's
            code), ``destination``, ``brand_origin``, ``measure``; see :class:`sim.analysis.flow.Question`.

    Raises:
        SimError: an unknown name, a month that is not run, fewer than one order, or a case that cannot be run.

    Example:
        >>> import sim
        >>> sim.explain("classroom", month="2022-03").clauses["clause"].tolist()
        ['ban-half']
    """
    whole = case if isinstance(case, Case) else load(case)
    if by not in BY:
        raise SimError(f"unknown grouping '{by}'; {nearest(by, BY)}")
    if orders < 1:
        raise SimError(f"{orders} orders: expected at least 1")
    flow = flow_of(whole.world, whole.scenario.months, asked)
    # What comes after the last month asked about is not run: the model never looks ahead of its month.
    short = whole.with_changes(months={"last": format_month(flow.last)}, agents=dict(agents or {}))
    known = {clause.id: month_of(clause.announced or clause.effective) for clause in short.scenario.policies}
    early = [clause for clause in short.scenario.policies if known[clause.id] <= flow.last]
    package = frozenset(clause.id for clause in early)
    left_out = [clause.id for clause in whole.scenario.policies if clause.id not in package]
    with watched(progress, f"Why: {flow.words}", "runs") as step:
        return _explained(early, left_out, _Runs(short, flow, package, step), by, orders)


_NONE: frozenset[str] = frozenset()


class _Runs:
    """Amounts of the flow under packages of clauses with some groups frozen; each is run once.

    Attributes:
        total: how many runs there will be.
        done: how many there were.
        ends: the runs with the whole package and without any clause, everybody responding.
    """

    def __init__(self, case: Case, flow: Flow, package: frozenset[str], progress: Progress) -> None:
        self.case, self.flow, self.package, self.progress = case, flow, package, progress
        self.total = self.done = 0
        self.ends: dict[frozenset[str], Results] = {}
        self._amounts: dict[tuple[frozenset[str], frozenset[str]], float] = {}

    def amount(self, clauses: frozenset[str], still: frozenset[str] = _NONE) -> float:
        """The flow's amount under these clauses, with these groups not responding."""
        if (clauses, still) not in self._amounts:
            without = [clause.id for clause in self.case.scenario.policies if clause.id not in clauses]
            results = self.case.with_changes(without=without, parameters=frozen(still)).run()
            self._amounts[clauses, still] = self.flow.measured(results)
            if not still and clauses in (self.package, _NONE):
                self.ends[clauses] = results
            self.done += 1
            self.progress(self.done, self.total)
        return self._amounts[clauses, still]


def _explained(early: Sequence[Policy], left_out: list[str], runs: _Runs, by: str, orders: int) -> Explanation:
    players: dict[str, frozenset[str]] = {}
    for clause in early:
        name = clause.id if by == "clause" else clause.kind
        players[name] = players.get(name, frozenset()) | {clause.id}
    names, everybody = sorted(players), frozenset(RESPONSES)
    wanted, groups = coalitions_of(names, orders), coalitions_of(sorted(everybody), orders)
    runs.total = len(wanted) + 2 * (len(groups) - 1)

    outcome = {some: runs.amount(frozenset().union(*(players[name] for name in some))) for some in wanted}
    # The effect of the law in a world where only some respond: both runs of a pair lack the same responses.
    paired = {
        some: runs.amount(runs.package, everybody - some) - runs.amount(_NONE, everybody - some) for some in groups
    }
    change = outcome[frozenset(names)] - outcome[_NONE]
    return Explanation(
        runs.case, runs.flow, outcome[frozenset(names)], outcome[_NONE],
        _clause_table(early, by, shares(names, orders, outcome), change),
        _actor_table(paired, change),
        left_out,
        0 if in_full(names, orders) else orders, runs.done, (runs.ends[runs.package], runs.ends[_NONE]),
    )  # fmt: skip


def _clause_table(early: Sequence[Policy], by: str, found: Mapping[str, Share], change: float) -> pd.DataFrame:
    rows: dict[str, dict[str, Any]] = {}
    for clause in early:
        if by == "kind":
            held = rows.setdefault(clause.kind, {"kind": clause.kind, "clauses": 0})
            held["clauses"] += 1
            continue
        rows[clause.id] = {
            "clause": clause.id, "kind": clause.kind, "by": ", ".join(clause.by),
            "announced": clause.announced or clause.effective, "effective": clause.effective, "ends": clause.ends,
            "source": clause.source,
        }  # fmt: skip
    columns = [by, *(("kind", "by", "announced", "effective", "ends", "source") if by == "clause" else ("clauses",))]
    return _table([(rows[name], share) for name, share in found.items()], columns, change)


def _actor_table(paired: Mapping[frozenset[str], float], change: float) -> pd.DataFrame:
    """What the law does when nobody responds, and what each group's response adds to that."""
    alone = paired[_NONE]
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
