"""Published customs series beside the simulated flows they stand for, month by month or year by year.

Targets ask for growth over spans; a reader wants to see the months. A series is compared as its targets are: growth on
the same months of the base year, put on that year's mean at the season of the series (as published where no season is
known). So the level at which an office records (another month's exchange rate, goods it leaves out) does not look like
a miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import sim
from calibration.targets.build_targets import BASE_YEAR, HELD_OUT, SERIES, STATEMENTS, error_of, record_of, usual_level
from calibration.targets.simulated_targets import Floats, Ledgers, good_places
from calibration.targets.targets import FLOWS, Target

MONTHLY, YEARLY = "M", "A"
# Where to look for words about a flow that no office publishes by month.
_SAID = ("level",)


@dataclass(frozen=True, eq=False)
class Series:
    """A published flow.

    Attributes:
        id: name, unique.
        reporter, flow, partner, good: the simulated flow, as in a target; ``all`` for a sum.
        freq: ``M`` or ``A``.
        musd: published value by period; empty where only words speak of the flow.
        sd: measurement error by period, log points.
        source: where from.
        base_year: year that is met by construction.
    """

    id: str
    reporter: str
    flow: str
    partner: str
    good: str
    freq: str
    musd: pd.Series[float]
    sd: pd.Series[float]
    source: str
    base_year: str = BASE_YEAR

    @property
    def title(self) -> str:
        """The flow in words."""
        verb = "imports from" if self.flow == "import" else "to"
        good = "" if self.good == "all" else f", {self.good.replace('_', ' ')}"
        office = "all" if self.reporter == "all" else self.reporter
        return f"{office} {verb} {self.partner}{good if len(good) < 24 else ', machines'}"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Which simulated flow it is."""
        return self.reporter, self.flow, self.partner, self.good

    def target(self, period: str) -> Target:
        """The growth from the base year's same months to a period, as a row that no likelihood may take."""
        span = (period, period) if self.freq == MONTHLY else (f"{period}-01", f"{period}-12")
        base = (f"{self.base_year}{span[0][4:]}", f"{self.base_year}{span[1][4:]}")
        return Target(
            f"{self.id}-{period}", span, base, "recorded", *self.key, "all", "growth", 0.0, 0.0, 0.0, 0.0, "context",
            self.source, "", (),
        )  # fmt: skip


def published_series(path: Path = SERIES) -> tuple[Series, ...]:
    """Every flow that the targets compare with a customs series, at the finest frequency that is published.

    Args:
        path: table of the series; see ``figures/README.md``.
    """
    found: dict[tuple[str, str, str, str], Series] = {}
    for row in sim.csv_records(path):
        record = record_of(row)
        # Estimates on the year before only, of which no base year is known, have no place in a level.
        if BASE_YEAR not in record.index and f"{BASE_YEAR}-12" not in record.index:
            continue
        key = (row["reporter"], row["flow"], row["partner"], row["good"])
        freq = MONTHLY if len(record.index[-1]) > len(BASE_YEAR) else YEARLY
        if key in found and (found[key].freq == MONTHLY or freq == YEARLY):
            continue
        sd = [float(np.hypot(error_of(record.loc[[period]]), float(row["extra_sd"]))) for period in record.index]
        found[key] = Series(
            row["id"], *key, freq, record["musd"], pd.Series(sd, record.index), str(record["source"].iloc[-1])
        )  # fmt: skip
    return tuple(found.values())


def stated_flows(targets: Sequence[Target], known: Sequence[Series]) -> tuple[Series, ...]:
    """Flows that no office publishes by month and that words speak of: levels over some months.

    Args:
        targets: all rows, judged ones too.
        known: series that are there already.
    """
    keys = {one.key for one in known}
    found: dict[tuple[str, ...], Series] = {}
    empty: pd.Series[float] = pd.Series(dtype=float)
    for row in targets:
        key = (row.reporter, row.flow, row.partner, row.good)
        if row.measure in _SAID and row.ledger == "recorded" and key not in keys and key not in found:
            name = "-".join(part.lower() for part in (row.reporter, row.partner, row.good))
            found[key] = Series(name, *key, MONTHLY, empty, empty, STATEMENTS.name)
    return tuple(found.values())


def monthly_of(ledgers: Ledgers, series: Sequence[Series], coalition: Sequence[str] = ()) -> Floats:
    """What a run has on record of each series, musd of the month: [series, month].

    Args:
        ledgers: both ledgers of a run.
        series: flows.
        coalition: states that ``coalition`` stands for; those of the ledgers by default.
    """
    members = list(coalition or ledgers.coalition)

    def places(text: str, known: Sequence[str]) -> list[int]:
        if text == "all":
            return list(range(len(known)))
        return [known.index(code) for code in (members if text == "coalition" else text.split("+"))]

    months = range(len(ledgers.months))
    found = np.empty((len(series), len(months)))
    for row, one in enumerate(series):
        block = np.ix_(
            places(one.flow, FLOWS), months, places(one.reporter, ledgers.states), places(one.partner, ledgers.states),
            good_places(one.good, ledgers.goods, ledgers.groups),
        )  # fmt: skip
        found[row] = ledgers.recorded[block].sum(axis=(0, 2, 3, 4))
    return found


def on_published_base(one: Series, monthly: Floats, months: Sequence[str]) -> pd.DataFrame:
    """Simulated months of a series as growth on the same months of the base year, on the usual level of those.

    Args:
        one: a series with figures.
        monthly: [draw, month] musd of the run.
        months: names of the months.

    Returns:
        [draw] x period; periods without a published base are left out.
    """
    frame = pd.DataFrame(np.asarray(monthly), columns=list(months))
    if one.freq == YEARLY:
        frame = frame.T.groupby(lambda month: month[:4]).sum().T
    kept, values = [], []
    for period in frame.columns:
        base = one.base_year + period[4:]
        if base in one.musd.index and base in frame.columns:
            kept.append(period)
            values.append(frame[period].to_numpy() / frame[base].to_numpy() * usual_level(one.musd, [base])[0])
    return pd.DataFrame(dict(zip(kept, values, strict=True)))


def role_of(period: str, base_year: str = BASE_YEAR) -> str:
    """``base`` for the year that is met by construction, ``fit``, or ``judge`` for what is held out."""
    year = period[:4]
    return "judge" if year >= HELD_OUT else "base" if year <= base_year else "fit"
