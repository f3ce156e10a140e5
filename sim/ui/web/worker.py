"""One thread that makes all runs and pictures of the page, the most urgent first; and turns, which a later one ends.

One thread, because a run takes a tenth of a second and the caches of the law then need no locks; bands are asked for
draw by draw, so nobody waits for more than one.
"""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

AT_ONCE, BESIDE = 0, 1  # what somebody looks at and waits for; what comes in the background


class OvertakenError(Exception):
    """What was asked for is wanted no more: something was changed since."""


@dataclass
class Turns:
    """Counts what a page asks for; only the latest counts.

    Attributes:
        generation: how many turns were taken.
        ending: set when the program ends: then no turn counts.
    """

    generation: int = 0
    ending: threading.Event = field(default_factory=threading.Event)

    def take(self) -> Turn:
        """The next turn; all before it are over."""
        self.generation += 1
        return Turn(self, self.generation)


@dataclass(frozen=True)
class Turn:
    """One state of the page's fields."""

    turns: Turns
    generation: int

    @property
    def over(self) -> bool:
        """Whether a later turn was taken, or the program ends."""
        return self.generation != self.turns.generation or self.turns.ending.is_set()

    def go_on(self, *_: object) -> None:
        """Ends what is made for this turn if it is over; takes what a progress callback is given.

        Raises:
            OvertakenError: it is over.
        """
        if self.over:
            raise OvertakenError


class Worker:
    """A thread with a queue.

    Attributes:
        ending: set when it takes no more jobs.
    """

    def __init__(self) -> None:
        self.ending = threading.Event()
        self._jobs: queue.PriorityQueue[tuple[int, int, Callable[[], Any], Future[Any]]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._thread = threading.Thread(target=self._work, name="sim-app", daemon=True)
        self._thread.start()

    def submit(self, rank: int, job: Callable[[], T]) -> Future[T]:
        """Has a job done after those of a lower rank, and of the same rank that came before."""
        future: Future[T] = Future()
        self._jobs.put((rank, next(self._count), job, future))
        return future

    async def do(self, rank: int, job: Callable[[], T]) -> T:
        """The outcome of a job."""
        return await asyncio.wrap_future(self.submit(rank, job))

    def end(self, seconds: float) -> bool:
        """Ends the thread once its job is done, which a job of a turn is soon; returns whether it has ended in time."""
        self.ending.set()
        self.submit(AT_ONCE, lambda: None)  # wakes it
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while True:
            _, _, job, future = self._jobs.get()
            if self.ending.is_set():
                return
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except BaseException as error:  # whatever it is belongs to who asked
                future.set_exception(error)
