"""The answers of the studies that ship, as one page: each is swept, asked, and told with intervals and a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from sim.analysis.attribution import attribute_switches
from sim.analysis.discovery import discover
from sim.analysis.evasion import leaks_of
from sim.analysis.pareto import pareto_front
from sim.analysis.summaries import summary
from sim.common.errors import SimError
from sim.common.files import written_folder
from sim.common.package_data import shipped
from sim.common.yaml_reader import read_file
from sim.experiments import Local, Study, Sweep, load_study, parse_study, read_runs, searches_leaks, shipped_studies
from sim.report.finding import Finding, points_of, program
from sim.report.markdown import markdown
from sim.report.numbers import number
from sim.report.plots.studies import change_of, kind_of, unit_of, words_of
from sim.report.study_findings import attributed, leaking, summed_up
from sim.report.table import Column, Table
from sim.simulation.inputs import OFF, ON
from sim.simulation.posterior import load_posterior

if TYPE_CHECKING:
    from sim.analysis.variants import Work
    from sim.experiments.folder import StudyRuns

DRAWS = 8
_LEAK_DRAWS = 4
# Less of these is more pressure; of any other metric, more.
_LESS = ("deliveries_volume", "deliveries_value", "hub_share", "rerouted", "diversion_ratio")
_PICTURES = "images/studies"
_FRONT = 6


@dataclass(frozen=True)
class Answered:
    """Where the page and its pictures go, and how runs are made.

    Attributes:
        page: the Markdown file.
        results: folder of the studies' runs.
        draws: of the posterior where one ships; 0 keeps the uncertainties that the files have.
        work: workers and progress.
        tell: called with a line before each study.
        force: whether a page and pictures that are there, with other content, are replaced.
        allow_code: whether code that a study's base names may run.
    """

    page: Path
    results: Path
    draws: int
    work: Work
    tell: Callable[[str], object]
    force: bool = False
    allow_code: bool = False


def answer_all(how: Answered, names: Sequence[str] = ()) -> Path:
    """Sweeps every shipped study, asks it, and writes the page.

    Args:
        how: where to, and how.
        names: study files, or names of shipped studies; all that ship by default.

    Raises:
        SimError: a study that is not there or has neither two levers nor switches, or files that cannot be written.
    """
    with written_folder(how.page.parent, force=how.force) as scratch:
        now = replace(how, page=scratch / how.page.name)
        parts = [_opening(how)]
        for name in names or sorted(shipped_studies(), key=searches_leaks):
            how.tell(f"study {name}")
            parts.append((_leak if searches_leaks(name) else _answer)(name, now))
        now.page.write_text("\n".join(parts), encoding="utf-8")
    return how.page


def _opening(how: Answered) -> str:
    return (
        "# Results of the shipped studies\n\n"
        f"Made by `sim study report` (`make studies`), {program()}. Every number is a mean over worlds, and in "
        "brackets stands the interval that holds 90 % of them (of fewer than 20 worlds: the lowest and the "
        "highest). Changes are taken world by world against the same world "
        "with the lever elsewhere, so what the two share cancels. The runs are in expected mode, "
        "without sampling of firms. Metrics are listed by `sim list metrics`, the studies' files are in "
        "`scenarios/studies/`. Where worlds are drawn from the prior, levels are not calibrated: read directions, and "
        "which effect is the larger.\n"
    )


def with_worlds(study: Study, path: Path, draws: int) -> Study:
    """The study with draws of the posterior in place of its own uncertainties, if one ships with its world."""
    if draws <= 0:
        return study
    try:
        posterior = load_posterior(None, study.base.scenario.world)
    except SimError:
        return study
    data = read_file(path)[0].plain()
    data["uncertainties"] = {"posterior": str(min(draws, posterior.count))}
    if "design" in data:
        data["design"] = {name: value for name, value in data["design"].items() if name != "uncertainties"}
    return parse_study(yaml.safe_dump(data, sort_keys=False), str(path), allow_code=study.base.allow_code)


def _study(name: str, draws: int, how: Answered) -> tuple[Path, Study]:
    """The file of a study, and the study with its worlds."""
    path = Path(name) if Path(name).is_file() else shipped(f"scenarios/studies/{name}.yaml")
    return path, with_worlds(load_study(name, allow_code=how.allow_code), path, draws)


def _answer(name: str, how: Answered) -> str:
    path, study = _study(name, how.draws, how)
    switches = all(set(map(str, lever.values or ())) == {ON, OFF} for lever in study.levers)
    if len(study.levers) != 2 and not switches:
        raise SimError(f"{name} has {len(study.levers)} levers; the page tells of two, or of switches ('on' and 'off')")
    folder = how.results / study.name
    Sweep(study, folder, expand=True).run(Local(how.work.workers), how.work.progress)
    runs = read_runs(folder)
    points = points_of(runs)
    told = (_clauses if switches else _two_levers)(runs, points, study, how)
    worlds = f"{points['world'].nunique()} worlds drawn from the {'posterior' if study.posterior else 'prior'}"
    base = study.base.scenario
    head = (
        f"## {runs.title}\n\n*{runs.question}*\n\n`{path.name}`: {len(runs.runs):,} runs, {worlds}, "
        f"{base.agents.exporters:,} exporters.\n"
    )
    return f"{head}\n{told}"


# -------------------------------------------------------------------------------------------------------- two levers
def _two_levers(runs: StudyRuns, points: pd.DataFrame, study: Study, how: Answered) -> str:
    levers, metrics = list(runs.levers), list(runs.metrics)
    ends = {lever: (float(points[lever].min()), float(points[lever].max())) for lever in levers}
    lines = [_corners(points, levers, metrics, ends)]
    lines += [f"* {_effects(points, lever, metrics[:2], ends)}" for lever in levers]
    if all(one.kind != "parameters" for lever in study.levers for one in lever.inputs):  # which no policy chooses
        lines.append(f"* {_front(points, levers, metrics[:2])}")
    lines += [f"* {sentence}" for sentence in _where(points, levers, metrics[0])]
    found = {finding.name: finding for finding in summed_up(runs)}
    picture = _picture(found["heat_map_1"], study.name, how)
    return "\n".join([*lines, "", picture, ""])


def _corners(
    points: pd.DataFrame, levers: Sequence[str], metrics: Sequence[str], ends: Mapping[str, tuple[float, float]]
) -> str:
    """A table of the four corners of the grid."""
    table = summary(points, levers, metrics)[[*levers, "metric", "mean", "low", "high"]]
    cells = {(a, b, metric): tuple(means) for a, b, metric, *means in table.itertuples(index=False, name=None)}
    first, second = levers
    rows = [
        (f"{a:g}", f"{b:g}", *(cells[a, b, metric] for metric in metrics)) for a in ends[first] for b in ends[second]
    ]
    return markdown(Table.of((*levers, *map(_column, metrics)), rows)) + "\n"


def _column(metric: str) -> Column:
    return Column(words_of(metric), kind_of(metric), unit_of(metric))


def _effects(points: pd.DataFrame, lever: str, metrics: Sequence[str], ends: Mapping[str, tuple[float, float]]) -> str:
    """What moving one lever from end to end does, with the other at the end where that does more."""
    other = next(name for name in ends if name != lever)
    low, high = ends[lever]
    tried = []
    for place in ends[other]:
        table = summary(points, list(ends), metrics, {lever: low, other: place})
        rows = table[(table[lever] == high) & (table[other] == place)].to_dict("records")
        tried.append((place, {row["metric"]: row for row in rows}))
    place, rows_by = max(tried, key=lambda one: abs(one[1][metrics[0]]["change"]))
    said = "; ".join(
        f"{words_of(metric)} {change_of(metric, (row['change'], row['change_low'], row['change_high']))}"
        for metric, row in rows_by.items()
    )
    return f"From {lever} {low:g} to {high:g}, with {other} at {place:g}: {said}."


def _wanted(metric: str) -> str:
    return "less" if metric.partition("[")[0].partition("@")[0] in _LESS else "more"


def _front(points: pd.DataFrame, levers: Sequence[str], metrics: Sequence[str]) -> str:
    """Which settings give pressure at a cost that no other one beats."""
    pressure, cost = metrics
    table = pareto_front(points, levers, {pressure: _wanted(pressure), cost: "less"})
    best = table[table["on_front"]].sort_values(cost, kind="stable").drop_duplicates([pressure, cost])
    step = max(1, -(-len(best) // _FRONT))
    said = "; ".join(
        f"{', '.join(f'{row[lever]:g}' for lever in levers)}: {number(row[pressure], kind_of(pressure))} at "
        f"{number(row[cost], kind_of(cost))}" for row in best.iloc[::step].to_dict("records")
    )  # fmt: skip
    return (
        f"Of {len(table)} settings ({' and '.join(levers)}) {len(best)} outcomes are beaten by none in both "
        f"{words_of(pressure)} and {words_of(cost)}; some of them: {said}."
    )


def _where(points: pd.DataFrame, levers: Sequence[str], metric: str) -> tuple[str, ...]:
    """The settings at which pressure rises most against the weakest one of the same world, in sentences."""
    table = points.sort_values([*levers, "world"], kind="stable")
    weakest = table.groupby("world", sort=False)[metric].transform("first")
    name = f"the rise of {words_of(metric)}" if _wanted(metric) == "more" else f"the fall of {words_of(metric)}"
    table[name] = (table[metric] - weakest) * (1.0 if _wanted(metric) == "more" else -1.0)
    limit = float(table[name].max()) / 2.0
    try:
        found = discover(table, levers, f"{name} > {limit:.3g}")
    except SimError:
        return ()
    return found.sentences


# ----------------------------------------------------------------------------------------------------------- clauses
def _clauses(runs: StudyRuns, points: pd.DataFrame, study: Study, how: Answered) -> str:
    told = attribute_switches(points, runs.levers, list(runs.metrics))
    effects = {(row["player"], row["metric"]): _ends(row, "effect") for row in told.table.to_dict("records")}
    totals = {row["metric"]: _ends(row, "change") for row in told.totals.to_dict("records")}
    players = sorted(runs.levers, key=lambda one: effects[one, runs.metrics[0]])
    rows = [(one, *(effects[one, metric] for metric in runs.metrics)) for one in players]
    table = Table.of(("part of the package", *map(_column, runs.metrics)), rows)
    table = table.with_total("all together", *(totals[metric] for metric in runs.metrics))
    findings = [one for one in attributed(told, runs.title, int(points["world"].nunique())) if one.draw is not None]
    said = "\n".join(f"* {sentence}" for one in findings for sentence in one.sentences)
    note = "Shapley values: the mean effect over all orders in which the parts could have come. Each column adds up."
    return "\n".join(
        [note, "", markdown(table), "", said, "", _picture(findings[min(1, len(findings) - 1)], study.name, how), ""]
    )


def _ends(row: Mapping[Any, Any], name: str) -> tuple[float, float, float]:
    return float(row[name]), float(row["low"]), float(row["high"])


# -------------------------------------------------------------------------------------------------------------- leak
def _leak(name: str, how: Answered) -> str:
    path, study = _study(name, min(how.draws, _LEAK_DRAWS), how)
    found, worlds = leaks_of(study, replace(how.work, folder=how.results / study.name))
    findings = leaking(found, study.base.scenario.title, worlds)
    drawn = f"{worlds} draws of the posterior" if study.posterior else f"{worlds} worlds drawn from the prior"
    moved = Column("", digits=3, unit=unit_of(found.metric), signed=True)
    closing = found.closing.head(6)[["way", "change", "low", "high", "kept_out"]].itertuples(index=False, name=None)
    replies = found.replies.head(8)[["reply", "gain", "low", "high", "share_of_arriving"]]
    tables = [
        markdown(Table.of(
            (label, replace(moved, head=head), Column(share, "share")),
            [(what, tuple(ends), None if of != of else of) for what, *ends, of in rows],
        ))
        for label, head, share, rows in (
            ("closed", "change", "of what it carried", closing),
            ("the evader's reply", "gain", "of what arrives", replies.itertuples(index=False, name=None)),
        )
    ]  # fmt: skip
    said = "\n".join(f"* {sentence}" for one in findings for sentence in one.sentences)
    head = (
        f"## {study.file.title}\n\n*{study.file.question}*\n\n`{path.name}`: {found.runs:,} runs, {drawn}. One way is "
        "closed at a time, from the first day of the package; replies are each worth a twentieth of the cost of a "
        "road, one first-rank visit, or a habit of evasion that comes twice as fast, one at a time and the best "
        "ones in pairs.\n"
    )
    return "\n".join([head, said, "", tables[0], "", tables[1], "", _picture(findings[-1], study.name, how), ""])


# ------------------------------------------------------------------------------------------------------------ writing
def _picture(finding: Finding, name: str, how: Answered) -> str:
    """Draws a finding beside the page, and returns the line that shows it."""
    failed: dict[str, str] = {}
    replace(finding, name=name).save(how.page.parent / _PICTURES, failed)
    for why in failed.values():
        how.tell(f"figure {name} could not be drawn, its table is written: {why}")
    return "" if failed else f"![{finding.title}]({_PICTURES}/{name}.png)"
