"""How a plain Python function becomes a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sim.compiling import inlined

Function = TypeVar("Function", bound=Callable[..., float])


def rule(function: Function) -> Function:
    """Compiles a function of numbers into the loops that call it; the plain one stays as ``.py_func``."""
    compiled: Function = inlined(function)
    return compiled
