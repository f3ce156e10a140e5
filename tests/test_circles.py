"""No circle of files: what imports what, imports for types counted."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).resolve().parents[1]


def sources_of(package: str) -> dict[str, str]:
    """The text of every module, by dotted name; the root, which loads the public names when asked for, left out."""
    paths = sorted((ROOT / package).rglob("*.py"))
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths]
    return {name: path.read_text(encoding="utf-8") for name, path in zip(names, paths, strict=True) if name != package}


def circles(sources: dict[str, str]) -> list[list[str]]:
    """Groups of modules that reach each other by imports."""
    names = list(sources)
    place = {name: row for row, name in enumerate(names)}
    edges = {(place[name], place[found]) for name, text in sources.items() for found in imported(text, place)}
    rows, columns = zip(*sorted(edges), strict=True)
    matrix = coo_array(([True] * len(rows), (rows, columns)), shape=(len(names), len(names)))
    count, group = connected_components(matrix, connection="strong")
    members = [[name for name, g in zip(names, group, strict=True) if g == number] for number in range(count)]
    return [some for some in members if len(some) > 1]


def imported(text: str, known: dict[str, int]) -> set[str]:
    """Modules that a text names in its imports, wherever they stand."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            longest = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
            found |= {next((part for part in longest if part in known), "")}
    return found - {""}


@pytest.mark.parametrize("package", ["sim", "calibration"])
def test_no_circle_of_files(package: str) -> None:
    assert circles(sources_of(package)) == []


def test_a_circle_is_seen() -> None:
    for_types = "if TYPE_CHECKING:\n    from p.a import A\n"
    assert circles({"p.a": "from p import b", "p.b": "import p.c", "p.c": for_types}) == [["p.a", "p.b", "p.c"]]
    assert circles({"p.a": "from p import b", "p.b": "import p.c", "p.c": ""}) == []
