"""What was asked of runs: explanations, mechanisms, studies and their findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.common.months import format_month
from sim.common.spread import part_of
from sim.report import html
from sim.report.explanation_tables import explained
from sim.report.explanation_text import amount, in_words
from sim.report.forecast_tables import forecast_tables
from sim.report.numbers import cell, number
from sim.report.run_tables import expected_outcomes, verdict
from sim.report.study_tables import study_told
from sim.report.table import Column, Table

if TYPE_CHECKING:
    from sim.analysis.discovery import Discovery
    from sim.analysis.explain import Explanation
    from sim.analysis.forecast_paths import Forecast
    from sim.analysis.mechanism_test import Shown
    from sim.experiments.folder import StudyRuns
    from sim.experiments.study import Study
    from sim.experiments.swept import Swept
    from sim.report.finding import Finding

_MOST_ROWS = 40
_DONE = "done"


def explanation_page(told: Explanation) -> str:
    """Why a flow is what it is: sentences, then both tables that add up to the change."""
    return html.page(
        f"{told.metric.words}, {told.metric.span}", html.listed(in_words(told)),
        html.facts(with_the_package=amount(told.with_policy), without=amount(told.without),
                   change=amount(told.change, signed=True), unit=told.metric.unit, runs=told.runs),
        *explained(told),
    )  # fmt: skip


def discovery_page(found: Discovery) -> str:
    """Where a condition on a metric is met: sentences, then the limits of each box."""
    boxes = Table.of_frame(found.table()) if found.boxes else ""
    return html.page(f"Where {found.outcome}", html.listed(found.sentences), boxes)


def forecast_page(made: Forecast) -> str:
    """What offices will have on record: the months to come, and what another scenario changes."""
    return html.page(made.title, *map(html.soft, made.notes), *forecast_tables(made))


def mechanism_page(found: Shown) -> str:
    """A scenario with its mechanism and without: what was expected, and what is seen."""
    mechanism = found.scenario.mechanism
    return html.page(
        found.scenario.title, html.soft(mechanism.shows if mechanism else ""), verdict(found), expected_outcomes(found)
    )


def finding_page(found: Finding) -> str:
    """A finding: sentences to quote, and the table behind them."""
    said = html.listed(found.sentences) if found.sentences else ""
    return html.page(found.title, said, found.as_table(_MOST_ROWS))


def study_page(study: Study) -> str:
    """A study before its runs."""
    file, scenario = study.file, study.base.scenario
    months = f"{format_month(scenario.months.first)} to {format_month(scenario.months.last)}"
    factors = [
        (one.name, kind, _range(one), ", ".join(one.said.moves))
        for kind, some in (("lever", study.levers), ("uncertainty", study.uncertainties)) for one in some
    ]  # fmt: skip
    drawn = None if study.posterior is None else f"draws of {study.posterior.name}"
    return html.page(
        file.title, html.soft(file.question),
        html.facts(base=scenario.title, months=months, exporters=f"{scenario.agents.exporters:,}",
                   mode=scenario.agents.mode, replicates=file.replicates, worlds=drawn),
        Table.of((Column("factor", strong=True), "what", "values", "moves"), factors),
        html.facts(metrics=", ".join(file.metrics), compared_with=file.compare_with),
    )  # fmt: skip


def _range(factor: object) -> str:
    values, said = getattr(factor, "values", None), getattr(factor, "said", None)
    if values is not None:
        return ", ".join(map(cell, values))
    return f"{number(said.low)} to {number(said.high)}" if said is not None else ""


def swept_page(swept: Swept) -> str:
    """The runs of a study: what each package does to each metric, against what it is compared with."""
    file = swept.plan.study.file
    failed = sum(swept.failures.values())
    made = f"{len(swept.runs):,} of {len(swept.plan):,}"
    against = "no policy" if swept.plan.study.comparison is None else "the package compared with"
    note = f"Differences to {against}, run by paired run"
    note += "; [ ]: " + (
        "95 % interval over replicates" if swept.plan.replicates > 1 else part_of(len(swept.plan.worlds), "worlds")
    )
    return html.page(
        file.title, html.soft(file.question),
        html.facts(runs=made, failed=failed or None, worlds=len(swept.plan.worlds), replicates=swept.plan.replicates),
        html.listed(map(str, swept.undefined)) if swept.undefined else "", _effects(swept, note),
        html.folded("The plan", html.element("pre", study_told(swept.plan))),
        html.soft("runs has every run, comparisons all about the differences, plot the figures."),
    )  # fmt: skip


def _effects(swept: Swept, title: str) -> Table:
    """A row per package, a column per metric: the difference, with its interval where there is one."""
    levers, metrics = [lever.name for lever in swept.plan.study.levers], swept.plan.study.file.metrics
    ends = ("low", "high") if swept.plan.replicates > 1 else ("low_world", "high_world")
    rows = []
    for _, part in swept.comparisons.head(_MOST_ROWS * len(metrics)).groupby("package"):
        cells = part.set_index("metric")[["difference", *ends]]
        rows.append((*part[levers].iloc[0], *(tuple(map(float, cells.loc[name])) for name in metrics)))
    left = len(swept.plan.packages) - len(rows)
    columns = [*map(Column, levers), *(Column(name, digits=3, signed=True) for name in metrics)]
    return Table.of(columns, rows, title, f"... and {left:,} more packages" if left > 0 else "")


def runs_page(study: StudyRuns) -> str:
    """The runs of a study as its folder has them: the mean of each metric at each setting of the levers."""
    done = study.runs[(study.runs["status"] == _DONE) & (study.runs["point"] >= 0)]
    means = done[list(study.metrics)]
    if study.levers:  # pandas passes over what is no number, and a mean of the others would be one of other worlds
        settings = [done[lever] for lever in study.levers]
        means = means.groupby(settings).mean().where(means.abs().lt(np.inf).groupby(settings).all())
    return html.page(
        study.title, html.soft(study.question),
        html.facts(runs=f"{len(study.runs):,} of {study.planned:,}", uncertainties=", ".join(study.uncertainties)),
        Table.of_frame(means, "Means over worlds and replicates", most=_MOST_ROWS),
    )  # fmt: skip
