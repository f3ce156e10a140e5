"""The house rules that no linter knows: no country and no good in code, small files. Imports: test_imports.py."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "sim"
MOST_LINES = 300
MODULES = sorted(PACKAGE.rglob("*.py"))


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
    assert codes_named(ast.parse(text), CODES) == []
    assert len(text.splitlines()) <= MOST_LINES


def test_the_check_of_codes_can_fail() -> None:
    some = sorted(CODES)[0]
    assert codes_named(ast.parse(f"x = '{some}'"), CODES)
    assert codes_named(ast.parse(f"x = 'nobody, {some}'"), CODES)
    assert not codes_named(ast.parse(f"x = 'a sentence with {some} in it'"), CODES)
