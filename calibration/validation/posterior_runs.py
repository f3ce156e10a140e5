"""A posterior as it lies on disk, and the model run at its draws: what bands over time and forecasts are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sim
from calibration.inference.likelihood import Evidence
from calibration.inference.posterior_fit import with_errors
from calibration.inference.problem import GROUPS, Blocks, ModelRuns, blocks_of, group_of, middles
from calibration.inference.runs import digest_of, runs_at
from calibration.targets.priors import Prior, case_at
from calibration.targets.published_series import Series, monthly_of
from calibration.targets.run_cells import ARRAYS
from calibration.targets.simulated_targets import Floats, ledgers_of, simulated
from calibration.targets.targets import Target, WorldCodes

DRAWS, DISCREPANCY, RECORD = "draws.csv", "discrepancy.csv", "record.json"
LAST = "2024-12"
# So that a month without a flow has a logarithm, musd; as a target that finds nothing.
_LEAST = 1e-6


@dataclass(frozen=True, eq=False)
class Draws:
    """A posterior's draws.

    Attributes:
        names: parameters.
        values: draws x parameters, each in its unit.
        discrepancy: of the model by group, draws x groups, log points.
        record: what made the posterior.
    """

    names: tuple[str, ...]
    values: Floats
    discrepancy: Floats
    record: dict[str, Any]

    def first(self, count: int) -> Draws:
        """So many of the draws, evenly from the first to the last; all where there are no more."""
        if count >= len(self.values):
            return self
        kept = np.linspace(0, len(self.values) - 1, count).round().astype(int)
        return replace(self, values=self.values[kept], discrepancy=self.discrepancy[kept])


def read_draws(folder: Path, priors: Sequence[Prior]) -> Draws:
    """Reads a posterior's folder.

    Args:
        folder: holds draws.csv, record.json and discrepancy.csv. Without the last every draw has the medians that the
            record states.
        priors: the free parameters; columns of other names are no parameters and are passed over.

    Raises:
        SimError: a file is missing or cannot be read, or the draws are of none of the parameters.
    """
    try:
        table = pd.read_csv(folder / DRAWS)
        record: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        spread = pd.read_csv(folder / DISCREPANCY) if (folder / DISCREPANCY).exists() else None
    except (OSError, ValueError) as error:
        raise sim.SimError(
            f"{folder} holds no posterior that can be read ({error}); make one: make calibrate"
        ) from error
    table = table.rename(columns={one: sim.address_of(one) for one in table.columns if ":" in one})
    columns = {prior.name: prior.address for prior in priors if prior.address in table}
    if not columns:
        raise sim.SimError(f"{folder / DRAWS}: none of its columns is a free parameter")
    names, values = tuple(columns), table[list(columns.values())].to_numpy(dtype=float)
    if not np.isfinite(values).all():
        raise sim.SimError(f"{folder / DRAWS}: a draw is not a number")
    if spread is None:
        spread = pd.DataFrame({name: np.full(len(table), m) for name, m in record["discrepancy_median"].items()})
    if not set(GROUPS) <= set(spread.columns) or len(spread) != len(table):
        raise sim.SimError(f"{folder} was made with other groups of discrepancy; make it anew: make calibrate")
    return Draws(names, values, spread[list(GROUPS)].to_numpy(dtype=float), record)


@dataclass(frozen=True, eq=False)
class AtValues:
    """The model at values of its parameters: targets and series of one run, side by side; picklable."""

    model: ModelRuns
    names: tuple[str, ...]
    series: tuple[Series, ...]

    def __call__(self, values: Floats) -> Floats:
        """[point] x (targets, then series by month): logs."""
        return np.stack([self._one(row) for row in values])

    def _one(self, row: Floats) -> Floats:
        chosen = dict(zip(self.names, row, strict=True))
        run = case_at(self.model.case(), chosen, self.model.priors).run(kept=ARRAYS)
        months = np.log(np.maximum(monthly_of(ledgers_of(run, with_true=False), self.series), _LEAST))
        return np.concatenate([simulated(run, self.model.targets), months.ravel()])

    def digest(self) -> str:
        """Of all that its results depend on, beside the values."""
        return digest_of(self.model.digest(), repr(self.names), repr([one.key for one in self.series]))


@dataclass(frozen=True, eq=False)
class Outlook:
    """The model at the draws of a posterior.

    Attributes:
        targets: rows that were read off each run.
        series: flows that were, too.
        months: of the runs.
        found: what each run says to each target, logs: [draw, target].
        monthly: musd of the month: [draw, series, month].
        draws: the posterior's.
    """

    targets: tuple[Target, ...]
    series: tuple[Series, ...]
    months: tuple[str, ...]
    found: Floats
    monthly: Floats
    draws: Draws


def outlook(model: ModelRuns, draws: Draws, series: Sequence[Series], folder: Path, processes: int = 2) -> Outlook:
    """Runs the model at the draws, each distinct one once.

    Args:
        model: the case, its free parameters and the rows to read off.
        draws: a posterior's.
        series: flows to read off by month.
        folder: where runs are kept, and found again.
        processes: runs at the same time.
    """
    runs = AtValues(model, draws.names, tuple(series))
    points, place = np.unique(draws.values, axis=0, return_inverse=True)
    digest = runs.digest()
    found = runs_at(points, runs, folder / digest_of(digest, points.tobytes().hex())[:12], digest, processes)
    found = found[place.ravel()]
    months = tuple(f"{m // 12:04d}-{m % 12 + 1:02d}" for m in model.case().scenario.months.range())
    cut = len(model.targets)
    monthly = np.exp(found[:, cut:]).reshape(len(found), len(runs.series), len(months))
    return Outlook(model.targets, runs.series, months, found[:, :cut], monthly, draws)


def errors_for(targets: Sequence[Target], codes: WorldCodes, target: str) -> Evidence:
    """Which rows share which errors, for forecasts; the figures themselves are left blank.

    A likelihood of a blank is not a number, so that nobody can fit what is judged by way of this.

    Args:
        targets: rows of any role.
        codes: what the world knows.
        target: code of the sanctioned state.
    """
    keys = [(row.ledger, row.reporter, row.flow, row.partner, row.good, row.brand, row.measure) for row in targets]
    known = list(dict.fromkeys(keys))
    blank = np.full(len(targets), np.nan)
    return Evidence(
        tuple(row.id for row in targets), blank, blank, np.array([row.sd for row in targets], dtype=float),
        np.array([GROUPS.index(group_of(row, codes, target)) for row in targets], dtype=int),
        np.array([known.index(key) for key in keys], dtype=int), GROUPS, middles(targets),
    )  # fmt: skip


def published_like(found: Floats, shape: Evidence, discrepancy: Floats, seed: int, repeats: int = 10) -> Floats:
    """What offices would publish at each draw: the model's figure with discrepancy and measurement error on top.

    Args:
        found: [draw, row] logs.
        shape: from :func:`errors_for`.
        discrepancy: [draw, group].
        seed: of the errors.
        repeats: errors per draw.

    Returns:
        [draw x repeats, row] logs.
    """
    rng = np.random.default_rng(seed)
    return np.concatenate([with_errors(found, shape, discrepancy, rng) for _ in range(repeats)])


def blocks_for(record: dict[str, Any], last: str = LAST) -> Blocks:
    """The size that a posterior was fitted at, to a later month."""
    return blocks_of(int(record.get("exporters", 1500)), int(record.get("intermediaries", 330)), last)
