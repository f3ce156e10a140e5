"""Every rule: what it takes and returns, its formula and source, who calls it, how to replace it."""

from __future__ import annotations

import ast
import inspect
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import sim
from docs.pages.markdown import code, told
from sim.rules import RULES

_PACKAGE = Path(sim.__file__).resolve().parent
_HEAD = """\
# Rules

What agents do, one pure function of numbers each, from `sim/rules/`. A rule is told for one firm or one state; numba
compiles it into the loops over all of them. Any of these can be replaced by a function that takes the same arguments,
in the same order, and returns a number:

```python
import math

import sim


def only_name_counts(market, banned, aversion, hazard, exposure, threat, reputation, cost):
    return market * math.exp(-reputation * cost)


case = sim.load("classroom")
bold = case.with_rules(route_weight=only_name_counts)
print(sim.compare(bold, case).summary())  # this rule against the model's own
```

In a scenario the same is `rules: {route_weight: my_rules.py:only_name_counts}`, a Python file beside it that runs only
with `--allow-code`. The record of a run names what was replaced. `RULES["route_weight"].py_func` is the plain function,
which can be called and plotted.
[How to replace or add a behaviour](../how-to/rule.md) goes through it step by step.
"""


def rules_page() -> str:
    """The page, as Markdown."""
    callers = _callers()
    parts = [_HEAD]
    topic = ""
    for name, compiled in sorted(RULES.items(), key=lambda item: list(_topics()).index(item[1].py_func.__module__)):
        function = compiled.py_func
        if function.__module__ != topic:
            topic = function.__module__
            parts += [f"## {topic.rpartition('.')[2].replace('_', ' ').capitalize()}", "", told(sys.modules[topic]), ""]
        parts += [f"### {name}", "", told(function), ""]
        parts += [code(_formula(function), "py"), "", f"Called by {', '.join(callers[name])}.", ""]
    return "\n".join(parts).rstrip() + "\n"


def _topics() -> dict[str, None]:
    """Modules of the rules, in the order in which the rules are listed."""
    return dict.fromkeys(rule.py_func.__module__ for rule in RULES.values())


def _formula(function: Any) -> str:
    """The rule as it is written, without its docstring."""
    source = inspect.getsource(function)
    (tree,) = ast.parse(source).body
    first, said = tree.body[0], ast.get_docstring(tree)  # type: ignore[attr-defined]
    lines = source.splitlines()
    shown = lines[: first.lineno - 1] + lines[first.end_lineno :] if said else lines
    return "\n".join(line for line in shown if not line.startswith("@"))


def _callers() -> dict[str, list[str]]:
    """Who calls each rule, as links to the files."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for path in sorted(_PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for name in _called(node) & RULES.keys():
                    where = path.relative_to(_PACKAGE.parent).as_posix()
                    found[name][f"`{node.name}` in [{where}](../../{where})"] = None
    return {name: list(places) for name, places in found.items()}


def _called(function: ast.FunctionDef) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {call.id for call in calls if isinstance(call, ast.Name)}
