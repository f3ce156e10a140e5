"""Runs on a Dask cluster: on this machine, at any scheduler, or on workers that Slurm starts (dask-jobqueue).

The runner alone touches the study's folder; workers need this package, and no disk that they share. Dask replaces a
worker that dies and makes its runs again elsewhere.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any, TypeVar

import dask
from dask_jobqueue import SLURMCluster
from distributed import Client, Future, KilledWorker, LocalCluster, Security, WorkerPlugin, as_completed, get_worker
from distributed.comm import CommClosedError

from sim.common.errors import SimError
from sim.experiments.queue import Queue
from sim.experiments.tasks import Job, Outcome, Task, failed, outcome_of

LOCAL, SLURM = "local", "slurm"
_SECONDS_A_PIECE = 1.0  # a round trip through the scheduler costs more than a line between two processes
_MOST_TASKS = 64
_AHEAD = 2
_PATIENCE_FOR_SBATCH = 60  # seconds
_PATIENCE_SECONDS = 300.0  # so long workers may take to appear
_MOST_DEATHS = 3  # while workers start; after that it is no accident
_MEMORY = "4GB"  # of a worker that Slurm starts, where the site's file says nothing
Done = TypeVar("Done")
_PLACE = "sanctions_sim_studies"  # attribute of a worker: job, bench and lock by study


class _Carries(WorkerPlugin):  # type: ignore[misc]
    """Brings the job to every worker, those too that join or come back later."""

    def __init__(self, name: str, job: bytes) -> None:
        self.name, self.job = name, job

    def setup(self, worker: Any) -> None:
        """Keeps the job at a worker; the bench is made when it is first needed."""
        if not hasattr(worker, _PLACE):
            setattr(worker, _PLACE, {})
        getattr(worker, _PLACE)[self.name] = [self.job, None, threading.Lock()]

    def teardown(self, worker: Any) -> None:
        """Forgets the job."""
        getattr(worker, _PLACE, {}).pop(self.name, None)


def _make(tasks: list[Task], study: str) -> list[Outcome] | str:
    """Makes a piece of work at a worker; a text says why it cannot."""
    place = getattr(get_worker(), _PLACE)[study]
    job, bench, lock = place
    with lock:  # a bench remembers the run before; threads would share it
        try:
            if bench is None:
                place[1] = bench = pickle.loads(job).bench()
        except SimError as error:
            return str(error)
        return [outcome_of(bench, task) for task in tasks]


class OnDask:
    """A Dask cluster as a back end.

    Args:
        where: `local`, `slurm`, or the address of a scheduler.
        workers: how many to start, where they are started here.
    """

    def __init__(self, where: str, workers: int) -> None:
        self.where, self.workers = where, workers
        self._seconds = 0.05  # of a run, as far as known
        self._flying: dict[str, tuple[int, list[Task]]] = {}  # lane and runs by key of the future

    def work(self, job: Job, queue: Queue) -> Iterator[list[Outcome]]:
        """Makes the runs of a queue and yields what they left, in the order in which they end.

        Raises:
            SimError: no scheduler answers, no worker appears, or workers have other code.
        """
        packed = pickle.dumps(job)
        study = f"study-{hashlib.sha256(packed).hexdigest()[:16]}"
        with ExitStack() as stack:
            client = self._client(stack)
            self._bring(client, _Carries(study, packed))
            stack.callback(_forget, client, study)
            done = as_completed()
            self._send(client, queue, study, done)
            while self._flying:
                future: Future = next(done)
                _, tasks = self._flying.pop(future.key)
                yield from self._received(future, tasks, queue)
                self._send(client, queue, study, done)

    def _client(self, stack: ExitStack) -> Client:
        cluster: Any = self.where
        try:
            if self.where == LOCAL:
                cluster = stack.enter_context(_in_spite_of_deaths(lambda: _local_cluster(self.workers), RuntimeError))
            elif self.where == SLURM:
                cluster = stack.enter_context(_slurm_cluster(self.workers))
            client = stack.enter_context(Client(cluster, timeout="30s"))
            # Jobs may stand in Slurm's queue for as long as they like, once it has taken them.
            client.wait_for_workers(1, timeout=None if self.where == SLURM else _PATIENCE_SECONDS)
        except TimeoutError as error:
            raise SimError(f"no Dask worker of {self.where} appeared in {_PATIENCE_SECONDS:.0f} seconds") from error
        except (OSError, ValueError, RuntimeError) as error:
            raise SimError(f"no Dask cluster at '{self.where}': {error}") from error
        return client

    def _bring(self, client: Client, plugin: _Carries) -> None:
        """Brings the job to all workers; the successor of one that dies meanwhile gets it as it joins."""
        try:
            _in_spite_of_deaths(lambda: client.register_plugin(plugin), CommClosedError)
        except CommClosedError as error:
            raise SimError(f"Dask workers of {self.where} die while they start: {error}") from error

    def _send(self, client: Client, queue: Queue, study: str, done: as_completed) -> None:
        """Keeps every thread of every worker in work, however many there are by now."""
        lanes = max(1, sum(client.nthreads().values()))
        busy = Counter(lane for lane, _ in self._flying.values())
        most = max(1, min(_MOST_TASKS, round(_SECONDS_A_PIECE / self._seconds)))
        for lane in [lane for _ in range(_AHEAD) for lane in range(lanes)]:
            if busy[lane] >= _AHEAD:
                continue
            tasks = queue.take(lane, most)
            if not tasks:
                return
            future = client.submit(_make, tasks, study, pure=False)
            busy[lane] += 1
            self._flying[future.key] = lane, tasks
            done.add(future)

    def _received(self, future: Future, tasks: list[Task], queue: Queue) -> Iterator[list[Outcome]]:
        try:
            outcomes = future.result()
        except KilledWorker as error:
            # Dask has tried several workers; alone, a run that kills them takes no other along.
            if len(tasks) > 1:
                queue.give_back(tasks)
            else:
                yield [failed(tasks[0].run, f"its workers died: {' '.join(str(error).split())}")]
            return
        except (OSError, RuntimeError) as error:
            raise SimError(f"Dask at {self.where} gave up: {error}; finished runs are kept") from error
        if isinstance(outcomes, str):
            raise SimError(outcomes)
        mean = sum(outcome.seconds for outcome in outcomes) / len(outcomes)
        self._seconds = max(1e-3, 0.8 * self._seconds + 0.2 * mean)
        yield outcomes


def _local_cluster(workers: int) -> LocalCluster:
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL,
        security=_keys(),
    )  # fmt: skip


def _keys() -> Security:
    """Keys for this cluster alone: Dask's messages are pickles, and others could send some to any open port."""
    try:
        return Security.temporary()
    except ImportError:
        raise SimError("--dask needs the package 'cryptography': pip install 'sanctions-sim[cluster]'") from None


