"""What a command line asks for, as a case; and how its results come to stand in their place, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.mechanism_test import Shown, show_mechanism
from sim.common.errors import FaultList, SimError
from sim.common.parsing import plain_number
from sim.metrics.figure_intervals import ensemble, mirror_bands
from sim.metrics.mirror_gap import Pair
from sim.metrics.run_pair import RunPair
from sim.report import plots
from sim.report.explanation_tables import explanation_text
from sim.report.plots.run_view import View, look
from sim.simulation.comparison import Comparison
from sim.simulation.intervals import Bands
from sim.simulation.posterior import load_posterior
from sim.simulation.results import BANDS, Results, run_name
from sim.simulation.simulation import Case, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sim.analysis.explain import Explanation
    from sim.simulation.parameter_source import Beliefs

FIGURES = "figures"


@dataclass(frozen=True)
class Changes:
    """What a command line changes in a scenario; None leaves a thing as it is.

    Attributes:
        agents: number of exporters, mode.
        seed: seed of every draw.
        months: first and last month, ``YYYY-MM:YYYY-MM``.
        parameters: settings ``NAME=VALUE``.
    """

    agents: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    months: str | None = None
    parameters: Sequence[str] = ()


# Small enough to be there in seconds: no noise to average out, two years, the figures that tell the story.
DEMO = Changes({"mode": "expected", "exporters": 4_000}, months="2021-01:2022-12")
DEMO_FIGURES = ("flows_by_origin", "flows_by_road", "recorded_and_true")


def asked_for(name: str, changes: Changes) -> Case:
    """The case of a scenario with changes.

    Raises:
        SimError: the scenario is faulty (see :func:`sim.simulation.simulation.load`), or a change is; then the fault
        names the
            command line as its file.
    """
    case = load(name)
    blocks: dict[str, Any] = {"seed": changes.seed} if changes.seed is not None else {}
    if agents := {key: value for key, value in changes.agents.items() if value is not None}:
        blocks["agents"] = agents
    if changes.months is not None:
        first, colon, last = changes.months.partition(":")
        if not colon:
            raise SimError(f"--months {changes.months}: expected FIRST:LAST, such as 2021-01:2022-12")
        blocks["months"] = {"first": first, "last": last}
    parameters = dict(_assignment(text) for text in changes.parameters)
    if not blocks and not parameters:
        return case
    try:
        return case.with_changes(parameters=parameters, **blocks)
    except FaultList as error:
        raise FaultList(replace(fault, file=fault.file or "command line") for fault in error.faults) from None


def _assignment(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    number = plain_number(value)
    if number is None:
        problem = f"'{value}' is not a number" if equals else "there is no '='"
        raise SimError(f"--set {text}: {problem}; expected NAME=VALUE, such as learning=0.5")
    return name.strip(), number


def save_pair(comparison: Comparison, out: Path, figures: Sequence[str] | None = None) -> tuple[Path, Path]:
    """Saves a run with its counterfactual, and the figures inside the run's folder.

    Args:
        comparison: the pair.
        out: folder that both runs' folders are written into.
        figures: names of the figures to draw, all by default.

    Returns:
        The run's folder and its counterfactual's.

    Raises:
        SimError: the folder cannot be written.
    """
    # The record names the counterfactual's folder, so that the figures can be drawn again.
    comparison.policy.record["baseline"] = run_name(comparison.baseline.record)
    usual = comparison.baseline.save(out)
    return _save(comparison.policy, look(comparison), out, figures), usual


def save_run(results: Results, out: Path, figures: Sequence[str] | None = None, bands: Bands | None = None) -> Path:
    """Saves a run that has no counterfactual; arguments and errors as in :func:`save_pair`."""
    return _save(results, View(results, bands=bands), out, figures)


def draw_again(folder: Path, baseline: Path | None) -> list[Path]:
    """Draws the figures of a saved run again, with the bands that it was run with.

    Args:
        folder: of the run.
        baseline: folder of its counterfactual; the one recorded by default.

    Raises:
        SimError: no run stands there, or the folder cannot be written.
    """
    results = Results.open(folder)
    if baseline is None and "baseline" in results.record:
        baseline = folder.resolve().parent / str(results.record["baseline"])
    bands = Bands.open(folder, results.record.get(BANDS))
    with in_its_place(folder / FIGURES) as scratch:
        plots.save_all(View(results, Results.open(baseline) if baseline else None, bands=bands), scratch)
    return sorted((folder / FIGURES).iterdir())


def save_explanation(told: Explanation, folder: Path) -> str:
    """Writes an explanation as ``explanation.md`` and its tables as CSV, and says where.

    Raises:
        SimError: the folder cannot be written.
    """
    with in_its_place(folder) as scratch:
        (scratch / "explanation.md").write_text(explanation_text(told), encoding="utf-8")
        told.clauses.to_csv(scratch / "clauses.csv", index=False)
        told.actors.to_csv(scratch / "actors.csv", index=False)
    return f"text and tables: {folder}"


def _save(results: Results, view: View, out: Path, figures: Sequence[str] | None) -> Path:
    """Saves a run with the bands and the figures of a view of it."""
    results.record.pop(BANDS, None)
    if view.bands is not None:
        results.record[BANDS] = dict(view.bands.record)

    def also(folder: Path) -> None:
        if view.bands is not None:
            view.bands.save(folder)
        if figures is None or figures:
            plots.save_all(view, folder / FIGURES, figures)

    return results.save(out, also)


def shown_as_asked(
    case: Case, out: Path | None, progress: Callable[[int, int], None] | None
) -> tuple[Shown, list[Path]]:
    """Runs a case with its mechanism and without, and writes the figure and its tables if a folder is named.

    Raises:
        SimError: the scenario names no mechanism, or the folder cannot be written.
    """
    if out is not None:
        refuse_unwritable(out)
    shown = show_mechanism(case, progress)
    return shown, plots.save_mechanism(shown, out) if out is not None else []


def draw_pair(folder: Path, pair: Pair, out: Path | None, bands: Bands | None = None) -> tuple[Results, Path]:
    """Draws the mirror gap of two states of a saved run.

    Args:
        folder: of the run.
        pair: exporter, importer, and the good if not all.
        out: folder for picture and table, the run's figures by default.
        bands: where draws lie, if any were run.

    Returns:
        The run and the picture.

    Raises:
        SimError: no run stands there, it has no such state or good, or the folder cannot be written.
    """
    results = Results.open(folder)
    picture, _ = plots.save_pair(View(results, bands=bands), pair, out or folder / FIGURES)
    return results, picture


def bands_for(
    chosen: Beliefs, like: Comparison | Results, progress: Callable[[int, int], None] | None = None
) -> Bands | None:
    """Bands for a run's figures over draws of its posterior; None where there is nothing to draw."""
    if chosen.posterior is None or not chosen.draws:
        return None
    return ensemble(chosen.undrawn, chosen.draws, chosen.posterior, like, progress).bands


