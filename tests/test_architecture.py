"""The house rules that no linter knows: which way imports point, who may use what, no country in code, small files."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "sim"
MOST_LINES = 300

# From the ground up. A module imports what stands below it; what shares a line does not know each other.
LAYERS = (
    ("common",),
    ("world", "rules"),
    ("policies",),
    ("scenario",),
    ("model",),
    ("simulation",),
    ("metrics",),
    ("experiments",),
    ("analysis",),
    ("report",),
    ("ui",),
    ("__main__",),
)
# Who alone may import what.
KEPT_TO = {
    "matplotlib": ("report",),
    "mesa": ("model",),
    "typer": ("ui",),
    "rich": ("report",),
    "numpy.random": ("common",),
    "random": ("common",),
    "pydantic": ("common", "policies", "scenario", "experiments", "report"),
    "pyarrow": ("simulation", "experiments"),
    "nicegui": ("ui",),
}
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))


def top_name(path: Path) -> str:
    """The room a module stands in: its package, or itself."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(tree: ast.AST, *, typing_too: bool = False) -> Iterator[str]:
    """Full dotted names that are imported when the module runs."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing_too:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imports(node, typing_too=typing_too)


def upward(name: str, tree: ast.AST) -> list[str]:
    """Imports of our own that do not point down."""
    found = []
    for imported in imports(tree):
        parts = imported.split(".")
        if parts[0] == "sim" and parts[1] != name and RANK.get(parts[1], 99) >= RANK[name]:
            found.append(imported)
    return found


def misplaced(name: str, tree: ast.AST) -> list[str]:
    """Imports of what is kept to other rooms; a call of numpy's own random numbers counts."""
    used = list(imports(tree, typing_too=False))
    used += [f"numpy.{ast.unparse(node).partition('.')[2]}" for node in ast.walk(tree) if is_numpy_random(node)]
    return [
        what for what in used for kept, rooms in KEPT_TO.items()
        if (what == kept or what.startswith(kept + ".")) and name not in rooms
    ]  # fmt: skip


def is_numpy_random(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node) in ("np.random", "numpy.random")


def hidden_imports(tree: ast.AST) -> list[str]:
    """Imports inside functions."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [name for function in functions for name in imports(function, typing_too=True)]


def prints(tree: ast.AST) -> bool:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls)


def codes_named(tree: ast.AST, codes: set[str]) -> list[str]:
    """String literals that are a code of a state or a good, alone or as a word of a list such as ``"X, Y"``."""
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [text for text in texts if "\n" not in text and codes & {word.strip() for word in text.split(",")}]


def world_codes() -> set[str]:
    codes = set()
    for world in (ROOT / "scenarios" / "worlds").iterdir():
        for table in ("states.csv", "goods.csv"):
            with (world / table).open(encoding="utf-8", newline="") as stream:
                codes |= {row["code"] for row in csv.DictReader(stream)}
    # A few codes of goods are words of any language; only as such do they stand in code.
    return codes - {"other"}


CODES = world_codes()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_keeps_the_house_rules(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree, name = ast.parse(text), top_name(path)
    if name != "__init__":
        assert name in RANK, f"{name} has no place in LAYERS"
        assert upward(name, tree) == []
    assert misplaced(name, tree) == []
    assert "ui/cli" in path.as_posix() or hidden_imports(tree) == []
    assert not prints(tree)
    assert codes_named(tree, CODES) == []
    assert len(text.splitlines()) <= MOST_LINES


def test_every_layer_exists() -> None:
    assert {top_name(path) for path in MODULES} - {"__init__"} == set(RANK)


def test_calibration_uses_public_names_only() -> None:
    for path in (ROOT / "calibration").rglob("*.py"):
        ours = [name for name in imports(ast.parse(path.read_text(encoding="utf-8"))) if name.split(".")[0] == "sim"]
        assert set(ours) <= {"sim"}, path


@pytest.mark.parametrize(
    ("name", "planted", "rule"),
    [
        ("common", "from sim.world.load import load_world", upward),
        ("policies", "from sim.scenario.schema import Scenario", upward),
        ("world", "from sim.policies.regime import Regime", upward),
        ("model", "import matplotlib.pyplot as plt", misplaced),
        ("policies", "from mesa import Agent", misplaced),
        ("simulation", "import typer", misplaced),
        ("model", "import numpy as np\nx = np.random.rand(3)", misplaced),
        ("model", "from numpy.random import default_rng", misplaced),
        ("model", "import random", misplaced),
    ],
)
def test_checks_of_imports_can_fail(name: str, planted: str, rule: object) -> None:
    assert callable(rule)
    assert rule(name, ast.parse(planted))


def test_other_checks_can_fail() -> None:
    assert hidden_imports(ast.parse("def f():\n    import os\n"))
    assert prints(ast.parse("def f():\n    print(1)\n"))
    some = sorted(CODES)[0]
    assert codes_named(ast.parse(f"x = '{some}'"), CODES)
    assert codes_named(ast.parse(f"x = 'nobody, {some}'"), CODES)
    assert not codes_named(ast.parse(f"x = 'a sentence with {some} in it'"), CODES)


def test_imports_for_types_only_are_free() -> None:
    tree = ast.parse(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim.model.model import SanctionsModel\n"
    )
    assert upward("common", tree) == []
