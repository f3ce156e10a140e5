"""Adds what a user wrote, an instrument, a metric or a figure, to what ships, for as long as Python runs."""

from __future__ import annotations

from typing import TypeVar

from sim.common.errors import SimError
from sim.metrics import METRICS, Metric
from sim.policies import INSTRUMENTS, Policy
from sim.report.plots import FIGURES, FigureKind

Thing = TypeVar("Thing")


def register(thing: Thing, name: str | None = None) -> Thing:
    """Adds an instrument, a metric or a figure, from a notebook as well as from a file.

    Scenarios may then hold clauses of the instrument, studies ask for the metric, and ``pair.plot`` has the figure.
    Registering again replaces, so that a cell may be run again; what ships is never replaced. Workers of a sweep are
    processes of their own, which know what ships only: run studies of it with one worker.

    Args:
        thing: a subclass of :class:`sim.policies.Policy` (then this may stand above it as a decorator), a
            :class:`sim.metrics.Metric`, or a :class:`sim.report.plots.FigureKind`.
        name: of a figure, which has none of its own.

    Returns:
        What was given.

    Raises:
        SimError: it is none of these, lacks something that every one of its kind has, or its name is taken.

    Example:
        >>> import sim
        >>> from sim.metrics import METRICS
        >>> from sim.metrics import Metric
        >>> def sold(run, usual, where):
        ...     return run.total(run.fate("delivered"), where)
        >>> sim.register(Metric("sold", "musd a month", "orders that were delivered", ("good",), sold)).name
        'sold'
        >>> METRICS.pop("sold").unit
        'musd a month'
    """
    if isinstance(thing, type) and issubclass(thing, Policy):
        INSTRUMENTS.add(thing)
    elif isinstance(thing, Metric):
        _free(thing.name, _SHIPPED_METRICS, "metric")
        METRICS[thing.name] = thing
    elif isinstance(thing, FigureKind):
        if name is None or not name.isidentifier():
            raise SimError(
                f"a figure needs a name of letters, digits and '_': register(figure, name=...), read {name!r}"
            )
        _free(name, _SHIPPED_FIGURES, "figure")
        FIGURES[name] = thing
    else:
        raise SimError(f"cannot register {thing!r}; expected a subclass of Policy, a Metric or a FigureKind")
    return thing


def _free(name: str, shipped: frozenset[str], what: str) -> None:
    if name in shipped:
        raise SimError(f"{what} '{name}' ships with the package; choose another name")


_SHIPPED_METRICS, _SHIPPED_FIGURES = frozenset(METRICS), frozenset(FIGURES)
