"""The choice of road alone: what it reads, month by month, taped from a real run and played to any implementation."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.cases import Case
from sim.engine import choice
from sim.model import SanctionsModel


@dataclass(eq=False)
class Month:
    """What one month's choice reads beyond the columns."""

    elapsed: int
    keys: np.ndarray[Any, Any]
    prospects: np.ndarray[Any, Any]
    ending: np.ndarray[Any, Any]
    newly_listed: np.ndarray[Any, Any]


@dataclass(eq=False)
class Tape:
    """A run's choices: the columns at the start, every month's prospects, and the roads they ended on.

    Attributes:
        chunks, start, closed, nest: see :func:`sim.engine.choice._choose_rows`.
        traits: aversion, exposure, reputation, (row,).
        first_road: roads at the start, (row,).
        months: in order.
        checksum: of the roads after the last month, from the run itself.
    """

    chunks: np.ndarray[Any, Any]
    start: np.ndarray[Any, Any]
    closed: np.ndarray[Any, Any]
    nest: tuple[int, Any]
    traits: tuple[Any, ...]
    first_road: np.ndarray[Any, Any]
    months: list[Month]
    checksum: int

    def play(self, choose: Callable[..., None]) -> Columns:
        """Plays every month to a choice of road with the arguments of :func:`sim.engine.choice.choose`."""
        columns = Columns(self)
        for month in self.months:
            columns.listed[month.newly_listed] = 1
            choose(
                self.chunks, self.start, month.keys, month.elapsed, month.prospects, month.ending,
                self.closed, self.nest, columns.as_tuple(), columns.moves,
            )  # fmt: skip
        return columns


class Columns:
    """Fresh columns for one replay."""

    def __init__(self, tape: Tape) -> None:
        self.traits = tape.traits
        self.road = tape.first_road.copy()
        self.listed = np.zeros(len(self.road), dtype=np.uint8)
        self.since = np.zeros(len(self.road), dtype=np.int16)
        self.moves = np.empty((len(tape.chunks), len(tape.closed)), dtype=np.int64)

    def as_tuple(self) -> tuple[Any, ...]:
        """The columns as the loops take them."""
        return (*self.traits, self.listed, self.road, self.since)


def checksum(road: np.ndarray[Any, Any]) -> int:
    """A number that differs as soon as one firm stands on another road."""
    return zlib.crc32(np.ascontiguousarray(road).tobytes())


def tape(case: Case) -> Tape:
    """Runs a case (sampled mode) and tapes what its choices read."""
    model = case.model()
    columns, months = model.columns, []
    first_road, listed = columns.road.copy(), columns.listed.copy()
    original = SanctionsModel.choose_roads

    def choose_and_tape() -> None:
        original(model)
        newly = np.flatnonzero(columns.listed != listed)
        listed[newly] = 1
        work = model.work
        months.append(Month(model.elapsed, model.choice_keys(), work.prospects.copy(), work.ending.copy(), newly))

    model.choose_roads = choose_and_tape
    for _ in range(case.scenario.months.count):
        model.step()
    return Tape(
        choice.chunks_of(columns.start), columns.start, model.closed_to_listed.astype(np.float32), model.nest,
        (columns.aversion, columns.exposure, columns.reputation), first_road, months, checksum(columns.road),
    )  # fmt: skip
