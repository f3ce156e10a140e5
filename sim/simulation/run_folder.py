"""The folder of a run: eight tables, the resolved scenario, and a record of what made them and of every file's digest.

A folder is named after its run, so the same run comes to the same folder. What a rerun may do there follows from the
record: where it is of the same run with the same tables, files that are as they were written are replaced, files that
the rerun does not make stay, and what the owner changed or added is in the way only where the rerun would write a file
of that name. A record of anything else, such as the same run by other code, is in the way altogether.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.common.errors import Fault, FaultList, SimError
from sim.common.files import digest_of, move_into, refuse_overwriting
from sim.common.renamed import RENAMED, renamed
from sim.common.scratch import names_in, scratch_folder
from sim.simulation import parquet
from sim.simulation.columns import COLUMNS, kind_of
from sim.simulation.run_record import BANDS, BASELINE, FILES, RECORD, SCENARIO, TABLES, lasting, read_record

_STAMP = b"sim"
_NEVER_EMPTY = ("prices", "states")
_LARGEST = 1e100  # sums of what is larger overflow; a run ends in a fault long before


# ------------------------------------------------------------------------------------------------------------ writing
def write_tables(folder: Path, record: Mapping[str, Any], tables: Iterable[tuple[str, pd.DataFrame]]) -> dict[str, Any]:
    """Writes the tables of a run, each stamped with what made it; rows and digest of each.

    Raises:
        OSError: one cannot be written.
    """
    # The time that it took and the runs beside it stay out of the stamp: the same run gives the same bytes.
    stamp = {_STAMP: json.dumps(lasting(record)).encode()}
    written = {}
    for name, frame in tables:
        path = folder / f"{name}.parquet"
        table = pa.Table.from_pandas(frame, preserve_index=False)
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), **stamp})
        pq.write_table(table, path, compression="zstd")
        written[name] = {"rows": table.num_rows, "sha256": digest_of(path)}
    return written


def put_in_place(folder: Path, scratch: Path, record: Mapping[str, Any], *, force: bool) -> None:
    """Moves a run that is written to its folder, which may have the same run already, or a part of it.

    Args:
        folder: where to.
        scratch: has all files of the run but its record.
        record: of the run.
        force: whether what is in the way is replaced.

    Raises:
        SimError: something is in the way.
    """
    new: dict[str, Any] = json.loads(json.dumps(record))
    files = _digests(scratch)
    there = _record_there(folder)
    own: set[str] = set()
    stale: set[str] = set()
    if there is not None:
        untouched = unchanged(folder, there)
        if lasting(there) == lasting(new) and there["tables"] == new["tables"]:
            # What this time was not made is still true of the run: it stays, and so does what it is told by.
            new = {name: there[name] for name in (BANDS, BASELINE) if name in there} | new
            files = (there.get(FILES) or {}) | files
            own = untouched | {RECORD}
        elif force:
            stale = untouched - set(files)
        else:
            _refuse_another(folder)
    _write_record(scratch, {**new, FILES: dict(sorted(files.items()))})
    move_into(folder, scratch, force=force, own=own, stale=stale)


@contextmanager
def added_to(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """A hidden folder whose files are added to the folder of a run, and to its record.

    Raises:
        SimError: no run stands there, it cannot be written, or files are in the way that the run did not write so.
    """
    record = read_record(folder)
    with scratch_folder(folder) as scratch:
        yield scratch
        files = (record.get(FILES) or {}) | _digests(scratch)
        _write_record(scratch, {**record, FILES: dict(sorted(files.items()))})
        move_into(folder, scratch, force=force, own=unchanged(folder, record) | {RECORD})


def refuse_to_replace(folder: Path, names: Collection[str], code: str) -> None:
    """Says before a run, not after it, what of its folder it would have to replace.

    Args:
        folder: of the run.
        names: files that it would write.
        code: digest of the code that would make it.

    Raises:
        SimError: the folder has the run by other code, or files in the way that the run did not write so.
    """
    there = _record_there(folder)
    if there is not None and there.get("code") != code:
        _refuse_another(folder)
    refuse_overwriting(folder, names, own=set() if there is None else unchanged(folder, there) | {RECORD})


def unchanged(folder: Path, record: Mapping[str, Any]) -> set[str]:
    """Files of a run's folder that are as the run wrote them."""
    listed = {f"{name}.parquet": table["sha256"] for name, table in record["tables"].items()}
    listed |= record.get(FILES) or {}
    return {name for name in names_in(folder) if name in listed and digest_of(folder / name) == listed[name]}


