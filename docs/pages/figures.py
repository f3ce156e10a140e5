"""Every figure: what it shows, the table behind it, and a small picture of the reference scenario."""

from __future__ import annotations

import io
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

import sim
from docs.pages.markdown import told
from sim.common.files import written_file
from sim.metrics.mirror_gap import Pair
from sim.report.plots import FIGURES, figure, figure_of_mechanism, figure_of_pair, mechanism, mirror_gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd
    from matplotlib.figure import Figure

    from sim.simulation.comparison import Comparison

    Drawn = tuple[Figure, pd.DataFrame]

IMAGES = Path(__file__).resolve().parents[1] / "images" / "figures"
DPI = 64
# A figure of a pair and of a mechanism need to be told which.
PAIR = Pair("EU27", "KGZ")
SHOWN = "red-line"
_HEAD = f"""\
# Figures

Every figure that `sim run` draws, `sim plot FOLDER` draws again, and `sim.report.plots.figure(NAME, pair)` returns
with the table behind it. Beside each PNG lies its table as CSV. With draws of a posterior a column that has a band
gets two more, `_low` and `_high` (5 % and 95 %). The pictures here: the reference scenario in expected mode at the
prior's centres, without bands.

Figures of studies (response curves, heat maps, tornadoes, Pareto fronts) are shown in [the answers of the shipped
studies](../studies-answers.md). [How to add a figure](../how-to/figure.md).

```python
import sim
from sim.report.plots import figure, save_all

case = sim.load("{SHOWN}", posterior="none").with_changes(agents={{"exporters": 600, "intermediaries": 60}})
pair = sim.compare(case)
made, behind = figure("flows_by_route", pair)  # a matplotlib figure, a pandas table
made.savefig("flows.svg")
save_all(pair, "figures", names=["price_premium"])  # a PNG and a CSV
```
"""


def reference() -> Comparison:
    """The run whose figures are shown."""
    return sim.compare(
        sim.load("reference", posterior="none").with_changes(agents={"mode": "expected", "exporters": 4000})
    )


def figures_page(pair: Comparison, images: Path | None = None) -> str:
    """The page, as Markdown.

    Args:
        pair: what the figures are drawn of; any comparison gives the same text.
        images: where to put the pictures; none by default.
    """
    parts = [_HEAD]
    for name, title, drawer, how in _listed():
        made, behind = drawer(pair)
        if images is not None:
            _write(made, images / f"{name}.png")
        columns = ", ".join(f"`{column}`" for column in behind.columns)
        parts += [f"## {name}", "", f"*{title}.* {told(how)}", ""]
        parts += [f"![{title}](../images/figures/{name}.png)", "", f"Columns of its table: {columns}.", ""]
    return "\n".join(parts).rstrip() + "\n"


def _listed() -> Iterator[tuple[str, str, Callable[[Comparison], Drawn], object]]:
    """Name, title, what draws it of a comparison, and the module that tells of it."""
    for name, kind in FIGURES.items():
        yield name, kind.title, partial(figure, name), sys.modules[kind.draw.__module__]
    yield (
        "mirror_gap",
        "One flow in two customs records (`sim mirror-gap`)",
        partial(figure_of_pair, pair=PAIR),
        mirror_gap,
    )
    yield "mechanism", "A scenario with its mechanism and without (`sim test-mechanism`)", _mechanism, mechanism


def _mechanism(_: Comparison) -> Drawn:
    small = {"exporters": 2700, "intermediaries": 60, "mode": "expected"}
    shown = sim.show_mechanism(sim.load(SHOWN, posterior="none").with_changes(agents=small))
    return figure_of_mechanism(shown)


def _write(made: Figure, path: Path) -> None:
    drawn = io.BytesIO()
    made.savefig(drawn, format="png", dpi=DPI)
    with written_file(path) as scratch:
        Image.open(drawn).quantize(128).save(scratch, format="png", optimize=True)
