"""A posterior as it lies on disk: its draws, its record, and every fault of them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import numpy as np

from sim.common.csv_cells import between
from sim.common.csv_tables import Column, read_table, split_line
from sim.common.errors import Fault, FaultList, SimError
from sim.common.json_records import Record, checked_record, read_json
from sim.common.package_data import shipped
from sim.common.scratch import mend
from sim.simulation.chains import inference_data
from sim.simulation.inputs import InputProblem, address_of, apply_values, bounds_of, current_values, split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.scenario import Scenario
    from sim.world import World

DRAWS, RECORD, SHIPPED = "draws.csv", "record.json", "calibration/posterior"
# Where the record has what the fitted scenario says of each column, and where it had it before.
SAYS, _SAYS_BEFORE = "fitted_scenario", "said"
REPRESENTATIVE = 0
HUB_EFFECTS = "hub_effects"
NONE = "none"  # in place of a posterior's folder: the scenario's own parameters
_MOST_FAULTS = 50  # of a header


class PosteriorRecord(Record):
    """What this program asks of the record of a calibration; all of it may be missing."""

    scenario: str | None = None
    world: str | None = None
    world_digest: str | None = None
    target: str | None = None
    fitted_scenario: dict[str, Any] | None = None
    said: dict[str, Any] | None = None


class TakesDraws(Protocol):
    """What a draw can be put into: a case."""

    def with_posterior(self, draw: int, posterior: Posterior, *, world_errors: bool) -> Self:
        """The same with the values of a draw."""


Drawable = TypeVar("Drawable", bound=TakesDraws)


@dataclass(frozen=True)
class Drawn:
    """Which draw a case has, and what of it stayed out.

    Attributes:
        posterior: what the posterior is called.
        digest: sha256 of its draws.
        draw: number of the draw, from 0.
        draws: how many there are.
        absent: columns of which the scenario has no such clause, driver or hub.
        kept: columns for which the scenario has a value of its own, which stays.
        world_errors: whether the world is drawn, too.
        elsewhere: effects of hubs on the way to another target than the world's.
    """

    posterior: str
    digest: str
    draw: int
    draws: int
    absent: tuple[str, ...]
    kept: tuple[str, ...]
    world_errors: bool = False
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Posterior:
    """Joint draws of the free parameters.

    Attributes:
        name: what it is called: the scenario that was fitted, or the folder.
        path: the file that it was read from.
        digest: sha256 of that file.
        names: columns, each the address of an input (see :data:`sim.INPUT_KINDS`).
        draws: values, draws x columns, each in its unit.
        record: what made it, as the calibration wrote it down; empty if it did not.

    Example:
        >>> import sim
        >>> posterior = sim.load_posterior()
        >>> posterior.values(0)["parameters.aversion"] > 0.0
        True
    """

    name: str
    path: Path
    digest: str
    names: tuple[str, ...]
    draws: NDArray[np.float64]
    record: Mapping[str, Any]

    @property
    def count(self) -> int:
        """How many draws there are."""
        return len(self.draws)

    def to_inferencedata(self) -> Any:
        """The chains that it was drawn by, as ArviZ takes them; see :func:`sim.simulation.chains.inference_data`."""
        return inference_data(self.path.parent)

    def values(self, draw: int = REPRESENTATIVE) -> dict[str, float]:
        """The values of one draw, by column.

        Raises:
            SimError: there is no draw of this number.
        """
        if not 0 <= draw < self.count:
            raise SimError(f"no draw {draw} in {self.path}; it has draws 0 to {self.count - 1}")
        return dict(zip(self.names, self.draws[draw].tolist(), strict=True))

    def spread(self, count: int) -> tuple[int, ...]:
        """Numbers of so many draws, the representative one first and the others evenly through the file.

        Neighbours may be copies: draws are kept in proportion to their weight.

        Raises:
            SimError: more than there are.
        """
        if not 0 <= count <= self.count:
            raise SimError(f"{count} draws asked for; {self.path} has {self.count}")
        return tuple(int(draw) for draw in np.arange(count) * self.count // max(count, 1))

    def doubts(self, scenario: Scenario, world: World) -> str:
        """What speaks against using it for a scenario on a world, in words; empty if nothing does."""
        if self.record.get("world", scenario.world) != scenario.world:
            where = f"it was fitted on world '{self.record['world']}', not on '{scenario.world}'"
            return f"{where}: values of the same name are taken over, how well they fit is not"
        if self.record.get("world_digest", world.digest) != world.digest:
            return "the world's tables have changed since it was fitted"
        return ""

    def apply_draw(self, scenario: Scenario, world: World, draw: int = REPRESENTATIVE) -> tuple[Scenario, Drawn]:
        """The scenario with the values of a draw, and what stayed out.

        Args:
            scenario: it need not be the fitted one: what it lacks is passed over, what its author chose stays.
            world: its world; on one with another target effects of hubs are passed over as well.
            draw: number of the draw.

        Raises:
            SimError: no such draw, or a value that the scenario does not take (then the fault is the file's).
        """
        values, ours = self.values(draw), current_values(scenario, world)
        absent, there = (tuple(name for name in self.names if (name in ours) == known) for known in (False, True))
        target = world.states[world.target]
        other = self.record.get("target", target) != target
        elsewhere = tuple(name for name in there if other and split(name)[0] == HUB_EFFECTS)
        kept = tuple(name for name in there if name not in elsewhere and self._is_the_authors(name, ours[name]))
        chosen = {column: value for column, value in values.items() if column not in {*absent, *kept, *elsewhere}}
        drawn = Drawn(self.name, self.digest, draw, self.count, absent, kept, elsewhere=elsewhere)
        if not chosen:
            return scenario, drawn
        # The resolved scenario says where its numbers come from.
        source = f"{len(chosen)} values: draw {draw} of posterior '{self.name}' ({self.digest[:10]})"
        try:
            changed = apply_values(scenario, chosen)
        except FaultList as error:
            line = draw + 2
            raise FaultList(replace(f, file=str(self.path), line=f.line or line) for f in error.faults) from None
        return changed.with_changes(sources=[*changed.sources, source]), drawn

    def replace_draw(self, scenario: Scenario, drawn: Mapping[str, Any], draw: int) -> Scenario:
        """A scenario that has one draw, as a saved run's has, with another in its place.

        Args:
            scenario: with the values of a draw of this posterior.
            drawn: what a run's record says of that draw, see :class:`Drawn`.
            draw: number of the other.

        Raises:
            SimError: the draw it has is of another posterior, or there is no such draw.
        """
        if drawn["digest"] != self.digest:
            which = f"'{drawn['posterior']}' ({drawn['digest'][:10]})"
            raise SimError(f"the run has a draw of posterior {which}, which is not that of {self.path}")
        left_out = (*drawn["absent"], *drawn["kept"], *drawn.get("elsewhere", ()))
        outside = {address_of(column) for column in left_out}
        chosen = {column: value for column, value in self.values(draw).items() if column not in outside}
        # A size multiplies the path that the scenario had before its draw: that of the fitted scenario.
        says = self.record.get(SAYS, {})
        sizes = [column for column in chosen if split(column)[0] == "drivers"]
        before = {split(column)[1].rpartition(".")[0]: says.get(column) for column in sizes}
        if None in before.values():
            raise SimError(f"{self.path.with_name(RECORD)} does not say which paths the sizes are multiples of")
        drivers = scenario.as_data()["drivers"]
        drivers = [{**one, "path": before[one["id"]]} if one["id"] in before else one for one in drivers]
        return apply_values(scenario.with_changes(drivers=drivers), chosen)

    def _is_the_authors(self, column: str, value: Any) -> bool:
        """Whether a scenario says something else than the one that was fitted."""
        if SAYS in self.record:
            return bool(value != self.record[SAYS].get(column, value))
        return value is not None and split(column)[0] in ("parameters", HUB_EFFECTS)

    def case_at(self, case: Drawable, draw: int = REPRESENTATIVE, *, world_errors: bool = False) -> Drawable:
        """The case with the values of a draw; see :meth:`sim.Case.with_posterior`."""
        return case.with_posterior(draw, self, world_errors=world_errors)


def shipped_posterior(world: str) -> Path | None:
    """The posterior that ships with a world, if there is one."""
    folder = shipped(SHIPPED)
    return folder if (folder / DRAWS).is_file() and _record(folder).get("world") == world else None


def load_posterior(path: str | Path | None = None, world: str = "reference") -> Posterior:
    """Reads a posterior.

    Args:
        path: its folder, or its table of draws; the one that ships with the world by default.
        world: name of a shipped world; matters only where no path is given.

    Raises:
        FaultList: everything wrong with the draws, at once.
        SimError: none ships with that world.

    Example:
        >>> import sim
        >>> "parameters.aversion" in sim.load_posterior().names
        True
    """
    found = shipped_posterior(world) if path is None else Path(path)
    if found is None:
        raise SimError(f"no posterior ships with world '{world}'; `sim calibrate` makes one")
    table = found / DRAWS if found.is_dir() else found
    mend(table.parent)
    names, draws = _read_draws(table)
    record = _record(table.parent)
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    name = Path(str(record.get("scenario", table.absolute().parent.name))).stem
    return Posterior(name, table, digest, names, draws, record)


def _record(folder: Path) -> dict[str, Any]:
    path = folder / RECORD
    if not path.exists():
        return {}
    record = read_json(path)
    checked_record(record, PosteriorRecord, path)
    says = record.get(SAYS) or record.get(_SAYS_BEFORE) or {}
    try:
        today = {address_of(column): value for column, value in says.items()}
    except InputProblem as problem:
        raise FaultList([Fault(str(path), 0, 0, SAYS, str(problem))]) from None
    rest = {name: value for name, value in record.items() if name not in (SAYS, _SAYS_BEFORE)}
    return {**rest, SAYS: today} if len(rest) < len(record) else rest


def _read_draws(path: Path) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    faults: list[Fault] = []
    columns = _columns(path, faults)
    table = read_table(path, columns, (), faults)
    if not table.rows and not faults:
        faults.append(Fault(str(path), 0, 0, "", "has no draws, only a header"))
    if faults:
        raise FaultList(faults)
    names = tuple(address_of(column.name) for column in columns)
    return names, np.array([[row.number(column.name) for column in columns] for row in table.rows])


def _columns(path: Path, faults: list[Fault]) -> list[Column]:
    """One column for each cell of the header; what names nothing is a fault and reads as any number."""
    try:
        header = path.read_text(encoding="utf-8-sig").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError):
        return []  # said by the reader of the table
    columns: dict[str, Column] = {}
    first: dict[str, str] = {}  # address -> the column that names it first
    for cell, at in split_line(header)[0]:
        low, high = -math.inf, math.inf
        if len(faults) >= _MOST_FAULTS:  # a table of something else; each name is looked up among all
            break
        try:
            address = address_of(cell)
            low, high = bounds_of(address)
            if first.setdefault(address, cell) != cell:
                raise InputProblem(f"column '{cell}' names what '{first[address]}' names already")
        except InputProblem as problem:
            faults.append(Fault(str(path), 1, at, "", str(problem), header))
        columns.setdefault(cell, Column(cell, between(low, high)))
    return list(columns.values())