def _refuse_another(folder: Path) -> None:
    raise SimError(
        f"{folder} has this run already, made by other code or packages, or its record was changed since; "
        "--force replaces it, or name another place with --out"
    )


def _record_there(folder: Path) -> dict[str, Any] | None:
    """The record in a folder; None where there is none that can be read, so that nothing there counts as a run's."""
    try:
        return read_record(folder)
    except FaultList:
        return None


def _digests(folder: Path) -> dict[str, str]:
    return {name: digest_of(folder / name) for name in names_in(folder)}


def _write_record(folder: Path, record: Mapping[str, Any]) -> None:
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


# ------------------------------------------------------------------------------------------------------------ reading
def read_run(folder: Path) -> tuple[dict[str, Any], str]:
    """Record and scenario of a run, whose files are all as it wrote them.

    Raises:
        SimError: it is not the folder of a run, or damaged.
    """
    try:
        record = read_record(folder)
    except FaultList as error:
        raise SimError(f"{folder} is not the folder of a run: {error}") from error
    listed = record.get(FILES) or {}
    written = {SCENARIO: listed.get(SCENARIO)} | {
        f"{name}.parquet": record["tables"][name]["sha256"] for name in TABLES
    }
    written |= {name: listed[name] for name in (f"{BANDS}.csv",) if name in listed}
    try:
        if gone := [name for name in written if not (folder / name).is_file()]:
            raise SimError(f"{folder}: {', '.join(gone)} is gone since the run wrote it; run the scenario again")
        if changed := [name for name, digest in written.items() if digest and digest_of(folder / name) != digest]:
            names = ", ".join(name.removesuffix(".parquet") for name in changed)
            raise SimError(f"{folder}: {names} changed since the run wrote it; run the scenario again")
        scenario = (folder / SCENARIO).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SimError(f"{folder} is not the folder of a run: {error}") from error
    if faults := [fault for name in TABLES for fault in _faults_of_table(folder / f"{name}.parquet", name, record)]:
        raise FaultList(faults)
    return record, scenario


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """A table of a run, its columns under today's names.

    Raises:
        FaultList: it cannot be read.
    """
    path = folder / f"{name}.parquet"
    table = parquet.read_table(path)
    numbers = set(table.select_dtypes("number"))
    faults = []
    for column in table:
        odd = ~(table[column].abs() <= _LARGEST) if column in numbers else table[column].isna()
        if many := int(odd.sum()):
            what = "not a number" if column in numbers else "empty"
            faults.append(Fault(str(path), 0, 0, str(column), f"is {what} in {many:,} of {len(table):,} rows"))
    if faults:
        raise FaultList(faults)
    return table.rename(columns=lambda column: renamed("column", column))


def _faults_of_table(path: Path, name: str, record: Mapping[str, Any]) -> Iterator[Fault]:
    """What a table lacks of what its kind has, and where it is not of the run that the record tells of."""
    try:
        schema, rows = parquet.read_schema(path)
    except FaultList as error:
        yield from error.faults
        return
    if rows != record["tables"][name]["rows"] or (name in _NEVER_EMPTY and not rows):
        yield Fault(str(path), 0, 0, "", f"has {rows} rows; the run wrote {record['tables'][name]['rows']}")
    elif rows:  # without rows, a column is of no kind
        kinds = {column: kind_of(facts) for column, facts in COLUMNS[name].items()}
        yield from parquet.faults_of_columns(path, schema, kinds, RENAMED["column"])
    if name == TABLES[0] and _STAMP in (schema.metadata or {}):
        stamp = json.loads(schema.metadata[_STAMP])
        for key, value in lasting(record).items():
            if key in stamp and stamp[key] != value:
                yield Fault(str(path.with_name(RECORD)), 0, 0, key, f"is not what {path.name} says of its run")
