"""A finding of a study: sentences, a table for the screen, a figure, and the data of each as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure

from sim.analysis.summaries import units_of
from sim.common.errors import SimError, nearest
from sim.common.files import written_file
from sim.common.package_data import version_of
from sim.report.plots import or_told, save_figure
from sim.report.plots.studies import About, tornado
from sim.report.plots.style import HEIGHT, drawn
from sim.report.table import Table

if TYPE_CHECKING:
    from sim.experiments.folder import StudyRuns

Drawn = Callable[[Figure], pd.DataFrame]
TALL = 7.2  # inches
_MOST_ROWS, _REASONS = 24, 3


@dataclass(frozen=True, eq=False)
class Finding:
    """One thing to tell.

    Attributes:
        name: of its files.
        title: above its table.
        table: its numbers.
        sentences: to quote.
        draw: draws it on an empty figure and returns the data behind it; None where a table says it all.
        height: of the figure, inches.
        told: whether the screen shows the table, too.
        brief: what the screen shows in its place, where it is too broad.
    """

    name: str
    title: str
    table: pd.DataFrame
    sentences: tuple[str, ...] = ()
    draw: Drawn | None = None
    height: float = HEIGHT
    told: bool = True
    brief: pd.DataFrame | None = None

    def on_screen(self) -> list[str | Table]:
        """Sentences and table, as the command line shows them."""
        return [
            *self.sentences,
            *([self.as_table(_MOST_ROWS, "--out keeps them all")] if self.told else []),
        ]

    def as_table(self, most: int = 0, rest: str = "") -> Table:
        """What is told of its numbers, see :meth:`sim.report.table.Table.of_frame`."""
        return Table.of_frame(self.table if self.brief is None else self.brief, self.title, most=most, rest=rest)

    def save(self, folder: Path, failed: dict[str, str] | None = None) -> list[Path]:
        """Writes the figure with the data behind it as CSV or, where there is none, the table.

        Args:
            folder: where to; made if it is missing. Files of the same names are replaced.
            failed: is told if the figure could not be drawn, with the reason; the table is written in its place.
                Without it, that ends all.

        Raises:
            SimError: the folder cannot be written.
        """
        if self.draw is not None:
            with or_told(failed, self.name):
                return save_figure(folder, self.name, *drawn(self.draw, height=self.height))
        path = folder / f"{self.name}.csv"
        with written_file(path) as scratch:
            self.table.to_csv(scratch, index=False)
        return [path]


def setting_text(value: object) -> str:
    """A setting of a lever, as one writes it."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def points_of(study: StudyRuns) -> pd.DataFrame:
    """The runs of a study that are its points and did not fail.

    Raises:
        SimError: there is none.
    """
    runs = study.runs
    points: pd.DataFrame = runs[(runs["point"] >= 0) & (runs["status"] == "done")].reset_index(drop=True)
    if points.empty:
        raise SimError(f"the study “{study.title}” has no finished run yet; start its sweep again")
    return points


def left_out(study: StudyRuns) -> tuple[str, ...]:
    """What no number over the runs of a study has in it, in sentences: runs that failed or are not made yet."""
    failed = study.runs[study.runs["status"] != "done"]
    missing = study.planned - len(study.runs)
    found = []
    if len(failed):
        why = "; ".join(list(dict.fromkeys(failed["reason"]))[:_REASONS])
        found.append(f"{len(failed):,} of {len(study.runs):,} runs failed and are left out: {why}")
    if missing > 0:
        found.append(f"{missing:,} of {study.planned:,} runs are not made yet; if no sweep is at it, start it again")
    return tuple(found)


def setting_of(study: StudyRuns, given: Mapping[str, str], said: str) -> dict[str, object]:
    """A setting of the levers from text, as the table of runs has it.

    Args:
        study: whose levers.
        given: lever: value, as text.
        said: how the user wrote it, for messages.

    Raises:
        SimError: an unknown lever, one left out, or a value that was not run.
    """
    points = points_of(study)
    for name in given:
        if name not in study.levers:
            raise SimError(f"{said}: unknown lever '{name}'; {nearest(name, study.levers)}")
    found: dict[str, object] = {}
    for lever in study.levers:
        values = {setting_text(value): value for value in points[lever].unique()}
        if lever not in given:
            raise SimError(f"{said}: no value for the lever '{lever}'; expected one of: {', '.join(values)}")
        if given[lever] not in values:
            raise SimError(f"{said}: {lever} was not run at '{given[lever]}'; {nearest(given[lever], values)}")
        found[lever] = values[given[lever]]
    return found


def about(study: StudyRuns, points: pd.DataFrame) -> About:
    """The study in the footer of its figures."""
    worlds = len(points[units_of(points)].drop_duplicates())
    return About(study.title, len(study.runs), worlds, program())


def program() -> str:
    """Name and version of the program."""
    version = version_of()
    return f"sanctions-sim {version}" if version[:1].isdigit() else "sanctions-sim, from a checkout"


def bars_of(bars: pd.DataFrame, texts: tuple[str, str], said: About) -> Drawn:
    """Draws a tornado with its title and subtitle."""
    return lambda figure: tornado.draw(figure, bars, *texts, said)
