"""Where finished runs are kept: part files that are written once, whole or not at all, and know their own content.

A part is a Parquet file with a row per finished run: key, status, reason, metrics. It is written under a hidden name,
flushed to the disk and renamed to a name that ends in the digest of its bytes. So a file that is there is whole, or its
name gives it away; then it is set aside, and its runs are made again. Nobody ever changes a part. A runner joins its
own small parts into larger ones, and removes the small ones once the large one is there: killed in between, it leaves
runs that are kept twice, which reading takes for one. The same goes for two runners that made the same run.
"""

from __future__ import annotations

import hashlib
import io
import os
import socket
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import SimError
from sim.studies.tasks import Outcome

PARTS, DAMAGED = "parts", "damaged"
_HIDDEN = ".writing-"
_JOINED = 12  # parts of one size that are joined into one
_FORGOTTEN_SECONDS = 86_400.0  # after which a hidden file is what a killed runner left
KEY = ["key", "status", "reason"]


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
        fields = [(name, pa.string()) for name in KEY] + [(name, pa.float64()) for name in metrics]
        self._schema = pa.schema(fields)
        self.runner = f"{socket.gethostname()}-{os.getpid()}-{time.time_ns():x}"
        self._own: list[tuple[int, Path]] = []  # size class and place of the parts written here
        self._read: dict[str, pa.Table] = {}
        self._count = 0

    # -------------------------------------------------------------------------------------------------- writing
    def add(self, keys: Sequence[str], outcomes: Sequence[Outcome]) -> None:
        """Keeps finished runs; once this returns they survive anything but the loss of the disk.

        Raises:
            SimError: they cannot be written (a full disk, say); what was kept before is safe.
        """
        if not outcomes:
            return
        numbers = list(zip(*(outcome.metrics for outcome in outcomes), strict=True))
        columns = [list(keys), [o.status for o in outcomes], [o.reason for o in outcomes], *map(list, numbers)]
        arrays = [pa.array(column, kind.type) for column, kind in zip(columns, self._schema, strict=True)]
        self._own.append((0, self._write(pa.Table.from_arrays(arrays, schema=self._schema))))
        while len(self._own) >= _JOINED and len({size for size, _ in self._own[-_JOINED:]}) == 1:
            self._join_last()

    def _join_last(self) -> None:
        some = self._own[-_JOINED:]
        tables = [table for _, path in some if (table := self._table(path)) is not None]
        if not tables:  # another runner has joined them with its own
            del self._own[-_JOINED:]
            return
        joined = self._write(pa.concat_tables(tables))
        for _, path in some:
            path.unlink(missing_ok=True)
        self._own[-_JOINED:] = [(some[0][0] + 1, joined)]

    def _write(self, table: pa.Table, prefix: str = "") -> Path:
        memory = io.BytesIO()
        pq.write_table(table, memory, compression="zstd")
        data = memory.getvalue()
        self._count += 1
        name = f"{prefix or f'{self.runner}-{self._count:06d}'}-{_digest(data)}.parquet"
        try:
            return write_whole(self.parts / name, data)
        except OSError as error:
            raise SimError(
                f"cannot keep runs in {self.parts}: {error.strerror or error}; what was kept before is safe: "
                "make room, then start again"
            ) from error

    # -------------------------------------------------------------------------------------------------- reading
    def read(self) -> pd.DataFrame:
        """Every finished run once, indexed by key: status, reason, metrics. Damaged parts are set aside.

        Raises:
            SimError: two parts disagree about a run, which cannot be: something is wrong with code or machine.
        """
        tables = self._tables()
        if not tables:
            nothing: pd.DataFrame = self._schema.empty_table().to_pandas().set_index("key")
            return nothing
        frame = pa.concat_tables(tables).to_pandas()
        # Where a run failed here and was made there, what was made counts.
        frame = frame.sort_values("status", kind="stable").drop_duplicates()
        done = frame[frame["status"] == "done"]
        if twice := done["key"][done["key"].duplicated()].unique().tolist():
            raise SimError(f"{self.parts}: run {twice[0]} is kept with two outcomes; remove the folder and start anew")
        once: pd.DataFrame = frame.drop_duplicates("key").set_index("key")
        return once

    def _tables(self) -> list[pa.Table]:
        """The tables of all parts; each file is read once."""
        for _ in range(100):
            paths = sorted(path for path in self.parts.glob("*.parquet") if not path.name.startswith("."))
            found = [self._table(path) for path in paths]
            # A part that went while we were reading was joined into another, which a new look finds.
            if all(table is not None or path in self.damaged for path, table in zip(paths, found, strict=True)):
                self._read = {path.name: self._read[path.name] for path in paths if path.name in self._read}
                return [table for table in found if table is not None]
        raise SimError(f"{self.parts}: files come and go; is another program at work there?")

    def _table(self, path: Path) -> pa.Table | None:
        """One part; None where it is damaged, and then set aside, or gone."""
        if path.name in self._read:
            return self._read[path.name]
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SimError(f"cannot read {path}: {error.strerror or error}") from error
        if _digest(data) != path.stem.rpartition("-")[2]:
            aside = self.folder / DAMAGED / path.name
            aside.parent.mkdir(exist_ok=True)
            try:
                os.replace(path, aside)
            except FileNotFoundError:
                return None
            self.damaged.append(path)
            return None
        table = pq.read_table(io.BytesIO(data))
        if table.schema.names != self._schema.names:
            raise SimError(f"{path} has other metrics than the study; it does not belong here")
        self._read[path.name] = table
        return table

    # ------------------------------------------------------------------------------------------------- in the end
    def join_all(self, keys: Iterable[str]) -> None:
        """Leaves one part with the runs in this order, those of other keys last: the same runs, the same bytes."""
        before = list(self.parts.glob("*.parquet"))
        frame = self.read()
        listed = [key for key in dict.fromkeys(keys) if key in frame.index]
        rest = sorted(set(frame.index) - set(listed))
        ordered = frame.loc[[*listed, *rest]].reset_index()
        joined = self._write(pa.Table.from_pandas(ordered, schema=self._schema, preserve_index=False), "all")
        for path in before:
            if path != joined:
                path.unlink(missing_ok=True)
        self._own.clear()
        for path in self.folder.rglob(f"{_HIDDEN}*"):
            if time.time() - path.stat().st_mtime > _FORGOTTEN_SECONDS:
                path.unlink(missing_ok=True)

    def forget_failed(self) -> int:
        """Takes the failed runs out, so that they are made again; returns how many there were."""
        before = list(self.parts.glob("*.parquet"))
        frame = self.read()
        kept = frame[frame["status"] == "done"]
        if len(kept) < len(frame):
            joined = self._write(pa.Table.from_pandas(kept.reset_index(), schema=self._schema, preserve_index=False))
            for path in before:
                if path != joined:
                    path.unlink(missing_ok=True)
        return len(frame) - len(kept)


def write_whole(path: Path, data: bytes) -> Path:
    """Writes a file under a hidden name, flushes it and renames it: it is there whole, or not at all.

    Raises:
        OSError: it cannot be written; then nothing of it is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f"{_HIDDEN}{socket.gethostname()}-{os.getpid()}-{time.time_ns():x}-{path.name}")
    try:
        with hidden.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(hidden, path)
    except OSError:
        hidden.unlink(missing_ok=True)
        raise
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return path


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
