"""The house rules that no linter knows: no country and no good in code, small files, one place that moves files.

Imports: test_imports.py.
"""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "sim"
MOST_LINES = 300
MODULES = sorted(PACKAGE.rglob("*.py"))
# What is written goes to its place in one way, see `sim.common.files`; these alone do it by hand.
BY_HAND = ("os.replace", "os.rename", "shutil.move", "tempfile.mkstemp", "tempfile.mkdtemp")
MOVERS = (
    "sim/common/scratch.py", "sim/common/files.py",
    "sim/common/compilation_cache.py",  # a cache, which its owner alone reads
    "sim/experiments/store.py",  # sets a damaged part aside
    "sim/ui/cli/run.py",  # a folder for the demonstration
)  # fmt: skip


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


def moves(tree: ast.AST) -> list[str]:
    """What makes hidden files or moves things to their places by hand."""
    named = (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return [name for name in named if name in BY_HAND]


def test_files_take_their_places_in_one_way() -> None:
    for path in (path for room in ("sim", "calibration", "docs/pages") for path in (ROOT / room).rglob("*.py")):
        if path.relative_to(ROOT).as_posix() not in MOVERS:
            assert moves(ast.parse(path.read_text(encoding="utf-8"))) == [], path
    assert moves(ast.parse("import os\nos.replace('a', 'b')"))


# A file of CSV that csv takes for endless or odd is a fault with its place there, and a traceback wherever else.
CSV_READERS = ("csv.reader", "csv.DictReader", "csv.field_size_limit")
CSV_PLACE = "sim/common/csv_rows.py"


def test_csv_is_read_in_one_place() -> None:
    for path in (path for room in ("sim", "calibration", "docs/pages") for path in (ROOT / room).rglob("*.py")):
        named = {
            ast.unparse(node)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Attribute)
        }
        assert named.isdisjoint(CSV_READERS) is (path.relative_to(ROOT).as_posix() != CSV_PLACE), path
