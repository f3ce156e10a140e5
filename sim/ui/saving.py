"""How the results of a command come to stand on disk: whole or not at all, and over nothing of the owner's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.common.files import refuse_unwritable, written_folder
from sim.experiments.provenance import makers_of_case
from sim.report import plots
from sim.report.explanation_tables import explanation_text
from sim.report.plots.paper import Paper
from sim.report.plots.run_view import View, look
from sim.report.plots.style import SCREEN
from sim.report.summary import refuse_summaries
from sim.simulation.comparison import Comparison
from sim.simulation.intervals import FILE, Bands
from sim.simulation.results import Results
from sim.simulation.run_folder import added_to, refuse_to_replace
from sim.simulation.run_record import BANDS, BASELINE, RECORD, SCENARIO, TABLES, run_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.analysis.explain import Explanation
    from sim.analysis.forecast_paths import Forecast
    from sim.analysis.mechanism_test import Shown
    from sim.metrics.mirror_gap import Pair
    from sim.report.finding import Finding
    from sim.simulation.simulation import Case

FIGURES = "figures"
EXPLANATION_FILES = ("explanation.md", "clauses.csv", "actors.csv")


@dataclass(frozen=True)
class Saved:
    """What was written.

    Attributes:
        folder: where to.
        usual: folder of the counterfactual, if there is one.
        files: those written into the folder, where that is not a run's.
        failed: figures that could not be drawn, each with the reason; all else stands.
    """

    folder: Path
    usual: Path | None = None
    files: tuple[Path, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunOutput:
    """Where and how a run is saved.

    Attributes:
        out: folder that the run's folder is written into.
        figures: names of the figures to draw, all by default.
        force: whether what is in the way is replaced.
        summaries: files that the tables of the screen are left in, too.
    """

    out: Path
    figures: Sequence[str] | None = None
    force: bool = False
    summaries: Sequence[Path] = ()

    def refuse_in_vain(self, case: Case, *, pair: bool, bands: bool) -> None:
        """Says before the runs, not after them, that they could not be saved.

        Args:
            case: what will run.
            pair: whether its counterfactual will run, too.
            bands: whether draws of a posterior will.

        Raises:
            SimError: no folder can be written, or files are in the way.
        """
        refuse_unwritable(self.out)
        refuse_summaries(self.summaries, force=self.force)
        if self.force:
            return
        code = sorted({one.file for one in case.scenario.code.values()})
        tables = [RECORD, SCENARIO, *code, *(f"{name}.parquet" for name in TABLES)]
        names = plots.FIGURES if self.figures is None else self.figures
        more = [f"{FIGURES}/{name}.{kind}" for name in names for kind in ("png", "csv")] + [FILE] * bands
        both = [(case, [*tables, *more]), *([(case.without_policies(), tables)] if pair else [])]
        for one, files in both:
            refuse_to_replace(self.out / run_name(one.scenario.title, one.run_digest), files, code_of(one))

    def save(self, ran: Comparison | Results, case: Case, bands: Bands | None) -> Saved:
        """Saves a run with the figures and the bands that it has, and its counterfactual beside it.

        Args:
            ran: the run, or it and its counterfactual.
            case: what ran.
            bands: over draws of a posterior, if there are any.

        Raises:
            SimError: it cannot be written, or something is in the way.
        """
        policy, baseline = (ran.policy, ran.baseline) if isinstance(ran, Comparison) else (ran, None)
        usual = None
        if baseline is not None:
            baseline.record["code"] = code_of(case)
            usual = baseline.save(self.out, force=self.force)
            # So that the figures can be drawn again.
            policy.record[BASELINE] = usual.name
        policy.record["code"] = code_of(case)
        if bands is not None:
            policy.record[BANDS] = dict(bands.record)
        failed: dict[str, str] = {}

        def also(folder: Path) -> None:
            if bands is not None:
                bands.save(folder)
            if self.figures is None or self.figures:
                plots.save_all(look(ran, bands), folder / FIGURES, self.figures, failed)

        return Saved(policy.save(self.out, also, force=self.force), usual, failed=failed)


def code_of(case: Case) -> str:
    """Digest of the code that a case runs by: the program's, and that of rules replaced."""
    makers = makers_of_case(case)
    return hashlib.sha256(repr((makers["code"], makers["rules"])).encode()).hexdigest()[:32]


