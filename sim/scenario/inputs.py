"""What of a scenario can be changed: an input, its kind, and why a name or a value stands for none.

:mod:`sim.simulation.inputs` gives every input its address; the kinds go by what follows the kind in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.common.errors import Fault, FaultList, SimError
from sim.common.parsing import plain_number

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.world import World

ON, OFF = "on", "off"
Value = float | int | str
Setting = Value | Mapping[str, Any]


class InputProblem(SimError):  # noqa: N818  (one of many, gathered into a list of faults)
    """Why an address or a value stands for nothing; the text is for the user."""


@dataclass(frozen=True)
class Input:
    """One thing of a scenario that can be changed.

    Attributes:
        address: where it stands.
        kind: its kind, see :data:`sim.INPUT_KINDS`.
        owner: the parameter, the hub, or the id of the clause or driver.
        field: the field of it; empty where it is the thing itself.
        base: what the scenario has there; ``on`` for a clause or driver itself.
    """

    address: str
    kind: str
    owner: str
    field: str
    base: Value

    @property
    def is_switch(self) -> bool:
        """Whether it is a clause or driver itself, on or off."""
        return self.kind in ("policies", "drivers") and not self.field


def no_bounds(rest: str) -> tuple[float, float]:
    """Bounds of a kind that has no numbers."""
    raise KeyError(rest)


def nothing_said(scenario: Scenario, world: World) -> dict[str, Any]:
    """What a scenario says of a kind that has no numbers."""
    return {}


@dataclass(frozen=True)
class InputKind:
    """One kind of input: a block of a scenario's file.

    Attributes:
        pattern: how its addresses look.
        meaning: what they stand for.
        find: the input that a scenario has under what follows the kind; an :class:`InputProblem` where there is none.
        read: the value that a text means to an input; an :class:`InputProblem` where it means none.
        apply: a scenario with values by what follows the kind; clauses and drivers that it lacks are passed over.
        bounds: smallest and largest number of an input, by what follows the kind; KeyError where there is none.
        current: what a scenario on a world says of all its numbers, by address, as plain data; None where it leaves one
            at its default.
        names: all names there can be, where the scenario does not matter.
        varies: whether runs of one study may differ in it.

    Example:
        >>> import sim
        >>> sim.INPUT_KINDS["parameters"].bounds("aversion")
        (0.0, 20.0)
    """

    pattern: str
    meaning: str
    find: Callable[[Scenario, str], Input]
    read: Callable[[Input, str, Scenario], Value]
    apply: Callable[[Scenario, Mapping[str, Setting]], Scenario]
    bounds: Callable[[str], tuple[float, float]] = no_bounds
    current: Callable[[Scenario, World], dict[str, Any]] = nothing_said
    names: tuple[str, ...] = ()
    varies: bool = True


def number_of(text: str) -> float:
    """The number that a text is.

    Raises:
        InputProblem: it is none.
    """
    number = plain_number(text)
    if number is None:
        raise InputProblem(f"read '{text}', expected a number")
    return number


def numbers_of(block: str, values: Mapping[str, Setting], check: Callable[[str, float], str]) -> dict[str, float]:
    """Values as floats.

    Args:
        block: the block of a scenario that they stand in.
        values: by what follows it in the address.
        check: what is wrong with a finite number; empty if nothing is.

    Raises:
        FaultList: all that are wrong.
    """
    numbers, faults = {}, []
    for name, value in values.items():
        number = float(value) if isinstance(value, int | float) else math.nan
        if problem := check(name, number) if math.isfinite(number) else f"read {value}, expected a finite number":
            faults.append(Fault("", 0, 0, f"{block}.{name}", problem))
        numbers[name] = number
    if faults:
        raise FaultList(faults)
    return numbers
