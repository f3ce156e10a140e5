"""What a run leaves behind: tidy tables with units in the column names, and a record of what made them.

On disk a run is a folder of Parquet tables, the resolved scenario, and ``record.json`` with parameters, seeds, versions
and hashes. It is written under a hidden name and renamed when complete: a folder that exists is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.common.accessors import Accessor
from sim.common.errors import SimError
from sim.common.renamed import renamed
from sim.simulation.tables import build_tables, condensed

TABLES = ("flows", "orders", "recorded", "prices", "hubs", "states", "network", "transit")
RECORD, SCENARIO, BANDS = "record.json", "scenario.yaml", "bands"


@dataclass(frozen=True, eq=False)
class Results:
    """The outcome of one run.

    Everything is worked out when first asked for: a sweep that reads one number of a run pays for that number.

    Attributes:
        made_by: gives :attr:`record`.
        scenario: gives :attr:`scenario_yaml`.
        source: where the tables come from: arrays of a run just made, the folder of a run made before, or tables.

    Example:
        >>> import sim
        >>> results = sim.load("classroom").run()
        >>> results.to_target()["route"].unique().tolist()
        ['direct', 'via BETA']
    """

    made_by: Callable[[], dict[str, Any]]
    scenario: Callable[[], str]
    source: Any
    plot = Accessor("Its figures: ``plot.<tab>`` lists them, ``plot.NAME()`` draws one.")

    @cached_property
    def record(self) -> dict[str, Any]:
        """What made it: scenario title and digest, world digest, parameters, seed, versions, months, wall seconds."""
        return self.made_by()

    @cached_property
    def scenario_yaml(self) -> str:
        """The resolved scenario, as text that loads again."""
        return self.scenario()

    def _table(self, name: str) -> pd.DataFrame:
        if isinstance(self.source, Path):
            table: pd.DataFrame = pq.read_table(self.source / f"{name}.parquet").to_pandas()
            return table.rename(columns=lambda column: renamed("column", column))
        if isinstance(self.source, dict):
            made: pd.DataFrame = self.source[name]
            return made
        return build_tables(self.source, name)

    def condensed(self) -> Results:
        """The run as far as time series need it, a hundredth of its size; see :func:`.tables.condensed`."""
        return Results(self.made_by, self.scenario, condensed(self.source))

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Deliveries: month, good, origin, brand origin, route, destination, volume, value, price, recorded value.

        ``volume_musd`` is at the prices of the base year (``record["base_year"]``), ``value_musd`` at the month's, FOB
        at the origin; ``recorded_musd`` is what the origin's customs office has on record under this destination and
        this good. Sales at home are left out.
        """
        return self._table("flows")

    @cached_property
    def orders(self) -> pd.DataFrame:
        """What orders for the target came to, musd at base-year prices: ordered = the sum of all the other columns."""
        return self._table("orders")

    @cached_property
    def recorded(self) -> pd.DataFrame:
        """Customs records: month, reporter, flow (export, import, re-export), partner, good, value, publication.

        ``published`` says whether the reporter publishes the month at all, ``release_month`` when and ``reported_flow``
        under which heading: many lump re-exports in with their own exports.
        """
        return self._table("recorded")

    @cached_property
    def prices(self) -> pd.DataFrame:
        """Price indices (base year = 1) by month, destination, brand origin and good; drivers of demand."""
        return self._table("prices")

    @cached_property
    def hubs(self) -> pd.DataFrame:
        """Intermediaries by month and hub: capacity utilisation, mark-up, firms active and listed, re-entries."""
        return self._table("hubs")

    @cached_property
    def states(self) -> pd.DataFrame:
        """States by month: announced policy, enacted law, enforcement; pressure, threats; resolve; listings."""
        return self._table("states")

    @cached_property
    def network(self) -> pd.DataFrame:
        """Deliveries through hubs: month, good, the hub they entered, the hub they left, volume."""
        return self._table("network")

    @cached_property
    def transit(self) -> pd.DataFrame:
        """Goods sent to the target through hubs, by month, good, origin and the hub they entered; FOB, musd.

        ``sent`` = ``stopped`` + ``unsold`` + ``arrived`` at the target. ``ghost_transit_sent`` and
        ``ghost_transit_arrived`` of it never met the officers of the hub; ``evading_arrived`` is what they met of goods
        that are banned, or that would go direct if they could.
        """
        return self._table("transit")

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return str(self.record["title"])

    @property
    def target(self) -> str:
        """Code of the sanctioned state."""
        return str(self.record["target"])

    def to_target(self) -> pd.DataFrame:
        """Deliveries to the target only."""
        return self.flows[self.flows["destination"] == self.target]

    def save(self, folder: str | Path, also: Callable[[Path], object] | None = None) -> Path:
        """Writes tables, scenario and record as one folder, whole or not at all.

        Args:
            folder: parent folder; made if it is missing.
            also: writes more into the folder, such as figures, before it is renamed into place.

        Returns:
            The run's folder, ``<slug>-<digest>`` below ``folder``. A run of the same content is replaced.

        Raises:
            SimError: the folder cannot be written.
        """
        parent = Path(folder)
        final = parent / run_name(self.record)
        try:
            parent.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=parent))
        except OSError as error:
            raise SimError(f"cannot write results to {parent}: {error.strerror or error}") from error
        try:
            self._write(scratch)
            if also is not None:
                also(scratch)
            _swap_in(scratch, final)
        except OSError as error:
            raise SimError(f"cannot write results to {final}: {error.strerror or error}") from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return final

    def _write(self, scratch: Path) -> None:
        record = dict(self.record, tables={})
        # The time that it took and the runs beside it stay out of the tables: the same run gives the same bytes.
        made = {name: value for name, value in self.record.items() if name not in ("wall_seconds", BANDS)}
        for name in TABLES:
            path = scratch / f"{name}.parquet"
            table = pa.Table.from_pandas(getattr(self, name), preserve_index=False)
            stamp = {b"sim": json.dumps(made).encode()}
            pq.write_table(
                table.replace_schema_metadata({**(table.schema.metadata or {}), **stamp}), path, compression="zstd"
            )
            record["tables"][name] = {"rows": table.num_rows, "sha256": _digest(path)}
        (scratch / SCENARIO).write_text(self.scenario_yaml, encoding="utf-8")
        (scratch / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        for path in scratch.iterdir():
            with path.open("rb") as file:
                os.fsync(file.fileno())

    @staticmethod
    def open(folder: str | Path) -> Results:
        """Opens a run made before; tables are read when asked for.

        Raises:
            SimError: not the folder of a run, or damaged.
        """
        path = Path(folder)
        try:
            record = json.loads((path / RECORD).read_text(encoding="utf-8"))
            scenario = (path / SCENARIO).read_text(encoding="utf-8")
            written = {name: record["tables"][name]["sha256"] for name in TABLES}
            damaged = [name for name, digest in written.items() if _digest(path / f"{name}.parquet") != digest]
        except (OSError, ValueError, KeyError) as error:
            raise SimError(f"{path} is not the folder of a run: {error}") from error
        if damaged:
            raise SimError(f"{path}: {', '.join(damaged)} changed since the run wrote it; run the scenario again")
        return Results(lambda: record, lambda: scenario, path)

    def __repr__(self) -> str:
        return f"<Results {self.title!r}, {self.record['months']}>"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run_name(record: dict[str, Any]) -> str:
    """Folder name of a run: a readable slug and the digest of what determines it."""
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in str(record["title"]).lower())
    slug = "-".join(part for part in letters.split("-") if part)[:48]
    return f"{slug or 'run'}-{record['run_digest'][:10]}"


def _swap_in(scratch: Path, final: Path) -> None:
    """Renames a finished folder into place; an older one of the same name goes only when the new one is there."""
    if final.exists():
        aside = Path(tempfile.mkdtemp(prefix=".replaced-", dir=final.parent))
        os.replace(final, aside / "old")
        os.replace(scratch, final)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        os.replace(scratch, final)
    descriptor = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.chmod(final, 0o755)
