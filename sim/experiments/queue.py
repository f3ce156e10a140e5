"""Which runs are still to be made, and who takes which: a worker stays with one world and replicate if it can."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.experiments.points import Keys
from sim.experiments.tasks import Task

Runs = NDArray[np.int64]  # places in a plan

_NONE: Runs = np.empty(0, dtype=np.int64)


class Planned(Protocol):
    """Runs in an order, of which a queue hands out some."""

    def __len__(self) -> int:
        """How many there are."""

    def luck(self, runs: Runs) -> Runs:
        """A number for each run that those of its world and replicate share."""

    def task(self, run: int) -> Task:
        """One run as a worker takes it."""


class Keyed(Planned, Protocol):
    """The same, of runs that are kept."""

    @property
    def keys(self) -> Keys:
        """Under which each is kept."""


class Queue:
    """Runs to be made.

    Args:
        plan: the plan.
        runs: places in the plan of the runs to be made.
        start: where to begin, a share of them; runners on one folder begin at different places.
    """

    def __init__(self, plan: Planned, runs: Runs, start: float = 0.0) -> None:
        self._plan = plan
        cuts = self._cuts(runs)
        first = int(start * (len(cuts) + 1))
        turned = int(start * len(runs)) if not len(cuts) else int(cuts[first - 1]) if first else 0
        self._runs = np.roll(runs, -turned)
        # Groups of one world and replicate: they share the run without policy.
        self._ends = np.append(self._cuts(self._runs) if len(cuts) else cuts, len(runs))
        self._begun = 0  # groups handed out
        self._loose: deque[int] = deque()  # runs given back
        self._own: dict[Hashable, Runs] = {}
        self._left = np.zeros(len(plan), dtype=np.bool_)
        self._left[runs] = True
        self._count = len(runs)

    def _cuts(self, runs: Runs) -> Runs:
        """Where one group ends and the next begins."""
        return np.flatnonzero(np.diff(self._plan.luck(runs))) + 1

    def __len__(self) -> int:
        return self._count

    def left(self) -> Runs:
        """Runs that are not made yet."""
        return np.flatnonzero(self._left)

    def take(self, worker: Hashable, most: int) -> list[Task]:
        """The next runs of a worker, all of one world and replicate; none if none is left to hand out."""
        runs: list[int] = []
        while not runs:
            group = self._own.get(worker, _NONE)
            if not len(group) and not len(group := self._another()):
                return []
            looked = 0
            while looked < len(group) and len(runs) < most:
                run = int(group[looked])
                looked += 1
                if self._left[run]:
                    runs.append(run)
            self._own[worker] = group[looked:]
        return [self._plan.task(run) for run in runs]

    def _another(self) -> Runs:
        """The next group; where none is left, the second half of the longest that a worker has."""
        if self._loose:
            return np.array([self._loose.popleft()])
        if self._begun < len(self._ends):
            first = int(self._ends[self._begun - 1]) if self._begun else 0
            self._begun += 1
            return self._runs[first : int(self._ends[self._begun - 1])]
        longest = max(self._own, key=lambda worker: len(self._own[worker]), default=None)
        whole = _NONE if longest is None else self._own[longest]
        if not len(whole):
            return _NONE
        self._own[longest], half = np.split(whole, [len(whole) // 2])
        return half

    def give_back(self, tasks: Iterable[Task]) -> None:
        """Runs that were taken and not made; each comes alone next time, so that a deadly one takes none along."""
        self._loose.extendleft(task.run for task in tasks if self._left[task.run])

    def forget(self, runs: Iterable[int]) -> None:
        """Runs that are made."""
        made = np.fromiter(runs, dtype=np.int64)
        self._left[made] = False
        self._count = int(np.count_nonzero(self._left))
