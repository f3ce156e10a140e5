"""The figures of the page: which tab shows which, as a picture on the page and as files to keep."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.metrics.mirror_gap import Pair
from sim.report import plots
from sim.report.plots.style import DPI

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.plots.run_view import View
    from sim.simulation.results import Results

MIRROR = "mirror_gap"
# Tab -> figure -> what the page calls it.
TABS: dict[str, dict[str, str]] = {
    "Flows": {"flows_by_route": "By route", "flows_by_origin": "By origin", "who_replaced_whom": "Who replaced whom"},
    "Hubs": {"hub_reexports": "What goes through and what is recorded", "goods_by_hub": "Good by good"},
    "Prices": {"price_premium": "By good and brand"},
    "Ledgers": {"recorded_and_true": "Recorded and true", MIRROR: "Mirror gap of two states"},
}
# What a draw keeps the series of. The mirror gap is drawn without bands: there are too many pairs of states.
BANDED = tuple(name for names in TABS.values() for name in names if name != MIRROR)


@dataclass(frozen=True)
class Picture:
    """A figure that was drawn.

    Attributes:
        name: its name among the figures, with the states for a mirror gap.
        title: what it says, for those who cannot see it.
        svg: as an address that holds the picture itself.
        made: the figure, for PNG.
        table: what is behind it, for CSV.
    """

    name: str
    title: str
    svg: str
    made: plots.Picture
    table: pd.DataFrame

    def png(self) -> bytes:
        """The picture as the command line writes it."""
        held = io.BytesIO()
        self.made.savefig(held, format="png", dpi=DPI)
        return held.getvalue()

    def csv(self) -> bytes:
        """The table behind it."""
        text: str = self.table.to_csv(index=False)
        return text.encode()


def draw(view: View, name: str, pair: tuple[str, str] | None = None) -> Picture:
    """Draws a figure.

    Args:
        view: the pair of runs.
        name: of the figure.
        pair: exporter and importer, for the mirror gap.

    Raises:
        SimError: the two states of a mirror gap are the same.
    """
    view = view if name in BANDED else replace(view, bands=None)
    if name == MIRROR:
        assert pair is not None
        name = "_".join([name, *pair])
        made, table = plots.figure_of_pair(view, Pair(*pair))
    else:
        made, table = plots.figure(name, view)
    held = io.BytesIO()
    made.savefig(held, format="svg")
    address = "data:image/svg+xml;base64," + base64.b64encode(held.getvalue()).decode()
    said = " ".join(text.get_text() for gid in ("title", "subtitle") for text in made.texts if text.get_gid() == gid)
    return Picture(name, said.replace("\n", " "), address, made, table)


def usual_pair(view: View) -> tuple[str, str]:
    """The mirror gap that the page shows first.

    The coalition's largest seller to the target, and the hub to which its exports on record have grown most against
    the world without policies; the target where there is none.
    """
    sold = view.to_target[view.to_target["origin"].isin(view.coalition)].groupby("origin")["value_musd"].sum()
    target = view.policy.target
    exporter = str(sold.idxmax()) if len(sold) else next(state for state in view.states if state != target)
    assert view.baseline is not None
    now, usual = (_exports_to_hubs(view, run, exporter) for run in (view.policy, view.baseline))
    grown = (now / usual[usual > 0.0]).dropna()
    return exporter, str(grown.idxmax()) if len(grown) else target


def _exports_to_hubs(view: View, run: Results, exporter: str) -> pd.Series[float]:
    books = run.recorded
    hubs = [hub for hub in view.hubs if hub != exporter]
    wanted = (books["reporter"] == exporter) & (books["flow"] == "export") & books["partner"].isin(hubs)
    sums: pd.Series[float] = books[wanted].groupby("partner")["value_musd"].sum()
    return sums
