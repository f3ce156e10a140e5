"""The figures of a run or a comparison: one per file, listed here.

A new figure is one file with ``draw(source, figure)``, which returns the table behind what it drew, and one line below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd
from matplotlib.figure import Figure

from sim.common.errors import SimError, nearest
from sim.common.files import written_file
from sim.common.renamed import renamed
from sim.report.plots import (
    fan_chart,
    flow_diagram,
    flow_map,
    flows_by_origin,
    flows_by_route,
    goods_by_hub,
    hub_reexports,
    mechanism,
    mirror_gap,
    price_premium,
    recorded_and_true,
    simulated_and_customs,
    who_replaced_whom,
)
from sim.report.plots.paper import Paper
from sim.report.plots.run_view import look
from sim.report.plots.style import DPI, HEIGHT, SCREEN, Picture, drawn, own_style

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.analysis.forecast_paths import Forecast
    from sim.analysis.mechanism_test import Shown
    from sim.metrics.mirror_gap import Pair
    from sim.report.plots.run_view import Source

TALL = 7.2
_COLUMN, _BROAD = 85.0, 150.0  # mm
# What is written of a forecast and of a mechanism.
FORECAST_FILES = ("fan_chart.png", "fan_chart.csv", "forecast.csv")
MECHANISM_FILES = ("mechanism.png", "mechanism.csv", "expected_outcomes.csv")

__all__ = [
    "FIGURES", "FigureKind", "Picture", "figure", "figure_of_forecast",
    "figure_of_mechanism", "figure_of_pair",
    "or_told", "save_all", "save_figure", "save_forecast", "save_mechanism", "save_pair",
]  # fmt: skip


@dataclass(frozen=True)
class FigureKind:
    """One figure of the registry.

    Attributes:
        title: what it shows, in a few words.
        draw: draws it on an empty figure and returns the table behind it.
        needs: ``run`` if one run is enough, ``comparison`` if a counterfactual adds to it (it is drawn without, too).
        height: inches.
        narrowest: least width on paper, mm; what is narrower has no room for the letters of its panels.
    """

    title: str
    draw: Callable[[Source, Figure], pd.DataFrame]
    needs: Literal["run", "comparison"] = "run"
    height: float = HEIGHT
    narrowest: float = _BROAD


FIGURES: dict[str, FigureKind] = {
    "flows_by_origin": FigureKind(
        "Deliveries to the target by origin", flows_by_origin.draw, "comparison", narrowest=_COLUMN
    ),
    "flows_by_route": FigureKind(
        "Deliveries to the target by route", flows_by_route.draw, "comparison", narrowest=_COLUMN
    ),
    "who_replaced_whom": FigureKind("Suppliers lost and gained", who_replaced_whom.draw, "comparison", TALL),
    "flow_diagram": FigureKind("Origins and routes, before and after", flow_diagram.draw, "comparison", TALL),
    "flow_map": FigureKind("Origins and hubs on a map, before and after", flow_map.draw, "comparison"),
    "goods_by_hub": FigureKind("What goes through each hub, good by good", goods_by_hub.draw, "comparison", TALL),
    "price_premium": FigureKind("Market prices in the target", price_premium.draw, "run", TALL),
    "hub_reexports": FigureKind("Goods through the hubs, true and recorded", hub_reexports.draw, "run", TALL),
    "recorded_and_true": FigureKind("Exports as they were and as recorded", recorded_and_true.draw, "comparison", TALL),
    "simulated_and_customs": FigureKind(
        "Simulated and published customs figures", simulated_and_customs.draw, "run", TALL
    ),
}  # fmt: skip


def figure(name: str, source: Source, paper: Paper = SCREEN) -> tuple[Picture, pd.DataFrame]:
    """One figure and the table behind it.

    Args:
        name: its name in :data:`FIGURES`.
        source: a comparison, or one run.
        paper: what it is for.

    Raises:
        SimError: there is no figure of that name, or the paper is too narrow for it.
    """
    name = known_figure(name)
    kind = FIGURES[name]
    if not fits(name, paper):
        raise SimError(
            f"{name} takes {kind.narrowest:.0f}mm at least: its letters have no room on {paper.width_mm:.0f}mm"
        )
    return drawn(partial(kind.draw, look(source)), kind.height, paper)


def known_figure(name: str) -> str:
    """Today's name of a figure.

    Raises:
        SimError: there is no figure of that name.
    """
    name = renamed("figure", name)
    if name not in FIGURES:
        raise SimError(f"unknown figure '{name}'; {nearest(name, FIGURES)}")
    return name


def fits(name: str, paper: Paper) -> bool:
    """Whether paper is wide enough for a figure."""
    return paper.width_mm >= FIGURES[name].narrowest


def save_all(
    source: Source,
    folder: str | Path,
    names: Iterable[str] | None = None,
    failed: dict[str, str] | None = None,
    paper: Paper = SCREEN,
) -> list[Path]:
    """Writes figures, as PNG unless asked otherwise, each with the table behind it as CSV, whole or not at all.

    Args:
        source: a comparison, or one run.
        folder: where to; made if it is missing. Files of the same names are replaced.
        names: which figures; all that the paper is wide enough for by default.
        failed: is told the figures that could not be drawn, each with the reason; without it, the first ends all.
        paper: what they are for.

    Returns:
        The files written, ``<name>.png`` and ``<name>.csv``, in the order of the registry.

    Raises:
        SimError: the folder cannot be written, or there is no figure of that name.
    """
    view = look(source)
    written = []
    for name in [one for one in FIGURES if fits(one, paper)] if names is None else names:
        with or_told(failed, name):
            written += save_figure(folder, name, *figure(name, view, paper), paper)
    return written


@contextmanager
def or_told(failed: dict[str, str] | None, name: str) -> Iterator[None]:
    """Lets an error in a figure go by if somebody is told of it: what it shows is not lost with it.

    Args:
        failed: is told the reason, by name; without it, the error is raised.
        name: of the figure.
    """
    try:
        yield
    except SimError:  # no figure of that name, or no room for it
        raise
    except Exception as error:
        if failed is None:
            raise
        failed[name] = " ".join(f"{type(error).__name__}: {error}".split())


def figure_of_mechanism(shown: Shown) -> tuple[Picture, pd.DataFrame]:
    """What a scenario's mechanism does, look by look, and the months behind it."""
    with own_style():
        return drawn(partial(mechanism.draw, shown), height=mechanism.height_of(shown))


