"""An adversary of a package: what still arrives and how, what closing it would do, how the evader would reply best."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.summaries import spread_of
from sim.analysis.variants import ALONE, Variant, Work, measure_variants, refuse_undefined
from sim.common.errors import SimError
from sim.common.months import first_day
from sim.experiments.execution import job_of
from sim.experiments.local import Local
from sim.experiments.plan import COMPARED, plan_of
from sim.experiments.runner import make_runs
from sim.experiments.schema import LeakSearch
from sim.rules.parameters import PARAMETERS
from sim.simulation.tables import RunArrays

if TYPE_CHECKING:
    from sim.experiments import Study
    from sim.simulation.results import Results
    from sim.simulation.simulation import Case

DIRECT = "direct from"
THROUGH = "through"
_SOURCE = "search for leaks: what would happen if"
# What the evader can do for about the same money, so that replies can be compared: a twentieth of a route's cost, or
# a first-rank visit; and habits that could come twice as fast.
_SAVING, _VISIT = 0.05, 1.0
_FASTER = {
    "payment_entry": (2.0, "payment intermediaries enter twice as fast"),
    "return_delay": (0.5, "listed intermediaries return twice as fast"),
    "label_response": (2.0, "labels blur twice as fast"),
    "components_limit": (2.0, "twice as much goes as components"),
    "intermediary_entry": (2.0, "intermediaries open twice as fast"),
}
_NEED = "with", "a search for leaks needs one that is defined whatever is closed or replied"
MARGIN = 0.2  # two replies are tried together among the best single ones, at least this share of the best


@dataclass(frozen=True, eq=False)
class Leaks:
    """What an adversary finds in a package.

    Attributes:
        metric: what is counted.
        arriving: a row per way and good, the largest first: ``way``, ``good``, amount and share of all that arrives.
        closing: a row per way: what closing it all would change, mean over cases with ``low``, ``high``, ``error``;
            ``carried``: what it carried; ``kept_out``: share of that which does not come another way.
        replies: a row per reply of the evader, alone or in pairs, the best first: ``gain`` with interval.
        runs: how many runs it took.
    """

    metric: str
    arriving: pd.DataFrame
    closing: pd.DataFrame
    replies: pd.DataFrame
    runs: int


def still_arriving(results: Results, first: str, last: str) -> pd.DataFrame:
    """What reaches the target by way and good, musd a month at base-year prices, the largest first.

    A way is a hub, or the state from which goods come directly.

    Args:
        results: a run.
        first: first month, ``YYYY-MM``.
        last: last month.
    """
    flows = results.to_target()
    flows = flows[flows["month"].between(first, last)]
    months = max(1, flows["month"].nunique())
    direct = flows["route"] == "direct"
    way = (DIRECT + " " + flows["origin"]).where(direct, flows["route"].str.replace("via", THROUGH))
    sums = flows.groupby([way.rename("way"), "good"], observed=True)["volume_musd"].sum() / months
    table = sums.rename("musd_a_month").reset_index().sort_values("musd_a_month", ascending=False, kind="stable")
    table["share"] = table["musd_a_month"] / table["musd_a_month"].sum()
    return table.reset_index(drop=True)


def find_leaks(
    cases: Sequence[Case],
    *,
    metric: str = "deliveries_volume",
    goods: Sequence[str] = ("all",),
    best: int = 5,
    work: Work = ALONE,
) -> Leaks:
    """Closes every way by itself, and lets the evader try every reply by itself and the best ones in pairs.

    Args:
        cases: the package, under several posterior draws or seeds.
        metric: what the evader wants more of; without brackets it is taken for the goods.
        goods: codes of the goods that closures and replies are about.
        best: how many of the best replies are tried in pairs.
        work: how the runs are made; there are two rounds of them.

    Raises:
        SimError: a package without clauses, an unknown metric, or a clause that the world does not allow.
    """
    case = cases[0]
    if not case.scenario.policies:
        raise SimError("the package has no clause, so it has no leak")
    asked = metric if "[" in metric or goods == ("all",) else f"{metric}[{','.join(goods)}]"
    since = _since(case)
    closures, replies = _closures(case, goods, since), _replies(case, goods, since)
    package = Variant("package")
    found = measure_variants(cases, [package, *closures, *replies], [asked], work)
    refuse_undefined(found, [asked], *_NEED)
    by_name = found.pivot(index="case", columns="variant", values=asked)
    usual = by_name["package"]
    single = pd.DataFrame([_row(one.name, by_name[one.name] - usual) for one in replies])
    single = single.sort_values("mean", ascending=False, kind="stable")
    pairs = _pairs(replies, single, best)
    runs = len(found)
    if pairs:
        again = measure_variants(cases, pairs, [asked], work)
        refuse_undefined(again, [asked], *_NEED)
        both = again.pivot(index="case", columns="variant", values=asked)
        single = pd.concat([single, pd.DataFrame([_row(one.name, both[one.name] - usual) for one in pairs])])
        runs += len(again)
    arriving = _arriving(case, goods)
    table = single.rename(columns={"name": "reply", "mean": "gain"}).sort_values("gain", ascending=False, kind="stable")
    arrives = float(usual.mean())
    table["share_of_arriving"] = table["gain"] / arrives if arrives > 0.0 else nan
    closing = _closing_table(closures, by_name, usual, arriving)
    return Leaks(asked, arriving, closing, table.reset_index(drop=True), runs + 1)


def leaks_of(study: Study, work: Work = ALONE) -> tuple[Leaks, int]:
    """What the search of a study with `leaks` finds, and in how many worlds.

    Raises:
        SimError: as :func:`find_leaks`.
    """
    cases, said = _worlds(study), study.file.leaks or LeakSearch()
    return find_leaks(cases, metric=study.file.metrics[0], goods=said.goods, best=said.best, work=work), len(cases)


def runs_of(study: Study) -> tuple[int, int]:
    """How many runs a search takes: those of its first round, and those of its second at most."""
    cases, said = _worlds(study), study.file.leaks or LeakSearch()
    since = _since(cases[0])
    tried = [*_closures(cases[0], said.goods, since), *_replies(cases[0], said.goods, since)]
    return (1 + len(tried)) * len(cases) + 1, comb(said.best, 2) * len(cases)


def seconds_of(case: Case) -> float:
    """How long a run takes, by one made now in a process of its own.

    Raises:
        SimError: it fails, or ends its process.
    """
    return next(make_runs(_timed, [case], workers=Local(1)))[1]


def _timed(case: Case) -> float:
    case.run()  # the first one compiles
    started = time.perf_counter()
    case.run()
    return time.perf_counter() - started


def _worlds(study: Study) -> list[Case]:
    """The package in every world of a study."""
    plan, bench = plan_of(study), job_of(study).bench()
    compared = np.flatnonzero(plan.once[:, 1] == COMPARED).tolist()
    return [bench.case(plan.task(run)._replace(package={})) for run in compared]


def _since(case: Case) -> str:
    """The first day of the package's first month."""
    return str(first_day(min(c.effective.year * 12 + c.effective.month - 1 for c in case.scenario.policies)))


