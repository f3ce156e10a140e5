"""The runs of a study: which packages meet which worlds, in which replicates, and under which key each is kept."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.common import random_streams
from sim.common.random_streams import stream, uniform
from sim.experiments.designs import latin_hypercube, sobol
from sim.experiments.factors import Bound
from sim.experiments.points import Keys, Tried, World, Worlds, alike, column_of
from sim.experiments.provenance import makers_of
from sim.experiments.queue import Runs
from sim.experiments.schema import Design
from sim.experiments.study import Study
from sim.experiments.tasks import Settings, Task
from sim.simulation.inputs import Value

COMPARED = -1  # the package that the others are compared with
BATCH = 2**14  # runs that are looked at together, where all of them would take much memory
_REMEMBERED = 2**12


@dataclass(frozen=True, eq=False)
class Plan:
    """Every run of a study, in an order that keeps runs of one world and replicate together.

    Attributes:
        study: the study.
        packages: a value for each lever.
        worlds: what nobody can choose.
        points: package and world of each point, (point, 2).
        replicates: runs of each point.
    """

    study: Study
    packages: Tried
    worlds: Worlds
    points: NDArray[np.int32]
    replicates: int

    @cached_property
    def once(self) -> NDArray[np.int32]:
        """Point (COMPARED for the run compared with), package and world of each run of one replicate, (run, 3)."""
        by_world = np.argsort(self.points[:, 1], kind="stable")
        met = np.unique(self.points[:, 1])
        compared = np.column_stack([np.full((len(met), 2), COMPARED), met])
        rows = np.vstack([compared, np.column_stack([by_world, self.points[by_world]])]).astype(np.int32)
        return rows[np.argsort(rows[:, 2], kind="stable")]

    def __len__(self) -> int:
        return len(self.once) * self.replicates

    def luck(self, runs: Runs) -> NDArray[np.int64]:
        """A number for each run that those of its world and replicate share."""
        replicate, at = np.divmod(runs, len(self.once))
        shared: NDArray[np.int64] = replicate * len(self.worlds) + self.once[at, 2]
        return shared

    def seed(self, replicate: int) -> int:
        """Seed of a replicate, the same for every point: the random draws that all of them share."""
        return (self.study.base.scenario.seed + replicate) % 2**63

    def task(self, run: int) -> Task:
        """One run as a worker takes it."""
        replicate, at = divmod(run, len(self.once))
        _, package, world = self.once[at].tolist()
        met = self.worlds[world]
        return Task(run, met.draw, self._world(met), self._package(package), self.seed(replicate))

    def _world(self, world: World) -> Settings:
        return self._settings(self.study.uncertainties, world.values)

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
    def keys(self) -> Keys:
        """Under which key each run is kept: a digest of all that determines what is kept of it."""
        makers = hashlib.sha256(_json(makers_of(self.study)).encode())
        worlds = lru_cache(_REMEMBERED)(lambda at: _json([(world := self.worlds[at]).draw, self._world(world)]))
        packages = lru_cache(_REMEMBERED)(lambda at: _json(self._package(at)))
        different, same = self._alike()
        kept = []
        for replicate in range(self.replicates):
            digests, seed = bytearray(), self.seed(replicate)
            for some in in_batches(different):
                for package, world in some.tolist():
                    digest = makers.copy()
                    digest.update(f"{worlds(world)}\n{packages(package)}\n{seed}".encode())
                    digests += digest.digest()[:16]
            kept.append(np.frombuffer(bytes(digests), dtype="S16")[same])
        return Keys(np.concatenate(kept))

    def _alike(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Package and world of each different run of one replicate, (run, 2), and which of these every run is."""
        (packages, which), (_, nature) = alike(self.packages), alike(self.worlds.tried)
        _, package, world = self.once.T.astype(np.int64)
        draw, tried = np.divmod(world, len(nature))
        package = np.where(package == COMPARED, 0, 1 + which[package])
        # World by world, so that what is made of one is made once.
        code = (draw * len(nature) + nature[tried]) * (1 + len(packages)) + package
        _, first, same = np.unique(code, return_index=True, return_inverse=True)
        return np.column_stack([np.append(COMPARED, packages)[package[first]], world[first]]), same

    @cached_property
    def digest(self) -> str:
        """Digest of all keys."""
        digest, between = hashlib.sha256(), b""
        for some in in_batches(self.keys.digests):
            digest.update(between + some.tobytes().hex("\n", 16).encode())
            between = b"\n"
        return digest.hexdigest()

    def table(self, runs: Runs | None = None) -> pd.DataFrame:
        """One row per run: point, package, world, draw, replicate, seed, then a column per lever and uncertainty.

        In the rows of the runs compared with, point and package are -1 and levers are as there: empty for no policy.

        Args:
            runs: places of runs in the plan; all by default.
        """
        replicate, at = np.divmod(np.arange(len(self)) if runs is None else runs, len(self.once))
        point, package, world = self.once[at].T.astype(np.int64)
        draw, tried = np.divmod(world, len(self.worlds.tried))
        columns: dict[str, Any] = {
            "point": point, "package": package, "world": world, "draw": self.worlds.draws[draw],
            "replicate": replicate, "seed": [self.seed(one) for one in replicate.tolist()],
        }  # fmt: skip
        compared = self.study.comparison
        for lever, values in zip(self.study.levers, self.packages.columns, strict=True):
            nothing: Value = float("nan") if lever.numeric else ""
            there = nothing if compared is None else compared.get(lever.name, lever.base)
            columns[lever.name] = np.where(package == COMPARED, there, values[package]).astype(_kind(lever))
        for uncertainty, values in zip(self.study.uncertainties, self.worlds.tried.columns, strict=True):
            columns[uncertainty.name] = values[tried].astype(_kind(uncertainty))
        return pd.DataFrame(columns)


