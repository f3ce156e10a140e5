"""How loops and small functions are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

import numba
from numba import njit

from sim.common.compilation_cache import MachineCode
from sim.common.errors import SimError

# Plain Python would take hours, and give other numbers: the exponential with the same bits everywhere, and single
# precision within the rules, exist only in compiled code.
if numba.config.DISABLE_JIT:
    raise SimError(
        "NUMBA_DISABLE_JIT is set, but the model runs compiled only: plain Python would give other numbers. Unset it; "
        "to step through a rule, call its plain form, such as sim.RULES['route_weight'].py_func(...)"
    )

Args = ParamSpec("Args")
Result = TypeVar("Result", covariant=True)


class Compiled(Protocol[Args, Result]):
    """A compiled function: called as the plain one, which stays as ``py_func``."""

    @property
    def py_func(self) -> Callable[Args, Result]:
        """The plain function."""

    def __call__(self, *args: Args.args, **kwargs: Args.kwargs) -> Result:
        """Runs the machine code, compiled first for types that are new to it."""


@overload
def compiled(function: Callable[Args, Result], *, parallel: bool = ...) -> Compiled[Args, Result]: ...
@overload
def compiled(
    function: None = None, *, parallel: bool = ...
) -> Callable[[Callable[Args, Result]], Compiled[Args, Result]]: ...
def compiled(function: Callable[..., Any] | None = None, *, parallel: bool = False) -> Any:
    """Decorator: compiles a loop in strict IEEE arithmetic (the same bits everywhere) and keeps the machine code.

    Division by zero gives infinity, as in C, so that loops can be vectorised. For loops of this package: code is kept
    until the package's source changes.
    """
    if function is None:
        return lambda function: compiled(function, parallel=parallel)
    loop = njit(error_model="numpy", parallel=parallel)(function)
    loop._cache = MachineCode(function, loop.targetoptions)
    return loop


def inlined(function: Callable[Args, Result]) -> Compiled[Args, Result]:
    """Decorator: compiles a small function together with each loop that calls it, as :func:`compiled` does."""
    return cast("Compiled[Args, Result]", njit(error_model="numpy")(function))