def _row(name: str, change: Any) -> dict[str, Any]:
    return {"name": name, **spread_of(change.to_numpy(float))}


def _arriving(case: Case, goods: Sequence[str]) -> pd.DataFrame:
    run = case.run()
    assert isinstance(run.source, RunArrays)
    months = run.source.months[-12:]
    table = still_arriving(run, months[0], months[-1])
    if tuple(goods) != ("all",):
        table = table[table["good"].isin([case.world.goods[place] for place in case.world.good_positions(goods)])]
        table = table.assign(share=table["musd_a_month"] / table["musd_a_month"].sum())
    return table.reset_index(drop=True)


def _closing_table(
    closures: Sequence[Variant], by_name: pd.DataFrame, usual: pd.Series[float], arriving: pd.DataFrame
) -> pd.DataFrame:
    carried = arriving.groupby("way")["musd_a_month"].sum()
    table = pd.DataFrame([_row(one.name, by_name[one.name] - usual) for one in closures])
    table = table.rename(columns={"name": "way", "mean": "change"})
    table["carried"] = table["way"].map(carried).fillna(0.0)
    table["kept_out"] = (-table["change"] / table["carried"]).where(table["carried"] > 0.0)
    return table.sort_values("change", kind="stable").reset_index(drop=True)


def _clause(case: Case, kind: str, by: str, since: str, **fields: Any) -> dict[str, Any]:
    target = case.world.states[case.world.target]
    what = "-".join([kind.replace("_", "-"), by.lower(), *(str(v).lower() for v in fields.get("partners", ()))])
    return {
        "id": f"leak-{what}", "kind": kind, "by": [by], "towards": [target], "effective": since,
        "source": f"{_SOURCE} {kind} by {by}", **fields,
    }  # fmt: skip


