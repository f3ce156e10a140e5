"""What is for other places than a checkout on Linux: containers, Binder, Colab. Read here, since none can be run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

import sim

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ("docker-entry.sh", "binder/postBuild")


def supported(version: str) -> bool:
    """Whether a version of Python such as 3.12 is one that the package takes."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    low, high = re.findall(r"3\.(\d+)", said)
    return int(low) <= int(version.split(".")[1]) < int(high)


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_parse_and_may_be_run(name: str) -> None:
    subprocess.run(["sh", "-n", str(ROOT / name)], check=True)
    assert (ROOT / name).stat().st_mode & 0o111


def test_the_dockerfile_names_what_is_there() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if re.match(r"[A-Z]+ ", line)]
    (image,) = (line[1] for line in words if line[0] == "FROM")
    assert supported(image.removeprefix("python:").removesuffix("-slim"))
    for line in words:
        if line[0] == "COPY":
            assert all((ROOT / source).exists() for source in line[1:-1]), line
    (entry,) = (json.loads(line.split(" ", 1)[1]) for line in lines if line.startswith("ENTRYPOINT"))
    assert (ROOT / Path(entry[0]).name).is_file()
    assert "requirements.lock" not in (ROOT / ".dockerignore").read_text(encoding="utf-8")


def test_the_dev_container_makes_what_make_makes() -> None:
    said = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert supported(said["image"].rpartition(":")[2])
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert said["postCreateCommand"] == "make .venv/.ready" and re.search(r"^READY := \.venv/\.ready$", makefile, re.M)
    for schema, files in said["customizations"]["vscode"]["settings"]["yaml.schemas"].items():
        assert (ROOT / schema).is_file() and list(ROOT.glob(files)), schema


def test_binder_finds_python_lock_and_package() -> None:
    folder = ROOT / "binder"
    assert supported((folder / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-"))
    (line,) = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert (folder / line.removeprefix("-r ")).resolve() == ROOT / "requirements.lock"
    assert "hatchling==" in (ROOT / "requirements.lock").read_text(encoding="utf-8")  # what builds the package


def test_the_cells_for_colab_run() -> None:
    notebook = nbformat.read(ROOT / "binder" / "colab.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0].splitlines()[-1] == "%pip install --quiet {WHERE}"
    names: dict[str, object] = {}
    for cell in code[1:]:
        exec(compile(cell, "colab.ipynb", "exec"), names)
    assert isinstance(names["pair"], sim.Comparison)


def test_files_have_the_same_bytes_everywhere() -> None:
    assert "* text=auto eol=lf" in (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    for folder in ("scenarios", "calibration/posterior", "sim"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".csv", ".yaml", ".json", ".py"):
                assert b"\r" not in path.read_bytes(), path


def test_the_page_says_which_python_is_tested() -> None:
    page = (ROOT / "docs" / "elsewhere.md").read_text(encoding="utf-8")
    assert "Linux, Python 3.11" in page and supported("3.11") and sys.platform == "linux"
