"""A worker process of :class:`sim.experiments.local.Local`: takes pieces of work, sends back what came of them."""

from __future__ import annotations

import pickle
import sys
from multiprocessing.connection import Connection

from sim.common.errors import SimError
from sim.experiments.tasks import outcome_of


def main(descriptor: int) -> None:
    """Works until the line is cut.

    Args:
        descriptor: file descriptor of the line to the runner.
    """
    line = Connection(descriptor)
    try:
        try:
            bench = pickle.loads(line.recv_bytes()).bench()
        except SimError as error:
            line.send(str(error))
            return
        line.send("")
        while True:
            line.send([outcome_of(bench, task) for task in line.recv()])
    except (EOFError, OSError):  # the runner is gone
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))
