"""What a calibration is about: the case that runs, the priors, the targets; and the model as a function of a point."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import sim
from calibration.inference.likelihood import Evidence
from calibration.targets.priors import Prior, case_at, load_priors, values_at
from calibration.targets.run_cells import ARRAYS
from calibration.targets.simulated_targets import observed, simulated
from calibration.targets.targets import (
    TARGETS,
    Target,
    WorldCodes,
    codes_of,
    load_targets,
    month_number,
    of_role,
)

CODE = Path(__file__).resolve().parents[2] / "sim"
# Rooms that a run never enters: what they say of runs may change without making one anew.
_APART = ("analysis", "experiments", "metrics", "report", "ui")
# Rows of any other role never enter a likelihood.
FIT = "fit"
Blocks = tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]


@dataclass(frozen=True)
class ModelRuns:
    """Runs the model at points; picklable, so that chunks of points can run in processes of their own.

    Attributes:
        scenario: file or name of the scenario.
        blocks: changes of it, such as agents and months.
        priors: the free parameters, fitted or not.
        targets: what is read off a run.
        allow_code: whether code that the scenario names may run.
    """

    scenario: str
    blocks: Blocks
    priors: tuple[Prior, ...]
    targets: tuple[Target, ...]
    allow_code: bool = False

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Simulated targets at points, log; points x targets."""
        case = self.case()
        names = [prior.name for prior in self.fitted]
        rows = values_at(self.fitted, points)
        return np.stack([self._one(case, dict(zip(names, row.tolist(), strict=True))) for row in rows])

    def _one(self, case: sim.Case, values: dict[str, float]) -> np.ndarray:
        try:
            return np.asarray(simulated(case_at(case, values, self.fitted).run(kept=ARRAYS), self.targets), dtype=float)
        except sim.SimError as error:
            at = ", ".join(f"{name} {value:g}" for name, value in values.items())
            raise sim.SimError(f"a run fails: {error} (at {at})") from error

    @property
    def fitted(self) -> tuple[Prior, ...]:
        """The parameters that a point has; the others stay at their centre, which is the scenario's own value."""
        return tuple(prior for prior in self.priors if prior.fitted)

    def case(self) -> sim.Case:
        """The case that runs, before a point's values are put in."""
        return _case(self.scenario, self.blocks, self.allow_code)

    def digest(self) -> str:
        """Of all that a simulated target depends on beside the point: code, scenario, world, priors, targets."""
        case = self.case()
        parts = [case.scenario.digest, case.world.digest, repr(self.priors), repr(self.targets)]
        parts += [one.digest for one in case.code.values()]
        own = [path for path in CODE.rglob("*.py") if path.relative_to(CODE).parts[0] not in _APART]
        sums = CODE.parent / "calibration" / "targets"
        code = sorted([*own, sums / "run_cells.py", sums / "simulated_targets.py"])
        parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in code]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@lru_cache(maxsize=4)
def _case(scenario: str, blocks: Blocks, allow_code: bool) -> sim.Case:
    return sim.load(scenario, allow_code=allow_code, posterior="none").with_changes(
        **{name: dict(value) for name, value in blocks}
    )


def blocks_of(exporters: int, intermediaries: int, last: str) -> Blocks:
    """The changes of a scenario that make it fast: expected mode, few rows, months to ``last``."""
    agents = (("mode", "expected"), ("exporters", exporters), ("intermediaries", intermediaries))
    return ("agents", agents), ("months", (("last", last),))


def model_runs(
    scenario: str, blocks: Blocks, targets: Path = TARGETS, priors: Path | None = None, *, allow_code: bool = False
) -> ModelRuns:
    """The model of a scenario, as a function of the free parameters.

    Args:
        scenario: file or name of the scenario.
        blocks: changes of it.
        targets: table of published figures; rows to be judged on or told as context are left out.
        priors: table of priors; the shipped one by default.
        allow_code: whether code that the scenario names may run, see `sim.load`.

    Raises:
        FaultList: everything wrong with either table.
    """
    case = _case(scenario, blocks, allow_code)
    chosen = load_priors(case=case) if priors is None else load_priors(priors, case)
    return ModelRuns(scenario, blocks, chosen, of_role(load_targets(targets, codes_of(case.world)), FIT), allow_code)


def evidence_of(targets: Sequence[Target], codes: WorldCodes, target: str) -> Evidence:
    """The figures of targets as evidence.

    Args:
        targets: rows, all of role ``fit``.
        codes: what the world knows.
        target: code of the sanctioned state.

    Raises:
        SimError: a row is held out from the fit, or no number.
    """
    if held := [row.id for row in targets if row.role != FIT]:
        raise sim.SimError(f"held out from the fit, yet among its targets: {', '.join(held[:5])}")
    low, high, sd = observed(targets)
    if np.isnan(low).any() or np.isnan(high).any() or not (np.isfinite(sd).all() and (sd >= 0.0).all()):
        raise sim.SimError("a figure or its measurement error is not a number")
    group = [group_of(row, codes, target) for row in targets]
    series = [(row.ledger, row.reporter, row.flow, row.partner, row.good, row.brand, row.measure) for row in targets]
    known = list(dict.fromkeys(series))
    return Evidence(
        tuple(row.id for row in targets), low, high, sd, np.array([GROUPS.index(one) for one in group]),
        np.array([known.index(one) for one in series]), GROUPS, middles(targets),
    )  # fmt: skip


def middles(targets: Sequence[Target]) -> np.ndarray:
    """Middle of each figure's period, months from the beginning of 1970."""
    return np.array([np.mean([month_number(month) for month in row.period]) for row in targets])


GROUPS = (
    "coalition to the target", "third states to the target", "coalition into the hubs", "third states into the hubs",
    "listed goods", "shares",
)  # fmt: skip


def group_of(row: Target, codes: WorldCodes, target: str) -> str:
    """The group of a row: figures that the model may miss for the same reasons share a discrepancy."""
    if row.measure == "ratio":
        return "shares"
    if row.good != "all":
        return "listed goods"
    seller, buyer = (row.partner, row.reporter) if row.flow == "import" else (row.reporter, row.partner)
    seller_of = "coalition" if set(seller.split("+")) <= {*codes.coalition, "coalition"} else "third states"
    return f"{seller_of} {'to the target' if buyer == target else 'into the hubs'}"
