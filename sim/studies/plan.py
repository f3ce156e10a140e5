"""The runs of a study: which packages meet which worlds, with which luck, and under which key each run is kept."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import noise
from sim.noise import stream, uniform
from sim.studies.designs import latin_hypercube, sobol
from sim.studies.factors import Bound, Value
from sim.studies.loader import Study
from sim.studies.makers import makers_of
from sim.studies.schema import Design
from sim.studies.tasks import Settings, Task

COMPARED = -1  # the package that the others are compared with


class World(NamedTuple):
    """One draw of what nobody can choose: a draw of the posterior (-1: none) and a value for each uncertainty."""

    draw: int
    values: tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """Every run of a study, in an order that keeps runs of one world and luck together.

    Attributes:
        study: the study.
        packages: a value for each lever.
        worlds: what nobody can choose.
        points: package and world of each point, (point, 2).
        replicates: runs of each point.
    """

    study: Study
    packages: tuple[tuple[Value, ...], ...]
    worlds: tuple[World, ...]
    points: NDArray[np.int64]
    replicates: int

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Point (COMPARED for the run compared with), package, world and replicate of each run, (run, 4)."""
        by_world = np.argsort(self.points[:, 1], kind="stable")
        met = np.unique(self.points[:, 1])
        compared = np.column_stack([np.full((len(met), 2), COMPARED), met])
        rows = np.vstack([compared, np.column_stack([by_world, self.points[by_world]])])
        rows = rows[np.argsort(rows[:, 2], kind="stable")]
        return np.vstack(
            [np.column_stack([rows, np.full(len(rows), replicate)]) for replicate in range(self.replicates)]
        )

    def __len__(self) -> int:
        return len(self.order)

    def seed(self, replicate: int) -> int:
        """Seed of a replicate, the same for every point: the luck that all of them share."""
        return (self.study.base.scenario.seed + replicate) % 2**63

    def task(self, run: int) -> Task:
        """One run as a worker takes it."""
        _, package, world, replicate = (int(part) for part in self.order[run])
        return Task(run, self.worlds[world].draw, self._world(world), self._package(package), self.seed(replicate))

    def _world(self, world: int) -> Settings:
        return self._settings(self.study.uncertainties, self.worlds[world].values)

    def _package(self, package: int) -> Settings | None:
        if package != COMPARED:
            return self._settings(self.study.levers, self.packages[package])
        if self.study.comparison is None:
            return None
        chosen = [lever for lever in self.study.levers if lever.name in self.study.comparison]
        return self._settings(chosen, [self.study.comparison[lever.name] for lever in chosen])

    def _settings(self, factors: Sequence[Bound], values: Sequence[Value]) -> Settings:
        found: Settings = {}
        for factor, value in zip(factors, values, strict=True):
            # What a draw of the posterior puts there is not known here: then a value is set even if the base has it.
            found |= factor.settings(value, always=self.study.posterior is not None)
        return found

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Under which key each run is kept: a digest of all that determines what is kept of it."""
        makers = hashlib.sha256(_json(makers_of(self.study)).encode())
        worlds = [_json([place.draw, self._world(at)]) for at, place in enumerate(self.worlds)]
        packages = [_json(self._package(at)) for at in range(COMPARED, len(self.packages))]
        keys = []
        for _, package, world, replicate in self.order.tolist():
            digest = makers.copy()
            digest.update(f"{worlds[world]}\n{packages[package + 1]}\n{self.seed(replicate)}".encode())
            keys.append(digest.hexdigest()[:32])
        return tuple(keys)

    @cached_property
    def digest(self) -> str:
        """Digest of all keys."""
        return hashlib.sha256("\n".join(self.keys).encode()).hexdigest()

    def table(self) -> pd.DataFrame:
        """One row per run: point, package, world, draw, replicate, seed, then a column per lever and uncertainty.

        In the rows of the runs compared with, point and package are -1 and levers are as there: empty for no policy.
        """
        point, package, world, replicate = self.order.T
        columns: dict[str, Any] = {
            "point": point, "package": package, "world": world,
            "draw": np.array([place.draw for place in self.worlds])[world], "replicate": replicate,
            "seed": [self.seed(one) for one in replicate.tolist()],
        }  # fmt: skip
        compared = self.study.comparison
        for at, lever in enumerate(self.study.levers):
            nothing: Value = float("nan") if lever.numeric else ""
            there = nothing if compared is None else compared.get(lever.name, lever.base)
            values = [there, *(chosen[at] for chosen in self.packages)]
            columns[lever.name] = _column(lever, values)[package + 1]
        for at, uncertainty in enumerate(self.study.uncertainties):
            columns[uncertainty.name] = _column(uncertainty, [place.values[at] for place in self.worlds])[world]
        return pd.DataFrame(columns)


def _column(factor: Bound, values: Sequence[Value]) -> NDArray[Any]:
    return np.array(values, dtype=np.float64 if factor.numeric else object)


def _json(data: object) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def plan_of(study: Study, replicates: int | None = None) -> Plan:
    """The plan of a study; as many replicates as its file says, or more."""
    designs, levers, uncertainties = study.file.design, study.levers, study.uncertainties
    draws = draws_of(study)
    if designs.all is not None:
        together = _tried(designs.all, study.factors)
        packages = [point[: len(levers)] for point in together]
        worlds = [World(draw, point[len(levers) :]) for draw in draws for point in together]
        pairs = [(at, number * len(together) + at) for number in range(len(draws)) for at in range(len(together))]
    else:
        packages = _tried(designs.levers or Design(grid=True), levers)
        tried = _tried(designs.uncertainties or Design(grid=True), uncertainties)
        worlds = [World(draw, point) for draw in draws for point in tried]
        pairs = list(itertools.product(range(len(packages)), range(len(worlds))))
    if designs.all is not None:
        worlds, pairs = _shared(worlds, pairs)
    return Plan(study, tuple(packages), tuple(worlds), np.array(pairs), replicates or study.file.replicates)


def _shared(worlds: list[World], pairs: list[tuple[int, int]]) -> tuple[list[World], list[tuple[int, int]]]:
    """Worlds that are alike as one, so that what they are compared with is run once."""
    first: dict[World, int] = {}
    place = [first.setdefault(world, len(first)) for world in worlds]
    return list(first), [(package, place[world]) for package, world in pairs]


def draws_of(study: Study) -> tuple[int, ...]:
    """Draws of the posterior that a study meets: the representative one, then others in a random order that stays."""
    if study.posterior is None or study.file.posterior is None:
        return (-1,)
    key = stream(1, noise.ORDER_OF_DRAWS, 0)
    others = sorted(range(1, study.posterior.count), key=lambda draw: float(uniform(key, draw)))
    return (0, *others)[: study.file.posterior.draws]


def _tried(design: Design, factors: Sequence[Bound]) -> list[tuple[Value, ...]]:
    """The points of a design."""
    if not factors:
        return [()]
    if design.grid:
        return list(itertools.product(*(factor.levels() or () for factor in factors)))
    if design.listed is not None:
        return [
            tuple(factor.read(point[factor.name]) if factor.name in point else factor.base for factor in factors)
            for point in design.listed
        ]
    if design.sobol is not None:
        cube = sobol(design.sobol, len(factors), design.seed)
    else:
        cube = latin_hypercube(design.latin_hypercube or 0, len(factors), design.seed)
    columns = [factor.at(list(column)) for factor, column in zip(factors, cube.T, strict=True)]
    return list(zip(*columns, strict=True))


def groups_of(plan: Plan, runs: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Runs, in the plan's order, by world and luck: those of a group share the run without policy."""
    if len(runs):
        place = plan.order[runs][:, 2:]
        cuts = np.flatnonzero((np.diff(place, axis=0) != 0).any(axis=1)) + 1
        yield from np.split(runs, cuts)
