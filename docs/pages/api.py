"""The public names of Python: a list that can be read anywhere, and what Sphinx makes of their docstrings."""

from __future__ import annotations

import inspect
from importlib import import_module
from types import ModuleType

from docs.pages.markdown import code, plain, table

_HEAD = """\
# Python

The names that are there to be used; all else may change. `sim` loads them when they are first used. What each takes and
returns is told below the list on the documentation site (`make docs`), and by `help(sim.load)` anywhere.

```python
import sim

small = {"exporters": 600, "intermediaries": 60, "mode": "expected"}
case = sim.load("red-line", posterior="none").with_changes(agents=small)
pair = sim.compare(case)
print(pair.summary())
```
"""
# Modules whose `__all__` is public, and what each is for.
MODULES = {
    "sim": "scenarios, runs, comparisons, posteriors, worlds",
    "sim.report.plots": "figures",
    "sim.metrics": "metrics of a run",
    "sim.experiments": "studies of many runs",
}
# A picture is matplotlib's, whose own `set` is told in words that Sphinx alone does not know.
_MEMBERS = "   :members:\n   :exclude-members: set\n"
_REGISTRIES = {
    "INSTRUMENTS": "every [instrument](../instruments.md), by its kind",
    "PARAMETERS": "every [parameter](parameters.md), by its name",
    "INPUT_KINDS": "what a scenario has that can be changed: how an address of each kind looks, what it stands for",
    "address_of": "the address of an input from a text, which may be in the form of before",
    "RULES": "every [rule](rules.md), by its name",
    "FIGURES": "every [figure](figures.md), by its name",
    "METRICS": "every [metric](metrics.md), by its name",
}


def api_page() -> str:
    """The page, as Markdown."""
    parts = [_HEAD]
    told: list[object] = []  # a name may be public in two modules
    for path, title in MODULES.items():
        module = import_module(path)
        rows = [(f"`{path}.{name}`", _summary(module, name)) for name in sorted(module.__all__, key=str.lower)]
        parts += [f"## {path}: {title}", "", table(("name", "what it is"), rows), ""]
        things = {name: getattr(module, name) for name in module.__all__}
        documented = [name for name, thing in things.items() if _has_docstring(thing) and thing not in told]
        told += [things[name] for name in documented]
        parts += [code("\n".join(_directive(module, name) for name in documented), "{eval-rst}"), ""]
    return "\n".join(parts).rstrip() + "\n"


def _summary(module: ModuleType, name: str) -> str:
    thing = getattr(module, name)
    if _has_docstring(thing):
        return plain((inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " "))
    return _REGISTRIES[name]


def _has_docstring(thing: object) -> bool:
    return inspect.isclass(thing) or inspect.isroutine(thing)


def _directive(module: ModuleType, name: str) -> str:
    kind, members = ("autoclass", _MEMBERS) if inspect.isclass(getattr(module, name)) else ("autofunction", "")
    return f".. {kind}:: {module.__name__}.{name}\n{members}"
