"""Rules that a scenario or a student brings: found, checked against the rule they replace, handed on."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping

from sim.common.errors import Fault, FaultList, SimError, nearest
from sim.rules import RULES

DEFAULT = "default"


def checked_rules(chosen: Mapping[str, str | Callable[..., float]]) -> dict[str, Callable[..., float]]:
    """The functions that replace rules, by the rule's name.

    Args:
        chosen: a function, or where to find one as ``package.module:function``; ``default`` keeps the model's own.

    Raises:
        FaultList: an unknown rule, a function that cannot be found, or one that takes other arguments than the rule.
    """
    found: dict[str, Callable[..., float]] = {}
    faults = []
    for name, choice in chosen.items():
        if choice == DEFAULT:
            continue
        try:
            function = _find(choice) if isinstance(choice, str) else choice
            if problem := _mismatch(name, function):
                faults.append(Fault("rules", 0, 0, name, problem))
            else:
                found[name] = function
        except (ImportError, AttributeError, ValueError) as error:
            faults.append(Fault("rules", 0, 0, name, f"cannot find '{choice}': {error}"))
    if faults:
        raise FaultList(faults)
    return found


def refuse_unshared(rules: Mapping[str, Callable[..., float]]) -> None:
    """Refuses rules that worker processes could not import, before any is started.

    Raises:
        SimError: a rule is written in a notebook, at a prompt or inside another function.
    """
    for name, function in rules.items():
        plain = getattr(function, "py_func", function)
        if plain.__module__ == "__main__" or "<" in plain.__qualname__:
            raise SimError(
                f"the rule '{name}' is '{plain.__qualname__}', which worker processes cannot import: put it into a "
                "file of its own and import it from there, or take workers=1"
            )


def _find(place: str) -> Callable[..., float]:
    module, _, function = place.partition(":")
    found: Callable[..., float] = getattr(importlib.import_module(module), function)
    return found


def _mismatch(name: str, function: Callable[..., float]) -> str:
    """What is wrong with a function as a replacement; empty if nothing is."""
    if name not in RULES:
        return f"unknown rule '{name}'; {nearest(name, RULES)}"
    if not callable(function):
        return f"expected a function, read {function!r}"
    wanted = list(inspect.signature(getattr(RULES[name], "py_func", RULES[name])).parameters)
    given = list(inspect.signature(getattr(function, "py_func", function)).parameters)
    if len(given) != len(wanted):
        return f"takes ({', '.join(given)}); the rule takes ({', '.join(wanted)})"
    return ""
