"""A study from Python: a file, a shipped name or a mapping in, its runs out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sim.common.errors import SimError
from sim.common.progress import Progress, watched
from sim.experiments.runner import backend_of
from sim.experiments.study import Study, load_study, parse_study
from sim.experiments.sweep import Sweep
from sim.experiments.swept import Swept
from sim.rules.user_rules import refuse_unshared
from sim.simulation.simulation import Case

_FILE = "(the study)"


def study_of(said: str | os.PathLike[str] | Mapping[str, Any] | Study) -> Study:
    """A study from what a user gives.

    Args:
        said: a study file, the name of a shipped study, or what a study file would say as a mapping. In a mapping
            ``base`` may be a case, and ``title`` and ``question`` may be left out.

    Raises:
        FaultList: everything wrong with it.
    """
    if isinstance(said, Study):
        return said
    if not isinstance(said, Mapping):
        return load_study(said)
    base = said.get("base")
    case = base if isinstance(base, Case) else None
    if case is not None and (clash := said.keys() & {"changes", "months"}):
        raise SimError(f"{' and '.join(sorted(clash))}: the base is a case; change the case itself (case.with_changes)")
    levers, metrics = (", ".join(map(str, said.get(name) or ("nothing",))) for name in ("levers", "metrics"))
    words = {"title": f"Sweep of {levers}", "question": f"How do {levers} move {metrics}?"}
    data = {**words, **said, **({"base": case.scenario.title} if case is not None else {})}
    text = yaml.safe_dump(_plain(data), sort_keys=False, allow_unicode=True)
    return parse_study(text, _FILE, case)


def _plain(value: Any) -> Any:
    """A value in the types that YAML writes; numbers of numpy and tuples among them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | list | tuple | range):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def sweep(
    study: str | os.PathLike[str] | Mapping[str, Any] | Study,
    *,
    workers: int = 1,
    folder: str | os.PathLike[str] | None = None,
    progress: Progress | bool | None = None,
) -> Swept:
    """Makes the runs of a study, those that are not made yet.

    Args:
        study: a study file, the name of a shipped study, or what a study file would say as a mapping; its ``base`` may
            then be a case.
        workers: processes; 1 makes the runs here. The numbers do not depend on it.
        folder: where the runs are kept, and found again the next time; by default nothing stays on disk.
        progress: called with (runs made, runs in all); False for no bar in a notebook.

    Raises:
        FaultList: everything wrong with the study.
        SimError: the folder holds another study, or workers could not import a rule of the base.

    Example:
        >>> import sim
        >>> swept = sim.sweep({
        ...     "base": "classroom", "levers": {"policies.ban-half.strength": [0.25, 0.75]},
        ...     "metrics": ["shortfall"],
        ... }, progress=False)
        >>> swept.summary().round(2).to_dict()
        {'shortfall': {0.25: 0.03, 0.75: 0.12}}
    """
    if workers < 1:
        raise SimError(f"{workers} workers asked for; a sweep needs one at least")
    found = study_of(study)
    if found.file.leaks is not None:
        raise SimError("the study searches for leaks in two rounds; `sim sweep` on the command line makes it")
    if workers > 1:
        refuse_unshared(found.base.rules)
    with ExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory()) if folder is None else folder
        step = stack.enter_context(watched(progress, found.file.title, "runs"))
        at_work = Sweep(found, Path(place), expand=True)
        backend = backend_of(workers)
        at_work.try_some(backend)
        swept = at_work.run(backend, step)
        return swept.detached() if folder is None else swept
