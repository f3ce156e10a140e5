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
from sim.model import records
from sim.model.kernels import Loops
from sim.model.model import SanctionsModel
from sim.model.phases import firms, states, trade
from sim.policies.regime_fields import FIELDS
from sim.rules.parameters import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = Path(sim.rules.__file__).parents[1]
PHASES = {"states": states, "firms": firms, "trade": trade}
_NAMES = {module.__name__: name for name, module in PHASES.items()}
_CITED = re.compile(r"[A-Z]\w+(?: et al\.|(?:, (?:de )?[A-Z]\w+)* and [A-Z]\w+)? (?:19|20)\d\d")


def phases() -> list[str]:
    """The phases of the month, as ``module.function``, in the order of the model's step."""
    return [f"{module}.{name}" for module, name in _calls(SanctionsModel.step) if module in PHASES]


def function_of(phase: str) -> Callable[..., object]:
    """The function of a phase."""
    module, _, name = phase.partition(".")
    function: Callable[..., object] = getattr(PHASES[module], name)
    return function


def touched(phase: str, how: str) -> list[str]:
    """What a phase says in its docstring that it ``Reads`` or ``Writes`` of the model."""
    said = inspect.getdoc(function_of(phase)) or ""
    found = re.search(rf"^{how}: (.*?)\.$", said, flags=re.MULTILINE | re.DOTALL)
    return [] if found is None else [name.strip() for name in found[1].split(",")]


def loops_of(phase: str) -> list[str]:
    """Compiled loops that a phase runs, itself or through functions that it calls; the parallel twins left out."""
    found: dict[str, None] = {}
    for function in _reached(phase):
        for node in ast.walk(tree_of(function)):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "model.loops":
                found[node.attr] = None
    return [name for name in found if not name.endswith("_parallel")]


def rules_in(phase: str) -> list[str]:
    """Rules that the loops of a phase call."""
    return list(dict.fromkeys(rule for loop in loops_of(phase) for rule in _rules_of(getattr(_loops(), loop))))


def fields_read(phase: str) -> list[str]:
    """Fields of the law that a phase reads, by name or as the fields of a record of law."""
    found: dict[str, None] = {}
    for function in _reached(phase):
        found |= dict.fromkeys(texts_in(tree_of(function)))
        for node in ast.walk(tree_of(function)):
            if isinstance(node, ast.Name) and hasattr(record := getattr(records, node.id, None), "_fields"):
                found |= dict.fromkeys(record._fields)
    return [name for name in found if name in FIELDS]


def _rules_of(loop: Any) -> list[str]:
    """Rules that a compiled loop calls, itself or through compiled functions of its module."""
    found: dict[str, None] = {}
    for name in loop.py_func.__code__.co_names:
        called = loop.py_func.__globals__.get(name)
        if called is not None and name in rules():  # an attribute may have the name of a rule
            found[name] = None
        elif isinstance(called, CPUDispatcher):
            found |= dict.fromkeys(_rules_of(called))
    return list(found)


def _reached(phase: str) -> Iterator[Callable[..., object]]:
    """A phase and the functions of the phases that it calls."""
    left, seen = [tuple(phase.split("."))], set()
    while left:
        module, name = left.pop(0)
        function = getattr(PHASES[module], name, None)
        if function in seen or not inspect.isfunction(function) or function.__module__ not in _NAMES:
            continue
        seen.add(function)
        yield function
        at_home = _NAMES[function.__module__]
        left += [(called or at_home, name) for called, name in _calls(function) if not called or called in PHASES]


def _calls(function: Callable[..., object]) -> list[tuple[str, str]]:
    """Functions that a function calls, in order: the module that it names, or nothing, and the name."""
    called = (node.func for node in ast.walk(tree_of(function)) if isinstance(node, ast.Call))
    found = [
        (f.lineno, f.col_offset, f.value.id if isinstance(f, ast.Attribute) else "", getattr(f, "attr", "") or f.id)
        for f in called
        if isinstance(f, ast.Name) or (isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name))
    ]
    return [(module, name) for _, _, module, name in sorted(found)]


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
    """Whether an expression is the set of parameter values: `values`, `self.values` or `model.values`."""
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
