"""A scenario and its world, ready to run; and pairs of runs that differ only by their law."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

from sim.common.errors import FaultList, SimError
from sim.common.months import format_month
from sim.common.package_data import version_of
from sim.common.progress import Progress, watched
from sim.model.history import blank_record, keep, refuse_not_finite
from sim.model.model import SanctionsModel
from sim.rules.user_rules import checked_rules
from sim.scenario import Scenario, load_scenario
from sim.scenario.remarks import remarks
from sim.simulation.inputs import Setting, apply_values, current_values
from sim.simulation.posterior import NONE, REPRESENTATIVE, Drawn, Posterior, load_posterior, shipped_posterior
from sim.simulation.results import Results
from sim.simulation.tables import RunArrays
from sim.world import World, load_world
from sim.world.draws import world_at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from sim.rules.parameters import Values
    from sim.rules.user_rules import RuleCode

PACKAGES = ("sanctions-sim", "mesa", "numba", "numpy", "pandas", "pyarrow", "pydantic")


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario with the world it names.

    Attributes:
        scenario: what to simulate.
        world: its world.
        rules: behavioural rules replaced from Python, by name; they go before those that the scenario names.
        drawn: the draw of a posterior that its values come from, if they do.
        allow_code: whether the code that the scenario names may run.
        undrawn: the same before the draw that :func:`load` gave it; None where there is none, or where it was chosen.

    Example:
        >>> import sim
        >>> case = sim.load("classroom").with_changes(seed=2)
        >>> case.run().target
        'GAMMA'
    """

    scenario: Scenario
    world: World
    rules: Mapping[str, Callable[..., float]] = field(default_factory=dict)
    drawn: Drawn | None = None
    allow_code: bool = False
    undrawn: Case | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd about the case, though it runs: months that world, drivers and season know nothing of."""
        return remarks(self.scenario, self.world)

    @property
    def months_run(self) -> int:
        """How many months a run has, those before the first that is told among them."""
        return self.scenario.months.last - self.scenario.months.begins(self.world.base_year) + 1

    def model(self) -> SanctionsModel:
        """A fresh model before its first month, to be stepped by hand; see ``months.run_from`` of a scenario."""
        return SanctionsModel(self.scenario, self.world, self.replaced())

    @property
    def code(self) -> Mapping[str, RuleCode]:
        """Rules that the scenario replaces by code, by name."""
        return {name: one for name, one in self.scenario.code.items() if name not in self.rules}

    def replaced(self) -> dict[str, Callable[..., float]]:
        """The functions that replace rules, by name; this runs the code that the scenario names.

        Raises:
            FaultList: nobody allowed that, or the code fails.
        """
        code = self.code.values()
        if code and not self.allow_code:
            raise FaultList(one.refusal for one in code)
        return {**{one.rule: one.loaded() for one in code}, **self.rules}

    def run(self, progress: Progress | bool | None = None, *, kept: Collection[str] | None = None) -> Results:
        """Runs every month, and keeps those that the scenario tells of.

        Args:
            progress: called after each month with (months done, months in all); False for no bar in a notebook (see
                :func:`sim.show_progress`).
            kept: arrays of :class:`sim.model.history.Record` that are kept, for those who run many and read a few; all
                by default. What is made from others cannot be asked for.

        Raises:
            SimError: the run ends in what is no number (see :func:`sim.model.history.refuse_not_finite`).
        """
        started = time.perf_counter()
        first, months = self.scenario.months.first, self.months_run
        with watched(progress, self.scenario.title, "months") as step:
            model = SanctionsModel(self.scenario, self.world, self.replaced(), collect=False)
            record, sound = blank_record(model, self.scenario.months.count, kept), True
            for done in range(1, months + 1):
                model.step()
                if model.month >= first:
                    sound = bool(keep(model, record)) and sound
                step(done, months)
        refuse_not_finite(record, self.scenario.months.first, sound=sound)
        arrays = RunArrays(
            self.world, model.base, record, self.scenario.months.first,
            model.values.fob_share, model.values.misdeclared, model.values.ghost,
        )  # fmt: skip
        # The arrays outlive the run, the model with its agents does not.
        facts = model.values, model.intermediary_columns.rows, time.perf_counter() - started
        code = {one.file: one.source for one in self.scenario.code.values()}
        return Results(partial(self._record, *facts), self.scenario.resolved_yaml, arrays, code, self.allow_code)

    def with_changes(self, **changes: Any) -> Case:
        """The case with a changed scenario; see :meth:`sim.scenario.Scenario.with_changes`."""
        return self._changed(lambda case: replace(case, scenario=case.scenario.with_changes(**changes)))

    def _changed(self, change: Callable[[Case], Case]) -> Case:
        """The case with a change, made in what it was before its draw, too."""
        return replace(change(self), undrawn=None if self.undrawn is None else change(self.undrawn))

    def with_posterior(
        self,
        draw: int = REPRESENTATIVE,
        posterior: Posterior | str | Path | None = None,
        *,
        world_errors: bool = False,
    ) -> Case:
        """The case with the values of one draw of a posterior at their addresses, see :data:`sim.INPUT_KINDS`.

        What the scenario's author chose otherwise than the fitted scenario stays; the record of a run says what did.

        Args:
            draw: number of the draw, from 0; the representative one by default.
            posterior: one that was read, or its folder; the one that ships with the world by default.
            world_errors: whether the world is drawn, too, within the errors of its flows (see
                :func:`sim.world.draws.drawn_world`); that of the representative draw stays.

        Raises:
            SimError: there is no such posterior or draw, it does not fit the scenario, or a draw was chosen already;
                the one that :func:`load` gave the case is replaced.
        """
        if self.undrawn is not None:
            return self.undrawn.with_posterior(draw, posterior, world_errors=world_errors)
        if self.drawn is not None:
            raise SimError(f"the case has draw {self.drawn.draw} already; take another from the case without it")
        if not isinstance(posterior, Posterior):
            posterior = load_posterior(posterior, self.scenario.world)
        scenario, drawn = posterior.apply_draw(self.scenario, self.world, draw)
        if not world_errors:
            return replace(self, scenario=scenario, drawn=drawn)
        world = world_at(self.world, draw)
        return replace(self, scenario=scenario, world=world, drawn=replace(drawn, world_errors=True))

    def settings(self) -> dict[str, Any]:
        """Every number that a posterior can have, by address (see :data:`sim.INPUT_KINDS`), as the scenario says it."""
        return current_values(self.scenario, self.world)

    def with_values(self, values: Mapping[str, Setting]) -> Case:
        """The case with values at their addresses; clauses and drivers that it has not are passed over.

        Args:
            values: value by address, such as ``{"parameters.aversion": 5.0, "policies.some-clause.strength": 0.4}``.

        Raises:
            SimError: what is no address, or values that the scenario does not take.
        """
        return self._changed(lambda case: replace(case, scenario=apply_values(case.scenario, values)))

    def with_rules(self, **rules: Callable[..., float]) -> Case:
        """The case with behavioural rules replaced by plain Python functions of the same arguments."""
        return self._changed(lambda case: replace(case, rules={**case.rules, **checked_rules(rules)}))

    def without_policies(self) -> Case:
        """The counterfactual: the same world, drivers, parameters and random draws, and no law."""
        return self.with_changes(
            without=[clause.id for clause in self.scenario.policies], title=f"{self.scenario.title} (no policy)"
        )

    @property
    def said(self) -> str:
        """Where its parameters come from, in a line."""
        if self.drawn is None:
            return "parameters: the scenario's own (not fitted)"
        one = self.drawn
        return f"parameters: draw {one.draw} of {one.draws} of posterior '{one.posterior}' ({one.digest[:10]})"

    @property
    def rules_replaced(self) -> dict[str, str]:
        """Where the functions come from that replace rules, by name of the rule, in order."""
        written = {name: f"{rule.__module__}:{rule.__qualname__}" for name, rule in self.rules.items()}
        return dict(sorted((written | {name: one.said for name, one in self.code.items()}).items()))

    @cached_property
    def _makers(self) -> dict[str, Any]:
        """What determines its run."""
        rules = self.rules_replaced | {name: one.digest for name, one in self.code.items()}
        return {
            "scenario": self.scenario.digest, "world": self.world.digest, "rules": rules, "version": version_of(),
        }  # fmt: skip

    @cached_property
    def run_digest(self) -> str:
        """Digest of what determines its run, after which the run's folder is named."""
        return hashlib.sha256(json.dumps(self._makers, sort_keys=True).encode()).hexdigest()

    def _record(self, values: Values, intermediaries: int, seconds: float) -> dict[str, Any]:
        scenario, months = self.scenario, self.scenario.months
        return {
            "title": scenario.title,
            "question": scenario.question,
            "months": f"{format_month(months.first)} to {format_month(months.last)}",
            "run_from": format_month(months.begins(self.world.base_year)),
            "base_year": self.world.base_year,
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
            "good_groups": {name: list(codes) for name, codes in self.world.codes_by_group.items()},
            "run_digest": self.run_digest,
            **{f"{name}_digest": self._makers[name] for name in ("scenario", "world")},
            "rules_replaced": self.rules_replaced,
            "mode": scenario.agents.mode,
            "exporters": scenario.agents.exporters,
            "intermediaries": intermediaries,
            "seed": scenario.seed,
            "clauses": [clause.id for clause in scenario.policies],
            "parameters": values._asdict(),
            "posterior": None if self.drawn is None else asdict(self.drawn),
            "observed_share_to_target": self.world.observed_share(self.world.target),
            "versions": {"python": platform.python_version(), **{name: version_of(name) for name in PACKAGES}},
            "wall_seconds": round(seconds, 4),
        }


