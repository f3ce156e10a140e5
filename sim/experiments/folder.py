"""A study's folder: what it holds is written down, and nothing that does not belong there is ever added."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pandas as pd

from sim.common.accessors import Accessor
from sim.common.errors import Fault, FaultList, SimError
from sim.common.json_records import Record, checked_record, read_json
from sim.common.labelled import dataset
from sim.common.package_data import version_of
from sim.experiments.plan import Plan, plan_of
from sim.experiments.provenance import makers_of
from sim.experiments.runs_table import read_table
from sim.experiments.store import Store, write_whole
from sim.scenario.metric_address import parse_address
from sim.simulation.inputs import address_of, split

if TYPE_CHECKING:
    from sim.experiments.study import Study

FORMAT = 1
RECORD = "study.json"
_WHAT = {
    "base": "the base scenario", "world": "the base's world", "rules": "the base's rules", "metrics": "the metrics",
    "posterior": "the posterior",
}  # fmt: skip


class Held(Record):
    """What a folder says that it holds.

    Attributes:
        format: of the folder.
        version: version of the package that wrote it.
        title: of the study.
        question: of the study.
        runs: how many the study has.
        replicates: of each point.
        plan: digest of the plan.
        levers: columns of the table of runs.
        uncertainties: columns of the table of runs.
        metrics: columns of the table of runs.
        makers: see :func:`sim.experiments.provenance.makers_of`.
        study: the study file, as plain data.
    """

    format: int
    version: str
    title: str
    question: str
    runs: int
    replicates: int
    plan: str
    levers: list[str]
    uncertainties: list[str]
    metrics: list[str]
    makers: dict[str, Any]
    study: dict[str, Any]


def held_in(folder: Path) -> Held | None:
    """What a folder holds; None where it holds nothing yet.

    Raises:
        SimError: it holds something else than a study, or one in another format.
    """
    record = folder / RECORD
    try:
        if not record.exists():
            if folder.exists() and any(not path.name.startswith(".") for path in folder.iterdir()):
                raise SimError(f"{folder} is no folder of a study: it has no {RECORD}; name another with --out")
            return None
        data = read_json(record)
        written = data.get("format", FORMAT) if isinstance(data, dict) else FORMAT
        if written != FORMAT:
            raise SimError(
                f"{folder} was written in format {written} by version {data.get('version')}; this is "
                f"{version_of()}, which writes format {FORMAT}: read it with that version, or name another with --out"
            )
        held = checked_record(data, Held, record)
        if not 1 <= held.replicates <= held.runs:
            why = f"read {held.replicates}, expected a number from 1 to that of the runs, {held.runs}"
            raise FaultList([Fault(str(record), 0, 0, "replicates", why)])
        return held
    except OSError as error:
        raise SimError(f"{record} cannot be read: {error}; restore it, or name another folder with --out") from error
    except FaultList as error:
        raise SimError(f"{error}\n{record} cannot be read; restore it, or name another folder with --out") from error


def plan_in(folder: Path, study: Study, *, expand: bool) -> Plan:
    """The plan of a study with the replicates that its folder has already, once it is sure that both go together.

    Raises:
        SimError: the folder holds runs that are not this study's, or fewer than it asks for and ``expand`` is not set.
    """
    held = held_in(folder)
    if held is None:
        return plan_of(study)
    makers = makers_of(study)
    if held.makers.get("code") != makers["code"]:
        raise SimError(
            f"{folder} holds runs of another version of the code (sanctions-sim {held.version}, digest "
            f"{str(held.makers.get('code'))[:10]}; here {version_of()}, {makers['code'][:10]}, numba, numpy or scipy "
            "counted in); runs of two versions do not mix: name another folder with --out"
        )
    if changed := [what for name, what in _WHAT.items() if held.makers.get(name) != makers[name]]:
        raise SimError(
            f"{folder} holds another study: {' and '.join(changed)} changed since; name another folder with --out"
        )
    plan = plan_of(study, max(study.file.replicates, held.replicates))
    if plan.digest == held.plan:
        return plan
    if not expand:
        raise SimError(f"{folder} holds the study with {_differences(held, study)}; add --expand to make it grow")
    lost = int(np.isin(Store(folder, study.file.metrics).finished().keys, plan.keys.digests, invert=True).sum())
    if lost:
        hint = _growth(held.study.get("design"), study)
        raise SimError(
            f"the study has grown in a way that loses {lost:,} finished runs of {folder}: "
            f"{_differences(held, study)}. {hint}; or name another folder with --out"
        )
    return plan


def _differences(held: Held, study: Study) -> str:
    said = study.file.model_dump(mode="json", exclude_none=True)
    names = [name for name in {**held.study, **said} if held.study.get(name) != said.get(name)]
    names = [name for name in names if name not in ("title", "question")]
    return f"another {', another '.join(names)}" if names else "other runs"


def _growth(before: Any, study: Study) -> str:
    """How a design can grow."""
    designs = [design for design in before.values() if isinstance(design, dict)] if isinstance(before, dict) else []
    for design in designs:
        if isinstance(points := design.get("latin_hypercube"), int):
            return f"A Latin hypercube of {points:,} points grows by doubling: {2 * points:,}, {4 * points:,}, ..."
    if any("sobol" in design for design in designs):
        return "A Sobol sequence grows to any number of points, with the same factors, ranges and seed"
    return "A study grows by more values, listed points, draws or replicates"


def write_record(folder: Path, plan: Plan) -> None:
    """Writes down what the folder holds.

    Raises:
        SimError: it cannot be written.
    """
    data = {
        "format": FORMAT, "version": version_of(), "title": plan.study.file.title,
        "question": plan.study.file.question, "runs": len(plan), "replicates": plan.replicates, "plan": plan.digest,
        "levers": [factor.name for factor in plan.study.levers],
        "uncertainties": [factor.name for factor in plan.study.uncertainties],
        "metrics": list(plan.study.file.metrics), "makers": makers_of(plan.study),
        "study": plan.study.file.model_dump(mode="json", exclude_none=True),
    }  # fmt: skip
    text = (json.dumps(data, indent=1) + "\n").encode()
    write_beside(folder, RECORD, lambda file: file.write(text))


_SPARSE = 4  # cells of a grid for each that was run; beyond it, points are no grid


@dataclass(frozen=True, eq=False)
class StudyRuns:
    """The runs of a study as its folder has them.

    Attributes:
        title: of the study.
        question: of the study.
        levers: columns of ``runs``.
        uncertainties: columns of ``runs``.
        metrics: columns of ``runs``.
        planned: how many runs the study has; ``runs`` has those that are finished.
        runs: one row per run, see :meth:`sim.experiments.plan.Plan.table`, with ``status``, ``reason`` and the metrics.

    Example:
        >>> import sim
        >>> study = {"base": "classroom", "levers": {"parameters.aversion": [3, 6]}, "metrics": ["deliveries_volume"]}
        >>> runs = sim.sweep(study).as_kept()
        >>> runs.levers, len(runs.runs)
        (('parameters.aversion',), 3)
    """

    title: str
    question: str
    levers: tuple[str, ...]
    uncertainties: tuple[str, ...]
    metrics: tuple[str, ...]
    planned: int
    runs: pd.DataFrame

    def to_xarray(self) -> Any:
        """The points that are done as an ``xarray.Dataset`` by lever, world and replicate.

        Where levers are no grid, by run, with the levers as coordinates.

        Raises:
            SimError: xarray is missing (extra ``exchange``).
        """
        done = self.runs[(self.runs["point"] >= 0) & (self.runs["status"] == "done")]
        about, values = {"title": self.title, "question": self.question}, list(self.metrics)
        grid = [*self.levers, "world", "replicate"]
        if prod(done[name].nunique() for name in grid) <= _SPARSE * len(done) and not done.duplicated(grid).any():
            return dataset(done, grid, values, about)
        by_run = dataset(done.assign(run=range(len(done))), ["run"], values, about)
        return by_run.assign_coords({name: ("run", done[name].to_numpy()) for name in grid})

    def column(self, name: str) -> str:
        """The column that a user means: an old name of a metric or an input is read with a hint; any other stays."""
        if name in self.runs:
            return name
        today = ""
        with suppress(SimError):
            today = str(parse_address(name))
        if today not in self.runs:
            with suppress(SimError):
                today = address_of(name, {split(one)[1]: one for one in (*self.levers, *self.uncertainties)})
        return today if today in self.runs else name

    plot = Accessor("Its figures: ``plot.<tab>`` lists them, ``plot.NAME()`` draws one.")


def read_runs(folder: str | Path) -> StudyRuns:
    """The runs that a sweep has left in a folder.

    Raises:
        SimError: it is no folder of a study, or its table is not written yet.

    Example:
        >>> import sim, tempfile
        >>> study = {"base": "classroom", "levers": {"parameters.aversion": [3, 6]}, "metrics": ["deliveries_volume"]}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     swept = sim.sweep(study, folder=folder)
        ...     runs = sim.read_runs(folder)
        >>> runs.levers, len(runs.runs)
        (('parameters.aversion',), 3)
    """
    path = Path(folder)
    held = held_in(path)
    if held is None:
        raise SimError(f"{path} is no folder of a study: it has no {RECORD}")
    if not held.metrics:
        raise SimError(f"{path / RECORD} names no metrics; start the study's sweep again")
    return StudyRuns(
        held.title, held.question, tuple(held.levers), tuple(held.uncertainties), tuple(held.metrics), held.runs,
        read_table(path, [*held.levers, *held.uncertainties], held.metrics),
    )  # fmt: skip


def write_beside(folder: Path, name: str, write: Callable[[BinaryIO], object]) -> None:
    """Writes a file of a study's folder, whole or not at all.

    Raises:
        SimError: it cannot be written.
    """
    try:
        write_whole(folder, name, write)
    except OSError as error:
        raise SimError(f"cannot write {folder / name}: {error.strerror or error}; finished runs are safe") from error
