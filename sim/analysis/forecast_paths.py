"""A forecast: what published months say of how far each series lies from the runs, carried on beside them.

How biases move: :mod:`.local_level`. A path is a draw of the parameters with a draw of what is not known of the biases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, ndtri

from sim.analysis.local_level import Bias, Dynamics, carry_on, fit_dynamics
from sim.common.accessors import Accessor
from sim.common.errors import SimError
from sim.common.months import MONTHS_PER_YEAR, format_month, parse_month
from sim.common.random_streams import FORECAST_ERROR, stream, uniforms
from sim.common.spread import FEWEST
from sim.metrics.published_months import EVERYTHING, Flow, PublishedSeries

if TYPE_CHECKING:
    from sim.common.arrays import Floats, Integers

# Paths in all; each draw has so many errors of its own that there are about as many.
_PATHS = 1_000
_LEAST_MUSD = 1e-6
_ENDS = {"low": 0.05, "median": 0.5, "high": 0.95}
# Months that a series may lag behind the newest one, beyond what its office takes longer, before that is worth a word.
_STALE = 3


@dataclass(frozen=True, eq=False)
class Forecast:
    """What published months and the model say of months to come.

    Attributes:
        title: of the scenario.
        other: title of the scenario beside it; None where there is none.
        names: names of states and goods by code.
        series: what offices publish; these flows come first.
        flows: all flows that are forecast.
        months: of the runs, ``YYYY-MM``.
        simulated: records of the runs, musd of the month: [scenario, draw, flow, month].
        published_by: what was published by the end of this month is assimilated; None for all.
        today: the month that it is, ``YYYY-MM``.
        seed: of the errors.
        record: which posterior and draws, and how they were run.

    Example:
        >>> import sim
        >>> few = sim.load("reference").with_changes(agents={"exporters": 1000, "intermediaries": 200})
        >>> ahead = sim.forecast(few, published_by="2023-06", to="2023-09", draws=2, progress=False)
        >>> ahead.table["month"].max()
        '2023-09'
    """

    title: str
    other: str | None
    names: dict[str, str]
    series: tuple[PublishedSeries, ...]
    flows: tuple[Flow, ...]
    months: tuple[str, ...]
    simulated: Floats
    published_by: str | None
    today: str
    seed: int
    record: dict[str, Any]
    plot = Accessor("Its figures: ``plot.<tab>`` lists them, ``plot.NAME()`` draws one.")

    def at(self, published_by: str | None) -> Forecast:
        """The same runs with what was published by the end of another month.

        Raises:
            SimError: too little was published by then, or nothing of the runs was left to come.
        """
        refuse(self.series, published_by, self.months[-1], self.today)
        return replace(self, published_by=published_by)

    @cached_property
    def known(self) -> tuple[pd.Series[float], ...]:
        """The months of each series that are assimilated, musd."""
        return tuple(one.known(self.published_by) for one in self.series)

    @property
    def part(self) -> str:
        """What lies between the ends of a band, in words."""
        draws = int(self.record["draws"])
        few = f" around {draws} draws, too few to show what is open of the parameters" if draws < FEWEST else ""
        return f"{'90 %' if draws >= FEWEST else 'the middle'} of the paths{few}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of the months that are assimilated: series that end early, months left aside."""
        ends = [known.index[-1] for known in self.known]
        newest, by = max(ends), self.published_by
        found = []
        if by is not None and by > (latest := max(_out(one, one.musd.index[-1]) for one in self.series)):
            found.append(f"published_by {by}: nothing on hand came out after {latest}; --figures takes newer months")
        if by is None and parse_month(self.today) - parse_month(newest) > MONTHS_PER_YEAR:
            found.append(f"it is {self.today}, the newest month on hand is {newest}; --figures takes newer ones")
        soonest, stale = min(one.lag for one in self.series), dict[str, list[str]]()
        for one, end in zip(self.series, ends, strict=True):
            if parse_month(newest) - parse_month(end) > _STALE + one.lag - soonest:
                stale.setdefault(end, []).append(one.flow.title(self.names))
        for end, titles in stale.items():
            behind = parse_month(newest) - parse_month(end)
            found.append(f"known to {end} only, and forecast {behind} months further ahead: {', '.join(titles)}")
        for one, end in zip(self.series, ends, strict=True):
            if late := [month for month in one.musd.index if month > end and month not in one.lines]:
                found.append(
                    f"of the newer months {', '.join(late)} of {one.flow.title(self.names)} came out after {by} "
                    f"(the office takes {one.lag} months): set beside the forecast, not assimilated"
                )
        return tuple(found)

    @cached_property
    def dynamics(self) -> Dynamics:
        """How the biases of all series move."""
        middle = np.log(np.maximum(self.simulated[0], _LEAST_MUSD)).mean(axis=0, keepdims=True)
        return fit_dynamics([
            Bias(months, logs[0]) for months, logs in (self._gaps(place, middle) for place in range(len(self.series)))
        ])  # fmt: skip

    @cached_property
    def paths(self) -> Floats:
        """Paths of the records, musd of the month: [scenario, path, flow, month]; what is published stands as it is.

        A path is a draw of the parameters with a draw of what is not known of the biases.
        """
        logs = np.log(np.maximum(self.simulated, _LEAST_MUSD))
        repeats = max(1, round(_PATHS / logs.shape[1]))
        found = np.repeat(logs, repeats, axis=1)
        for place in range(len(self.series)):
            self._assimilate(place, logs[0], found[:, :, place])
        for place in range(len(self.series), len(self.flows)):
            found[:, :, place] += self._unpublished(place, found.shape[1])
        paths: Floats = np.exp(found)
        self._share_out(paths)
        return paths

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per flow and month that was not published yet.

        Columns: month, reporter, flow, partner, good, name; ``simulated_musd`` (median of the runs as they are, before
        the bias of the series is laid over them, musd of the month); ``low``, ``median`` and ``high``, musd of a month
        (90 % of the paths lie between the ends); the same with ``other_`` and,
        in percent, with ``change_`` where another scenario stands beside it; ``published_musd`` where that came later.
        """
        pieces = []
        for place, flow in enumerate(self.flows):
            to_come = self._to_come(place)
            paths = self.paths[:, :, place, to_come]
            table = pd.DataFrame({"month": [self.months[month] for month in to_come]})
            table = table.assign(**flow._asdict(), name=flow.title(self.names))
            table["simulated_musd"] = np.median(self.simulated[0, :, place, to_come], axis=1)
            for prefix, values in self._shown(paths).items():
                ends = np.quantile(values, list(_ENDS.values()), axis=0)
                table = table.assign(**{f"{prefix}{name}": end for name, end in zip(_ENDS, ends, strict=True)})
            came = self.series[place].musd if place < len(self.series) else pd.Series(dtype=float)
            pieces.append(table.assign(published_musd=came.reindex(table["month"]).to_numpy(dtype=float)))
        return pd.concat(pieces, ignore_index=True)

    def _shown(self, paths: Floats) -> dict[str, Floats]:
        if self.other is None:
            return {"": paths[0]}
        return {"": paths[0], "other_": paths[1], "change_": 100.0 * (paths[1] / paths[0] - 1.0)}

    def _to_come(self, place: int) -> list[int]:
        """Months of the runs, as places, of which a flow is not known.

        Of a flow that nobody publishes, those after the last month that anybody has published.
        """
        own = self.known[place : place + 1] if place < len(self.series) else self.known
        last = max(known.index[-1] for known in own)
        return [at for at, month in enumerate(self.months) if month > last]

    def _gaps(self, place: int, logs: Floats) -> tuple[Integers, Floats]:
        """Months known of a series as numbers, and log published less simulated: [month], [draw, month].

        Months before the run have the same months of its first year: the world stands still before it.
        """
        first, known = parse_month(self.months[0]), self.known[place]
        months = np.array([parse_month(month) for month in known.index])
        year = len(self.months) >= MONTHS_PER_YEAR
        inside = (months <= parse_month(self.months[-1])) & ((months >= first) | year)
        months = months[inside]
        at = np.where(months >= first, months - first, (months - first) % MONTHS_PER_YEAR)
        return months, np.log(known.to_numpy(dtype=float)[inside]) - logs[:, place, at]

    def _assimilate(self, place: int, logs: Floats, found: Floats) -> None:
        """Lays the bias of a series over its paths: found [scenario, path, month], logs."""
        months, gaps = self._gaps(place, logs)
        to_come = self._to_come(place)
        first = parse_month(self.months[0])
        if to_come:
            ahead = np.array([first + month for month in to_come])
            carried = carry_on(self.dynamics, Bias(months, gaps.mean(axis=0)), ahead)
            paths, repeats = found.shape[1], found.shape[1] // len(gaps)
            chances = self._chances(place, paths, len(to_come) + 1)
            scale = np.sqrt(carried.rate / gammaincinv(carried.shape, chances[:, :1]))
            errors = scale * (ndtri(chances[:, 1:]) @ np.linalg.cholesky(carried.covariance).T)
            found[:, :, to_come] += np.repeat(gaps @ carried.weights.T, repeats, axis=0) + errors
        for month, value in self.known[place].items():
            if (at := parse_month(str(month)) - first) in range(len(self.months)):
                found[:, :, at] = np.log(value)

    @cached_property
    def _spread(self) -> float:
        """How far the published series have moved from the model since its first year, root mean square, log points.

        A flow that nobody publishes may have done so as well.
        """
        middle = np.log(np.maximum(self.simulated[0], _LEAST_MUSD)).mean(axis=0, keepdims=True)
        moved = []
        for place in range(len(self.series)):
            months, gaps = self._gaps(place, middle)
            base = months // MONTHS_PER_YEAR == parse_month(self.months[0]) // MONTHS_PER_YEAR
            if base.any():
                moved.append(gaps[0, -MONTHS_PER_YEAR:].mean() - gaps[0, base].mean())
        return float(np.sqrt(np.mean(np.square(moved)))) if moved else 0.0

    def _unpublished(self, place: int, paths: int) -> Floats:
        """The bias of a flow that nobody publishes, [path, 1] log points: one for all months."""
        moved: Floats = self._spread * ndtri(self._chances(place, paths, 1))
        return moved

    def _share_out(self, paths: Floats) -> None:
        """Goods add up to the flow of all goods: what the parts and the runs' other goods come to is scaled to it."""
        repeats = paths.shape[1] // self.simulated.shape[1]
        for place, whole in enumerate(self.flows):
            parts = [part for part, flow in enumerate(self.flows) if flow[:3] == whole[:3] and flow.good != EVERYTHING]
            if whole.good != EVERYTHING or not parts:
                continue
            rest = self.simulated[:, :, place] - self.simulated[:, :, parts].sum(axis=2)
            total = paths[:, :, parts].sum(axis=2) + np.repeat(np.maximum(rest, 0.0), repeats, axis=1)
            paths[:, :, parts] *= (paths[:, :, place] / np.maximum(total, _LEAST_MUSD))[:, :, None]

    def _chances(self, place: int, paths: int, each: int) -> Floats:
        return uniforms(stream(self.seed, FORECAST_ERROR, place), 0, paths * each).reshape(paths, each)

    def __repr__(self) -> str:
        return f"<Forecast of {len(self.flows)} flows under {self.title!r}, {self.months[-1]}>"


