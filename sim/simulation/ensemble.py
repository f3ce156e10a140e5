"""Runs at draws of a posterior: how far apart the outputs of a run may lie, given what the customs figures say.

Every draw is a pair of runs, with the policies and without, in expected mode and with few rows: there is no luck to
average out, so what is left is what is not known of the parameters. Of each pair only what the caller names is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.rules.user_rules import refuse_unshared
from sim.simulation.comparison import compare
from sim.simulation.intervals import Bands
from sim.simulation.results import Results

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.scenario import Agents
    from sim.simulation.posterior import Posterior
    from sim.simulation.simulation import Case

# Draws that are run unless the user says otherwise; the ends of a 90 % band then rest on the second and the third
# lowest and highest. Rows as in the calibration.
DRAWS, EXPORTERS, INTERMEDIARIES = 24, 1500, 330
# From a run and its counterfactual, both condensed, to what is kept of them, by figure, series, period and column.
Outputs = Callable[[Results, Results | None], "pd.Series[float]"]


@dataclass(frozen=True, eq=False)
class Ensemble:
    """What draws of a posterior do to the series behind the figures.

    Attributes:
        samples: rows by figure, series, period and column (see :mod:`sim.simulation.intervals`), one column per draw,
            by its number.
        record: which posterior and draws, and how they were run.

    Example:
        >>> import sim
        >>> few = sim.load("reference").with_changes(months={"last": "2021-06"}, agents={"exporters": 400})
        >>> spread = sim.ensemble(few, draws=2, progress=False)
        >>> spread.samples.shape[1]
        2
    """

    samples: pd.DataFrame
    record: dict[str, Any]

    @property
    def bands(self) -> Bands:
        """Medians and 90 % bands over the draws."""
        return Bands.over(self.samples, self.record)

    def __repr__(self) -> str:
        return f"<Ensemble of {self.samples.shape[1]} draws of posterior {self.record['posterior']!r}>"


@dataclass(frozen=True)
class Draws:
    """A case to run at draws of a posterior.

    Attributes:
        case: a case without a draw (see :func:`few_rows`).
        posterior: where the draws are from.
        paired: whether the counterfactual of each is run as well.
    """

    case: Case
    posterior: Posterior
    paired: bool = True

    def runs(self, number: int) -> tuple[Results, Results | None]:
        """The run at a draw and its counterfactual, condensed."""
        case = self.case.with_posterior(number, self.posterior)
        if not self.paired:
            return case.run().condensed(), None
        pair = compare(case)
        return pair.policy.condensed(), pair.baseline.condensed()

    def outputs(self, numbers: Sequence[int], outputs: Outputs, workers: int = 1) -> Iterator[pd.Series[float]]:
        """What is kept of each draw, in their order.

        Args:
            numbers: of the draws.
            outputs: what is kept of the runs of a draw.
            workers: processes; 1 for none beside this one.

        Raises:
            SimError: workers could not import a rule of the case.
        """
        if workers > 1:
            refuse_unshared(self.case.rules)
        return _all(partial(_output, self, outputs), numbers, workers)


def _output(draws: Draws, outputs: Outputs, number: int) -> pd.Series[float]:
    return outputs(*draws.runs(number))


_at_hand: list[partial[pd.Series[float]]] = []  # what a worker does with a draw; it travels to each worker once


def _settle(work: partial[pd.Series[float]]) -> None:
    _at_hand[:] = [work]


def _do(draw: int) -> pd.Series[float]:
    return _at_hand[0](draw)


def _all(work: partial[pd.Series[float]], draws: Sequence[int], workers: int) -> Iterator[pd.Series[float]]:
    """The work at each draw, in their order."""
    if workers == 1 or len(draws) < 2:
        yield from map(work, draws)
        return
    workers = min(workers, len(draws))
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_settle, initargs=(work,)) as pool:
        jobs = [pool.submit(_do, draw) for draw in draws]
        try:
            yield from (job.result() for job in jobs)
        finally:
            for job in jobs:
                job.cancel()


def record_of_draws(posterior: Posterior, numbers: Sequence[int], agents: Agents) -> dict[str, Any]:
    """Which draws were run, and how."""
    return {
        "posterior": posterior.name, "digest": posterior.digest, "draws": len(numbers), "numbers": list(numbers),
        "mode": agents.mode, "exporters": agents.exporters, "intermediaries": agents.intermediaries,
    }  # fmt: skip


def few_rows(case: Case) -> Case:
    """The case in expected mode with no more rows than the calibration has."""
    agents = case.scenario.agents
    few = {
        "exporters": min(agents.exporters, EXPORTERS),
        "intermediaries": min(agents.intermediaries, INTERMEDIARIES),
    }
    return case.with_changes(agents={"mode": "expected", **few})
