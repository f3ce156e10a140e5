"""Every notebook runs from top to bottom, in a kernel of its own, and is kept without what running leaves in it.

How a notebook is written (the checks below say the same):

* The first cell is its title (``# ...``), and says how long it takes ("Takes about 20 seconds").
* An exercise is a Markdown cell with the tag ``exercise``. Its solution is the code that follows, in cells with the
  tags ``solution`` and ``hide-cell`` whose input is folded (metadata ``jupyter: {source_hidden: true}``): the reader
  opens it, the test runs it.
* A number in the text stands in an ``assert`` too, or the code prints it. Asserts are not for the reader: they stand in
  cells of their own with the tags ``check`` and ``remove-cell`` (gone from the documentation site) and folded input.
* A cell that is seen has no more than 18 lines. The code of a figure may be folded (tag ``hide-input``).
* The second cell, with the tag ``parameters``, says at which parameters the model runs: the representative draw of the
  posterior, the centres of the priors, or those of the scenario.
* There is an equation, and the last cell, with the tag ``references``, lists what to read.
* What it writes goes to a temporary folder.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.notebooks.kernels import ROOT, executed, notebook_of, outputs, printed

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
PATHS = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
LEAST_EXERCISES = 3
LONGEST_CELL = 18  # lines
CHECK = ["check", "remove-cell"]
FOLDED = {"source_hidden": True}
CLEAR = "jupyter nbconvert --clear-output --inplace notebooks/*.ipynb"


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


@PATHS
def test_notebook_runs(path: Path, tmp_path: Path) -> None:
    beside = shutil.ignore_patterns("*.ipynb", "*.md", ".*")
    folder = tmp_path / "notebooks"
    shutil.copytree(FOLDER, folder, ignore=beside)
    before = {found.relative_to(folder) for found in folder.rglob("*")}
    notebook = executed(read(path), folder)
    assert [output.evalue for output in outputs(notebook) if output.output_type == "error"] == []
    assert printed(notebook, "stderr") == ""
    left = {found.relative_to(folder) for found in folder.rglob("*")} - before
    assert {str(found) for found in left if not str(found).startswith(".")} == set()


@PATHS
def test_notebook_is_kept_clean(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert path.read_text(encoding="utf-8") == nbformat.writes(notebook) + "\n", "saved by another tool; run: " + CLEAR
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code if cell.outputs] == [], CLEAR
    assert {cell.execution_count for cell in code} == {None}, CLEAR
    # What an editor adds about the Python at hand would change with every reader who saves.
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec == {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert set(notebook.metadata.get("language_info", {})) <= {"name"}
    assert [dict(cell.metadata) for cell in notebook.cells if set(cell.metadata) - {"tags", "jupyter"}] == []


@PATHS
def test_notebook_begins_with_title_and_time(path: Path) -> None:
    first = read(path).cells[0]
    assert first.cell_type == "markdown"
    assert re.match(r"# \w", first.source)
    assert re.search(r"[Tt]akes (about|under|less than) .*?(second|minute)", first.source), first.source


@PATHS
def test_notebook_has_exercises_with_solutions(path: Path) -> None:
    cells = read(path).cells
    asked = [place for place, cell in enumerate(cells) if "exercise" in tags(cell)]
    assert len(asked) >= LEAST_EXERCISES
    for place, following in zip(asked, [*asked[1:], len(cells)], strict=True):
        assert cells[place].cell_type == "markdown"
        answers = [cell for cell in cells[place + 1 : following] if "solution" in tags(cell)]
        assert answers, cells[place].source
    for cell in cells:
        if "solution" in tags(cell):
            assert cell.cell_type == "code"
            assert cell.metadata.get("jupyter") == {"source_hidden": True}, cell.source
            assert "hide-cell" in tags(cell), cell.source  # folded on the documentation site


def asserts(source: str) -> int:
    return sum(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(source)))


@PATHS
def test_checks_are_out_of_sight(path: Path) -> None:
    checks = 0
    for cell in read(path).cells:
        if "check" in tags(cell):
            checks += asserts(cell.source)
            assert cell.cell_type == "code" and tags(cell) == CHECK and cell.metadata.get("jupyter") == FOLDED, (
                cell.source
            )
            assert asserts(cell.source), cell.source
        elif cell.cell_type == "code":
            assert asserts(cell.source) == 0, cell.source
    assert checks >= LEAST_EXERCISES


@PATHS
def test_cells_in_sight_are_short(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type == "code" and cell.metadata.get("jupyter") != FOLDED:
            assert len(cell.source.splitlines()) <= LONGEST_CELL, cell.source
        if "hide-input" in tags(cell):
            assert "plt.subplots" in cell.source, cell.source  # code of a figure, and no other


@PATHS
def test_a_notebook_says_at_which_parameters_it_runs(path: Path) -> None:
    cells = read(path).cells
    assert tags(cells[1]) == ["parameters"] and cells[1].source.startswith("**Parameters.**")
    said, code = cells[1].source, "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    if 'posterior="none"' in code:
        assert "priors" in said
    fitted = re.search(r'sim\.load\("(?!classroom|red-line)[^")]+"\)|with_posterior\(', code)
    assert bool(fitted) == ("representative draw" in said)


@PATHS
def test_a_notebook_has_equations_and_references(path: Path) -> None:
    cells = read(path).cells
    assert any(cell.cell_type == "markdown" and cell.source.count("$$") >= 2 for cell in cells)
    assert tags(cells[-1]) == ["references"]
    assert len(re.findall(r"^\* ", cells[-1].source, re.MULTILINE)) >= 2


def test_the_index_lists_them_all() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[([a-z])\]\((\S+\.ipynb)\) \| (.+?) \| (.+?) \|$", index, re.MULTILINE)
    assert [name for _, name, _, _ in rows] == [path.name for path in NOTEBOOKS]
    for letter, name, title, _ in rows:
        assert name.startswith(f"{letter}-")
        assert read(FOLDER / name).cells[0].source.splitlines()[0] == f"# {title}"


def test_a_failing_notebook_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="never right"):
        executed(notebook_of("1 + 1", "assert False, 'never right'"), tmp_path)


def test_a_warning_is_noticed(tmp_path: Path) -> None:
    notebook = executed(notebook_of("import warnings\nwarnings.warn('stale')"), tmp_path)
    assert "stale" in printed(notebook, "stderr")


def test_the_kernel_is_this_python(tmp_path: Path) -> None:
    said = printed(executed(notebook_of("import sys, sim\nprint(sys.executable, sim.__file__)"), tmp_path))
    assert said.split() == [sys.executable, str(ROOT / "sim" / "__init__.py")]