def _out(one: PublishedSeries, month: str) -> str:
    """When a month of a series comes out."""
    return format_month(parse_month(month) + one.lag)


def refuse(series: Sequence[PublishedSeries], published_by: str | None, to: str | None, today: str) -> None:
    """Says before the runs that there is nothing to forecast from, or nothing left to forecast.

    Raises:
        SimError: what is no month, one that is not over, too little that is known by then, or runs that end before it.
    """
    for name, text in (("published_by", published_by), ("to", to)):
        try:
            parse_month(text or "2021-01")
        except ValueError as error:
            raise SimError(f"{name}: {error}") from None
    if published_by is not None and published_by > today:
        raise SimError(
            f"published_by: {published_by} is in the future, it is {today}; nobody knows what is out by then"
        )
    if published_by is not None and to is not None and to < published_by:
        raise SimError(
            f"to: {to} lies before published_by, {published_by}; name a later month, or an earlier one there"
        )
    known = {one.name: one.known(published_by) for one in series}
    for name, months in known.items():
        if len(months) < MONTHS_PER_YEAR:
            raise SimError(
                f"by the end of {published_by} {len(months)} months of the series '{name}' had been published; a "
                f"forecast needs {MONTHS_PER_YEAR}"
            )
    if to is not None and to <= min(months.index[-1] for months in known.values()):
        raise SimError(f"every month to {to} is published already: forecast a later one")
