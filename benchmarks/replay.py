"""The choice of route alone: what it reads, month by month, taped from a real run and played to any implementation."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.model.kernels import route_choice
from sim.model.population import ExporterColumns
from sim.simulation.simulation import Case

Array = np.ndarray[Any, Any]

# Arguments of the model's own loop, by name: a replay follows it when it takes another one.
ARGUMENTS = tuple(inspect.signature(route_choice.choose.py_func).parameters)
_BY_MONTH = ("draws", "choices")


@dataclass(eq=False)
class Month:
    """One month: the arguments that change, and the rows listed since the month before."""

    arguments: dict[str, Any]
    newly_listed: Array


@dataclass(eq=False)
class Tape:
    """A run's choices: the columns at the start, what every month read, and the routes they ended on.

    Attributes:
        constant: arguments that are the same in every month.
        exporters: columns at the start.
        months: in order.
        last_route: routes after the last month, from the run itself.
    """

    constant: dict[str, Any]
    exporters: ExporterColumns
    months: list[Month]
    last_route: Array

    def play(self, choose: Callable[..., None]) -> Array:
        """Plays every month to a choice such as :func:`sim.model.kernels.route_choice.choose`; the routes."""
        columns = {name: getattr(self.exporters, name).copy() for name in ("route", "listed", "since", "participates")}
        exporters, routes = self.exporters._replace(**columns), len(self.months[0].arguments["choices"].loss_if_listed)
        moves = np.zeros((len(self.constant["rows"].chunks), routes + 1), dtype=np.int64)
        mine = {"exporters": exporters, "moves": moves}
        for month in self.months:
            exporters.listed[month.newly_listed] = 1
            moves[:] = 0
            given = {**self.constant, **month.arguments, **mine}
            choose(*(given[name] for name in ARGUMENTS))
        return exporters.route


def checksum(route: Array) -> int:
    """A number that differs as soon as one firm stands on another route."""
    return zlib.crc32(np.ascontiguousarray(route).tobytes())


def tape(case: Case) -> Tape:
    """Runs a case (sampled mode) and tapes what its choices read."""
    model = case.model()
    exporters, months = model.exporter_columns, []
    start, listed = deepcopy(exporters), exporters.listed.copy()
    constant: dict[str, Any] = {}

    def taping(choose: Callable[..., None]) -> Callable[..., None]:
        def choose_and_tape(*args: Any) -> None:
            given = dict(zip(ARGUMENTS, args, strict=True))
            newly = np.flatnonzero(exporters.listed != listed)
            listed[newly] = 1
            months.append(Month({name: deepcopy(given[name]) for name in _BY_MONTH}, newly))
            constant.update({name: given[name] for name in given if name not in (*_BY_MONTH, "exporters", "moves")})
            choose(*args)

        return choose_and_tape

    model.loops.choose, model.loops.choose_parallel = taping(model.loops.choose), taping(model.loops.choose_parallel)
    for _ in range(case.scenario.months.count):
        model.step()
    return Tape(constant, start, months, exporters.route.copy())
