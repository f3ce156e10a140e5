"""Puts a replaced rule into a compiled loop."""

from __future__ import annotations

from functools import lru_cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from numba import njit
from numba.core.registry import CPUDispatcher

from sim.common.rule_compiler import rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


Loop = TypeVar("Loop")


def with_rules(loop: Loop, rules: Mapping[str, Callable[..., float]]) -> Loop:
    """A compiled loop that calls the given rules instead of the model's own.

    Args:
        loop: compiled function; it may call a rule itself or through compiled functions of its module.
        rules: plain Python functions of numbers by the rule's name. They must compile.

    Returns:
        ``loop`` itself, with its cache, where it calls none of the rules; else a new compiled function.
    """
    if not rules:
        return loop
    rebuilt: Loop = _rebuilt(loop, tuple(sorted(rules.items())))
    return rebuilt


@lru_cache(maxsize=128)
def _rebuilt(loop: Any, rules: tuple[tuple[str, Callable[..., float]], ...]) -> Any:
    plain = loop.py_func
    replaced: dict[str, Any] = {}
    for name in plain.__code__.co_names:
        called = plain.__globals__.get(name)
        if name in dict(rules):
            replaced[name] = _compiled(dict(rules)[name])
        elif isinstance(called, CPUDispatcher) and (inner := _rebuilt(called, rules)) is not called:
            replaced[name] = inner
    if not replaced:
        return loop
    for name, switch in plain.__globals__.get("SHORTCUTS", {}).items():
        if name in dict(rules):  # what holds for the shipped rule need not hold for this one
            replaced[switch] = False
    twin = FunctionType(plain.__code__, {**plain.__globals__, **replaced}, plain.__name__, plain.__defaults__)
    return njit(error_model="numpy", parallel=loop.targetoptions.get("parallel", False))(twin)


@lru_cache(maxsize=128)
def _compiled(chosen: Callable[..., float]) -> Any:
    return chosen if isinstance(chosen, CPUDispatcher) else rule(chosen)
