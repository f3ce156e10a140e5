"""A wheel, installed in an empty environment away from the checkout, runs `sim demo`."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CARRIED = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources so that the checkout stays as it is."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in CARRIED:
        shutil.copy(ROOT / name, source)
    for name in ("sim", "scenarios", "calibration"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment that sees the locked packages (not our checkout), with the wheel installed."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = (folder / "lib").glob("python3*/site-packages")
    # A path file that only adds a folder: path files inside that folder, such as an editable install's, do not act.
    seen = [path for path in site.getsitepackages() if Path(path).is_dir()]
    (packages / "locked.pth").write_text("\n".join(seen) + "\n", encoding="utf-8")
    into = ["--target", str(packages), "--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *into, str(wheel)], check=True)
    return folder


def away(tmp_path: Path) -> dict[str, str]:
    """An environment of another user: a home of its own, nothing that points to the checkout."""
    home = tmp_path / "home"
    home.mkdir()
    return {"PATH": os.defpath, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "LANG": "C.UTF-8"}


def test_wheel_carries_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("scenarios", "calibration/figures", "calibration/posterior"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in (".yaml", ".csv", ".json", ".md"):
                assert f"sim/_shipped/{path.relative_to(ROOT).as_posix()}" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "results/"))]


def test_demo_runs_far_from_the_checkout(environment: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    # Its own folder cannot be written, as in a system-wide installation: machine code then goes to the user's cache.
    (package,) = (environment / "lib").glob("python3*/site-packages/sim")
    (package / "__pycache__").write_text("no folder", encoding="utf-8")
    demo = [str(environment / "bin" / "python"), "-m", "sim", "demo"]
    done = subprocess.run(demo, cwd=empty, env=away(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    run, baseline = sorted((empty / "results").iterdir(), key=lambda path: not (path / "figures").is_dir())
    for folder in (run, baseline):
        assert (folder / "record.json").is_file()
        assert (folder / "flows.parquet").stat().st_size > 0
    assert len(list((run / "figures").glob("*.png"))) >= 3
    assert len(list((run / "figures").glob("*.csv"))) >= 3
    assert list((tmp_path / "home" / "cache").rglob("*.code")), "machine code is kept for the next run"


def test_installed_command_tells_its_version(environment: Path, tmp_path: Path) -> None:
    code = "import sim, sim.ui.cli; print(sim.__file__, sim.__version__)"
    python = str(environment / "bin" / "python")
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, env=away(tmp_path), capture_output=True, text=True, check=True
    )
    path, version = done.stdout.split()
    assert Path(path).is_relative_to(environment)
    assert version != "uninstalled"
