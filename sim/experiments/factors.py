"""Levers and uncertainties tied to the inputs that they move, their values in designs and what these set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scipy.special import ndtr, ndtri

from sim.common.errors import nearest
from sim.common.parsing import plain_number
from sim.simulation.inputs import TIMES, Input, InputProblem, Value

if TYPE_CHECKING:
    from sim.experiments.schema import Factor


@dataclass(frozen=True)
class Bound:
    """A factor whose names and values are known to fit the base scenario.

    Attributes:
        name: its name in the study file, and the column of the table of runs.
        inputs: what it moves.
        values: the values that it can take; None for a range.
        said: the range and its distribution.
        base: its value in the base scenario; NaN where its inputs differ there.
    """

    name: str
    inputs: tuple[Input, ...]
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
        """What a value sets, by address; one with TIMES before it multiplies what is there.

        Args:
            value: the factor's value.
            always: whether what the base has already is set too.
        """
        if self.said.multiply:
            return {TIMES + one.address: value for one in self.inputs} if value != 1.0 else {}
        return {one.address: value for one in self.inputs if always or value != one.base}

    def read(self, text: str) -> Value:
        """A value as a study file writes it.

        Raises:
            InputProblem: it is none of its values, or lies outside its range.
        """
        if found := self.read_all([text]):
            return found[text]
        if self.values is not None:
            raise InputProblem(f"read '{text}'; {nearest(text, self._names)}")
        low, high = self._range()
        raise InputProblem(f"read '{text}', expected a number from {low:g} to {high:g}")

    def read_all(self, texts: Iterable[str]) -> dict[str, Value]:
        """The values that texts write, by text; those that are none are left out, and `read` says why."""
        if not self.numeric:
            return {text: self._known[text] for text in texts if text in self._known}
        read = ((text, plain_number(text)) for text in texts)
        if self.values is not None:
            return {text: self._known[number] for text, number in read if number in self._known}
        low, high = self._range()
        return {text: number for text, number in read if number is not None and low <= number <= high}

    @cached_property
    def _known(self) -> dict[Value | None, Value]:
        """Its values by themselves, whole numbers by the floats that they equal, so that none is looked for."""
        return dict(zip(self.values or (), self.values or (), strict=True))

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(map(str, self.values or ()))


def _triangular(quantile: float, low: float, peak: float, high: float) -> float:
    """A quantile of the triangular distribution."""
    below = (peak - low) / (high - low)
    if quantile < below:
        return low + math.sqrt(quantile * (high - low) * (peak - low))
    return high - math.sqrt((1.0 - quantile) * (high - low) * (high - peak))
