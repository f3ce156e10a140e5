"""Agents that live in columns: objects made when somebody looks at one, with the habits of a Mesa AgentSet."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import mesa
import numpy as np

if TYPE_CHECKING:
    from sim.model.interface import Model


class ColumnAgent(mesa.Agent):  # type: ignore[misc]
    """An agent whose state is one row of the model's columns.

    It reads and writes the columns, so it and the compiled loops see the same world. It is not registered with the
    model: a million of them exist as columns, and as objects only while somebody holds one.

    Attributes:
        model: the model it lives in.
        row: its row.
        unique_id: the row counted from 1, as Mesa counts.
    """

    def __init__(self, model: Model, row: int) -> None:
        self.model = model
        self.row = row
        self.unique_id = row + 1
        self.pos = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.row}>"


Kind = TypeVar("Kind", bound=ColumnAgent)


class ColumnView(Sequence[Kind], Generic[Kind]):
    """All agents of one kind: a sequence of objects, a table of columns, and an AgentSet.

    ``view[17]`` is one agent, ``view.get("size")`` a column for all of them without making an object, and
    ``view.select(...)`` a Mesa AgentSet. ``do`` and ``shuffle_do`` make every object: right for hundreds, slow for
    millions.
    """

    kind: type[Kind]
    columns: tuple[str, ...]

    def __init__(self, model: Model) -> None:
        self.model = model

    @abstractmethod
    def __len__(self) -> int:
        """How many agents there are."""

    @abstractmethod
    def column(self, name: str) -> Any:
        """One column for all agents; a fresh array where it is derived.

        Raises:
            AttributeError: no such column.
        """

    @overload
    def __getitem__(self, row: int) -> Kind: ...
    @overload
    def __getitem__(self, row: slice) -> list[Kind]: ...
    def __getitem__(self, row: int | slice) -> Kind | list[Kind]:
        if isinstance(row, slice):
            return [self.kind(self.model, i) for i in range(*row.indices(len(self)))]
        position = row + len(self) if row < 0 else row
        if not 0 <= position < len(self):
            raise IndexError(f"there are {len(self)} rows; {row} is none of them")
        return self.kind(self.model, position)

    def __iter__(self) -> Iterator[Kind]:
        return (self.kind(self.model, row) for row in range(len(self)))

    def agentset(self, rows: Sequence[int] | None = None) -> Any:
        """A Mesa AgentSet of the rows named, or of all."""
        chosen = range(len(self)) if rows is None else rows
        return _HeldAgentSet([self.kind(self.model, int(row)) for row in chosen], random=self.model.random)

    def select(self, test: Callable[[Kind], bool] | None = None, *, at_most: int | None = None, **equal: object) -> Any:
        """A Mesa AgentSet of the agents that pass a test and whose columns equal the values named.

        Args:
            test: called with each agent that is left after ``equal``.
            at_most: stop after so many.
            **equal: column = value, compared without making objects.
        """
        rows = np.arange(len(self))
        for name, value in equal.items():
            rows = rows[self.column(name)[rows] == value]
        kept = [int(row) for row in rows if test is None or test(self.kind(self.model, int(row)))]
        return self.agentset(kept[:at_most])

    def get(self, names: str | Sequence[str]) -> Any:
        """One column as an array, or several as a list of arrays."""
        return self.column(names) if isinstance(names, str) else [self.column(name) for name in names]

    def agg(self, name: str, function: Callable[[np.ndarray[Any, Any]], Any]) -> Any:
        """A function of one column, such as ``view.agg("size", numpy.median)``."""
        return function(self.column(name))

    def do(self, method: str, *args: object, **kwargs: object) -> ColumnView[Kind]:
        """Calls a method of every agent, in order."""
        for agent in self:
            getattr(agent, method)(*args, **kwargs)
        return self

    def shuffle_do(self, method: str, *args: object, **kwargs: object) -> ColumnView[Kind]:
        """Calls a method of every agent, in an order drawn from the model's own generator.

        Random numbers are keyed by agent and month, so the order changes no result.
        """
        for row in self.model.rng.permutation(len(self)):
            getattr(self.kind(self.model, int(row)), method)(*args, **kwargs)
        return self

    def __repr__(self) -> str:
        return f"<{len(self)} {self.kind.__name__} rows: {', '.join(self.columns)}>"


class _HeldAgentSet(mesa.agent.AgentSet):  # type: ignore[misc]
    """An AgentSet that keeps its members alive: Mesa's own holds them weakly, and nobody else holds ours."""

    def __init__(self, agents: list[Any], random: Any) -> None:
        super().__init__(agents, random=random)
        self._held = agents
