"""Where finished runs are kept: part files that are written once, whole or not at all, and know their own content.

A part is a Parquet file with a row per finished run: key, status, reason, metrics. It is written under a hidden name,
flushed to the disk and renamed to a name that ends in the digest of its bytes. So a file that is there is whole, or its
name gives it away; then it is set aside, and its runs are made again. Nobody ever changes a part. A runner joins its
own small parts into larger ones, and removes the small ones once the large one is there: killed in between, it leaves
runs that are kept twice, which reading takes for one. The same goes for two runners that made the same run.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from math import nan
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.common.errors import SimError
from sim.common.files import digest_of
from sim.common.scratch import mend, scratch_file, settle
from sim.experiments.kept import KEY, Kept, Piece, Rows, keys_in, whole_piece
from sim.experiments.plan import BATCH, in_batches
from sim.experiments.points import Keys
from sim.experiments.tasks import Outcome

PARTS, DAMAGED = "parts", "damaged"
_JOINED = 12  # parts of one size that are joined into one
_DIGITS = 16  # of the digest in a name


class Store:
    """The finished runs of one folder, as one runner sees and adds to them.

    Args:
        folder: the study's folder of results.
        metrics: columns of a run.

    Attributes:
        damaged: files found damaged and set aside.
    """

    def __init__(self, folder: Path, metrics: Sequence[str]) -> None:
        self.folder, self.parts = folder, folder / PARTS
        self.damaged: list[Path] = []
        self._metrics = tuple(metrics)
        fields = [(name, pa.string()) for name in KEY] + [(name, pa.float64()) for name in metrics]
        self._schema = pa.schema(fields)
        self.runner = f"{socket.gethostname()}-{os.getpid()}-{time.time_ns():x}"
        self._own: list[tuple[int, Path]] = []  # size class and place of the parts written here
        self._known: dict[str, Piece] = {}  # keys of the parts seen, by name
        self._count = 0

    # -------------------------------------------------------------------------------------------------- writing
    def add(self, keys: Sequence[str], outcomes: Sequence[Outcome]) -> None:
        """Keeps finished runs; once this returns they survive anything but the loss of the disk.

        Raises:
            SimError: they cannot be written (a full disk, say); what was kept before is safe.
        """
        if not outcomes:
            return
        missing = (nan,) * len(self._metrics)  # of runs that failed
        numbers = list(zip(*(outcome.kept or missing for outcome in outcomes), strict=True))
        columns = [list(keys), [o.status for o in outcomes], [o.reason for o in outcomes], *map(list, numbers)]
        arrays = [pa.array(column, kind.type) for column, kind in zip(columns, self._schema, strict=True)]
        self._own.append((0, self._write([pa.Table.from_arrays(arrays, schema=self._schema)])))
        while len(self._own) >= _JOINED and len({size for size, _ in self._own[-_JOINED:]}) == 1:
            self._join_last()

    def _join_last(self) -> None:
        some = self._own[-_JOINED:]
        files = [file for _, path in some if (file := self._opened(path)) is not None]
        if not files:  # another runner has joined them with its own
            del self._own[-_JOINED:]
            return
        joined = self._write(pa.Table.from_batches([batch]) for file in files for batch in file.iter_batches(BATCH))
        for _, path in some:
            path.unlink(missing_ok=True)
        self._own[-_JOINED:] = [(some[0][0] + 1, joined)]

    def _write(self, tables: Iterable[pa.Table], prefix: str = "") -> Path:
        self._count += 1
        name = f"{prefix or f'{self.runner}-{self._count:06d}'}-{{digest}}.parquet"
        try:
            return write_whole(self.parts, name, lambda file: write_tables(file, tables))
        except OSError as error:
            raise SimError(
                f"cannot keep runs in {self.parts}: {error.strerror or error}; what was kept before is safe: "
                "make room, then start again"
            ) from error

    # -------------------------------------------------------------------------------------------------- reading
    def finished(self) -> Kept:
        """Keys of every finished run and how it ended, without metrics. Damaged parts are set aside."""
        self._known = self._pieces(keys_in, self._known)
        return Kept(list(self._known.values()))

    def read(self) -> Kept:
        """Every finished run once. Damaged parts are set aside.

        Raises:
            SimError: two parts disagree about a run, which cannot be: something is wrong with code or machine.
        """
        kept = Kept(list(self._pieces(whole_piece, {}).values()), self._metrics)
        if kept.twice:
            raise SimError(
                f"{self.parts}: run {kept.twice[0]} is kept with two outcomes; remove the folder, start anew"
            )
        return kept

    def _pieces(self, read: Callable[[pq.ParquetFile], Piece], known: dict[str, Piece]) -> dict[str, Piece]:
        """What is in all parts, by name; each file is read once."""
        for _ in range(100):
            found: dict[str, Piece] = {}
            for path in sorted(path for path in self.parts.glob("*.parquet") if not path.name.startswith(".")):
                if path.name in known:
                    found[path.name] = known[path.name]
                elif (file := self._opened(path)) is not None:
                    found[path.name] = _read(path, file, read)
                elif path not in self.damaged:
                    break  # it was joined into another while we were reading; a new look finds that one
            else:
                return found
            known = {**known, **found}
        raise SimError(f"{self.parts}: files come and go; is another program at work there?")

    def _opened(self, path: Path) -> pq.ParquetFile | None:
        """One part, ready to be read; None where it is damaged, and then set aside, or gone."""
        try:
            whole = digest_of(path)[:_DIGITS] == path.stem.rpartition("-")[2]
            file = pq.ParquetFile(path) if whole else None
        except FileNotFoundError:
            return None
        except pa.ArrowException:
            file = None
        except OSError as error:
            raise SimError(f"cannot read {path}: {error.strerror or error}") from error
        if file is None:
            aside = self.folder / DAMAGED / path.name
            aside.parent.mkdir(exist_ok=True)
            try:
                os.replace(path, aside)
            except FileNotFoundError:
                return None
            self.damaged.append(path)
            return None
        if not file.schema_arrow.equals(self._schema):
            raise SimError(f"{path} has other columns than runs of the study; it does not belong here: remove it")
        return file

    # ------------------------------------------------------------------------------------------------- in the end
    def join_all(self, keys: Keys) -> Kept:
        """Leaves one part with the runs in this order, those of other keys last: the same runs, the same bytes."""
        before = list(self.parts.glob("*.parquet"))
        kept = self.read()
        listed = kept.find(keys.digests[keys.first])
        listed = listed[listed >= 0]
        self._replace(before, kept, np.append(listed, np.setdiff1d(np.arange(len(kept)), listed)), "all")
        self._own.clear()
        for place in (self.folder, self.parts):
            mend(place)
        return kept

    def forget_failed(self) -> int:
        """Takes the failed runs out, so that they are made again; returns how many there were."""
        before = list(self.parts.glob("*.parquet"))
        kept = self.read()
        done = np.flatnonzero(kept.done)
        if len(done) < len(kept):
            self._replace(before, kept, done)
        return len(kept) - len(done)

    def _replace(self, before: Iterable[Path], kept: Kept, rows: Rows, prefix: str = "") -> None:
        """Writes runs as one part, then removes the parts that they were in."""
        joined = self._write((self._part(kept, some) for some in in_batches(rows)), prefix)
        for path in before:
            if path != joined:
                path.unlink(missing_ok=True)

    def _part(self, kept: Kept, rows: Rows) -> pa.Table:
        frame = kept.frame(rows)
        frame.insert(0, "key", list(Keys(kept.keys[rows])))
        return pa.Table.from_pandas(frame, schema=self._schema, preserve_index=False)


def _read(path: Path, file: pq.ParquetFile, read: Callable[[pq.ParquetFile], Piece]) -> Piece:
    """What is in a part whose bytes are those of its name; one that somebody else made need not be runs."""
    try:
        return read(file)
    except (OSError, TypeError, ValueError, pa.ArrowException) as error:
        raise SimError(f"{path} holds no runs: {error}; it does not belong here: remove it") from error


def write_tables(file: BinaryIO, tables: Iterable[pa.Table]) -> None:
    """Writes tables of one schema, at least one, one after the other into one Parquet file."""
    rest = iter(tables)
    first = next(rest)
    with pq.ParquetWriter(file, first.schema, compression="zstd", write_page_checksum=True) as writer:
        for table in chain([first], rest):
            writer.write_table(table)


def write_whole(folder: Path, name: str, write: Callable[[BinaryIO], object]) -> Path:
    """Writes a file of a folder, whole or not at all; once this returns it is on the disk.

    Args:
        folder: where to; made if it is missing.
        name: of the file; ``{digest}`` in it stands for the digest of the bytes.
        write: is called with the file.

    Raises:
        OSError: it cannot be written; then nothing of it is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with scratch_file(folder) as scratch:
        with scratch.open("wb") as file:
            write(file)
        return settle(scratch, folder / name.format(digest=digest_of(scratch)[:_DIGITS]))
