"""What the name of a lever or an uncertainty stands for in a scenario, and what its values do there.

A name is that of a parameter (`word_speed`), the id of a clause or driver, which is then switched on and off, or a
clause's field (`dual-use-licence.strength`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scipy.special import ndtr, ndtri

from sim.common.errors import nearest
from sim.common.parsing import plain_number
from sim.rules.parameters import PARAMETERS

if TYPE_CHECKING:
    from sim.experiments.schema import Factor
    from sim.policies import Policy
    from sim.scenario import Scenario

# Fields of a clause that name it or speak about it; its switch is its id.
_FIXED = {"id", "kind", "source", "note", "enabled"}
ON, OFF = "on", "off"
TIMES = "*"
Value = float | int | str


class NameProblem(Exception):  # noqa: N818  (one of many, gathered into a list of faults)
    """Why a name or a value stands for nothing; the text is for the user."""


@dataclass(frozen=True)
class Target:
    """One thing that a factor moves.

    Attributes:
        kind: `parameter`, `field`, `switch`, or `clause` for one that the base has not and that is put there.
        owner: the parameter, or the id of the clause or driver.
        field: the clause's field; empty for the others.
        base: what the base scenario has there; `on` for a switch.
        clause: that is put there.
    """

    kind: str
    owner: str
    field: str
    base: Value
    clause: Policy | None = None

    @property
    def name(self) -> str:
        """How a study file names it."""
        return f"{self.owner}.{self.field}" if self.field else self.owner


@dataclass(frozen=True)
class Bound:
    """A factor whose names and values are known to fit the base scenario.

    Attributes:
        name: its name in the study file, and the column of the table of runs.
        targets: what it moves.
        values: the values that it can take; None for a range.
        said: the range and its distribution.
        base: its value in the base scenario; NaN where its targets differ there.
    """

    name: str
    targets: tuple[Target, ...]
    values: tuple[Value, ...] | None
    said: Factor
    base: Value

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.values is None or not isinstance(self.values[0], str)

    def levels(self) -> tuple[Value, ...] | None:
        """Its values in a grid; None where a range does not say how many."""
        if self.values is not None:
            return self.values
        if self.said.levels is None:
            return None
        last = self.said.levels - 1
        return tuple(self._at_share(step / last) for step in range(self.said.levels))

    def _at_share(self, share: float) -> float:
        low, high = self._range()
        if share in (0.0, 1.0):
            return high if share else low
        if self.said.distribution == "log_uniform":
            return low * math.exp(share * math.log(high / low))
        return low + share * (high - low)

    def at(self, quantiles: Sequence[float]) -> list[Value]:
        """Its values at quantiles in [0, 1)."""
        if self.values is not None:
            count = len(self.values)
            return [self.values[min(int(q * count), count - 1)] for q in quantiles]
        low, high = self._range()
        said = self.said
        if said.distribution in ("uniform", "log_uniform"):
            return [self._at_share(q) for q in quantiles]
        peak = low if said.peak is None else said.peak
        if said.distribution == "triangular":
            return [_triangular(q, low, peak, high) for q in quantiles]
        spread = said.spread or 1.0
        bottom, top = ndtr((low - peak) / spread), ndtr((high - peak) / spread)
        return [min(max(float(peak + spread * ndtri(bottom + q * (top - bottom))), low), high) for q in quantiles]

    def _range(self) -> tuple[float, float]:
        if self.said.low is None or self.said.high is None:  # the schema has seen to it
            raise ValueError(f"{self.name} has no range")
        return self.said.low, self.said.high

    def settings(self, value: Value, *, always: bool) -> dict[str, Value]:
        """What a value sets, by the target's name; a name with TIMES before it multiplies what is there.

        Args:
            value: the factor's value.
            always: whether what the base has already is set too.
        """
        if self.said.multiply:
            return {TIMES + target.name: value for target in self.targets} if value != 1.0 else {}
        return {target.name: value for target in self.targets if always or value != target.base}

    def read(self, text: str) -> Value:
        """A value as a study file writes it.

        Raises:
            NameProblem: it is none of its values, or lies outside its range.
        """
        if self.values is not None:
            found = [
                value for value in self.values if str(value) == text or (self.numeric and plain_number(text) == value)
            ]
            if not found:
                raise NameProblem(f"read '{text}'; {nearest(text, [f'{value}' for value in self.values])}")
            return found[0]
        number, (low, high) = plain_number(text), self._range()
        if number is None or not low <= number <= high:
            raise NameProblem(f"read '{text}', expected a number from {low:g} to {high:g}")
        return number


def _triangular(quantile: float, low: float, peak: float, high: float) -> float:
    """A quantile of the triangular distribution."""
    below = (peak - low) / (high - low)
    if quantile < below:
        return low + math.sqrt(quantile * (high - low) * (peak - low))
    return high - math.sqrt((1.0 - quantile) * (high - low) * (high - peak))


def target_of(name: str, scenario: Scenario) -> Target:
    """What a name stands for.

    Raises:
        NameProblem: nothing, or two things.
    """
    clauses: dict[str, Policy] = {clause.id: clause for clause in scenario.policies}
    switches = [*clauses, *(driver.id for driver in scenario.drivers)]
    if name in PARAMETERS and name in switches:
        raise NameProblem(f"'{name}' is a parameter and the id of a clause; give the clause another id")
    if name in PARAMETERS:
        return Target("parameter", name, "", scenario.parameters.get(name, PARAMETERS[name].default))
    if name in switches:
        return Target("switch", name, "", ON)
    owner, dot, field = name.rpartition(".")
    if not dot or owner not in clauses:
        fields = [f"{clause.id}.strength" for clause in scenario.policies]
        hint = nearest(name, [*PARAMETERS, *switches, *fields]) if "." not in name else nearest(owner, clauses)
        raise NameProblem(f"'{name}' is no parameter, clause, driver or clause.field of the base; {hint}")
    free = {one: getattr(clauses[owner], one) for one in type(clauses[owner]).model_fields if one not in _FIXED}
    free = {one: value for one, value in free.items() if not isinstance(value, tuple | dict | bool)}
    if field not in free:
        raise NameProblem(f"the clause '{owner}' has nothing to move called '{field}'; {nearest(field, free)}")
    base = free[field]
    return Target("field", owner, field, base if isinstance(base, int | float) else str(base))


def changed(scenario: Scenario, settings: Mapping[str, Value], targets: Mapping[str, Target]) -> Scenario:
    """The scenario with settings by target's name; only what is set is checked again, so it takes a fraction of a ms.

    Args:
        scenario: the base.
        settings: as :meth:`Bound.settings` gives them.
        targets: the targets by name.

    Raises:
        ValidationError: the fields of a clause do not go together.
        FaultList: a parameter out of its bounds.
    """
    clauses = {clause.id: clause for clause in scenario.policies}
    own = dict(scenario.parameters)
    fields: dict[str, dict[str, Any]] = {}
    off: set[str] = set()
    for name, value in settings.items():
        target = targets[name.removeprefix(TIMES)]
        times: Any = value if name.startswith(TIMES) else None
        if target.kind == "parameter":
            held = own.get(target.owner, PARAMETERS[target.owner].default)
            own[target.owner] = float(value if times is None else times * held)
        elif target.kind == "switch":
            off |= {target.owner} if value == OFF else set()
        elif target.clause is not None:
            clauses[target.owner] = target.clause
        elif target.owner in clauses:
            new = value if times is None else times * getattr(clauses[target.owner], target.field)
            fields.setdefault(target.owner, {})[target.field] = new
    policies = tuple(
        _moved(clause, fields[clause.id]) if clause.id in fields else clause
        for clause in clauses.values()
        if clause.id not in off
    )
    drivers = tuple(driver for driver in scenario.drivers if driver.id not in off)
    return scenario.model_copy(update={"parameters": own, "policies": policies, "drivers": drivers})


def _moved(clause: Policy, fields: Mapping[str, Any]) -> Policy:
    return type(clause).model_validate({**dict(clause), **fields})