def load(
    path_or_name: str | Path, *, allow_code: bool = False, posterior: Posterior | str | Path | None = None
) -> Case:
    """A case from a scenario file, or from the name of a shipped scenario, at the parameters that ``sim run`` takes.

    These are the representative draw of the posterior that ships with the scenario's world. What is changed afterwards
    stays changed, and :meth:`Case.with_posterior` takes another draw in its place.

    Args:
        path_or_name: the file or the name.
        allow_code: whether rules that the file names from a Python file beside it may run; they have all rights that
            you have, so say so only if you trust whoever wrote them. Without it such a case can be looked at, not run.
        posterior: another posterior, or its folder; ``none`` for the scenario's own parameters, the prior centres where
            it says nothing.

    Raises:
        FaultList: everything wrong with the scenario or with its world's tables.
        SimError: there is no such posterior, or it does not fit the scenario.

    Example:
        >>> import sim
        >>> sim.load("classroom").world.base_year
        2021
    """
    case = case_of(load_scenario(path_or_name), allow_code=allow_code)
    if posterior is None:
        posterior = shipped_posterior(case.scenario.world)
    if posterior is None or posterior == NONE:
        return case
    return replace(case.with_posterior(posterior=posterior), undrawn=case)


def case_of(scenario: Scenario, *, allow_code: bool = False) -> Case:
    """A scenario with its world; ``allow_code`` as for :func:`load`."""
    return Case(scenario, world_of(scenario), allow_code=allow_code)


def world_of(scenario: Scenario) -> World:
    """The world that a scenario names, read once per process."""
    return _world(scenario.world)


@lru_cache(maxsize=8)
def _world(name: str) -> World:
    return load_world(name)
