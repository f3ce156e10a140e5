"""Whether a study survives what befalls it: ``python -m benchmarks.lost_runs`` says what was done to it and what came.

One study of 10,000 runs is made undisturbed; then with its runner killed three times (SIGKILL) and a worker once; then
through Dask with a worker killed; then, where a real Slurm of one node can be started (root, Debian's packages, see
`tests/experiments/slurm/one-node.sh`), as a job array with a task killed, and through Dask on workers that Slurm
starts, with a job and a worker killed. The table of runs has to be the same to the last byte.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
SLURM = ROOT / "tests" / "experiments" / "slurm" / "one-node.sh"
REPLICATES = 4
NOT_RUN = "not run"
STUDY = """\
title: A study that is killed
question: Is a run ever lost?
base: reference
changes:
  agents: {{exporters: 1000, intermediaries: 330, mode: sampled}}
months: {{first: 2021-01, last: 2022-12}}
levers:
  policies.ban-priority.strength: {{low: 0.5, high: 1}}
  parameters.aversion: {{low: 3, high: 9}}
uncertainties:
  parameters.learning: {{low: 0.2, high: 0.8}}
design:
  levers: {{latin_hypercube: {packages}}}
  uncertainties: {{latin_hypercube: 2}}
replicates: {replicates}
metrics: [deliveries_volume, shortfall, hub_share, diversion_ratio]
"""


def command(study: Path, folder: Path, *more: str) -> list[str]:
    """The command that makes the study."""
    return [sys.executable, "-m", "sim", "sweep", str(study), "--out", str(folder), *more]


def finished(folder: Path) -> int:
    """Runs kept in a folder; those of files that are joined at the moment may be missed or count twice."""
    count = 0
    for path in (folder / "parts").glob("*.parquet"):
        try:
            count += pq.read_metadata(path).num_rows
        except OSError:
            continue
    return count


def until(folder: Path, runs: int, process: subprocess.Popen[bytes]) -> bool:
    """Waits until so many runs are kept; tells whether the process still works then."""
    while process.poll() is None and finished(folder) < runs:
        time.sleep(0.2)
    return process.poll() is None


def start(line: list[str]) -> subprocess.Popen[bytes]:
    """Starts a sweep whose words go nowhere."""
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def children(process: subprocess.Popen[bytes], name: str) -> list[int]:
    """Processes that descend from another and have a word in their command line."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(place.name)] = int((place / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = []
    for pid in parents:
        above = pid
        while above in parents and above != process.pid:
            above = parents[above]
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if above == process.pid and pid != process.pid and name in words:
            found.append(pid)
    return found


def digest(folder: Path) -> str:
    """Digest of the table of runs and of the part that is left."""
    files = [folder / "runs.parquet", *sorted((folder / "parts").glob("*.parquet"))]
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()[:16]


def undisturbed(study: Path, folder: Path, runs: int) -> str:
    """The study as it should be."""
    start(command(study, folder, "--workers", "2")).wait()
    return "nothing"


