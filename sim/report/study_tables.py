"""What `sim sweep` shows: what a study is, what it would take, and what each of its packages does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.common.months import format_month
from sim.common.spread import part_of
from sim.experiments.paired_differences import SHOWN
from sim.experiments.plan import plan_of
from sim.experiments.schema import LeakSearch
from sim.report.numbers import number
from sim.report.table import Column, Table

if TYPE_CHECKING:
    from sim.experiments import Outlook, Plan, Study, Swept
    from sim.experiments.factors import Bound

_REASONS = 5


def study_told(plan: Plan) -> str:
    """What a study is, in lines."""
    study = plan.study
    compared = _compared_with(study)
    drawn = f" from {len(plan.worlds.draws)} draws of the posterior" if study.posterior else ""
    packages = len(np.unique(plan.points[:, 0]))
    lines = [
        study.file.title, study.file.question, *_base_told(study),
        *(f"lever:          {_factor(lever)}" for lever in study.levers),
        *(f"uncertainty:    {_factor(uncertainty)}" for uncertainty in study.uncertainties),
        f"metrics:        {', '.join(study.file.metrics)}",
        f"compared with:  {compared}",
        f"plan:           {len(plan.points):,} points ({_many(packages, 'package')}, "
        f"{_many(len(plan.worlds), 'world')}{drawn}), {_many(plan.replicates, 'replicate')}: {len(plan):,} runs "
        f"with those that they are compared with",
    ]  # fmt: skip
    return "\n".join(lines)


def leaks_told(study: Study) -> str:
    """What a search for leaks is, in lines."""
    plan, said = plan_of(study), study.file.leaks or LeakSearch()
    drawn = " from the posterior" if study.posterior else ""
    lines = [
        study.file.title, study.file.question, *_base_told(study),
        *(f"uncertainty:    {_factor(uncertainty)}" for uncertainty in study.uncertainties),
        f"search:         leaks of {', '.join(said.goods)}, counted in {study.file.metrics[0]}; the best {said.best} "
        "replies in pairs",
        f"worlds:         {len(plan.worlds):,}{drawn}",
    ]  # fmt: skip
    return "\n".join(lines)


def search_outlook(rounds: tuple[int, int], each: float, workers: int) -> str:
    """How many runs a search for leaks takes in its rounds, and how long at so many seconds a run."""
    return (
        f"{rounds[0]:,} runs in the first round, at most {rounds[1]:,} in the second; what is finished is kept\n"
        f"about {duration(sum(rounds) * each / workers)} on {_many(workers, 'worker')}, at {1e3 * each:.0f} ms a run"
    )


def _base_told(study: Study) -> list[str]:
    scenario, fitted = study.base.scenario, study.posterior
    said = (
        study.base.said if fitted is None else f"parameters: draws of posterior '{fitted.name}' ({fitted.digest[:10]})"
    )
    name, _, parameters = said.partition(": ")
    months = f"{format_month(scenario.months.first)} to {format_month(scenario.months.last)}"
    return [
        *(f"warning:        {remark}" for remark in study.base.remarks),
        f"base:           {scenario.title}; {scenario.agents.exporters:,} exporters, {scenario.agents.mode}, {months}",
        f"{name + ':':<15} {parameters}",
    ]


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _compared_with(study: Study) -> str:
    return "no policy" if study.comparison is None else _package(study.comparison) or "the base"


def _package(package: object) -> str:
    return ", ".join(f"{name} {value}" for name, value in package.items()) if isinstance(package, dict) else ""


def _factor(factor: Bound) -> str:
    said = factor.said
    if factor.values is not None:
        what = ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in factor.values)
    else:
        what = f"{said.low:g} to {said.high:g}" + (f", {said.distribution}" if said.distribution != "uniform" else "")
    moves = f" (moves {', '.join(said.moves)})" if said.moves else ""
    base = factor.base if isinstance(factor.base, str) else "" if math.isnan(factor.base) else f"{factor.base:g}"
    return f"{factor.name}: {what}{' times the base' if said.multiply else f' (base {base})' if base else ''}{moves}"


def outlook_told(outlook: Outlook, workers: int) -> str:
    """What there is to do and how long it takes."""
    left = outlook.runs - outlook.finished
    lines = [f"{outlook.finished:,} of {outlook.runs:,} runs are there already, {left:,} to be made"]
    if outlook.failed:
        lines.append(f"{outlook.failed:,} of those that are there failed; --retry-failed makes them again")
    if outlook.failures:
        failed = sum(outlook.failures.values())
        lines.append(f"{failed} of {_many(outlook.tried, 'run')} tried first failed: {'; '.join(outlook.failures)}")
    if outlook.damaged:
        lines.append(f"{outlook.damaged} damaged files were set aside; their runs are made again")
    if left and not math.isnan(outlook.seconds):
        each = outlook.seconds / left
        lines.append(
            f"about {duration(outlook.seconds / workers)} on {_many(workers, 'worker')}, at {1e3 * each:.0f} ms a run"
        )
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, length in (("days", 86_400.0), ("hours", 3_600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 1.0):.0f} seconds"


def swept_told(swept: Swept) -> str:
    """How the runs went, and why those that failed did."""
    lines = [f"{swept.finished:,} of {len(swept.plan):,} runs are in {swept.folder}"]
    if swept.failures:
        lines.append(f"{sum(swept.failures.values()):,} runs failed:")
        often = sorted(swept.failures.items(), key=lambda one: -one[1])
        lines += [f"  {count:,}: {reason}" for reason, count in often[:_REASONS]]
    lines += map(str, swept.undefined)
    return "\n".join(lines)


def compared_table(swept: Swept) -> Table:
    """What each package does to each metric, against what it is compared with."""
    levers = [lever.name for lever in swept.plan.study.levers]
    with_error, worlds = swept.plan.replicates > 1, len(swept.plan.worlds)
    against = _compared_with(swept.plan.study)
    rows = [row for some in swept.told.first for row in some.to_dict("records")]
    counted = _counted(rows, worlds)
    columns: list[str | Column] = [*levers, "metric", *counted, "mean", "there", Column("difference", signed=True)]
    columns += ["error", "95 % interval"] if with_error else []
    columns += [part_of(worlds, "worlds")] if worlds > 1 else []
    lines = []
    for at, row in enumerate(rows):
        cells = [*(row[name] for name in (*levers, "metric")), *(told[at] for told in counted.values())]
        cells += [row[name] for name in ("mean", "compared_with", "difference")]
        cells += [row["standard_error"], _ends(row["low"], row["high"])] if with_error else []
        lines.append(cells + ([_ends(row["low_world"], row["high_world"])] if worlds > 1 else []))
    over = f"{_many(worlds, 'world')} and {_many(swept.plan.replicates, 'replicate')}"
    title = f"Mean over {over}, against {against} (there)"
    more = f"{SHOWN} of {swept.told.rows:,} rows; the others are in comparisons.csv"
    return Table.of(columns, lines, title, more if swept.told.rows > SHOWN else "")


def _ends(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}"


def _counted(rows: Sequence[Mapping[Any, Any]], worlds: int) -> dict[str, list[str]]:
    """Columns that say over what a mean is, where it is not over every world or is none at all."""
    found = {
        "worlds": [f"{row['worlds']:,} of {worlds:,}" if row["worlds"] < worlds else f"{worlds:,}" for row in rows],
        "not a number": [
            f"{row['undefined']:,} of {row['worlds'] * row['replicates']:,}" if row["undefined"] else "" for row in rows
        ],
    }
    usual = {"worlds": f"{worlds:,}", "not a number": ""}
    return {name: cells for name, cells in found.items() if any(cell != usual[name] for cell in cells)}


def points_table(plan: Plan, most: int = 8) -> Table:
    """The first runs of a plan."""
    frame = plan.table(np.arange(min(most, len(plan))))
    return Table.of_frame(
        frame, f"The first {len(frame)} of {len(plan):,} runs", columns={name: name for name in map(str, frame.columns)}
    )


def until_told(swept: Swept, metric: str, reached: float, wanted: float) -> str:
    """Whether the error that was asked for is reached."""
    if math.isnan(reached):
        return f"{metric}: its Monte Carlo error is not known, with {_many(swept.plan.replicates, 'replicate')}"
    said = f"{metric}: Monte Carlo error {100 * reached:.2g} % of the largest difference"
    enough = (
        "as asked for" if reached <= wanted else f"more than the {100 * wanted:g} % asked for; raise --max-replicates"
    )
    return f"{said}, with {_many(swept.plan.replicates, 'replicate')}: {enough}"
