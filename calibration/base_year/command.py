"""The command line of what derives tables of figures from a folder of raw files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import sim


def derive(
    program: str, what: str, tables: Callable[[Path, Path], Mapping[str, str]], arguments: Sequence[str] | None
) -> int:
    """Writes the tables; 0 if they are written, 1 if the input is at fault.

    Args:
        program: as it is called.
        what: it derives, in words.
        tables: from the folder of raw files and that of the figures, the text of each table by its name.
        arguments: of the command line.
    """
    parser = argparse.ArgumentParser(prog=program, description=f"derives {what}")
    parser.add_argument("raw", type=Path, help="folder of the raw files")
    parser.add_argument("figures", type=Path, help="folder of the figures, read and written")
    asked = parser.parse_args(arguments)
    try:
        written = tables(asked.raw, asked.figures)
    except (sim.SimError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, text in written.items():
        with sim.written_file(asked.figures / name, force=True) as path:
            path.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{asked.figures / name}\n")
    return 0
