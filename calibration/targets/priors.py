"""What is believed of the free parameters before the customs figures are seen: ``figures/priors.csv``, row by row.

A point is a vector of standard normal numbers ``z``, one per row: the prior is the same for all, and a sampler needs no
walls. :meth:`Prior.value` turns one into a value inside the bounds that ``sim.PARAMETERS`` declares.

Rows stand in one of the places of :mod:`sim.simulation.posterior`. ``parameter``: a row of ``sim.PARAMETERS``; its
centre is the declared default. ``strength``: strength of a clause of the scenario. ``swing``: how far a driver's path
departs from 1, as a multiple of what the scenario says, in logs (2 squares the path, 0 holds it at 1). ``opening``:
that of a hub.

Rows with ``fitted`` no hardly move any figure to be fitted (less than a third of its error over their whole prior), but
matter to what comes after: they stay at their centre in the fit, and a draw of the posterior has them from the prior.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtr, ndtri

import sim
from calibration.targets.targets import plain_number

FIGURES = Path(__file__).resolve().parents[1] / "figures" / "priors.csv"
FAMILIES = ("lognormal", "logit-normal")
# No more than this many times the scenario's own strength or swing; a guard, far outside every prior's mass.
_STRETCH = 10.0
_WHAT = {"strength": "clause", "swing": "driver", "opening": "hub"}


@dataclass(frozen=True, slots=True)
class Prior:
    """Belief about one free parameter.

    Attributes:
        name: parameter, clause or driver.
        place: parameter, strength or swing; see the module.
        family: lognormal (truncated at the bounds) or logit-normal (between the bounds).
        centre: median before truncation, in the parameter's unit.
        width: standard deviation of the logarithm, or of the log odds between the bounds.
        low: smallest value.
        high: largest value.
        group: what it belongs to, for tables and pictures.
        fitted: whether the figures may speak about it.
        source: where centre and width come from.
    """

    name: str
    place: str
    family: str
    centre: float
    width: float
    low: float
    high: float
    group: str
    fitted: bool
    source: str

    @property
    def column(self) -> str:
        """What a table of draws calls it; see :mod:`sim.simulation.posterior`."""
        return f"{self.place}:{self.name}"

    def value(self, z: Any) -> Any:
        """The value at a standard normal number, or an array of them; rises with it."""
        if self.family == "logit-normal":
            middle = logit((self.centre - self.low) / (self.high - self.low))
            return self.low + (self.high - self.low) * expit(middle + self.width * np.asarray(z))
        first, last = (ndtr(self._steps(bound)) for bound in (self.low, self.high))
        inside = ndtri(first + (last - first) * ndtr(np.asarray(z)))
        return np.clip(self.centre * np.exp(self.width * inside), self.low, self.high)

    def _steps(self, bound: float) -> float:
        """How many widths a bound lies from the centre, in logs."""
        return float(np.log(bound / self.centre) / self.width) if bound > 0.0 else -np.inf


def load_priors(path: Path = FIGURES, case: sim.Case | None = None) -> tuple[Prior, ...]:
    """Reads the table of priors.

    Args:
        path: the table; columns name, place, family, centre, width, group, fitted, source.
        case: if given, rows that name a clause or driver that its scenario lacks are faults.

    Raises:
        FaultList: everything wrong with the table, at once.
    """
    rows = pd.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")
    names = [row["name"] for row in rows]
    known = None if case is None else case.settings()
    faults, found = [], []
    for line, row in enumerate(rows, start=2):
        problems = _problems(row, known) + (["named twice"] if names.count(row["name"]) > 1 else [])
        faults += [sim.Fault(str(path), line, 1, row["name"], problem) for problem in problems]
        if not problems:
            found.append(_prior(row))
    if faults:
        raise sim.FaultList(faults)
    return tuple(found)


def _prior(row: Mapping[str, str]) -> Prior:
    centre, width = float(row["centre"]), float(row["width"])
    low, high = _bounds(row, centre)
    return Prior(
        row["name"], row["place"], row["family"], centre, width, low, high, row["group"], row["fitted"] == "yes",
        row["source"],
    )  # fmt: skip


def _bounds(row: Mapping[str, str], centre: float) -> tuple[float, float]:
    if row["place"] == "parameter":
        return sim.PARAMETERS[row["name"]].low, sim.PARAMETERS[row["name"]].high
    if row["place"] == "opening":
        return sim.PARAMETERS["opening"].low, sim.PARAMETERS["opening"].high
    # A strength that is a share says so by its family.
    return 0.0, 1.0 if row["family"] == "logit-normal" else _STRETCH * centre


def _problems(row: Mapping[str, str], there: Mapping[str, Any] | None) -> list[str]:
    """What is wrong with one row, of a scenario that has these columns."""
    known = {"place": tuple(sim.PLACES), "family": FAMILIES, "fitted": ("yes", "no")}
    problems = [f"unknown {key} '{row[key]}'" for key in known if row[key] not in known[key]]
    if not row["source"].strip():
        problems.append("has no source")
    centre, width = plain_number(row["centre"]), plain_number(row["width"])
    if centre is None or width is None:
        return [*problems, "centre and width must be numbers, and finite"]
    if width <= 0.0:
        problems.append("centre must be finite and width above nil")
    if row["place"] == "parameter":
        declared = sim.PARAMETERS.get(row["name"])
        if declared is None:
            problems.append("is no parameter of sim.PARAMETERS")
        elif not declared.low < centre < declared.high:
            problems.append(f"centre must lie between {declared.low:g} and {declared.high:g}")
    elif there is not None and row["place"] in _WHAT and f"{row['place']}:{row['name']}" not in there:
        problems.append(f"the scenario has no {_WHAT[row['place']]} of this name")
    return problems


def values_at(priors: Sequence[Prior], z: np.ndarray) -> np.ndarray:
    """Values of points, points x parameters, in each parameter's unit.

    Args:
        priors: the free parameters.
        z: points as standard normal numbers, of the same shape.
    """
    return np.column_stack([prior.value(column) for prior, column in zip(priors, np.atleast_2d(z).T, strict=True)])


def case_at(case: sim.Case, values: Mapping[str, float], priors: Sequence[Prior]) -> sim.Case:
    """The case with values put where they belong, whatever its scenario says; see :meth:`sim.Case.with_values`.

    What begins after the case's last month is not part of it, and its strength or swing moves nothing.

    Args:
        case: the case they are put into.
        values: value by name.
        priors: say where each name stands.
    """
    column = {prior.name: prior.column for prior in priors}
    return case.with_values({column[name]: float(value) for name, value in values.items()})