def _adding(name: str, clause: Mapping[str, Any]) -> Variant:
    """The variant with one clause more."""
    return Variant(name, {f"policies.{clause['id']}": clause})


def _closures(case: Case, goods: Sequence[str], since: str) -> list[Variant]:
    world = case.world
    target = world.states[world.target]
    found = []
    for state, role in zip(world.states, world.role, strict=True):
        if role == "target":
            continue
        shut = {"goods": list(goods), "strength": 1.0}
        direct = _clause(case, "route_closure", target, since, origins=[state], **shut)
        found.append(_adding(f"{DIRECT} {state}", {**direct, "id": f"leak-direct-{state.lower()}"}))
    for hub in (world.states[position] for position in world.hubs):
        through = _clause(case, "route_closure", target, since, through=[hub], goods=list(goods), strength=1.0)
        found.append(_adding(f"{THROUGH} {hub}", {**through, "id": f"leak-through-{hub.lower()}"}))
    return found


def _replies(case: Case, goods: Sequence[str], since: str) -> list[Variant]:
    """What the target and its friends can do, each as one clause, and habits of evasion that could come faster."""
    world = case.world
    target = world.states[world.target]
    saving = {"goods": list(goods), "strength": _SAVING}
    hubs = [world.states[position] for position in world.hubs]
    found = [_adding("parallel imports", _clause(case, "parallel_imports", target, since, **saving))]
    found += [_adding(f"logistics hub in {hub}", _clause(case, "logistics_hub", hub, since, **saving)) for hub in hubs]
    for state, role in zip(world.states, world.role, strict=True):
        if role == "third":
            help_ = _clause(case, "trade_promotion", state, since, **saving)
            found.append(_adding(f"trade promotion by {state}", help_))
            wooed = {"partners": [state], "strength": _VISIT}
            visit = _clause(case, "partner_courting", target, since, **wooed)
            found.append(_adding(f"courting of {state}", visit))
    members = [code for code, role in zip(world.states, world.role, strict=True) if role == "coalition"]
    if members:
        loss = {"against": members, "strength": 0.01}
        found.append(_adding("retaliation", _clause(case, "retaliation", target, since, **loss)))
    now = case.model().values._asdict()
    for name, (times, words) in _FASTER.items():
        declared = PARAMETERS[name]
        value = min(max(now[name] * times, declared.low), declared.high)
        if value != now[name]:
            found.append(Variant(words, {f"parameters.{name}": value}))
    return found


def _pairs(replies: Sequence[Variant], single: pd.DataFrame, best: int) -> list[Variant]:
    worth = single[single["mean"] > MARGIN * max(single["mean"].max(), 0.0)]
    by_name = {one.name: one for one in replies}
    top = [by_name[name] for name in worth["name"].head(best)]
    return [Variant(f"{a.name}, {b.name}", {**a.values, **b.values}) for a, b in combinations(top, 2)]
