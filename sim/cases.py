"""A scenario and its world, ready to run; and pairs of runs that differ only by their law."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from sim.model import SanctionsModel
from sim.months import format_month
from sim.recorder import blank_record, keep
from sim.results import Results
from sim.rules.custom import checked_rules
from sim.scenario import Scenario, load_scenario
from sim.tables import RunArrays
from sim.versions import version_of
from sim.world import World, load_world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sim.parameters import Values

PACKAGES = ("sanctions-sim", "mesa", "numba", "numpy", "pandas", "pyarrow", "pydantic")


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario with the world it names.

    Attributes:
        scenario: what to simulate.
        world: its world.
        rules: behavioural rules replaced in this case, by name.
    """

    scenario: Scenario
    world: World
    rules: Mapping[str, Callable[..., float]] = field(default_factory=dict)

    def model(self) -> SanctionsModel:
        """A fresh model before its first month, to be stepped by hand."""
        return SanctionsModel(self.scenario, self.world, self.rules)

    def run(self, progress: Callable[[int, int], None] | None = None) -> Results:
        """Runs every month.

        Args:
            progress: called after each month with (months done, months in all).
        """
        started = time.perf_counter()
        model, months = self.model(), self.scenario.months.count
        record = blank_record(model, months)
        for done in range(1, months + 1):
            model.step()
            keep(model, record)
            if progress is not None:
                progress(done, months)
        arrays = RunArrays(
            self.world, model.base, record, self.scenario.months.first,
            model.values.fob_share, model.values.misdeclared, model.values.ghost,
        )  # fmt: skip
        # The arrays outlive the run, the model with its agents does not.
        facts = model.values, len(model.houses), time.perf_counter() - started
        return Results(partial(self._record, *facts), self.scenario.resolved_yaml, arrays)

    def with_changes(self, **changes: Any) -> Case:
        """The case with a changed scenario; see :meth:`sim.scenario.Scenario.with_changes`."""
        return Case(self.scenario.with_changes(**changes), self.world, self.rules)

    def with_rules(self, **rules: Callable[..., float]) -> Case:
        """The case with behavioural rules replaced by plain Python functions of the same arguments."""
        return Case(self.scenario, self.world, {**self.rules, **checked_rules(rules)})

    def without_policies(self) -> Case:
        """The counterfactual: the same world, drivers, parameters and luck, and no law."""
        return self.with_changes(
            without=[clause.id for clause in self.scenario.policies], title=f"{self.scenario.title} (no policy)"
        )

    def _record(self, values: Values, intermediaries: int, seconds: float) -> dict[str, Any]:
        scenario, months = self.scenario, self.scenario.months
        rules = {name: f"{rule.__module__}:{rule.__qualname__}" for name, rule in sorted(self.rules.items())}
        makers = {"scenario": scenario.digest, "world": self.world.digest, "rules": rules, "version": version_of()}
        return {
            "title": scenario.title,
            "question": scenario.question,
            "months": f"{format_month(months.first)} to {format_month(months.last)}",
            "target": self.world.states[self.world.target],
            "coalition": [
                code for code, role in zip(self.world.states, self.world.role, strict=True) if role == "coalition"
            ],
            "offices": {
                code: {"imports_by": by, "reexports": habit}
                for code, by, habit in zip(
                    self.world.states, self.world.records, self.world.reexport_habit, strict=True
                )
            },
            "run_digest": hashlib.sha256(json.dumps(makers, sort_keys=True).encode()).hexdigest(),
            **{f"{name}_digest": makers[name] for name in ("scenario", "world")},
            "rules_replaced": rules,
            "mode": scenario.agents.mode,
            "exporters": scenario.agents.exporters,
            "intermediaries": intermediaries,
            "seed": scenario.seed,
            "clauses": [clause.id for clause in scenario.policies],
            "parameters": values._asdict(),
            "observed_share_to_target": self.world.observed_share(self.world.target),
            "versions": {"python": platform.python_version(), **{name: version_of(name) for name in PACKAGES}},
            "wall_seconds": round(seconds, 4),
        }


def load(path_or_name: str | Path) -> Case:
    """A case from a scenario file, or from the name of a shipped scenario.

    Raises:
        FaultList: everything wrong with the scenario or with its world's tables.
    """
    scenario = load_scenario(path_or_name)
    return Case(scenario, world_of(scenario), checked_rules(scenario.rules))


def world_of(scenario: Scenario) -> World:
    """The world that a scenario names, read once per process."""
    return _world(scenario.world)


@lru_cache(maxsize=8)
def _world(name: str) -> World:
    return load_world(name)
