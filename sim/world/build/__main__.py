"""Builds a world from the command line: ``python -m sim.world.build FIGURES_FOLDER OUT_FOLDER``."""

import sys
from collections.abc import Sequence
from pathlib import Path

from sim.common.errors import SimError
from sim.world.build import build_world


def main(arguments: Sequence[str]) -> int:
    """Build a world from the command line; the exit status is 0, or 2 where the facts are faulty."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m sim.world.build FIGURES_FOLDER OUT_FOLDER\n")
        return 2
    try:
        build_world(Path(arguments[0]), Path(arguments[1]))
    except SimError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