def bands_of_pair(
    folder: Path, pair: Pair, asked: str | None, draws: int, progress: Callable[[int, int], None] | None
) -> Bands:
    """Bands for the mirror gap of two states of a saved run.

    Args:
        folder: of the run.
        pair: the states and the good.
        asked: folder of the posterior; the one that ships with the run's world by default.
        draws: how many are run.
        progress: called after each draw.

    Raises:
        SimError: no run stands there, it has no such state or good, or no draw of that posterior.
    """
    results = Results.open(folder)
    pair.check(results)
    world = str(RunPair(results).scenario.get("world"))
    return mirror_bands(results, pair, load_posterior(asked, world), draws, progress)


def refuse_unwritable(folder: Path) -> None:
    """Says before a long run, not after it, that its results could not be written.

    Raises:
        SimError: no folder can be made or written there.
    """
    if reason := unwritable(folder):
        raise SimError(f"cannot write results to {folder}: {reason}")


def unwritable(folder: Path) -> str:
    """Why a folder cannot be made or written to; empty if it can. Tried out, and nothing is left behind."""
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            return ""
    except OSError as error:
        return error.strerror or str(error)


@contextmanager
def in_its_place(folder: Path) -> Iterator[Path]:
    """A scratch folder whose files move into ``folder`` once all are written; a fault leaves ``folder`` as it was.

    Raises:
        SimError: the folder cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder.parent) as scratch:
            yield Path(scratch)
            folder.mkdir(exist_ok=True)
            for path in Path(scratch).iterdir():
                shutil.move(path, folder / path.name)
    except OSError as error:
        raise SimError(f"cannot write to {folder}: {error.strerror or error}") from error
