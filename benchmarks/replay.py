"""The choice of road alone: what it reads, month by month, taped from a real run and played to any implementation."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.model.kernels import route_choice
from sim.simulation.simulation import Case

Array = np.ndarray[Any, Any]

# Arguments of the model's own loop, by name: a replay follows it when it takes another one.
ARGUMENTS = tuple(inspect.signature(route_choice.choose.py_func).parameters)
_BY_MONTH = ("keys", "month", "prospects", "ending", "ties")


@dataclass(eq=False)
class Month:
    """One month: the arguments that change, and the rows listed since the month before."""

    arguments: dict[str, Any]
    newly_listed: Array


@dataclass(eq=False)
class Tape:
    """A run's choices: the columns at the start, what every month read, and the roads they ended on.

    Attributes:
        constant: arguments that are the same in every month.
        traits: aversion, exposure, reputation, (row,).
        first_road: roads at the start, (row,).
        months: in order.
        last_road: roads after the last month, from the run itself.
    """

    constant: dict[str, Any]
    traits: tuple[Array, ...]
    first_road: Array
    months: list[Month]
    last_road: Array

    def play(self, choose: Callable[..., None]) -> Array:
        """Plays every month to a choice such as :func:`sim.model.kernels.route_choice.choose`; the roads."""
        road, since = self.first_road.copy(), np.zeros(len(self.first_road), dtype=np.int16)
        listed, house = np.zeros(len(road), dtype=np.uint8), np.zeros(len(road), dtype=np.int32)
        moves = np.zeros((len(self.constant["chunks"]), len(self.constant["closed"])), dtype=np.int64)
        mine = {"columns": (*self.traits, listed, road, since, house), "moves": moves}
        for month in self.months:
            listed[month.newly_listed] = 1
            moves[:] = 0
            given = {**self.constant, **month.arguments, **mine}
            choose(*(given[name] for name in ARGUMENTS))
        return road


def checksum(road: Array) -> int:
    """A number that differs as soon as one firm stands on another road."""
    return zlib.crc32(np.ascontiguousarray(road).tobytes())


def tape(case: Case) -> Tape:
    """Runs a case (sampled mode) and tapes what its choices read."""
    model = case.model()
    columns, months = model.columns, []
    first_road, listed = columns.road.copy(), columns.listed.copy()
    constant: dict[str, Any] = {}

    def taping(choose: Callable[..., None]) -> Callable[..., None]:
        def choose_and_tape(*args: Any) -> None:
            given = dict(zip(ARGUMENTS, args, strict=True))
            newly = np.flatnonzero(columns.listed != listed)
            listed[newly] = 1
            arguments = {name: deepcopy(given[name]) for name in _BY_MONTH}
            months.append(Month(arguments, newly))
            constant.update({name: given[name] for name in given if name not in (*_BY_MONTH, "columns", "moves")})
            choose(*args)

        return choose_and_tape

    model.loops.choose, model.loops.choose_parallel = taping(model.loops.choose), taping(model.loops.choose_parallel)
    for _ in range(case.scenario.months.count):
        model.step()
    traits = columns.aversion, columns.exposure, columns.reputation
    return Tape(constant, traits, first_road, months, columns.road.copy())
