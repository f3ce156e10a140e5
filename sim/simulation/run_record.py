"""The record of a run, as it lies on disk: what made it, and the digest of every file of its folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.common.json_records import Record, checked_record, read_json
from sim.common.scratch import mend

RECORD, SCENARIO, BANDS, BASELINE, FILES = "record.json", "scenario.yaml", "bands", "baseline", "files"
# What the same run need not have in common with another time that it was made.
_VARYING = ("wall_seconds", "tables", FILES, BANDS, BASELINE, "code")


class Office(Record):
    """How a state's customs office counts."""

    imports_by: str
    reexports: str


class TableFacts(Record):
    """A table as it was written."""

    rows: int
    sha256: str


class TablesFacts(Record):
    """All tables as they were written."""

    flows: TableFacts
    orders: TableFacts
    recorded: TableFacts
    prices: TableFacts
    hubs: TableFacts
    states: TableFacts
    network: TableFacts
    transit: TableFacts


TABLES = tuple(TablesFacts.model_fields)


class BandsFacts(Record):
    """Which draws of which posterior the bands are over."""

    posterior: str
    digest: str
    draws: int
    mode: str
    exporters: int
    world_errors: bool | None = None


class DrawnFacts(Record):
    """Which draw of a posterior the run has."""

    posterior: str
    digest: str
    draw: int
    draws: int
    absent: list[str]
    kept: list[str]
    world_errors: bool | None = None
    elsewhere: list[str] | None = None


class RunRecord(Record):
    """What this program asks of the record of a run."""

    title: str
    question: str
    months: str
    target: str
    coalition: list[str]
    offices: dict[str, Office]
    good_groups: dict[str, list[str]] | None = None
    run_digest: str
    scenario_digest: str
    world_digest: str
    rules_replaced: dict[str, str]
    mode: str
    exporters: int
    seed: int
    clauses: list[str]
    parameters: dict[str, float]
    posterior: DrawnFacts | None = None
    versions: dict[str, str]
    tables: TablesFacts
    files: dict[str, str] | None = None
    bands: BandsFacts | None = None
    baseline: str | None = None
    code: str | None = None


def run_name(title: str, run_digest: str) -> str:
    """Folder name of a run: a readable slug and the digest of what determines it."""
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in title.lower())
    slug = "-".join(part for part in letters.split("-") if part)[:48]
    return f"{slug or 'run'}-{run_digest[:10]}"


def read_record(folder: Path) -> dict[str, Any]:
    """The record of a run.

    Raises:
        FaultList: there is none, or it is not the record of a run.
    """
    mend(folder)
    data = read_json(folder / RECORD)
    checked_record(data, RunRecord, folder / RECORD)
    return dict(data)


def lasting(record: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a record that is the same whenever the run is made."""
    return {name: value for name, value in record.items() if name not in _VARYING}
