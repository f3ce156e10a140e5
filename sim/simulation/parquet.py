"""Parquet files as they are read: what is none, or has other columns than it should, is a fault that names the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.common.errors import Fault, FaultList

TEXT, NUMBERS, SWITCH = "text", "numbers", "true or false"


def read_schema(path: Path) -> tuple[pa.Schema, int]:
    """The columns of a table with what is written on it, and how many rows it has.

    Raises:
        FaultList: it is no table.
    """
    try:
        # A folder in its place would be read as a set of tables.
        with path.open("rb") as file:
            facts = pq.read_metadata(file)
        return facts.schema.to_arrow_schema(), facts.num_rows
    except (OSError, ValueError, pa.ArrowException) as error:
        raise FaultList([Fault(str(path), 0, 0, "", f"cannot be read as a table: {_plain(error)}")]) from None


def read_table(path: Path) -> pd.DataFrame:
    """A table.

    Raises:
        FaultList: it cannot be read, or its pages are not as they were written.
    """
    try:
        with path.open("rb") as file:
            table: pd.DataFrame = pq.read_table(file, page_checksum_verification=True).to_pandas()
            return table
    except (OSError, ValueError, pa.ArrowException) as error:
        raise FaultList([Fault(str(path), 0, 0, "", f"cannot be read as a table: {_plain(error)}")]) from None


def faults_of_columns(
    path: Path, schema: pa.Schema, columns: Mapping[str, str], names: Mapping[str, str] | None = None
) -> Iterator[Fault]:
    """What columns a table lacks, and which hold something else than they should.

    Args:
        path: the table, for faults.
        schema: what it has.
        columns: name and kind of each column that it should have.
        names: today's names of columns that were renamed.
    """
    there = {(names or {}).get(field.name, field.name): _kind(field.type) for field in schema}
    for column, kind in columns.items():
        if column not in there:
            yield Fault(str(path), 0, 0, column, "the column is missing; was it written by another version?")
        elif there[column] != kind:
            yield Fault(str(path), 0, 0, column, f"the column holds {there[column]}, expected {kind}")


def _kind(arrow: pa.DataType) -> str:
    if pa.types.is_dictionary(arrow):
        return _kind(arrow.value_type)
    if pa.types.is_string(arrow) or pa.types.is_large_string(arrow):
        return TEXT
    if pa.types.is_boolean(arrow):
        return SWITCH
    return NUMBERS if pa.types.is_floating(arrow) or pa.types.is_integer(arrow) else str(arrow)


def _plain(error: Exception) -> str:
    """An error in a line; of one of the system, what it says about itself."""
    return " ".join(str(getattr(error, "strerror", None) or error).split())