def figure_of_forecast(forecast: Forecast) -> tuple[Picture, pd.DataFrame]:
    """Published series, where their months to come lie and what came, and the table behind it."""
    return drawn(partial(fan_chart.draw, forecast), height=fan_chart.height_of(forecast))


def save_forecast(forecast: Forecast, folder: str | Path, failed: dict[str, str] | None = None) -> list[Path]:
    """Writes the fan charts of a forecast as PNG, the months behind them and the table by month and pair as CSV.

    Args:
        forecast: the forecast.
        folder: where to; made if it is missing. Files of the same names are replaced.
        failed: is told if the figure could not be drawn, with the reason; without it, that ends all.

    Returns:
        The files written: ``fan_chart.png``, ``fan_chart.csv``, ``forecast.csv``.

    Raises:
        SimError: the folder cannot be written.
    """
    table = forecast.table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    return _saved(folder, FORECAST_FILES, lambda: figure_of_forecast(forecast), table, failed)


def save_mechanism(shown: Shown, folder: str | Path, failed: dict[str, str] | None = None) -> list[Path]:
    """Writes the figure of a scenario's mechanism as PNG, the months behind it and the table of its outcomes as CSV.

    Args:
        shown: the scenario, run with its mechanism and without.
        folder: where to; made if it is missing. Files of the same names are replaced.
        failed: is told if the figure could not be drawn, with the reason; without it, that ends all.

    Returns:
        The files written: ``mechanism.png``, ``mechanism.csv``, ``expected_outcomes.csv``.

    Raises:
        SimError: the folder cannot be written.

    Example:
        >>> import sim, tempfile
        >>> seen = sim.show_mechanism(sim.load("red-line"), progress=False)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     [path.name for path in sim.save_mechanism(seen, folder)]
        ['mechanism.png', 'mechanism.csv', 'expected_outcomes.csv']
    """
    table = shown.table.to_csv(index=False)
    return _saved(folder, MECHANISM_FILES, lambda: figure_of_mechanism(shown), table, failed)


def _saved(
    folder: str | Path, files: tuple[str, ...], draw: Callable[[], tuple[Figure, pd.DataFrame]], table: str,
    failed: dict[str, str] | None,
) -> list[Path]:  # fmt: skip
    """Writes a figure with the table behind it, and a table beside them that stands though it could not be drawn."""
    name, beside = Path(files[0]).stem, Path(folder) / files[-1]
    written = []
    with or_told(failed, name):
        written = save_figure(folder, name, *draw())
    with written_file(beside) as scratch:
        Path(scratch).write_text(table, encoding="utf-8", newline="")
    return [*written, beside]


def figure_of_pair(source: Source, pair: Pair) -> tuple[Picture, pd.DataFrame]:
    """The mirror gap of a pair of states, and the table behind it; see :mod:`sim.metrics.mirror_gap`.

    Args:
        source: a comparison, of which the run with the policies is shown, or one run.
        pair: exporter, importer, and a good if not all.

    Raises:
        SimError: a state or good that the run does not have, or a state with itself.
    """
    return drawn(partial(mirror_gap.draw, source, pair=pair), height=TALL)


def save_pair(source: Source, pair: Pair, folder: str | Path) -> tuple[Path, Path]:
    """Writes the mirror gap of a pair as ``mirror_<exporter>_<importer>[_<good>]``, picture and table.

    Raises:
        SimError: the folder cannot be written, or the pair is faulty.
    """
    stem = "_".join(["mirror", pair.exporter, pair.importer, *([pair.good] if pair.good else [])])
    picture, table = save_figure(folder, stem, *figure_of_pair(source, pair))
    return picture, table


def save_figure(folder: str | Path, name: str, made: Figure, table: pd.DataFrame, paper: Paper = SCREEN) -> list[Path]:
    """Writes a figure and the table behind it as ``<name>.png``, or in another format, and ``<name>.csv``.

    What a plain figure does not say stands in ``<name>.txt``, for its caption.

    Raises:
        SimError: the folder cannot be written.
    """
    picture, behind = (Path(folder) / f"{name}.{kind}" for kind in (paper.format, "csv"))
    undated = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(paper.format)
    with written_file(picture) as scratch:
        made.savefig(scratch, format=paper.format, dpi=DPI / paper.scale, metadata=undated)
    with written_file(behind) as scratch:
        table.to_csv(scratch, index=False)
    if not (isinstance(made, Picture) and made.plain):
        return [picture, behind]
    words = Path(folder) / f"{name}.txt"
    with written_file(words) as scratch:
        scratch.write_text(f"{made.caption}\n", encoding="utf-8")
    return [picture, behind, words]
