"""Runs on this machine: worker processes, each started anew and ended with its runner."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

from sim.common.errors import SimError
from sim.common.machine import hands_over_lines, processors
from sim.experiments.queue import Queue
from sim.experiments.tasks import Job, Outcome, Task, failed, outcome_of

_SECONDS_A_PIECE = 0.3  # so much is lost when a worker dies, and so seldom are the others kept waiting
_MOST_TASKS = 64
_AHEAD = 2  # pieces that wait at a worker, so that it is never idle
_MOST_DEATHS = 3
# A run's tables are large blocks. Kept between runs they need not be asked of the system, and zeroed, each time anew.
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**30)}
_THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    line: Connection
    ready: bool = False
    pieces: list[list[Task]] = field(default_factory=list)


def workers_at_hand() -> int:
    """How many worker processes this machine can keep busy: one for each processor that this process may use."""
    return processors() if hands_over_lines() else 1


class InThisProcess:
    """Runs made one after the other where the runner itself is: no worker to start, and none that could not import."""

    def work(self, job: Job, queue: Queue) -> Iterator[list[Outcome]]:
        """Makes the runs of a queue and yields what they left."""
        bench = job.bench()
        while tasks := queue.take(self, 1):
            yield [outcome_of(bench, task) for task in tasks]


class Local:
    """Worker processes on this machine.

    Args:
        workers: how many.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._deaths: Counter[int] = Counter()
        self._seconds = 0.05  # of a run, as far as known
        self._stillborn = 0

    def work(self, job: Job, queue: Queue) -> Iterator[list[Outcome]]:
        """Makes the runs of a queue and yields what they left, in the order in which they end.

        A worker that dies is replaced and its runs are made again, one by one; a run that kills its worker three times
        fails. Closing the iterator ends the workers.

        Raises:
            SimError: workers do not start, or are several where the system hands no line over to them.
        """
        if not hands_over_lines():
            if self.workers > 1:
                raise SimError("several worker processes need Linux or macOS; here use --workers 1, or Linux in WSL")
            yield from InThisProcess().work(job, queue)
            return
        packed = pickle.dumps(job)
        # The first worker compiles what is not compiled yet; the others then find it.
        workers = [self._start(packed) for _ in range(min(self.workers, len(queue)))]
        try:
            while len(queue):
                for line in wait([worker.line for worker in workers]):
                    worker = next(worker for worker in workers if worker.line is line)
                    try:
                        message = worker.line.recv()
                    except (EOFError, OSError):
                        workers.remove(worker)
                        yield from self._bury(worker, queue)
                        if len(queue):
                            workers.append(self._start(packed))
                        continue
                    if isinstance(message, str):
                        self._greet(worker, message)
                    else:
                        worker.pieces.pop(0)
                        self._learn(message)
                        yield message
                for worker in workers:
                    self._hand_out(worker, queue)
        finally:
            for worker in workers:
                worker.line.close()
                worker.process.kill()
            for worker in workers:
                worker.process.wait()

    def _start(self, job: bytes) -> _Worker:
        ours, theirs = Pipe()
        share = max(1, (os.cpu_count() or 1) // self.workers)
        threads = {name: str(share) for name in _THREADS if name not in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-m", "sim.experiments.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env={
                **_MEMORY,
                **os.environ,
                **threads,
                "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
            },
            process_group=0,  # Ctrl-C is for the runner, which ends its workers in order
        )
        theirs.close()
        with suppress(OSError):  # it died at once: the next look at the line tells
            ours.send_bytes(job)
        return _Worker(process, ours)

    def _greet(self, worker: _Worker, message: str) -> None:
        if message:
            raise SimError(message)
        worker.ready = True
        self._stillborn = 0

    def _hand_out(self, worker: _Worker, queue: Queue) -> None:
        while worker.ready and len(worker.pieces) < _AHEAD:
            most = max(1, min(_MOST_TASKS, round(_SECONDS_A_PIECE / self._seconds)))
            tasks = queue.take(worker, most)
            if not tasks:
                return
            worker.pieces.append(tasks)
            try:
                worker.line.send(tasks)
            except OSError:
                return

    def _learn(self, outcomes: list[Outcome]) -> None:
        mean = sum(outcome.seconds for outcome in outcomes) / len(outcomes)
        self._seconds = max(1e-3, 0.8 * self._seconds + 0.2 * mean)

    def _bury(self, worker: _Worker, queue: Queue) -> Iterator[list[Outcome]]:
        """Gives the runs of a dead worker back, but for one that has killed several."""
        code = worker.process.wait()
        how = f"signal {-code}" if code < 0 else f"status {code}"
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn >= _MOST_DEATHS:
                raise SimError(f"workers do not start: the last one ended with {how}; its message stands above")
        if worker.pieces:
            current, *waiting = worker.pieces
            self._deaths.update(task.run for task in current)
            deadly = [t for t in current if len(current) == 1 and self._deaths[t.run] >= _MOST_DEATHS]
            if deadly:
                reason = f"its worker died {_MOST_DEATHS} times, last with {how} (9: killed, by want of memory perhaps)"
                yield [failed(deadly[0].run, reason)]
            queue.give_back([task for piece in waiting for task in piece])
            queue.give_back([task for task in current if task not in deadly])
