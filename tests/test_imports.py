"""Which way imports point, and who alone may use which library: the contracts of pyproject.toml, which can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# A contract, a file, and an import that breaks it; imports for types count.
PLANTED = {
    "A room imports what stands below it": ("sim/common/months.py", "from sim.world.load import load_world"),
    "Law does not know behaviour": ("sim/policies/base.py", "import sim.rules.pricing"),
    "No circle among the files of sim": ("sim/common/errors.py", "import sim.common.fields"),
    "A room of the calibration": ("calibration/targets/priors.py", "import calibration.inference.mcmc"),
    "No circle among the files of calibration": ("calibration/targets/targets.py", "import calibration.targets.priors"),
    "The calibration uses public names only": ("calibration/inference/mcmc.py", "import sim.world"),
    "Only the report draws and formats": ("sim/ui/requests.py", "import matplotlib.pyplot as plt"),
    "Only the two ways in": ("sim/report/catalogue.py", "import typer"),
    "Only the model is Mesa's": ("sim/policies/regime.py", "from mesa import Agent"),
    "Only loops and rules are compiled": ("sim/simulation/tables.py", "import numba"),
    "Only kept runs are Parquet": ("sim/metrics/series.py", "import pyarrow"),
    "Only what users write is validated": ("sim/model/model.py", "import pydantic"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_contracts_of_imports_are_kept() -> None:
    found = lint(ROOT)
    assert found.returncode == 0, found.stdout


def test_every_contract_can_fail(tmp_path: Path) -> None:
    for package in ("sim", "calibration"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=lambda _, names: {n for n in names if is_data(n)})
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, planted in PLANTED.values():
        path = tmp_path / file
        text = path.read_text(encoding="utf-8")
        for_types = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {planted}\n"
        path.write_text(f"{text}\n{for_types}", encoding="utf-8")
    said = lint(tmp_path).stdout
    verdicts = {
        line.rsplit(" ", 1)[0]: line.rsplit(" ", 1)[1]
        for line in said.splitlines()
        if line.endswith(("KEPT", "BROKEN"))
    }
    assert set(verdicts.values()) == {"BROKEN"}
    assert {next(name for name in PLANTED if contract.startswith(name)) for contract in verdicts} == set(PLANTED)


def is_data(name: str) -> bool:
    return "." in name and not name.endswith(".py")
