"""A study on a real Slurm of one node: as a job array with a task killed, and through Dask.

It runs where root, and Debian's slurmctld, slurmd, slurm-client and munge, are there: `make test-slurm` installs them.
Elsewhere it is skipped, with the reason.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from study_toys import TOY, Here, contents

from sim.common.errors import SimError
from sim.experiments import Sweep, load_study
from sim.experiments.slurm import write_scripts

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tests" / "experiments" / "slurm" / "one-node.sh"
MISSING = [name for name in ("slurmctld", "slurmd", "sbatch", "munged") if shutil.which(name) is None]
PATIENCE_SECONDS = 240.0
# One Slurm on the machine, not one for each process of tests.
pytestmark = pytest.mark.xdist_group("slurm")


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Slurm of one node for the length of the module."""
    if os.geteuid() != 0:
        pytest.skip("a Slurm of one node needs root")
    if MISSING:
        pytest.skip(f"{', '.join(MISSING)} not installed; tests/experiments/slurm/one-node.sh install")
    home = tmp_path_factory.mktemp("slurm")
    started = subprocess.run([SCRIPT, "start", home], capture_output=True, text=True, timeout=60)
    if started.returncode:
        pytest.skip(f"Slurm does not start here: {started.stderr[-500:]}")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SLURM_CONF", str(home / "slurm.conf"))
        patched.setenv("PYTHONPATH", str(ROOT))
        yield
    subprocess.run([SCRIPT, "stop", home], check=False, timeout=60)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "toy.yaml"
    path.write_text(TOY, encoding="utf-8")
    return path


def expected(study: Path, folder: Path) -> dict[str, bytes]:
    Sweep(load_study(study), folder).run(Here())
    return contents(folder)


def queued() -> list[str]:
    line = ["squeue", "--noheader", "--array", "--format=%i:%T:%r"]
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout.split()


def wait_until(there: object) -> None:
    assert callable(there)
    end = time.monotonic() + PATIENCE_SECONDS
    while not there():
        assert time.monotonic() < end, f"still in the queue: {queued()}"
        time.sleep(0.5)


@pytest.mark.usefixtures("slurm")
def test_a_job_array_with_a_task_killed_makes_the_same(study: Path, tmp_path: Path) -> None:
    folder, jobs = tmp_path / "toy", tmp_path / "jobs"
    write_scripts(jobs, str(study), folder, 2)
    subprocess.run([jobs / "submit.sh"], check=True, capture_output=True)
    wait_until(lambda: any("_" in task for task in queued()))
    # Nothing of the task may be made yet: the last job makes what is missing, be it all.
    subprocess.run(["scancel", queued()[0].partition(":")[0]], check=True)
    wait_until(lambda: not queued())
    logs = "\n".join(path.read_text(encoding="utf-8") for path in (jobs / "logs").iterdir())
    assert (folder / "comparisons.csv").exists(), logs
    assert contents(folder) == expected(study, tmp_path / "here")


@pytest.mark.usefixtures("slurm")
def test_dask_workers_started_by_slurm_make_the_same(study: Path, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "sim", "sweep", str(study), "--out", str(tmp_path / "toy"), "--dask", "slurm"]
    run = subprocess.run(
        [*line, "--workers", "1"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert run.returncode == 0, run.stderr
    assert contents(tmp_path / "toy") == expected(study, tmp_path / "here")


def test_the_scripts_say_what_slurm_needs(study: Path, tmp_path: Path) -> None:
    told = write_scripts(tmp_path / "jobs", str(study), tmp_path / "toy", 16)
    array = (tmp_path / "jobs" / "array.sbatch").read_text(encoding="utf-8")
    assert "#SBATCH --array=1-16\n" in array
    assert f"sweep {study} --out {tmp_path / 'toy'}" in array
    assert "--part ${SLURM_ARRAY_TASK_ID}/16" in array
    assert "afterany" in (tmp_path / "jobs" / "submit.sh").read_text(encoding="utf-8")
    assert str(tmp_path / "jobs" / "submit.sh") in told
    for name in ("array.sbatch", "last.sbatch", "submit.sh"):
        subprocess.run(["bash", "-n", tmp_path / "jobs" / name], check=True)


ODD = 'it\'s "x" $(touch pwned) `id` %j #; a&b \\ \u00e9.yaml'


def test_an_odd_name_is_a_word_of_its_command_and_nothing_else(study: Path, tmp_path: Path) -> None:
    odd = tmp_path / ODD
    odd.write_bytes(study.read_bytes())
    jobs = tmp_path / f"jobs {ODD}"
    write_scripts(jobs, str(odd), tmp_path / "toy", 16)
    for name in ("array.sbatch", "last.sbatch"):
        head, _, body = (jobs / name).read_text(encoding="utf-8").partition("set -euo pipefail\n")
        told = [line for line in head.splitlines() if line.startswith("#SBATCH")]
        assert all(re.fullmatch(r"#SBATCH --[a-z-]+=[A-Za-z0-9._/:%@-]+", line) for line in told), told
        seen = ["bash", "-c", body.replace("exec ", "printf '%s\\0' ", 1)]
        words = subprocess.run(seen, capture_output=True, check=True, cwd=tmp_path).stdout.decode().split("\0")
        assert words[:7] == [sys.executable, "-m", "sim", "sweep", str(odd), "--out", str(tmp_path / "toy")]
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("odd", ["a\n#SBATCH --wrap=id\n.yaml", "a\rb.yaml", "a\x1b[31m.yaml", "a\u2028b.yaml"])
@pytest.mark.parametrize("which", ["study", "results", "folder"])
def test_a_name_that_breaks_lines_is_refused(study: Path, tmp_path: Path, odd: str, which: str) -> None:
    file = tmp_path / odd
    file.write_bytes(study.read_bytes())
    place = {"study": study, "results": tmp_path / "toy", "folder": tmp_path / "jobs"} | {which: file}
    place["folder"] = place["folder"].with_suffix(".d")
    with pytest.raises(SimError, match="no Slurm script can hold"):
        write_scripts(place["folder"], str(place["study"]), place["results"], 2)
    assert not place["folder"].exists()
