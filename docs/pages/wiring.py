"""Who calls what in the model, read from its code: phases, the loops they run, the rules those call, who reads what."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numba.core.registry import CPUDispatcher

import sim.rules
from sim.model.kernels import Loops
from sim.model.model import SanctionsModel
from sim.policies.regime_fields import FIELDS
from sim.rules.parameters import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = Path(sim.rules.__file__).parents[1]
_CITED = re.compile(r"[A-Z]\w+(?:(?:, [A-Z]\w+)* and [A-Z]\w+)? (?:19|20)\d\d")


def phases() -> list[str]:
    """The phases of the month, in the order of the model's step."""
    return _calls(SanctionsModel.step)


def loops_of(phase: str) -> list[str]:
    """Compiled loops that a phase runs, itself or through methods of its own; the parallel twins left out."""
    found: dict[str, None] = {}
    for method in _reached(phase):
        for node in ast.walk(tree_of(method)):
            if isinstance(node, ast.Attribute) and node.attr in vars(_loops()) and not node.attr.endswith("_parallel"):
                found[node.attr] = None
    return list(found)


def rules_in(phase: str) -> list[str]:
    """Rules that the loops of a phase call."""
    return list(dict.fromkeys(rule for loop in loops_of(phase) for rule in _rules_of(getattr(_loops(), loop))))


def fields_read(phase: str) -> list[str]:
    """Fields of the law that a phase reads."""
    return list(dict.fromkeys(n for method in _reached(phase) for n in texts_in(tree_of(method)) if n in FIELDS))


def _rules_of(loop: Any) -> list[str]:
    """Rules that a compiled loop calls, itself or through compiled functions of its module."""
    found: dict[str, None] = {}
    for name in loop.py_func.__code__.co_names:
        called = loop.py_func.__globals__.get(name)
        if name in rules():
            found[name] = None
        elif isinstance(called, CPUDispatcher):
            found |= dict.fromkeys(_rules_of(called))
    return list(found)


def _reached(phase: str) -> Iterator[Callable[..., object]]:
    """A phase and the methods of the model that it calls."""
    left, seen = [phase], set()
    while left:
        name = left.pop(0)
        method = getattr(SanctionsModel, name, None)
        if name in seen or not inspect.isfunction(method):
            continue
        seen.add(name)
        yield method
        left += _calls(method)


def _calls(method: Callable[..., object]) -> list[str]:
    """Methods of its own object that a method calls, in order."""
    called = (node.func for node in ast.walk(tree_of(method)) if isinstance(node, ast.Call))
    mine = [
        f for f in called if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "self"
    ]
    return [f.attr for f in sorted(mine, key=lambda f: (f.lineno, f.col_offset))]


@lru_cache(maxsize=1)
def rules() -> dict[str, Any]:
    """Every compiled function of :mod:`sim.rules`: those a scenario may replace by name, and what else is a rule."""
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(sim.rules.__path__, "sim.rules."):
        held = vars(importlib.import_module(module.name))
        found |= {n: f for n, f in held.items() if isinstance(f, CPUDispatcher) and f.__module__ == module.name}
    return found


def citations(rule: str) -> list[str]:
    """Works that a rule cites, as author and year; those of its file where it cites none."""
    function = rules()[rule]
    texts = function.__doc__, importlib.import_module(function.__module__).__doc__
    found = next((cited for text in texts if (cited := _CITED.findall(" ".join((text or "").split())))), [])
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1)
def readers() -> dict[str, list[str]]:
    """Functions of the model that read each parameter by name."""
    found: dict[str, list[str]] = {name: [] for name in PARAMETERS}
    folders = "model", "model/phases", "model/kernels"
    for file in sorted(path for folder in folders for path in PACKAGE.glob(f"{folder}/*.py")):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and node.attr in found and _is_values(node.value):
                    name = f"{file.stem}.{function.name}"
                    found[node.attr] += [] if name in found[node.attr] else [name]
    return found


def _is_values(node: ast.expr) -> bool:
    """Whether an expression is the set of parameter values: `values` or `self.values`."""
    return (isinstance(node, ast.Name) and node.id == "values") or (
        isinstance(node, ast.Attribute) and node.attr == "values"
    )


@lru_cache(maxsize=1)
def _loops() -> Loops:
    return Loops({})


@lru_cache(maxsize=256)
def tree_of(function: Callable[..., object]) -> ast.Module:
    """A function's code as a tree."""
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def texts_in(tree: ast.AST) -> list[str]:
    """Texts written in a piece of code."""
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