def killed(study: Path, folder: Path, runs: int) -> str:
    """The runner is killed three times, and a worker once."""
    for quarter in (1, 2, 3):
        process = start(command(study, folder, "--workers", "2"))
        if quarter == 1 and until(folder, runs // 8, process):
            os.kill(children(process, "sim.experiments.worker")[0], signal.SIGKILL)
        if until(folder, quarter * runs // 4, process):
            process.kill()
        process.wait()
    start(command(study, folder, "--workers", "2")).wait()
    return "runner killed 3 times, a worker once"


def through_dask(study: Path, folder: Path, runs: int) -> str:
    """The study through Dask, with a worker killed."""
    process = start(command(study, folder, "--workers", "2", "--dask", "local"))
    done = "nothing"
    if until(folder, runs // 3, process) and (workers := children(process, "spawn_main")):
        os.kill(workers[-1], signal.SIGKILL)
        done = "a Dask worker killed"
    process.wait()
    return done


def through_slurm(study: Path, folder: Path, runs: int) -> str:
    """The study as a job array of a real Slurm, with a task killed."""
    jobs = folder.with_suffix(".jobs")
    with _one_node() as missing:
        if missing:
            return missing
        subprocess.run(command(study, folder, "--slurm-script", str(jobs), "--jobs", "4"), cwd=ROOT, check=True,
                       capture_output=True)  # fmt: skip
        subprocess.run([jobs / "submit.sh"], check=True, capture_output=True)
        while finished(folder) < runs // 4 and _queued():
            time.sleep(0.5)
        if tasks := _queued("running"):
            subprocess.run(["scancel", "--signal=KILL", "--full", tasks[0]], check=True)
        while _queued():
            time.sleep(1.0)
    return "a task of the array killed"


def through_dask_on_slurm(study: Path, folder: Path, runs: int) -> str:
    """The study through Dask on workers that a real Slurm starts, with a worker killed and a job cancelled."""
    with _one_node() as missing:
        if missing:
            return missing
        process = start(command(study, folder, "--workers", "2", "--dask", "slurm"))
        done = []
        if until(folder, runs // 4, process) and (jobs := _queued("running")):
            subprocess.run(["scancel", "--signal=KILL", "--full", jobs[0]], check=True)
            done.append("a job of Dask's workers killed")
        if until(folder, runs // 2, process) and (workers := _workers()):
            os.kill(workers[0], signal.SIGKILL)
            done.append("a worker process killed")
        process.wait()
    return ", ".join(done) or "nothing"


def _workers() -> list[int]:
    """Processes of Dask's workers; a nanny starts each anew."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (place / "cmdline").read_bytes().decode(errors="replace")
            parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
            above = Path(f"/proc/{parent}/cmdline").read_bytes().decode(errors="replace")
            if "spawn_main" in words and "distributed.cli.dask_worker" in above:
                found.append(int(place.name))
    return found


@contextmanager
def _one_node() -> Iterator[str]:
    """A real Slurm of one node; a text says why there is none."""
    if os.geteuid() or not all(map(shutil.which, ("slurmctld", "slurmd", "sbatch", "munged"))):
        yield f"{NOT_RUN}: needs root, and slurmctld, slurmd, slurm-client and munge installed"
        return
    home = Path(tempfile.mkdtemp(prefix="one-node-slurm-"))
    subprocess.run([SLURM, "start", home], check=True, capture_output=True)
    os.environ["SLURM_CONF"] = str(home / "slurm.conf")
    try:
        yield ""
    finally:
        subprocess.run([SLURM, "stop", home], check=False)


def _queued(states: str = "pending,running,completing") -> list[str]:
    """Jobs and tasks of Slurm."""
    words = ["squeue", "--noheader", "--array", "--format=%i", f"--states={states}"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()


WAYS = {
    "undisturbed": undisturbed, "killed": killed, "dask": through_dask, "slurm": through_slurm,
    "dask-slurm": through_dask_on_slurm,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Makes the study in every way and compares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="about so many")
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    parser.add_argument("--folder", type=Path, default=None, help="where to; a temporary folder by default")
    chosen = parser.parse_args(arguments)
    os.environ["PYTHONPATH"] = str(ROOT)  # jobs start elsewhere
    place = chosen.folder or Path(tempfile.mkdtemp(prefix="lost-runs-"))
    place.mkdir(parents=True, exist_ok=True)
    study = place / "killed.yaml"
    study.write_text(STUDY.format(packages=chosen.runs // (2 * REPLICATES), replicates=REPLICATES), encoding="utf-8")
    runs, first = chosen.runs // (2 * REPLICATES) * 2 * REPLICATES + 2 * REPLICATES, ""
    print(f"{runs:,} runs of 1,000 exporters x 24 months, in {place}")
    for name in chosen.ways:
        started = time.monotonic()
        what = WAYS[name](study, place / name, runs)
        seconds = time.monotonic() - started
        if not (place / name / "runs.parquet").exists():
            if not what.startswith(NOT_RUN):
                sys.exit(f"{name}: no table of runs came of `{' '.join(command(study, place / name))}`")
            print(f"{name:12} {what}", flush=True)
            continue
        found, kept = digest(place / name), pq.read_metadata(place / name / "runs.parquet").num_rows
        first = first or found
        verdict = "the same bytes" if found == first else "OTHER BYTES"
        print(f"{name:12} {seconds:6.0f} s  {kept:,} runs  {found}  {verdict}  ({what})", flush=True)


if __name__ == "__main__":
    main()
