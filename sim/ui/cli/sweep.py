"""The command that makes the runs of a study: sweep."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.common.errors import SimError
from sim.common.progress import progress_of
from sim.report.terminal import show
from sim.ui.cli.options import AllowCode, app

if TYPE_CHECKING:
    from sim.experiments import Study
    from sim.experiments.runner import Backend
    from sim.experiments.sweep import Sweep


@app.command()
def sweep(
    study: Annotated[
        str | None, typer.Argument(metavar="STUDY", help="A study file, or a shipped study's name.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Its folder; else results/studies/NAME.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only check the file, and say what it is.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the plan: runs there, runs to make, time.")
    ] = False,
    expand: Annotated[bool, typer.Option("--expand", help="The study has grown; keep what its folder has.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes; else one per processor.")] = None,
    dask: Annotated[
        str | None, typer.Option(metavar="WHERE", help="Dask: local, slurm, or a scheduler's address.")
    ] = None,
    part: Annotated[str | None, typer.Option(metavar="I/N", help="Only the I-th of N parts of the runs.")] = None,
    slurm_script: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write a Slurm job array there, and run nothing.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Jobs of the array.")] = 16,
    target_error: Annotated[
        float | None,
        typer.Option(min=1e-6, max=10.0, help="Add replicates until the error is this share of the effect."),
    ] = None,
    metric: Annotated[str | None, typer.Option(help="Whose error, for --target-error; else the study's first.")] = None,
    max_replicates: Annotated[int, typer.Option(min=2, help="Replicates at most, for --target-error.")] = 256,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Make failed runs again.")] = False,
    allow_code: AllowCode = False,
    force: Annotated[bool, typer.Option("--force", help="Replace scripts that --slurm-script wrote before.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of study files.")] = False,
) -> None:
    """Makes the runs of a study: checks, says how long, runs, and can be stopped and started at any time.

    Finished runs are kept in --out and never made again, whatever stops the command.

    Examples:
      sim sweep my-study.yaml --dry-run
      sim sweep my-study.yaml --workers 2
      sim sweep my-study.yaml --target-error 0.02 --metric deliveries_volume
      sim sweep my-study.yaml --dask tcp://10.0.0.5:8786
      sim sweep my-study.yaml --slurm-script job --jobs 64
    """
    from sim.common.files import refuse_unwritable
    from sim.experiments import Local, Sweep, load_study
    from sim.experiments.json_schema import study_schema
    from sim.experiments.local import workers_at_hand
    from sim.report.study_tables import outlook_told, points_table, study_told

    if schema:
        typer.echo(json.dumps(study_schema(), indent=2))
        return
    if study is None:
        raise SimError("name a study file, such as: sim sweep my-study.yaml --dry-run")
    found = load_study(study, allow_code=allow_code)
    if found.file.leaks is not None:
        elsewhere = {
            "--expand": expand,
            "--dask": dask,
            "--part": part,
            "--target-error": target_error,
            "--slurm-script": slurm_script,
        }
        _search(found, (study, check, dry_run), elsewhere, (workers or workers_at_hand(), out))
        return
    mine = _part(part)
    folder = out or Path("results") / "studies" / found.name
    at_hand = workers or workers_at_hand()
    at_work = Sweep(found, folder, expand=expand, again=retry_failed)
    show(study_told(at_work.plan), "")
    if check:
        show(f"{study}: ok")
        return
    if dry_run or slurm_script is not None or (part is None and at_work.outlook().finished < len(at_work.plan)):
        with progress_of("trying a few runs", "runs"):
            at_work.try_some(Local(1))  # a process of its own: a run that ends its process leaves the command alive
    show(outlook_told(at_work.outlook(), jobs if slurm_script else at_hand), "")
    if dry_run:
        show(points_table(at_work.plan))
        return
    refuse_unwritable(folder)
    if slurm_script is not None:
        from sim.experiments.slurm import write_scripts

        show(write_scripts(slurm_script, study, folder, jobs, allow_code=allow_code, force=force))
        return
    backend: Backend = Local(at_hand) if dask is None else _on_dask(dask, at_hand)
    _make(at_work, backend, mine, (target_error, metric or found.file.metrics[0], max_replicates))


def _search(
    found: Study, asked: tuple[str, bool, bool], options: Mapping[str, Any], how: tuple[int, Path | None]
) -> None:
    """Searches for leaks, in two rounds of which the second follows from the first."""
    from sim.analysis.evasion import runs_of, seconds_of
    from sim.report.study_tables import leaks_told, search_outlook
    from sim.ui.cli.study_packages import search_leaks

    name, check, dry_run = asked
    if given := [option for option, value in options.items() if value]:
        raise SimError(f"{given[0]}: a search for leaks is made here, by --workers; what is finished is kept anyway")
    show(leaks_told(found), "")
    if check:
        show(f"{name}: ok")
    elif dry_run:
        show(search_outlook(runs_of(found), seconds_of(found.base), how[0]))
    else:
        search_leaks(found, *how)


def _on_dask(where: str, workers: int) -> Any:
    try:
        from sim.experiments.dask import OnDask
    except ModuleNotFoundError as error:
        raise SimError(f"--dask needs the package '{error.name}': pip install 'sanctions-sim[cluster]'") from None
    return OnDask(where, workers)


def _make(sweep: Sweep, backend: Backend, part: tuple[int, int], until: tuple[float | None, str, int]) -> None:
    """Makes the runs, and says how it went; stopped in the middle, it says so and how to go on."""
    from sim.report.study_tables import compared_table, swept_told, until_told

    error, metric, most = until
    if error is not None and metric not in sweep.plan.study.file.metrics:
        raise SimError(f"--metric {metric}: the study has {', '.join(sweep.plan.study.file.metrics)}")
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        with progress_of(sweep.plan.study.file.title, "runs") as progress:
            if error is None:
                swept, reached = sweep.run(backend, progress, part), None
            else:
                swept, reached = sweep.until(error, backend, metric, most, progress)
    except KeyboardInterrupt:
        kept = sweep.so_far().finished
        show(f"\nstopped: {kept:,} of {len(sweep.plan):,} runs are kept in {sweep.folder}; the same command goes on")
        raise
    show(swept_told(swept))
    if part == (1, 1):
        show("", compared_table(swept))
    if error is not None and reached is not None:
        show("", until_told(swept, metric, reached, error))
    if swept.failures:
        raise typer.Exit(1)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _part(text: str | None) -> tuple[int, int]:
    if text is None:
        return 1, 1
    parts = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    if parts is None or not 1 <= int(parts[1]) <= int(parts[2]):
        raise SimError(f"--part {text}: expected I/N, such as 3/16")
    return int(parts[1]), int(parts[2])