def opened(folder: Path, baseline: Path | None = None) -> View:
    """A saved run with its counterfactual and the bands that it was run with.

    Args:
        folder: of the run.
        baseline: folder of its counterfactual; the one recorded by default.

    Raises:
        SimError: no run stands there, or its counterfactual is gone.
    """
    results = Results.open(folder)
    if baseline is None and BASELINE in results.record:
        baseline = folder.resolve().parent / str(results.record[BASELINE])
    bands = Bands.open(folder, results.record.get(BANDS))
    return View(results, Results.open(baseline) if baseline else None, bands=bands)


def draw_again(
    folder: Path, baseline: Path | None, names: Sequence[str] | None = None, paper: Paper = SCREEN, *, force: bool
) -> Saved:
    """Draws the figures of a saved run again, with the bands that it was run with.

    Args:
        folder: of the run.
        baseline: folder of its counterfactual; the one recorded by default.
        names: which figures, all by default.
        paper: what they are for.
        force: whether figures that were changed since are replaced.

    Raises:
        SimError: no run stands there, the figures cannot be written, or one that was named does not fit.
    """
    view, failed = opened(folder, baseline), dict[str, str]()
    with added_to(folder, force=force) as scratch:
        files = plots.save_all(view, scratch / FIGURES, names, failed, paper)
    return Saved(folder, files=tuple(folder / FIGURES / path.name for path in files), failed=failed)


def draw_pair(results: Results, pair: Pair, place: Path | None, bands: Bands | None, *, force: bool) -> Saved:
    """Draws the mirror gap of two states of a saved run.

    Args:
        results: of a folder.
        pair: exporter, importer, and the good if not all.
        place: folder for picture and table, the run's figures by default.
        bands: where draws lie, if any were run.
        force: whether files that are in the way are replaced.

    Raises:
        SimError: the run has no such state or good, or the files cannot be written.
    """
    run, failed = results.source, dict[str, str]()
    with added_to(run, force=force) if place is None else written_folder(place, force=force) as scratch:
        into = scratch / FIGURES if place is None else scratch
        files: Sequence[Path] = ()
        with plots.or_told(failed, "mirror_gap"):
            files = plots.save_pair(View(results, bands=bands), pair, into)
    folder = run / FIGURES if place is None else place
    return Saved(folder, files=tuple(folder / path.name for path in files), failed=failed)


def save_explanation(told: Explanation, folder: Path, *, force: bool) -> None:
    """Writes an explanation as ``explanation.md`` and its tables as CSV.

    Raises:
        SimError: the folder cannot be written, or files are in the way.
    """
    with written_folder(folder, force=force) as scratch:
        words, clauses, actors = (scratch / name for name in EXPLANATION_FILES)
        words.write_text(explanation_text(told), encoding="utf-8")
        told.clauses.to_csv(clauses, index=False)
        told.actors.to_csv(actors, index=False)


def _saved(save: Callable[[Path, dict[str, str]], list[Path]], folder: Path, *, force: bool) -> Saved:
    """Lets a figure and its tables be written into a folder, all or none."""
    failed: dict[str, str] = {}
    with written_folder(folder, force=force) as scratch:
        files = save(scratch, failed)
    return Saved(folder, files=tuple(folder / path.name for path in files), failed=failed)


def save_mechanism(shown: Shown, folder: Path, *, force: bool) -> Saved:
    """Writes what a mechanism does: the figure and its tables.

    Raises:
        SimError: the folder cannot be written, or files are in the way.
    """
    return _saved(partial(plots.save_mechanism, shown), folder, force=force)


def save_forecast(made: Forecast, folder: Path, *, force: bool) -> Saved:
    """Writes a forecast: fan charts, and the table by month and pair.

    Raises:
        SimError: the folder cannot be written, or files are in the way.
    """
    return _saved(partial(plots.save_forecast, made), folder, force=force)


def save_findings(found: Sequence[Finding], folder: Path, *, force: bool) -> Saved:
    """Writes findings: tables, figures, and the data behind them.

    Raises:
        SimError: the folder cannot be written, or files are in the way.
    """
    failed: dict[str, str] = {}
    with written_folder(folder, force=force) as scratch:
        files = [path for one in found for path in one.save(scratch, failed)]
    return Saved(folder, files=tuple(folder / path.name for path in files), failed=failed)