def _kind(factor: Bound) -> type[Any]:
    return np.float64 if factor.numeric else object


_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def in_batches(rows: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Rows in batches, at least one: whatever is made of them one by one is never all there at once."""
    yield from (rows[start : start + BATCH] for start in range(0, max(len(rows), 1), BATCH))


def plan_of(study: Study, replicates: int | None = None) -> Plan:
    """The plan of a study; as many replicates as its file says, or more."""
    designs, levers, uncertainties = study.file.design, study.levers, study.uncertainties
    draws = draws_of(study)
    if designs.all is not None:
        together = _tried(designs.all, study.factors)
        packages = Tried(together.columns[: len(levers)], len(together))
        nature = Tried(together.columns[len(levers) :], len(together))
        # Worlds that are alike are one, so that what they are compared with is run once.
        first, place = alike(nature)
        worlds = Worlds(draws, Tried([column[first] for column in nature.columns], len(first)))
        met = (np.arange(len(draws))[:, np.newaxis] * len(first) + place).ravel()
        pairs = np.tile(np.arange(len(packages)), len(draws)), met
    else:
        packages = _tried(designs.levers or Design(grid=True), levers)
        worlds = Worlds(draws, _tried(designs.uncertainties or Design(grid=True), uncertainties))
        ways = np.arange(len(packages)), np.arange(len(worlds))
        pairs = np.repeat(ways[0], len(worlds)), np.tile(ways[1], len(packages))
    points = np.column_stack(pairs).astype(np.int32)
    return Plan(study, packages, worlds, points, replicates or study.file.replicates)


def draws_of(study: Study) -> tuple[int, ...]:
    """Draws of the posterior that a study meets: the representative one, then others in a random order that stays.

    A search for leaks, which has few, takes them evenly through the posterior, as `sim study evasion --draws` does.
    """
    if study.posterior is None or study.file.posterior is None:
        return (-1,)
    if study.file.leaks is not None:
        return study.posterior.spread(study.file.posterior.draws)
    key = stream(1, random_streams.ORDER_OF_DRAWS, 0)
    others = sorted(range(1, study.posterior.count), key=lambda draw: float(uniform(key, draw)))
    return (0, *others)[: study.file.posterior.draws]


def _tried(design: Design, factors: Sequence[Bound]) -> Tried:
    """The points of a design."""
    if not factors:
        return Tried([], 1)
    if design.grid:
        levels = [factor.levels() or () for factor in factors]
        count = math.prod(map(len, levels))
        codes = np.unravel_index(np.arange(count), tuple(map(len, levels)))
        return Tried([column_of(own)[code] for own, code in zip(levels, codes, strict=True)], count)
    if design.listed is not None:
        count, columns = len(design.listed), design.listed.columns
        listed = [column_of(_read(factor, columns.get(factor.name, [None] * count))) for factor in factors]
        return Tried(listed, count)
    if design.sobol is not None:
        cube = sobol(design.sobol, len(factors), design.seed)
    else:
        cube = latin_hypercube(design.latin_hypercube or 0, len(factors), design.seed)
    drawn = [
        np.concatenate([column_of(factor.at(list(some))) for some in in_batches(column)])
        for factor, column in zip(factors, cube.T, strict=True)
    ]
    return Tried(drawn, len(cube))


def _read(factor: Bound, texts: Sequence[str | None]) -> list[Value]:
    """The values of a factor at listed points; where a point does not name it, that of the base."""
    values = factor.read_all({text for text in texts if text is not None})
    return [factor.base if text is None else values[text] for text in texts]