def _in_spite_of_deaths(attempt: Callable[[], Done], sign: type[Exception]) -> Done:
    """Makes an attempt again where a worker has died meanwhile, which Dask takes for the end of it all."""
    for _ in range(_MOST_DEATHS - 1):
        with suppress(sign):
            return attempt()
    return attempt()


def _forget(client: Client, study: str) -> None:
    with suppress(Exception):  # the cluster may be gone, and then there is nothing to forget
        client.unregister_worker_plugin(study)


def _slurm_cluster(workers: int) -> Any:
    """Workers as Slurm jobs; the site's partition, memory and time stand in dask-jobqueue's own file."""
    said = {name: value for name, value in dask.config.get("jobqueue.slurm", {}).items() if value is not None}
    # The jobs start in this folder and read their keys there.
    ours = {"cores": 1, "memory": _MEMORY, "shared_temp_directory": os.getcwd()}
    unsaid = {name: value for name, value in ours.items() if name not in said}
    cluster = SLURMCluster(**unsaid, security=_keys())
    cluster.scale(jobs=workers)
    for _ in range(_PATIENCE_FOR_SBATCH):
        if any(getattr(job, "job_id", None) for job in cluster.workers.values()):
            return cluster
        time.sleep(1.0)
    cluster.close()
    raise SimError(
        "Slurm takes no job; what sbatch said stands above. Its options go into ~/.config/dask/jobqueue.yaml"
    )
