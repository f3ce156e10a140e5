"""Writes a study as a Slurm job array: every task makes its part of the runs, and a last job makes what is missing."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from sim.common.errors import SimError
from sim.common.files import written_folder
from sim.common.scratch import faults_of

ARRAY, LAST, SUBMIT = "array.sbatch", "last.sbatch", "submit.sh"

_PLAIN, _ODD = re.compile(r"[A-Za-z0-9._/+=:,@-]+"), re.compile(r"[^A-Za-z0-9._-]+")
_TIME = "04:00:00"
_HEAD = """#!/bin/bash
#SBATCH --job-name={name}
#SBATCH --cpus-per-task={cpus}
#SBATCH --time={time}
#SBATCH --output={logs}/%x-%j.log
# Slurm sends SIGTERM before the time is up: what is finished is kept, and the next job goes on from there.
#SBATCH --signal=B:TERM@60
{array}# Your site's partition, account and memory go here, such as:
##SBATCH --partition=standard
##SBATCH --mem-per-cpu=2G
set -euo pipefail
"""


def write_scripts(  # noqa: PLR0913 (two switches, by their names)
    folder: Path, study: str, results: Path, jobs: int, *, allow_code: bool = False, force: bool = False
) -> str:
    """Writes the scripts.

    Args:
        folder: where to.
        study: the study file, or a shipped study's name.
        results: the study's folder of results; every job has to see it under this path.
        jobs: tasks of the array.
        allow_code: whether code that the study's base names may run there.
        force: whether scripts that are there, with other content, are replaced.

    Returns:
        What to do next.

    Raises:
        SimError: they cannot be written, or a path has a character in it that no line can hold.
    """
    place = Path(study)
    file = str(place.resolve()) if place.is_file() else study
    command = [sys.executable, "-m", "sim", "sweep", file, "--out", str(results.resolve())]
    for path in (file, *command[-1:], str(folder.resolve())):
        if not path.isprintable():
            raise SimError(f"{path!r} has a character that no Slurm script can hold; rename the file or folder")
    name = _ODD.sub("-", place.stem)
    command += ["--allow-code"] if allow_code else []
    base = "exec " + " ".join(shlex.quote(word) for word in command)
    # Slurm reads its own lines by rules of its own: a path that would need quotes there is left to submit.sh's `cd`.
    logs = str((folder / "logs").resolve())
    logs = logs if _PLAIN.fullmatch(logs) else "logs"
    work = f"{base} --workers ${{SLURM_CPUS_PER_TASK:-1}}"
    texts = {
        ARRAY: _head(f"sweep-{name}", 1, logs, f"#SBATCH --array=1-{jobs}\n")
        + f"{work} --part ${{SLURM_ARRAY_TASK_ID}}/{jobs}\n",
        LAST: _head(f"last-{name}", 2, logs)
        + f"# Makes what a job that was killed left, and writes the table of all runs.\n{work}\n",
        SUBMIT: "#!/bin/bash\n# Hands both to Slurm: the last job waits for the array, however its tasks end.\n"
        'set -euo pipefail\ncd "$(dirname "${BASH_SOURCE[0]}")"\n'
        f"array=$(sbatch --parsable {ARRAY})\n"
        f'sbatch --dependency="afterany:${{array}}" {LAST}\n',
    }  # fmt: skip
    with written_folder(folder, force=force) as scratch:
        for name, text in texts.items():
            (scratch / name).write_text(text, encoding="utf-8")
            (scratch / name).chmod(0o755)
    with faults_of(folder):
        (folder / "logs").mkdir(exist_ok=True)
    return f"{folder / ARRAY}: {jobs} tasks; look at its head, then: {folder / SUBMIT}"


def _head(name: str, cpus: int, logs: str, array: str = "") -> str:
    return _HEAD.format(name=name, cpus=cpus, time=_TIME, logs=logs, array=array)
