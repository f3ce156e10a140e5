"""Which runs are still to be made, and who takes which: a worker stays with one world and luck as long as it can."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray

from sim.studies.plan import Plan, groups_of
from sim.studies.tasks import Task


class Queue:
    """Runs to be made.

    Args:
        plan: the plan.
        runs: places in the plan of the runs to be made.
        start: where to begin, a share of them; runners on one folder begin at different places.
    """

    def __init__(self, plan: Plan, runs: NDArray[np.int64], start: float = 0.0) -> None:
        self._plan = plan
        groups = list(groups_of(plan, runs))
        first = int(start * len(groups))
        if len(groups) == 1:
            groups = [np.roll(groups[0], -int(start * len(runs)))]
        self._groups = deque(deque(group.tolist()) for group in groups[first:] + groups[:first])
        self._own: dict[Hashable, deque[int]] = {}
        self._left = set(runs.tolist())

    def __len__(self) -> int:
        return len(self._left)

    def left(self) -> list[int]:
        """Runs that are not made yet."""
        return list(self._left)

    def take(self, worker: Hashable, most: int) -> list[Task]:
        """The next runs of a worker, all of one world and luck; none if none is left to hand out."""
        runs: list[int] = []
        while not runs:
            group = self._own.get(worker)
            if not group:
                if self._groups:
                    group = self._groups.popleft()
                else:  # help whoever has most left
                    group = max(self._own.values(), key=len, default=None)
                    if not group:
                        return []
                    group = self._split(group)
                self._own[worker] = group
            while group and len(runs) < most:
                run = group.popleft()
                if run in self._left:
                    runs.append(run)
        return [self._plan.task(run) for run in runs]

    @staticmethod
    def _split(group: deque[int]) -> deque[int]:
        """The second half of a group, taken from it."""
        half: deque[int] = deque()
        for _ in range((len(group) + 1) // 2):
            half.appendleft(group.pop())
        return half

    def give_back(self, tasks: Iterable[Task]) -> None:
        """Runs that were taken and not made; each comes alone next time, so that a deadly one takes none along."""
        self._groups.extendleft(deque([task.run]) for task in tasks if task.run in self._left)

    def forget(self, runs: Iterable[int]) -> None:
        """Runs that are made."""
        self._left.difference_update(runs)
