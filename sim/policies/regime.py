"""The regime of a month: what the law, and pressure that is no law, does on every lane.

A lane is (origin, headquarters, good, road): the good is last but one so that one firm's roads lie side by side. The
regime is rebuilt from free trade by every clause in force, so expiry needs no undo. Every field is combined by an
operation that commutes and whose neutral value changes no bit, so neither the order of clauses nor a clause of strength
nil can matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from sim.common.arrays import Floats, Mask
from sim.policies.lane_index import LaneIndex, Lanes
from sim.policies.regime_fields import CELL_FIELDS, FIELDS, LANE_FIELDS, STATE_FIELDS

Act = tuple[str, Lanes, float]
Record = TypeVar("Record", bound=tuple[Any, ...])

__all__ = ["CELL_FIELDS", "FIELDS", "LANE_FIELDS", "STATE_FIELDS", "Regime", "free_trade"]

COALITION_BRAND, NEUTRAL_BRAND = 0, 1
HEADQUARTERS = ("coalition", "neutral")


class _Tables(dict[str, Floats]):
    """Fields of a regime by name, each put together when first asked for."""

    def __init__(self, regime: Regime) -> None:
        super().__init__()
        self.regime = regime

    def __missing__(self, field: str) -> Floats:
        self[field] = self.regime.index.put_together(field, self.regime.imposed(field))
        return self[field]


class Regime:
    """The fields of one month. Clauses shape it through :meth:`impose`; nobody else writes to it.

    A field is put together when first read, and shared with every month in which the same was imposed: most of the law
    stands still while one clause drifts.
    """

    def __init__(self, index: LaneIndex) -> None:
        self.index = index
        self._imposed: dict[str, list[tuple[Lanes, float]]] = {}
        self._fields = _Tables(self)
        self._records: dict[tuple[type, bool], Any] = {}

    def impose(self, field: str, where: Lanes, value: float) -> None:
        """Combines a value into a field.

        Args:
            field: name in :data:`FIELDS`.
            where: flat positions (lanes, states, or state x good), not to be changed afterwards.
            value: combined with what other clauses imposed.
        """
        self._imposed.setdefault(field, []).append((where, value))
        self._fields.pop(field, None)
        self._records.clear()
        self.__dict__.pop("touched", None)
        self.__dict__.pop("touched_elsewhere", None)

    def imposed(self, field: str) -> Sequence[tuple[Lanes, float]]:
        """What was imposed on a field, in order: where, value."""
        return self._imposed.get(field, ())

    @cached_property
    def touched(self) -> Mask:
        """Whether some clause acts on a lane, (type, road)."""
        return self.index.touched(self._imposed)

    @cached_property
    def touched_elsewhere(self) -> Mask:
        """Whether some clause acts on a road of the type to another state than the target, (type,)."""
        there: Mask = np.any(self.touched[:, 1 + len(self.index.hub_states) :], axis=1)
        return there

    def acts(self, field: str | None = None) -> tuple[Act, ...]:
        """What was imposed, on one field or on all: field, where, value; in order within each field."""
        wanted = self._imposed if field is None else {field: self._imposed.get(field, ())}
        return tuple((name, *one) for name, many in wanted.items() for one in many)

    def impose_states(self, field: str, names: Sequence[str], value: float) -> None:
        """Combines a value into a field by state, for the states named."""
        self.impose(field, self.index.state_cells(tuple(names)), value)

    def impose_cells(self, field: str, names: Sequence[str], goods: Sequence[str], value: float) -> None:
        """Combines a value into a field by state and good."""
        self.impose(field, self.index.good_cells(tuple(names), tuple(goods)), value)

    def lane(self, field: str) -> Floats:
        """A field by lane, as (type, road) with type = (origin, headquarters, good)."""
        return self._fields[field].reshape(-1, self.index.shape[3])

    def lanes(self, record: type[Record]) -> Record:
        """Fields by lane, (type, road) each, in a named tuple whose fields have their names; remembered."""
        return self._record(record, self.lane, at_target=False)

    def at_target(self, field: str) -> Floats:
        """A field on the lanes that end at the target, (type, road to the target), side by side in memory."""
        return self.index.at_target(field, self.imposed(field))

    def lanes_at_target(self, record: type[Record]) -> Record:
        """Fields on the lanes that end at the target, in a named tuple as :meth:`lanes` gives it; remembered."""
        return self._record(record, self.at_target, at_target=True)

    def _record(self, record: type[Record], table: Callable[[str], Floats], *, at_target: bool) -> Record:
        key = record, at_target
        if key not in self._records:
            kind: Any = record
            self._records[key] = kind(*map(table, kind._fields))
        held: Record = self._records[key]
        return held

    def state(self, field: str) -> Floats:
        """A field by state."""
        return self._fields[field]

    def cell(self, field: str) -> Floats:
        """A field by (state, good)."""
        return self._fields[field].reshape(len(self.index.state), len(self.index.good))


def free_trade(index: LaneIndex) -> Regime:
    """The regime with no clause in force."""
    return Regime(index)
