"""The figures of a run, a pair, a mechanism, a forecast or a study, by name: ``pair.plot.flows_by_route()``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sim.analysis.forecast_paths import Forecast
from sim.analysis.mechanism_test import Shown
from sim.common.errors import SimError, nearest
from sim.common.renamed import renamed
from sim.experiments.folder import StudyRuns
from sim.experiments.swept import Swept
from sim.metrics.mirror_gap import pair_called
from sim.report import html
from sim.report.plots import FIGURES, figure, figure_of_forecast, figure_of_mechanism, figure_of_pair
from sim.report.plots.paper import paper
from sim.report.plots.style import Picture, drawn
from sim.report.study_findings import summed_up
from sim.report.table import Column, Table
from sim.simulation.comparison import Comparison
from sim.simulation.results import Results

if TYPE_CHECKING:
    from collections.abc import Iterator

Drawn = Callable[..., Picture]
MIRROR, MECHANISM, RESPONSE, HEAT_MAP, FAN = "mirror_gap", "mechanism", "response", "heat_map", "fan_chart"


class Gallery:
    """The figures of one thing; each call draws one anew and returns it, with the table behind it as ``.table``.

    A picture is a matplotlib figure: ``picture.axes`` are its panels, ``picture.savefig(...)`` writes it. It needs no
    display, and is no figure of pyplot's, so a notebook shows it once. For paper, figures of runs take a width and
    leave out title and source: ``pair.plot.flows_by_route("89mm", plain=True).savefig("routes.pdf")``.

    Args:
        source: a run, a comparison, a mechanism shown, a forecast, or a study's runs.

    Attributes:
        titles: what each figure shows, by name.

    Example:
        >>> import sim
        >>> pair = sim.compare("classroom")
        >>> picture = pair.plot.flows_by_route()
        >>> picture.savefig("routes.png")  # doctest: +SKIP
        >>> sorted(picture.table.columns)[:2]
        ['month', 'route']
    """

    def __init__(self, source: object) -> None:
        found = _figures_of(source)
        self.titles = {name: title for name, (title, _) in found.items()}
        self._drawn = {name: draw for name, (_, draw) in found.items()}

    def __call__(self, name: str, *args: Any, **options: Any) -> Picture:
        """Draws the figure of a name.

        Raises:
            SimError: there is no figure of that name.
        """
        name = renamed("figure", name)
        if name not in self._drawn:
            raise SimError(f"unknown figure '{name}'; {nearest(name, self._drawn)}")
        return self._drawn[name](*args, **options)

    def __getattr__(self, name: str) -> Drawn:
        if name.startswith("_"):
            raise AttributeError(name)
        name = renamed("figure", name)
        if name not in self._drawn:
            raise AttributeError(f"unknown figure '{name}'; {nearest(name, self._drawn)}")
        return self._drawn[name]

    def __dir__(self) -> list[str]:
        return list(self._drawn)

    def __iter__(self) -> Iterator[str]:
        return iter(self._drawn)

    def __repr__(self) -> str:
        return f"<figures: {', '.join(self._drawn)}>"


def gallery_page(gallery: Gallery) -> str:
    """What a notebook shows of the figures of a thing: their names and what each shows."""
    rows = [(f"plot.{name}(...)", title) for name, title in gallery.titles.items()]
    return html.page(f"{len(rows)} figures", Table.of((Column("figure", strong=True), "what it shows"), rows))


def _figures_of(source: object) -> Mapping[str, tuple[str, Drawn]]:
    """Name: what it shows, and what draws it."""
    if isinstance(source, Comparison | Results):
        found: dict[str, tuple[str, Drawn]] = {
            name: (kind.title, partial(_of_run, name, source)) for name, kind in FIGURES.items()
        }
        said = "What two offices have on record of one flow: mirror_gap(exporter, importer, good)"
        return found | {MIRROR: (said, partial(_mirror, source))}
    if isinstance(source, Shown):
        return {MECHANISM: ("What the mechanism does, look by look", lambda: figure_of_mechanism(source)[0])}
    if isinstance(source, Forecast):
        return {FAN: ("What was known, where months to come lie, what came", lambda: figure_of_forecast(source)[0])}
    if isinstance(source, Swept | StudyRuns):
        runs = source if isinstance(source, StudyRuns) else source.as_kept()
        return {
            RESPONSE: ("How metrics move with a lever: response(metric, ...)", partial(_of_study, RESPONSE, runs)),
            HEAT_MAP: ("A metric at each pair of two levers: heat_map(metric)", partial(_of_study, HEAT_MAP, runs)),
        }
    raise TypeError(f"{type(source).__name__} has no figures")


def _of_run(
    name: str, source: Comparison | Results, width: str | float | None = None, *, plain: bool = False
) -> Picture:
    """A figure of a run, for the screen or, by its width such as ``89mm`` and without title and source, for paper."""
    return figure(name, source, paper(width, plain=plain))[0]


def _mirror(source: Comparison | Results, exporter: str, importer: str, good: str | None = None) -> Picture:
    results = source.policy if isinstance(source, Comparison) else source
    return figure_of_pair(source, pair_called(results, exporter, importer, good))[0]


def _of_study(name: str, runs: StudyRuns, *metrics: str) -> Picture:
    """The figure of a study, of all metrics by default.

    Raises:
        SimError: the study has no such metric, or levers of another kind than the figure needs.
    """
    for metric in metrics:
        if metric not in runs.metrics:
            raise SimError(f"unknown metric '{metric}'; {nearest(metric, runs.metrics)}")
    found = next((one for one in summed_up(runs, metrics) if one.name.startswith(name) and one.draw), None)
    if found is None or found.draw is None:
        needs = "one or two levers, one of them with numbers" if name == RESPONSE else "two levers"
        has = ", ".join(runs.levers) or "none"
        raise SimError(f"the figure '{name}' needs {needs}; the study “{runs.title}” has {has}")
    return drawn(found.draw, height=found.height)[0]
