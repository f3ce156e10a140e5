"""What is believed of the free parameters before the customs figures are seen: ``figures/priors.csv``, row by row.

A point is a vector of standard normal numbers ``z``, one per row: the prior is the same for all, and a sampler needs no
walls. :meth:`Prior.value` turns one into a value inside the bounds that ``sim.PARAMETERS`` declares.

A row names its input by the address that it has everywhere (see :data:`sim.INPUT_KINDS`): ``parameters.aversion``,
whose centre is the declared default; ``policies.exit.strength``, of a clause of the scenario; ``hub_effects.HUB``; or
``drivers.army-needs.size``, how far a driver's path departs from 1, as a multiple of what the scenario says, in logs (2
squares the path, 0 holds it at 1).

Rows with ``fitted`` no hardly move any figure to be fitted (less than a third of its error over their whole prior), but
matter to what comes after: they stay at their centre in the fit, and a draw of the posterior has them from the prior.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

import sim
from calibration.targets.targets import plain_number

FIGURES = Path(__file__).resolve().parents[1] / "figures" / "priors.csv"
FAMILIES = ("lognormal", "logit-normal")
# No more than this many times the scenario's own strength or size; a guard, far outside every prior's mass.
_STRETCH = 10.0
# Widths of a prior, log points or log odds: narrower is no prior, wider is a slip.
_NARROWEST, _WIDEST = 1e-6, 100.0
_WHAT = {"policies": "clause", "drivers": "driver", "hub_effects": "hub"}
_MOST_FAULTS = 1_000  # that are told of one table
_COLUMNS = ("address", "family", "centre", "width", "group", "fitted", "source")
_BEFORE = ["name", "place"]  # columns that told what the address tells now


@dataclass(frozen=True, slots=True)
class Prior:
    """Belief about one free parameter.

    Attributes:
        address: of the input.
        family: lognormal (truncated at the bounds) or logit-normal (between the bounds).
        centre: median before truncation, in the parameter's unit.
        width: standard deviation of the logarithm, or of the log odds between the bounds.
        low: smallest value.
        high: largest value.
        group: what it belongs to, for tables and pictures.
        fitted: whether the figures may speak about it.
        source: where centre and width come from.
    """

    address: str
    family: str
    centre: float
    width: float
    low: float
    high: float
    group: str
    fitted: bool
    source: str

    @property
    def kind(self) -> str:
        """Which kind of input it is: parameters, policies, drivers, hub_effects."""
        return self.address.partition(".")[0]

    @property
    def name(self) -> str:
        """The parameter, the clause, the driver or the hub."""
        return _name(self.address)

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
        return float((np.log(bound) - np.log(self.centre)) / self.width) if bound > 0.0 else -np.inf


def load_priors(path: Path = FIGURES, case: sim.Case | None = None) -> tuple[Prior, ...]:
    """Reads the table of priors.

    Args:
        path: the table; columns address, family, centre, width, group, fitted, source.
        case: if given, rows that name a clause or driver that its scenario lacks are faults.

    Raises:
        FaultList: everything wrong with the table, at once.
    """
    lines = sim.csv_rows(path)
    top, header = next(lines, (1, []))
    before = set(_BEFORE) <= set(header)  # the address of such a table is made of these
    if missing := [name for name in _COLUMNS if name not in header and not (before and name == "address")]:
        raise sim.FaultList([sim.Fault(str(path), top, 1, name, "the column is missing") for name in missing])
    known = None if case is None else case.settings()
    faults: list[sim.Fault] = []
    found: dict[str, Prior] = {}
    stands: dict[str, int] = {}
    for line, cells in lines:
        if len(faults) >= _MOST_FAULTS:
            break
        if len(cells) != len(header):
            message = f"has {len(cells):,} cells, expected {len(header):,} as in the header"
            faults.append(sim.Fault(str(path), line, 1, "", message))
            continue
        row = dict(zip(header, cells, strict=True))
        if before:
            row["address"] = f"{row['place']}:{row['name']}"
        problems = _problems(row, known)
        if row["address"] in stands:
            problems.append(f"named twice; it stands on line {stands[row['address']]}")
        stands.setdefault(row["address"], line)
        faults += [sim.Fault(str(path), line, 1, row["address"], problem) for problem in problems]
        if not problems:
            found[row["address"]] = _prior(row)
    if not stands and not faults:
        faults.append(sim.Fault(str(path), 0, 0, "", "has no rows: nothing would be free to fit"))
    if faults:
        raise sim.FaultList(faults)
    return tuple(found.values())


def _prior(row: Mapping[str, str]) -> Prior:
    centre, width = float(row["centre"]), float(row["width"])
    low, high = _bounds(row, centre)
    return Prior(
        row["address"], row["family"], centre, width, low, high, row["group"], row["fitted"] == "yes", row["source"]
    )


def _name(address: str) -> str:
    kind, _, rest = address.partition(".")
    return rest if kind in ("parameters", "hub_effects") else rest.rpartition(".")[0]


def _bounds(row: Mapping[str, str], centre: float) -> tuple[float, float]:
    kind, _, rest = row["address"].partition(".")
    low, high = sim.INPUT_KINDS[kind].bounds(rest)
    if np.isfinite(high):
        return low, high
    # A strength that is a share says so by its family.
    return low, 1.0 if row["family"] == "logit-normal" else _STRETCH * centre


def _problems(row: dict[str, str], there: Mapping[str, Any] | None) -> list[str]:
    """What is wrong with one row, of a scenario that has these inputs; its address becomes today's."""
    known = {"family": FAMILIES, "fitted": ("yes", "no")}
    problems = [f"unknown {key} '{row[key]}'" for key in known if row[key] not in known[key]]
    if not row["source"].strip():
        problems.append("has no source")
    try:
        row["address"] = sim.address_of(row["address"])
    except sim.SimError as error:
        return [*problems, str(error)]
    centre, width = plain_number(row["centre"]), plain_number(row["width"])
    if centre is None or width is None:
        return [*problems, "centre and width must be numbers, and finite"]
    if not _NARROWEST <= width <= _WIDEST:
        problems.append(f"width must lie between {_NARROWEST:g} and {_WIDEST:g}")
    kind, _, rest = row["address"].partition(".")
    try:
        low, high = sim.INPUT_KINDS[kind].bounds(rest)
    except KeyError:
        return [*problems, "is no number of a scenario; see sim.INPUT_KINDS and sim.PARAMETERS"]
    if kind == "parameters" and not low < centre < high:
        problems.append(f"centre must lie between {low:g} and {high:g}")
    if kind in _WHAT and there is not None and row["address"] not in there:
        problems.append(f"the scenario has no {_WHAT[kind]} of this name")
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

    What begins after the case's last month is not part of it, and its strength or size moves nothing.

    Args:
        case: the case they are put into.
        values: value by name.
        priors: say where each name stands.
    """
    address = {prior.name: prior.address for prior in priors}
    return case.with_values({address[name]: float(value) for name, value in values.items()})
