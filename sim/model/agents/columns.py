"""Agents that live in columns: objects made when somebody looks at one, with the habits of a Mesa AgentSet."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import mesa
import numpy as np

from sim.common.errors import SimError

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

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuses a kind of agent that the month would never step: its loops run over columns.

        Raises:
            TypeError: it overrides a method in which an agent acts.
        """
        super().__init_subclass__(**kwargs)
        ours = [base for base in cls.__mro__[1:] if issubclass(base, ColumnAgent)]
        acts = [name for name in ACTS if name in vars(cls) and any(name in vars(base) for base in ours)]
        if acts:
            raise TypeError(
                f"{cls.__name__} overrides {acts[0]}(), which the month does not call: it runs compiled rules over all "
                "rows. To change what agents do, replace a rule of sim.RULES: sim.load(...).with_rules(NAME=function)"
            )

    def remove(self) -> None:
        """Refuses: a row cannot leave the columns.

        Raises:
            SimError: always.
        """
        raise SimError(
            f"{self!r} cannot be removed: agents are rows of the model's columns. Fewer firms: agents.exporters of the "
            "scenario; a firm that sells no more: participation of its type, or a listing"
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.row}>"


# Methods in which an agent acts or decides.
ACTS = ("step", "route_weights", "chooses")
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
        return HeldAgentSet([self.kind(self.model, int(row)) for row in chosen], random=self.model.random)

    def select(
        self,
        filter_func: Callable[[Kind], bool] | None = None,
        at_most: float | None = None,
        agent_type: type[mesa.Agent] | None = None,
        **equal: object,
    ) -> Any:
        """A Mesa AgentSet of the agents that pass a test and whose columns equal the values named.

        Args:
            filter_func: called with each agent that is left after ``equal``.
            at_most: stop after so many; of a float below 1, that share of all, as Mesa has it.
            agent_type: another kind than the view's leaves none.
            **equal: column = value, compared without making objects.
        """
        if agent_type is not None and not issubclass(self.kind, agent_type):
            return self.agentset([])
        rows = np.arange(len(self))
        for name, value in equal.items():
            rows = rows[self.column(name)[rows] == value]
        kept = [int(row) for row in rows if filter_func is None or filter_func(self.kind(self.model, int(row)))]
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(at_most * len(self))
        return self.agentset(kept if at_most is None or at_most == np.inf else kept[: int(at_most)])

    def get(self, names: str | Sequence[str]) -> Any:
        """One column as an array, or several as a list of arrays."""
        return self.column(names) if isinstance(names, str) else [self.column(name) for name in names]

    def set(self, name: str, value: object) -> ColumnView[Kind]:
        """Sets an attribute of every agent.

        Raises:
            AttributeError: it cannot be set.
        """
        for agent in self:
            setattr(agent, name, value)
        return self

    def agg(self, name: str, function: Callable[..., Any] | Sequence[Callable[..., Any]]) -> Any:
        """A function of one column, such as ``view.agg("size", numpy.median)``, or a list of what several give."""
        column = self.column(name)
        return function(column) if callable(function) else [one(column) for one in function]

    def do(self, method: str | Callable[..., object], *args: object, **kwargs: object) -> ColumnView[Kind]:
        """Calls a method of every agent, or a function with each of them, in order."""
        self.map(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: object, **kwargs: object) -> list[Any]:
        """What a method of every agent gives, or a function of each of them, in order."""
        if callable(method):
            return [method(agent, *args, **kwargs) for agent in self]
        return [getattr(agent, method)(*args, **kwargs) for agent in self]

    def shuffle_do(self, method: str | Callable[..., object], *args: object, **kwargs: object) -> ColumnView[Kind]:
        """The same in an order drawn from the model's own generator.

        Random numbers are keyed by agent and month, so the order changes no result.
        """
        for row in self.model.rng.permutation(len(self)):
            agent = self.kind(self.model, int(row))
            (partial(method, agent) if callable(method) else getattr(agent, method))(*args, **kwargs)
        return self

    def groupby(self, by: str | Callable[[Kind], Any], result_type: str = "agentset") -> Any:
        """Mesa's groups of the agents, by an attribute or a function; see :meth:`mesa.agent.AgentSet.groupby`."""
        return self.agentset().groupby(by, result_type)

    def sort(self, key: str | Callable[[Kind], Any], ascending: bool = False) -> Any:
        """A Mesa AgentSet of all in the order of an attribute or a function, the largest first."""
        return self.agentset().sort(key, ascending)

    def __repr__(self) -> str:
        return f"<{len(self)} {self.kind.__name__} rows: {', '.join(self.columns)}>"


class HeldAgentSet(mesa.agent.AgentSet):  # type: ignore[misc]
    """An AgentSet that keeps its members alive: Mesa's own holds them weakly, and nobody else holds ours."""

    def __init__(self, agents: list[Any], random: Any) -> None:
        super().__init__(agents, random=random)
        self._held = agents

    def __iter__(self) -> Iterator[Any]:
        """The members; they stay alive though the set itself is let go meanwhile."""
        return iter(list(super().__iter__()))

    def _keeping(self, made: Any) -> Any:
        return made if made is self else HeldAgentSet(list(made), self.random)

    def select(self, *args: Any, **kwargs: Any) -> Any:
        """As Mesa's; what is selected stays alive."""
        return self._keeping(super().select(*args, **kwargs))

    def sort(self, *args: Any, **kwargs: Any) -> Any:
        """As Mesa's; what is sorted stays alive."""
        return self._keeping(super().sort(*args, **kwargs))

    def shuffle(self, *args: Any, **kwargs: Any) -> Any:
        """As Mesa's; what is shuffled stays alive."""
        return self._keeping(super().shuffle(*args, **kwargs))

    def groupby(self, by: Any, result_type: str = "agentset") -> Any:
        """As Mesa's; the groups stay alive."""
        found = super().groupby(by, "list")
        if result_type == "agentset":
            found.groups = {name: HeldAgentSet(members, self.random) for name, members in found.groups.items()}
        return found
