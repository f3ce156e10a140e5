"""Months that customs offices have published, beside the simulated records that they are compared with.

Which series stands for which simulated flow is said by ``calibration/figures/target_series.csv``, and the months are
those of ``customs_monthly.csv`` (see ``calibration/figures/README.md``) and of a user's file (:mod:`.newer_months`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from sim.common.csv_rows import csv_records, csv_rows
from sim.common.errors import SimError
from sim.common.months import parse_month
from sim.common.package_data import shipped
from sim.metrics.customs_series import EURO, FIGURES, dollars_per_euro
from sim.simulation.tables import re_exports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.common.arrays import Floats
    from sim.simulation.tables import RunArrays
    from sim.world import World

TABLE, MONTHS = "target_series.csv", "customs_monthly.csv"
EVERYBODY, EVERYTHING = "all", "all"
FLOWS = ("export", "re-export", "import")
KEY = ("reporter", "flow", "exporter", "importer", "good")


class Flow(NamedTuple):
    """What one side has on record of a trade.

    Attributes:
        reporter: state whose office it is; ``all`` for all offices.
        flow: of :data:`FLOWS`, joined by ``+``.
        partner: the other state.
        good: code of a good, or ``all``.
    """

    reporter: str
    flow: str
    partner: str
    good: str

    def title(self, names: dict[str, str]) -> str:
        """In words, with the names of states and goods."""
        office, partner = (names.get(code, code) for code in (self.reporter, self.partner))
        office = "All offices" if self.reporter == EVERYBODY else office
        sold = f"{office} from {partner}" if self.flow == "import" else f"{office} to {partner}"
        return sold if self.good == EVERYTHING else f"{sold}, {names.get(self.good, self.good)}"


@dataclass(frozen=True, eq=False)
class PublishedSeries:
    """A series that an office publishes month by month.

    Attributes:
        name: id of the series.
        flow: the simulated record that it stands for.
        key: reporter, flow, exporter, importer and good, as the table of figures has them.
        lag: months between the end of a month and its publication.
        musd: by month, ``YYYY-MM``; without a gap.
        lines: line of the shipped table by month.
        source: who published it.
    """

    name: str
    flow: Flow
    key: tuple[str, ...]
    lag: int
    musd: pd.Series[float]
    lines: dict[str, int]
    source: str

    def known(self, by: str | None) -> pd.Series[float]:
        """The months that were published by the end of a month; all where there is none."""
        if by is None:
            return self.musd
        last = parse_month(by) - self.lag
        return self.musd[[parse_month(month) <= last for month in self.musd.index]]


def published_series(world: World) -> tuple[PublishedSeries, ...]:
    """Every monthly series whose states are in a world, each once.

    Raises:
        SimError: there is none.
    """
    known = {*world.states, EVERYBODY}
    found: dict[Flow, PublishedSeries] = {}
    for row in csv_records(shipped(FIGURES) / TABLE):
        flow = Flow(row["reporter"], row["flow"], row["partner"], row["good"])
        # Figures of all goods say nothing of a world of some.
        goods = {*world.goods, EVERYTHING} if world.covers_all_trade else set(world.goods)
        inside = {flow.reporter, flow.partner} <= known and flow.good in goods
        if f"{row['file']}.csv" == MONTHS and inside and flow not in found:
            key = tuple(row[f"where_{name}"] for name in KEY)
            months = _months()
            own = months[(months[list(KEY)] == list(key)).all(axis=1)].set_index("period").sort_index()
            lines = {str(month): int(line) for month, line in own["line"].items()}
            who = own["source"].iloc[-1]
            found[flow] = PublishedSeries(row["id"], flow, key, lag_of(flow, world), own["musd"], lines, who)
    if not found:
        raise SimError(f"no office of world '{world.title}' has a monthly series in calibration/figures/{TABLE}")
    return tuple(found.values())


def lag_of(flow: Flow, world: World) -> int:
    """Months until a flow is published; what all offices say together, by the slowest that publishes by the month."""
    if flow.reporter != EVERYBODY:
        return int(world.publication_lag[world.states.index(flow.reporter)])
    monthly = [lag for lag, until in zip(world.publication_lag, world.publishes_until, strict=True) if until is None]
    return int(np.max(monthly))


@lru_cache(maxsize=1)
def _months() -> pd.DataFrame:
    """The shipped table with ``line`` (in the file) and ``musd``."""
    path = shipped(FIGURES) / MONTHS
    rows = csv_rows(path)
    _, header = next(rows)
    lines, cells = zip(*rows, strict=True)
    table = pd.DataFrame(list(cells), columns=header).assign(line=lines)
    return table.assign(musd=in_dollars(table["value"].astype(float), table["unit"], table["period"]))


def in_dollars(value: pd.Series[float], unit: pd.Series[str], period: pd.Series[str]) -> pd.Series[float]:
    """Million USD; NaN where the rate of a month is not known."""
    rates = period.map(dollars_per_euro(shipped(FIGURES)))
    return value * rates.where(unit == EURO, 1.0)


def recorded(run: RunArrays, flows: Sequence[Flow]) -> Floats:
    """What simulated offices have on record of flows, musd of the month: [flow, month]."""
    world, record = run.world, run.record
    by_flow = dict(zip(FLOWS, (record.exports, re_exports(run), record.imports.transpose(0, 2, 1, 3)), strict=True))
    found = np.zeros((len(flows), len(record.exports)))
    for place, one in enumerate(flows):
        offices = slice(None) if one.reporter == EVERYBODY else [world.states.index(one.reporter)]
        goods = slice(None) if one.good == EVERYTHING else list(world.good_positions([one.good]))
        for name in one.flow.split("+"):
            found[place] += by_flow[name][:, offices][:, :, world.states.index(one.partner)][..., goods].sum(
                axis=(1, 2)
            )
    return found
