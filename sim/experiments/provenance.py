"""What determines a run beside its point: the base without its words, the world, the rules, the code, the metrics."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.common.package_data import version_of

if TYPE_CHECKING:
    from sim.experiments.study import Study
    from sim.scenario import Scenario
    from sim.simulation.simulation import Case

_PACKAGE = Path(__file__).resolve().parents[1]
# Rooms and files that can move a number of a run; what comes before it or after it cannot.
_NUMBERS = (
    "common", "world", "rules", "policies", "scenario", "model",
    "metrics/aggregates.py", "metrics/parse.py", "metrics/registry.py", "simulation/simulation.py",
    "simulation/tables.py", "simulation/columns.py", "simulation/inputs.py", "simulation/posterior.py",
)  # fmt: skip
# Beside this package, what numbers may depend on.
_LIBRARIES = ("numba", "numpy", "scipy")
# What a scenario says about itself, which acts on nothing; and its seed, which every run has of its own.
_WORDS = ("title", "question", "sources", "mechanism", "expected_outcomes", "seed")
_WORDS_OF_ENTRIES = ("source", "note")


def makers_of(study: Study) -> dict[str, Any]:
    """Digests of what determines the runs of a study, by what a user would call it."""
    of_case = makers_of_case(study.base)
    code = of_case.pop("code")
    posterior = f"{study.posterior.digest}, world errors {study.world_errors}" if study.posterior else ""
    return {**of_case, "posterior": posterior, "metrics": sorted(study.file.metrics), "code": code}


def makers_of_case(case: Case) -> dict[str, Any]:
    """Digests of what determines the run of a case, but for its seed."""
    written = {name: _rule_digest(rule) for name, rule in case.rules.items()}
    return {
        "base": acting_digest(case.scenario),
        "world": case.world.digest,
        "rules": dict(sorted({**written, **{name: one.digest for name, one in case.code.items()}}.items())),
        "code": code_digest(),
    }


def acting_digest(scenario: Scenario) -> str:
    """Digest of what acts in a scenario: another title or source makes no other run."""
    data = {name: value for name, value in scenario.as_data().items() if name not in _WORDS}
    for block in ("policies", "drivers"):
        data[block] = [
            {name: value for name, value in entry.items() if name not in _WORDS_OF_ENTRIES} for entry in data[block]
        ]
    return hashlib.sha256(repr(_sorted(data)).encode()).hexdigest()


def _sorted(data: Any) -> Any:
    if isinstance(data, dict):
        return [(name, _sorted(data[name])) for name in sorted(data)]
    return [_sorted(item) for item in data] if isinstance(data, list) else data


def _rule_digest(rule: Callable[..., float]) -> str:
    """Digest of the file that a replaced rule stands in, which has what it calls."""
    function = getattr(rule, "py_func", rule)
    file = inspect.getsourcefile(function)
    written = Path(file).read_bytes() if file and Path(file).is_file() else inspect.getsource(function).encode()
    return f"{function.__qualname__}:{hashlib.sha256(written).hexdigest()}"


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Digest of the code that makes the numbers of a run, and of the libraries that it counts with."""
    digest = hashlib.sha256("".join(f"{name}={version_of(name)};" for name in _LIBRARIES).encode())
    for path in sorted(_PACKAGE.rglob("*.py")):
        place = path.relative_to(_PACKAGE).as_posix()
        if place.partition("/")[0] in _NUMBERS or place in _NUMBERS:
            digest.update(f"{place}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:32]
