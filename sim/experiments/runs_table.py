"""The table of runs in a study's folder, as any program may have left it: every column that is needed is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.common.errors import Fault, FaultList, SimError
from sim.experiments.tasks import DONE, FAILED

TABLE = "runs.parquet"
_WHOLE, _NUMBERS, _TEXT = "whole numbers", "numbers", "text"
# What stands beside factors and metrics, see :meth:`sim.experiments.plan.Plan.table`.
_FIXED = {
    **dict.fromkeys(("point", "package", "world", "draw", "replicate", "seed"), (_WHOLE,)),
    **dict.fromkeys(("status", "reason", "key"), (_TEXT,)),
}


def read_table(folder: Path, factors: Sequence[str], metrics: Sequence[str]) -> pd.DataFrame:
    """The table of runs.

    Args:
        folder: of the study.
        factors: levers and uncertainties, its columns of numbers or text.
        metrics: its columns of numbers.

    Raises:
        SimError: it is not written yet, cannot be read, or is no table of this study: then every column that is
            missing or holds something else is named.
    """
    path = folder / TABLE
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
    except FileNotFoundError:
        raise SimError(
            f"{folder} has no table of runs yet: its sweep still runs, or was stopped; then start it again"
        ) from None
    except (OSError, ValueError, pa.ArrowException) as error:
        raise SimError(f"{path} cannot be read: {error}; start the sweep again, it writes it anew") from error
    metric, factor = (_NUMBERS, _WHOLE), (_NUMBERS, _TEXT, _WHOLE)
    needed = {**_FIXED, **dict.fromkeys(factors, factor), **dict.fromkeys(metrics, metric)}
    if faults := list(_faults_of(table, needed, path)):
        raise FaultList(faults)
    # What pandas once noted in the file is no part of the table, and may be damaged as well.
    runs: pd.DataFrame = table.select(list(needed)).replace_schema_metadata(None).to_pandas()
    if odd := sorted(set(runs["status"]) - {DONE, FAILED}):
        raise FaultList([Fault(str(path), 0, 0, "status", f"read '{odd[0]}', expected {DONE} or {FAILED}")])
    return runs


def _faults_of(table: pa.Table, needed: Mapping[str, tuple[str, ...]], path: Path) -> Iterator[Fault]:
    many = Counter(table.column_names)
    for name, kind in needed.items():
        if many[name] != 1:
            what = "is missing" if not many[name] else f"stands {many[name]} times"
            yield Fault(str(path), 0, 0, name, f"the column {what}; start the sweep again, it writes the table anew")
            continue
        column = table.column(name)
        found = _kind_of(column.type)
        if found not in kind:
            expected = f"the column holds {found or column.type}, expected {' or '.join(kind)}"
            yield Fault(str(path), 0, 0, name, expected)
        elif column.null_count and name in _FIXED:
            yield Fault(str(path), 0, 0, name, f"the column has {column.null_count:,} empty cells")


def _kind_of(arrow: pa.DataType) -> str:
    """What a column holds; empty for what no column of runs has."""
    if pa.types.is_integer(arrow):
        return _WHOLE
    if pa.types.is_floating(arrow):
        return _NUMBERS
    return _TEXT if pa.types.is_string(arrow) or pa.types.is_large_string(arrow) else ""
