"""What a run leaves behind: tidy tables with units in the column names, and a record of what made them.

On disk a run is a folder of Parquet tables, the resolved scenario, and ``record.json`` with parameters, seeds, versions
and hashes; see :mod:`sim.simulation.run_folder`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sim.common.accessors import Accessor
from sim.common.errors import SimError, nearest
from sim.common.labelled import dataset
from sim.common.renamed import renamed
from sim.common.scratch import scratch_folder
from sim.simulation.columns import COLUMNS, kind_of
from sim.simulation.parquet import NUMBERS, TEXT
from sim.simulation.run_folder import put_in_place, read_run, read_table, write_tables
from sim.simulation.run_record import SCENARIO, TABLES, run_name
from sim.simulation.tables import build_tables, condensed

__all__ = ["TABLES", "Results"]
_NO_KEYS = ("reported_flow", "release_month")  # words that tell no row from another


class _RunTable(pd.DataFrame):
    """A table of a run whose columns answer to their old names too, with a hint; what is made of it is a plain one."""

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            key = renamed("column", key, self.columns)
        elif isinstance(key, list):
            key = [renamed("column", one, self.columns) if isinstance(one, str) else one for one in key]
        return super().__getitem__(key)


@dataclass(frozen=True, eq=False)
class Results:
    """The outcome of one run.

    Everything is worked out when first asked for: a sweep that reads one number of a run pays for that number.

    Attributes:
        made_by: gives :attr:`record`.
        scenario: gives :attr:`scenario_yaml`.
        source: where the tables come from: arrays of a run just made, the folder of a run made before, or tables.
        code: what stands in the Python files whose rules the scenario names, by name; saved beside the scenario.
        allow_code: whether that code may run again, see :func:`sim.load`.

    Example:
        >>> import sim
        >>> results = sim.load("classroom").run()
        >>> results.to_target()["route"].unique().tolist()
        ['direct', 'via BETA']
    """

    made_by: Callable[[], dict[str, Any]]
    scenario: Callable[[], str]
    source: Any
    code: Mapping[str, bytes] = field(default_factory=dict)
    allow_code: bool = False
    plot = Accessor("Its figures: ``plot.<tab>`` lists them, ``plot.NAME()`` draws one.")
    save_summary = Accessor("Writes its tables and what ran: ``save_summary('mine.xlsx')``, or ``.csv``, ``.tex``.")

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
            return _RunTable(read_table(self.source, name))
        return _RunTable(self.source[name] if isinstance(self.source, dict) else build_tables(self.source, name))

    def condensed(self) -> Results:
        """The run as far as time series need it, a hundredth of its size; see :func:`.tables.condensed`."""
        return replace(self, source=condensed(self.source))

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

    @cached_property
    def months(self) -> list[str]:
        """All months of the run as text, in order."""
        return sorted(self.states["month"].unique())

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

    def to_xarray(self, table: str = "flows") -> Any:
        """A table as an ``xarray.Dataset``: an axis for each label, units in the attributes, what ran in its own.

        Args:
            table: one of the eight; of ``flows`` the deliveries to the target.

        Raises:
            SimError: there is no such table, or xarray is missing (extra ``exchange``).
        """
        if table not in TABLES:
            raise SimError(f"unknown table '{table}'; {nearest(table, TABLES)}")
        frame = self.to_target() if table == "flows" else getattr(self, table)
        known = {name: one for name, one in COLUMNS[table].items() if name in frame}
        keys = [name for name, one in known.items() if kind_of(one) == TEXT and name not in _NO_KEYS]
        keys = [name for name in keys if not (table == "flows" and name == "destination")]
        values = [name for name, one in known.items() if kind_of(one) == NUMBERS]
        about = {name: self.record[name] for name in ("title", "target", "seed", "mode", "run_digest", "base_year")}
        units = {name: {"units": known[name].unit, "long_name": known[name].meaning} for name in values}
        if table == "flows":  # an index of prices does not add up over what is summed here
            values.remove("price_index")
        return dataset(pd.DataFrame(frame), keys, values, about, units)

    def save(self, folder: str | Path, also: Callable[[Path], object] | None = None, *, force: bool = False) -> Path:
        """Writes tables, scenario and record as one folder, whole or not at all.

        The same run goes to the same folder again and again: what it has written there is refreshed, what it does not
        write this time stays, and so does every file of the owner's.

        Args:
            folder: parent folder; made if it is missing.
            also: writes more into the folder, such as figures, before it gets its name.
            force: whether it replaces what is in its way: the same run by other code, files that were changed since.

        Returns:
            The run's folder, ``<slug>-<digest>`` below ``folder``.

        Raises:
            SimError: the folder cannot be written, or something is in the way.
        """
        final = Path(folder) / run_name(self.title, self.record["run_digest"])
        with scratch_folder(final) as scratch:
            tables = write_tables(scratch, self.record, ((name, getattr(self, name)) for name in TABLES))
            (scratch / SCENARIO).write_text(self.scenario_yaml, encoding="utf-8")
            for name, source in self.code.items():
                (scratch / name).parent.mkdir(parents=True, exist_ok=True)
                (scratch / name).write_bytes(source)
            if also is not None:
                also(scratch)
            put_in_place(final, scratch, {**self.record, "tables": tables}, force=force)
        return final

    @staticmethod
    def open(folder: str | Path, *, allow_code: bool = False) -> Results:
        """Opens a run made before; tables are read when asked for.

        Args:
            folder: the run's.
            allow_code: whether code that its scenario names may run, where it is run again (:func:`sim.load`).

        Raises:
            SimError: not the folder of a run, or damaged.
        """
        path = Path(folder)
        record, scenario = read_run(path)
        return Results(lambda: record, lambda: scenario, path, allow_code=allow_code)

    def __repr__(self) -> str:
        return f"<Results {self.title!r}, {self.record['months']}>"
