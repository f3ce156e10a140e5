"""Points and worlds as columns, and keys as bytes: what a plan holds of each run is a few bytes, not objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.simulation.inputs import Value

Column = NDArray[Any]
Digests = NDArray[np.bytes_]

_DIGEST = "S16"


class World(NamedTuple):
    """One draw of what nobody can choose: a draw of the posterior (-1: none) and a value for each uncertainty."""

    draw: int
    values: tuple[Value, ...]


class Tried:
    """The points of a design.

    Args:
        columns: the values of each factor.
        count: how many points; without a factor there is one, of nothing.
    """

    def __init__(self, columns: Sequence[Column], count: int) -> None:
        self.columns, self._count = tuple(columns), count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: int) -> tuple[Value, ...]:
        return tuple(column.item(at) for column in self.columns)

    def __iter__(self) -> Iterator[tuple[Value, ...]]:
        return (self[at] for at in range(len(self)))


class Worlds:
    """Every draw of the posterior with every point of the uncertainties, draw by draw.

    Args:
        draws: numbers of the draws; -1 alone for no posterior.
        tried: points of the uncertainties.
    """

    def __init__(self, draws: Sequence[int], tried: Tried) -> None:
        self.draws, self.tried = np.array(draws, dtype=np.int64), tried

    def __len__(self) -> int:
        return len(self.draws) * len(self.tried)

    def __getitem__(self, at: int) -> World:
        draw, point = divmod(at, len(self.tried))
        return World(int(self.draws[draw]), self.tried[point])

    def __iter__(self) -> Iterator[World]:
        return (self[at] for at in range(len(self)))


class Keys:
    """Keys of runs, 32 hexadecimal digits each, held as 16 bytes.

    Args:
        digests: the bytes, (run,).
    """

    def __init__(self, digests: Digests) -> None:
        self.digests = digests

    def __len__(self) -> int:
        return len(self.digests)

    def __getitem__(self, run: int) -> str:
        # A single item of such an array loses the zeros at its end; a slice does not.
        return self.digests[run : run + 1].tobytes().hex()

    def __iter__(self) -> Iterator[str]:
        return (self[run] for run in range(len(self)))

    @cached_property
    def first(self) -> NDArray[np.bool_]:
        """Whether a run is the first of its key: repeated points share one."""
        found = np.zeros(len(self), dtype=np.bool_)
        found[np.unique(self.digests, return_index=True)[1]] = True
        return found


def digests_of(keys: Sequence[str]) -> Digests:
    """The bytes of keys."""
    return np.frombuffer(bytes.fromhex("".join(keys)), dtype=_DIGEST)


def column_of(values: Sequence[Value]) -> Column:
    """Values as a column: 64-bit floats, or references where some are words or whole numbers."""
    if all(isinstance(value, float) for value in values):
        return np.array(values, dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def alike(tried: Tried) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Points that are the same as one: the first of each in order, and which of these every point is."""
    code = np.zeros(len(tried), dtype=np.int64)
    for column in tried.columns:
        own = _codes(column)
        code = np.unique(code * (own.max() + 1) + own, return_inverse=True)[1]
    _, first, place = np.unique(code, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[place]


def _codes(column: Column) -> NDArray[np.int64]:
    """A number for each distinct value of a column."""
    if column.dtype == np.float64:
        return np.unique(column, return_inverse=True)[1]
    seen: dict[Value, int] = {}
    return np.fromiter((seen.setdefault(value, len(seen)) for value in column), dtype=np.int64, count=len(column))
