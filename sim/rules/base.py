"""How a plain Python function becomes a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., float])


def rule(function: Function) -> Function:
    """Compiles a function of numbers in strict IEEE arithmetic, to be inlined into the loops that call it.

    Division by zero gives infinity, as in C, so that a loop over firms can be vectorised.
    """
    compiled: Function = njit(error_model="numpy")(function)
    return compiled
