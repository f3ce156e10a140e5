"""Finished runs in memory, as arrays: 16 bytes a key, five for how it ended, eight a metric."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.experiments.plan import BATCH
from sim.experiments.points import Digests, digests_of
from sim.experiments.tasks import DONE, FAILED

Rows = NDArray[np.int64]
KEY = ["key", "status", "reason"]


@dataclass(eq=False)
class Piece:
    """Runs of one part file.

    Attributes:
        keys: of the runs.
        done: whether each is done; the others failed.
        reason: place in ``reasons`` of each; empty where only keys are read.
        reasons: texts.
        metrics: a column per metric; none where only keys are read.
    """

    keys: Digests
    done: NDArray[np.bool_]
    reason: NDArray[np.int32]
    reasons: list[str] = field(default_factory=list)
    metrics: list[NDArray[np.float64]] = field(default_factory=list)


def keys_in(file: pq.ParquetFile) -> Piece:
    """Keys of a part, and how the runs ended."""
    keys, done = [digests_of([])], [np.empty(0, dtype=np.bool_)]
    for some in file.iter_batches(BATCH, columns=KEY[:2]):
        keys.append(digests_of(some["key"].to_pylist()))
        done.append(_done(some))
    return Piece(np.concatenate(keys), np.concatenate(done), np.empty(0, dtype=np.int32))


def whole_piece(file: pq.ParquetFile) -> Piece:
    """All that a part says."""
    names = [name for name in file.schema_arrow.names if name not in KEY]
    keys, done, codes = [digests_of([])], [np.empty(0, dtype=np.bool_)], [np.empty(0, dtype=np.int32)]
    reasons: list[str] = []
    columns = [[np.empty(0)] for _ in names]
    for some in file.iter_batches(BATCH):
        keys.append(digests_of(some["key"].to_pylist()))
        done.append(_done(some))
        own = some["reason"].dictionary_encode()
        codes.append(own.indices.to_numpy().astype(np.int32) + np.int32(len(reasons)))
        reasons += own.dictionary.to_pylist()
        for column, name in zip(columns, names, strict=True):
            column.append(some[name].to_numpy(zero_copy_only=False))
    numbers = [np.concatenate(column) for column in columns]
    return Piece(np.concatenate(keys), np.concatenate(done), np.concatenate(codes), reasons, numbers)


def _done(some: pa.RecordBatch) -> NDArray[np.bool_]:
    if some["status"].null_count:
        raise ValueError("the status of a run is missing")
    done: NDArray[np.bool_] = pc.equal(some["status"], DONE).to_numpy(zero_copy_only=False)
    return done


class Kept:
    """Finished runs, each once.

    Where a run failed in one place and was made in another, what was made counts.

    Args:
        pieces: of the part files; their metrics are taken out of them.
        metrics: names of the metrics, none where only keys are read.

    Attributes:
        keys: of the runs, sorted.
        done: whether each is done; the others failed.
        twice: keys that two parts have with two outcomes, which cannot be.
    """

    def __init__(self, pieces: Sequence[Piece], metrics: Sequence[str] = ()) -> None:
        pieces = list(pieces) or [Piece(digests_of([]), np.empty(0, np.bool_), np.empty(0, np.int32))]
        keys, done = (np.concatenate([getattr(one, name) for one in pieces]) for name in ("keys", "done"))
        order = np.argsort(~done, kind="stable")
        order = order[np.argsort(keys[order], kind="stable")]
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = keys[order[1:]] != keys[order[:-1]]
        self._place = order[first].astype(np.int32)
        self.keys: Digests = keys[self._place]
        self.done = done[self._place]
        self._metrics = {name: _taken(pieces) for name in metrics}
        starts = np.cumsum([0, *(len(one.reasons) for one in pieces)])
        self._reason = np.concatenate([one.reason + np.int32(at) for one, at in zip(pieces, starts, strict=False)])
        self._reasons = np.array([text for one in pieces for text in one.reasons], dtype=object)
        again = np.flatnonzero(~first & done[order])
        self.twice = [keys[order[at] :][:1].tobytes().hex() for at in again if self._differ(order[at - 1], order[at])]

    def _differ(self, one: int, other: int) -> bool:
        return any(not np.array_equal(c[one], c[other], equal_nan=True) for c in self._metrics.values())

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, keys: Digests) -> Rows:
        """Where keys stand among the runs; -1 for one that is not there."""
        if not len(self):
            return np.full(len(keys), -1)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self) - 1)
        return np.where(self.keys[place] == keys, place, -1)

    def frame(self, rows: Rows) -> pd.DataFrame:
        """Status, reason and metrics of some of the runs, in their order."""
        place = self._place[rows]
        columns: dict[str, Any] = {
            "status": np.array([FAILED, DONE], dtype=object)[self.done[rows].astype(np.int8)],
            "reason": self._reasons[self._reason[place]],
        }
        return pd.DataFrame({**columns, **{name: column[place] for name, column in self._metrics.items()}})

    def failures(self, rows: Rows) -> Counter[str]:
        """How many of some of the runs failed, by reason."""
        codes = self._reason[self._place[rows[~self.done[rows]]]]
        return Counter(
            {self._reasons[code]: int(count) for code, count in zip(*np.unique(codes, return_counts=True), strict=True)}
        )

    def undefined(self, rows: Rows) -> dict[str, Rows]:
        """Which of some of the runs are done, and have NaN or infinity in a metric: their places among these runs."""
        done = np.flatnonzero(self.done[rows])
        place = self._place[rows[done]]
        found = {name: done[~np.isfinite(column[place])] for name, column in self._metrics.items()}
        return {name: places for name, places in found.items() if len(places)}


def _taken(pieces: Sequence[Piece]) -> NDArray[np.float64]:
    """The next metric of all pieces, taken from them so that it is not there twice."""
    return np.concatenate([one.metrics.pop(0) if one.metrics else np.empty(0) for one in pieces])
