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
from calibration.evidence import Evidence
from calibration.priors import Prior, case_at, values_at
from calibration.targets import observed, simulated

CODE = Path(__file__).resolve().parents[1] / "sim"
# Targets of this role are what the model is judged on; they never enter a likelihood.
JUDGE, FIT = "judge", "fit"


@dataclass(frozen=True)
class ModelRuns:
    """Runs the model at points; picklable, so that chunks of points can run in processes of their own.

    Attributes:
        scenario: file or name of the scenario.
        blocks: changes of it, such as agents and months.
        priors: the free parameters.
        targets: what is read off a run.
    """

    scenario: str
    blocks: tuple[tuple[str, Any], ...]
    priors: tuple[Prior, ...]
    targets: Any

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Simulated targets at points, log; points x targets."""
        case = self.case()
        names = [prior.name for prior in self.priors]
        rows = values_at(self.priors, points)
        runs = (case_at(case, dict(zip(names, row, strict=True)), self.priors).run() for row in rows)
        return np.stack([np.asarray(simulated(run, self.targets), dtype=float) for run in runs])

    def case(self) -> sim.Case:
        """The case that runs, before a point's values are put in."""
        return _case(self.scenario, repr(self.blocks), self.blocks)

    def digest(self) -> str:
        """Of all that a simulated target depends on beside the point: code, scenario, world, priors, targets."""
        case = self.case()
        parts = [case.scenario.digest, case.world.digest, repr(self.priors), repr(list(_rows(self.targets)))]
        for path in sorted([*CODE.rglob("*.py"), *Path(__file__).parent.glob("targets*.py")]):
            parts.append(hashlib.sha256(path.read_bytes()).hexdigest())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@lru_cache(maxsize=4)
def _case(scenario: str, key: str, blocks: Any) -> sim.Case:
    return sim.load(scenario).with_changes(**{name: dict(value) for name, value in blocks})


def _rows(targets: Any) -> Sequence[Any]:
    return list(targets.to_dict("records")) if hasattr(targets, "to_dict") else list(targets)


def blocks_of(exporters: int, intermediaries: int, last: str) -> tuple[tuple[str, Any], ...]:
    """The changes of a scenario that make it fast: expected mode, few rows, months to ``last``."""
    agents = (("mode", "expected"), ("exporters", exporters), ("intermediaries", intermediaries))
    return ("agents", agents), ("months", (("last", last),))


def evidence_of(targets: Any) -> Evidence:
    """The figures of targets as evidence.

    Raises:
        SimError: a target is held out for judging, or is not a number.
    """
    rows = _rows(targets)
    if held := [row.id for row in rows if row.role != FIT]:
        raise sim.SimError(f"held out from the fit, yet among its targets: {', '.join(held[:5])}")
    low, high, sd = (np.asarray(one, dtype=float) for one in observed(targets))
    if np.isnan(low).any() or np.isnan(high).any() or not (np.isfinite(sd).all() and (sd >= 0.0).all()):
        raise sim.SimError("a target's figure or its measurement error is not a number")
    groups = tuple(dict.fromkeys(row.group for row in rows))
    series = list(dict.fromkeys(row.series for row in rows))
    return Evidence(
        tuple(row.id for row in rows), low, high, sd,
        np.array([groups.index(row.group) for row in rows]),
        np.array([series.index(row.series) for row in rows]), groups,
    )  # fmt: skip


def to_fit(targets: Any) -> Any:
    """The targets that may be fitted; the rest is judged on or told as context."""
    return tuple(row for row in _rows(targets) if row.role == FIT)
